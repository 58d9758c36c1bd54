"""The null of officers: which one decides, what it must equal, and that it holds where N(0, 1) does not."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit, logit
from scipy.stats import norm

from auditor.stats.officer import null as names
from auditor.stats.officer.benchmark import OfficerBenchmark
from auditor.stats.officer.null import screen_officers
from auditor.stats.officer.scores import log_odds, normal_log_odds
from auditor.stats.peer.null import fit_peer_null, peer_p
from auditor.stats.screening.multiple import benjamini_hochberg


def contrast(rng, n, middle, moved, relative=0.1):
    p = expit(rng.normal(middle, 0.4, n.size))
    k = rng.binomial(n.astype(int), expit(logit(p) + moved))
    error = relative * np.sqrt(p * (1 - p) / n)
    expected = np.clip(p + error * rng.standard_normal(n.size), 0.01, 0.99)
    return k.astype(float), expected, error, np.sqrt(expected * (1 - expected) / n + error**2)


def simulated(seed, officers, natural, controls=(), effects=()):
    """Comparisons of officers; each control has natural differences of the SD given."""
    rng = np.random.default_rng(seed)
    n = rng.integers(80, 600, officers).astype(float)
    moved = natural * rng.standard_normal(officers)
    moved[: len(effects)] += effects
    k, expected, error, se = contrast(rng, n, -1.0, moved)
    table = np.zeros((4, officers, len(controls)))
    for at, sd in enumerate(controls):
        other, middle, doubt, spread = contrast(rng, n, -0.5, sd * rng.standard_normal(officers))
        table[:, :, at] = other / n - middle, spread, middle, doubt
    some = np.full(officers, 50.0)
    return OfficerBenchmark(
        reason=("",) * officers, stops=n, focal=k, uncovered=0 * some, effective=20 * some, colleagues=some,
        imbalance=0 * some, share=k / n, expected=expected, difference=k / n - expected, se=se, error=error,
        z=(k / n - expected) / se, control=table[0], control_se=table[1], control_expected=table[2],
        control_error=table[3],
    )  # fmt: skip


def without(result, officers):
    """The comparison with some officers dropped, as `benchmark_officers` shows it."""
    gone = np.zeros(result.z.size, dtype=bool)
    gone[officers] = True
    values = {}
    for name in result.__slots__:
        value = getattr(result, name)
        if name != "reason":
            values[name] = np.where(gone.reshape((-1,) + (1,) * (value.ndim - 1)), np.nan, value)
    return OfficerBenchmark(reason=tuple("few-stops" if one else "" for one in gone), **values)


@pytest.mark.parametrize(
    ("officers", "natural", "controls", "kind", "reason"),
    [
        (400, 0.3, (0.3, 0.3), "controls", ""),
        (400, 0.3, (), "peers", names.NO_CONTROLS),
        (299, 0.3, (0.3, 0.3), "peers", names.FEW_OFFICERS),
        (400, 0.4, (0.0, 0.0), "peers", names.UNMATCHED),
        (2, 0.3, (0.3,), "none", names.FEW_OFFICERS),
    ],
)
def test_which_null_decides(officers, natural, controls, kind, reason):
    screen = screen_officers(simulated(1, officers, natural, controls))
    assert (screen.kind, screen.reason) == (kind, reason)
    assert screen.promised == (officers >= 20)
    assert (screen.conformal is not None) == (kind == "controls")
    assert (screen.peers is not None) == (kind == "peers")
    assert np.isnan(screen.p_greater).all() == (kind == "none")


def test_few_peers_are_not_promised():
    assert not screen_officers(simulated(2, 19, 0.3)).promised
    assert screen_officers(simulated(2, 20, 0.3)).promised


def test_peers_are_the_peer_null():
    """Exact: with expected shares equally certain (relative to their log odds) nothing is added to its spread."""
    result = simulated(3, 60, 0.2)
    result = replace(result, error=0.02 * result.expected * (1 - result.expected))
    screen = screen_officers(result)
    null = fit_peer_null(result.focal, result.stops, result.expected)
    upper, lower = peer_p(null, result.focal, result.stops, result.expected)
    np.testing.assert_array_equal(screen.p_greater, upper)
    np.testing.assert_array_equal(screen.p_less, lower)
    np.testing.assert_array_equal(screen.q, benjamini_hochberg(upper))


def test_uncertain_expected_share_widens():
    result = simulated(4, 60, 0.2, effects=(1.2,))
    error = result.error.copy()
    error[0] = 20 * error[0]
    assert screen_officers(replace(result, error=error)).p_greater[0] > 1.5 * screen_officers(result).p_greater[0]


@pytest.mark.parametrize("controls", [(), (0.3, 0.3)])
def test_officers_not_compared_take_no_part(controls):
    """The compared officers' p-values are those of a screen of them alone."""
    result = simulated(5, 420, 0.3, controls)
    part = without(result, np.arange(0, 420, 4))
    kept = part.compared
    values = {name: getattr(result, name)[kept] for name in result.__slots__ if name != "reason"}
    alone = screen_officers(OfficerBenchmark(reason=("",) * int(kept.sum()), **values))
    screen = screen_officers(part)
    np.testing.assert_array_equal(screen.p_greater[kept], alone.p_greater)
    np.testing.assert_array_equal(screen.q[kept], alone.q)
    for column in (screen.p_greater, screen.p_less, screen.q, screen.estimate, screen.least_p):
        assert np.isnan(column[~kept]).all()


