"""Shrinkage and ranks: metafor, integrals in R, coverage by simulation, properties.

The 76 first-name estimates of Kline, Rose & Walters are not used: their posterior means come from a
deconvolved prior (.522524 for the first row), and a normal prior gives .523112.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.stats.screening.ranks import rank_intervals
from auditor.stats.screening.shrink import shrink


def table(rows, case, method):
    chosen = [row for row in rows if (row["case"], row["method"]) == (case, method)]
    assert chosen
    return {name: np.array([float(r[name]) for r in chosen]) for name in ("estimate", "se", "mean", "sd", "mu", "tau")}


@pytest.mark.parametrize("case", ["schools", "equal", "three", "many", "precise"])
def test_plug_in_agrees_with_metafor(case, reference_rows):
    """metafor 3.8-1: rma(method = "PM"), blup  # script: tests/reference/stats_shrink.R"""
    expected = table(reference_rows("stats_shrink.csv"), case, "paule-mandel")
    got = shrink(expected["estimate"], expected["se"], "paule-mandel")
    for name in ("mean", "sd", "mu", "tau"):
        np.testing.assert_allclose(getattr(got, name), expected[name], rtol=1e-10, atol=1e-12, err_msg=name)


@pytest.mark.parametrize(
    ("case", "tolerance"), [("schools", 1e-10), ("equal", 1e-10), ("many", 1e-10), ("three", 2e-6)]
)
def test_integrated_agrees_with_r(case, tolerance, reference_rows):
    """R 4.2.2: integrate() over tau  # script as above. Three places have a tail that R cuts near 2^40 errors."""
    expected = table(reference_rows("stats_shrink.csv"), case, "integrated")
    got = shrink(expected["estimate"], expected["se"])
    for name in ("mean", "sd", "mu"):
        np.testing.assert_allclose(getattr(got, name), expected[name], rtol=tolerance, atol=1e-12, err_msg=name)
    np.testing.assert_allclose(got.tau, expected["tau"], rtol=3e-4)


def test_blocks_of_the_grid_change_nothing(monkeypatch):
    rng = np.random.default_rng(12)
    y, s = rng.normal(size=30), rng.uniform(0.2, 1, 30)
    whole = shrink(y, s)
    monkeypatch.setattr("auditor.stats.screening.shrink._BLOCK", 500)
    parts = shrink(y, s)
    np.testing.assert_allclose((parts.mean, parts.sd), (whole.mean, whole.sd), rtol=1e-12)
    np.testing.assert_allclose((parts.mu, parts.tau), (whole.mu, whole.tau), rtol=1e-12)


def test_many_precise_places_leave_nothing_to_average_over():
    """3,100 places: the posterior of tau is narrow, and the two methods meet."""
    rng = np.random.default_rng(1)
    s = rng.uniform(0.05, 0.5, 3100)
    y = rng.normal(0.2, 0.3, 3100) + rng.normal(0, s)
    one, other = shrink(y, s), shrink(y, s, "paule-mandel")
    assert one.tau == pytest.approx(other.tau, rel=0.02)
    assert abs(one.tau - 0.3) < 0.02
    np.testing.assert_allclose(one.mean, other.mean, atol=0.02)
    np.testing.assert_allclose(one.sd, other.sd, rtol=0.05)


def test_intervals_cover_on_average():
    """400 runs of 8 and 100 of 40 places, tau 0.3, errors 0.1 to 0.3; Monte-Carlo error about .004 and .004."""
    rng = np.random.default_rng(2)
    for places in (8, 40):
        covered = []
        for _ in range(400 if places == 8 else 100):
            s = rng.uniform(0.1, 0.3, places)
            truth = rng.normal(0, 0.3, places)
            low, high = shrink(truth + rng.normal(0, s), s).interval()
            covered.append(np.mean((low <= truth) & (truth <= high)))
        assert np.mean(covered) >= 0.92


