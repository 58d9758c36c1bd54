"""Matches that no detainer followed: from single rows that say so, else from counts of matches and of detainers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Bools, Cells, Floats, RowTable, Table, Texts
from auditor.signals.baseline import Baseline, Own, elsewhere, printable, small, statewide
from auditor.signals.shares import ShareColumn
from auditor.signals.signal import Contrast, Lack

ATOMS = ("1", "2", "3", "none", "unknown")
"""Levels told apart; a union of several, or none, is unknown."""
SETS: dict[str, tuple[str, ...]] = {
    "all": ATOMS,
    "low": ("3", "none"),
    "level-1": ("1",),
    "level-2": ("2",),
    "level-3": ("3",),
    "none": ("none",),
}

LACKS = (
    Lack("discretion-use.absent", "discretion-use.need-rows"),
    Lack("discretion-use.suppressed", "discretion-use.need-unsuppressed"),
    Lack("discretion-use.no-base", "discretion-use.need-peers"),
    Lack("discretion-use.unmatched", "discretion-use.need-same-days"),
    Lack("discretion-use.no-level", "discretion-use.need-levels"),
)


@dataclass(frozen=True)
class Matches:
    """Matches by level, and whether a detainer followed.

    Attributes
    ----------
    parts : (J, L, 2) array
        Without and with a detainer, by level of :data:`ATOMS`.
    silent : (J, L) array
        Matches of which it is not recorded, by level.
    censored, unmatched : (J,) bool arrays
        Where a number is suppressed; where counts of matches and detainers do not belong together.
    first, last : (J,) object arrays
    """

    parts: Floats
    silent: Floats
    censored: Bools
    unmatched: Bools
    first: Texts
    last: Texts

    @property
    def told(self) -> Floats:
        """Matches of which it is known, (J,)."""
        return np.asarray(self.parts.sum(axis=(1, 2)))


def atom_of(levels: Sequence[str]) -> NDArray[np.int64]:
    """Return the position of each level among :data:`ATOMS`."""
    at = {name: i for i, name in enumerate(ATOMS)}
    return np.array([at.get(str(level), len(ATOMS) - 1) for level in levels], dtype=np.int64)


def flagged(rows: RowTable) -> tuple[RowTable, NDArray[np.int64]]:
    """Return the matches among single rows: 0 without a detainer, 1 with one, 2 where it is not recorded."""
    matches = rows.where(event="match")
    lodged = (matches.columns["detainer"] == 1) | (matches.columns["detainer_period"] != "")
    return matches, np.where(lodged, 1, np.where(matches.columns["detainer"] == 0, 0, 2))


def matches_of(cells: Cells) -> Matches:
    """Count matches with and without a detainer in every place."""
    if cells.rows is not None:
        rows, kind = flagged(cells.rows)
        if (kind == 0).any():
            return _from_rows(cells, rows, kind)
    return _from_counts(cells)


def _from_rows(cells: Cells, rows: RowTable, kind: NDArray[np.int64]) -> Matches:
    parts, silent = np.zeros((cells.size, len(ATOMS), 2)), np.zeros((cells.size, len(ATOMS)))
    told, level = kind < 2, atom_of(rows.columns["level"].tolist())
    np.add.at(parts, (rows.index[told], level[told], kind[told]), rows.n[told])
    np.add.at(silent, (rows.index[~told], level[~told]), rows.n[~told])
    censored = np.zeros(cells.size, dtype=bool)
    censored[rows.index[rows.censored]] = True
    first, last = (np.array(days, dtype=object) for days in cells.window("match"))
    return Matches(parts, silent, censored, np.zeros(cells.size, dtype=bool), first, last)


def _from_counts(cells: Cells) -> Matches:
    """Take detainers from matches, as far as both cover the same days; by level where both tell all of it alike."""
    tables = [cells.counts.where(event=event) for event in ("match", "detainer")]
    made, lodged = (_by_level(table, cells.size) for table in tables)
    present = np.stack([table.total(cells.size) for table in tables], axis=1)
    windows = [table.window(cells.size) for table in tables]
    apart = (windows[0][0] != windows[1][0]) | (windows[0][1] != windows[1][1])
    alike = _basis(tables[0], cells.size) == _basis(tables[1], cells.size)
    leveled = alike & (made[:, -1] == 0) & (lodged[:, -1] == 0)
    whole = np.zeros_like(made)
    whole[:, -1] = 1.0
    made, lodged = (np.where(leveled[:, None], table, whole * table.sum(axis=1)[:, None]) for table in (made, lodged))
    parts = np.stack([made - lodged, lodged], axis=2)
    counted = present[:, 1] > 0
    wrong = counted & (apart | (parts < 0).any(axis=(1, 2)))
    censored = np.zeros(cells.size, dtype=bool)
    for table in tables:
        censored[table.index[table.censored]] = True
    kept = np.where((counted & ~wrong)[:, None, None], parts, 0.0)
    return Matches(kept, np.zeros((cells.size, len(ATOMS))), censored, wrong, *windows[0])


def _by_level(table: Table, size: int) -> Floats:
    found = np.zeros((size, len(ATOMS)))
    np.add.at(found, (table.index, atom_of(table.columns["level"].tolist())), table.n)
    return found


def _basis(table: Table, size: int) -> Texts:
    """Return the one basis and regime of a place's levels; "?" and its position where there are several or none."""
    names: list[set[str]] = [set() for _ in range(size)]
    columns = (table.columns["level_basis"].tolist(), table.columns["level_regime"].tolist())
    for j, basis, regime in zip(table.index.tolist(), *columns, strict=True):
        names[j].add(f"{basis}/{regime}")
    return np.array([next(iter(found)) if len(found) == 1 else "?" for found in names], dtype=object)


