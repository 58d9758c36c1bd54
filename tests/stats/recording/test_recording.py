"""Recorded groups against chances: hand arithmetic, R, exact sums, bootstrap and simulation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.stats.recording.audit import else_recorded, under_count
from auditor.stats.recording.cells import EDGES, RecordingCells, tabulate, unusable


def people(rng, n, share=0.2, prior=0.2, right=0.6, wrong=0.01, apart=2.8):
    """Truth, chance under the prior, and recorded group (0 focal, 1 other); scores are two normals ``apart`` apart."""
    truth = rng.random(n) < share
    score = apart * rng.normal(np.where(truth, apart / 2, -apart / 2), 1)
    chance = 1 / (1 + np.exp(-(score + np.log(prior / (1 - prior)))))
    recorded = np.where(rng.random(n) < np.where(truth, right, wrong), 0, 1)
    return truth, chance, recorded


def poisson_binomial(chance):
    dist = np.ones(1)
    for p in chance:
        dist = np.convolve(dist, [1 - p, p])
    return dist


def test_hand_arithmetic():
    """Five people of one place: chances .8, .8, .9 and .1, .3; one of the first three is recorded as focal."""
    cells = tabulate([0] * 5, [0, 1, 1, 1, 1], [0.8, 0.8, 0.9, 0.1, 0.3], 1, 2, edges=[0, 0.75, 1])
    np.testing.assert_array_equal(cells.n[0], [[0, 1], [2, 2]])
    np.testing.assert_allclose(cells.chance[0], [[0, 0.8], [0.4, 1.7]], rtol=1e-15)
    np.testing.assert_allclose(cells.variance[0], [[0, 0.16], [0.3, 0.25]], rtol=1e-14)
    white = else_recorded(cells, other=1, first_bin=1)
    assert (white.k[0], white.n[0]) == (2, 3)
    assert white.expected[0] == pytest.approx(0.5, rel=1e-14)  # 3 - .8 - .8 - .9
    assert white.expected_sd[0] == pytest.approx(np.sqrt(0.41), rel=1e-14)
    assert under_count(cells, 0).ratio[0] == pytest.approx(2.9, rel=1e-14)


def test_the_usual_threshold_is_an_edge():
    assert 0.75 in EDGES
    cells = tabulate([0, 0, 0], [0, 0, 0], [0.75, 0.7499, 1.0], 1, 1)
    assert cells.n[0, 0, EDGES.index(0.75) :].sum() == 2


@pytest.mark.parametrize("case", ["fieller-40", "fieller-8"])
def test_limits_agree_with_r(case, reference_rows):
    """R 4.2.2: uniroot on the pivot  # script: tests/reference/stats_recording.R"""
    row = {r["case"]: r for r in reference_rows("stats_recording.csv")}[case]
    total, known, squares, both = {"fieller-40": (60, 40, 50, 33), "fieller-8": (12, 8, 9, 5)}[case]
    cells = RecordingCells(
        np.array([[[known], [1000.0]]]), np.array([[[both], [total - both]]]), np.array([[[0.0], [total - squares]]])
    )
    got = under_count(cells, 0)
    for name, value in (("value", got.ratio), ("low", got.low), ("high", got.high)):
        np.testing.assert_allclose(value[0], float(row[name]), rtol=1e-9, err_msg=name)


def test_limits_are_those_of_a_bootstrap():
    rng = np.random.default_rng(2)
    _, chance, recorded = people(rng, 800)
    got = under_count(tabulate(np.zeros(800, dtype=int), recorded, chance, 1, 2), 0)
    pick = rng.integers(0, 800, (4000, 800))
    ratios = chance[pick].sum(axis=1) / (recorded[pick] == 0).sum(axis=1)
    low, high = np.quantile(ratios, [0.025, 0.975])
    np.testing.assert_allclose([got.low[0], got.high[0]], [low, high], rtol=0.03)


@pytest.mark.parametrize(("n", "least"), [(30, 0.93), (300, 0.93), (3000, 0.93)])
def test_coverage_where_the_chances_are_right(n, least):
    """Scenario 17, Se .6, Sp .99, 1,500 places: limits of the process and of these very persons (error .006)."""
    rng, places = np.random.default_rng(n), 1500
    truth, chance, recorded = people(rng, n * places)
    place = np.repeat(np.arange(places), n)
    got = under_count(tabulate(place, recorded, chance, places, 2), 0)
    real = 0.2 / (0.2 * 0.6 + 0.8 * 0.01)
    assert least <= np.mean((got.low <= real) & (real <= got.high)) <= 0.985
    own = np.bincount(place, truth, places)
    some = got.recorded > 0
    own, k = own[some], got.recorded[some]
    inside = (got.own_low[some] * k <= own) & (own <= got.own_high[some] * k)
    assert np.mean(inside) >= 0.93


