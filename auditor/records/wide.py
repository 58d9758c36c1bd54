"""Baselines with a column a group or a universe ("Hispanic_Total", "noncit_pop"): which headers are what.

A table of arrests by race has the same headers as a table of residents by race. So such a file is taken for a
baseline by itself only where a header says that people are counted who live there ("Total_Pop"); elsewhere it takes
``format = "population"``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from auditor.records.acs_names import five_years, year_note, years
from auditor.records.columns import key
from auditor.records.raw import RawTable
from auditor.records.store import Store
from auditor.records.unfold import Figure, unfold
from auditor.records.words import NOT_HISPANIC, VOCABULARIES, normal

_PEOPLE = frozenset({"pop", "popn", "population", "residents"})
_FILLERS = _PEOPLE | {"total", "tot", "count", "number", "n", "est", "estimate", "persons", "people", "all"}
_MARGINS = re.compile(r"\b(?:moe|margin(?: of error)?)\b")
_UNIVERSES = {
    "noncitizens": ("noncit", "noncits", "noncitizen", "noncitizens", "non citizen", "non citizens"),
    "foreign-born": ("foreign born", "foreignborn"),
    "adults": ("adult", "adults", "18 and over", "18 years and over", "18plus"),
}
_HINTS = frozenset(
    {"hispanic", "latino", "nh", "nonhispanic", "white", "black", "asian", "aian", "api", "nhpi", "native", "pacific",
     "indian", "mult", "multiple", "multiracial", "races"}
)  # fmt: skip
_SHARES = re.compile(r"\b(?:pct|percent|percentage|share|rate|prop|proportion|ratio)\b|%")
_GROUPS = VOCABULARIES["group"]


def words(header: str) -> str:
    """Return a header in comparable form, ``TotalPop`` in its two words."""
    return normal(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header))


def figure(header: str, position: int) -> Figure | None:
    """Return what a column of numbers holds, as far as its header tells; None when it is no figure of people.

    Parameters
    ----------
    header : str
    position : int

    Returns
    -------
    Figure or None
        ``group`` is a word of the vocabulary, ``total``, or the header itself where it speaks of groups without
        being known exactly: what it means is then asked.
    """
    plain = words(header)
    if _MARGINS.search(plain) or _SHARES.search(plain) or _SHARES.search(header):
        return None
    universe, rest = _universe(plain)
    core = " ".join(word for word in rest.split() if word not in _FILLERS)
    if core in NOT_HISPANIC:
        return None  # the sum of others, without a word for it
    if not core:
        group = "" if universe else "total"
        return Figure(position, group=group, universe=universe) if universe or _FILLERS & set(plain.split()) else None
    known = _GROUPS.lookup(core)
    if known is None and not _HINTS & set(core.split()):
        return None
    return Figure(position, group=known or header, universe=universe)


def _universe(plain: str) -> tuple[str, str]:
    """Return the universe that a header names, and the header without its words."""
    for universe, forms in _UNIVERSES.items():
        for form in sorted(forms, key=len, reverse=True):
            bare = re.sub(rf"\b{form}\b", " ", plain)
            if bare != plain:
                return universe, " ".join(bare.split())
    return "", plain


def figures(headers: Sequence[str], taken: Mapping[str, Sequence[int]], *, told: bool) -> list[Figure]:
    """Return the columns of figures of a table that has one for each group or universe.

    Parameters
    ----------
    headers : sequence of str
    taken : mapping of str to sequence of int
        Positions of the columns that say where, when and who; those of ``n`` and ``moe`` may be figures.
    told : bool
        True when the user says that it is a baseline.

    Returns
    -------
    list of Figure
        Empty when the table is not of this shape.
    """
    if "group" in taken or "event" in taken:
        return []
    fixed = {i for name, places in taken.items() if name not in ("n", "moe") for i in places}
    found = [item for i, header in enumerate(headers) if i not in fixed and (item := figure(header, i)) is not None]
    named = [item for item in found if item.group != "total"]
    groups = [item for item in named if item.group in _GROUPS.values]
    lives = any(_PEOPLE & set(words(headers[item.n]).split()) for item in found)
    margins = [i for i, header in enumerate(headers) if i not in fixed and _MARGINS.search(words(header))]
    if len(groups) < 2 and not any(item.universe for item in named):
        return []
    return _with_margins(found, headers, margins) if told or lives or (margins and len(named) == 1) else []


def _with_margins(found: list[Figure], headers: Sequence[str], margins: Sequence[int]) -> list[Figure]:
    """Give each figure its margin: the only one of the file to the only figure, else the one of its name."""
    if len(found) == 1 and len(margins) == 1:
        return [replace(found[0], moe=margins[0])]
    bare = {" ".join(_MARGINS.sub(" ", words(headers[i])).split()): i for i in margins}
    return [replace(item, moe=bare.get(words(headers[item.n]))) for item in found]


def spread(raw: RawTable, store: Store, taken: Mapping[str, Sequence[int]], found: Sequence[Figure]) -> RawTable:
    """Unfold such a table, with the columns that say where, when and who."""
    used = {item.n for item in found} | {item.moe for item in found}
    keep = {raw.columns[places[0]]: f"r.c{places[0]}" for places in taken.values() if not used & set(places)}
    idle = [name for i, name in enumerate(raw.columns) if i not in used and name not in keep]
    year = next((i for i in taken.get("period", ()) if key(raw.columns[i]) == "year"), None)
    if year is not None and five_years(raw.file):
        keep[raw.columns[year]] = years(f"r.c{year}", raw.file)
    table = unfold(raw, store, found, keep)
    said = "; ".join(_said(raw.columns, item) for item in found)
    ledger = table.ledger.note(f"one column a group or universe: {said}")
    if year is not None and five_years(raw.file):
        ledger = ledger.note(year_note(raw.file))
    if idle:
        ledger = ledger.note("columns not used: " + ", ".join(idle))
    return replace(table, ledger=ledger)


def _said(headers: Sequence[str], item: Figure) -> str:
    known = item.group in (*_GROUPS.values, "total", "")
    parts = [part for part in (item.group if known else "by values.group", item.universe) if part]
    margin = f", margin {headers[item.moe]!r}" if item.moe is not None else ""
    return f"{headers[item.n]!r} {' '.join(parts)}{margin}"
