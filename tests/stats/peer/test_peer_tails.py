"""Predictive tails against 25-digit integration, exact rational sums and the binomial."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from scipy import stats

from auditor.stats.peer.tails import beta_binomial_upper, logit_normal_upper, student_upper

# P(K >= k) by mpmath 1.3 (quad, 25 digits, over 1,000 panels), agreeing with R 4.2.2's integrate on the same panels
# to all 12 digits that R gave. Columns: k, n, eta, scale, logit-normal, logit-t with 3 degrees of freedom.
REFERENCE = [
    (1, 1, -1.5, 0.4, 0.189766215354105, 0.198045670836348),
    (9, 20, -1.5, 0.15, 0.0072681151465912, 0.0121626709786529),
    (20, 20, -1.0, 0.9, 0.000219563603732795, 0.010562616929992),
    (60, 200, -1.5, 0.05, 7.19604405485397e-5, 0.000927273251085262),
    (420, 1500, -1.5, 0.15, 0.000284947264113696, 0.0180497416198797),
    (3100, 10000, -1.5, 0.15, 1.9512184759107e-6, 0.00934299809482672),
    (52000, 200000, -1.5, 0.1, 2.88980357196872e-6, 0.0100090074720543),
    (37800, 200000, -1.5, 0.005, 5.40090814460367e-9, 0.00177819039150066),
    (150, 400, -1.5, 1.0, 0.163882284075095, 0.199978027816112),
]


def one(*values: float) -> list[np.ndarray]:
    return [np.array([float(v)]) for v in values]


@pytest.mark.parametrize("case", REFERENCE)
def test_logit_normal_tail_matches_25_digit_integration(case: tuple[float, ...]) -> None:
    assert logit_normal_upper(*one(*case[:4]))[0] == pytest.approx(case[4], rel=1e-6)


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ((40, 50, -3.0, 0.1), 6.93571577069487e-41),
        ((300, 10000, -6.0, 0.2), 7.76029730297573e-34),
        ((900, 1000, -3.0, 0.15), 5.77265750336754e-195),
    ],
)
def test_far_tails_keep_their_digits(case: tuple[float, ...], expected: float) -> None:
    """By mpmath 1.4.1: quad, 25 digits, of the count's Beta density times ncdf, in 60 panels about its peak."""
    assert logit_normal_upper(*one(*case))[0] == pytest.approx(expected, rel=1e-9, abs=0)


@pytest.mark.parametrize("case", REFERENCE)
def test_student_tail_matches_25_digit_integration(case: tuple[float, ...]) -> None:
    assert student_upper(*one(*case[:4]), 3.0)[0] == pytest.approx(case[5], rel=1e-6)


def exact_beta_binomial(k: int, n: int, a: int, b: int) -> Fraction:
    """Sum of C(n, i) B(a + i, b + n - i) / B(a, b) in rationals, for whole a and b."""

    def rising(x: int, m: int) -> int:
        out = 1
        for i in range(m):
            out *= x + i
        return out

    total = sum(comb(n, i) * rising(a, i) * rising(b, n - i) for i in range(k, n + 1))
    return Fraction(total, rising(a + b, n))


@pytest.mark.parametrize(("a", "b"), [(1, 3), (2, 7), (20, 80), (150, 850)])
@pytest.mark.parametrize(("k", "n"), [(1, 1), (3, 4), (12, 30), (30, 30), (70, 160)])
def test_beta_binomial_tail_is_the_exact_sum(k: int, n: int, a: int, b: int) -> None:
    found = beta_binomial_upper(*one(k, n, a / (a + b), 1 / (a + b + 1)))[0]
    assert found == pytest.approx(float(exact_beta_binomial(k, n, a, b)), rel=1e-5)


def test_all_families_tend_to_the_binomial() -> None:
    k, n, eta = np.array([1.0, 30, 260, 41_000]), np.array([2.0, 100, 1000, 200_000]), np.full(4, -1.4)
    mean, none = 1 / (1 + np.exp(-eta)), np.zeros(4)
    # scipy's exact binomial.
    expected = stats.binom.sf(k - 1, n, mean)
    np.testing.assert_allclose(logit_normal_upper(k, n, eta, none), expected, rtol=1e-5)
    np.testing.assert_allclose(student_upper(k, n, eta, none, 8.0), expected, rtol=1e-4, atol=1e-10)
    # The smallest rho, 1e-9, still widens 200,000 trials by 1e-4, which 8 SD out is half a percent.
    np.testing.assert_allclose(beta_binomial_upper(k, n, mean, none), expected, rtol=1e-2)


