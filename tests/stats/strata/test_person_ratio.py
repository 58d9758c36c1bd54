"""Ratio within persons: Mantel and Haenszel's, the difference's own shares, Fieller's limits, coverage."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import stdtrit

from auditor.stats.strata.mantel_haenszel import mh_risk_ratio
from auditor.stats.strata.person_fixed_effects import person_cells, person_effect
from auditor.stats.strata.person_ratio import person_ratio


def drawn(seed=1, people=80, effect=1.0, rate=0.3):
    """Units of one place: persons met two to five times."""
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(people), rng.integers(2, 6, people))
    focal = rng.random(person.size) < 0.5
    outcome = rng.random(person.size) < rate * np.where(focal, effect, 1)
    return person_cells(person, focal, outcome)


def fit(units, **options):
    return person_ratio(*units, np.zeros(len(units[0]), dtype=int), 1, **options)


def test_it_is_mantel_and_haenszels_ratio_over_persons():
    """`mh_risk_ratio` is tested against R; persons are its strata."""
    x, m, y, n = drawn()
    assert fit((x, m, y, n)).ratio[0] == pytest.approx(mh_risk_ratio(x, m, y - x, n - m).estimate[0], rel=1e-12)


def test_its_shares_differ_by_the_fixed_effects_estimate():
    units = drawn(effect=1.5)
    got = fit(units)
    effect = person_effect(*units, np.zeros(len(units[0]), dtype=int), 1).effect[0]
    assert got.focal[0] - got.reference[0] == pytest.approx(effect, rel=1e-12)
    assert got.focal[0] / got.reference[0] == pytest.approx(got.ratio[0], rel=1e-12)


def test_matched_pairs_by_hand():
    """Twenty persons seen once each way: 9 searched as focal only, 4 as reference only, 3 both times.

    Ratio 12/7. a_i, c_i are 1/2 or 0: sums 6 and 3.5, squares 3 and 1.75, products .75. Error of the log:
    3/36 + 1.75/12.25 - 2 (.75)/21. Limits solve (6 - 3.5 r)^2 = z^2 (3 - 1.5 r + 1.75 r^2).
    """
    both, outcome = np.repeat([1, 0, 1, 0], [9, 4, 3, 4]), np.repeat([1, 1, 2, 0], [9, 4, 3, 4])
    got = fit((both, np.ones(20, dtype=int), outcome, np.full(20, 2)))
    assert got.ratio[0] == pytest.approx(12 / 7, rel=1e-14)
    assert got.se[0] ** 2 == pytest.approx(3 / 36 + 1.75 / 12.25 - 1.5 / 21, rel=1e-12)
    z = 1.959963984540054
    roots = np.sort(np.roots([3.5**2 - z**2 * 1.75, -2 * (21 - z**2 * 0.75), 36 - z**2 * 3]))
    np.testing.assert_allclose((got.low[0], got.high[0]), roots, rtol=1e-10)


@pytest.mark.parametrize("seed", range(8))
def test_limits_solve_fiellers_equation(seed):
    x, m, y, n = drawn(seed)
    got = fit((x, m, y, n), df=np.array([17.0]))
    used = (m > 0) & (m < n)
    a, c = (x * (n - m) / n)[used], ((y - x) * m / n)[used]
    t = stdtrit(17.0, 0.975)

    def away(r):
        return (a.sum() - r * c.sum()) ** 2 - t**2 * ((a - r * c) ** 2).sum()

    assert got.low[0] == pytest.approx(brentq(away, 0, got.ratio[0]), rel=1e-8)
    assert got.high[0] == pytest.approx(brentq(away, got.ratio[0], 50), rel=1e-8)


def test_exchanged_groups_give_the_reciprocal():
    x, m, y, n = drawn(effect=1.4)
    one, other = fit((x, m, y, n)), fit((y - x, n - m, y, n))
    np.testing.assert_allclose(
        (other.ratio[0], other.low[0], other.high[0], other.se[0]),
        (1 / one.ratio[0], 1 / one.high[0], 1 / one.low[0], one.se[0]), rtol=1e-10,
    )  # fmt: skip


def test_a_side_without_outcomes_leaves_an_open_ratio():
    """Two persons, once each way: searched as focal only; as reference only; never."""
    units = (np.array([1, 1, 0, 0, 0, 0]), np.ones(6, dtype=int), np.array([1, 1, 1, 1, 0, 0]), np.full(6, 2))
    got = person_ratio(*units, np.repeat([0, 1, 2], 2), 4)
    assert got.ratio[:2].tolist() == [np.inf, 0]
    assert (got.low[:2].tolist(), got.high[:2].tolist()) == ([0, 0], [np.inf, np.inf])
    assert np.isnan(got.ratio[2:]).all()
    assert np.isnan(got.se).all()
    assert np.isnan(got.focal[3])


def test_few_outcomes_leave_a_limit_open_rather_than_absurd():
    """One outcome a side: no value is far enough from 2/1 at 95 %; three persons have one as focal."""
    units = (np.array([1, 1, 1, 0]), np.ones(4, dtype=int), np.ones(4, dtype=int), np.full(4, 2))
    got = fit(units)
    assert got.ratio[0] == 3
    assert got.high[0] == np.inf
    assert got.low[0] == 0


def test_units_of_one_person_are_one_cluster():
    """The same person in two strata: sums of the strata are squared, not the squares added."""
    x, m, y, n = np.array([1, 1, 0, 1]), np.ones(4, dtype=int), np.array([1, 1, 1, 2]), np.full(4, 2)
    apart = fit((x, m, y, n))
    joined = fit((x, m, y, n), person=np.array([7, 7, 8, 9]))
    assert joined.ratio[0] == apart.ratio[0] == 3 / 2
    # a = (1, 0, .5), c = (0, .5, .5) of persons 7, 8, 9: sums 1.5 and 1.
    assert joined.se[0] ** 2 == pytest.approx(1.25 / 2.25 + 0.5 - 2 * 0.25 / 1.5, rel=1e-12)


def test_coverage_in_simulation():
    """1,000 places of 150 persons, ratios 1 and 1.5, searches in a tenth or a third of occasions."""
    rng, places, people = np.random.default_rng(8), 1000, 150
    size = rng.integers(2, 5, places * people)
    place, person = np.repeat(np.arange(places), people), np.repeat(np.arange(size.size), size)
    focal = rng.random(person.size) < 0.5
    for ratio, a in ((1.0, 1.0), (1.5, 1.0), (1.5, 4.0)):
        natural = rng.beta(a, 9 if a == 1 else 8, size.size)[person]
        natural = np.minimum(natural, 1 / ratio)
        cells = person_cells(person, focal, rng.random(person.size) < natural * np.where(focal, ratio, 1))
        fitted = person_effect(*cells, place, places)
        got = person_ratio(*cells, place, places, df=fitted.df)
        covered = (got.low <= ratio) & (ratio <= got.high)
        # Three binomial errors of 1,000 runs are .021.
        assert covered.mean() == pytest.approx(0.95, abs=0.025)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"both": [3]}, "unit 0 cannot be: 4 rows, 2 marked, 1 with the outcome, 3 both"),
        ({"place": [2]}, "place must lie between 0 and 0"),
        ({"level": 0.0}, "level must lie strictly between 0 and 1"),
    ],
)
def test_bad_input_is_refused(change, message):
    arguments = {"both": [1], "focal": [2], "outcome": [1], "size": [4], "place": [0], "places": 1} | change
    with pytest.raises(ValueError, match=message):
        person_ratio(**arguments)
