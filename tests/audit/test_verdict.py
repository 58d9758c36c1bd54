"""The rules of the verdicts, and that worsening any condition never raises a grade."""

from __future__ import annotations

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from auditor.audit.verdict import FLAG, GRADES, Circumstances, Evidence, Families, Rules, binding, ceiling, judge

RULES = Rules()
STRONG = Evidence(
    signal="level-mix",
    family="match",
    testable=True,
    persons=400,
    estimate=1.9,
    low=1.6,
    high=2.2,
    calibrated_p=1e-5,
    calibrated_less=0.999,
    calibrated_low=1.4,
    calibrated_high=2.5,
    q=0.01,
    detectable=1.4,
)
NOTHING = dataclasses.replace(
    STRONG, estimate=1.0, low=0.95, high=1.05, calibrated_p=0.5, calibrated_low=0.85, calibrated_high=1.15, q=0.9
)


def verdict(*evidence: Evidence, families: Families | None = None, peers: bool = True) -> str:
    return judge(evidence, families or Families(), RULES, Circumstances(peers=peers)).verdict


def test_a_calibrated_excess_is_a_pattern_worth_examining_and_no_more():
    judged = judge([STRONG], Families(), RULES, Circumstances())
    assert judged.verdict == "pattern-worth-examining"
    assert "cap.no-control" in judged.caps


def test_every_condition_of_the_flag_is_needed():
    for change in (
        {"q": 0.051},
        {"calibrated_low": 1.0},
        {"low": 1.0},
        {"persons": 10},
        {"bound_low": 0.99},
        {"testable": False},
        {"calibrated_p": None},
    ):
        assert GRADES[verdict(dataclasses.replace(STRONG, **change))] < GRADES[FLAG], change


def test_without_peers_or_controls_at_most_inconclusive():
    bare = dataclasses.replace(STRONG, calibrated_p=None, calibrated_low=None, calibrated_high=None, q=None)
    judged = judge([bare], Families(), RULES, Circumstances(peers=False))
    assert judged.verdict == "inconclusive"
    assert "cap.no-peers" in judged.caps
    assert "cap.one-place" in judged.caps


def test_nothing_testable_is_insufficient_data():
    assert verdict() == "insufficient-data"
    assert verdict(dataclasses.replace(STRONG, testable=False)) == "insufficient-data"


def test_no_disparity_needs_two_families_and_every_test():
    other = dataclasses.replace(NOTHING, family="exposure", signal="benchmark")
    assert verdict(NOTHING) == "inconclusive"
    assert verdict(NOTHING, other) == "no-disparity-detected"
    assert verdict(NOTHING, dataclasses.replace(other, detectable=1.6)) == "inconclusive"
    assert verdict(NOTHING, dataclasses.replace(other, calibrated_high=1.26)) == "inconclusive"
    assert verdict(NOTHING, dataclasses.replace(other, testable=False)) == "inconclusive"
    assert verdict(NOTHING, dataclasses.replace(other, bound_high=1.4)) == "inconclusive"


def test_families_in_opposite_directions_contradict():
    families = Families(greater={"match": 0.01, "exposure": 0.9}, less={"match": 1.0, "exposure": 0.02})
    assert verdict(STRONG, NOTHING, families=families) == "contradictory"
    same = Families(greater={"match": 0.01}, less={"match": 0.01})
    assert verdict(STRONG, families=same) == "pattern-worth-examining"


def test_resident_benchmark_caps_exposure():
    capped = {"ceiling": 2.0, "caps": ("cap.resident-benchmark",)}
    item = dataclasses.replace(STRONG, family="exposure", signal="benchmark", **capped)
    judged = judge([item], Families(), RULES, Circumstances())
    assert "cap.resident-benchmark" in judged.caps
    assert judged.verdict == "pattern-worth-examining"


DEPARTING = dataclasses.replace(
    STRONG,
    q=0.004,
    has_control=True,
    factor=1.6,
    shift=0.4,
    shrunken=1.7,
    shrunken_low=1.3,
    tipping=1.6,
    blocks_same=2,
    blocks=2,
    passed=4,
    of=5,
    rank_high=8,
    ranked=200,
)
OTHER = dataclasses.replace(DEPARTING, family="discretion", signal="discretion-contrast")
TOGETHER = Circumstances(corroborated=True)


