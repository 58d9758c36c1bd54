"""Product-limit curves: R, exact arithmetic, Clopper & Pearson where nobody is censored, refusals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.stats.fit import NotConverged
from auditor.stats.ratios.intervals import clopper_pearson
from auditor.stats.survival.held_mean import held_difference, restricted_mean
from auditor.stats.survival.kaplan_meier import kaplan_meier, survival_at
from tests.stats import held
from tests.stats.held import from_r

NAMES = {"time": "time", "n.risk": "at_risk", "n.event": "events", "surv": "survival", "std.err": "se"}


@pytest.fixture
def rows(reference_rows):
    return reference_rows("stats_survival.csv")


def sample(case):
    e = held.early
    return {
        "km_plain_0.9": ((held.time, held.event), {"level": 0.9}),
        "km_plain_0.95": ((held.time, held.event), {}),
        "km_count": ((held.time, held.event, held.count), {}),
        "km_entry": ((held.time[e], held.event[e], None, held.entry[e]), {}),
        "km_aml_1": ((held.aml_time[held.aml_focal], held.aml_event[held.aml_focal]), {}),
    }[case]


@pytest.mark.parametrize("case", ["km_plain_0.9", "km_plain_0.95", "km_count", "km_entry", "km_aml_1"])
def test_curve_agrees_with_r(rows, case):
    """R 4.2.2, survival 3.5.3: survfit(Surv([entry,] time, event) ~ 1, conf.type = "log-log")"""
    args, kwargs = sample(case)
    curve = kaplan_meier(*args, **kwargs)
    for quantity, name in NAMES.items():
        # R leaves the standard error of a share of 0 as NaN; ours is 0, for the term is left out.
        want, got = from_r(rows, case, quantity), getattr(curve, name)
        defined = ~np.isnan(want)
        np.testing.assert_allclose(got[defined], want[defined], rtol=1e-12, atol=1e-15, err_msg=quantity)
    for quantity, got in (("lower", curve.low), ("upper", curve.high)):
        want = from_r(rows, case, quantity)
        inner = (curve.survival > 0) & (curve.survival < 1)
        assert inner.sum() > 5
        np.testing.assert_allclose(got[inner], want[inner], rtol=1e-11)
    assert np.isfinite(curve.low).all()
    assert np.isfinite(curve.high).all()


def test_shares_of_four_places_agree_with_r(rows):
    """R, as above: summary(survfit(...), times = c(1, 24, 48, 72), extend = TRUE), a place at a time."""
    got = survival_at(held.time, held.event, [1, 24, 48, 72], place=held.stratum)
    assert got.share.shape == (4, 4)
    for j in range(4):
        np.testing.assert_allclose(got.share[j], from_r(rows, f"at_{j}", "share"), rtol=1e-12)
        np.testing.assert_allclose(got.se[j], from_r(rows, f"at_{j}", "se"), rtol=1e-12)
        np.testing.assert_array_equal(got.at_risk[j], from_r(rows, f"at_{j}", "n.risk"))
        inner = (got.share[j] > 0) & (got.share[j] < 1)
        np.testing.assert_allclose(got.low[j, inner], from_r(rows, f"at_{j}", "low")[inner], rtol=1e-11)
        np.testing.assert_allclose(got.high[j, inner], from_r(rows, f"at_{j}", "high")[inner], rtol=1e-11)


@pytest.mark.parametrize("horizon", [24, 48, 90])
@pytest.mark.parametrize("case", ["plain", "entry"])
def test_restricted_mean_agrees_with_r(rows, case, horizon):
    """R, as above: summary(survfit(...), rmean = tau)$table"""
    args, _ = sample("km_plain_0.95" if case == "plain" else "km_entry")
    got = restricted_mean(kaplan_meier(*args), horizon)
    want = from_r(rows, f"rmean_{case}_{horizon}", "mean_se")
    np.testing.assert_allclose((got.mean, got.se), want, rtol=1e-12)
    np.testing.assert_allclose((got.low, got.high), want[0] + want[1] * np.array([-1, 1]) * 1.959963984540054)


def test_a_mean_without_events_is_not_certain():
    """Nobody released within 5 hours: the mean up to there is 5, and the limits all there is."""
    got = restricted_mean(kaplan_meier([5, 6, 9], [0, 0, 1]), 5)
    assert (got.mean, got.se, got.low, got.high) == (5, 0, 0, 5)


def test_without_censoring_the_beta_product_is_clopper_and_pearson():
    """Fay, Brittain & Proschan (2013), section 3: without censoring the limits are those of the binomial."""
    rng = np.random.default_rng(5)
    time, place = rng.integers(1, 30, 400), np.repeat(np.arange(8), 50)
    at = [0, 3, 10, 25, 29]
    got = survival_at(time, np.ones(400), at, place=place, limits="beta-product")
    left = np.array([[(time[place == j] > t).sum() for t in at] for j in range(8)])
    low, high = clopper_pearson(left, 50)
    np.testing.assert_allclose(got.low, low, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(got.high, high, rtol=1e-9)
    np.testing.assert_allclose(got.share, left / 50, rtol=1e-13)


def test_beta_product_of_a_billion_persons():
    """One release among 10**9: scipy.stats.beta.ppf(0.025, 999999999, 2) is 1 - 5.5716e-9 to the digits of 1 - x."""
    got = survival_at([5, 9], [1, 0], [5], count=[1, 10**9 - 1], limits="beta-product")
    low, high = clopper_pearson(10**9 - 1, 10**9)
    np.testing.assert_allclose(1 - got.low[0], 1 - low, rtol=1e-6)
    np.testing.assert_allclose(1 - got.high[0], 1 - high, rtol=1e-5)


def test_no_event_yet_has_limits_of_their_own():
    """20 persons seen through, no release: 0.025^(1/20) is 0.83157 (exact arithmetic), not the limit 1."""
    got = survival_at(np.full(20, 72), np.zeros(20), [48, 72])
    np.testing.assert_array_equal(got.share, [[1, 1]])
    np.testing.assert_allclose(got.low[0, 0], 0.025 ** (1 / 20), rtol=1e-12)
    # At 72 hours nobody is left to be seen held longer.
    assert got.low[0, 1] == 0
    np.testing.assert_array_equal(got.high, [[1, 1]])


def test_beyond_the_last_follow_up_nothing_is_said():
    got = survival_at([10, 20, 30, 10, 20], [1, 0, 0, 1, 1], [20, 30, 31], place=[0, 0, 0, 1, 1], places=3)
    np.testing.assert_array_equal(np.isnan(got.share), [[False, False, True], [False] * 3, [True] * 3])
    np.testing.assert_array_equal(got.share[1], [0, 0, 0])
    np.testing.assert_array_equal(got.at_risk, [[2, 1, 0], [1, 0, 0], [0, 0, 0]])


def test_event_at_the_time_asked_counts_as_past():
    assert survival_at([48, 49], [1, 1], [48]).share[0, 0] == 0.5


def test_late_entries_after_an_empty_risk_set_are_refused():
    with pytest.raises(NotConverged, match="after which others enter"):
        kaplan_meier([5, 20], [1, 1], entry=[0, 10])
    assert np.isnan(survival_at([5, 20], [1, 1], [15], entry=[0, 10]).share).all()


def test_difference_of_two_groups():
    """20 of 40 against 10 of 40 held over 48 hours; limits by Zou & Donner from the binomial limits of each."""
    one = survival_at([24, 96], [1, 1], [48], count=[20, 20], limits="beta-product")
    two = survival_at([24, 96], [1, 1], [48], count=[30, 10], limits="beta-product")
    got = held_difference(one, two)
    (l1, l2), (h1, h2) = clopper_pearson([20, 10], 40)
    assert got.difference[0, 0] == pytest.approx(0.25, rel=1e-14)
    assert got.low[0, 0] == pytest.approx(0.25 - np.hypot(0.5 - l1, h2 - 0.25), rel=1e-9)
    assert got.high[0, 0] == pytest.approx(0.25 + np.hypot(h1 - 0.5, 0.25 - l2), rel=1e-9)
    with pytest.raises(ValueError, match="shapes differ"):
        held_difference(one, survival_at([24, 96], [1, 1], [48, 50]))


@given(st.integers(0, 10**6))
def test_counted_rows_are_rows_spread_out(seed):
    rng = np.random.default_rng(seed)
    time, event, count = rng.integers(1, 9, 30), rng.random(30) < 0.6, rng.integers(0, 4, 30)
    place = rng.integers(0, 3, 30)
    one = survival_at(time, event, [2, 5], place=place, places=3, count=count)
    two = survival_at(np.repeat(time, count), np.repeat(event, count), [2, 5], place=np.repeat(place, count), places=3)
    for name in ("share", "se", "low", "high", "at_risk"):
        np.testing.assert_allclose(getattr(one, name), getattr(two, name), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"time": [-1, 2], "event": [1, 1]}, "time must be 0 or more"),
        ({"time": [1, np.nan], "event": [1, 1]}, "time must be finite"),
        ({"time": [1, 2], "event": [1, 2]}, "event must be true or false"),
        ({"time": [1, 2], "event": [1]}, "one entry for each of 2 rows"),
        ({"time": [1, 2], "event": [1, 1], "count": [1, 1.5]}, "count must be whole"),
        ({"time": [1, 2], "event": [1, 1], "entry": [1, 0]}, r"entry must be below time, got 1 and 1 \(row 0\)"),
        ({"time": [1, 2], "event": [1, 1], "level": 1.0}, "level must lie strictly"),
        ({"time": [], "event": []}, "time must hold one entry"),
    ],
)
def test_bad_input_is_named(kwargs, message):
    with pytest.raises(ValueError, match=message):
        kaplan_meier(**kwargs)


def test_bad_questions_are_named():
    with pytest.raises(ValueError, match="limits must be"):
        survival_at([1, 2], [1, 1], [1], limits="plain")
    with pytest.raises(ValueError, match="place must be below 1"):
        survival_at([1, 2], [1, 1], [1], place=[0, 1], places=1)
    with pytest.raises(ValueError, match="beyond the longest follow-up"):
        restricted_mean(kaplan_meier([1, 2], [1, 0]), 3)


def test_coverage_with_a_third_censored():
    """Exponential times, 25 persons, censoring at other exponential times; true share at the median is 1/2.

    2,000 samples: 2 Monte-Carlo errors are 0.01. The beta product may be wider; log-log keeps 0.93 or more.
    """
    rng, size = np.random.default_rng(20261122), 2000
    release, censored = rng.exponential(1, (size, 25)), rng.exponential(2, (size, 25))
    time, place = np.minimum(release, censored).ravel(), np.repeat(np.arange(size), 25)
    event = (release <= censored).ravel()
    for limits, floor in (("log-log", 0.93), ("beta-product", 0.94)):
        got = survival_at(time, event, [np.log(2)], place=place, limits=limits)
        known = ~np.isnan(got.share)
        assert known.mean() > 0.999
        assert ((got.low <= 0.5) & (got.high >= 0.5))[known].mean() >= floor
