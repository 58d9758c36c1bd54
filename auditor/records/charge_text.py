"""Charges as jails write them, brought to plain words: ``ASSLT W/DEADLY WPN (F2)`` is assault with deadly weapon f2."""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache

from auditor import resources

_FOLDER = "offences"
# A number of two digits or more is a speed, a sum or a number of a case, but for the emergency call and two statutes.
_NUMBER = re.compile(r"\b(?!911\b|132[56]\b)\d{2,}\b")
# What a mark means depends on what stands beside it, so these come before the text is cut into words.
_MARKS = (
    (re.compile(r"\b(?:[a-z]\.){2,}(?:[a-z]\b)?"), lambda found: f" {found[0].replace('.', '')} "),
    (re.compile(r"\bb\s*(?:&|and|/)\s*e\b"), lambda _: " breaking entering "),
    (re.compile(r"\bh\s*(?:&|/)\s*r\b"), lambda _: " hit run "),
    (re.compile(r"\bp/o\b"), lambda _: " police officer "),
    (re.compile(r"\bc/s\b"), lambda _: " controlled substance "),
    (re.compile(r"\bw/o\b"), lambda _: " without "),
    (re.compile(r"\bw/i\b"), lambda _: " with intent "),
    (re.compile(r"\bw/"), lambda _: " with "),
    (re.compile(r"&"), lambda _: " and "),
    (re.compile(r"['\u2019]"), lambda _: ""),
    # A degree is often written against its word: THEFT3, 2ND-DEGREE.
    (re.compile(r"(?<=[a-z]{4})(?=[1-5]\b)"), lambda _: " "),
)  # fmt: skip


@cache
def words() -> dict[str, str]:
    """Return what the abbreviations and misspellings of charges stand for, by comparable form."""
    with (resources.folder("data") / _FOLDER / "words.csv").open(encoding="utf-8", newline="") as handle:
        return {row["written"]: row["meant"] for row in csv.DictReader(handle)}


def plain(text: str) -> str:
    """Return a charge in plain words.

    Parameters
    ----------
    text : str
        As the file writes it.

    Returns
    -------
    str
        Small letters without accents or marks, abbreviations written out (:func:`words`), blanks single, and 0 in
        place of every longer number, so that charges that differ in nothing else are read once.
    """
    out = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).casefold()
    for pattern, written in _MARKS:
        out = pattern.sub(written, out)
    meant = words()
    return _NUMBER.sub("0", " ".join(meant.get(word, word) for word in re.findall(r"[^\W_]+", out)))
