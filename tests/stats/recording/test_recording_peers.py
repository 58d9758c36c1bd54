"""Officers compared on the same names, and the break at a mandate: arithmetic, error rates, power."""

import numpy as np
import pytest

from auditor.stats.recording.breaks import recording_break
from auditor.stats.recording.peers import compare_recorders


def officers(rng, count, places, spread, effect, share):
    place = rng.integers(0, places, count)
    odd = rng.random(count) < share
    mean = np.array([0.8, 0.88, 0.94, 0.98])
    n = rng.poisson(60 * rng.gamma(1.5, 1 / 1.5, (count, 1)) * rng.dirichlet(np.full(4, 3), count))
    logit = -1.2 + rng.normal(0, 0.5, places)[place] + rng.normal(0, spread, count) + effect * odd
    chance = (1 - mean) + mean / (1 + np.exp(-logit))[:, None]
    return rng.binomial(n, chance), n, place, odd


def test_expected_is_what_colleagues_did_bin_by_bin():
    """Officer 0: 10 in the first bin, 20 in the second; the others of its place: 30 of 100 and 5 of 50.

    Overall 35 / 150, so the rates are (30 + 7/60) / 100.5 and (5 + 7/60) / 50.5.
    """
    k = np.array([[9, 1], [20, 5], [10, 0], [1, 1]])
    n = np.array([[10, 20], [60, 30], [40, 20], [30, 30]])
    got = compare_recorders(k, n, [0, 0, 0, 1], 2)
    share = 0.5 * 35 / 150
    assert got.expected[0] == pytest.approx(10 * (30 + share) / 100.5 + 20 * (5 + share) / 50.5, rel=1e-14)
    assert got.tested.tolist() == [True, True, True, False]
    assert np.isnan(got.p_greater[3])
    assert got.ratio[0] > 1


@pytest.mark.parametrize("spread", [0.0, 0.3])
def test_innocent_officers_are_not_flagged(spread):
    """4 runs of 200 officers who differ naturally: q = .05 flags in at most one run."""
    rng = np.random.default_rng(6)
    flagged = 0
    for _ in range(4):
        k, n, place, _ = officers(rng, 200, 4, spread, 0, 0)
        flagged += bool(np.nansum(compare_recorders(k, n, place, 4).q <= 0.05))
    assert flagged <= 1


def test_an_officer_who_records_nearly_everyone_otherwise_is_found():
    """Log odds 2.5 above colleagues, 5 % of 200 officers: half of them found, at most one in ten flags false."""
    rng = np.random.default_rng(7)
    k, n, place, odd = officers(rng, 200, 4, 0.0, 2.5, 0.05)
    got = compare_recorders(k, n, place, 4)
    flags = got.q <= 0.05
    assert got.promised
    assert np.mean(flags[odd & got.tested]) >= 0.5
    assert (flags & ~odd).sum() <= 0.1 * flags.sum()
    assert (got.low[flags] > 1).all()


def test_too_few_officers_are_described_and_not_tested():
    got = compare_recorders([[5], [6]], [[20], [20]], [0, 0], 1)
    assert np.isnan(got.p_greater).all()
    assert not got.promised
    assert got.expected[0] == pytest.approx(20 * (6 + 0.5 * 0.3) / 20.5, rel=1e-14)


def test_exactly_the_fewest_persons_are_enough():
    persons = np.array([[11], [10], [40], [30], [25]])
    found = compare_recorders(persons // 5, persons, np.zeros(5, dtype=int), 1, fewest=11)
    assert found.tested.tolist() == [True, False, True, True, True]


def test_bad_officers_are_refused():
    with pytest.raises(ValueError, match="otherwise must not exceed persons"):
        compare_recorders([[5]], [[2]], [0], 1)
    with pytest.raises(ValueError, match="officers by bins"):
        compare_recorders([5], [20], [0], 1)


def months(rng, places, count, rho, step=0.0, season=0.0):
    """Monthly counts with a trend, AR(1) natural variation of SD .3 on the logit, and a step."""
    noise = np.empty((places, count))
    noise[:, 0] = rng.normal(size=places)
    for t in range(1, count):
        noise[:, t] = rho * noise[:, t - 1] + np.sqrt(1 - rho**2) * rng.normal(size=places)
    time = np.arange(count)
    when = rng.integers(count // 3, 2 * count // 3, places)
    logit = -0.4 + 0.3 * noise + 0.1 * (time - count / 2) / 12 + step * (time >= when[:, None])
    logit = logit + season * np.sin(2 * np.pi * time / 12 + 7 * rng.random((places, 1)))
    n = rng.poisson(40, (places, count))
    return rng.binomial(n, 1 / (1 + np.exp(-logit))), n, when


@pytest.mark.parametrize("count", [24, 36, 72])
@pytest.mark.parametrize("rho", [0.0, 0.3, 0.6])
def test_size_of_the_break(count, rho):
    """C11: at most .07 at nominal .05; 600 places, two Monte-Carlo errors (.021) allowed above it."""
    got = recording_break(*months(np.random.default_rng(count), 600, count, rho))
    assert got.tested.all()
    assert np.mean(got.p_two_sided <= 0.05) <= 0.07 + 0.021
    assert np.mean(got.p_greater <= 0.05) <= 0.07 + 0.021


def test_power_of_the_break():
    """A step of .8 on the logit in 36 months of 40 people: measured .76 one-sided without autocorrelation."""
    got = recording_break(*months(np.random.default_rng(1), 300, 36, 0.0, step=0.8))
    assert np.mean(got.p_greater <= 0.05) > 0.65
    assert got.step.mean() == pytest.approx(0.19, abs=0.03)  # .8 on the logit about a share of one half


def test_the_step_is_least_squares_with_a_trend():
    """numpy.linalg.lstsq on constant, trend and step, weighted by persons."""
    k, n, when = months(np.random.default_rng(2), 1, 30, 0.3)
    root = np.sqrt(np.minimum(n[0], 4 * np.median(n[0])))
    time = np.arange(30)
    design = np.stack([np.ones(30), time, time >= when[0]], axis=1) * root[:, None]
    expected = np.linalg.lstsq(design, root * k[0] / n[0], rcond=None)[0][2]
    got = recording_break(k, n, when)
    assert got.step[0] == pytest.approx(expected, rel=1e-10)
    assert got.least[0] == 1 / 60
    assert got.before[0] == pytest.approx(k[0, : when[0]].sum() / n[0, : when[0]].sum(), rel=1e-15)


def test_a_clean_jump_has_the_smallest_p():
    k = np.tile(np.r_[np.full(18, 10), np.full(18, 30)], (1, 1))
    k[0, ::3] += 1
    got = recording_break(k, np.full((1, 36), 40), [18])
    assert got.p_greater[0] == got.least[0]


def test_short_or_empty_series_are_not_tested():
    n = np.full((3, 30), 20)
    n[1, :12] = 0
    k = n // 2
    k[2, ::2] += 1
    got = recording_break(np.minimum(k, n), n, [15, 15, 27])
    assert got.tested.tolist() == [False, False, False]  # constant; 18 months; 3 months after
    assert np.isnan(got.p_greater).all()
    with pytest.raises(ValueError, match="month must lie between 0 and 29"):
        recording_break(k, n, [0, 1, 30])
    with pytest.raises(ValueError, match="places by months"):
        recording_break(k[0], n[0], [3])
    with pytest.raises(ValueError, match="one whole number a place"):
        recording_break(k, n, [3])
