"""Fit the threshold test: thresholds, their differences between groups, and whether the fit can be believed.

References
----------
Pierson, E., Corbett-Davies, S. & Goel, S. (2018). Fast threshold tests for detecting discrimination. AISTATS, 96-105.
Vehtari, A. et al. (2021). Bayesian Analysis 16, 667-718 (the limits of convergence).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from auditor.stats.checks import Array, inside_unit
from auditor.stats.fit import NotConverged
from auditor.stats.mcmc.chains import Chains, Tuning
from auditor.stats.mcmc.nuts import Gathered, answer_all
from auditor.stats.mcmc.run import Diagnostics, Effort, converging
from auditor.stats.threshold.check import PredictiveCheck, predictive_check
from auditor.stats.threshold.data import StopCounts
from auditor.stats.threshold.model import ThresholdModel
from auditor.stats.threshold.prior import ThresholdPrior
from auditor.stats.threshold.summary import Comparison, Posterior


@dataclass(frozen=True, slots=True)
class ThresholdFit:
    """A converged fit of D places by R groups; every threshold is a probability of guilt.

    Attributes
    ----------
    threshold : Posterior of shape (P, R)
        P is D unless several rows of the counts make one place.
    difference : Posterior of shape (P, R)
        Threshold of each group less that of the reference group in the same place; 0 for the reference itself.
    log_ratio : Posterior of shape (P, R)
        Log of the reference group's threshold over each group's in the same place.
    group : Posterior of shape (R,)
        Means over places, weighted by the stops of all groups in the place, so that all groups share the weights.
    group_difference : Posterior of shape (R,)
        Those means less that of the reference group.
    check : PredictiveCheck
    diagnostics : Diagnostics
    reference : int
    level : float
        Of every pair of limits.
    """

    threshold: Posterior
    difference: Posterior
    log_ratio: Posterior
    group: Posterior
    group_difference: Posterior
    check: PredictiveCheck
    diagnostics: Diagnostics
    reference: int
    level: float


#: What the prior's standard deviations are scaled by, beside 1, to see what the prior does.
SCALED = (0.5, 1.5)


def fit_thresholds(
    stops: ArrayLike,
    searches: ArrayLike,
    hits: ArrayLike,
    *,
    seed: int,
    reference: int = 0,
    level: float = 0.95,
    prior: ThresholdPrior | None = None,
    effort: Effort | None = None,
) -> ThresholdFit:
    """Sample the posterior of the fast threshold test until it has converged.

    Parameters
    ----------
    stops, searches, hits : array_like of int, shape (D, R)
        Counts of R >= 2 groups in D places. Cells without searches belong in; a cell without stops gets what the
        other cells predict of it.
    seed : int
        The same seed and counts give the same draws.
    reference : int
        Group that the others are compared with.
    level : float
        Of the limits, in (0, 1).
    prior : ThresholdPrior, optional
    effort : Effort, optional

    Returns
    -------
    ThresholdFit

    Raises
    ------
    ValueError
        If the counts are no counts, contradict each other or lack a group, a place or any search, or an option is
        out of range.
    NotConverged
        If R-hat stays above 1.01 or the effective draws below 400 for any threshold, mean or difference, or more
        than 1 % of the trajectories diverge. Nothing of such a fit is returned.
    """
    (fit,) = fit_scaled(
        StopCounts.of(stops, searches, hits), (1.0,), seed, reference=reference, level=level, prior=prior, effort=effort
    )
    if isinstance(fit, NotConverged):
        raise fit
    return fit


def fit_scaled(
    counts: StopCounts,
    factors: Sequence[float],
    seed: int | Sequence[int],
    *,
    reference: int = 0,
    level: float = 0.95,
    part: ArrayLike | None = None,
    prior: ThresholdPrior | None = None,
    effort: Effort | None = None,
) -> list[ThresholdFit | NotConverged]:
    """Fit the same counts under several scalings of the prior, evaluated side by side.

    Parameters
    ----------
    counts : StopCounts
        Of one data set.
    factors : sequence of float
        What the prior's standard deviations are multiplied by.
    seed : int or sequence of int
    reference, level, prior, effort
        As in `fit_thresholds`.
    part : array_like of int, shape (D,), optional
        To which of P places each row of the counts belongs (a place of several agencies): thresholds are then means
        over the rows of a place, weighted by their stops. By default every row is a place.

    Returns
    -------
    list of ThresholdFit or NotConverged
        One for each factor; a fit that has not converged is its error.

    Raises
    ------
    ValueError
        If an option is out of range.
    """
    if counts.sets != 1:
        raise ValueError("fit one data set at a time")
    asked = _asked(counts, reference, level, part)
    prior, effort = prior or ThresholdPrior(), effort or Effort()
    repeated = StopCounts(*(np.repeat(x, len(factors), axis=0) for x in (counts.hits, counts.misses, counts.passes)))
    stacked = ThresholdModel.of(repeated, prior, tuple(factors))
    fitting = [
        _fitting(ThresholdModel.of(counts, prior.scaled(factor)), asked, effort, root)
        for factor, root in zip(factors, np.random.SeedSequence(seed).spawn(len(factors)), strict=True)
    ]
    return answer_all(stacked.density, fitting)


def fit_sets(
    counts: StopCounts,
    seed: int | Sequence[int],
    *,
    reference: int = 0,
    level: float = 0.95,
    part: ArrayLike | None = None,
    prior: ThresholdPrior | None = None,
    effort: Effort | None = None,
) -> list[ThresholdFit | NotConverged]:
    """Fit several data sets of one shape under one prior, evaluated side by side.

    Parameters
    ----------
    counts : StopCounts
        Of one data set or more.
    seed : int or sequence of int
    reference, level, part, prior, effort
        As in `fit_scaled`.

    Returns
    -------
    list of ThresholdFit or NotConverged
        One for each data set; a fit that has not converged is its error.

    Raises
    ------
    ValueError
        If an option is out of range.
    """
    asked = _asked(counts, reference, level, part)
    prior, effort = prior or ThresholdPrior(), effort or Effort()
    fitting = [
        _fitting(ThresholdModel.of(counts.rows(np.array([b])), prior), asked, effort, root)
        for b, root in enumerate(np.random.SeedSequence(seed).spawn(counts.sets))
    ]
    return answer_all(ThresholdModel.of(counts, prior).density, fitting)


def model_chains(model: ThresholdModel, seeds: list[np.random.SeedSequence], effort: Effort) -> Chains:
    """Chains of a model of one data set, one for each seed, at scattered starts."""
    start = np.array([model.start(np.random.default_rng(seed.spawn(1)[0])) for seed in seeds])
    tuning = Tuning(warmup=effort.warmup, target=effort.target, dense=model.dense)
    return Chains(model.density, start, seeds, tuning, model.variance())


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is wanted of a fit."""

    reference: int
    level: float
    part: NDArray[np.intp]


