"""Hold a PDF against the letter that its review gives: printed again by the same browser, it has the same bytes.

Text is not read out of a PDF: what a reader sees need not be what its text layer says. A PDF that another browser
printed is refused, since nothing can be said of it here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from auditor.audit.lettering.write import rendered
from auditor.errors import AuditorError, Problem, UsageError
from auditor.findings.review import Review
from auditor.report.letters.build import build
from auditor.report.letters.details import Details
from auditor.report.letters.model import KINDS, Letter
from auditor.report.tongue import LANGUAGES

LARGEST: Final = 20_000_000
"""Bytes of a PDF; more is no letter."""
_AGAIN: Final = "print it again from this review, with the --details that it was written with, or verify its HTML"
_STRING: Final = rb"\s*(?:\(((?:\\.|[^\\()])*)\)|<([0-9A-Fa-f\s]*)>)"
_ESCAPED: Final = re.compile(rb"\\(?:([0-7]{1,3})|(.))", re.DOTALL)


def pdf_problems(path: Path, review: Review, sha256: str, details: Details | None = None) -> Iterator[Problem]:
    """Yield why a PDF is not the letter that the review gives; nothing when it is, byte for byte.

    Parameters
    ----------
    path : path
    review : Review
    sha256 : str
        Of its ``review.json``.
    details : Details, optional
        What the letter was written with.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        yield Problem(f"it cannot be read ({error.strerror})", "it cannot be compared", _AGAIN, file=path.name)
        return
    if not raw.startswith(b"%PDF-") or len(raw) > LARGEST:
        yield Problem("it is no PDF of a letter", "it cannot be compared", _AGAIN, file=path.name)
        return
    title = entry_of(raw, b"Title")
    letter = next(_titled(title, review, sha256, details), None)
    if letter is None:
        why = f"its title is {title[:120]!r}, and no letter of this review has it"
        yield Problem("it is of no place of this review", why, _AGAIN, file=path.name)
        return
    yield from _printed(path.name, raw, letter)


def _printed(name: str, raw: bytes, letter: Letter) -> Iterator[Problem]:
    """Yield the difference from the same letter printed here."""
    try:
        given = rendered(letter, "pdf")
    except UsageError as error:
        yield Problem("it cannot be checked here", f"a PDF is printed again to compare it: {error}", _AGAIN, file=name)
        return
    if raw == given:
        return
    by, here = (entry_of(found, b"Producer") + " " + entry_of(found, b"Creator") for found in (raw, given))
    if by != here:
        why = f"it says that {by[:120]!r} printed it, and the browser here is {here[:120]!r}"
        yield Problem("it cannot be checked here", why, "print it here, or verify its HTML", file=name)
        return
    why = "the letter printed again from review.json has other bytes: one was altered, or the --details differ"
    yield Problem("it is not the PDF that this review gives", why, _AGAIN, file=name)


def _titled(title: str, review: Review, sha256: str, details: Details | None) -> Iterator[Letter]:
    """Yield the letters of a review that bear a title."""
    for entry in review.places:
        if entry.name not in title:
            continue
        for language in LANGUAGES:
            for kind in KINDS:
                try:
                    letter = build(review, entry.place, kind, details, language, sha256)
                except AuditorError:  # no letter of this kind may be written of this place
                    continue
                if letter.title == title:
                    yield letter


def entry_of(raw: bytes, name: bytes) -> str:
    """Return a text of a PDF's information, as browsers write it: ISO 32000-1, sections 7.3.4 and 7.9.2.2.

    Parameters
    ----------
    raw : bytes
    name : bytes
        ``Title``, ``Producer`` or ``Creator``.

    Returns
    -------
    str
        The last one that stands in the file; empty where there is none.
    """
    found = re.findall(rb"/" + name + _STRING, raw)
    if not found:
        return ""
    literal, digits = found[-1]
    text = _bytes(digits) if digits else _ESCAPED.sub(_character, literal)
    return text[2:].decode("utf-16-be", "replace") if text.startswith(b"\xfe\xff") else text.decode("latin-1")


def _character(found: re.Match[bytes]) -> bytes:
    """Return what stands behind a backslash: a byte by its octal digits, or itself."""
    return bytes([int(found[1], 8) & 255]) if found[1] else found[2]


def _bytes(digits: bytes) -> bytes:
    """Return the bytes of a hexadecimal string, in which a last digit that is missing is 0."""
    packed = b"".join(digits.split()).decode()
    return bytes.fromhex(packed + "0" * (len(packed) % 2))
