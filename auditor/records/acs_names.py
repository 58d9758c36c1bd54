"""Names that the Census Bureau gives to the columns and files of the American Community Survey."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_TABLE = r"(?P<table>[BC]\d{5}[A-I]?(?:PR)?)"
_FORMS = (
    re.compile(rf"{_TABLE}_(?P<number>\d{{3}})(?P<kind>EA|MA|E|M)?", re.I),
    re.compile(rf"{_TABLE}_(?P<kind>[EM])(?P<number>\d{{3}})", re.I),
    re.compile(rf"{_TABLE}(?P<number>\d{{3}})(?P<kind>, Error)?", re.I),
)
_PROFILE = re.compile(r"(?:DP\d{2}|S\d{4}|CP\d{2}|K\d{6})(?:PR)?_.*\d{3}.*", re.I)
_FIVE = re.compile(
    r"acs[ _-]?5(?![0-9])|(?<![0-9])5[ _-]?y(?:ea)?rs?(?![a-z])|acs[a-z]{2,3}5y|5y(?=[ _.-]?\d{4})", re.I
)
_FILE = re.compile(r"ACS[A-Z]{2,3}(?P<years>[135])Y(?P<year>\d{4})")
_OLD_FILE = re.compile(r"ACS_(?P<year>\d{2})_(?P<years>[135])YR")
_TABLE_IN_FILE = re.compile(rf"(?:^|[._-]){_TABLE}(?=[._-]|$)")


@dataclass(frozen=True, slots=True)
class Code:
    """One column: table, number of the cell, and whether it is the estimate, its margin or a note."""

    table: str
    number: int
    kind: str


def code(header: str) -> Code | None:
    """Return what a header such as ``B05001_006E`` names; None when it is no code of a detailed table."""
    for form in _FORMS:
        if found := form.fullmatch(header.strip()):
            kind = {"": "E", ", ERROR": "M"}.get((found["kind"] or "").upper(), (found["kind"] or "").upper())
            return Code(found["table"].upper(), int(found["number"]), kind)
    return None


def is_profile(header: str) -> bool:
    """Tell whether a header is a code of a profile or subject table, whose lines change from year to year."""
    return _PROFILE.fullmatch(header.strip()) is not None


def codes(headers: Sequence[str]) -> dict[int, Code]:
    """Return the columns of detailed tables by position."""
    return {i: found for i, header in enumerate(headers) if (found := code(header)) is not None}


def period_of(file: str) -> str:
    """Return the years that the name of a file from data.census.gov speaks of, ``2015/2019``; else nothing."""
    found = _FILE.search(file) or _OLD_FILE.search(file)
    if not found:
        return ""
    last = int(found["year"]) if len(found["year"]) == 4 else 2000 + int(found["year"])
    first = last - int(found["years"]) + 1
    return f"{first}/{last}" if first != last else str(last)


def table_of(file: str) -> str:
    """Return the table that the name of a file speaks of, ``B03002``; else nothing."""
    found = _TABLE_IN_FILE.search(file)
    return found["table"].upper() if found else ""


def five_years(file: str) -> bool:
    """Tell whether the name of a file says that its estimates are of five years."""
    return _FIVE.search(file) is not None


def years(expression: str, file: str) -> str:
    """Return the SQL of a period: the five years that end in a bare year, where the file's name says so."""
    if not five_years(file):
        return expression
    year = f"trim({expression})"
    return (
        f"CASE WHEN regexp_full_match({year}, '(19|20)\\d\\d') "
        f"THEN (CAST({year} AS INTEGER) - 4)::VARCHAR || '/' || {year} ELSE {expression} END"
    )


def year_note(file: str) -> str:
    """Return what is to be said when :func:`years` widens a year."""
    said = "a year is read as the last of the five that its estimates cover, as the name of the file says"
    return said if five_years(file) else ""