def test_no_successes_always_gives_one() -> None:
    k, n, eta, spread = one(0, 50, -1.0, 0.3)
    assert logit_normal_upper(k, n, eta, spread)[0] == 1.0
    assert student_upper(k, n, eta, spread, 3.0)[0] == 1.0
    assert beta_binomial_upper(k, n, np.array([0.3]), np.array([0.01]))[0] == 1.0


def test_chances_of_each_count_sum_to_the_mean() -> None:
    # E(K) is the sum of P(K >= k) over k >= 1; for the beta-binomial it is n times the mean, exactly.
    n, k = 40, np.arange(1.0, 41)
    tails = beta_binomial_upper(k, np.full(40, n), np.full(40, 0.2), np.full(40, 0.03))
    assert tails.sum() == pytest.approx(8.0, rel=1e-6)
    # A logit distribution symmetric about 0 has mean share 1/2.
    for tails in (
        logit_normal_upper(k, np.full(40, n), np.zeros(40), np.full(40, 0.5)),
        student_upper(k, np.full(40, n), np.zeros(40), np.full(40, 0.5), 3.0),
    ):
        assert tails.sum() == pytest.approx(20.0, rel=1e-6)


def test_tails_fall_with_the_count_and_rise_with_the_centre() -> None:
    k = np.arange(0.0, 301)
    n, eta, spread = np.full(301, 300.0), np.full(301, -1.0), np.full(301, 0.2)
    for family in (logit_normal_upper, lambda *a: student_upper(*a, 3.0)):
        tail = family(k, n, eta, spread)
        # At both ends of the range differences fall below rounding.
        within = (tail[1:] > 1e-14) & (tail[:-1] < 1 - 1e-9)
        assert (np.diff(tail)[within] < 0).all()
        moved = family(k[1:], n[1:], eta[1:] + 0.01, spread[1:])
        assert (moved[within] > tail[1:][within]).all()


def test_extremes_stay_finite() -> None:
    k, n = np.array([1.0, 1e9, 5e8]), np.array([1e9, 1e9, 1e9])
    for eta in (-12.0, 0.0, 12.0):
        centre, spread = np.full(3, eta), np.full(3, 0.2)
        for tail in (
            logit_normal_upper(k, n, centre, spread),
            student_upper(k, n, centre, spread, 3.0),
            beta_binomial_upper(k, n, 1 / (1 + np.exp(-centre)), np.full(3, 0.004)),
        ):
            assert np.isfinite(tail).all()
            assert ((tail >= 0) & (tail <= 1)).all()


def exact_beta_binomial_upper(k: int, n: int, a: Fraction, b: Fraction) -> Fraction:
    """P(K >= k) in exact fractions, from the ratios of neighbouring probabilities."""
    weights = [Fraction(1)]
    for j in range(n):
        weights.append(weights[-1] * Fraction(n - j, j + 1) * (j + a) / (n - j - 1 + b))
    return sum(weights[k:], Fraction(0)) / sum(weights, Fraction(0))


@pytest.mark.parametrize("rho", [Fraction(1, 1000), Fraction(1, 50), Fraction(1, 5), Fraction(3, 5)])
def test_the_beta_binomial_tail_is_exact_to_nine_digits(rho: Fraction) -> None:
    """Reference: exact fractions. One case of each kind is the hard one: k = 1, whose logit has a long left tail."""
    cases = [
        (k, n, share)
        for n in (5, 60, 240)
        for k in sorted({1, 2, n // 10, n // 3, n - 1, n} - {0})
        for share in (Fraction(1, 100), Fraction(1, 4), Fraction(9, 10))
    ]
    size = (1 - rho) / rho
    exact = [float(exact_beta_binomial_upper(k, n, share * size, (1 - share) * size)) for k, n, share in cases]
    k, n, share = (np.array([float(case[i]) for case in cases]) for i in range(3))
    found = beta_binomial_upper(k, n, share, np.full(len(cases), float(rho)))
    np.testing.assert_allclose(found, exact, rtol=0, atol=1e-9)
