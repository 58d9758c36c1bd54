"""Tables of the American Community Survey with a column a cell, or a row a cell, unfolded to a row a figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from auditor.records import acs_cells, acs_places, acs_values
from auditor.records.acs_choice import Used, choose, noted, refusal, said
from auditor.records.acs_names import Code, codes, is_profile, period_of, years
from auditor.records.columns import key
from auditor.records.raw import RawTable
from auditor.records.store import Store, literal, quote
from auditor.records.unfold import Figure, replaced, unfold


def by_code(raw: RawTable, store: Store) -> RawTable:
    """Unfold a table with a column a cell: ``GEO_ID, NAME, B03002_012E, B03002_012M ...``."""
    found = codes(raw.columns)
    estimates = {(item.table, item.number): i for i, item in found.items() if item.kind == "E"}
    margins = {(item.table, item.number): i for i, item in found.items() if item.kind == "M"}
    if not estimates and any(is_profile(header) for header in raw.columns):
        raise refusal(
            raw,
            "a profile or subject table",
            "its lines mean something else from year to year, and some are percents",
        )
    used, notes = choose(estimates, raw)
    raw = acs_places.drop_smaller(raw, store)
    figures = [_figure(item, estimates[item], margins.get(item)) for item in used]
    positions = [at for figure in figures for at in (figure.n, figure.moe) if at is not None]
    notes += acs_values.annotated(raw, store, positions)
    others = [i for i in range(len(raw.columns)) if i not in found]
    keep = kept(raw, others)
    table = unfold(raw, store, figures, keep, number=_number, margin=lambda item: acs_values.cleaned(_margin(item)))
    return noted(table, [said(used), *notes])


def _number(item: Figure) -> str:
    return acs_values.estimate(f"r.c{item.n}", _margin(item))


def _margin(item: Figure) -> str:
    return "''" if item.moe is None else f"r.c{item.moe}"


def _figure(item: Used, n: int, moe: int | None) -> Figure:
    cell = acs_cells.cells(item[0])[item[1]]
    return Figure(n, moe, cell.group, cell.universe, cell.age, cell.sex)


def kept(raw: RawTable, others: Sequence[int]) -> dict[str, str]:
    """Return the columns that say where and when: a code, the name to check it against, and the period."""
    keep: dict[str, str] = {}
    names = [key(raw.columns[i]) for i in others]
    if place := acs_places.expression([raw.columns[i] if i in others else "" for i in range(len(raw.columns))]):
        keep["place"] = place
    name = next((others[names.index(known)] for known in acs_places.NAMES if known in names), None)
    if name is not None:
        keep["NAME"] = f"r.c{name}"
    year = next((others[names.index(known)] for known in ("year", "vintage", "period") if known in names), None)
    if year is not None:
        keep["period"] = years(f"r.c{year}", raw.file)
    elif stated := period_of(raw.file):
        keep["period"] = literal(stated)
    return keep


def long(raw: RawTable, store: Store, at: Sequence[int]) -> RawTable:
    """Read a table with a row a cell: ``GEOID, NAME, variable, estimate, moe`` (columns ``at`` the last three)."""
    variable, estimate, moe = at
    sql = store.connection
    values = sql.execute(f"SELECT DISTINCT trim(c{variable}) FROM {quote(raw.table)}").fetchall()  # noqa: S608
    given = {text: found for (text,) in values if (found := codes([text]).get(0)) is not None}
    if not given:
        return replace(raw, columns=tuple("group" if i == variable else name for i, name in enumerate(raw.columns)))
    used, notes = choose({(item.table, item.number) for item in given.values()}, raw)
    raw = acs_places.drop_smaller(raw, store)
    notes += acs_values.annotated(raw, store, [i for i in (estimate, moe) if i >= 0])
    keep = kept(raw, [i for i in range(len(raw.columns)) if i not in at])
    table = _joined(raw, store, at, keep, _meanings(given, used))
    count = sql.execute(f"SELECT count(*) FROM {quote(table.table)}").fetchall()[0][0]  # noqa: S608
    ledger = table.ledger.step("cell of the survey that is not used", table.ledger.used - int(count))
    return noted(replace(table, ledger=ledger, unfolded=False), [said(used), *notes])


def _meanings(given: dict[str, Code], used: Sequence[Used]) -> str:
    rows = []
    for text, item in given.items():
        if (item.table, item.number) in used:
            cell = acs_cells.cells(item.table)[item.number]
            rows.append(", ".join(map(literal, (text, cell.group, cell.universe, cell.age, cell.sex))))
    return f"(VALUES {', '.join(f'({row})' for row in rows)}) m(code, grp, universe, age, sex)"


def _joined(raw: RawTable, store: Store, at: Sequence[int], keep: dict[str, str], meanings: str) -> RawTable:
    variable, estimate, moe = at
    margin = f"r.c{moe}" if moe >= 0 else "''"
    number = acs_values.estimate(f"r.c{estimate}", margin)
    values = [*keep.values(), "m.grp", "m.universe", "m.age", "m.sex", number]
    names = [*keep, "group", "universe", "age", "sex", "n"]
    if moe >= 0:
        values, names = [*values, acs_values.cleaned(margin)], [*names, "moe"]
    columns = ", ".join(f"{value} AS c{i}" for i, value in enumerate(values))
    source = f"{quote(raw.table)} r JOIN {meanings} ON m.code = trim(r.c{variable})"
    return replaced(raw, store, f"SELECT r._row AS _row, {columns} FROM {source}", names)  # noqa: S608
