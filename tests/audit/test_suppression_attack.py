"""No number of a review gives a count of 1 to 10 away, by linear programming; the long version is ``make attack``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from auditor.audit.config import load_config
from auditor.audit.run import audit
from benchmarks.suppress_known import unread
from benchmarks.suppress_lp import System
from benchmarks.suppress_people import few_digits
from benchmarks.suppress_read import digits, known
from benchmarks.suppress_records import EVENTS, OUTCOMES
from benchmarks.suppress_settle import settle
from benchmarks.suppress_sums import fitting
from benchmarks.suppress_worlds import GROUPS, OFFENCES, World, write
from benchmarks.suppression import KINDS, PLACES, Result, attack, kept, row_of, sizes


def test_bounds_by_hand() -> None:
    """a + b = 20 and a is at least 0: b is 0 to 20; with a = 12 it is 8; b as 2/5 of the whole gives both."""
    system = System({"a": 12, "b": 8})
    system.equals(["a", "b"], 20)
    assert system.bounds(["b"]) == (0, 20)
    system.within(["b"], ["a", "b"], 0.3, 0.5)
    assert system.bounds(["b"]) == (6, 10)
    system.share(["b"], ["a", "b"], 0.4)
    assert system.bounds(["b"]) == (8, 8)
    with pytest.raises(ArithmeticError, match="is not the sum"):
        system.equals(["a"], 13)


def test_settling_agrees_with_the_bounds() -> None:
    """Drawn sums of drawn counts: what is safe has such bounds, and what is not has exactly its own."""
    rng, unsafe = np.random.default_rng(4), 0
    for _ in range(40):
        counts = {i: int(rng.choice([0, 3, 7, 12, 30])) for i in range(12)}
        system = System(counts)
        for _ in range(7):
            keys = rng.choice(12, int(rng.integers(2, 5)), replace=False).tolist()
            system.equals(keys, sum(counts[key] for key in keys))
        wanted = [[key] for key, n in counts.items() if 0 < n < 11]
        found = settle(system, wanted)
        for t, keys in enumerate(wanted):
            low, high = system.bounds(keys)
            assert low <= found.low[t] <= counts[keys[0]] <= found.high[t] <= high
            assert found.safe[t] == ((low <= 0 or high >= 11) and high - low >= 5)
            if not found.safe[t]:
                assert (found.low[t], found.high[t], found.exact[t]) == (low, high, True)
                unsafe += 1
    assert 20 < unsafe < 200


def test_a_count_in_no_equation_may_be_anything() -> None:
    system = System({"a": 4, "b": 8, "c": 3})
    system.equals(["a", "b"], 12)
    found = settle(system, [["a"], ["c"], ["a", "c"]])
    assert found.high.tolist()[1:] == [np.inf, np.inf]
    assert found.safe.all()
    assert found.whole.all()
    assert (found.low[0], found.high[0]) in [(0, 12), (0, 4), (4, 12), (0, 11), (4, 11)]


def test_places_of_a_sum() -> None:
    """Places 0 and 2 give 12 of 30, as place 3 does alone; no places give 14 of 30."""
    counts = [(5, 10), (0, 0), (7, 20), (12, 30), (1, 30)]
    assert sorted(fitting(counts, (12, 30))) == [(0, 2), (3,)]
    assert sorted(fitting([(value,) for value, _ in counts], (8,))) == [(2, 4)]
    assert sorted(fitting(counts, (13, 60))) == [(0, 2, 4), (3, 4)]
    assert fitting([], (0, 0)) == [()]
    with pytest.raises(ArithmeticError, match="the sum of no places"):
        fitting(counts, (14, 30))
    with pytest.raises(ArithmeticError, match="40 places"):
        fitting([(3, 9)] * 40, (6, 18))


def test_what_was_done_is_gone_on_with(tmp_path: Path) -> None:
    """Only lines that are whole and of the same code."""
    whole = '{"code": "a", "of": ["arrests", 1, 0], "result": {"table_sets": 48, "small": 5}}'
    (tmp_path / "kept").write_text(f"{whole}\n{whole.replace('0]', '1]').replace('a', 'b', 1)}\n{whole[:40]}\n")
    done = kept(tmp_path / "kept", "a")
    assert done == {("arrests", 1, 0): Result(table_sets=48, small=5)}
    assert row_of("arrests", 1, list(done.values()))["small"] == 5
    assert [next(sizes(kind))[1] for kind in range(4)] == list(PLACES)


@pytest.mark.parametrize(("value", "many"), [(0.5, 1), (1.04, 3), (0.001234, 4), (12345.0, 5), (2.1e-17, 2)])
def test_digits(value: float, many: int) -> None:
    assert digits(value) == many


def test_digits_that_tell_of_strata_are_found() -> None:
    finding = {"signal": "s", "contrast": "c", "k": 10, "n": 40, "comparator": {"value": 0.123456}, "ratio": 1.04}
    few_digits(finding)
    with pytest.raises(ArithmeticError, match="all the digits"):
        few_digits({**finding, "std_ratio": 0.951109950897})


def test_a_number_that_nobody_reads_stops_the_attack() -> None:
    finding = {"signal": "s", "contrast": "c", "k": 10, "caveats": [{"values": {"covered": 0.4}}], "q_value": 0.12}
    known(finding)
    assert unread({**finding, "caveats": [{"values": {"left": 3}}]}) == ["caveats.left"]
    with pytest.raises(ArithmeticError, match=r"unread \['robustness.new'\]"):
        known({**finding, "robustness": {"new": 1}})
    with pytest.raises(ArithmeticError, match=r"all the digits of \['q_value'\]"):
        known({**finding, "q_value": 0.123456})


@pytest.mark.parametrize(
    ("kind", "seed", "places"),
    # Worlds in which counts were recovered before: classes of other groups, the whole of a region, shares unrecorded;
    # what is left of all cases, or of an outcome, once those compared are known; digits that mix strata; people with
    # a hold in no group that is compared; searches without a result; the number of rows of a file. The large ones: what
    # is left of a group's cases beside those in custody; of two classes and their whole; of a reference group's holds;
    # of a file, once every place but a small one is known.
    [
        ("arrests", (1, 0, 5), 8),
        ("arrests", (3, 0, 6), 8),
        ("matches", (1, 1, 1), 8),
        ("searches", (1, 5, 3), 3),
        ("custody", (1, 1, 3), 3),
        ("ends", (1, 2, 1), 8),
        ("ends", (1, 2, 3), 3),
        ("holds", (1, 3, 3), 3),
        ("holds", (3, 3, 6), 8),
        ("searches", (4, 5, 8), 8),
        ("ends", (2, 2, 3), 8),
        ("ends", (8, 2, 5), 8),
        ("searches", (8, 5, 10), 8),
        ("ends", (11, 2, 36), 48),
        ("ends", (11, 2, 50), 48),
        ("holds", (11, 3, 1), 48),
        ("holds", (11, 3, 20), 3),
        ("custody", (11, 1, 17), 48),
        ("custody", (11, 1, 49), 48),
        # What negative controls print of few people; all digits of a ratio that is made of every class.
        ("arrests", (11, 0, 0), 48),
        ("arrests", (11, 0, 4), 48),
        ("custody", (12, 1, 7), 48),
        # The part of a group that is compared tells all its cases, and with these those without an outcome.
        ("custody", (77, 2, 20), 48),
        # A range over unrecorded groups tells those with a detainer; of everybody with one few others are left.
        ("holds", (77, 4, 84), 8),
        # Of everybody's searches, and those of two focal groups, few of the second are left without a result.
        ("searches", (14, 6, 26), 48),
        # A class of offence: all its cases, less those compared and those of agencies that hold one group only.
        ("custody", (14, 2, 33), 3),
        # People of whom nothing is said of a detainer.
        ("holds", (5, 4, 20), 8),
        ("holds", (5, 4, 21), 8),
        # The upper end of the rounded share of a file without a group, once all places but one are known.
        ("custody", (15, 2, 1), 3),
        # Many classes, with two of them in excess and ranges over unrecorded groups.
        ("classes", (77, 1, 20), 48),
    ],
)
def test_no_small_count_is_recovered(kind: str, seed: tuple[int, ...], places: int, tmp_path: Path) -> None:
    result = attack(KINDS[kind](np.random.default_rng(seed), places), tmp_path)
    assert (result.recovered, result.narrowed, result.tight) == ([], [], [])
    # Nothing is proven by an output that says nothing.
    assert result.small >= 3
    assert result.equations >= 5


BY_CLASS = (
    # All that is no minor traffic is serious: less that of both groups, 8 of another group.
    {"hispanic": {"licence": 16, "robbery": 30}, "white": {"traffic": 61, "licence": 19, "burglary": 11, "robbery": 28},
     "black": {"traffic": 55, "burglary": 6, "robbery": 2}},
    # Of all arrests with an offence 7 are in no contrast.
    {"hispanic": {"traffic": 94, "licence": 199, "drug-possession": 10, "theft": 55, "fraud": 7, "unknown": 28},
     "white": {"traffic": 166, "licence": 199, "robbery": 115, "unknown": 42},
     "unknown": {"traffic": 11, "licence": 195, "drug-possession": 27, "robbery": 35, "theft": 35, "unknown": 12}},
    # Of 15 of another group 11 are minor traffic.
    {"hispanic": {"traffic": 26, "licence": 85, "theft": 110, "robbery": 18, "fraud": 166, "unknown": 22},
     "white": {"traffic": 36, "licence": 94, "theft": 69, "robbery": 13, "fraud": 38, "unknown": 26},
     "black": {"traffic": 1, "licence": 10, "theft": 1, "robbery": 1, "fraud": 2}},
)  # fmt: skip


def test_no_rest_by_class_is_recovered(tmp_path: Path) -> None:
    """Arrests by class of offence of both groups, beside those of everybody: worlds that were recovered before."""
    alike = {group: dict.fromkeys(OFFENCES, 40) for group in GROUPS[:3]}
    drawn = {f"480{2 * i + 1:02d}": world for i, world in enumerate((*BY_CLASS, *[alike] * 5))}
    counts = {
        ("arrest", place, group, offence, half): world.get(group, {}).get(offence, 0) if half == 1 else 0
        for place, world in drawn.items()
        for group in GROUPS
        for offence in OFFENCES
        for half in (1, 2)
    }
    people = {(place, group): 20_000 for place in drawn for group in GROUPS[:3]}
    result = attack(World("arrests", tuple(drawn), counts, people, focal=("hispanic",)), tmp_path)
    assert (result.recovered, result.narrowed, result.tight) == ([], [], [])
    assert result.small > 10


def test_no_group_is_recovered_of_whom_few_say_nothing_of_a_detainer(tmp_path: Path) -> None:
    """Everybody with a hold, and without, is counted by how long they stayed: less all, 5 of another group are left."""
    told = (40, 50, 60, 70)
    usual = {(group, ""): (*told, 25) for group in ("hispanic", "white", "black", "unknown")}
    few = {**usual, ("black", ""): (*told, 5)}
    world = _of_people("holds", {"48001": few, "48003": usual, "48005": usual})
    result = attack(world, tmp_path)
    assert (result.recovered, result.narrowed, result.tight) == ([], [], [])
    assert result.small == 1
    assert result.equations > 50


def _of_people(kind: str, places: Mapping[str, Mapping[tuple[str, str], tuple[int, ...]]]) -> World:
    """Return a world of one agency from counts by group and offence, in the order of the kind's outcomes."""
    counts = {
        (EVENTS[kind], place, group, "a", offence, outcome): n
        for place, cells in places.items()
        for (group, offence), numbers in cells.items()
        for outcome, n in zip((*OUTCOMES[kind], "unsaid"), numbers, strict=False)
    }
    people = {(place, group): 20_000 for place in places for group in GROUPS[:3]}
    return World(kind, tuple(places), counts, people, focal=("hispanic",))


