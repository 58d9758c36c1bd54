"""Group first, map after: the typed table of a large sheet, from what its texts mean and how often they stand together.

Each piece of the statement that types rows is run over the different texts that it reads. What comes out the same is
one class; rows of equal classes are one row of the typed table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from auditor.records.alike_view import Groups, Said, show
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
    said : Said
        What the piece says of them.
    of : (ids,) array
        The class of what is alike in the columns that the piece reads.
    odd : (classes,) bool array
        Which classes make a row stand alone.
    ids : (lines,) array
        What each row is alike with.
    bits : int
        How many bits tell the classes apart.
    """

    said: Said
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
    bits, said = [one.bits for one in classes], [one.said for one in classes]
    del classes  # and with them numbers of all rows
    coded.rest()
    apart = _split(keys[:0] if alone is None else keys[alone], bits, row_bits)
    alike = _grouped(keys if alone is None else keys[~alone], bits, row_bits)
    del keys  # eight bytes a row, which DuckDB may need
    show(sheet, coded, said, fixed, alike=alike, apart=apart)
    for one in said:
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
    told = Said(name, tuple(piece.select), frozenset(piece.doubted()), f"a{at}" if piece.asides else "")
    return _Classes(told, of, odd_of, coded.ids(columns), int(classes.max()).bit_length())


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


def _grouped(keys: Keys, bits: Sequence[int], row_bits: int) -> Groups:
    """Put rows of equal classes together; the keys are sorted in place."""
    keys.sort()
    new = np.ones(len(keys), dtype=bool)
    for start in range(1, len(keys), _AT_ONCE):
        stop = min(start + _AT_ONCE, len(keys))
        new[start:stop] = (keys[start:stop] ^ keys[start - 1 : stop - 1]) >> np.uint64(row_bits) != 0
    starts = np.flatnonzero(new)
    counts = np.diff(starts, append=len(keys))
    return replace(_split(keys[starts], bits, row_bits), rows=counts.astype(_least(len(keys))))


def _split(held: Keys, bits: Sequence[int], row_bits: int) -> Groups:
    """Take keys apart, each a row by itself."""
    fields, shift = [], 0
    for width in (row_bits, *bits):
        mask = np.uint64((1 << width) - 1)
        fields.append(((held >> np.uint64(shift)) & mask).astype(_least(int(mask))))
        shift += width
    return Groups(fields[0], np.ones(len(held), dtype=np.uint8), fields[1:])


def _least(most: int) -> np.dtype[np.unsignedinteger]:
    """Return the smallest type of whole numbers up to this one: a group has several, and there are millions."""
    return np.min_scalar_type(most)
