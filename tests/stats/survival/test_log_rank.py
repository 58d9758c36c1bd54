"""Log-rank tests: R's survdiff, the published leukaemia example, symmetry, vectorised places."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from auditor.stats.survival.log_rank import log_rank
from tests.stats import held
from tests.stats.held import from_r


@pytest.fixture
def rows(reference_rows):
    return reference_rows("stats_survival.csv")


@pytest.mark.parametrize("case", ["lr_plain", "lr_strata", "lr_count", "lr_aml"])
def test_agrees_with_survdiff(rows, case):
    """R 4.2.2, survival 3.5.3: survdiff(Surv(time, event) ~ focal [+ strata(stratum)])"""
    got = {
        "lr_plain": lambda: log_rank(held.time, held.event, held.focal),
        "lr_strata": lambda: log_rank(held.time, held.event, held.focal, held.stratum),
        "lr_count": lambda: log_rank(held.time, held.event, held.focal, held.stratum, count=held.count),
        "lr_aml": lambda: log_rank(held.aml_time, held.aml_event, held.aml_focal),
    }[case]()
    for name in ("observed", "expected", "variance"):
        np.testing.assert_allclose(getattr(got, name), from_r(rows, case, name), rtol=1e-12)
    # survdiff solves a linear system for chisq; with two groups it is z squared.
    np.testing.assert_allclose(got.z**2, from_r(rows, case, "chisq"), rtol=1e-11)
    assert np.sign(got.z) == np.sign(got.expected - got.observed)
    assert got.p_greater[0] == pytest.approx(norm.sf(got.z[0]), rel=1e-12)
    assert got.p_less[0] == pytest.approx(norm.cdf(got.z[0]), rel=1e-12)
    assert got.p_two_sided[0] == pytest.approx(2 * norm.sf(abs(got.z[0])), rel=1e-12)


def test_leukaemia_as_published():
    """Miller (1981), Survival Analysis, p. 98: the log-rank chi-square of the maintained group is 3.40, p 0.07."""
    got = log_rank(held.aml_time, held.aml_event, held.aml_focal)
    assert round(got.z[0] ** 2, 2) == 3.40
    assert got.z[0] > 0
    assert round(got.p_two_sided[0], 2) == 0.07
    assert (got.focal[0], got.reference[0]) == (11, 12)


def test_places_at_once_agree_with_survdiff(rows):
    """R, as above: survdiff(Surv(time, event) ~ focal, d[d$stratum == j, ]), j = 0 to 3; the fifth place is empty."""
    got = log_rank(held.time, held.event, held.focal, place=held.stratum, places=5)
    for j in range(4):
        case = f"lr_place_{j}"
        for name in ("observed", "expected", "variance"):
            np.testing.assert_allclose(getattr(got, name)[j], from_r(rows, case, name)[0], rtol=1e-12)
    assert (got.z[4], got.p_greater[4], got.p_less[4], got.p_two_sided[4]) == (0, 1, 1, 1)


def test_late_entry_agrees_with_the_score_of_a_cox_model(rows):
    """R, as above: sum(residuals(coxph(Surv(entry, time, event) ~ focal + strata(stratum), ties = "breslow",
    init = 0, iter.max = 0), "score")) is observed less expected."""
    e = held.early
    got = log_rank(held.time[e], held.event[e], held.focal[e], held.stratum[e], entry=held.entry[e])
    np.testing.assert_allclose(got.observed - got.expected, from_r(rows, "lr_entry", "gap"), rtol=1e-12)


def test_groups_never_at_risk_together_say_nothing():
    got = log_rank([5, 6, 20, 30], [1, 1, 1, 1], [1, 1, 0, 0], entry=[0, 0, 10, 10])
    assert (got.z[0], got.variance[0], got.p_two_sided[0]) == (0, 0, 1)


@given(st.integers(0, 10**6))
def test_the_other_group_has_the_opposite_sign(seed):
    rng = np.random.default_rng(seed)
    time, event, focal = rng.integers(1, 12, 40), rng.random(40) < 0.6, rng.random(40) < 0.4
    place, stratum = rng.integers(0, 3, 40), rng.integers(0, 2, 40)
    one = log_rank(time, event, focal, stratum, place, 3)
    two = log_rank(time, event, ~focal, stratum, place, 3)
    np.testing.assert_allclose(one.z, -two.z, atol=1e-12)
    np.testing.assert_allclose(one.p_greater, two.p_less, rtol=1e-9)
    # The unit of time does not matter, nor a row that stands for nobody.
    three = log_rank(
        np.append(time * 60.5, 1), np.append(event, True), np.append(focal, True), np.append(stratum, 0),
        np.append(place, 0), 3, count=np.append(np.ones(40), 0),
    )  # fmt: skip
    np.testing.assert_allclose(one.z, three.z, atol=1e-12)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="focal must be true or false"):
        log_rank([1, 2], [1, 1], [0, 2])
    with pytest.raises(ValueError, match="stratum must be whole"):
        log_rank([1, 2], [1, 1], [0, 1], [0.5, 1])
    with pytest.raises(ValueError, match="place must be below 2"):
        log_rank([1, 2], [1, 1], [0, 1], place=[0, 2], places=2)
