"""Read the numbers of a page back and hold them against ``review.json``.

Used by ``auditor verify`` and by the tests: every number of a page must be the number of the review, written with
the digits it was given, and no number may stand there without a source.
"""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from auditor.findings.review import Review
from auditor.report import numbers, sentences, tongue
from auditor.report.cite import raw
from auditor.report.locale.finished import told
from auditor.report.reader import Cited, read, single_spaced
from auditor.report.rules import RULES

_Entry = TypeVar("_Entry")


def numbers_in(html: str) -> list[tuple[str, str, str]]:
    """Return every cited number of a page as (pointer, value, shown), in the order of the page."""
    return [(entry.ref, entry.value, entry.shown) for entry in read(html).numbers]


def resolve(data: Any, pointer: str) -> Any:
    """Return what a JSON Pointer names.

    Raises
    ------
    KeyError
        When it names nothing.
    """
    escaped = "%" in pointer or "~" in pointer
    for part in pointer.lstrip("/").split("/"):
        key = urllib.parse.unquote(part).replace("~1", "/").replace("~0", "~") if escaped else part
        try:
            data = data[int(key)] if isinstance(data, list | tuple) else data[key]
        except (KeyError, IndexError, TypeError, ValueError):
            raise KeyError(pointer) from None
    return data


def _operand(data: Any, part: str) -> Any:
    text = part.rsplit("/", 1)[-1] if "/=" in part else part
    return urllib.parse.unquote(text[1:]) if text.startswith("=") else resolve(data, part)


def literal(text: str) -> str:
    """Write a literal operand: spaces and slashes cannot stand in a list of pointers."""
    return "=" + urllib.parse.quote(text, safe="")


def check(html: str, review: Review) -> list[str]:
    """Hold a page against its review.

    Parameters
    ----------
    html : str
        The page.
    review : Review
        As loaded from ``review.json``.

    Returns
    -------
    list of str
        One line for each number or sentence that is not what the review says; empty when all agree.
    """
    return check_data(html, review.to_dict())


def check_data(html: str, data: Mapping[str, Any]) -> list[str]:
    """Do the same against the data of ``review.json`` as they were read (once for all pages of a folder)."""
    return Checker(data).check(html)


class Checker:
    """Holds pages against the data of one review.

    Parameters
    ----------
    data : mapping
        ``review.json`` as it was read.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data
        self._known: dict[tuple[str, object], str] = {}

    def check(self, html: str) -> list[str]:
        """Return a line for each number or sentence of a page that is not what the review says."""
        page = read(html)
        with tongue.speaking(language_of(html)):
            wrong = [text for entry in page.numbers if (text := self._once(entry.ref, entry, _mismatch))]
            wrong.extend(text for entry in page.texts if (text := self._once(entry[0], entry, _misquoted)))
        wrong.extend(f"a number without a source: {text!r}" for text in page.stray)
        return wrong

    def _once(self, ref: str, entry: _Entry, check: Callable[[_Entry, Mapping[str, Any]], str]) -> str:
        """Check what stands on a page; what stands on every page (methods, calibration) is looked up once."""
        if "/places/" in ref:
            return check(entry, self._data)
        key = (tongue.current(), entry)
        if key not in self._known:
            self._known[key] = check(entry, self._data)
        return self._known[key]


def language_of(html: str) -> str:
    """Return the language that a page says it is in; English when it is none that pages are written in."""
    found = re.search(r'<html lang="([a-z]{2})', html)
    return found[1] if found is not None and found[1] in tongue.LANGUAGES else tongue.ENGLISH


def _misquoted(entry: tuple[str, str], data: Mapping[str, Any]) -> str:
    ref, shown = entry
    try:
        text = single_spaced(_told(data, ref))
    except KeyError:
        return f"{ref}: the review has no such text"
    return "" if text == shown else f"{ref}: the page says {shown!r}, the review {text!r}"


def _told(data: Mapping[str, Any], ref: str) -> str:
    """Return what a page has to say where it quotes a text of the review, in the page's language."""
    truth, language = str(resolve(data, ref)), tongue.current()
    if language == tongue.ENGLISH or ref.endswith(f"/text/{language}"):
        return truth
    if ref.endswith("/text/en"):
        held = resolve(data, ref.removesuffix("/text/en"))
        return sentences.again(held["id"], held["values"], truth, language)
    return told(truth, language)


def _mismatch(entry: Cited, data: Mapping[str, Any]) -> str:
    try:
        operands = [_operand(data, part) for part in entry.ref.split()]
    except KeyError as error:
        return f"{entry.ref}: the review has no {error.args[0]}"
    if entry.calc and entry.calc not in RULES:
        return f"{entry.ref}: unknown rule {entry.calc!r}"
    try:
        truth = RULES[entry.calc](operands) if entry.calc else operands[0]
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return f"{entry.ref}: the rule {entry.calc!r} cannot be worked out from this"
    if isinstance(truth, bool | dict | list | tuple | None) or raw(truth) != entry.value:
        return f"{entry.ref}: the page holds {entry.value!r}, the review {truth!r}"
    if not _shows(truth, entry.shown):
        return f"{entry.ref}: {truth!r} is shown as {entry.shown!r}"
    return ""


def _shows(truth: Any, shown: str) -> bool:
    """Say whether a shown text is a correct rounding of the value, in one of the units that pages use.

    Nothing else may stand beside the number: "3.24 of 999 people" does not show 3.24.
    """
    if isinstance(truth, str):
        return shown in (truth, *_dates(truth))
    if shown in _BOUNDS:
        return _BOUNDS[shown](float(truth))
    found = _SHOWN.fullmatch(shown)
    return found is not None and _rounded(float(truth), found["number"], found["unit"])


_SHOWN: Final = re.compile(
    r"(?P<number>[+\u2212-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?)"
    r"(?: (?P<unit>%|% more|% less|percentage points?|times|per 1,000"
    r"|% más|% menos|puntos porcentuales|veces|por cada 1,000))?"
)
"""One number and at most one of the units of :mod:`auditor.report.numbers`."""

_BOUNDS: Final[Mapping[str, Callable[[float], bool]]] = {
    "< 0.001": lambda truth: truth < 0.001,
    "> 0.99": lambda truth: truth > 0.99,
}
"""How p-values are written that are too small or too large to be printed (:func:`auditor.report.numbers.p`)."""


def _rounded(truth: float, written: str, unit: str | None) -> bool:
    value = float(written.replace(",", "").replace("\u2212", "-"))
    decimals = len(written.partition(".")[2])
    if unit in ("% more", "% más"):
        truth = truth * 100 - 100
    elif unit in ("% less", "% menos"):
        truth = 100 - truth * 100
    elif unit is not None and (unit == "%" or unit.startswith(("percentage point", "puntos"))):
        truth *= 100
    half = 0.5 * 10.0**-decimals
    return abs(value - truth) <= half * (1 + 1e-6) + 1e-12 * abs(truth)


def _dates(truth: str) -> tuple[str, ...]:
    """Return how a day or a period may be shown."""
    try:
        return (numbers.period(truth),)
    except ValueError:
        return ()
