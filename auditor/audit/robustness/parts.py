"""Measure a signal in parts of the time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from auditor.audit.robustness.again import Again
from auditor.audit.robustness.blocks import cut, days
from auditor.cells import Cells, Days, Floats
from auditor.signals.signal import Contrast, Panel

Ints = NDArray[np.int64]

RATIOS = ("ratio", "odds-ratio")
"""Scales on which 1 is no difference."""


def parts_of(again: Again, parts: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Measure a signal in the parts of each place's own window.

    Parameters
    ----------
    again : Again
    parts : int
        See :func:`auditor.audit.robustness.blocks.cut`.
    rng : numpy.random.Generator

    Returns
    -------
    count, same : (J, C) int arrays
        Parts in which the estimate is finite, and in which it lies on the same side of 1 as over the whole time. Rows
        that straddle a cut belong to no part. 0 for a signal of a change, which needs the time before and after, and
        for what is no ratio, of which no side of 1 tells anything, and for a signal whose measuring takes seconds.
    """
    panel = again.panel
    count, same = (np.zeros(panel.code.shape, dtype=np.int64) for _ in range(2))
    spec = again.signal.view(again.options)
    # A signal that asks for programme starts is about a change between two times: its time cannot be cut.
    if again.signal.regional or again.signal.trial is not None or spec.activations:
        return count, same
    whole = np.where(panel.measured, _side(panel.estimate), np.nan)
    for found, window in _windows(panel, again.cells):
        columns = [c for c in found if panel.contrasts[c].scale in RATIOS]
        if not columns:
            continue
        pieces = cut(*window, parts)
        for piece, own in zip(pieces, rng.spawn(len(pieces)), strict=True):
            other = again.measure(again.engine.cells(spec, piece), again.options, own)
            if other is None:
                continue
            for c in columns:
                side = _part_side(other, panel.contrasts[c])
                known = ~np.isnan(side) & ~np.isnan(whole[:, c]) & ~np.isnat(piece[0])
                count[:, c] += known
                same[:, c] += known & (side == whole[:, c])
    return count, same


def _side(estimate: Floats) -> Floats:
    """Return the sign of the log; NaN where the estimate is not finite."""
    return np.where(np.isfinite(estimate), np.sign(estimate - 1), np.nan)


def _part_side(other: Panel, contrast: Contrast) -> Floats:
    for c, found in enumerate(other.contrasts):
        if (found.key, found.event) == (contrast.key, contrast.event):
            return np.where(other.measured[:, c], _side(other.estimate[:, c]), np.nan)
    return np.full(len(other.places), np.nan)


def _windows(panel: Panel, cells: Cells) -> Iterator[tuple[list[int], tuple[Days, Days]]]:
    """Yield each window that contrasts have in common, with their positions."""
    if panel.window is None:
        first, last = cells.counts.window(cells.size)
        yield list(range(len(panel.contrasts))), (days(first), days(last))
        return
    groups: dict[bytes, list[int]] = {}
    starts, ends = days(panel.window[0]), days(panel.window[1])
    for c in range(len(panel.contrasts)):
        groups.setdefault(starts[:, c].tobytes() + ends[:, c].tobytes(), []).append(c)
    for columns in groups.values():
        yield columns, (starts[:, columns[0]], ends[:, columns[0]])