def test_limits_are_normal_quantiles():
    got = shrink([0.1, 0.5, -0.3, 0.2], [0.2, 0.1, 0.2, 0.3])
    low, high = got.interval(0.9)
    np.testing.assert_allclose(high - got.mean, 1.6448536269514722 * got.sd, rtol=1e-14)
    np.testing.assert_allclose(got.mean - low, high - got.mean, rtol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0.1], [0.2]), r"estimate must hold 3 or more places to shrink together, got shape \(1,\)"),
        (([0.1, 0.2], [0.2, 0.2]), "3 or more places"),
        (([[0.1, 0.2, 0.3]], [[0.2, 0.2, 0.2]]), "3 or more places"),
        (([0.1, 0.2, np.inf], [0.2, 0.2, 0.2]), "estimate must be finite, got inf"),
        (([0.1, 0.2, 0.3], [0.2, 0.2, 0.0]), "se must be above 0, got 0"),
        (([0.1, 0.2, 0.3], [0.2, 0.2]), "shapes do not fit together"),
        (([0.1, 0.2, 0.3], [0.2, 0.2, 0.2], "ml"), "method must be 'integrated' or 'paule-mandel', got 'ml'"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        shrink(*arguments)


problems = st.lists(st.tuples(st.floats(-3, 3).map(lambda x: round(x, 6)), st.floats(0.01, 2)), min_size=3, max_size=30)


@given(problems)
def test_plug_in_lies_between_the_estimate_and_the_mean(problem):
    y, s = np.array(problem).T
    got = shrink(y, s, "paule-mandel")
    assert (got.mean >= np.minimum(y, got.mu) - 1e-9).all()
    assert (got.mean <= np.maximum(y, got.mu) + 1e-9).all()
    assert (got.sd > 0).all()


@given(problems, st.floats(-5, 5), st.sampled_from([1e-6, 0.1, 1e6]), st.sampled_from(["integrated", "paule-mandel"]))
def test_unit_origin_and_order_do_not_matter(problem, origin, unit, method):
    y, s = np.array(problem).T
    order = np.random.default_rng(y.size).permutation(y.size)
    one = shrink(y, s, method)
    other = shrink((y[order] + origin) * unit, s[order] * unit, method)
    np.testing.assert_allclose(other.mean / unit - origin, one.mean[order], rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(other.sd / unit, one.sd[order], rtol=1e-6)


@pytest.mark.parametrize("method", ["integrated", "paule-mandel"])
@pytest.mark.parametrize(
    ("y", "s"),
    [
        ([0.0, 0.0, 0.0], [1e-9, 1.0, 1e9]),
        ([-1e9, 0.0, 1e9], [1e-3, 1e-3, 1e-3]),
        ([1.0, 2.0, 3.0], [1e-9, 1e-9, 1e-9]),
        ([1e9, 1e9 + 1, 1e9 - 1, 1e9], [1.0, 1.0, 1.0, 1.0]),
    ],
)
def test_extreme_values(y, s, method):
    got = shrink(y, s, method)
    assert np.isfinite([got.mean, got.sd]).all()
    assert (got.sd > 0).all()
    assert np.isfinite([got.mu, got.tau]).all()


def test_rank_intervals_hold_the_true_rank():
    """60 runs of 60 places, normal truth: at least .93 hold it (C6); Monte-Carlo error about .004."""
    rng = np.random.default_rng(4)
    held = []
    for _ in range(60):
        s = rng.uniform(0.05, 0.4, 60)
        truth = rng.normal(0, 0.3, 60)
        posterior = shrink(truth + rng.normal(0, s), s)
        low, high = rank_intervals(posterior.mean, posterior.sd, draws=500, rng=rng)
        rank = np.empty(60)
        rank[np.argsort(-truth)] = np.arange(1, 61)
        held.append(np.mean((low <= rank) & (rank <= high)))
    assert 0.93 <= np.mean(held) <= 0.99


def test_ranks_of_places_far_apart_are_certain_and_of_equals_unknown():
    low, high = rank_intervals([3.0, 1.0, 2.0], [1e-6] * 3, rng=np.random.default_rng(0))
    np.testing.assert_array_equal((low, high), ([1, 3, 2], [1, 3, 2]))
    low, high = rank_intervals(np.zeros(100), np.ones(100), draws=4000, rng=np.random.default_rng(0))
    assert abs(low.mean() - 3) < 1
    assert abs(high.mean() - 98) < 1


def test_ranks_of_two_places_follow_the_normal_distribution():
    """P(first above second) = Phi(1 / sqrt 2) = .760: at level .4 its rank is 1 for sure, at level .6 it is not."""
    rng = np.random.default_rng(9)
    low, high = rank_intervals([1.0, 0.0], [1.0, 1.0], level=0.4, draws=20000, rng=rng)
    assert (low[0], high[0]) == (1, 1)
    low, high = rank_intervals([1.0, 0.0], [1.0, 1.0], level=0.6, draws=20000, rng=rng)
    assert (low[0], high[0]) == (1, 2)


def test_ranks_repeat_with_the_seed_whatever_the_blocks(monkeypatch):
    mean, sd = np.linspace(-1, 1, 70), np.full(70, 0.4)
    one = rank_intervals(mean, sd, rng=np.random.default_rng(3))
    monkeypatch.setattr("auditor.stats.screening.ranks._BLOCK", 999)
    np.testing.assert_array_equal(one, rank_intervals(mean, sd, rng=np.random.default_rng(3)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"draws": 99}, "draws must be 100 or more"),
        ({"draws": 10**9}, "draws times places at most 500,000,000"),
        ({"sd": [1.0, 0.0]}, "sd must be above 0, got 0"),
        ({"level": 0}, "level must lie strictly between 0 and 1"),
        ({"mean": [[1.0, 2.0]]}, r"mean must be one-dimensional, got shape \(1, 2\)"),
    ],
)
def test_bad_ranks_are_refused(change, message):
    arguments = {"mean": [1.0, 2.0], "sd": [1.0, 1.0], "rng": np.random.default_rng(0), **change}
    with pytest.raises(ValueError, match=message):
        rank_intervals(**arguments)


def test_no_places_have_no_ranks():
    low, high = rank_intervals([], [], rng=np.random.default_rng(0))
    assert low.shape == high.shape == (0,)