@pytest.mark.parametrize(("kind", "rest"), [("custody", "licence"), ("ends", "theft")])
def test_no_class_is_recovered_by_subtraction(kind: str, rest: str, tmp_path: Path) -> None:
    """Of two classes both and one are compared, and all cases of each are printed: 7 of the other have no group."""
    known = {(group, offence): (60, 70) for group in ("hispanic", "white") for offence in ("traffic", rest)}
    usual = {**known, ("unknown", "traffic"): (30, 31), ("unknown", rest): (33, 34)}
    few = {**known, ("unknown", "traffic"): (14, 16), ("unknown", rest): (3, 4)}
    result = attack(_of_people(kind, {"48001": few, "48003": usual, "48005": usual}), tmp_path)
    assert (result.recovered, result.narrowed, result.tight) == ([], [], [])
    assert result.small >= 3
    assert result.equations > 20


FEW_WAYS = {
    "hispanic": {"traffic": 8, "licence": 77, "drug-possession": 8, "burglary": 40, "theft": 11, "fraud": 114},
    "white": {"traffic": 44, "drug-possession": 52, "burglary": 108, "theft": 19, "fraud": 25},
    "black": {"traffic": 16, "licence": 91, "drug-possession": 62, "burglary": 19, "theft": 70, "fraud": 11},
}


