"""The outcome of a roll-out: a log contrast of counts for each place and period, its variance, and what may enter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from auditor.stats.checks import Array

Bools = NDArray[np.bool_]

__all__ = ["LogContrast", "large_enough", "log_contrast", "precision_weights"]


@dataclass(frozen=True, slots=True)
class LogContrast:
    """Log contrasts of counts.

    Attributes
    ----------
    value, variance : (J, T) arrays
        NaN where a count was not observed.
    """

    value: Array
    variance: Array


def log_contrast(over: ArrayLike, under: ArrayLike) -> LogContrast:
    """Log of a product of counts over a product of counts, half an event added to each (Haldane 1956).

    With ``over`` = (H_d, W_s) and ``under`` = (W_d, H_s) it is the log odds ratio
    log (H_d + 1/2)(W_s + 1/2) / ((W_d + 1/2)(H_s + 1/2)): how much more often the focal group H than the reference
    group W is met for discretionary (d) offences, over the same for serious (s) ones. A difference-in-differences of it
    is a triple difference: group by discretion by time. With one count each it is the log ratio of two groups.

    Parameters
    ----------
    over, under : (m, J, T) array_like
        Counts above and below the line; NaN where a place was not observed.

    Returns
    -------
    LogContrast
        The variance is the sum of 1 / (count + 1/2).

    Raises
    ------
    ValueError
        When a count is negative.

    References
    ----------
    Haldane, J. B. S. (1956). The estimation and significance of the logarithm of a ratio of frequencies. Annals of
    Human Genetics 20, 309-311. Gart, J. J. & Zweifel, J. R. (1967). Biometrika 54, 181-187 (its variance).
    """
    top, bottom = np.asarray(over, dtype=float), np.asarray(under, dtype=float)
    if (top < 0).any() or (bottom < 0).any():
        raise ValueError("counts must be 0 or more")
    value = np.log(top + 0.5).sum(axis=0) - np.log(bottom + 0.5).sum(axis=0)
    return LogContrast(value, (1 / (top + 0.5)).sum(axis=0) + (1 / (bottom + 0.5)).sum(axis=0))


def large_enough(counts: ArrayLike, window: ArrayLike, least: float) -> Bools:
    """Say which places have enough of every count, on average over the periods of a window.

    The window lies before any place began, so that no place is chosen by what the programme did to it.

    Parameters
    ----------
    counts : (m, J, T) array_like
        NaN where a place was not observed.
    window : (T,) array_like of bool
    least : float
        Mean count a period, of each of the m counts.

    Returns
    -------
    (J,) bool array
        False where a place was observed in less than half of the window.
    """
    inside = np.asarray(counts, dtype=float)[:, :, np.asarray(window, dtype=bool)]
    seen = np.isfinite(inside).all(axis=0)
    often = seen.sum(axis=1)
    total = np.where(seen, inside, 0.0).sum(axis=2)
    mean = total / np.maximum(often, 1)
    return np.asarray((2 * often >= seen.shape[1]) & (often > 0) & (mean >= least).all(axis=0))


def precision_weights(variance: ArrayLike, window: ArrayLike) -> Array:
    """Weights of places by the precision of their outcome, held within a factor of two of the median place's.

    w_j = 1 / (v_j + v_0), where v_j is the mean sampling variance of the place over the window and v_0 the median of
    these over the places. The constant stands for differences that more counts do not remove; without it the largest
    cities would decide alone. No place weighs more than twice the median place.

    Parameters
    ----------
    variance : (J, T) array_like
        NaN where a place was not observed; every place was observed at least once in the window.
    window : (T,) array_like of bool
        Periods before any place began.

    Returns
    -------
    (J,) array
        Of mean 1.
    """
    inside = np.asarray(variance, dtype=float)[:, np.asarray(window, dtype=bool)]
    mean = np.nanmean(inside, axis=1)
    weights = 1 / (mean + np.median(mean))
    return np.asarray(weights / weights.mean())
