"""Share still held at a given time: the product-limit estimate, its limits and its restricted mean.

An event here is the one end that the question is about (release, say). A person who leaves by another door, such as
transfer to immigration custody, is censored for it and an event of a curve of its own: what is estimated is the
cause-specific curve, which describes the rate of that end among those still held. It is not the share of people
who would have been held so long without the other end, unless the two ends are independent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.fit import NotConverged
from auditor.stats.survival.beta_product import BetaProduct, log_mean, log_spread
from auditor.stats.survival.risk_sets import Bools, Ints, RiskSets, Rows, codes, read_rows, risk_sets, sums_by

Limits = Literal["log-log", "beta-product"]


@dataclass(frozen=True, slots=True)
class Curve:
    """Product-limit curve of one sample, by distinct event time (shape (T,)).

    Attributes
    ----------
    time, at_risk, events : ndarray
        Event times, persons at risk just before each, events at each.
    survival : ndarray
        Share still held just after each time.
    se : ndarray
        Greenwood's standard error of `survival`; 0 where it is 1 or 0.
    low, high : ndarray
        Limits on the log(-log) scale; the beta-product limits where the share is 0.
    followed : float
        Longest time under observation: the curve says nothing beyond, unless it has reached 0.
    """

    time: Array
    at_risk: Array
    events: Array
    survival: Array
    se: Array
    low: Array
    high: Array
    followed: float


@dataclass(frozen=True, slots=True)
class SurvivalAt:
    """Share still held after K given times in each of J places, arrays of shape (J, K).

    NaN ("not applicable") in all but `at_risk` where nobody was followed so long, or where late entries leave a time
    at which all those at risk had the event although others came later.

    Attributes
    ----------
    share, se, low, high : ndarray
        Product-limit estimate, Greenwood's standard error, and limits.
    at_risk : ndarray
        Persons under observation just before the time.
    """

    share: Array
    se: Array
    low: Array
    high: Array
    at_risk: Array


def kaplan_meier(
    time: ArrayLike,
    event: ArrayLike,
    count: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    level: float = 0.95,
) -> Curve:
    """Product-limit curve of one sample.

    Parameters
    ----------
    time, event, count, entry
        Rows of follow-up (see `risk_sets.read_rows`): end, whether by the event, persons, start.
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    Curve

    Raises
    ------
    ValueError
        If an argument is of the wrong shape, negative, missing or (counts) not whole.
    NotConverged
        If all those at risk have the event at a time after which others enter: the curve would be 0 from there on.

    References
    ----------
    Kaplan, E. L. & Meier, P. (1958). JASA 53, 457-481. Greenwood, M. (1926). Reports on Public Health and Medical
    Subjects 33. Kalbfleisch, J. D. & Prentice, R. L. (2002). Statistical Analysis of Failure Time Data, 2nd ed.,
    section 1.4 (limits).
    """
    rows = read_rows(time, event, count, entry)
    sets = risk_sets(rows, codes("place", None, rows.time.size), 1)
    n, d = sets.at_risk(rows.count), sets.at_event(rows, rows.count)
    if _emptied(rows, sets, n - d).any():
        raise NotConverged("all those at risk had the event at a time after which others enter")
    survival: Array = np.cumprod((n - d) / n).astype(np.float64)
    variance: Array = np.cumsum(_greenwood(n, d))
    low, high = _log_log(survival, variance, level)
    beta = BetaProduct(np.cumsum(log_mean(n, d)), np.cumsum(log_spread(n, d)), n - d)
    gone = survival == 0
    low[gone], high[gone] = (x[gone] for x in beta.limits(level))
    se = survival * np.sqrt(variance)
    return Curve(sets.time, n, d, survival, se, low, high, _followed(rows))


def product_limit(rows: Rows) -> tuple[Array, Array]:
    """Event times of all rows together, and the share left just after each; 0 from where nobody is left."""
    sets = risk_sets(rows, codes("place", None, rows.time.size), 1)
    n, d = sets.at_risk(rows.count), sets.at_event(rows, rows.count)
    return sets.time, np.cumprod((n - d) / n).astype(np.float64)


def survival_at(
    time: ArrayLike,
    event: ArrayLike,
    at: ArrayLike,
    place: ArrayLike | None = None,
    places: int | None = None,
    count: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    level: float = 0.95,
    limits: Limits = "log-log",
) -> SurvivalAt:
    """Share held for more than given times, in many places at once.

    Parameters
    ----------
    time, event, count, entry
        Rows of follow-up (see `risk_sets.read_rows`).
    at : array_like of float, shape (K,)
        Times asked about, in the unit of `time`; an event at exactly that time counts as past.
    place : array_like of int, shape (N,)
        Place of each row, 0 to J - 1; one place by default.
    places : int
        J; the largest place plus 1 by default.
    level : float
        Confidence level in (0, 1).
    limits : {"log-log", "beta-product"}
        "log-log" is the usual transformation, with the beta product's limits where the share is 0 or 1; for few
        events take "beta-product" throughout, whose coverage is guaranteed without censoring (there it is Clopper &
        Pearson's interval) and was never found below the nominal level with it in its authors' simulations.

    Returns
    -------
    SurvivalAt

    Raises
    ------
    ValueError
        If an argument is of the wrong shape, negative, missing or (counts) not whole, or the limits are unknown.

    References
    ----------
    As `kaplan_meier`; Fay, M. P., Brittain, E. H. & Proschan, M. A. (2013). Biostatistics 14, 723-736 (beta product,
    in its version by matching of moments).
    """
    rows = read_rows(time, event, count, entry)
    asked = checks.nonnegative("at", at).ravel()
    if limits not in ("log-log", "beta-product"):
        raise ValueError(f"limits must be log-log or beta-product, got {limits!r}")
    owner = codes("place", place, rows.time.size, places)
    size = int(owner.max()) + 1 if places is None else places
    sets = risk_sets(rows, owner, size)
    columns = [_one_time(rows, sets, t, size, level, limits) for t in asked]
    return SurvivalAt(*(np.stack(x, axis=1) for x in zip(*columns, strict=True)))


def _one_time(rows: Rows, sets: RiskSets, at: float, size: int, level: float, limits: str) -> tuple[Array, ...]:
    n, d = sets.at_risk(rows.count), sets.at_event(rows, rows.count)
    past, owner = sets.time <= at, sets.owner()
    share = _product(np.where(past, (n - d) / n, 1.0), sets.starts)
    variance = sums_by(owner, np.where(past, _greenwood(n, d), 0.0), size)
    here = (rows.time >= at) & (True if rows.entry is None else rows.entry < at)
    after = (rows.time > at) & (True if rows.entry is None else rows.entry <= at)
    left = sums_by(sets.segment, np.where(after, rows.count, 0.0), size)
    mean = sums_by(owner, np.where(past, log_mean(n, d), 0.0), size)
    beta = BetaProduct(mean, sums_by(owner, np.where(past, log_spread(n, d), 0.0), size), left)
    low, high = _log_log(share, variance, level)
    exact = beta.limits(level)
    pick = (share == 0) | (share == 1) | (limits == "beta-product")
    low, high = np.where(pick, exact[0], low), np.where(pick, exact[1], high)
    reached = np.zeros(size)
    np.maximum.at(reached, sets.segment[rows.count > 0], rows.time[rows.count > 0])
    at_risk = sums_by(sets.segment, np.where(here, rows.count, 0.0), size)
    people = sums_by(sets.segment, rows.count, size) > 0
    void = ~people | ((at > reached) & (share > 0)) | _emptied(rows, sets, n - d)
    shown = tuple(np.where(void, np.nan, x) for x in (share, share * np.sqrt(variance), low, high))
    return (*shown, at_risk)


def _product(factors: Array, starts: Ints) -> Array:
    """Product over each segment; 1 over an empty one."""
    padded = np.append(factors, 1.0)
    result = np.multiply.reduceat(padded, starts[:-1]) if factors.size else np.ones(starts.size - 1)
    return np.where(np.diff(starts) > 0, result, 1.0)


def _greenwood(n: Array, d: Array) -> Array:
    # Where all at risk have the event the share is 0 and so is its standard error; R leaves the term out too.
    return np.where(n > d, d / (n * np.where(n > d, n - d, 1.0)), 0.0)


def _emptied(rows: Rows, sets: RiskSets, left: Array) -> Bools:
    """Segments in which nobody is left at some event time although rows enter then or later."""
    result = np.zeros(sets.starts.size - 1, dtype=np.bool_)
    if rows.entry is None:
        return result
    latest = np.full(result.size, -np.inf)
    np.maximum.at(latest, sets.segment[rows.count > 0], rows.entry[rows.count > 0])
    owner = sets.owner()
    result[owner[(left == 0) & (latest[owner] >= sets.time)]] = True
    return result


def _followed(rows: Rows) -> float:
    return float(rows.time[rows.count > 0].max(initial=0.0))


def _log_log(share: Array, variance: Array, level: float) -> tuple[Array, Array]:
    z = -special.ndtri((1 - checks.inside_unit("level", level)[0]) / 2)
    inner = (share > 0) & (share < 1)
    log_share = np.log(np.where(inner, share, 0.5))
    width = np.exp(z * np.sqrt(variance) / -log_share)
    low, high = np.exp(log_share * width), np.exp(log_share / width)
    return np.where(inner, low, share), np.where(inner, high, share)