@pytest.mark.parametrize("controls", [(), (0.3, 0.3)])
def test_order_of_officers_does_not_matter(controls):
    result = simulated(6, 320, 0.3, controls)
    # Numbers of stops tell the officers apart, as folds need; ties are then decided by figures that have none.
    result = replace(result, effective=1000 + np.arange(320.0))
    order = np.random.default_rng(0).permutation(320)
    values = {name: getattr(result, name)[order] for name in result.__slots__ if name != "reason"}
    moved = screen_officers(OfficerBenchmark(reason=("",) * 320, **values))
    np.testing.assert_allclose(moved.p_greater, screen_officers(result).p_greater[order], rtol=1e-6)


def test_estimates_are_log_odds():
    result = simulated(7, 30, 0.1)
    screen = screen_officers(result)
    wanted = log_odds(result.focal, result.stops, result.expected, result.error)
    np.testing.assert_array_equal([screen.estimate, screen.se], wanted)


def test_controls_are_ranked_without_the_skew_of_counting():
    """Exact for the focal contrast; the controls' natural SD of .3 comes back."""
    result = simulated(9, 400, 0.3, (0.3, 0.3))
    screen = screen_officers(result).conformal
    focal = normal_log_odds(result.focal, result.stops, result.expected, result.error)
    np.testing.assert_array_equal([screen.estimate, screen.se], focal)
    assert 0.2 < screen.null.natural.sd < 0.4


@pytest.mark.parametrize("controls", [(), (0.3, 0.3)])
def test_nobody_is_flagged_where_z_flags_many(controls):
    """Natural SD .3, nobody profiles, 12 runs of 320 officers: at a true rate of .05 two runs with a flag or fewer in
    98 of 100; z against N(0, 1) flags in every run."""
    flagged = naive = 0
    for seed in range(12):
        result = simulated(100 + seed, 320, 0.3, controls)
        flagged += (screen_officers(result).q <= 0.05).any()
        naive += (benjamini_hochberg(norm.sf(result.z)) <= 0.05).any()
    assert flagged <= 2
    assert naive == 12


def test_controls_find_what_is_planted():
    """5 % of 600 officers at five times the natural SD, ten runs: most are found, and at q = .1 the mean share of
    false flags, with a standard error of about .02, lies below .15."""
    found, wrong = [], []
    for seed in range(10):
        screen = screen_officers(simulated(200 + seed, 600, 0.25, (0.25, 0.25), effects=(1.25,) * 30))
        assert screen.kind == "controls"
        assert screen.p_greater.min() >= screen.least_p.min() > 0
        flags = screen.q <= 0.1
        found.append(flags[:30].mean())
        wrong.append(flags[30:].sum() / max(flags.sum(), 1))
    assert np.mean(found) > 0.7
    assert np.mean(wrong) < 0.15
