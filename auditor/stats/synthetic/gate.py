"""Whether synthetic controls followed their units before the change: three measures, the same for place and donors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.stats.checks import Array

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Gate:
    """When a fit before the change is too poor to be used.

    Attributes
    ----------
    own : float
        Most root mean squared error (RMSPE), as a multiple of the unit's own standard deviation before the change: at
        1 the synthetic control predicts no better than the unit's own mean.
    others : float
        Most RMSPE over noise, as a multiple of the median unit's.
    drift : float
        Most correlation of the gap with time before the change (its absolute value), as a multiple of the median
        unit's. A unit that drifts away from its synthetic control before the change would go on doing so after it,
        however small its RMSPE is beside its noise.
    """

    own: float = 1.25
    others: float = 2.0
    drift: float = 3.0


def passes(before: Array, gap: Array, noise: Array, gate: Gate) -> tuple[Array, Array, Array, Bools]:
    """Measure the fits and say which pass; see `Gate`.

    Parameters
    ----------
    before, gap : ndarray, shape (n, T0)
        Outcomes of the units, and outcomes less synthetic controls.
    noise : ndarray, shape (n,)
        Standard deviation of one outcome by sampling alone.
    gate : Gate

    Returns
    -------
    own, others, drift : ndarray, shape (n,)
    passed : bool ndarray, shape (n,)
        A perfect fit does not pass: it leaves no scale to measure a gap by.
    """
    rmspe, spread = np.sqrt((gap**2).mean(axis=1)), before.std(axis=1)
    own = np.divide(rmspe, spread, out=np.full(rmspe.size, np.inf), where=spread > 0)
    others, drift = _typical(rmspe / noise), _typical(_with_time(gap, rmspe))
    passed = (own <= gate.own) & (others <= gate.others) & (drift <= gate.drift) & (rmspe > 1e-8 * spread)
    return own, others, drift, np.asarray(passed)


def _typical(values: Array) -> Array:
    """Multiples of the median; infinite where that is 0."""
    median = np.median(values)
    return np.asarray(values / median) if median > 0 else np.full(values.size, np.inf)


def _with_time(gap: Array, rmspe: Array) -> Array:
    """Absolute correlation of each unit's gap with time; 0 where there is no gap."""
    time = np.arange(gap.shape[1]) - (gap.shape[1] - 1) / 2
    size = rmspe * np.sqrt(gap.shape[1] * (time**2).sum())
    return np.abs(np.divide(gap @ time, size, out=np.zeros(len(gap)), where=size > 0))
