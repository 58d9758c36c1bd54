"""Posterior predictive checks of the threshold test: would the fitted model give counts like these?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from auditor.stats.checks import Array
from auditor.stats.threshold.data import StopCounts

_MOST_DRAWS = 1000


@dataclass(frozen=True, slots=True)
class PredictiveCheck:
    """Counts that the posterior predicts, by cell, and the share of cells that fall outside.

    Every cell has a threshold of its own, which follows its search rate; so it is the hit rates that test the model.

    Attributes
    ----------
    search_rate, hit_rate : ndarray, shape (D, R)
        Posterior means.
    search_low, search_high, hit_low, hit_high : ndarray, shape (D, R)
        Predictive limits of the counts of searches, and of hits given the searches that were made.
    search_outside, hit_outside : float
        Share of cells with stops (with searches) whose count is outside the limits. Counts are whole, so a right
        model leaves less than 1 - level outside.
    hit_error : float
        Root mean square of observed less predicted hit rate over cells with searches, weighted by searches.
    """

    search_rate: Array
    hit_rate: Array
    search_low: Array
    search_high: Array
    hit_low: Array
    hit_high: Array
    search_outside: float
    hit_outside: float
    hit_error: float


def predictive_check(
    counts: StopCounts, search_rate: Array, hit_rate: Array, rng: np.random.Generator, level: float
) -> PredictiveCheck:
    """Compare counts with replicated ones.

    Parameters
    ----------
    counts : StopCounts
        Observed, of one data set.
    search_rate, hit_rate : ndarray, shape (..., D, R)
        Posterior draws; at most a thousand, evenly spaced, are used for the limits.
    rng : numpy.random.Generator
    level : float
        Of the predictive limits.
    """
    stops, searches, hits = counts.stops[0], counts.searches[0], counts.hits[0]
    search_rate, hit_rate = (x.reshape(-1, *stops.shape) for x in (search_rate, hit_rate))
    keep = np.linspace(0, search_rate.shape[0] - 1, min(_MOST_DRAWS, search_rate.shape[0])).astype(int)
    sides = [(1 - level) / 2, (1 + level) / 2]
    replicated_searches = rng.binomial(stops.astype(np.int64), search_rate[keep])
    replicated_hits = rng.binomial(searches.astype(np.int64), hit_rate[keep])
    search_low, search_high = np.quantile(replicated_searches, sides, axis=0, method="inverted_cdf")
    hit_low, hit_high = np.quantile(replicated_hits, sides, axis=0, method="inverted_cdf")
    mean_hit = hit_rate.mean(axis=0)
    searched = searches > 0
    gap = hits[searched] / searches[searched] - mean_hit[searched]
    return PredictiveCheck(
        search_rate.mean(axis=0),
        mean_hit,
        search_low,
        search_high,
        hit_low,
        hit_high,
        float(((searches < search_low) | (searches > search_high))[stops > 0].mean()),
        float(((hits < hit_low) | (hits > hit_high))[searched].mean()),
        float(np.sqrt(np.average(gap**2, weights=searches[searched]))),
    )
