"""Parquet files: every column cast to text by DuckDB, exactly as it is typed in the file."""

from __future__ import annotations

from pathlib import Path

import duckdb

from auditor.errors import InputError
from auditor.records.grid import MAX_COLUMNS, Where
from auditor.records.store import Store, literal, quote

_INDEX = ("__index_level_0__",)


def export(path: Path, where: Where, store: Store, target: Path) -> list[str]:
    """Write a Parquet file again as text columns ``_row``, ``_odd``, ``c0`` ...; return the names of the columns.

    A missing value becomes ``''``; ``_row`` is the number of the record from 1.

    Raises
    ------
    InputError
        When the file is damaged, encrypted, or names a column twice.
    """
    try:
        names = _names(path, where, store)
        source = str(store.admit(path))
        found = store.connection.execute("SELECT * FROM read_parquet(?, binary_as_string=true) LIMIT 0", [source])
        cells = ", ".join(
            f"coalesce(CAST({quote(column[0])} AS VARCHAR), '') AS c{index}"
            for index, column in enumerate(found.description)
        )
        store.connection.execute(
            f"COPY (SELECT file_row_number + 1 AS _row, '' AS _odd, {cells} FROM "  # noqa: S608
            "read_parquet(?, binary_as_string=true, file_row_number=true)) "
            f"TO {literal(str(target))} (FORMAT parquet)",
            [source],
        )
    except duckdb.Error as error:
        raise _damaged(where, error) from error
    return names


def _names(path: Path, where: Where, store: Store) -> list[str]:
    """Return the names of the top-level columns as the file gives them (DuckDB renames doubles)."""
    schema = store.connection.execute(
        "SELECT name, coalesce(num_children, 0) FROM parquet_schema(?)", [str(store.admit(path))]
    ).fetchall()
    names, position = [], 1
    for _ in range(schema[0][1]):
        names.append(str(schema[position][0]))
        position = _after(schema, position)
    if len(names) > MAX_COLUMNS:
        problem = where.problem(
            f"{len(names):,} columns", f"at most {MAX_COLUMNS:,} are read", "keep the columns that the audit needs"
        )
        raise InputError(f"{where.file} cannot be read", [problem])
    return ["" if name in _INDEX else " ".join(name.split()) for name in names]


def _after(schema: list[tuple[str, int]], position: int) -> int:
    """Return the position behind a column and all that is nested in it."""
    open_children = 1
    while open_children:
        open_children += schema[position][1] - 1
        position += 1
    return position


def _damaged(where: Where, error: duckdb.Error) -> InputError:
    """Word what DuckDB says by its kind only: its text may hold a path or a value."""
    problem = where.problem(
        f"the Parquet file cannot be read ({type(error).__name__})",
        "it is damaged, cut off, encrypted, or holds a type that has no text",
        "write it again, or save the table as CSV",
    )
    return InputError(f"{where.file} cannot be read", [problem])
