"""Ranks among the places of a contrast, and estimates shrunk towards their mean."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from auditor.audit.screening.choose import strata
from auditor.audit.screening.controls import log_estimates
from auditor.audit.screening.null import LEVEL, on_scale
from auditor.signals.signal import Panel
from auditor.stats.screening.ranks import rank_intervals
from auditor.stats.screening.shrink import shrink

Floats = NDArray[np.float64]
_Z = float(ndtri((1 + LEVEL) / 2))
_FEWEST_RANKED = 3


def rank(panel: Panel, c: int, arrays: dict[str, Floats], ranked: NDArray[np.int64], rng: np.random.Generator) -> None:
    """Write shrunken estimates and rank intervals of a contrast into ``arrays``, and into ``ranked`` among how many."""
    if panel.contrasts[c].shape == "change":
        # A change has the limits of its randomisation, open more often than not: there is nothing to shrink by.
        return
    for _, rows in strata(panel, c):
        if rows.sum() >= _FEWEST_RANKED:
            _shrink(panel, c, rows, arrays, rng)
            ranked[rows, c] = int(rows.sum())


def _shrink(panel: Panel, c: int, rows: NDArray[np.bool_], arrays: dict[str, Floats], rng: np.random.Generator) -> None:
    """Shrink log ratios towards their mean, and rank them; what is kept is on the contrast's own scale."""
    value, error = _logs(panel, c, rows)
    result = shrink(value, error)
    low, high = result.mean - _Z * result.sd, result.mean + _Z * result.sd
    for name, log_value in (("shrunken", result.mean), ("shrunken_low", low), ("shrunken_high", high)):
        arrays[name][rows, c] = on_scale(panel.contrasts[c], np.exp(log_value), panel.base[rows, c])
    low, high = rank_intervals(result.mean, result.sd, level=LEVEL, rng=rng)
    arrays["rank_low"][rows, c], arrays["rank_high"][rows, c] = low, high


def _logs(panel: Panel, c: int, rows: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return log ratios with standard errors that include the natural differences inside a place, where it has any."""
    for sample in panel.samples.get(c, ()):
        if not sample.alone and bool((sample.rows | ~rows).all()):
            return sample.contrast.difference[rows], sample.contrast.se[rows]
    if panel.contrasts[c].shape in ("share", "rates", "hits", "pair", "odds"):
        return log_estimates(panel, rows, c)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.log(panel.estimate[rows, c])
        error = (np.log(panel.high[rows, c]) - np.log(panel.low[rows, c])) / (2 * _Z)
    return value, np.where(np.isfinite(error) & (error > 0), error, 10.0)
