"""A number or a day that was written in English, written again in another language."""

from __future__ import annotations

import re
from typing import Final

from auditor.report.units import UNITS, Units

_ENGLISH: Final = UNITS["en"]
_DAY: Final = re.compile(
    rf"(?:(?P<day>[0-9]{{1,2}}) )?(?P<month>{'|'.join(_ENGLISH.months)}) (?P<year>[0-9]{{4}})|(?P<only>[0-9]{{4}})"
)
_SIGNED: Final = r"[+\u2212-]?[0-9][0-9,]*(?:\.[0-9]+)?"
_NUMBER: Final = re.compile(rf"(?:[<>] )?{_SIGNED}(?: (?:%|% more|% less|percentage points|times))?")


def again(kind: str, text: str, language: str) -> str | None:
    """Return a written number, day or period in another language; None when the text is none.

    Parameters
    ----------
    kind : str
        Its kind in the template.
    text : str
        As :mod:`auditor.report.numbers` wrote it in English.
    language : str
    """
    other = UNITS[language]
    if kind in ("date", "period"):
        return _period(text, other)
    if _NUMBER.fullmatch(text) is None:
        return None
    for name in ("points", "times", "more", "less"):
        text = text.replace(f" {getattr(_ENGLISH, name)}", f" {getattr(other, name)}")
    return text


def _period(text: str, other: Units) -> str | None:
    fiscal = re.fullmatch(r"fiscal year ([0-9]{4}) \((.+) to (.+)\)", text)
    if fiscal is not None:
        first, last = _day(fiscal[2], other), _day(fiscal[3], other)
        return None if first is None or last is None else other.fiscal.format(year=fiscal[1], first=first, last=last)
    days = [_day(part, other) for part in text.split(" to ")]
    if not 1 <= len(days) <= 2 or None in days:
        return None
    return str(days[0]) if len(days) == 1 else other.span.format(first=days[0], last=days[1])


def _day(text: str, other: Units) -> str | None:
    found = _DAY.fullmatch(text)
    if found is None:
        return None
    if found["only"]:
        return found["only"]
    month = other.months[_ENGLISH.months.index(found["month"])]
    if found["day"]:
        return other.day.format(day=found["day"], month=month, year=found["year"])
    return other.month.format(month=month, year=found["year"])
