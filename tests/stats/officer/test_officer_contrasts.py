"""One run of weights read for several outcomes, and the spread between officers."""

import dataclasses

import numpy as np
import pytest

from auditor.stats.officer.benchmark import NO_VARIATION, OfficerBenchmark, benchmark_officers
from auditor.stats.officer.cells import pool_cells
from auditor.stats.officer.contrasts import contrast_of
from auditor.stats.officer.spread import officer_spread
from auditor.stats.peer.fit import PSI_VARIANCE, fit_spread, score, spread_limits


def table(seed=0, officers=14, stops=90):
    rng = np.random.default_rng(seed)
    who = np.repeat(np.arange(officers), stops)
    codes = np.stack([rng.integers(0, 3, who.size), rng.integers(0, 2, who.size)], axis=1)
    group = rng.choice(3, who.size, p=[0.3, 0.5, 0.2])
    return who, codes, np.ones(who.size, dtype=int), [(group == g).astype(int) for g in range(3)]


def same(left: OfficerBenchmark, right: OfficerBenchmark) -> None:
    assert left.reason == right.reason
    for field in dataclasses.fields(OfficerBenchmark):
        if field.name != "reason":
            np.testing.assert_allclose(getattr(left, field.name), getattr(right, field.name), rtol=1e-9, atol=1e-12)


def test_a_control_read_as_the_focal_outcome_is_that_outcome_compared_by_itself():
    who, codes, n, k = table()
    both = benchmark_officers(pool_cells(who, codes, n, k[0], np.stack(k[1:], axis=1)))
    other = benchmark_officers(pool_cells(who, codes, n, k[2], np.stack([k[0], k[1]], axis=1)))
    same(contrast_of(both, 2, [0, 1]), other)
    same(contrast_of(both, 0, [1, 2]), both)
    assert contrast_of(both, 1).control.shape == (14, 0)


def test_an_outcome_that_never_happens_has_no_comparison():
    who, codes, n, k = table()
    result = benchmark_officers(pool_cells(who, codes, n, k[0], np.zeros((who.size, 1), dtype=int)))
    never = contrast_of(result, 1)
    assert set(never.reason) == {NO_VARIATION}
    assert np.isnan(never.stops).all()
    assert result.compared.all()


@pytest.mark.parametrize(("focal", "controls"), [(3, ()), (0, (3,)), (1, (1,)), (-1, ())])
def test_refused(focal, controls):
    who, codes, n, k = table()
    result = benchmark_officers(pool_cells(who, codes, n, k[0], np.stack(k[1:], axis=1)))
    with pytest.raises(ValueError):
        contrast_of(result, focal, controls)


def known(rng, officers, sd, error=0.0):
    """Officers whose expected share is known up to ``error``, and who differ by ``sd`` on the log odds."""
    n = np.clip(np.exp(rng.normal(np.log(150), 0.7, officers)), 50, 3000).astype(int).astype(float)
    logit = rng.normal(-1.0, 0.5, officers)
    p = 1 / (1 + np.exp(-logit))
    k = rng.binomial(n.astype(int), 1 / (1 + np.exp(-logit - rng.normal(0, sd, officers))))
    se = np.sqrt(p * (1 - p) / n + error**2)
    some, none = np.full(officers, 100.0), np.zeros((officers, 0))
    return OfficerBenchmark(
        reason=("",) * officers, stops=n, focal=k.astype(float), uncovered=0 * some, effective=n, colleagues=some,
        imbalance=0 * some, share=k / n, expected=p, difference=k / n - p, se=se, error=np.full(officers, error),
        z=(k / n - p) / se, control=none, control_se=none, control_expected=none, control_error=none,
    )  # fmt: skip


@pytest.mark.parametrize("sd", [0.0, 0.3])
def test_limits_of_the_spread_cover_it(sd):
    """95 % limits over 100 agencies of 30 officers: at least .95 less three binomial standard errors, .885."""
    rng = np.random.default_rng(4)
    spreads = [officer_spread(known(rng, 30, sd)) for _ in range(100)]
    inside = [one.low <= sd <= one.high for one in spreads if one is not None]
    assert len(inside) == 100
    assert np.mean(inside) >= 0.885
    assert np.median([one.sd for one in spreads]) == pytest.approx(sd, abs=0.03)


def test_limits_invert_the_score():
    """At a limit above 0 the score of theta is its own normal-theory standard deviation times 1.96."""
    rng = np.random.default_rng(5)
    y, v = rng.normal(0, 0.5, 40), np.full(40, 0.04)
    one, keep = np.ones(40), np.ones((1, 40))
    fit = fit_spread(y, v, one, keep, 0.0)
    low, high = spread_limits(y, v, one, keep, fit, 1.96)
    weight = keep / (v + np.maximum(fit.theta, 0.01))
    reach = 1.96 * np.sqrt(PSI_VARIANCE * (weight**2).sum())
    for end, wanted in ((low, reach), (high, -reach)):
        assert score(y - fit.centre[:, None], v[None, :], keep, weight, end)[0] == pytest.approx(wanted, rel=1e-3)
    assert low[0] < fit.theta[0] < high[0]


def test_ratio_between_the_ends_of_the_middle():
    """R: exp(2 * qnorm(0.9) * 0.3) is 2.157458566."""
    spread = officer_spread(known(np.random.default_rng(6), 30, 0.3))
    assert spread is not None
    fixed = dataclasses.replace(spread, sd=0.3, low=0.0, high=0.3)
    assert fixed.ratio() == pytest.approx((2.157458566, 1.0, 2.157458566), rel=1e-9)


def test_error_of_the_expected_share_is_no_difference_between_officers():
    """A known error of .2 on the log odds in every expected share: left out of the spread, it would be one of .2."""
    rng = np.random.default_rng(7)
    result = known(rng, 400, 0.2)
    p = result.expected
    told = dataclasses.replace(result, error=0.2 * p * (1 - p))
    plain, less = officer_spread(result), officer_spread(told)
    assert plain is not None
    assert less is not None
    assert plain.low > 0.12
    assert less.sd < 0.08


def test_fewer_than_eleven_officers_have_no_spread():
    assert officer_spread(known(np.random.default_rng(8), 10, 0.3)) is None
