"""Hold a letter against its review: numbers, quoted sentences, wording."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from auditor.errors import Problem
from auditor.report import trace, wording

_AGAIN = "write the letter again from this review"


def letter_problems(html: str, data: Mapping[str, Any], sha256: str, file: str = "") -> Iterator[Problem]:
    """Yield what a letter says that its review does not.

    Parameters
    ----------
    html : str
        A letter as HTML: the format in which every number names its source.
    data : mapping
        ``review.json`` as it was read.
    sha256 : str
        Of that file.
    file : str
        Base name of the letter, for messages.
    """
    for text in trace.check_data(html, data):
        yield Problem(text, "letters say what review.json holds, and nothing else", _AGAIN, file=file)
    for offence in wording.check_html(html):
        yield Problem(str(offence), "no letter may say so", _AGAIN, file=file)
    if sha256 and sha256 not in html:
        found = f"it does not name the SHA-256 of this review.json ({sha256[:12]}...)"
        yield Problem(found, "it may have been written from another review", _AGAIN, file=file)
    for tag in re.findall(r"<\s*(script|iframe|object|embed|link|img|form)\b", html, re.IGNORECASE):
        yield Problem(f"an element <{tag.lower()}>", "no letter has one", _AGAIN, file=file)


def checked_file(path: Path, data: Mapping[str, Any], sha256: str) -> list[Problem]:
    """Return the problems of a letter on disk."""
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = "only a letter in HTML can be checked: its numbers name their sources"
        return [Problem(f"it cannot be read ({type(error).__name__})", why, "write --format html", file=path.name)]
    return list(letter_problems(text, data, sha256, path.name))
