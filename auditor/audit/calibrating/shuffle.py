"""Shuffle the group labels of a place's events: what is left of a contrast between classes or months is chance."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Bools, Cells, Floats, Table

Ints = NDArray[np.int64]
_UNMOVED = ("", "unknown")
_WITHIN = ("event", "group_source")
"""Labels are shuffled among the events of one place that share these; classes and months are what they move over."""


@dataclass(frozen=True)
class _Block:
    """A place's events of one kind: which row holds each cell and group, -1 where no row speaks of it."""

    rows: Ints
    counts: Floats

    @property
    def whole(self) -> bool:
        return bool((self.rows >= 0).all())


class Shuffle:
    """Relabelled copies of cells.

    The null: within a place and event, an event's group is independent of its offence class and month. Where every
    group is counted in every cell (class x month), the labels are permuted: the events of each cell, and those of
    each group in the place, stay what they are (multivariate hypergeometric). Where some cells lack a group (absent is
    not zero) the events of each cell are shared out anew among the groups counted there, at the place's own shares
    (multinomial): only the cells' sums stay. Events of unrecorded group and suppressed counts are not touched. Natural
    differences between places in level, size and mix of classes remain; those between a place's own classes and
    months do not.

    Parameters
    ----------
    cells : Cells
        With the key ``group``.
    """

    def __init__(self, cells: Cells) -> None:
        self._cells = cells
        self._table = _filled(cells.counts)
        self._blocks = _blocks(self._table)
        self._whole = _stacked([block for block in self._blocks if block.whole])
        self._rest = _ragged([block for block in self._blocks if not block.whole])

    def draw(self, rng: np.random.Generator) -> Cells:
        """Return one relabelled copy."""
        n = self._table.n.copy()
        for rows, counts in self._whole:
            n[rows] = permuted(counts, rng)
        if self._rest is not None:
            rows, total, share = self._rest
            drawn = rng.multinomial(total.astype(np.int64), share).astype(float)
            n[rows[rows >= 0]] = drawn[rows >= 0]
        return dataclasses.replace(self._cells, counts=dataclasses.replace(self._table, n=n))


def permuted(counts: Floats, rng: np.random.Generator) -> Floats:
    """Permute labels in many tables at once, both margins of each held.

    Parameters
    ----------
    counts : (B, C, G) array of whole numbers
        Tables of C cells by G groups.
    rng : Generator

    Returns
    -------
    (B, C, G) array
        Multivariate hypergeometric draws, a cell and a group at a time.
    """
    left = counts.sum(axis=1).astype(np.int64)
    result = np.zeros(counts.shape)
    for c in range(counts.shape[1]):
        need = counts[:, c].sum(axis=1).astype(np.int64)
        for g in range(counts.shape[2]):
            rest = left[:, g + 1 :].sum(axis=1)
            drawn = rng.hypergeometric(left[:, g], rest, need)
            result[:, c, g], left[:, g] = drawn, left[:, g] - drawn
            need = need - drawn
    return result


def _movable(table: Table) -> Bools:
    return ~table.isin("group", *_UNMOVED) & ~table.censored


def _codes(table: Table, names: tuple[str, ...], rows: Ints) -> Ints:
    """Return one number for each distinct combination of the place and some keys."""
    code = table.index[rows].astype(np.int64)
    for name in names:
        _, part = np.unique(table.columns[name][rows].astype(str), return_inverse=True)
        _, code = np.unique(code * (int(part.max(initial=0)) + 1) + part, return_inverse=True)
    return np.asarray(code, dtype=np.int64)


def _keys(table: Table) -> tuple[tuple[str, ...], tuple[str, ...]]:
    within = tuple(name for name in _WITHIN if name in table.columns)
    return within, tuple(name for name in table.columns if name != "group")


