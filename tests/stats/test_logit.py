"""Logistic regression of grouped counts on one covariate: closed form, mirror image, refusals."""

from __future__ import annotations

import numpy as np
import pytest

from auditor.stats.logit import grouped_logit


def test_two_values_are_fitted_exactly() -> None:
    """With two values of the covariate the curve goes through both observed log odds (3/10 and 6/9)."""
    fit = grouped_logit([1, 2, 6], [4, 6, 9], [1.0, 1.0, 3.0])
    low, high = np.log(3 / 7), np.log(6 / 3)
    assert fit.slope == pytest.approx((high - low) / 2, rel=1e-10)
    assert fit.intercept == pytest.approx(low - fit.slope, rel=1e-10)
    np.testing.assert_allclose(fit.fitted, [0.3, 0.3, 6 / 9], rtol=1e-10)


def test_counting_the_others_turns_the_curve_over() -> None:
    k, n, x = np.array([2, 5, 3, 9]), np.array([9, 11, 7, 13]), np.array([0.2, 1.0, -3.0, 2.0])
    one, other = grouped_logit(k, n, x), grouped_logit(n - k, n, x)
    assert (one.slope, one.intercept) == pytest.approx((-other.slope, -other.intercept), rel=1e-9)
    # The scores are nil at the maximum: McCullagh & Nelder (1989), section 4.4.
    assert (k - n * one.fitted).sum() == pytest.approx(0, abs=1e-8)
    assert ((k - n * one.fitted) * x).sum() == pytest.approx(0, abs=1e-8)


@pytest.mark.parametrize(
    ("k", "n", "x", "message"),
    [
        ([1, 2], [3, 3], [1.0], "same shape"),
        ([4, 2], [3, 3], [1.0, 2.0], "between 0 and n"),
        ([-1, 2], [3, 3], [1.0, 2.0], "between 0 and n"),
        ([0, 2], [0, 3], [1.0, 2.0], "n above 0"),
    ],
)
def test_bad_input_is_named(k: list[int], n: list[int], x: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        grouped_logit(k, n, x)
