"""Alpha spending: rpact, published tables, and the errors really spent."""

import numpy as np
import pytest
from scipy.stats import norm

from auditor.stats.screening.spending import cutoffs, fixed_power, sequential_power, spent

KINDS = {"asOF": "obrien-fleming", "asP": "pocock"}


def designs(rows):
    named = [row for row in rows if row["what"] in KINDS]
    for key in sorted({(row["what"], row["case"], row["alpha"]) for row in named}):
        chosen = [row for row in named if (row["what"], row["case"], row["alpha"]) == key]
        power = [r for r in rows if (r["what"], r["case"], r["alpha"]) == (key[0] + "-power", *key[1:])]
        t = np.array([float(row["fraction"]) for row in chosen])
        values = [np.array([float(row["value"]) for row in part]) for part in (chosen, power)]
        yield KINDS[key[0]], float(key[2]), t, *values


def test_cutoffs_and_power_agree_with_rpact(reference_rows):
    """rpact 3.3.4, tolerance 1e-10 of the error  # script: tests/reference/stats_looks.R"""
    seen = 0
    for kind, alpha, t, z, power in designs(reference_rows("stats_looks.csv")):
        np.testing.assert_allclose(cutoffs(t, alpha, kind), z, atol=2e-6)
        np.testing.assert_allclose(sequential_power(t, z, 3.0), power, atol=2e-6)
        seen += 1
    assert seen == 20


def test_published_table():
    """Lan-DeMets O'Brien-Fleming and Pocock type, five looks, one-sided .025, as tabulated to two or three places."""
    t = np.arange(1, 6) / 5
    np.testing.assert_allclose(cutoffs(t, 0.025), [4.877, 3.357, 2.680, 2.290, 2.031], atol=6e-4)
    np.testing.assert_allclose(cutoffs(t, 0.025, "pocock"), [2.438, 2.427, 2.410, 2.397, 2.386], atol=6e-4)


@pytest.mark.parametrize("kind", ["obrien-fleming", "pocock"])
def test_what_is_spent_is_what_was_promised(kind):
    t = np.array([0.1, 0.35, 0.4, 0.9, 1.0])
    crossed = sequential_power(t, cutoffs(t, 0.05, kind), 0.0)
    np.testing.assert_allclose(crossed, spent(t, 0.05, kind), rtol=1e-8)
    assert spent(1.0, 0.05, kind)[0] == pytest.approx(0.05, abs=1e-15)


def test_one_look_is_the_fixed_design():
    """z_.05 = 1.6449; power at drift 3: Phi(3 - 1.6449)."""
    z = cutoffs([1.0], 0.05)
    assert z[0] == pytest.approx(norm.isf(0.05), abs=1e-10)
    assert sequential_power([1.0], z, 3.0)[0] == pytest.approx(norm.cdf(3 - norm.isf(0.05)), abs=1e-9)
    assert fixed_power(0.05, 3.0) == pytest.approx(norm.cdf(3 - norm.isf(0.05)), abs=1e-14)


def test_looking_costs_power_and_the_cost_is_told():
    """Twelve quarters, drift 2.5 at the end: O'Brien-Fleming loses little, Pocock more; neither gains."""
    t = np.arange(1, 13) / 12
    fixed = fixed_power(0.05, 2.5)
    careful = sequential_power(t, cutoffs(t, 0.05), 2.5)[-1]
    even = sequential_power(t, cutoffs(t, 0.05, "pocock"), 2.5)[-1]
    assert even < careful < fixed
    assert fixed - careful < 0.06


def test_simulated_walk():
    """20,000 walks with mean 2 at the end cross by each look as often as told (+- 3 MCSE)."""
    t = np.array([0.25, 0.5, 0.75, 1.0])
    rng = np.random.default_rng(1)
    score = np.cumsum(rng.normal(2 * 0.25, 0.5, (20_000, 4)), axis=1)
    z = cutoffs(t, 0.05)
    crossed = np.maximum.accumulate(score / np.sqrt(t) >= z, axis=1).mean(axis=0)
    np.testing.assert_allclose(crossed, sequential_power(t, z, 2.0), atol=3 * np.sqrt(0.25 / 20_000))


def test_nothing_to_spend_yet():
    """At a thousandth of the information O'Brien-Fleming spends 2 Phi(-62): no cut-off at all."""
    z = cutoffs([0.001, 1.0], 0.05)
    assert z[0] == np.inf
    assert z[1] == pytest.approx(norm.isf(0.05), abs=1e-9)


def test_refused():
    for fraction in ([], [0.5, 0.5], [0.0, 1.0], [0.5, 1.1], [1.0, 0.5]):
        with pytest.raises(ValueError):
            cutoffs(fraction, 0.05)
    with pytest.raises(ValueError):
        cutoffs([1.0], 1.0)
    with pytest.raises(ValueError):
        spent([0.5], 0.05, "linear")
    with pytest.raises(ValueError):
        sequential_power([0.5, 1.0], [2.0], 1.0)
