"""The threshold test as a whole: planted thresholds, published ones, refusals."""

import csv

import numpy as np
import pytest
from scipy import stats

from auditor.stats.fit import NotConverged
from auditor.stats.mcmc.run import Effort
from auditor.stats.threshold.check import predictive_check
from auditor.stats.threshold.data import StopCounts
from auditor.stats.threshold.fit import SCALED, fit_scaled, fit_sets, fit_thresholds, model_chains
from auditor.stats.threshold.model import ThresholdModel
from auditor.stats.threshold.prior import ThresholdPrior
from auditor.stats.threshold.summary import Comparison

QUICK = Effort(warmup=175, draws=250)


def planted(seed, places, guilt, log_delta, threshold, sizes):
    """Counts drawn from the model, and true thresholds as probabilities; `threshold` on the probability scale."""
    rng = np.random.default_rng(seed)
    stops = (np.exp(rng.normal(8, 0.6, (places, 1))) * np.array(sizes)).astype(int)
    phi = 1 / (1 + np.exp(-(np.array(guilt) + 0.15 * rng.standard_normal((places, 1)))))
    delta = np.exp(np.array(log_delta) + 0.05 * rng.standard_normal((places, 1)))
    log_odds = np.log(np.array(threshold) / (1 - np.array(threshold))) + 0.3 * rng.standard_normal((places, len(sizes)))
    t = delta / 2 + (log_odds - np.log(phi / (1 - phi))) / delta
    found, missed = phi * stats.norm.sf(t - delta), (1 - phi) * stats.norm.sf(t)
    searches = rng.binomial(stops, found + missed)
    hits = rng.binomial(searches, found / (found + missed))
    return stops, searches, hits, 1 / (1 + np.exp(-log_odds))


@pytest.fixture(scope="module")
def unequal():
    """20 places; the smallest group, 6 % of the stops of the largest, is searched above .12 instead of .25."""
    *counts, truth = planted(4, 20, (-3.4, -3.2, -3.3), (0.6, 0.5, 0.55), (0.25, 0.25, 0.12), (1, 0.4, 0.06))
    return counts, truth, fit_thresholds(*counts, seed=1, effort=QUICK)


def test_planted_thresholds_are_recovered_also_for_the_smallest_group(unequal):
    (stops, _, _), truth, fit = unequal
    weights = stops.sum(axis=1) / stops.sum()
    assert (fit.group.low <= weights @ truth).all()
    assert (weights @ truth <= fit.group.high).all()
    inside = (fit.threshold.low <= truth) & (truth <= fit.threshold.high)
    # Cells of a group share its part's error: 60 cells of 95 % intervals, and no group alone far below.
    assert inside.mean() >= 0.88
    assert inside.mean(axis=0).min() >= 0.75
    assert np.corrcoef(fit.threshold.mean[:, 0], truth[:, 0])[0, 1] > 0.8


def test_a_lower_threshold_is_seen_as_a_difference(unequal):
    (stops, _, _), truth, fit = unequal
    weights = stops.sum(axis=1) / stops.sum()
    gap = weights @ (truth[:, 2] - truth[:, 0])
    assert fit.group_difference.high[2] < 0
    assert fit.group_difference.low[2] <= gap <= fit.group_difference.high[2]
    assert fit.group_difference.below[2] > 0.99
    assert fit.group_difference.mean[0] == fit.difference.sd[:, 0].max() == 0


def test_diagnostics_and_checks_are_those_of_a_converged_right_model(unequal):
    _, _, fit = unequal
    assert fit.diagnostics.converged
    assert fit.diagnostics.worst_rhat <= 1.01
    assert fit.diagnostics.fewest_effective >= 400
    assert fit.check.search_outside <= 0.05
    assert fit.check.hit_outside <= 0.08


