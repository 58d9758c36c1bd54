"""The typed table of a large sheet as a view: rows alike stay arrays of small numbers, looked up when they are read.

Millions of rows laid down with all their columns would take most of the time and memory of reading a file, to be read
twice. Rows that stand alone, of which something may yet be said, are a table as they are in any other sheet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.records.coded import Coded
from auditor.records.sheet import Sheet, quote


@dataclass(frozen=True, slots=True)
class Said:
    """What one piece of the statement that types rows says of its classes.

    Attributes
    ----------
    table : str
        Table of ``class`` (0, 1, ...) and the columns; ``a`` and its number is the reason to set a row aside.
    names : tuple of str
        The columns.
    doubts : frozenset of str
        Those that say something of rows that stand alone only.
    aside : str
        Name of the column of reasons; empty where there is none.
    """

    table: str
    names: tuple[str, ...]
    doubts: frozenset[str]
    aside: str


@dataclass(frozen=True, slots=True)
class Groups:
    """Rows of the typed table.

    Attributes
    ----------
    first : (groups,) array
        The first row of each group, counted from the first of the table.
    rows : (groups,) array
        How many rows of the file it stands for.
    classes : list of (groups,) array
        For each piece, its class.
    """

    first: NDArray[np.integer]
    rows: NDArray[np.integer]
    classes: list[NDArray[np.unsignedinteger]]

    def columns(self) -> dict[str, NDArray[np.integer]]:
        """Return the arrays by the names that the statements give them."""
        return {"_row": self.first, "n": self.rows, **{f"k{at}": held for at, held in enumerate(self.classes)}}


def show(
    sheet: Sheet, coded: Coded, pieces: Sequence[Said], fixed: dict[str, str], *, alike: Groups, apart: Groups
) -> None:
    """Make the typed table of a sheet.

    Parameters
    ----------
    sheet, coded
        Its raw table.
    pieces : sequence of Said
        What is said of each class.
    fixed : dict
        Columns that are the same in every row, as SQL.
    alike, apart : Groups
        Rows that stand together, and those that stand alone.
    """
    ends = "".join(f", {sql} AS {name}" for name, sql in fixed.items())
    sheet.split = True
    coded.hold("apart", apart.columns())
    joins = "".join(f" JOIN {piece.table} t{at} ON t{at}.class = g.k{at}" for at, piece in enumerate(pieces))
    asides = ", ".join(piece.aside for piece in pieces if piece.aside) or "NULL"
    sheet.run(
        f"CREATE OR REPLACE TEMP TABLE {sheet.single} AS SELECT g._row::BIGINT + {coded.first} AS _row, "  # noqa: S608
        f"{', '.join(name for piece in pieces for name in piece.names)}, coalesce({asides}, NULL::VARCHAR) AS aside, "
        f"g.n::BIGINT AS file_rows, true AS alone{ends} FROM {coded.held('apart')} g{joins}"
    )
    coded.hold("alike", alike.columns())
    lists, same = _lists(sheet, pieces)
    sheet.run(
        f"CREATE OR REPLACE TEMP VIEW {sheet.typed} AS SELECT g._row::BIGINT + {coded.first} AS _row, "  # noqa: S608
        f"{', '.join(_looked_up(pieces, same))}, NULL::VARCHAR AS aside, g.n::BIGINT AS file_rows, false AS alone"
        f"{ends} FROM {coded.held('alike')} g, {lists} l UNION ALL SELECT * FROM {sheet.single}"
    )


def _looked_up(pieces: Sequence[Said], same: frozenset[str]) -> list[str]:
    """Return the SQL of the columns of rows alike: by list and not by join, so that what nobody reads costs nothing."""
    found = []
    for at, piece in enumerate(pieces):
        for name in piece.names:
            sql = f"l.{name}" if name in same else f"l.{name}[g.k{at}::INTEGER + 1]"
            if name in piece.doubts:
                sql = "NULL::VARCHAR" if name == "place_total" else "false"
            found.append(f"{sql} AS {name}")
    return found


def _lists(sheet: Sheet, pieces: Sequence[Said]) -> tuple[str, frozenset[str]]:
    """Make a table of one row: what is said of the classes, each column a list in their order, or what all say."""
    table, lists = quote(f"map_{sheet.index}_lists"), []
    same = frozenset(name for piece in pieces for name in _same(sheet, piece))
    for piece in pieces:
        for name in piece.names:
            held = f"any_value({name})" if name in same else f"list({name} ORDER BY class)"
            lists.append(f"(SELECT {held} FROM {piece.table}) AS {name}")  # noqa: S608
    sheet.run(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT {', '.join(lists)}")
    return table, same


def _same(sheet: Sheet, piece: Said) -> list[str]:
    """Return the columns that say the same of all classes."""
    each = ", ".join(f"min({n}) IS NOT DISTINCT FROM max({n}) AND count({n}) IN (0, count(*))" for n in piece.names)
    said = sheet.sql(f"SELECT {each} FROM {piece.table}")[0]  # noqa: S608
    return [name for name, alike in zip(piece.names, said, strict=True) if alike]
