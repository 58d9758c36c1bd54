"""Group-time effects of a programme that came to places at different times (Callaway & Sant'Anna 2021).

A cohort is the set of places that begin in the same period. Each effect compares a cohort's change since a base period
with that of places that have not begun, so that no treated place ever serves as a control for another: the two-way
fixed-effects regression does that and can reverse signs when effects differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from auditor.stats.checks import Array
from auditor.stats.fit import NotConverged
from auditor.stats.rollout.checks import checked_design, checked_panel, known_option
from auditor.stats.rollout.pairs import Pairs, mean_pairs, two_period

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

__all__ = ["GroupTime", "LeftOut", "group_time"]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A cohort, or one of its periods, without an estimate.

    Attributes
    ----------
    cohort : float
        The period in which the cohort began.
    period : float or None
        None when the whole cohort is left out.
    places : int
    reason : str
        ``"few-places"`` (observed in both periods), ``"few-controls"`` or ``"not-estimable"`` (with covariates).
    """

    cohort: float
    period: float | None
    places: int
    reason: str


@dataclass(frozen=True)
class GroupTime:
    """Effects of every cohort in every period, with their influence functions.

    Attributes
    ----------
    cohort, period, base : (C,) arrays
        The cell: when the cohort began, the period, the base period that it is held against.
    att : (C,) array
        Average effect on the places of the cohort, on the scale of the outcome; 0 in a cell that is its own base.
    influence : (J, C) array
        Influence function, scaled so that the variance of ``att`` is the sum of squares over n squared, n = J.
    treated, controls : (C,) int arrays
        Places that carry the cell.
    member : (J,) float array
        Cohort of each place, infinity for places that never began; NaN where the place is of no estimated cohort.
    weights : (J,) array
        Weights of the places, of mean 1.
    left_out : tuple of LeftOut
    """

    cohort: Array
    period: Array
    base: Array
    att: Array
    influence: Array
    treated: Ints
    controls: Ints
    member: Array
    weights: Array
    left_out: tuple[LeftOut, ...]

    @property
    def event(self) -> Array:
        """(C,) array: periods since the cohort began (negative before)."""
        return self.period - self.cohort

    @property
    def post(self) -> Bools:
        """(C,) mask of the cells at or after the beginning."""
        return self.period >= self.cohort


@dataclass(frozen=True, slots=True)
class _Cell:
    cohort: float
    at: int
    base: int


def group_time(
    y: ArrayLike,
    first: ArrayLike,
    *,
    periods: ArrayLike | None = None,
    control: Literal["never", "not-yet"] = "not-yet",
    base: Literal["varying", "universal"] = "varying",
    anticipation: float = 0,
    covariates: ArrayLike | None = None,
    method: Literal["dr", "reg", "ipw"] = "dr",
    weights: ArrayLike | None = None,
    minimum_cohort: int = 1,
    minimum_controls: int = 1,
    correction: Literal["none", "hc2"] = "none",
) -> GroupTime:
    """Estimate the effect of every cohort in every period.

    Parameters
    ----------
    y : (J, T) array_like
        Outcome; NaN where a place was not observed. A cell uses the places observed in both of its periods.
    first : (J,) array_like
        Period in which each place began; infinity where it never did. Places that began in or before the first period
        (or within ``anticipation`` of it) have no base period: they are neither treated nor controls.
    periods : (T,) array_like, optional
        Increasing; 0 to T - 1 by default.
    control : {"not-yet", "never"}
        Who is compared: places that never began, or all that have not begun ``anticipation`` periods after the cell.
    base : {"varying", "universal"}
        Before the beginning, each period is held against the one before it, or all against the last one before the
        beginning. After it both are the same.
    anticipation : float
        Periods before the beginning in which an effect may already show; the base lies before them.
    covariates : (J, P) array_like, optional
        Constant over time, without an intercept.
    method : {"dr", "reg", "ipw"}
        With covariates: doubly robust (Sant'Anna & Zhao 2020), outcome regression, or weighting (Abadie 2005) with
        weights that add to 1. Without covariates the three are one.
    weights : (J,) array_like, optional
        Above 0.
    minimum_cohort, minimum_controls : int
        Smaller cohorts are listed in ``left_out`` and never treated (their places still serve as controls while they
        have not begun): one place has no spread about its own mean, so that its variance would be nought. Cells with
        fewer places observed on either side are left out and listed too.
    correction : {"none", "hc2"}
        Influence functions as they are, or each residual divided by sqrt(1 - h), h its share of the weights of its
        side of the cell: without it the variance of small cohorts is too small by (n - 1) / n.

    Returns
    -------
    GroupTime

    Raises
    ------
    ValueError
        When shapes disagree, periods do not increase, a beginning or covariate is missing, or an option is unknown.

    References
    ----------
    Callaway, B. & Sant'Anna, P. H. C. (2021). Difference-in-differences with multiple time periods. Journal of
    Econometrics 225, 200-230.
    Sant'Anna, P. H. C. & Zhao, J. (2020). Doubly robust difference-in-differences estimators. Journal of Econometrics
    219, 101-122.
    """
    outcome, begun, times = checked_panel(y, first, periods)
    x, w = checked_design(covariates, weights, len(begun))
    known_option("control", control, ("never", "not-yet"))
    known_option("base", base, ("varying", "universal"))
    known_option("method", method, ("dr", "reg", "ipw"))
    known_option("correction", correction, ("none", "hc2"))
    usable = ~(begun <= times[0] + anticipation)
    cohorts, left = _cohorts(begun[usable], times, minimum_cohort)
    cells = [cell for g in cohorts for cell in _cells(float(g), times, base, anticipation)]
    pairs = _pairs(outcome, begun, times, cells, usable, control, anticipation)
    least = max(1, minimum_cohort), max(1, minimum_controls)
    keep = (pairs.treated.sum(axis=0) >= least[0]) & (pairs.control.sum(axis=0) >= least[1])
    left += _dropped(cells, pairs, keep, times, least[0])
    cells, pairs = [cell for cell, kept in zip(cells, keep, strict=True) if kept], pairs.take(keep)
    if x is None:
        att, influence = mean_pairs(pairs, w, hc2=correction == "hc2")
    else:
        att, influence, failed = _adjusted(pairs, w, x, method, correction == "hc2")
        left += [
            LeftOut(c.cohort, float(times[c.at]), 0, "not-estimable") for c, f in zip(cells, failed, strict=True) if f
        ]
        cells = [cell for cell, bad in zip(cells, failed, strict=True) if not bad]
        pairs, att, influence = pairs.take(~failed), att[~failed], influence[:, ~failed]
    own = np.array([c.at == c.base for c in cells], dtype=bool)
    att[own], influence[:, own] = 0.0, 0.0
    member = np.where(np.isinf(begun) | (np.isin(begun, cohorts) & usable), begun, np.nan)
    return GroupTime(
        cohort=np.array([c.cohort for c in cells]),
        period=times[[c.at for c in cells]] if cells else np.array([]),
        base=times[[c.base for c in cells]] if cells else np.array([]),
        att=att,
        influence=influence,
        treated=pairs.treated.sum(axis=0),
        controls=pairs.control.sum(axis=0),
        member=member,
        weights=w,
        left_out=tuple(left),
    )


