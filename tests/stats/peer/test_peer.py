"""The peer null end to end: fit, chances, intervals, detectable ratios."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from auditor.stats.peer.null import (
    PeerNull,
    TooFewPeersError,
    fit_peer_null,
    peer_detectable,
    peer_interval,
    peer_p,
    peer_upper,
)
from auditor.stats.peer.tails import beta_binomial_upper, logit_normal_upper, student_upper


def sample(places: int, sigma: float, seed: int = 8, size: float = 6.5) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    n = np.clip(np.exp(rng.normal(size, 1.3, places)), 5, 200_000).astype(int)
    p0 = special.expit(rng.normal(-1.5, 0.6, places))
    share = special.expit(special.logit(p0) + sigma * rng.standard_normal(places))
    return rng.binomial(n, share), n, p0


def flagged(p: np.ndarray, q: float = 0.05) -> np.ndarray:
    return stats.false_discovery_control(p) <= q


@pytest.fixture(scope="module")
def forty() -> tuple[PeerNull, np.ndarray, np.ndarray, np.ndarray]:
    k, n, p0 = sample(40, 0.15)
    return fit_peer_null(k, n, p0), k, n, p0


@pytest.mark.parametrize("places", [0, 1, 2])
def test_too_few_places_give_no_chance(places: int) -> None:
    k, n, p0 = np.full(places, 3), np.full(places, 10), np.full(places, 0.2)
    null = fit_peer_null(k, n, p0)
    assert (null.adequate, null.promised, null.tail) == (False, False, "none")
    assert null.adequacy == {"statistic": None, "p": None, "places": places, "code": "too-few-places"}
    for call in (peer_p, peer_upper, peer_interval):
        with pytest.raises(TooFewPeersError, match="at least 3 places"):
            call(null, k, n, p0)
    with pytest.raises(TooFewPeersError):
        peer_detectable(null, n, p0, 0.01)


@pytest.mark.parametrize(("places", "promised"), [(3, False), (19, False), (20, True), (101, True)])
def test_promise_starts_at_twenty_places(places: int, promised: bool) -> None:
    null = fit_peer_null(*sample(places, 0.15))
    assert null.promised is promised
    assert null.adequate is False
    assert null.tail == "conservative-t"
    assert null.adequacy["code"] == ("few-places-conservative" if promised else "too-few-places")


def test_three_planted_among_forty_are_found_and_no_other() -> None:
    k, n, p0 = sample(40, 0.15)
    n[:3] = 4000
    share = special.expit(special.logit(p0[:3]) + 1.8)
    k[:3] = np.round(n[:3] * share)
    null = fit_peer_null(k, n, p0)
    assert list(np.flatnonzero(flagged(peer_upper(null, k, n, p0)))) == [0, 1, 2]
    assert null.sigma == pytest.approx(0.15, rel=0.3)


def test_national_normal_sample_is_adequate_and_clean() -> None:
    k, n, p0 = sample(3100, 0.15)
    null = fit_peer_null(k, n, p0)
    assert null.adequate
    assert null.promised
    assert (null.tail, null.df, null.adequacy["code"]) == ("normal", np.inf, "adequate")
    assert null.sigma == pytest.approx(0.15, rel=0.05)
    assert abs(null.mu) < 4 * null.mu_se
    assert null.sigma < null.sigma_upper < 1.1 * null.sigma
    assert 0 < null.rho < null.rho_upper < 0.01
    assert not flagged(peer_upper(null, k, n, p0)).any()


def test_national_heavy_tails_are_refused_and_not_promised() -> None:
    rng = np.random.default_rng(2)
    _, n, p0 = sample(3100, 0.0)
    k = rng.binomial(n, special.expit(special.logit(p0) + 0.4 / np.sqrt(2) * rng.standard_t(4, 3100)))
    null = fit_peer_null(k, n, p0)
    assert (null.adequate, null.promised, null.tail, null.df) == (False, False, "conservative-t", 3.0)
    assert null.adequacy["code"] == "heavy-tails"
    assert not flagged(peer_upper(null, k, n, p0)).any()


def test_chance_is_the_largest_of_the_families(forty: tuple[PeerNull, np.ndarray, np.ndarray, np.ndarray]) -> None:
    null, k, n, p0 = forty
    eta, kf, nf = special.logit(p0) + null.centre, k.astype(float), n.astype(float)
    each = [
        logit_normal_upper(kf, nf, eta, null.spread),
        beta_binomial_upper(kf, nf, special.expit(eta), null.dispersion),
        student_upper(kf, nf, eta, null.spread, null.df),
    ]
    np.testing.assert_allclose(peer_upper(null, k, n, p0), np.max(each, axis=0), rtol=1e-14)


def test_own_count_does_not_move_own_null(forty: tuple[PeerNull, np.ndarray, np.ndarray, np.ndarray]) -> None:
    null, k, n, p0 = forty
    moved = k.copy()
    moved[5] = n[5]
    again = fit_peer_null(moved, n, p0)
    # The sweeps start from the median of all places, so the place's own null moves in the fourth digit at most.
    assert again.centre[5] == pytest.approx(null.centre[5], abs=2e-3)
    assert again.spread[5] == pytest.approx(null.spread[5], rel=2e-2)
    assert abs(again.centre - null.centre).max() > 0


def test_order_of_places_does_not_matter(forty: tuple[PeerNull, np.ndarray, np.ndarray, np.ndarray]) -> None:
    null, k, n, p0 = forty
    order = np.random.default_rng(0).permutation(40)
    other = fit_peer_null(k[order], n[order], p0[order])
    expected = peer_upper(null, k, n, p0)[order]
    np.testing.assert_allclose(peer_upper(other, k[order], n[order], p0[order]), expected, rtol=1e-6)


def test_two_fits_agree_to_the_last_bit(forty: tuple[PeerNull, np.ndarray, np.ndarray, np.ndarray]) -> None:
    null, k, n, p0 = forty
    assert (peer_upper(null, k, n, p0) == peer_upper(fit_peer_null(k, n, p0), k, n, p0)).all()


def test_failures_for_successes_swap_the_tails(forty: tuple[PeerNull, np.ndarray, np.ndarray, np.ndarray]) -> None:
    null, k, n, p0 = forty
    upper, lower = peer_p(null, k, n, p0)
    mirror = fit_peer_null(n - k, n, 1 - p0)
    assert mirror.mu == pytest.approx(-null.mu, abs=1e-3)
    np.testing.assert_allclose(peer_p(mirror, n - k, n, 1 - p0)[1], upper, rtol=0.05)
    assert ((upper + lower) >= 1).all()


def test_mid_p_lies_between_p_and_the_next_count() -> None:
    k, n, p0 = sample(30, 0.2, size=3.0)
    null = fit_peer_null(k, n, p0)
    upper, lower = peer_p(null, k, n, p0)
    mid_upper, mid_lower = peer_p(null, k, n, p0, mid=True)
    assert (mid_upper < upper).all()
    assert (mid_lower < lower).all()
    more = k < n
    beyond = peer_upper(null, np.where(more, k + 1, k), n, p0)
    np.testing.assert_allclose(mid_upper[more], (upper + beyond)[more] / 2, rtol=1e-12)


def test_empty_tiny_and_full_places_do_not_break_the_fit() -> None:
    k, n, p0 = sample(40, 0.15)
    n[:6] = [0, 1, 1, 5, 5, 900]
    k[:6] = [0, 0, 1, 0, 5, 900]
    null = fit_peer_null(k, n, p0)
    assert null.places == 39
    upper, lower = peer_p(null, k, n, p0)
    assert (upper[0], lower[0]) == (1.0, 1.0)
    assert np.isfinite([upper, lower]).all()
    assert upper[5] < 1e-4
    low, high = peer_interval(null, k, n, p0)
    assert (low[0], high[0]) == (0.0, np.inf)
    assert low[3] == 0.0
    assert np.isinf(high[[2, 4, 5]]).all()
    assert not np.isnan([low, high]).any()


@pytest.mark.parametrize("level", [0.9, 0.95, 0.995])
def test_interval_and_chance_never_disagree(level: float) -> None:
    k, n, p0 = sample(60, 0.3, seed=3, size=5.0)
    k[:4] = np.minimum(n[:4], 2 * k[:4] + 5)
    null = fit_peer_null(k, n, p0)
    upper, lower = peer_p(null, k, n, p0)
    low, high = peer_interval(null, k, n, p0, level)
    half = (1 - level) / 2
    assert ((low >= 1) == (upper <= half)).all()
    assert ((high <= 1) == (lower <= half)).all()
    assert (low < high).all()


def test_interval_ends_are_where_the_moved_test_reaches_its_level(
    forty: tuple[PeerNull, np.ndarray, np.ndarray, np.ndarray],
) -> None:
    null, k, n, p0 = forty
    low, high = peer_interval(null, k, n, p0)
    some = (k > 0) & (k < n)
    member = np.flatnonzero(some)

    def moved(ratio: np.ndarray) -> np.ndarray:
        return special.expit(special.logit(p0[some]) + np.log(ratio[some]))

    upper = peer_p(null, k[some], n[some], moved(low), member=member)[0]
    lower = peer_p(null, k[some], n[some], moved(high), member=member)[1]
    np.testing.assert_allclose(upper, 0.025, rtol=1e-4)
    np.testing.assert_allclose(lower, 0.025, rtol=1e-4)


def test_detectable_ratio_is_where_power_reaches_80_percent(
    forty: tuple[PeerNull, np.ndarray, np.ndarray, np.ndarray],
) -> None:
    null, _, n, p0 = forty
    ratio = peer_detectable(null, n, p0, 0.00125)
    where = np.argmin(ratio)
    eta = special.logit(p0[where]) + null.centre[where]
    # By brute force: the first count flagged, then its chance at the ratio and just below.
    counts = np.arange(n[where] + 1)
    member = np.full(counts.size, where)
    p = peer_upper(null, counts, np.full(counts.size, n[where]), np.full(counts.size, p0[where]), member=member)
    first = counts[np.flatnonzero(p <= 0.00125)[0]]

    def power(value: float) -> float:
        args = (np.array([float(first)]), np.array([float(n[where])]), np.array([eta + np.log(value)]))
        return float(logit_normal_upper(*args, np.array([null.sigma]))[0])

    assert power(ratio[where]) == pytest.approx(0.8, abs=1e-5)
    assert power(0.99 * ratio[where]) < 0.8


def test_nothing_is_detectable_where_every_count_would_pass(
    forty: tuple[PeerNull, np.ndarray, np.ndarray, np.ndarray],
) -> None:
    null, _, _, _ = forty
    found = peer_detectable(null, [1, 0, 100_000], [0.5, 0.5, 0.2], 0.01, member=[-1, -1, -1])
    assert list(np.isinf(found)) == [True, True, False]
    stricter = peer_detectable(null, [100_000], [0.2], 0.0001, member=[-1])
    assert stricter[0] > found[2] > 1


def test_a_stranger_is_judged_by_all_places(forty: tuple[PeerNull, np.ndarray, np.ndarray, np.ndarray]) -> None:
    null, k, n, p0 = forty
    stranger = peer_upper(null, k[:1], n[:1], p0[:1], member=[-1])
    member = peer_upper(null, k[:1], n[:1], p0[:1], member=[0])
    assert member[0] == peer_upper(null, k, n, p0)[0]
    assert stranger[0] != member[0]


@pytest.mark.parametrize(
    ("k", "n", "p0", "message"),
    [
        ([1, 2, -1], [5, 5, 5], 0.2, "k must be 0 or more"),
        ([1, 2, 6], [5, 5, 5], 0.2, "k must not exceed n"),
        ([1, 2, 3], [5, 5, 5], [0.2, 0.3, 1.0], "p0 must lie strictly between 0 and 1"),
        ([1, 2, 3], [5, 5, 5], [0.2, 0.3], "shapes do not fit"),
        ([1, 2.5, 3], [5, 5, 5], 0.2, "k must be whole"),
    ],
)
def test_bad_input_is_refused_by_name(k: list[float], n: list[int], p0: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fit_peer_null(k, n, p0)  # type: ignore[arg-type]


def test_places_must_line_up_with_the_fit(forty: tuple[PeerNull, np.ndarray, np.ndarray, np.ndarray]) -> None:
    null, k, n, p0 = forty
    with pytest.raises(ValueError, match="fitted to 40 places, got 3"):
        peer_p(null, k[:3], n[:3], p0[:3])
    with pytest.raises(ValueError, match="between -1 and 39"):
        peer_p(null, k[:1], n[:1], p0[:1], member=[40])
    with pytest.raises(ValueError, match="one whole number for each place"):
        peer_p(null, k[:2], n[:2], p0[:2], member=[0.5, 1.0])
    with pytest.raises(ValueError, match="level"):
        peer_interval(null, k, n, p0, 1.0)
    with pytest.raises(ValueError, match="alpha"):
        peer_detectable(null, n, p0, 0.0)


@given(
    counts=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), min_size=3, max_size=12),
    p0=st.floats(0.01, 0.99),
)
def test_any_small_table_gives_chances_and_limits(counts: list[tuple[int, int]], p0: float) -> None:
    k = np.array([min(c) for c in counts])
    n = np.array([max(c) for c in counts])
    null = fit_peer_null(k, n, p0)
    if null.tail == "none":
        return
    upper, lower = peer_p(null, k, n, p0)
    assert ((upper >= 0) & (upper <= 1) & (lower >= 0) & (lower <= 1)).all()
    assert (upper[k == 0] == 1).all()
    assert (lower[k == n] == 1).all()
    low, high = peer_interval(null, k, n, p0)
    assert (low <= high).all()
    assert ((low >= 1) == (upper <= 0.025)).all()
