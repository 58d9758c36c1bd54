"""Group first, map after: the typed table of a large sheet, from what its texts mean and how often they stand together.

Each piece of the statement that types rows is run over the different texts that it reads. What comes out the same is
one class; rows of equal classes are one row of the typed table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from auditor.records.coded import Coded, Ids, read_in
from auditor.records.sheet import Sheet, quote

if TYPE_CHECKING:
    from auditor.records.typed import Piece

_MOST_BITS = 63
_AT_ONCE = 1 << 20
Keys = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class _Classes:
    """The classes of one piece.

    Attributes
    ----------
    table : str
        Table of ``class`` and what the piece says of it.
    names : tuple of str
        What it says.
    of : (ids,) array
        The class of what is alike in the columns that the piece reads.
    odd : (classes,) bool array
        Which classes make a row stand alone.
    ids : (lines,) array
        What each row is alike with.
    bits : int
        How many bits tell the classes apart.
    """

    table: str
    names: tuple[str, ...]
    of: NDArray[np.uint64]
    odd: NDArray[np.bool_]
    ids: Ids
    bits: int


def build_alike(sheet: Sheet, coded: Coded, pieces: Sequence[Piece], fixed: dict[str, str]) -> bool:
    """Make the typed table of a sheet; False when it must be made row by row.

    Parameters
    ----------
    sheet : Sheet
        Of which rows alike may stand together.
    coded : Coded
        Its raw table.
    pieces : sequence of Piece
        What the statement that types rows is made of.
    fixed : dict
        Columns that are the same in every row, as SQL.
    """
    classes = [_classes(sheet, coded, piece, at) for at, piece in enumerate(pieces)]
    row_bits = max(1, (coded.encoded.lines - 1).bit_length())
    if sum(one.bits for one in classes) + row_bits > _MOST_BITS:
        return False
    keys, alone = _keys(coded, classes, row_bits)
    first, counts, own, held = _grouped(keys, alone, classes, row_bits)
    names = [name for one in classes for name in one.names]
    asides = ", ".join(f"a{at}" for at, piece in enumerate(pieces) if piece.asides)
    joins = "".join(f" JOIN {one.table} t{at} ON t{at}.class = g.k{at}" for at, one in enumerate(classes))
    grouped = f"{coded.table}_grouped"
    sheet.store.connection.register(
        grouped, {"_row": first, "n": counts, "own": own, **{f"k{at}": held[at] for at in range(len(classes))}}
    )
    sheet.run(
        f"CREATE OR REPLACE TEMP TABLE {sheet.typed} AS SELECT g._row + {coded.first} AS _row, "  # noqa: S608
        f"{', '.join(names)}, coalesce({asides or 'NULL'}, NULL::VARCHAR) AS aside, g.n AS file_rows, g.own AS alone"
        f"{''.join(f', {sql} AS {name}' for name, sql in fixed.items())} FROM {quote(grouped)} g{joins}"
    )
    sheet.store.connection.unregister(grouped)
    for one in classes:
        sheet.run(f"DROP TABLE {one.table}")
    return True


def _classes(sheet: Sheet, coded: Coded, piece: Piece, at: int) -> _Classes:
    """Run a piece over what is alike in the columns that it reads."""
    columns = read_in((*piece.joins, *piece.select.values(), *piece.asides))
    name, every = quote(f"map_{sheet.index}_class_{at}"), quote(f"map_{sheet.index}_every_{at}")
    said = dict(piece.select)
    if piece.asides:
        said[f"a{at}"] = f"coalesce({', '.join(piece.asides)}, NULL::VARCHAR)"
    cells = ", ".join(said)
    doubts = " OR ".join(piece.doubts()) or "false"
    odd = f"({doubts})" + (f" OR a{at} IS NOT NULL" if piece.asides else "")
    sheet.run(
        f"CREATE OR REPLACE TEMP TABLE {every} AS SELECT *, dense_rank() OVER (ORDER BY {cells}) - 1 AS class, "  # noqa: S608
        f"coalesce({odd}, false) AS odd FROM (SELECT r.id AS id{''.join(f', {sql} AS {n}' for n, sql in said.items())} "
        f"FROM {coded.alike(columns)} r {' '.join(piece.joins)})"
    )
    sheet.run(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT DISTINCT * EXCLUDE (id, odd) FROM {every}")  # noqa: S608
    found = sheet.store.connection.execute(f"SELECT id, class, odd FROM {every}").fetchnumpy()  # noqa: S608
    sheet.run(f"DROP TABLE {every}")
    ids, classes = found["id"], found["class"]
    of = np.zeros(int(ids.max()) + 1, dtype=np.uint64)
    of[ids] = classes
    odd_of = np.zeros(int(classes.max()) + 1, dtype=bool)
    odd_of[classes] = found["odd"]
    return _Classes(name, tuple(piece.select), of, odd_of, coded.ids(columns), int(classes.max()).bit_length())


def _keys(coded: Coded, classes: Sequence[_Classes], row_bits: int) -> tuple[Keys, NDArray[np.bool_] | None]:
    """Return, for each row, its classes above its own number, and which rows stand alone (None: no row does)."""
    lines = coded.encoded.lines
    keys = np.arange(lines, dtype=np.uint64)
    alone = np.zeros(lines, dtype=bool) if any(one.odd.any() for one in classes) else None
    for start in range(0, lines, _AT_ONCE):
        part, shift = slice(start, start + _AT_ONCE), row_bits
        for one in classes:
            if one.bits == 0 and alone is None:
                continue
            found = one.of[one.ids[part]]
            keys[part] |= found << np.uint64(shift)
            shift += one.bits
            if alone is not None:
                alone[part] |= one.odd[found]
    return keys, alone


def _grouped(
    keys: Keys, alone: NDArray[np.bool_] | None, classes: Sequence[_Classes], row_bits: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_], list[NDArray[np.integer]]]:
    """Return the first row of each group, its rows, whether it stands alone, and its classes."""
    apart = keys[alone] if alone is not None else keys[:0]
    alike = keys[~alone] if alone is not None else keys
    alike.sort()
    groups = alike >> np.uint64(row_bits)
    starts = np.flatnonzero(np.concatenate([[True], groups[1:] != groups[:-1]])) if len(groups) else np.zeros(0, int)
    counts = np.diff(starts, append=len(groups))
    held = np.concatenate([alike[starts], apart])
    first = (held & np.uint64((1 << row_bits) - 1)).astype(np.int64)
    split, shift = [], row_bits
    for one in classes:
        mask = np.uint64((1 << one.bits) - 1)
        split.append(((held >> np.uint64(shift)) & mask).astype(np.min_scalar_type(int(mask))))
        shift += one.bits
    own = np.zeros(len(held), dtype=bool)
    own[len(starts) :] = True
    return first, np.concatenate([counts, np.ones(len(apart), dtype=np.int64)]).astype(np.int64), own, split