def _filled(table: Table) -> Table:
    """Add the zeros of person-events: a group met in a place but not in a cell had no event there."""
    rows = np.flatnonzero(_movable(table) & table.complete)
    if not len(rows):
        return table
    within, cell = _keys(table)
    block_of, cell_of = _codes(table, within, rows), _codes(table, cell, rows)
    names, group_of = np.unique(table.columns["group"][rows].astype(str), return_inverse=True)
    first_of, block_of_cell = np.unique(cell_of, return_index=True)[1], {}
    for c, b in zip(cell_of.tolist(), block_of.tolist(), strict=True):
        block_of_cell[c] = b
    met = set(zip(block_of.tolist(), group_of.tolist(), strict=True))
    have = set(zip(cell_of.tolist(), group_of.tolist(), strict=True))
    groups: dict[int, list[int]] = {}
    for b, g in sorted(met):
        groups.setdefault(b, []).append(g)
    missing = [
        (int(rows[first_of[c]]), g)
        for c in range(len(first_of))
        for g in groups[block_of_cell[c]]
        if (c, g) not in have
    ]
    if not missing:
        return table
    like = np.array([row for row, _ in missing], dtype=np.int64)
    added = np.array([str(names[g]) for _, g in missing], dtype=object)
    return _appended(table, like, added)


def _appended(table: Table, like: Ints, group: NDArray[np.object_]) -> Table:
    def more(values: Any) -> Any:
        return None if values is None else np.concatenate([values, values[like]])

    columns = {name: np.concatenate([values, values[like]]) for name, values in table.columns.items()}
    columns["group"][len(table.n) :] = group
    return Table(
        np.concatenate([table.index, table.index[like]]),
        columns,
        np.concatenate([table.n, np.zeros(len(like))]),
        np.concatenate([table.censored, np.zeros(len(like), dtype=bool)]),
        np.concatenate([table.complete, np.ones(len(like), dtype=bool)]),
        more(table.moe),
        more(table.first),
        more(table.last),
    )


def _blocks(table: Table) -> list[_Block]:
    rows = np.flatnonzero(_movable(table))
    if not len(rows):
        return []
    within, cell = _keys(table)
    block_of, cell_of = _codes(table, within, rows), _codes(table, cell, rows)
    _, group_of = np.unique(table.columns["group"][rows].astype(str), return_inverse=True)
    order = np.argsort(block_of, kind="stable")
    edges = np.flatnonzero(np.diff(block_of[order])) + 1
    return [_block(table, rows[part], cell_of[part], group_of[part]) for part in np.split(order, edges)]


def _block(table: Table, rows: Ints, cell_of: Ints, group_of: Ints) -> _Block:
    cells, c = np.unique(cell_of, return_inverse=True)
    groups, g = np.unique(group_of, return_inverse=True)
    held = np.full((len(cells), len(groups)), -1, dtype=np.int64)
    counts = np.zeros(held.shape)
    held[c, g] = rows
    counts[c, g] = table.n[rows]
    if (held >= 0).sum() < len(rows):
        raise ValueError("cells must be grouped: two rows share a place and every key")
    return _Block(held, counts)


def _stacked(blocks: list[_Block]) -> list[tuple[Ints, Floats]]:
    """Stack blocks of one shape, so that they are drawn together."""
    shapes = sorted({block.rows.shape for block in blocks})
    return [
        (
            np.stack([block.rows for block in blocks if block.rows.shape == shape]),
            np.stack([block.counts for block in blocks if block.rows.shape == shape]),
        )
        for shape in shapes
    ]


def _ragged(blocks: list[_Block]) -> tuple[Ints, Floats, Floats] | None:
    """Return rows, sums and shares of every cell of the blocks with holes; groups are padded with -1 and 0."""
    if not blocks:
        return None
    width = max(block.rows.shape[1] for block in blocks)
    rows, totals, shares = [], [], []
    for block in blocks:
        held = np.full((len(block.rows), width), -1, dtype=np.int64)
        held[:, : block.rows.shape[1]] = block.rows
        share = np.zeros(held.shape)
        share[:, : block.rows.shape[1]] = np.where(block.rows >= 0, block.counts.sum(axis=0), 0.0)
        total = share.sum(axis=1, keepdims=True)
        even = (held >= 0) / np.maximum(1, (held >= 0).sum(axis=1, keepdims=True))
        rows.append(held)
        totals.append(block.counts.sum(axis=1))
        shares.append(np.divide(share, total, out=even, where=total > 0))
    return np.concatenate(rows), np.concatenate(totals), np.concatenate(shares)
