"""Proportional hazards: R's cox.zph, size, a drift that must be seen, refusals."""

import numpy as np
import pytest

from auditor.stats.fit import NotConverged
from auditor.stats.survival.cox import cox
from auditor.stats.survival.cox_check import check_proportional
from tests.stats.held import from_r
from tests.stats.survival.test_cox import fitted


@pytest.fixture
def rows(reference_rows):
    return reference_rows("stats_survival.csv")


@pytest.mark.parametrize("scale", ["km", "rank", "identity"])
@pytest.mark.parametrize("case", ["cox_plain", "cox_strata", "cox_count", "cox_entry", "cox_aml"])
def test_agrees_with_cox_zph(rows, case, scale):
    """R 4.2.2, survival 3.5.3: cox.zph(fit, transform = "km" | "rank" | "identity")$table, GLOBAL last"""
    got = check_proportional(fitted(case), scale)
    want = from_r(rows, f"{case}_{scale}", "chisq")
    np.testing.assert_allclose(np.append(got.statistic, got.global_statistic), want, rtol=1e-10)
    np.testing.assert_allclose(np.append(got.p, got.global_p), from_r(rows, f"{case}_{scale}", "p"), rtol=1e-10)


def test_size_and_power():
    """150 persons, 250 samples at 0.05: two Monte-Carlo errors are 0.028; hazards that cross are seen."""
    rng = np.random.default_rng(13)
    rejected = {"km": 0, "log": 0, "crossing": 0}
    for _ in range(250):
        x = (rng.random(150) < 0.5).astype(float)
        steady = np.ceil(rng.exponential(24, 150) * np.exp(-0.4 * x))
        for scale in ("km", "log"):
            rejected[scale] += check_proportional(cox(steady, rng.random(150) < 0.8, x), scale).global_p <= 0.05
        crossing = 24 * rng.exponential(1, 150) ** np.where(x == 1, 2.0, 1.0)
        rejected["crossing"] += check_proportional(cox(crossing, np.ones(150), x)).global_p <= 0.05
    assert 0.02 <= rejected["km"] / 250 <= 0.078
    assert 0.02 <= rejected["log"] / 250 <= 0.078
    assert rejected["crossing"] / 250 > 0.9


def test_one_event_time_shows_no_drift():
    fit = cox([5, 5, 9, 9], [1, 1, 0, 0], [0.0, 1.0, 0.0, 1.0], count=[10, 15, 30, 20])
    with pytest.raises(NotConverged, match="too few events"):
        check_proportional(fit)


def test_bad_input_is_named():
    fit = cox([0, 1, 2, 3], [1, 1, 1, 1], [1.0, 0.0, 1.0, 0.0])
    with pytest.raises(ValueError, match="log scale needs event times above 0"):
        check_proportional(fit, "log")
    with pytest.raises(ValueError, match="scale must be km"):
        check_proportional(fit, "sqrt")
