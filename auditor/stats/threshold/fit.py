"""Fit the threshold test: thresholds, their differences between groups, and whether the fit can be believed.

References
----------
Pierson, E., Corbett-Davies, S. & Goel, S. (2018). Fast threshold tests for detecting discrimination. AISTATS, 96-105.
Vehtari, A. et al. (2021). Bayesian Analysis 16, 667-718 (the limits of convergence).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from auditor.stats.checks import Array, inside_unit
from auditor.stats.mcmc.chains import Chains, Tuning
from auditor.stats.mcmc.run import Diagnostics, Effort, converged_sample
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
    threshold : Posterior of shape (D, R)
    difference : Posterior of shape (D, R)
        Threshold of each group less that of the reference group in the same place; 0 for the reference itself.
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
    group: Posterior
    group_difference: Posterior
    check: PredictiveCheck
    diagnostics: Diagnostics
    reference: int
    level: float


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
    counts = StopCounts.of(stops, searches, hits)
    if counts.sets != 1:
        raise ValueError("fit one data set at a time")
    if not 0 <= reference < counts.groups:
        raise ValueError(f"reference must be one of the {counts.groups} groups, got {reference}")
    inside = float(inside_unit("level", level)[0])
    model = ThresholdModel.of(counts, prior or ThresholdPrior())
    return _fit(model, reference, inside, effort or Effort(), np.random.SeedSequence(seed))


def model_chains(model: ThresholdModel, seeds: list[np.random.SeedSequence], effort: Effort) -> Chains:
    """Chains of a model of one data set, one for each seed, at scattered starts."""
    start = np.array([model.start(np.random.default_rng(seed.spawn(1)[0])) for seed in seeds])
    tuning = Tuning(warmup=effort.warmup, target=effort.target, dense=model.dense)
    return Chains(model.density, start, seeds, tuning, model.variance())


def _fit(
    model: ThresholdModel, reference: int, level: float, effort: Effort, root: np.random.SeedSequence
) -> ThresholdFit:
    sampling, predicting = root.spawn(2)
    weights = model.data.stops[0].sum(axis=1)

    def compared(q: Array) -> Comparison:
        return Comparison.of(model.rates(q)[0], weights, reference)

    chains = model_chains(model, sampling.spawn(effort.chains), effort)
    sample, diagnostics = converged_sample(chains, lambda q: compared(q).reported(reference), effort)
    got, (_, search, hit) = compared(sample.q), model.rates(sample.q)
    check = predictive_check(model.data, search, hit, np.random.default_rng(predicting), level)
    return ThresholdFit(
        Posterior.of(got.threshold, level),
        Posterior.of(got.difference, level),
        Posterior.of(got.group, level),
        Posterior.of(got.group_difference, level),
        check,
        diagnostics,
        reference,
        level,
    )