def grade(*evidence: Evidence, about: Circumstances = TOGETHER) -> str:
    return judge(evidence, Families(), RULES, about).verdict


def test_a_departure_needs_every_condition_of_its_own():
    assert grade(DEPARTING) == "notable-departure"
    for change in (
        {"has_control": False},
        {"matched": False},
        {"ceiling": 2.0},
        {"shrunken": 1.24},
        {"shrunken_low": 1.09},
        {"tipping": 1.24},
        {"bound_any": 0.99},
        {"blocks_same": 1},
        {"passed": 3},
        {"of": 0, "passed": 0},
        {"factor": 1.24},
        {"factor": None},
        {"shift": 0.09},
    ):
        judged = judge([dataclasses.replace(DEPARTING, **change)], Families(), RULES, TOGETHER)
        assert judged.verdict == FLAG, change
        assert judged.missing, change
    assert grade(DEPARTING, about=Circumstances(ceiling=2.0)) == FLAG


def test_classes_that_their_total_denies_are_no_pattern():
    """Simpson's paradox: every class may point up, weighed by what is known of it, and their sum down."""
    denied = dataclasses.replace(STRONG, totals=-57.0)
    judged = judge([denied], Families(), RULES, Circumstances())
    assert (judged.verdict, judged.reason) == ("inconclusive", "verdict.totals-oppose")
    assert verdict(dataclasses.replace(STRONG, totals=57.0)) == FLAG


def test_a_strong_signal_needs_two_families_that_hold_together():
    assert grade(DEPARTING, OTHER) == "strong-signal"
    assert grade(DEPARTING, dataclasses.replace(DEPARTING, signal="match-yield")) == "notable-departure"
    assert grade(DEPARTING, OTHER, about=Circumstances()) == "notable-departure"
    assert grade(DEPARTING, OTHER, about=Circumstances(ceiling=3.0, corroborated=True)) == "notable-departure"
    for change in ({"q": 0.011}, {"rank_high": 21.0}, {"tipping": 1.49}):
        both = [dataclasses.replace(item, **change) for item in (DEPARTING, OTHER)]
        assert grade(*both) == "notable-departure", change


def test_a_failed_control_contradicts():
    fired = dataclasses.replace(DEPARTING, fired=0.05)
    judged = judge([fired, OTHER], Families(), RULES, TOGETHER)
    assert (judged.verdict, judged.reason) == ("contradictory", "verdict.control-fired")
    assert grade(dataclasses.replace(DEPARTING, fired=0.051)) == "notable-departure"


def test_without_resolution_it_is_said():
    blocked = dataclasses.replace(NOTHING, least_p=0.02, blocked=True)
    assert judge([blocked], Families(), RULES, TOGETHER).reason == "verdict.resolution"
    assert judge([blocked, NOTHING], Families(), RULES, TOGETHER).reason == "verdict.inconclusive"


def test_the_ceiling_is_explained_by_the_tests_that_reach_furthest():
    resident = dataclasses.replace(OTHER, ceiling=2.0, caps=("cap.resident-benchmark", "cap.aggregate"))
    counts = dataclasses.replace(DEPARTING, ceiling=3.0, caps=("cap.aggregate",))
    assert ceiling([resident, counts]) == "notable-departure"
    assert binding([resident, counts]) == "cap.aggregate"  # not the lower cap of the test met first
    assert binding([resident]) == "cap.resident-benchmark"
    assert binding([dataclasses.replace(resident, caps=("cap.aggregate", "cap.jail"))]) == "cap.jail"
    assert binding([DEPARTING]) is None  # one family alone
    assert binding([counts], Circumstances(ceiling=2.0, caps=("cap.one-place",))) == "cap.one-place"


