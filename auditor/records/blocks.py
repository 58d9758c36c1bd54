"""Reports in blocks: a line for a booking, a line of names for its charges, the charges, a blank line.

Each block becomes rows with the cells of its booking: one for the booking itself and one for each line of a charge, so
that what follows can treat it as a file of charges. What stands below a name of the booking's line and what stands
below a name of the charges' line are different columns that share a place on the paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from auditor.errors import InputError, Problem
from auditor.records.canonical import examples
from auditor.records.columns import key
from auditor.records.raw import RawTable
from auditor.records.sheet import BLANKS, quote
from auditor.records.store import Store

CHARGES = frozenset(
    {"charge", "chargecode", "chargeliteral", "chargedescription", "chargedesc", "offense", "offence", "statute"}
)
"""Names by which the line above the charges of a block is known."""

_EXAMPLES = 5
_NAMES_AGAIN = "line of the names of the charges, repeated in each block"
_ALONE = "line that belongs to no booking"

Line = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Block:
    """One booking: its own line, and the lines of its charges."""

    booking: Line
    charges: tuple[Line, ...]


def is_names(cells: Sequence[str]) -> bool:
    """Tell whether a line names the columns of the charges."""
    names = [key(cell) for cell in cells if cell]
    return len(names) > 1 and bool(CHARGES & set(names))


def blocks(lines: Sequence[Line], header_row: int, day: int) -> tuple[list[Block], list[Line]]:
    """Cut lines into blocks.

    Parameters
    ----------
    lines : sequence of (row, cells)
        Without blank lines, whose places show in the numbers of the rows. Cells are stripped.
    header_row : int
        Row of the names of the bookings.
    day : int
        Position of the day of the booking: a line after a gap that has none there goes on with the block before it.

    Returns
    -------
    blocks : list of Block
    alone : list of (row, cells)
        Lines before the first booking, which belong to none.
    """
    found: list[tuple[Line, list[Line]]] = []
    alone: list[Line] = []
    for index, (row, cells) in enumerate(lines):
        if is_names(cells):
            continue
        named = index + 1 < len(lines) and is_names(lines[index + 1][1])
        previous = lines[index - 1][0] if index else header_row
        bare = (row > previous + 1 or index == 0) and any(char.isdigit() for char in cells[day])
        if named or bare:
            found.append(((row, cells), []))
        elif found:
            found[-1][1].append((row, cells))
        else:
            alone.append((row, cells))
    return [Block(booking, tuple(charges)) for booking, charges in found], alone


def lines_of(raw: RawTable, store: Store) -> list[Line]:
    """Return the lines of a table in order, their cells stripped."""
    cells = ", ".join(f"c{index}" for index in range(len(raw.columns)))
    rows = store.connection.execute(f"SELECT _row, {cells} FROM {quote(raw.table)} ORDER BY _row").fetchall()  # noqa: S608
    return [(row[0], [cell.strip(BLANKS) for cell in row[1:]]) for row in rows]


def names_of_charges(raw: RawTable, lines: Sequence[Line]) -> dict[int, str]:
    """Return the names of the charges' columns by their place, none of them a name of the booking's line.

    Raises
    ------
    InputError
        When no line names them, or two blocks name them differently: values would stand under the wrong name.
    """
    where = Problem("", "", "", file=raw.file, sheet=raw.sheet)
    given = {tuple(cells): row for row, cells in reversed(lines) if is_names(cells)}
    if not given:
        raise _refused(where, "no line names the columns of the charges", "this is no report in blocks", 0)
    first = min(given, key=lambda cells: given[cells])
    other = [row for cells, row in given.items() if cells != first]
    if other:
        raise _refused(
            where, "the columns of the charges have other names than above", "they may be others", min(other)
        )
    own = {key(name) for name in raw.columns}
    return {at: f"Charge {name}" if key(name) in own | {"level"} else name for at, name in enumerate(first) if name}


def _refused(where: Problem, found: str, why: str, row: int) -> InputError:
    remedy = 'if one row is one charge, use format = "records" with fold = the column that names the booking'
    problem = replace(where, found=found, why=why, remedy=remedy, row=row)
    return InputError("a report in blocks cannot be read", [problem])


def unblocked(
    raw: RawTable, names: Sequence[str], rows: Sequence[Line], alone: Sequence[Line], store: Store
) -> RawTable:
    """Write rows in place of the lines of a report, and account for the lines that are in none of them.

    Parameters
    ----------
    raw : RawTable
        The report.
    names : sequence of str
        Headers of the new columns.
    rows : sequence of (row, cells)
        The new rows, by the number of the line that each was.
    alone : sequence of (row, cells)
        Lines that belong to no booking: quarantined.
    store : Store
        Where it lives.
    """
    table = store.fresh("blocks")
    columns = ", ".join(f"c{index} VARCHAR" for index in range(len(names)))
    store.connection.execute(f"CREATE TABLE {quote(table)} (_row BIGINT, {columns})")
    if rows:
        lists = [[row for row, _ in rows], *([cells[index] for _, cells in rows] for index in range(len(names)))]
        spread = ", ".join(f"unnest(?::{'VARCHAR' if at else 'BIGINT'}[])" for at in range(len(lists)))
        store.connection.execute(f"INSERT INTO {quote(table)} SELECT {spread}", lists)
    store.drop(raw.table)
    numbers = [row for row, _ in alone]
    ledger = raw.ledger.step(_ALONE, len(alone), quarantined=True, example=examples(numbers[:_EXAMPLES], len(numbers)))
    ledger = ledger.step(_NAMES_AGAIN, ledger.used - len(rows))
    return replace(raw, table=table, columns=tuple(names), ledger=ledger)
