"""Simulation-based calibration: are posterior ranks of the truth uniform?

Draw parameters from the prior, data from the parameters, and a posterior sample from the data: the rank of the true
value among L independent posterior draws is then uniform on 0, ..., L, whatever the model. Where it is not, the
sampler, the gradient or the model's code is wrong.

References
----------
Talts, S., Betancourt, M., Simpson, D., Vehtari, A. & Gelman, A. (2018). Validating Bayesian inference algorithms with
    simulation-based calibration. arXiv:1804.06788.
Saeilynoja, T., Buerkner, P.-C. & Vehtari, A. (2022). Graphical test for discrete uniformity and its applications in
    goodness-of-fit evaluation and multiple sample comparison. Statistics and Computing 32, 32 (the exact band).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

from auditor.stats.checks import Array, counts, inside_unit, numbers

_HALVINGS = 60


@dataclass(frozen=True, slots=True)
class Uniformity:
    """Whether ranks of several quantities look uniform, each on its own.

    Attributes
    ----------
    p_value : ndarray, shape (M,)
        Chi-square test over equal bins.
    outside : ndarray of bool, shape (M,)
        Whether the empirical distribution function leaves its simultaneous band somewhere.
    largest_gap : ndarray, shape (M,)
        Largest distance of the empirical distribution function from the diagonal.
    """

    p_value: Array
    outside: NDArray[np.bool_]
    largest_gap: Array


def rank_of(truth: ArrayLike, draws: ArrayLike) -> NDArray[np.int64]:
    """Number of posterior draws below the true value.

    Parameters
    ----------
    truth : array_like, shape (M,)
    draws : array_like, shape (L, M)
        Draws of each quantity, thinned until they are nearly independent.
    """
    return (numbers("draws", draws) < numbers("truth", truth)).sum(axis=0)


def uniformity(ranks: ArrayLike, largest: int, bins: int = 20, level: float = 0.99) -> Uniformity:
    """Test ranks from 0 to `largest` for uniformity.

    Parameters
    ----------
    ranks : array_like of int, shape (N, M)
        One row a simulation, one column a quantity.
    largest : int
        L, the number of posterior draws; L + 1 must be a multiple of `bins`.
    bins : int
        Of the chi-square test, and points at which the distribution function is looked at.
    level : float
        Of the simultaneous band, in (0, 1).

    Raises
    ------
    ValueError
        If a rank is not a whole number from 0 to `largest`, or the bins do not divide the ranks.
    """
    r = counts("ranks", ranks)
    if r.ndim != 2 or (r > largest).any():
        raise ValueError(f"ranks must be simulations by quantities, each from 0 to {largest}")
    if (largest + 1) % bins:
        raise ValueError(f"{bins} bins do not divide {largest + 1} ranks")
    simulations = r.shape[0]
    binned = (r * bins // (largest + 1)).astype(int)
    tally = np.stack([np.bincount(column, minlength=bins) for column in binned.T], axis=1)
    expected = simulations / bins
    statistic = ((tally - expected) ** 2 / expected).sum(axis=0)
    reached = np.cumsum(tally, axis=0)[:-1]
    low, high = ecdf_band(simulations, bins, level)
    outside: NDArray[np.bool_] = np.any((reached < low[:, None]) | (reached > high[:, None]), axis=0)
    gap = np.abs(reached / simulations - (np.arange(1, bins) / bins)[:, None]).max(axis=0)
    return Uniformity(special.chdtrc(bins - 1, statistic), outside, gap)


def ecdf_band(simulations: int, points: int, level: float = 0.99) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Counts between which the distribution function of uniform values lies at all points at once.

    Parameters
    ----------
    simulations : int
        Number N of values.
    points : int
        K: the function is looked at at 1/K, 2/K, ..., (K - 1)/K.
    level : float
        Probability that it lies inside at every point, in (0, 1); the band has at least this probability.

    Returns
    -------
    low, high : ndarray of int, shape (K - 1,)
        Least and largest number of values up to each point.
    """
    wanted = float(inside_unit("level", level)[0])
    least, most = 0.0, 1 - wanted
    for _ in range(_HALVINGS):
        middle = (least + most) / 2
        if band_probability(simulations, *_pointwise(simulations, points, middle)) >= wanted:
            least = middle
        else:
            most = middle
    return _pointwise(simulations, points, least)


def band_probability(simulations: int, low: NDArray[np.int64], high: NDArray[np.int64]) -> float:
    """Probability that the counts of uniform values up to 1/K, ..., (K - 1)/K all lie between low and high.

    Going from one point to the next, the new values are binomial among those that remain.
    """
    points = low.size + 1
    count, mass = np.array([0]), np.array([1.0])
    for k in range(1, points):
        after = np.arange(low[k - 1], high[k - 1] + 1)
        step = stats.binom.pmf(after[None, :] - count[:, None], simulations - count[:, None], 1 / (points - k + 1))
        count, mass = after, mass @ step
    return float(mass.sum())


def _pointwise(simulations: int, points: int, tail: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Equal-tailed limits at each point, `tail` in both tails together."""
    at = np.arange(1, points) / points
    low = stats.binom.ppf(tail / 2, simulations, at)
    high = stats.binom.isf(tail / 2, simulations, at)
    return np.maximum(low, 0).astype(np.int64), high.astype(np.int64)
