"""Cox's model: R, a closed form, units and labels, and every way in which there is no finite estimate."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t as student

from auditor.stats.fit import NotConverged
from auditor.stats.survival.cox import cox, hazard_ratio
from auditor.stats.survival.cox_terms import score_residuals
from auditor.stats.survival.log_rank import log_rank
from tests.stats import held
from tests.stats.held import from_r

X = np.column_stack([held.focal, held.x]).astype(float)


def fitted(case):
    e = held.early
    return {
        "cox_plain": lambda: cox(held.time, held.event, X),
        "cox_strata": lambda: cox(held.time, held.event, X, held.stratum),
        "cox_count": lambda: cox(held.time, held.event, X, held.stratum, held.count),
        "cox_entry": lambda: cox(held.time[e], held.event[e], X[e], held.stratum[e], entry=held.entry[e]),
        "cox_aml": lambda: cox(held.aml_time, held.aml_event, held.aml_focal.astype(float)),
        "cox_far": lambda: cox(held.time, held.event, np.column_stack([held.focal, 1e6 + 300 * held.x])),
    }[case]()


@pytest.fixture
def rows(reference_rows):
    return reference_rows("stats_survival.csv")


@pytest.mark.parametrize("case", ["cox_plain", "cox_strata", "cox_count", "cox_entry", "cox_aml", "cox_far"])
def test_agrees_with_coxph(rows, case):
    """R 4.2.2, survival 3.5.3: coxph(Surv([entry,] time, event) ~ ..., ties = "efron"): coef, se, loglik, score"""
    fit = fitted(case)
    np.testing.assert_allclose(fit.coefficients, from_r(rows, case, "coef"), rtol=1e-10)
    np.testing.assert_allclose(fit.se, from_r(rows, case, "se"), rtol=1e-10)
    np.testing.assert_allclose([fit.log_likelihood_null, fit.log_likelihood], from_r(rows, case, "loglik"), rtol=1e-12)
    np.testing.assert_allclose(fit.score_test, from_r(rows, case, "score")[0], rtol=1e-9)
    # Persons' parts of the slope add up to it, and it is 0 at the maximum.
    residuals = score_residuals(fit.data, fit.terms()) * fit.data.rows.count[:, None]
    assert np.abs(residuals.sum(axis=0)).max() < 1e-9


def test_two_persons_by_hand():
    """Times 1, 2, 3 of one covariate 1, 0, 1: the likelihood e^b / (2 e^b + 1) x 1 / (1 + e^b) is largest at
    e^b = 1 / sqrt(2) (exact arithmetic), with value 2 ln of 1 / (1 + sqrt(2))."""
    fit = cox([1, 2, 3], [1, 1, 1], [1.0, 0.0, 1.0])
    assert fit.coefficients[0] == pytest.approx(-np.log(2) / 2, rel=1e-9)
    assert fit.log_likelihood == pytest.approx(np.log(1 / (1 + np.sqrt(2)) ** 2), rel=1e-12)
    assert fit.log_likelihood_null == pytest.approx(np.log(1 / 3 * 1 / 2), rel=1e-12)
    assert (fit.events, fit.persons) == (3, 3)


def test_without_ties_the_score_test_is_the_log_rank_test():
    """Cox (1972), section 5: with one 0/1 covariate and no ties the score statistic is the log-rank chi-square."""
    rng = np.random.default_rng(6)
    time, event, focal = rng.exponential(10, 60), rng.random(60) < 0.7, rng.random(60) < 0.5
    assert cox(time, event, focal.astype(float)).score_test == pytest.approx(
        log_rank(time, event, focal).z[0] ** 2, rel=1e-10
    )


def test_hazard_ratio_and_limits():
    ratio, low, high = hazard_ratio([0.5], [0.2], level=0.9)
    np.testing.assert_allclose(
        [ratio[0], low[0], high[0]], np.exp(0.5 + 0.2 * 1.6448536269514722 * np.array([0, -1, 1]))
    )
    _, low, high = hazard_ratio([0.5], [0.2], df=9)
    np.testing.assert_allclose([low[0], high[0]], np.exp(0.5 + 0.2 * student.ppf(0.975, 9) * np.array([-1, 1])))


@given(st.integers(0, 10**6))
def test_units_order_and_labels_do_not_matter(seed):
    rng = np.random.default_rng(seed)
    time, event, stratum = rng.integers(1, 15, 60), rng.random(60) < 0.7, rng.integers(0, 3, 60)
    x = np.column_stack([rng.random(60) < 0.4, rng.normal(size=60)]).astype(float)
    one = cox(time, event, x, stratum)
    order = rng.permutation(60)
    two = cox(time[order] * 3600, event[order], (x * [-1, 1e5] + [1, 7e5])[order], 2 - stratum[order])
    np.testing.assert_allclose(two.coefficients * [-1, 1e5], one.coefficients, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(two.se * [1, 1e5], one.se, rtol=1e-7)
    count = rng.integers(0, 4, 60)
    spread = [np.repeat(v, count, axis=0) for v in (time, event, x, stratum)]
    three = cox(time, event, x, stratum, count)
    np.testing.assert_allclose(three.coefficients, cox(*spread).coefficients, rtol=1e-8, atol=1e-10)


T6, E6 = [1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("time", "event", "x", "stratum", "message"),
    [
        (T6, [0] * 6, [0, 1, 0, 1, 0, 1], None, "there are no events"),
        (T6, E6, [1] * 6, None, "covariate 0 does not vary"),
        (T6, E6, [0, 0, 0, 1, 1, 1], [0, 0, 0, 1, 1, 1], "covariate 0 does not vary"),
        # Everyone of group 1 leaves before anyone of group 0.
        (T6, E6, [1, 1, 1, 0, 0, 0], None, "rises without end|flat"),
        # Group 1 never leaves.
        (T6, [1, 0, 1, 0, 1, 0], [0, 1, 0, 1, 0, 1], None, "rises without end|flat"),
        # Only the last person of each stratum leaves: nobody is left to compare with.
        ([1, 1, 2, 1, 1, 2], [0, 0, 1, 0, 0, 1], [0, 1, 0, 1, 0, 1], [0, 0, 0, 1, 1, 1], "flat"),
        (T6, E6, [[0, 0], [1, 2], [0, 0], [1, 2], [1, 2], [0, 0]], None, "collinear"),
        (T6, E6, [[0, 1], [1, 0], [0, 1], [1, 0], [1, 0], [0, 1]], None, "collinear"),
        # Collinear at every event that compares anybody, apart only in who is censored first.
        ([1, 2, 3, 4, 5, 6], [0, 1, 1, 1, 1, 1], [[0, 5], [1, 1], [0, 0], [1, 1], [0, 0], [1, 1]], None, "collinear"),
        # Continuous, in the order of leaving.
        (T6, E6, [6.0, 5.0, 4.0, 3.0, 2.0, 1.0], None, "rises without end|flat"),
        # One good covariate does not save the other.
        (T6, E6, [[1, 0.3], [1, -1], [1, 2], [0, 0.5], [0, 0.1], [0, 1.0]], None, "rises without end|flat"),
        # Extreme values: one person a million times further out than all others, first to leave.
        (T6, E6, [1e6, 0, 1, 0, 1, 0], None, "rises without end|flat"),
    ],
)
def test_no_finite_estimate_is_refused(time, event, x, stratum, message):
    with pytest.raises(NotConverged, match=message):
        cox(time, event, np.array(x, dtype=float), stratum)


@pytest.mark.parametrize(
    ("x", "stratum", "message"),
    [
        (np.zeros((5, 2)), None, "must have a row of covariates for each of 6 rows"),
        (np.zeros((6, 0)), None, "must have a row of covariates"),
        (np.array([1, 2, 3, 4, 5, np.nan]), None, "x must be finite"),
        (np.arange(6.0), [0, 0, 0, 1, 1, -1], "stratum must be 0 or more"),
    ],
)
def test_bad_input_is_named(x, stratum, message):
    with pytest.raises(ValueError, match=message):
        cox(T6, E6, x, stratum)


def test_late_entry_with_hazards_too_far_apart_is_refused():
    """A risk set left over as the difference of two sums that share all their digits is no risk set."""
    time, entry = [10, 20, 30, 40, 50], [0, 0, 15, 25, 25]
    x = np.array([30.0, -30.0, 30.0, -29.0, -31.0])
    with pytest.raises(NotConverged):
        cox(time, [1, 0, 1, 1, 1], x, entry=entry)


def test_large_counts():
    """70,000 persons behind four rows, tied at whole hours: nearly the estimate of a thousandth as many."""
    time, event, x = [1, 2, 1, 2], [1, 1, 1, 1], [1.0, 1.0, 0.0, 0.0]
    few = cox(time, event, x, count=[20, 10, 15, 15])
    many = cox(time, event, x, count=[20_000, 10_000, 15_000, 15_000])
    assert many.se[0] == pytest.approx(few.se[0] / np.sqrt(1000), rel=0.02)
    assert many.coefficients[0] == pytest.approx(few.coefficients[0], rel=0.05)
    with pytest.raises(ValueError, match="more than the 20000000"):
        cox(time, event, x, count=[10**9, 1, 1, 1])
