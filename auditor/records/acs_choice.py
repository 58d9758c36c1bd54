"""Which cells of a file of the American Community Survey are used, and what is said of the others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from auditor.errors import InputError, Problem
from auditor.records import acs_cells
from auditor.records.acs_names import period_of, year_note
from auditor.records.raw import RawTable

Used = tuple[str, int]
"""A table and the number of a cell."""


def choose(given: Iterable[Used], raw: RawTable) -> tuple[list[Used], list[str]]:
    """Return the cells to be used among those that a file holds, and what is to be said of the others.

    One table is used for each universe and group, whole figures before figures by sex and age; a universe of which
    some parts are missing is not used.

    Raises
    ------
    InputError
        When none of them counts people of a group or universe.
    """
    held = set(given)
    best: dict[tuple[str, str], list[Used]] = {}
    notes: list[str] = []
    for table, number in sorted(held):
        cell = acs_cells.cells(table).get(number)
        if cell is None:
            continue
        together = sorted((table, at) for at in acs_cells.strata(table, number))
        if missing := [at for _, at in together if (table, at) not in held]:
            cut = ", ".join(f"{table}_{at:03}" for at in missing[:6])
            notes.append(f"{table}: {cell.universe} not used, since {cut} are missing: the parts do not make the whole")
            continue
        before = best.get((cell.universe, cell.group))
        if before is None or len(together) < len(before):
            best[cell.universe, cell.group] = together
    used = sorted(item for together in best.values() for item in together)
    races = sorted({table for table, _ in held if acs_cells.race_alone(table)})
    if not used:
        raise nothing(raw, sorted({table for table, _ in held}), races)
    if races:
        notes.append(f"{', '.join(races)} not used: they count races whether Hispanic or not; B03002 does not")
    return used, notes + _left_out(held - set(used) - {item for item in held if item[0] in races})


def _left_out(held: set[Used]) -> list[str]:
    if not held:
        return []
    some = ", ".join(f"{table}_{number:03}" for table, number in sorted(held)[:12])
    more = f" and {len(held) - 12} more" if len(held) > 12 else ""
    return [f"cells not used (sums, finer divisions, or told by another table): {some}{more}"]


def nothing(raw: RawTable, tables: Sequence[str], races: Sequence[str]) -> InputError:
    """Return the error for tables of which no cell is used."""
    shown = ", ".join(tables[:8])
    why = "no cell of it is known to count people of a group or universe"
    if races:
        why = "tables by race alone count Hispanic people in every race, and the groups of an audit are not Hispanic"
    return refusal(raw, f"only {shown}" if tables else "no detailed table", why)


def refusal(raw: RawTable, found: str, why: str) -> InputError:
    """Return the error for a file of the survey that holds no baseline."""
    problem = Problem(
        found,
        why,
        "get B03002 (Hispanic origin by race), B05001 (citizenship) or B01001H and I (age), or name a column of counts "
        "with columns.n and say constants.group and constants.universe",
        file=raw.file,
        sheet=raw.sheet,
    )
    return InputError(f"{raw.file} cannot be used", [problem])


def said(used: Sequence[Used]) -> str:
    """Return which cells are read as what."""
    parts = []
    for table in dict.fromkeys(table for table, _ in used):
        numbers = [number for name, number in used if name == table]
        for universe in dict.fromkeys(acs_cells.cells(table)[number].universe for number in numbers):
            some = [n for n in numbers if acs_cells.cells(table)[n].universe == universe]
            shown = f"{table}_{some[0]:03}" if len(some) == 1 else f"{len(some)} cells of {table}"
            parts.append(f"{shown} as {universe}")
    return "American Community Survey: " + "; ".join(parts)


def noted(raw: RawTable, notes: Iterable[str]) -> RawTable:
    """Return a table with notes, the last of them on its period."""
    ledger = raw.ledger
    period = period_of(raw.file)
    said = [f"period {period.replace('/', ' to ')} from the name of the file"] if period else [year_note(raw.file)]
    for note in (*notes, *said):
        ledger = ledger.note(note) if note else ledger
    return replace(raw, ledger=ledger)
