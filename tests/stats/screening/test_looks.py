"""Looking again and again: shares of the error rate, p-values over looks, and what happens without them."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from auditor.stats.ratios.mover import ratio_of_ratios
from auditor.stats.screening.eprocess import e_benjamini_hochberg, e_product, integrated_calibrator
from auditor.stats.screening.looks import effect_at, look_share, over_looks
from auditor.stats.screening.multiple import benjamini_hochberg


def test_shares_without_a_last_look_add_up_to_less_than_one() -> None:
    for t in range(1, 50):
        # 1/(1*2) + 1/(2*3) + ... telescopes to t/(t + 1): exact arithmetic.
        assert sum(Fraction(1, s * (s + 1)) for s in range(1, t + 1)) == Fraction(t, t + 1)
        assert look_share(t) == float(Fraction(1, t * (t + 1)))


def test_planned_shares_are_equal_and_end_with_the_plan() -> None:
    assert [look_share(t, 4) for t in range(1, 7)] == [0.25, 0.25, 0.25, 0.25, 0.0, 0.0]


@pytest.mark.parametrize(("number", "planned"), [(0, None), (1, 0), (-1, 3)])
def test_looks_are_counted_from_one(number: int, planned: int | None) -> None:
    with pytest.raises(ValueError, match="counted from 1"):
        look_share(number, planned)


def test_over_looks_is_the_smallest_p_over_its_share() -> None:
    p = [[0.01, 0.002, np.nan], [0.9, 0.8, 0.7], [np.nan, np.nan, np.nan], [0.2, 0.0, 0.5]]
    # 0.01 / (1/2) = 0.02 and 0.002 / (1/6) = 0.012; the third look has no share left here.
    np.testing.assert_allclose(over_looks(p, [1 / 2, 1 / 6, 0.0]), [0.012, 1.0, 1.0, 0.0], rtol=1e-14)
    assert over_looks(np.zeros((0, 2)), [0.5, 0.5]).shape == (0,)


@pytest.mark.parametrize(
    ("p", "share", "said"),
    [
        ([[0.1, 1.2]], [0.5, 0.5], "p must lie"),
        ([[0.1, 0.2]], [0.8, 0.3], "add up"),
        ([[0.1, 0.2]], [1.1, -0.1], "0 or more"),
        ([[0.1, 0.2]], [1.0], "one value for each"),
    ],
)
def test_over_looks_refuses(p: list[list[float]], share: list[float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        over_looks(p, share)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=6), st.floats(0, 1))
def test_another_look_never_takes_a_flag_back(p: list[float], more: float) -> None:
    shares = [look_share(t + 1) for t in range(len(p) + 1)]
    before, after = over_looks([p], shares[:-1]), over_looks([[*p, more]], shares)
    assert after[0] <= before[0]
    assert before[0] >= min(p)


def test_effect_at_another_cutoff() -> None:
    # R 4.2.2: exp(log(1.5) * (qnorm(.8) - qnorm(.01)) / (qnorm(.8) - qnorm(.05))) and the same with 2, 1e-5, 1e-3.
    assert effect_at(1.5, 0.05, 0.01) == pytest.approx(1.67631039273866, rel=1e-12)
    assert effect_at(2.0, 1e-3, 1e-5) == pytest.approx(2.46016381817491, rel=1e-12)
    assert effect_at(1.7, 0.02, 0.02) == pytest.approx(1.7, rel=1e-14)


@pytest.mark.parametrize(("ratio", "one", "other"), [(1.0, 0.05, 0.01), (1.5, 0.0, 0.01), (1.5, 0.05, 0.6)])
def test_effect_at_refuses(ratio: float, one: float, other: float) -> None:
    with pytest.raises(ValueError, match="cut-offs"):
        effect_at(ratio, one, other)


def test_ratio_of_ratios() -> None:
    # log-symmetric limits: the distances are sqrt(2) ln 2 on either side of ln 2, so 2^(1 -+ sqrt 2).
    value, low, high = ratio_of_ratios((2.0, 1.0, 4.0), (1.0, 0.5, 2.0))
    assert value == 2
    assert low == pytest.approx(2 ** (1 - math.sqrt(2)), rel=1e-14)
    assert high == pytest.approx(2 ** (1 + math.sqrt(2)), rel=1e-14)
    # An older estimate without error leaves the new one's own limits.
    assert ratio_of_ratios((3.0, 2.0, 7.0), (1.5, 1.5, 1.5)) == pytest.approx((2.0, 4 / 3, 14 / 3), rel=1e-14)


def test_ratio_of_ratios_stays_open_where_a_limit_is() -> None:
    assert ratio_of_ratios((2.0, 1.0, math.inf), (1.0, 0.5, 2.0))[2] == math.inf
    assert ratio_of_ratios((2.0, 1.0, 4.0), (1.0, 0.5, math.inf))[1] == 0
    assert ratio_of_ratios((2.0, 1.0, 4.0), (1.0, 0.0, 2.0))[2] == math.inf
    with pytest.raises(ValueError, match="within its limits"):
        ratio_of_ratios((2.0, 2.5, 4.0), (1.0, 0.5, 2.0))


RUNS, PLACES, LOOKS, Q = 300, 200, 5, 0.05
BOUND = Q + 2 * math.sqrt(Q * (1 - Q) / RUNS)


@pytest.fixture(scope="module", params=[0.0, 1.0], ids=["fresh", "lasting"])
def any_flag(request: pytest.FixtureRequest) -> tuple[float, dict[str, float]]:
    """Scenario 28, nobody profiles: how often anyone is flagged at any of five looks, by method."""
    rng, lasting = np.random.default_rng([28, int(request.param)]), request.param
    shares = [look_share(t + 1) for t in range(LOOKS)]
    hits = dict.fromkeys(("alone", "shares", "planned", "product"), 0)
    for _ in range(RUNS):
        own = math.sqrt(lasting) * rng.normal(size=(PLACES, 1)) + math.sqrt(1 - lasting) * rng.normal(size=(PLACES, 5))
        # Natural differences of SD 0.3 and standard errors of 0.1 at each look: every p is uniform by itself.
        p = ndtr(-(0.3 * own + 0.1 * rng.normal(size=(PLACES, LOOKS))) / math.hypot(0.3, 0.1))
        e = e_product(integrated_calibrator(p))
        hits["alone"] += any(benjamini_hochberg(column).min() <= Q for column in p.T)
        hits["shares"] += benjamini_hochberg(over_looks(p, shares)).min() <= Q
        hits["planned"] += benjamini_hochberg(over_looks(p, [1 / LOOKS] * LOOKS)).min() <= Q
        hits["product"] += any(e_benjamini_hochberg(column).min() <= Q for column in e.T)
    return lasting, {name: hit / RUNS for name, hit in hits.items()}


def test_looks_that_share_the_error_rate_keep_it(any_flag: tuple[float, dict[str, float]]) -> None:
    _, share = any_flag
    assert share["shares"] <= BOUND
    assert share["planned"] <= BOUND


def test_looks_that_do_not_share_it_do_not(any_flag: tuple[float, dict[str, float]]) -> None:
    lasting, share = any_flag
    assert share["alone"] > 2 * BOUND if not lasting else share["alone"] > BOUND


def test_products_of_e_values_fail_where_what_makes_places_differ_lasts(
    any_flag: tuple[float, dict[str, float]],
) -> None:
    lasting, share = any_flag
    assert share["product"] > 0.5 if lasting else share["product"] <= BOUND
