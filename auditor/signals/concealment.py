"""Which parts of a whole may be printed, when whoever has the others could work a small one out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from auditor.cells import Bools, Cells, Floats
from auditor.signals.baseline import public, small

NEVER = -1
"""Block of the parts that are never printed."""


def concealed(parts: Floats, cells: Cells, blocks: Sequence[int] | None = None) -> Bools:
    """Return which parts may not be printed beside their whole.

    A part of 1 to 10 people is hidden, with its block. Whoever knows the whole and the printed parts knows what the
    others come to together: where that is 1 to 10 too, the smallest printed block is hidden with them, and so on.

    Parameters
    ----------
    parts : (J, P) array
        Counts of people who are each in one part; all of them, those that are never printed included.
    cells : Cells
    blocks : sequence of int, length P, optional
        Parts of one block are printed together or not at all; :data:`NEVER` for those that are not printed anyway. By
        default each part is a block.

    Returns
    -------
    (J, P) bool array
        Never printed parts are hidden; apart from these it is False throughout for places whose counts are public.
    """
    block = np.arange(parts.shape[1]) if blocks is None else np.array(blocks)
    least, own = cells.gates["persons"], ~public(cells)
    names = [name for name in np.unique(block) if name != NEVER]
    member = np.array([block == name for name in names], dtype=bool).reshape(len(names), parts.shape[1])
    sums = parts @ member.T.astype(float)
    covered = np.stack([small(parts, cells)[:, mask].any(axis=1) for mask in member], axis=1)
    unprinted = parts[:, block == NEVER].sum(axis=1)
    for _ in names:
        together = unprinted + np.where(covered, sums, 0.0).sum(axis=1)
        candidates = np.where(covered | (sums <= 0), np.inf, sums)
        short = own & (together > 0) & (together < least) & np.isfinite(candidates.min(axis=1))
        if not short.any():
            break
        covered[short, np.argmin(candidates[short], axis=1)] = True
    return np.asarray((covered.astype(int) @ member.astype(int) > 0) | (block == NEVER), dtype=bool)


def revealing(first: Floats, second: Floats, cells: Cells) -> Bools:
    """Return where two counts of one kind differ by 1 to 10 people: whoever has both would know that number.

    Parameters
    ----------
    first, second : (J,) arrays
        Of which one is a part of the other.
    cells : Cells
    """
    return small(np.abs(first - second), cells)
