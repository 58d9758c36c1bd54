"""Print a page to PDF without a browser: WeasyPrint, where the extra ``pdf`` is installed."""

from __future__ import annotations

import hashlib
from typing import Any

from auditor.errors import Problem, UsageError


def pdf_without_browser(html: str) -> bytes | None:
    """Return a page as tagged PDF (PDF/UA-1), or None where WeasyPrint is not installed.

    Parameters
    ----------
    html : str
        Self-contained: nothing is asked for from outside.

    Raises
    ------
    UsageError
        When WeasyPrint is installed and the libraries that it draws with are not.
    """
    try:
        import weasyprint
    except ModuleNotFoundError:
        return None
    except OSError as error:  # a library of the system is missing
        what = f"WeasyPrint cannot draw: {str(error).splitlines()[0][:200]}"
        remedy = "install Pango (Debian: apt install libpango-1.0-0 libpangoft2-1.0-0), or a browser that prints"
        raise UsageError("no PDF can be written here", [Problem(what, "it draws letters by Pango", remedy)]) from error
    # Pictures stand in the page itself; anything else is left out, and no request is made.
    own = weasyprint.urls.URLFetcher(allowed_protocols=["data"])
    page: Any = weasyprint.HTML(string=html, url_fetcher=own)
    # The identifier follows from what is printed; dates are not written: the same letter, the same bytes.
    identifier = hashlib.sha256(html.encode()).digest()[:16]
    return bytes(page.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=identifier))
