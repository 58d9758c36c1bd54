"""Share of a group where the population is another: R, the EM form, simulation (scenario 19)."""

import numpy as np
import pytest

from auditor.stats.recording.audit import under_count
from auditor.stats.recording.cells import tabulate
from auditor.stats.recording.prior_shift import shifted_share
from auditor.stats.recording.shifted_count import shifted_under_count
from tests.stats.recording.test_recording import people

CASES = {
    "shift-many": ([500, 200, 100, 80, 60], [0.01, 0.1, 0.4, 0.8, 0.97], 0.2),
    "shift-few": ([9, 2, 1, 2, 3], [0.02, 0.1, 0.5, 0.8, 0.95], 0.3),
}


@pytest.mark.parametrize("case", sorted(CASES))
def test_share_and_limits_agree_with_r(case, reference_rows):
    """R 4.2.2: optimize and uniroot on the likelihood  # script: tests/reference/stats_recording.R"""
    row = {r["case"]: r for r in reference_rows("stats_recording.csv")}[case]
    n, p, prior = CASES[case]
    got = shifted_share([n], [np.multiply(n, p)], [prior])
    # optimize() finds a maximum to the root of its precision.
    np.testing.assert_allclose(got.share[0], float(row["value"]), rtol=1e-6)
    np.testing.assert_allclose([got.low[0], got.high[0]], [float(row["low"]), float(row["high"])], rtol=1e-7)


def test_share_is_where_em_ends():
    """Saerens, Latinne & Decaestecker (2002): 5,000 rounds of their EM from the prior."""
    n, p, prior = (np.array(x) for x in CASES["shift-many"])
    share = prior
    for _ in range(5000):
        new = p * share / prior / (p * share / prior + (1 - p) * (1 - share) / (1 - prior))
        share = (n * new).sum() / n.sum()
    got = shifted_share([n], [n * p], [prior])
    assert got.share[0] == pytest.approx(share, rel=1e-10)


def test_at_the_prior_nothing_moves():
    """Chances whose mean is the prior and that are right: with one bin for each of two names, by hand.

    90 people at .1 and 10 at .5 under prior .14: the mean chance is .14, which solves the likelihood equation.
    """
    got = shifted_share([[90, 10]], [[9, 5]], [0.14])
    assert got.share[0] == pytest.approx(0.14, rel=1e-12)


def test_borders():
    got = shifted_share([[50, 0], [0, 50], [0, 0], [50, 0]], [[0.05, 0], [0, 49.95], [0, 0], [10.0, 0]], [0.2] * 4)
    assert got.share[0] == 0
    assert got.share[1] == 1
    assert np.isnan(got.share[2])
    assert (got.low[0], got.high[1]) == (0, 1)
    assert (got.low[2], got.high[2]) == (0, 1)
    # Chances equal to the prior tell nothing.
    assert (got.low[3], got.high[3]) == (0, 1)
    assert np.isnan(got.se[3])


@pytest.mark.parametrize(
    ("share", "prior", "right"), [(0.2, 0.2, 0.6), (0.35, 0.2, 0.6), (0.35, 0.2, 0.95), (0.1, 0.3, 0.3)]
)
def test_coverage_when_the_population_is_another(share, prior, right):
    """Scenarios 17 and 19, 1,500 places of 300 people: share and under-count, .93 to .97; bias at most 2 %."""
    rng, places, n = np.random.default_rng(17), 1500, 300
    _, chance, recorded = people(rng, n * places, share, prior, right)
    cells = tabulate(np.repeat(np.arange(places), n), recorded, chance, places, 2)
    got = shifted_under_count(cells, 0, np.full(places, prior))
    real = share / (share * right + (1 - share) * 0.01)
    assert got.share.share.mean() == pytest.approx(share, rel=0.02)
    assert 0.93 <= np.mean((got.share.low <= share) & (share <= got.share.high)) <= 0.97
    assert 0.93 <= np.mean((got.low <= real) & (real <= got.high)) <= 0.975
    assert np.median(got.ratio) == pytest.approx(real, rel=0.02)


def test_the_plain_sum_is_wrong_there():
    """What the shift is for: at 3,000 people the plain sum's limits hold the truth almost never."""
    rng, places, n = np.random.default_rng(5), 200, 3000
    _, chance, recorded = people(rng, n * places, 0.35, 0.2)
    cells = tabulate(np.repeat(np.arange(places), n), recorded, chance, places, 2)
    real = 0.35 / (0.35 * 0.6 + 0.65 * 0.01)
    plain = under_count(cells, 0)
    assert np.mean((plain.low <= real) & (real <= plain.high)) < 0.1
    shifted = shifted_under_count(cells, 0, np.full(places, 0.2))
    assert np.mean((shifted.low <= real) & (real <= shifted.high)) > 0.9


def test_counts_without_records_or_names():
    cells = tabulate([0, 0, 1, 1, 3], [1, 1, 0, 0, 1], [0.99, 0.99, 0.01, 0.01, 0.001], 4, 2)
    got = shifted_under_count(cells, 0, [0.2] * 4)
    assert got.ratio[0] == np.inf
    assert got.high[0] == np.inf
    assert got.low[0] >= 0
    assert got.ratio[1] == 0
    assert got.high[1] > 0
    assert np.isnan(got.ratio[2])
    assert (got.low[2], got.high[2]) == (0, np.inf)
    assert np.isnan(got.ratio[3])


def test_an_error_of_calibration_widens():
    rng = np.random.default_rng(1)
    _, chance, recorded = people(rng, 900)
    cells = tabulate(np.zeros(900, dtype=int), recorded, chance, 1, 2)
    one, other = (shifted_under_count(cells, 0, [0.2], calibration_error=e) for e in (0.0, 0.2))
    gap = np.log(one.high[0] / one.ratio[0])
    assert np.log(other.high[0] / other.ratio[0]) == pytest.approx(np.hypot(gap, 0.2 * 1.959964), rel=1e-6)


@pytest.mark.parametrize(
    ("n", "chance", "prior", "message"),
    [
        ([[1, 2]], [[0.5, 2.5]], [0.2], "chance must not exceed n"),
        ([[1, 2]], [[0.5]], [0.2], "must be places by bins"),
        ([[1, 2]], [[0.5, 1]], [0.0], "prior must lie strictly between"),
    ],
)
def test_bad_input_is_refused(n, chance, prior, message):
    with pytest.raises(ValueError, match=message):
        shifted_share(n, chance, prior)


def test_a_group_out_of_range_is_refused():
    with pytest.raises(ValueError, match="no group 2"):
        shifted_under_count(tabulate([0], [0], [0.5], 1, 2), 2, [0.2])