def test_three_digits_of_a_ratio_do_not_tell_its_classes(tmp_path: Path) -> None:
    """Of 9,704,500 ways to share these out four agreed with both ratios and their limits, all with 8 of 16 for traffic.

    With ten thousands of each class but one there are 10^18 ways.
    """
    many = {group: dict.fromkeys(OFFENCES, 30_000) for group in GROUPS[:3]}
    many["hispanic"] = {**many["hispanic"], "robbery": 5}
    drawn = {"48001": FEW_WAYS, "48003": many}
    counts = {
        ("arrest", place, group, offence, half): world.get(group, {}).get(offence, 0) if half == 1 else 0
        for place, world in drawn.items()
        for group in GROUPS
        for offence in OFFENCES
        for half in (1, 2)
    }
    people = {(place, group): 20_000 for place in drawn for group in GROUPS[:3]}
    world = World("arrests", tuple(drawn), counts, people, focal=("hispanic",))
    review = audit(load_config(write(world, tmp_path))).to_dict()
    found = {
        (finding["place"], finding["contrast"].split("/")[-1]): finding
        for entry in review["places"]
        for finding in entry["findings"]
        if finding["signal"] == "discretion-contrast"
    }
    ratios = {key: finding["estimate"]["value"] for key, finding in found.items()}
    assert {key for key, ratio in ratios.items() if ratio is None} == {
        ("48001", "with-licence"), ("48001", "without-licence")
    }  # fmt: skip
    assert {digits(ratio) for ratio in ratios.values() if ratio is not None} <= {1, 2, 3}
    assert ("48003", "without-licence") in ratios
