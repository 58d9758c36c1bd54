"""Log-spline deconvolution: R's spline basis, the published first-name example, known mixtures."""

import numpy as np
import pytest

from auditor.stats.screening.deconvolve import deconvolve, natural_spline


def test_basis_agrees_with_r(reference_rows):
    """R 4.2.2, splines::ns(seq(0, 1, length.out = 11), df = 5)  # script: tests/reference/stats_looks.R"""
    rows = [row for row in reference_rows("stats_looks.csv") if row["what"] == "ns"]
    expected = np.array([float(row["value"]) for row in rows]).reshape(5, 11).T
    np.testing.assert_allclose(natural_spline(np.linspace(0, 1, 11), 5), expected, atol=1e-12)


def test_first_names(shared_data):
    """Posterior means and limits of rows 1-5 of the 76 first names as published by Kline, Rose & Walters (drrank).

    Their support has 5,000 points, their spline 5 degrees of freedom.
    """
    table = np.genfromtxt(shared_data / "drrank_name_example.csv", delimiter=",", skip_header=1, usecols=(1, 2))
    assert table.shape == (76, 2)
    found = deconvolve(table[:, 0], table[:, 1], points=5000)
    np.testing.assert_allclose(found.mean[:5], [0.522524, 0.515032, 0.520510, 0.521265, 0.521993], atol=1e-5)
    low, high = found.interval(0.95)
    np.testing.assert_allclose(low[:5], [0.50771, 0.493166, 0.497425, 0.500928, 0.50456], atol=5e-5)
    np.testing.assert_allclose(high[:5], [0.532169, 0.529646, 0.531542, 0.531446, 0.531815], atol=5e-5)
    # Fewer points and ten times the penalty stay near.
    coarse = deconvolve(table[:, 0], table[:, 1], points=1000, penalty=1e-4)
    np.testing.assert_allclose(coarse.mean[:5], found.mean[:5], atol=2e-4)


def test_two_degrees_of_freedom_and_ten_points_each_are_enough():
    y, s = np.linspace(-1, 1, 40), np.full(40, 0.2)
    assert np.isfinite(deconvolve(y, s, df=2, points=20).mean).all()
    for wrong in ({"df": 1}, {"df": 2, "points": 19}, {"penalty": -1e-9}):
        with pytest.raises(ValueError, match="out of range"):
            deconvolve(y, s, **wrong)


def test_two_groups_are_found():
    """80 % near 0 and 20 % near .8, error .2: closer to the truth than the estimates, and than a normal prior."""
    rng = np.random.default_rng(1)
    true = np.where(rng.random(600) < 0.8, 0.0, 0.8) + 0.1 * rng.normal(size=600)
    y = true + 0.2 * rng.normal(size=600)
    found = deconvolve(y, np.full(600, 0.2))
    variance = np.var(y) - 0.04
    normal = y.mean() + variance / (variance + 0.04) * (y - y.mean())
    errors = [np.mean((guess - true) ** 2) for guess in (found.mean, normal, y)]
    assert errors[0] < 0.9 * errors[1] < errors[2]
    low, high = found.interval(0.9)
    assert np.mean((low <= true) & (true <= high)) == pytest.approx(0.9, abs=0.05)
    assert found.mass.sum() == pytest.approx(1)
    np.testing.assert_allclose(found.posterior.sum(axis=1), 1)
    assert (found.sd > 0).all()


def test_units_do_not_matter():
    rng = np.random.default_rng(2)
    y, s = rng.normal(size=60), np.full(60, 0.5)
    one, two = deconvolve(y, s, penalty=0.01), deconvolve(7 + 100 * y, 100 * s, penalty=0.01)
    np.testing.assert_allclose(two.mean, 7 + 100 * one.mean, rtol=1e-4)


def test_nothing_to_deconvolve():
    rng = np.random.default_rng(3)
    with pytest.raises(ValueError, match="nothing to deconvolve"):
        deconvolve(0.1 * rng.normal(size=50), np.ones(50))


@pytest.mark.parametrize(
    "options", [{"df": 1}, {"points": 20}, {"penalty": -1.0}, {"se": np.zeros(30)}, {"estimate": np.zeros(19)}]
)
def test_refused(options):
    given = {"estimate": np.arange(30.0), "se": np.ones(30)} | options
    with pytest.raises(ValueError):
        deconvolve(given.pop("estimate"), given.pop("se"), **given)
