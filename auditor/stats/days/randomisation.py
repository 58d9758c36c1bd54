"""Days of an operation against matched ordinary days, decided by randomising which days of a stratum are which.

Days, not stops, are the units: stops of one day share officers, weather and place. Under the null hypothesis that the
focal group's odds are the same on both kinds of days (or differ by a stated ratio, when limits are sought), the days'
deviations from their stratum, each in units of its own standard deviation, are exchangeable. Standardising lets
operation days hold many more stops than ordinary ones. A stratum weighs by what it can tell. Where officers are known,
each day is expected to have what its own officers' levels in the stratum give, and only officers who worked on both
kinds of days of a stratum enter, so that who was on duty cancels; see `auditor.stats.days.widening`.

Measured (benchmarks/days_null.py: 1,000 runs a cell, Monte Carlo error .007; 5 to 40 operation days in a year, 1 to 8
times as many stops on them, correlation of a day's stops 0 to .1, trend and season, operations at random or weekly in a
run): a true null was rejected at .037 to .058 one-sided and .036 to .058 two-sided at .05,
and 95 % limits covered the truth in .942 to .964 of runs. With officers, those sent on operations being unlike the
others (600 runs a cell, error .009): .020 to .067 one-sided, .023 to .067 two-sided, coverage .933 to .977; all stops
taken together would have rejected .64 of true nulls there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from auditor.stats import checks
from auditor.stats.days.deviations import FARTHEST, Days
from auditor.stats.days.orders import Orders, day_orders
from auditor.stats.days.parts import make_days
from auditor.stats.days.widening import widening

DRAWS = 9999
"""Assignments drawn where there are more than :data:`MOST` in all."""
MOST = 20_000
POWER = 0.8
METHOD = "randomisation of days within strata; limits by inverting the test"
_TIE = 1e-9
_NEAR = 1e-4
"""How near limits are found, in log odds."""
_STEP = 0.05


@dataclass(frozen=True, slots=True)
class OperationDays:
    """Focal group's share on operation days against matched ordinary days.

    Attributes
    ----------
    log_odds_ratio : float
        Value at which the statistic is 0.
    low, high : float
        Limits at `level`: values that neither one-sided test rejects at (1 - level) / 2. Infinite where there are too
        few assignments to reject any value (`least` above (1 - level) / 2).
    level : float
    p_greater, p_less : float
        One-sided p-values of no difference; the true assignment counts, ties count.
    least : float
        No p-value can be smaller.
    assignments : int
        How many were compared, the true one among them.
    exact : bool
        Whether those are all.
    share_operation, share_ordinary : float
        Focal share of the stops of operation days, and of ordinary days weighted to the strata of those stops.
    correlation : float
        Correlation of stops of one day beyond their stratum, 0 or more, which sets the days' standard deviations.
    operation_days, ordinary_days, strata : int
        Days (or units of days) with stops in strata that can tell anything, and those strata.
    focal : (float, float)
        Stops of the focal group that were compared, on operation days and on ordinary days.
    total : (float, float)
        All stops that were compared.
    expected : float
        Smallest count of either group on either kind of day that is expected if the odds are the same.
    se : float
        Difference in log odds that moves the statistic by its standard deviation over assignments, by its slope at the
        estimate; infinite where it has none.
    detectable : float
        Smallest difference in log odds that is found with a power of 80 % by the one-sided test at (1 - level) / 2: by
        the normal approximation, (1.96 + 0.84) `se` at .95; infinite where there are too few assignments to find any.
    """

    log_odds_ratio: float
    low: float
    high: float
    level: float
    p_greater: float
    p_less: float
    least: float
    assignments: int
    exact: bool
    share_operation: float
    share_ordinary: float
    correlation: float
    operation_days: int
    ordinary_days: int
    strata: int
    focal: tuple[float, float]
    total: tuple[float, float]
    expected: float
    se: float
    detectable: float

    @property
    def difference(self) -> float:
        """Share on operation days less the share on ordinary days, from -1 to 1."""
        return self.share_operation - self.share_ordinary


def randomise_days(
    focal: ArrayLike,
    total: ArrayLike,
    operation: ArrayLike,
    stratum: ArrayLike,
    *,
    day: ArrayLike | None = None,
    officer: ArrayLike | None = None,
    level: float = 0.95,
    draws: int = DRAWS,
    seed: int = 0,
) -> OperationDays:
    """Compare operation days with ordinary days of the same strata.

    Parameters
    ----------
    focal, total : array_like of int, shape (R,)
        Stops of the focal group and all stops of each day, or of each officer's part of a day. Those without stops tell
        nothing and are left out.
    operation : array_like of bool, shape (R,)
        Whether the operation ran.
    stratum : array_like of int, shape (R,)
        As `auditor.stats.days.matching.matched_days` gives, or any other; negative for days that are not used.
    day : array_like of int, shape (R,), optional
        Which parts are of one day, or of one unit of days (`matched_runs`); left out, each is a day of its own.
    officer : array_like of int, shape (R,), optional
        Whose part it is: parts of one officer in one stratum are held against each other, and officers without parts
        on both kinds of days of the stratum are left out. Left out, all parts of a stratum are held against each other.
    level : float
        Of the interval.
    draws : int
        Assignments to draw where there are more than 20,000 in all.
    seed : int
        Of the draws.

    Returns
    -------
    OperationDays

    Raises
    ------
    ValueError
        If shapes do not fit, focal exceeds total, parts of a day differ in stratum or operation, or no stratum has days
        of both kinds with stops of both groups (of the same officer, where officers are given).

    References
    ----------
    Rosenbaum, P. R. (2002). Observational Studies, 2nd ed., sections 2.4 and 2.6 (randomisation within strata, limits
    by inversion).
    Phipson, B. & Smyth, G. K. (2010). Permutation p-values should never be zero. Statistical Applications in Genetics
    and Molecular Biology 9, 39.
    """
    checks.inside_unit("level", level)
    days = make_days(focal, total, operation, stratum, day, officer).correlated()
    orders = day_orders(days.on, days.stratum, MOST, draws, seed)
    wider = widening(days)
    # One in ten is .1 however it was written: (1 - .8) / 2 is a little less in floating point.
    tail, estimate = (1 - level) / 2 * (1 + _TIE), days.estimate()
    greater, less = _p_values(days, orders, wider, 0.0)
    share_operation, share_ordinary = _shares(days)
    counts = [(float(v[days.acted].sum()), float(v[~days.acted].sum())) for v in (days.k, days.n)]
    se = _error(days, orders, wider, estimate)
    return OperationDays(
        log_odds_ratio=estimate,
        low=_limit(days, orders, wider, estimate, tail, se, upper=False),
        high=_limit(days, orders, wider, estimate, tail, se, upper=True),
        level=float(level),
        p_greater=greater,
        p_less=less,
        least=orders.least,
        assignments=len(orders.chosen),
        exact=orders.exact,
        share_operation=share_operation,
        share_ordinary=share_ordinary,
        correlation=days.correlation,
        operation_days=int(days.on.sum()),
        ordinary_days=int((~days.on).sum()),
        strata=days.strata,
        focal=counts[0],
        total=counts[1],
        expected=_expected(days),
        se=se,
        detectable=np.inf if orders.least > tail else se * float(ndtri(1 - tail) + ndtri(POWER)),
    )


def days_log_odds(
    focal: ArrayLike,
    total: ArrayLike,
    operation: ArrayLike,
    stratum: ArrayLike,
    *,
    day: ArrayLike | None = None,
    officer: ArrayLike | None = None,
) -> float:
    """Return the log odds ratio of :func:`randomise_days` alone, which needs no assignments.

    Parameters and errors are those of :func:`randomise_days`. It is infinite where no difference evens the days out.
    """
    return make_days(focal, total, operation, stratum, day, officer).correlated().estimate()


def _p_values(days: Days, orders: Orders, wider: float, shift: float) -> tuple[float, float]:
    """Shares of assignments at least as far above, and below, as the true one, which stands first."""
    weighted, centre = days.contributions(shift)
    sums = weighted[orders.chosen].sum(axis=1) - centre
    sums[1:] *= wider
    slack = _TIE * (1 + float(np.abs(weighted).sum()))
    return float((sums >= sums[0] - slack).mean()), float((sums <= sums[0] + slack).mean())


def _limit(days: Days, orders: Orders, wider: float, estimate: float, tail: float, se: float, *, upper: bool) -> float:
    """Return the farthest difference that the one-sided test does not reject."""
    side, far = (1, FARTHEST) if upper else (0, -FARTHEST)
    if orders.least > tail or _p_values(days, orders, wider, far)[side] > tail:
        return float(np.copysign(np.inf, far))
    near = min(max(estimate, -FARTHEST), FARTHEST)
    # The first guess is a little beyond where the normal approximation puts the limit.
    middle = near + (1 if upper else -1) * 1.25 * float(ndtri(1 - tail)) * se
    while abs(far - near) > _NEAR:
        if not min(near, far) < middle < max(near, far):
            middle = (near + far) / 2
        near, far = (near, middle) if _p_values(days, orders, wider, middle)[side] <= tail else (middle, far)
        middle = (near + far) / 2
    return far


def _error(days: Days, orders: Orders, wider: float, estimate: float) -> float:
    """Return the statistic's standard deviation over assignments, as a difference in log odds."""
    weighted, _ = days.contributions(0.0)
    spread = wider * float(weighted[orders.chosen].sum(axis=1).std())
    centre = min(max(estimate, -FARTHEST), FARTHEST)
    slope = (days.statistic(centre - _STEP) - days.statistic(centre + _STEP)) / (2 * _STEP)
    return min(spread / slope, FARTHEST) if slope > spread / FARTHEST else float(np.inf)


def _expected(days: Days) -> float:
    """Return the smallest expected count of either group on either kind of day, with the levels' pooled shares."""
    share = (days.of_levels(days.k) / days.of_levels(days.n))[days.level]
    sides = [days.acted, ~days.acted]
    return min(float((days.n * part)[side].sum()) for side in sides for part in (share, 1 - share))


def _shares(days: Days) -> tuple[float, float]:
    """Focal share of operation days, and of ordinary days weighted to the operation days' stops."""
    on, off = days.acted, ~days.acted
    stops = days.of_levels(days.n * on)
    beside = days.of_levels(days.k * off) / days.of_levels(days.n * off)
    return float(days.k[on].sum() / stops.sum()), float(stops @ beside / stops.sum())