def test_p_of_so_few_recorded_is_the_exact_one():
    """Poisson-binomial by convolution of the people's own chances."""
    rng = np.random.default_rng(3)
    chance = rng.beta(0.3, 0.7, 60)
    exact = np.cumsum(poisson_binomial(chance))
    middle = int(chance.sum())
    for few in range(middle - 9, middle + 3):
        recorded = np.ones(60, dtype=int)
        recorded[:few] = 0
        cells = tabulate(np.zeros(60, dtype=int), recorded, chance, 1, 2, edges=np.linspace(0, 1, 41))
        assert under_count(cells, 0).p_less[0] == pytest.approx(exact[few], rel=0.1, abs=2e-4)


def test_faithful_records_are_rarely_called_too_few():
    rng, places, n = np.random.default_rng(4), 2000, 200
    truth, chance, _ = people(rng, n * places)
    cells = tabulate(np.repeat(np.arange(places), n), np.where(truth, 0, 1), chance, places, 2)
    assert np.mean(under_count(cells, 0).p_less <= 0.05) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / places)


def test_an_error_of_calibration_widens_both_limits():
    """With no other error: log limits at -+1.96 times the error."""
    cells = RecordingCells(np.array([[[1e9], [3e9]]]), np.array([[[1e9], [1e9]]]), np.zeros((1, 2, 1)))
    got = under_count(cells, 0, calibration_error=0.1)
    assert np.log(got.high[0] / got.ratio[0]) == pytest.approx(0.1 * 1.959964, rel=1e-4)
    assert np.log(got.ratio[0] / got.own_low[0]) == pytest.approx(0.1 * 1.959964, rel=1e-4)


def test_places_without_records_or_people():
    cells = tabulate([0, 0], [1, 1], [0.9, 0.9], 2, 2)
    got = under_count(cells, 0)
    assert got.ratio[0] == np.inf
    assert got.high[0] == np.inf
    assert np.isfinite(got.low[0])
    assert np.isnan(got.ratio[1])
    assert (got.low[1], got.own_low[1], got.own_high[1], got.p_less[1]) == (0, 0, np.inf, 1)
    assert np.isnan(else_recorded(cells, 1, 3).share[1])


@given(st.lists(st.tuples(st.integers(0, 1), st.floats(0, 1)), min_size=1, max_size=40))
def test_estimates_lie_within_their_limits(rows):
    recorded, chance = zip(*rows, strict=True)
    got = under_count(tabulate([0] * len(rows), list(recorded), list(chance), 1, 2), 0)
    if np.isfinite(got.ratio[0]):
        assert got.low[0] <= got.ratio[0] * (1 + 1e-9)
        assert got.ratio[0] <= got.high[0] * (1 + 1e-9)
        assert got.own_low[0] <= got.ratio[0] * (1 + 1e-9)
        assert got.ratio[0] <= got.own_high[0] * (1 + 1e-9) + 1e-9
    assert 0 <= got.p_less[0] <= 1


def test_unusable_below_a_third():
    """bad-inputs: 4 % of stops recorded against 25 % of residents is unusable; 9 % is not (a third is 8.33 %)."""
    assert unusable([4, 9, 0, 0], [100, 100, 100, 0], 0.25).tolist() == [True, False, True, False]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"chance": [1.1]}, "chance must lie between 0 and 1"),
        ({"edges": [0, 0.5]}, "edges must rise from 0 to 1"),
        ({"recorded": [2]}, "recorded must lie between 0 and 1"),
        ({"place": [0, 0]}, r"place has shape \(2,\)"),
    ],
)
def test_bad_people_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        tabulate(**({"place": [0], "recorded": [0], "chance": [0.5], "places": 1, "groups": 2} | change))


def test_impossible_cells_are_refused():
    one = np.ones((1, 2, 1))
    with pytest.raises(ValueError, match="larger than its persons allow"):
        under_count(RecordingCells(one, 2 * one, 0 * one), 0)
    with pytest.raises(ValueError, match="places by groups by bins"):
        under_count(RecordingCells(one[0], one[0], one[0]), 0)
    with pytest.raises(ValueError, match="no group 2"):
        under_count(RecordingCells(one, one, 0 * one), 2)
    with pytest.raises(ValueError, match="no group 5"):
        else_recorded(RecordingCells(one, one, 0 * one), 5, 0)


def test_one_bin_and_the_first_group_will_do():
    """Six people of one place: of the four recorded as group 1, one has a small chance; all in one bin."""
    chance = [0.9, 0.8, 0.9, 0.1, 0.8, 0.7]
    cells = tabulate([0] * 6, [0, 1, 1, 1, 0, 1], chance, 1, 2, edges=[0.0, 1.0])
    assert cells.n.tolist() == [[[2.0], [4.0]]]
    assert cells.chance.sum() == pytest.approx(sum(chance))
    assert else_recorded(cells, 0, 0).share[0] == pytest.approx(2 / 6)