def test_equal_thresholds_are_not_taken_for_bias_when_risk_differs():
    """Infra-marginality: group 1 is guilty twice as often, searched more and found out less often; the threshold is
    the same .2. An outcome test would speak of bias."""
    stops, searches, hits, _ = planted(11, 20, (-3.9, -3.2), (0.75, 0.45), (0.2, 0.2), (1, 0.6))
    hit_rates = hits.sum(axis=0) / searches.sum(axis=0)
    assert stats.fisher_exact([hits.sum(axis=0), (searches - hits).sum(axis=0)]).pvalue < 1e-3
    assert hit_rates[1] < hit_rates[0]
    fits = fit_scaled(StopCounts.of(stops, searches, hits), (1.0, *SCALED), 2, effort=QUICK)
    # The risks planted are 1.6 and 2.1 standard deviations from the prior's centre: the published prior alone would
    # speak of bias here, so what is shown is the widest interval under its scalings.
    assert min(fit.group_difference.low[1] for fit in fits) < 0 < max(fit.group_difference.high[1] for fit in fits)


def test_the_same_seed_gives_the_same_draws_and_another_does_not():
    *counts, _ = planted(1, 6, (-3.4, -3.2), (0.6, 0.5), (0.25, 0.2), (1, 0.4))
    model = ThresholdModel.of(StopCounts.of(*counts), ThresholdPrior())

    def first(seed):
        chains = model_chains(model, np.random.SeedSequence(seed).spawn(2), Effort(chains=2, warmup=150))
        return chains.draw(5).q

    np.testing.assert_array_equal(first(3), first(3))
    assert (first(3) != first(4)).all()


def test_an_unconverged_fit_is_refused():
    *counts, _ = planted(1, 6, (-3.4, -3.2), (0.6, 0.5), (0.25, 0.2), (1, 0.4))
    with pytest.raises(NotConverged, match="fewest effective draws"):
        fit_thresholds(*counts, seed=3, effort=Effort(chains=2, warmup=150, draws=100, most=100))


def test_impossible_options_are_refused():
    counts = ([[9, 9]], [[3, 3]], [[1, 2]])
    with pytest.raises(ValueError, match="reference"):
        fit_thresholds(*counts, seed=1, reference=2)
    with pytest.raises(ValueError, match="level"):
        fit_thresholds(*counts, seed=1, level=1.5)
    with pytest.raises(ValueError, match="one data set"):
        fit_thresholds(*(np.array([c, c]) for c in counts), seed=1)
    with pytest.raises(ValueError, match="part must name"):
        fit_scaled(StopCounts.of(*counts), (1.0,), 1, part=[1])


def test_fits_side_by_side_are_each_alone():
    """A scaled prior gives the density that it gives by itself, and one that fails leaves the others be."""
    *counts, _ = planted(1, 6, (-3.4, -3.2), (0.6, 0.5), (0.25, 0.2), (1, 0.4))
    data, prior = StopCounts.of(*counts), ThresholdPrior()
    twice = StopCounts(*(np.repeat(x, 2, axis=0) for x in (data.hits, data.misses, data.passes)))
    both, alone = ThresholdModel.of(twice, prior, (1.0, 1.5)), ThresholdModel.of(data, prior.scaled(1.5))
    q = np.array([alone.start(np.random.default_rng(seed)) for seed in range(2)])
    for got, want in zip(both.density(q, np.array([1, 1])), alone.density(q), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-9)
    failed = fit_scaled(data, (1.0, 1.5), 3, effort=Effort(chains=2, warmup=150, draws=100, most=100))
    assert all(isinstance(fit, NotConverged) for fit in failed)


def test_a_place_of_several_rows_has_their_mean():
    """Rows 0 and 2 (weights 1 and 3) are place 1, row 1 is place 0; a place's own order does not matter."""
    draws = np.array([[0.2, 0.4], [0.6, 0.1], [0.4, 0.8]]).reshape(1, 1, 3, 2)
    got = Comparison.of(draws, np.array([1.0, 5.0, 3.0]), 0, np.array([1, 0, 1]))
    assert got.threshold.ravel().tolist() == pytest.approx([0.6, 0.1, 0.35, 0.7])
    swapped = Comparison.of(draws[:, :, :2], np.array([1.0, 5.0]), 0, np.array([1, 0]))
    assert swapped.threshold.ravel().tolist() == pytest.approx([0.6, 0.1, 0.2, 0.4])