def test_the_ceiling_is_what_the_data_can_reach():
    assert ceiling([DEPARTING, OTHER]) == "strong-signal"
    assert ceiling([DEPARTING]) == "notable-departure"
    assert ceiling([DEPARTING, OTHER], Circumstances(ceiling=3.0)) == "notable-departure"
    assert ceiling([STRONG]) == FLAG
    assert ceiling([dataclasses.replace(OTHER, ceiling=2.0)]) == FLAG
    assert ceiling([dataclasses.replace(STRONG, calibrated_p=None)]) == "inconclusive"
    assert ceiling([]) == "insufficient-data"


WORSE = {
    "ceiling": lambda x: 2.0,
    "has_control": lambda x: False,
    "matched": lambda x: False,
    "factor": lambda x: x * 0.7,
    "shift": lambda x: x - 0.3,
    "shrunken": lambda x: x * 0.8,
    "shrunken_low": lambda x: x * 0.8,
    "tipping": lambda x: x * 0.8,
    "bound_any": lambda x: x * 0.7,
    "blocks_same": lambda x: 0,
    "passed": lambda x: 0,
    "rank_high": lambda x: x + 100,
    "fired": lambda x: 0.01,
    "q": lambda x: min(1.0, x * 3 + 0.01),
    "calibrated_low": lambda x: x * 0.8,
    "low": lambda x: x * 0.8,
    "persons": lambda x: x - 50,
}

SHARES = st.floats(0.001, 1.0)
ITEMS = st.builds(
    Evidence,
    signal=st.just("level-mix"),
    family=st.sampled_from(["match", "exposure"]),
    testable=st.just(True),
    persons=st.floats(0, 500),
    estimate=st.floats(0.5, 3),
    low=st.floats(0.3, 2.5),
    high=st.floats(1.0, 4.0),
    calibrated_p=SHARES,
    calibrated_less=SHARES,
    calibrated_low=st.floats(0.3, 2.5),
    calibrated_high=st.floats(1.0, 4.0),
    q=SHARES,
    detectable=st.floats(1.05, 3.0),
    bound_low=st.none() | st.floats(0.3, 2.0),
    bound_high=st.none() | st.floats(0.5, 3.0),
    has_control=st.booleans(),
    matched=st.booleans(),
    factor=st.floats(0.5, 3.0),
    shift=st.floats(-0.2, 1.0),
    fired=st.floats(0.02, 1.0),
    shrunken=st.floats(1.0, 2.5),
    shrunken_low=st.floats(0.9, 2.0),
    tipping=st.floats(1.0, 2.5),
    bound_any=st.floats(0.8, 2.0),
    blocks_same=st.integers(0, 2),
    passed=st.integers(3, 5),
    of=st.just(5),
    rank_high=st.floats(1, 60),
    ranked=st.just(300.0),
    ceiling=st.sampled_from([2.0, 3.0, 4.0]),
)
GOOD = st.builds(
    dataclasses.replace,
    st.sampled_from([DEPARTING, OTHER]),
    tipping=st.floats(1.2, 2.0),
    factor=st.floats(1.1, 2.0),
    bound_any=st.just(1.2),
    fired=st.just(0.5),
    q=st.floats(0.001, 0.06),
)


@given(st.lists(ITEMS | GOOD, min_size=1, max_size=4), st.data())
def test_worsening_a_condition_never_raises_a_flag(evidence, data):
    index = data.draw(st.integers(0, len(evidence) - 1))
    name = data.draw(st.sampled_from(sorted(WORSE)))
    worse = list(evidence)
    worse[index] = dataclasses.replace(worse[index], **{name: WORSE[name](getattr(worse[index], name))})
    before, after = grade(*evidence), grade(*worse)
    if GRADES[after] >= GRADES[FLAG]:
        assert GRADES[before] >= GRADES[after]


@given(st.lists(ITEMS, min_size=1, max_size=4))
def test_taking_the_calibration_away_never_raises_a_grade(evidence):
    bare = [
        dataclasses.replace(item, calibrated_p=None, calibrated_low=None, calibrated_high=None, q=None)
        for item in evidence
    ]
    assert verdict(*bare) == "inconclusive"