def _cohorts(begun: Array, times: Array, least: int) -> tuple[Array, list[LeftOut]]:
    """Return the cohorts to estimate (those that began within the periods, large enough) and the small ones."""
    within = begun[np.isfinite(begun) & (begun <= times[-1])]
    cohorts, sizes = np.unique(within, return_counts=True)
    small = sizes < least
    left = [LeftOut(float(g), None, int(n), "few-places") for g, n in zip(cohorts[small], sizes[small], strict=True)]
    return cohorts[~small], left


def _cells(cohort: float, times: Array, base: str, anticipation: float) -> Iterator[_Cell]:
    """Yield the cells of a cohort in order of the period."""
    last = int(np.flatnonzero(times + anticipation < cohort)[-1])
    for at in range(len(times)):
        if base == "universal" or times[at] >= cohort:
            yield _Cell(cohort, at, last)
        elif at > 0:
            yield _Cell(cohort, at, at - 1)


def _pairs(
    y: Array, begun: Array, times: Array, cells: list[_Cell], usable: Bools, control: str, anticipation: float
) -> Pairs:
    at, base = (np.array([getattr(c, name) for c in cells], dtype=np.int64) for name in ("at", "base"))
    cohort = np.array([c.cohort for c in cells])
    change = y[:, at] - y[:, base]
    seen = np.isfinite(change)
    treated = (begun[:, None] == cohort) & usable[:, None] & seen
    if control == "never":
        others = np.isinf(begun)[:, None] & seen
    else:
        latest = times[np.maximum(at, base)] + anticipation
        others = (begun[:, None] > latest) & (begun[:, None] != cohort) & usable[:, None] & seen
    return Pairs(np.where(seen, change, 0.0), treated, others)


def _dropped(cells: list[_Cell], pairs: Pairs, keep: Bools, times: Array, least: int) -> list[LeftOut]:
    places = pairs.treated.sum(axis=0)
    return [
        LeftOut(c.cohort, float(times[c.at]), int(n), "few-controls" if n >= least else "few-places")
        for c, n, kept in zip(cells, places, keep, strict=True)
        if not kept
    ]


def _adjusted(pairs: Pairs, w: Array, x: Array, method: str, hc2: bool) -> tuple[Array, Array, Bools]:
    """Estimate each cell with covariates; a cell whose fits fail is marked, never given a number."""
    cells = pairs.change.shape[1]
    att, influence = np.zeros(cells), np.zeros(pairs.change.shape)
    failed = np.zeros(cells, dtype=bool)
    for alike in pairs.alike():
        treated = pairs.treated[:, alike[0]]
        rows = np.flatnonzero(treated | pairs.control[:, alike[0]])
        change = pairs.change[np.ix_(rows, alike)]
        try:
            att[alike], part = two_period(change, treated[rows], x[rows], w[rows], method, hc2=hc2)
        except NotConverged:
            failed[alike] = True
            continue
        influence[np.ix_(rows, alike)] = part * (len(treated) / len(rows))
    return att, influence, failed