def test_weights_are_shared_by_the_groups():
    """Two places of weight 3 and 1: means 3/4 and 1/4, differences from group 1."""
    draws = np.array([[0.2, 0.4], [0.6, 0.1]]).reshape(1, 1, 2, 2)
    got = Comparison.of(draws, np.array([3.0, 1.0]), 1)
    assert got.group.ravel().tolist() == pytest.approx([0.3, 0.325])
    assert got.group_difference.ravel().tolist() == pytest.approx([-0.025, 0])
    assert got.log_ratio.ravel().tolist() == pytest.approx([np.log(2), 0, np.log(1 / 6), 0])
    assert got.reported(1).shape == (1, 1, 4 + 2 + 2 + 2 + 1)


def test_a_check_sees_a_wrong_model():
    """Hit rates of .5 predicted where .1 was found: nearly every cell is outside; the right rates leave few."""
    rng = np.random.default_rng(0)
    stops, rate = np.full((20, 2), 2000), np.full((500, 20, 2), 0.05)
    searches = rng.binomial(stops, 0.05)
    counts = StopCounts.of(stops, searches, rng.binomial(searches, 0.1))
    wrong = predictive_check(counts, rate, np.full_like(rate, 0.5), rng, 0.95)
    right = predictive_check(counts, rate, np.full_like(rate, 0.1), rng, 0.95)
    assert wrong.hit_outside > 0.95
    assert wrong.hit_error > 0.35
    assert right.hit_outside < 0.1
    assert right.search_outside < 0.1


@pytest.mark.data
def test_published_thresholds_of_colorado(shared_data):
    """Stanford Open Policing 2017 (beta form).

    Cells of 50 or more searches; means weighted by the stops of a county. Under the same prior, carried over, the fast
    form gives the same order and nearly the same means.
    """
    with (shared_data / "openpolicing2017_threshold_nc_co_ct.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["state"] == "CO"]
    places = sorted({row["location_variable"] for row in rows})
    groups = ["White drivers", "Black drivers", "Hispanic drivers"]
    table = np.zeros((4, len(places), 3))
    for row in rows:
        at = places.index(row["location_variable"]), groups.index(row["driver_race"])
        table[:, *at] = [float(row[c]) for c in ("num_stops", "num_searches", "num_hits", "inferred_threshold")]
    stops, searches, hits, published = table
    fit = fit_thresholds(stops, searches, hits, seed=1, effort=QUICK)
    many = searches >= 50
    assert np.corrcoef(fit.threshold.mean[many], published[many])[0, 1] > 0.95
    weights = stops.sum(axis=1)[:, None] * (published > 0)
    means = (published * weights).sum(axis=0) / weights.sum(axis=0)
    assert means == pytest.approx([0.534, 0.383, 0.360], abs=0.0005)
    assert np.argsort(fit.group.mean).tolist() == np.argsort(means).tolist()
    assert fit.group.mean == pytest.approx(means, abs=0.04)


def test_a_threshold_below_the_smallest_double_has_a_finite_ratio():
    got = Comparison.of(np.array([[0.0, 0.2]]).reshape(1, 1, 1, 2), np.ones(1), 1)
    assert got.log_ratio.ravel().tolist() == pytest.approx([np.log(0.2) - np.log(np.finfo(float).tiny), 0])


def test_data_sets_fitted_side_by_side_are_fitted_as_by_themselves():
    """Two sets of counts: each has the posterior of a fit of its own, within the error of sampling."""
    *counts, _ = planted(3, 6, (-3.4, -3.2), (0.6, 0.5), (0.25, 0.2), (1, 0.4))
    stops, searches, hits = counts
    more = (stops + 40, searches + 40, hits)  # forty searches that found nothing in each cell
    effort = Effort(chains=2, warmup=200, draws=500, most=4000, target=0.65)
    both = fit_sets(StopCounts.of(*(np.stack(pair) for pair in zip(counts, more, strict=True))), 5, effort=effort)
    alone = [fit_thresholds(*each, seed=5, effort=effort) for each in (counts, more)]
    for found, own in zip(both, alone, strict=True):
        np.testing.assert_allclose(found.threshold.mean, own.threshold.mean, atol=0.012)
    assert (both[1].threshold.mean < both[0].threshold.mean - 0.01).all()
    with pytest.raises(ValueError, match="reference must be"):
        fit_sets(StopCounts.of(*counts), 5, reference=2)
