"""Settle the columns of a staged table: unnamed ones, an index column, names given twice, tables side by side."""

from __future__ import annotations

from auditor.records.grid import letter
from auditor.records.store import quote
from auditor.records.tidier import Tidier


def settle_columns(work: Tidier) -> tuple[str, ...]:
    """Drop what is no column, refuse what is doubtful, and number the rest from ``c0``.

    Parameters
    ----------
    work : Tidier
        The table; problems and notes are added to it.

    Returns
    -------
    tuple of str
        Header texts of the columns that stay.
    """
    names = list(work.header.names)
    unnamed = [index for index, name in enumerate(names) if not name]
    drop = _unnamed(work, unnamed)
    _side_by_side(work, [index for index in unnamed if index in drop])
    if not work.problems:
        drop |= _doubles(work, [index for index in range(len(names)) if index not in drop])
    if not work.problems:
        _renumber(work, drop)
    return tuple(name for index, name in enumerate(names) if index not in drop)


def _unnamed(work: Tidier, unnamed: list[int]) -> set[int]:
    drop: set[int] = set()
    empty: list[str] = []
    for index, count in work.each("count(*) FILTER (trim({cell}, $spaces) <> '')", unnamed).items():
        spot = letter(index + work.grid.first_column)
        if count == 0:
            drop.add(index)
            empty.append(spot)
        elif index == 0 and _is_index(work):
            drop.add(index)
            work.ledger = work.ledger.note(f"column {spot} has no name and numbers the rows: left out")
        else:
            work.problems.append(
                work.grid.where.problem(
                    f"the column has no name but {count:,} cells with values",
                    "columns are read by name",
                    "give it a name in the header row, or delete the column",
                    row=work.header.row,
                    column=spot,
                )
            )
    if empty:
        shown = f"columns {empty[0]} to {empty[-1]}" if len(empty) > 1 else f"column {empty[0]}"
        what = "1 column" if len(empty) == 1 else f"{len(empty)} columns"
        work.ledger = work.ledger.note(f"{what} without name and values left out ({shown})")
    return drop


def _is_index(work: Tidier) -> bool:
    """Tell whether the first column counts the rows, as R and pandas write it: whole numbers from 0 or 1, rising."""
    found = work.sql(
        "SELECT count(*), count(*) FILTER (regexp_full_match(c0, '0|[1-9][0-9]{0,15}')), "  # noqa: S608
        f"min(try_cast(c0 AS BIGINT)), max(try_cast(c0 AS BIGINT)) FROM {work.table}"
    )[0]
    rows, whole, low, high = found
    if whole != rows or not rows or (low not in (0, 1) and high - low + 1 != rows):
        return False
    falls = work.sql(
        "SELECT count(*) FROM (SELECT try_cast(c0 AS BIGINT) AS v, "  # noqa: S608
        f"lag(try_cast(c0 AS BIGINT)) OVER (ORDER BY _row) AS p FROM {work.table}) WHERE p >= v"
    )
    return falls[0][0] == 0


def _side_by_side(work: Tidier, empty: list[int]) -> None:
    """Refuse tables that stand beside one another with an empty column between them."""
    names = work.header.names
    blocks = _blocks(names)
    if len(blocks) < 2 or not empty or any(len(block) < 2 for block in blocks):
        return
    keys = [{names[index].casefold() for index in block} for block in blocks]
    if not (keys[0] & keys[1]) and not _uneven(work, blocks):
        return
    first = work.grid.first_column
    shown = "; ".join(
        f"columns {letter(block[0] + first)} to {letter(block[-1] + first)} "
        f"({', '.join(names[index] for index in block[:4])})"
        for block in blocks
    )
    work.problems.append(
        work.grid.where.problem(
            f"{len(blocks)} tables stand side by side: {shown}",
            "cells of one would be read as belonging to the rows of another",
            "save each table as a sheet or file of its own and name the one to be read",
            row=work.header.row,
        )
    )


def _blocks(names: tuple[str, ...]) -> list[list[int]]:
    blocks: list[list[int]] = [[]]
    for index, name in enumerate(names):
        if name:
            blocks[-1].append(index)
        elif blocks[-1]:
            blocks.append([])
    return [block for block in blocks if block]


def _uneven(work: Tidier, blocks: list[list[int]]) -> bool:
    """Tell whether one block ends well above another: rows that do not belong together."""
    parts = []
    for block in blocks:
        filled = " OR ".join(f"trim(c{index}, $spaces) <> ''" for index in block)
        parts.append(f"coalesce(max(_row) FILTER ({filled}), 0)")
    ends = work.sql(f"SELECT {', '.join(parts)} FROM {work.table}")[0]  # noqa: S608
    return max(ends) - min(ends) > max(2, 0.05 * (max(ends) - work.header.row))


def _doubles(work: Tidier, indices: list[int]) -> set[int]:
    """Drop a column that repeats another cell by cell; refuse one that only bears its name."""
    seen: dict[str, int] = {}
    drop: set[int] = set()
    for index in indices:
        key = work.header.names[index].casefold()
        if key not in seen:
            seen[key] = index
            continue
        first = seen[key]
        differ = work.count(f"c{first} <> c{index}")
        if differ == 0:
            drop.add(index)
            work.ledger = work.ledger.note(f"column {work.label(index)} repeats column {work.label(first)}: left out")
            continue
        work.problems.append(
            work.grid.where.problem(
                f"the name {work.header.names[index]!r} stands over two columns "
                f"({work.label(first)} and {work.label(index)}) that differ in {differ:,} rows",
                "it is not known which is meant",
                "rename or delete one of them",
                row=work.header.row,
                column=letter(index + work.grid.first_column),
            )
        )
    return drop


def _renumber(work: Tidier, drop: set[int]) -> None:
    """Leave ``_row`` and ``c0`` ... in the table."""
    keep = [index for index in range(len(work.cells)) if index not in drop]
    for index in sorted(drop):
        work.sql(f"ALTER TABLE {work.table} DROP COLUMN {quote(f'c{index}')}")
    work.sql(f"ALTER TABLE {work.table} DROP COLUMN _odd")
    for new, old in enumerate(keep):
        if new != old:
            work.sql(f"ALTER TABLE {work.table} RENAME COLUMN {quote(f'c{old}')} TO {quote(f'c{new}')}")
