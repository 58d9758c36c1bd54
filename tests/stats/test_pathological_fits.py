"""Fits that cannot be made: each is refused, or says "not applicable", and none gives a number.

Every case names what is wrong with the data. A refusal is NotConverged (no finite or no unique maximum) or ValueError
(nothing to fit); a fit over many places leaves the one place at fault out and says so.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from auditor.stats.clusters.grouped_logit import fit_grouped_logit
from auditor.stats.clusters.robust import TooFewClusters, cluster_robust
from auditor.stats.fit import NotConverged
from auditor.stats.logit import grouped_logit
from auditor.stats.peer.null import fit_peer_null
from auditor.stats.ratios.stratified import poisson_stratified
from auditor.stats.rollout.pairs import two_period
from auditor.stats.rollout.trends import joint_test
from auditor.stats.screening.deconvolve import deconvolve
from auditor.stats.screening.empirical_null import fit_central, fit_likelihood
from auditor.stats.series.interrupted import fit_series, series_design
from auditor.stats.strata.exact_strata import exact_strata
from auditor.stats.strata.jackknife import jackknife_ratio
from auditor.stats.strata.person_fixed_effects import person_effect
from auditor.stats.survival.cox import cox
from auditor.stats.survival.cox_robust import clustered

X = np.arange(10.0)
TIMES = np.arange(1.0, 13.0)
GROUP = np.repeat([0.0, 1.0], 6)
TREATED = np.arange(12) < 4


def _two_period(x: np.ndarray, method: str = "reg") -> object:
    return two_period(np.sin(np.arange(12.0))[:, None], TREATED, x, np.ones(12), method)


REFUSED: dict[str, Callable[[], object]] = {
    "one covariate separates successes from failures": lambda: grouped_logit(X >= 5, np.ones(10), X),
    "separated but for a tie at the edge": lambda: grouped_logit(np.r_[0, 0, 1, 2, 2], np.full(5, 2), [0, 1, 2, 3, 4]),
    "the covariate does not vary": lambda: grouped_logit(np.full(5, 1), np.full(5, 2), np.ones(5)),
    "no failure anywhere": lambda: grouped_logit(np.full(10, 3), np.full(10, 3), X),
    "groups that hold one outcome each": lambda: fit_grouped_logit(
        [3, 3, 0, 0], [3, 3, 4, 4], np.array([[0.0], [1.0], [0.0], [1.0]]), [0, 0, 1, 1]
    ),
    "two columns that are one": lambda: fit_grouped_logit(np.r_[1:6, 1:6], np.full(10, 8), np.column_stack([X, 2 * X])),
    "a column that the intercepts already hold": lambda: fit_grouped_logit(
        [1, 2, 3, 1], [4, 4, 4, 4], np.array([[0.0], [0.0], [1.0], [1.0]]), [0, 0, 1, 1]
    ),
    "more columns than cells": lambda: fit_grouped_logit([1, 2], [4, 4], np.eye(2) + 0.1),
    "a group without any event": lambda: poisson_stratified([[3, 0], [4, 0]], [[10, 10], [10, 10]]),
    "two sets of groups that no place connects": lambda: poisson_stratified(
        [[3, 2, 0, 0], [0, 0, 4, 5]], [[1, 1, 0, 0], [0, 0, 1, 1]]
    ),
    "no event at all": lambda: cox(TIMES, np.zeros(12, dtype=bool), GROUP),
    "all events on one side": lambda: cox(TIMES, GROUP == 1, GROUP),
    "a covariate that is constant": lambda: cox(TIMES, np.ones(12, dtype=bool), np.ones(12)),
    "a covariate that is a sum of others": lambda: cox(
        TIMES, np.ones(12, dtype=bool), np.column_stack([X[:6].repeat(2), GROUP, X[:6].repeat(2) + GROUP])
    ),
    "the order of events is the order of the covariate": lambda: cox(TIMES, np.ones(12, dtype=bool), -TIMES),
    "fewer clusters than six": lambda: clustered(
        cox(TIMES, np.ones(12, dtype=bool), np.tile([0.0, 1.0, 0.0], 4)), np.arange(12) % 5
    ),
    "a single cluster": lambda: _one_cluster(),
    "collinear covariates among the controls": lambda: _two_period(
        np.column_stack([np.ones(12), TIMES, 3 * TIMES - 1])
    ),
    "a covariate that is 0 for every control": lambda: _two_period(np.column_stack([np.ones(12), TREATED * TIMES])),
    "covariates that separate the treated": lambda: _two_period(np.column_stack([np.ones(12), TIMES]), "dr"),
    "effects that are linearly dependent": lambda: joint_test(
        [0.1, 0.2], np.column_stack([np.sin(TIMES), 2 * np.sin(TIMES)]), np.arange(12) % 2
    ),
    "estimates that vary less than their errors": lambda: deconvolve(np.linspace(-0.1, 0.1, 30), np.ones(30)),
    "scores that are all alike": lambda: fit_likelihood(np.zeros(300)),
    "scores that are all alike, by their curve": lambda: fit_central(np.zeros(300)),
}


def _one_cluster() -> object:
    k, n = np.r_[1:6, 1:6], np.full(10, 8)
    return cluster_robust(fit_grouped_logit(k, n, X[:, None]), k, n, np.arange(10), np.zeros(10, dtype=int))


@pytest.mark.parametrize("case", REFUSED)
def test_no_estimate_comes_of_it(case: str) -> None:
    with pytest.raises((NotConverged, ValueError, TooFewClusters)):
        REFUSED[case]()


def test_a_series_at_fault_is_left_out_and_the_others_are_not_touched() -> None:
    """Of five places one is separated by the step, one has no focal person, one has fewer months than columns."""
    design = series_design(72, 40)
    total = np.full((5, 72), 40)
    focal = np.full((5, 72), 10) + np.arange(72) % 3
    focal[0] = np.where(np.arange(72) >= 40, 20, 0)
    focal[1] = 0
    total[2, 5:], focal[2, 5:] = 0, 0
    fit = fit_series(focal, total, design)
    np.testing.assert_array_equal(fit.fitted, [False, False, False, True, True])
    assert np.isnan(fit.coefficients[:3]).all()
    assert np.isfinite(fit.coefficients[3:]).all()


def test_tables_without_a_comparison_have_no_ratio() -> None:
    for table in ([0], [5], [0], [7]), ([5], [5], [7], [7]), ([0], [0], [3], [7]):
        assert np.isnan(exact_strata(*table).odds_ratio).all()


def test_a_jackknife_of_five_strata_is_none() -> None:
    found = jackknife_ratio([3] * 5, [9] * 5, [4] * 5, [9] * 5)
    assert np.isnan([found.ratio, found.se, found.p_greater]).all()


def test_persons_who_never_differ_tell_nothing() -> None:
    found = person_effect([1, 0], [2, 0], [1, 1], [2, 2], [0, 0], 1)
    assert np.isnan([found.effect, found.se]).all()


def test_two_peers_are_no_null() -> None:
    null = fit_peer_null([3, 4], [10, 10], 0.3)
    assert not null.promised
    assert null.tail == "none"
    assert np.isnan([null.mu, null.sigma]).all()