def tested_set(found: Matches) -> str:
    """Return the matches that are compared: at the low levels where at least half of the places tell them."""
    low = found.parts[:, [ATOMS.index(name) for name in SETS["low"]]].sum(axis=(1, 2))
    return "low" if 2 * int((low > 0).sum()) >= int((found.told > 0).sum()) > 0 else "all"


def match_columns(cells: Cells, found: Matches, *, tested: bool) -> list[ShareColumn]:
    """Return the share of matches without a detainer against the other places: overall and by level."""
    chosen = tested_set(found)
    each = np.column_stack([found.parts.reshape(cells.size, -1), found.silent])
    atoms = np.asarray(small(each, cells).any(axis=1), dtype=bool)
    columns = []
    for name in (chosen, *(name for name in SETS if name != chosen)):
        own = _own(cells, found, name, atoms & (name != chosen))
        for where, base in (("nation", elsewhere(cells, own)), ("state", statewide(cells, own))):
            if where == "state" and name != chosen:
                continue
            code = _codes(found, own, base.enough(cells), name)
            contrast = _contrast(name, where, tested=tested and name == chosen and where == "nation")
            columns.append(_column(cells, found, own, base, code, contrast))
    return columns


def _own(cells: Cells, found: Matches, name: str, hidden: Bools) -> Own:
    chosen = [ATOMS.index(level) for level in SETS[name]]
    k, n = found.parts[:, chosen, 0].sum(axis=1), found.parts[:, chosen].sum(axis=(1, 2))
    # How many matches there were, and how many of these levels, is printed elsewhere.
    silent, told = found.silent[:, chosen].sum(axis=1), found.told - n
    others = found.silent.sum(axis=1) - silent
    beside = np.stack([silent, told, others, told + others], axis=1)
    rest = small(beside, cells).any(axis=1)
    return Own(k, n, n > 0, (n > 0) & printable(k, n, cells) & ~hidden & ~rest, found.first, found.last)


def _codes(found: Matches, own: Own, enough: Bools, name: str) -> NDArray[np.int64]:
    code = np.zeros(len(own.n), dtype=np.int64)
    code[~enough] = 3
    code[~own.known] = 5 if name != "all" else 1
    code[found.unmatched] = 4
    code[(found.told == 0) & ~found.unmatched] = 1
    code[found.censored] = 2
    return code


def _column(
    cells: Cells, found: Matches, own: Own, base: Baseline, code: NDArray[np.int64], contrast: Contrast
) -> ShareColumn:
    silent = found.silent.sum(axis=1)
    every = found.told + silent
    missing = np.divide(silent, every, out=np.full(cells.size, np.nan), where=every > 0)
    missing[small(silent, cells)] = np.nan
    notes = {
        "discretion-use.caveat-removable": code == 0,
        "discretion-use.caveat-levels": (code == 0) & (contrast.label == "all"),
    }
    return ShareColumn(contrast, own, base, code, missing, found.censored, notes, missing_of="detainer")


def _contrast(name: str, where: str, *, tested: bool) -> Contrast:
    return Contrast(
        key=f"match/no-detainer-{name}/{where}",
        group=None,
        reference=None,
        event="match",
        label=name,
        counted="no-detainer",
        among=f"match-{name}",
        comparator=where,
        why=f"discretion-use.why-{where}",
        shape="share",
        method="ratio of shares (score interval)",
        tested=tested,
        definitions=("discretion-use.define-use", "discretion-use.define-match"),
    )
