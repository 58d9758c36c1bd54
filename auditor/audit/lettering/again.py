"""Hold a letter in any format against the one that its review gives: every line that holds a figure, both ways."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from auditor.audit.lettering.read import lines_of, read
from auditor.audit.lettering.write import rendered
from auditor.errors import AuditorError, Problem
from auditor.findings.review import Review
from auditor.report.letters.build import build
from auditor.report.letters.details import Details
from auditor.report.letters.model import KINDS
from auditor.report.template import load
from auditor.report.tongue import ENGLISH, LANGUAGES

_SHOWN: Final = 20
_AGAIN = "write it again, or give the --details that it was written with"


def differences(path: Path, review: Review, sha256: str, details: Details | None = None) -> Iterator[Problem]:
    """Yield the lines with figures that stand in a letter or in the one that the review gives, but not in both.

    Parameters
    ----------
    path : path
    review : Review
    sha256 : str
        Of its ``review.json``.
    details : Details, optional
        What the letter was written with.

    Yields
    ------
    Problem
        Of the place, kind and language that it is nearest to.
    """
    form = path.suffix.lower().lstrip(".")
    try:
        raw = path.read_bytes()
        found, whole = lines_of(raw, form), "\n".join(read(raw, form))
    except (OSError, ValueError) as error:
        yield Problem(f"it cannot be read ({error})", "its figures cannot be followed", _AGAIN, file=path.name)
        return
    language = _language_of(whole)
    best: tuple[Counter[str], Counter[str]] | None = None
    for entry in review.places:
        if entry.name not in whole and entry.place not in whole:
            continue
        for kind in KINDS:
            given = _given(review, entry.place, kind, details, sha256, form, language)
            if given is None:
                continue
            pair = found - given, given - found
            if best is None or _size(pair) < _size(best):
                best = pair
            if not _size(pair):
                return
    if best is None:
        why = "no place of this review is named in it"
        yield Problem("it is of no place of this review", why, _AGAIN, file=path.name)
        return
    for lines, what in zip(best, ("a line that the review does not give", "a line is missing"), strict=True):
        for line in sorted(lines)[:_SHOWN]:
            yield Problem(f"{what}: {line[:160]!r}", "letters say what review.json holds", _AGAIN, file=path.name)


def _language_of(text: str) -> str:
    """Return the language of a letter: of a reading copy that which its notice is in, else English."""
    others = (language for language in LANGUAGES if language != ENGLISH)
    return next((language for language in others if load(language)["letter.copy.notice"] in text), ENGLISH)


def _given(
    review: Review, place: str, kind: str, details: Details | None, sha256: str, form: str, language: str
) -> Counter[str] | None:
    """Return the lines of the letter that a review gives; None where it gives none of that kind."""
    try:
        letter = build(review, place, kind, details, language, sha256)
    except AuditorError:  # no letter of this kind may be written of this place
        return None
    return lines_of(rendered(letter, form), form)


def _size(pair: tuple[Counter[str], Counter[str]]) -> int:
    return sum(pair[0].values()) + sum(pair[1].values())