def _asked(counts: StopCounts, reference: int, level: float, part: ArrayLike | None) -> _Asked:
    if not 0 <= reference < counts.groups:
        raise ValueError(f"reference must be one of the {counts.groups} groups, got {reference}")
    return _Asked(reference, float(inside_unit("level", level)[0]), _parts(part, counts.places))


def _parts(part: ArrayLike | None, rows: int) -> NDArray[np.intp]:
    found = np.arange(rows) if part is None else np.asarray(part)
    if found.shape != (rows,) or not np.array_equal(np.unique(found), np.arange(found.max() + 1)):
        raise ValueError(f"part must name a place from 0 on for each of the {rows} rows, and leave none out")
    return found.astype(np.intp)


def _fitting(
    model: ThresholdModel, asked: _Asked, effort: Effort, root: np.random.SeedSequence
) -> Gathered[ThresholdFit]:
    """Ask for what a fit needs, and return it."""
    sampling, predicting = root.spawn(2)
    weights, level, reference = model.data.stops[0].sum(axis=1), asked.level, asked.reference

    def compared(q: Array) -> Comparison:
        return Comparison.of(model.rates(q)[0], weights, reference, asked.part)

    chains = model_chains(model, sampling.spawn(effort.chains), effort)
    sample, diagnostics = yield from converging(chains, lambda q: compared(q).reported(reference), effort)
    got, (_, search, hit) = compared(sample.q), model.rates(sample.q)
    check = predictive_check(model.data, search, hit, np.random.default_rng(predicting), level)
    return ThresholdFit(
        Posterior.of(got.threshold, level),
        Posterior.of(got.difference, level),
        Posterior.of(got.log_ratio, level),
        Posterior.of(got.group, level),
        Posterior.of(got.group_difference, level),
        check,
        diagnostics,
        reference,
        level,
    )
