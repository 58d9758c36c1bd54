"""From a review and a file of details to a letter in a format."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from auditor.audit.languages import require
from auditor.audit.lettering.browser import pdf
from auditor.audit.lettering.check import letter_problems
from auditor.audit.lettering.details_file import read_details
from auditor.errors import InputError, UsageError, unknown_name
from auditor.findings.review import Review
from auditor.report.letters.build import build
from auditor.report.letters.details import Details
from auditor.report.letters.formats.docx import docx
from auditor.report.letters.formats.html import html
from auditor.report.letters.formats.markdown import markdown
from auditor.report.letters.model import Letter, plain

FORMATS: Final = ("docx", "html", "md", "pdf")
TEXTS: Final = ("html", "md")
"""Formats that can be printed to stdout."""


@dataclass(frozen=True, slots=True)
class Written:
    """A letter with its bytes in one format.

    Attributes
    ----------
    letter : Letter
    format : str
    content : bytes
    """

    letter: Letter
    format: str
    content: bytes

    @property
    def before(self) -> tuple[str, ...]:
        """What to settle before it is sent."""
        return tuple(plain(line) for line in self.letter.before)


def format_of(given: str | None, out: Path | None) -> str:
    """Return the format asked for: the option, else the ending of the file, else Markdown.

    Raises
    ------
    UsageError
        When the ending is of no format, contradicts the option, or a format that is no text has no file.
    """
    ending = out.suffix.lower().lstrip(".") if out is not None else ""
    if given is None and ending and ending not in FORMATS:
        raise UsageError(unknown_name("format", ending, FORMATS))
    chosen = given or ending or "md"
    if given and ending in FORMATS and ending != given:
        raise UsageError(f"--format {given} does not go with a file that ends in .{ending}")
    if out is None and chosen not in TEXTS:
        raise UsageError(f"a letter as {chosen} is no text to print: give --out FILE.{chosen}")
    return chosen


def write(
    review: Path,
    place: str,
    kind: str,
    form: str = "md",
    *,
    details: Path | None = None,
    letterhead: Path | None = None,
    language: str = "en",
) -> Written:
    """Write a letter.

    Parameters
    ----------
    review : path
        An output folder, or its review.json.
    place, kind, form : str
    details, letterhead : path, optional
    language : str

    Raises
    ------
    UsageError, InputError, DecisionNeeded
        As the parts say; nothing is written.
    """
    require(language)
    if letterhead is not None and form != "docx":
        raise UsageError(f"--letterhead goes with --format docx, not with {form}")
    given = read_details(details) if details is not None else Details()
    held = Review.load(review)
    raw = (review / "review.json" if review.is_dir() else review).read_bytes()
    letter = _checked(held, raw, place, kind, given, language)
    return Written(letter, form, rendered(letter, form, letterhead))


def letter_of(review: Review, place: str, kind: str, details: Details | None = None, language: str = "en") -> Letter:
    """Return a letter from a review in memory, held against it."""
    require(language)
    return _checked(review, review.to_bytes(), place, kind, details or Details(), language)


def _checked(review: Review, raw: bytes, place: str, kind: str, details: Details, language: str) -> Letter:
    sha256 = hashlib.sha256(raw).hexdigest()
    letter = build(review, place, kind, details, language, sha256)
    _holds(letter, raw, sha256)
    return letter


def _holds(letter: Letter, raw: bytes, sha256: str) -> None:
    """Refuse to write what its own review does not bear, in whatever format."""
    problems = list(letter_problems(html(letter), json.loads(raw), sha256))
    if problems:
        raise InputError("this review gives no letter that may be sent: it was changed, or is too old", problems)


def rendered(letter: Letter, form: str, letterhead: Path | None = None) -> bytes:
    """Return a letter in a format.

    A PDF is what is sent: it has no cover note once no blank is left.

    Raises
    ------
    UsageError
        For an unknown format, or one that lacks its program here.
    """
    if form == "html":
        return html(letter).encode()
    if form == "md":
        return markdown(letter).encode()
    if form == "docx":
        return docx(letter, letterhead=letterhead)
    if form == "pdf":
        return pdf(html(letter, cover=bool(letter.blanks)))
    raise UsageError(unknown_name("format", form, FORMATS))
