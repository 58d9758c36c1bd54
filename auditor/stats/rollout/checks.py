"""What a roll-out panel must look like before anything is estimated from it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from auditor.stats.checks import Array, positive


def checked_panel(y: ArrayLike, first: ArrayLike, periods: ArrayLike | None) -> tuple[Array, Array, Array]:
    """Return outcome, beginnings and periods as arrays, or say what is wrong with them."""
    outcome, begun = np.asarray(y, dtype=float), np.asarray(first, dtype=float)
    if outcome.ndim != 2 or begun.shape != outcome.shape[:1]:
        raise ValueError(f"y must be places x periods and first one for each place, not {outcome.shape}, {begun.shape}")
    if np.isinf(outcome).any():
        raise ValueError("y must be finite, or NaN where a place was not observed")
    if np.isnan(begun).any() or np.isneginf(begun).any():
        raise ValueError("first must be a period, or infinity for a place that never began")
    times = np.arange(outcome.shape[1], dtype=float) if periods is None else np.asarray(periods, dtype=float)
    if times.shape != outcome.shape[1:] or len(times) < 2 or not (np.diff(times) > 0).all():
        raise ValueError("periods must be at least two increasing numbers, one for each column of y")
    return outcome, begun, times


def checked_design(covariates: ArrayLike | None, weights: ArrayLike | None, places: int) -> tuple[Array | None, Array]:
    """Return the covariates with an intercept (None without covariates) and the weights with mean 1."""
    w = np.ones(places) if weights is None else positive("weights", weights)
    if w.shape != (places,):
        raise ValueError(f"weights must be one for each place, not of shape {w.shape}")
    w = w / w.mean()
    if covariates is None:
        return None, w
    x = np.asarray(covariates, dtype=float)
    x = x[:, None] if x.ndim == 1 else x
    if x.ndim != 2 or len(x) != places or not np.isfinite(x).all():
        raise ValueError("covariates must be finite, a row for each place")
    return np.column_stack([np.ones(places), x]), w


def known_option(name: str, value: str, among: tuple[str, ...]) -> None:
    """Refuse an option that is none of the known ones."""
    if value not in among:
        raise ValueError(f"{name} must be one of {', '.join(among)}, not {value!r}")
