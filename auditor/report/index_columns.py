"""The columns of the table of all places: tests, or families of tests where there are too many of both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from auditor.report import labels
from auditor.report.context import Context

MOST: Final = 7
"""Columns of a table that prints marks only; with more tests, those of a family share one, so the page stays small."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes
    ----------
    title, note : str
        The test, and its family; or the family, and what it asks.
    signals : tuple of str
        The tests whose strongest outcome stands in it.
    """

    title: str
    note: str
    signals: tuple[str, ...]


def columns_of(context: Context, *, detailed: bool) -> tuple[Column, ...]:
    """Return a column for every test that entered the screen anywhere, by family.

    A column of nothing but "withheld" or "not screened" says less than the lists below; where nothing was screened,
    all that spoke have one.
    """
    findings = [finding for place in context.review.places for finding in place.findings]
    spoke = {f.signal for f in findings if f.tested} or {f.signal for f in findings}
    order = tuple(labels.FAMILIES)
    family = {name: str(context.card(name).get("family", "")) for name in spoke}
    rank = {name: order.index(of) if of in order else len(order) for name, of in family.items()}
    names = sorted((name for name in context.signals if name in spoke), key=rank.__getitem__)
    if detailed or len(names) <= MOST:
        return tuple(Column(context.title(name), _family(family[name]), (name,)) for name in names)
    own = {of: tuple(name for name in names if family[name] == of) for of in dict.fromkeys(map(family.get, names))}
    return tuple(Column(_family(of or ""), labels.FAMILY_ASKS.get(of or "", ""), found) for of, found in own.items())


def _family(key: str) -> str:
    return labels.FAMILIES.get(key, key)
