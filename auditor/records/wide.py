"""Baselines with a column a group or a universe ("Hispanic_Total", "noncit_pop"): which headers are what.

A table of arrests by race has the same headers as a table of residents by race. So such a file is taken for a
baseline by itself only where a header says that people are counted who live there ("Total_Pop"); elsewhere it takes
``format = "population"``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from auditor.records import acs_places
from auditor.records.acs_names import five_years, year_note, years
from auditor.records.columns import key
from auditor.records.raw import RawTable
from auditor.records.store import Store
from auditor.records.unfold import Figure, unfold
from auditor.records.wide_headers import GROUPS, MARGINS, figure, lives, words


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
    groups = [item for item in named if item.group in GROUPS.values]
    dated = [replace(item, group="") for item in found if item.period and item.group == "total"]
    living = any(lives(headers[item.n]) for item in found)
    margins = [i for i, header in enumerate(headers) if i not in fixed and MARGINS.search(words(header))]
    if not named and dated:
        return dated if told or living else []
    if len(groups) < 2 and not any(item.universe for item in named):
        return []
    return _with_margins(found, headers, margins) if told or living or (margins and len(named) == 1) else []


def _with_margins(found: list[Figure], headers: Sequence[str], margins: Sequence[int]) -> list[Figure]:
    """Give each figure its margin: the only one of the file to the only figure, else the one of its name."""
    if len(found) == 1 and len(margins) == 1:
        return [replace(found[0], moe=margins[0])]
    bare = {" ".join(MARGINS.sub(" ", words(headers[i])).split()): i for i in margins}
    return [replace(item, moe=bare.get(words(headers[item.n]))) for item in found]


def spread(raw: RawTable, store: Store, taken: Mapping[str, Sequence[int]], found: Sequence[Figure]) -> RawTable:
    """Unfold such a table, with the columns that say where, when and who."""
    used = {item.n for item in found} | {item.moe for item in found}
    raw, keep = _kept(acs_places.drop_smaller(raw, store), taken, used)
    idle = [name for i, name in enumerate(raw.columns) if i not in used and name not in keep]
    year = next((i for i in taken.get("period", ()) if key(raw.columns[i]) == "year"), None)
    if year is not None and five_years(raw.file):
        keep[raw.columns[year]] = years(f"r.c{year}", raw.file)
    table = unfold(raw, store, found, keep)
    said = "; ".join(_said(raw.columns, item) for item in found)
    ledger = table.ledger.note(f"one column a figure: {said}")
    if year is not None and five_years(raw.file):
        ledger = ledger.note(year_note(raw.file))
    if idle:
        ledger = ledger.note("columns not used: " + ", ".join(idle))
    return replace(table, ledger=ledger)


def _kept(raw: RawTable, taken: Mapping[str, Sequence[int]], used: set[int | None]) -> tuple[RawTable, dict[str, str]]:
    """Return the columns that say where, when and who, in the Bureau's own files with one code from its several."""
    keep = {raw.columns[places[0]]: f"r.c{places[0]}" for places in taken.values() if not used & set(places)}
    at = {key(header): i for i, header in enumerate(raw.columns)}
    if "geographicarea" in at:
        # Dots before a name say that it is a part of the one without.
        keep[raw.columns[at["geographicarea"]]] = f"ltrim(r.c{at['geographicarea']}, '. ')"
    if {"sumlev", "state"} <= set(at):
        keep = {name: sql for name, sql in keep.items() if key(name) not in ("state", "county", "stname", "ctyname")}
        keep["place"] = acs_places.expression(raw.columns)
        name = next((at[header] for header in ("ctyname", "name", "stname") if header in at), None)
        keep |= {} if name is None else {"jurisdiction": f"r.c{name}"}
    return raw, keep


def _said(headers: Sequence[str], item: Figure) -> str:
    known = item.group in (*GROUPS.values, "total", "")
    parts = [item.group if known else "by values.group", item.universe, item.period]
    margin = f", margin {headers[item.moe]!r}" if item.moe is not None else ""
    return f"{headers[item.n]!r} {' '.join(part for part in parts if part)}{margin}"
