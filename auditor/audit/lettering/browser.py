"""Print a page to PDF with a browser that is already here; nothing is fetched, and no moment stands in the file."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

from auditor.audit.lettering.without_browser import pdf_without_browser
from auditor.errors import Problem, UsageError
from auditor.records.own_folder import private_folder

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
PLACES: Final = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
SECONDS: Final = 120
VARIABLE: Final = "AUDITOR_CHROMIUM"
_DATE = re.compile(rb"(/(?:CreationDate|ModDate) \(D:)\d{14}([+-]\d\d'\d\d'|Z)?")


def browser() -> str | None:
    """Return the path of a browser that prints, or None where there is none.

    Raises
    ------
    UsageError
        When the environment names one that is not there.
    """
    named = os.environ.get(VARIABLE, "")
    found = [shutil.which(name) for name in ((named,) if named else NAMES)]
    found += [] if named else [place for place in PLACES if Path(place).is_file()]
    for path in found:
        if path:
            return path
    if named:
        raise _nothing_prints(f"{VARIABLE} names no program: {named}")
    return None


def _nothing_prints(what: str) -> UsageError:
    why = "a PDF is printed by a program that keeps headings and tables for those who do not see"
    remedy = (
        f"install Chromium (Debian: apt install chromium) or name one in {VARIABLE}; or install the extra pdf "
        '(pip install ".[pdf]"); or write --format html and print it from any browser'
    )
    return UsageError("no PDF can be written here", [Problem(what, why, remedy)])


def pdf(html: str) -> bytes:
    """Return a page as PDF: by a browser where there is one, else by WeasyPrint where that is installed.

    Parameters
    ----------
    html : str
        Self-contained; its policy allows no outside request.

    Raises
    ------
    UsageError
        When there is neither, or it does not print.
    """
    program = browser()
    if program is None:
        drawn = pdf_without_browser(html)
        if drawn is None:
            raise _nothing_prints("no Chromium, Chrome or Edge was found, and WeasyPrint is not installed")
        return drawn
    with private_folder("letter-") as folder:
        page, target = Path(folder, "letter.html"), Path(folder, "letter.pdf")
        page.write_text(html, encoding="utf-8")
        told = _printed(_command(program, page, target, Path(folder, "profile")))
        if not target.is_file():
            why = "the browser ended without a file"
            problem = Problem(told or "it said nothing", why, "write --format html and print it from a browser")
            raise UsageError("no PDF was printed", [problem])
        return stable(target.read_bytes())


def _command(program: str, page: Path, target: Path, profile: Path) -> list[str]:
    root = getattr(os, "geteuid", lambda: 1)() == 0  # Chromium has no sandbox for root
    return [
        program,
        "--headless",
        *(["--no-sandbox"] if root else []),
        "--disable-gpu",
        "--disable-extensions",
        "--disable-background-networking",
        "--disable-component-update",
        "--no-first-run",
        "--proxy-server=127.0.0.1:9",  # nothing listens there: no request can leave
        f"--user-data-dir={profile}",
        "--no-pdf-header-footer",
        f"--print-to-pdf={target}",
        page.as_uri(),
    ]


def _printed(command: list[str]) -> str:
    """Run the browser and return the last line that it wrote, for the message."""
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603 - no shell
    except subprocess.TimeoutExpired:
        return f"it did not end within {SECONDS} seconds"
    except OSError as error:
        return str(error.strerror)
    lines = done.stderr.decode("utf-8", errors="replace").strip().splitlines()
    return lines[-1][-200:] if lines else ""


def stable(raw: bytes) -> bytes:
    """Return a PDF whose dates are the first of 1980, in as many bytes, so that every offset still holds."""
    return _DATE.sub(lambda found: found[1] + b"19800101000000" + (found[2] or b""), raw)
