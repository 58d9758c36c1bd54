"""Cox's partial likelihood with Efron's treatment of ties: its value, slope, curvature and residuals.

With d events at one time the l-th of them, l = 0 to d - 1, is set against the risk set less l / d of those d
(Efron, B. 1977, JASA 72, 557-565): exact arithmetic of tied hours is avoided without Breslow's bias.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.fit import NotConverged
from auditor.stats.survival.risk_sets import Ints, RiskSets, Rows, codes, read_rows, risk_sets

MOST_EVENTS = 20_000_000
"""Every event takes its own place among those tied with it: beyond this memory runs out before sense does."""


@dataclass(frozen=True, slots=True)
class CoxData:
    """Rows, risk sets within strata, and covariates centred in their stratum and scaled.

    Attributes
    ----------
    rows, sets : Rows, RiskSets
        See `risk_sets`.
    x : ndarray, shape (N, P)
        Covariates less their stratum's mean, over `scale`; the likelihood knows no level of a stratum.
    scale : ndarray, shape (P,)
        Standard deviation within strata.
    tie : ndarray of int, shape (D,)
        Event time of each event.
    fraction : ndarray, shape (D,)
        l / d: the part of the tied events that no longer counts as at risk.
    """

    rows: Rows
    sets: RiskSets
    x: Array
    scale: Array
    tie: Ints
    fraction: Array


@dataclass(frozen=True, slots=True)
class Terms:
    """The partial likelihood at one set of coefficients.

    Attributes
    ----------
    value : float
        Log-likelihood.
    risk : ndarray, shape (N,)
        Persons times relative hazard, on a scale of the stratum's own.
    denominator : ndarray, shape (D,)
        Sum of risk over the risk set of each event, tied events discounted.
    mean : ndarray, shape (D, P)
        Mean covariates over the same.
    """

    value: float
    risk: Array
    denominator: Array
    mean: Array


def read_data(
    time: ArrayLike,
    event: ArrayLike,
    x: ArrayLike,
    stratum: ArrayLike | None,
    count: ArrayLike | None,
    entry: ArrayLike | None,
) -> CoxData:
    """Check rows and covariates; NotConverged where nothing happens or a covariate varies within no stratum."""
    rows = read_rows(time, event, count, entry)
    given = checks.numbers("x", x)
    columns = given[:, None] if given.ndim == 1 else given
    if columns.ndim != 2 or columns.shape[0] != rows.time.size or columns.shape[1] == 0:
        raise ValueError(f"x {given.shape} must have a row of covariates for each of {rows.time.size} rows")
    layer = codes("stratum", stratum, rows.time.size)
    if not rows.event.any():
        raise NotConverged("there are no events")
    return lay_out(rows, columns, layer)


def lay_out(rows: Rows, columns: Array, layer: Ints) -> CoxData:
    """Centre and scale checked covariates and line up risk sets."""
    strata = int(layer.max()) + 1
    persons = np.maximum(np.bincount(layer, rows.count, strata), 1.0)
    centred = np.empty_like(columns)
    for p in range(columns.shape[1]):
        # Twice, for a covariate with a large level loses digits in the first mean.
        once = columns[:, p] - (np.bincount(layer, rows.count * columns[:, p], strata) / persons)[layer]
        centred[:, p] = once - (np.bincount(layer, rows.count * once, strata) / persons)[layer]
    scale = np.sqrt((rows.count[:, None] * centred**2).sum(axis=0) / rows.count.sum())
    still = scale <= 1e-12 * np.maximum(np.abs(columns).max(axis=0), 1e-290)
    if still.any():
        raise NotConverged(f"covariate {int(np.flatnonzero(still)[0])} does not vary within any stratum")
    sets = risk_sets(rows, layer, strata)
    d = sets.at_event(rows, rows.count).astype(np.int64)
    if d.sum() > MOST_EVENTS:
        raise ValueError(f"{d.sum()} events are more than the {MOST_EVENTS} a Cox model is fitted to")
    tie = np.repeat(np.arange(d.size), d)
    fraction = (np.arange(tie.size) - np.repeat(np.cumsum(d) - d, d)) / np.repeat(d, d)
    return CoxData(rows, sets, centred / scale, scale, tie, fraction)


def terms(data: CoxData, beta: Array) -> Terms:
    """Partial likelihood at coefficients of the scaled covariates; NotConverged where rounding eats a risk set."""
    rows, sets = data.rows, data.sets
    linear = data.x @ beta
    highest = np.full(sets.starts.size - 1, -np.inf)
    np.maximum.at(highest, sets.segment, linear)
    linear = linear - highest[sets.segment]
    risk = rows.count * np.exp(linear)
    weighed = risk[:, None] * data.x
    denominator = _discounted(data, risk)
    # A late entry's risk set is a difference of two sums: below this nothing of it is left.
    least = 1e-13 * risk.max() if sets.truncated else 0.0
    if (denominator <= least).any():
        raise NotConverged("relative hazards differ beyond what a double can add up")
    mean = _discounted(data, weighed) / denominator[:, None]
    value = float((rows.count * linear)[rows.event].sum() - np.log(denominator).sum())
    return Terms(value, risk, denominator, mean)


def score(data: CoxData, at: Terms, weight: Array | None = None) -> Array:
    """Slope of the log-likelihood, shape (P,); events weighted by a value (T,) of their time where given."""
    rows = data.rows
    own = rows.count[rows.event] * (1.0 if weight is None else weight[data.sets.last[rows.event] - 1])
    means = at.mean if weight is None else at.mean * weight[data.tie][:, None]
    return np.asarray(own @ data.x[rows.event] - means.sum(axis=0), dtype=np.float64)


def information(data: CoxData, at: Terms, weight: Array | None = None) -> Array:
    """Curvature, shape (P, P): covariances of the covariates over the risk sets, summed over (weighted) events."""
    each = np.ones(data.tie.size) if weight is None else weight[data.tie]
    hazard = at.risk * cumulative(data, each / at.denominator)
    spread = at.mean * each[:, None]
    return np.asarray((data.x * hazard[:, None]).T @ data.x - spread.T @ at.mean, dtype=np.float64)


def cumulative(data: CoxData, each: Array) -> Array:
    """Sums over the events at which a row is at risk of values (D,) or (D, P), its own tied events discounted."""
    size, rows = data.sets.time.size, data.rows
    shape = (slice(None), *(None for _ in each.shape[1:]))
    whole, part = _by_time(data.tie, each, size), _by_time(data.tie, data.fraction[shape] * each, size)
    result = data.sets.over_time(whole)
    result[rows.event] -= part[data.sets.last[rows.event] - 1]
    return result


def score_residuals(data: CoxData, at: Terms) -> Array:
    """Each person's part of the slope, shape (N, P); rows times persons add up to `score`."""
    rows = data.rows
    # The risk of one person: `Terms.risk` is that of all who share the row.
    own = at.risk / np.maximum(rows.count, 1.0)
    hazard = cumulative(data, 1 / at.denominator)
    drift = cumulative(data, at.mean / at.denominator[:, None])
    result = -own[:, None] * (data.x * hazard[:, None] - drift)
    d = np.bincount(data.tie, minlength=data.sets.time.size)
    middle = _by_time(data.tie, at.mean, d.size) / np.maximum(d, 1)[:, None]
    result[rows.event] += data.x[rows.event] - middle[data.sets.last[rows.event] - 1]
    return result


def _discounted(data: CoxData, values: Array) -> Array:
    """(D,) or (D, P) sums of values over each event's risk set, less its fraction of the tied events."""
    tied = data.sets.at_event(data.rows, values)[data.tie]
    shape = (slice(None), *(None for _ in values.shape[1:]))
    return data.sets.over_set(values)[data.tie] - data.fraction[shape] * tied


def _by_time(tie: Ints, values: Array, size: int) -> Array:
    result = np.zeros((size, *values.shape[1:]))
    np.add.at(result, tie, values)
    return result
