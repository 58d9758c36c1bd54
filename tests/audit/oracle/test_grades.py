"""The verdicts against a second implementation of their table, and that nothing worse ever gives a higher one."""

from __future__ import annotations

import ast
import math
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from auditor.audit.evidence import caps_of
from auditor.audit.verdict import GRADES, Circumstances, Evidence, Families, Rules, judge
from auditor.cells import Coverage
from tests.audit.oracle import rules

CASES = 4000

GOOD: dict[str, Any] = {
    "family": "match",
    "enough": True,
    "p": 1e-4,
    "q": 0.004,
    "persons": 300,
    "low": 1.6,
    "high": 2.4,
    "calibrated_low": 1.4,
    "calibrated_high": 2.5,
    "low_if_many_missing": None,
    "low_if_any_missing": None,
    "high_if_missing": None,
    "total_difference": None,
    "cap": 4.0,
    "controls": True,
    "controls_matched": True,
    "control_q": 0.5,
    "shrunken": 1.7,
    "shrunken_low": 1.3,
    "benchmark_tipping": 1.6,
    "of_groups": True,
    "misrecorded": 0.4,
    "blocks_of_same_sign": 2,
    "specifications_agreeing": 4,
    "specifications": 5,
    "lambda": 1.5,
    "delta_ratio": 1.2,
    "worst_rank": 20,
    "ranked": 300,
    "smallest_p": 0.001,
    "detectable": 1.4,
}
QUIET = GOOD | {
    "p": 0.5,
    "q": 0.8,
    "low": 0.93,
    "high": 1.1,
    "calibrated_low": 0.85,
    "calibrated_high": 1.15,
    "of_groups": False,
    "misrecorded": None,
    "shrunken": 1.0,
    "shrunken_low": 0.9,
}
"""What a test is like that would have told, and did not."""

VALUES: dict[str, list[Any]] = {
    "enough": [True, False],
    "p": [None, 0.0001, 0.1, 0.1001, 0.6],
    "q": [None, 0.001, 0.01, 0.0101, 0.05, 0.0501, 0.7],
    "persons": [None, 10, 11, 5000],
    "low": [None, 0.9, 1.0, 1.0001, 2.0],
    "high": [None, 0.79, 0.8, 1.25, 1.2501, 3.0],
    "calibrated_low": [None, 0.9, 1.0, 1.0001],
    "calibrated_high": [None, 0.99, 1.0, 1.25, 1.2501],
    "low_if_many_missing": [None, 0.9, 1.0, 1.0001],
    "low_if_any_missing": [None, 0.9, 1.0, 1.0001],
    "high_if_missing": [None, 1.25, 1.2501, math.inf],
    "total_difference": [None, -3.0, 0.0, 3.0],
    "cap": [1.5, 2.0, 3.0, 4.0],
    "controls": [True, False],
    "controls_matched": [True, False],
    "control_q": [None, 0.0499, 0.05, 0.0501],
    "shrunken": [None, 1.2499, 1.25],
    "shrunken_low": [None, 1.0999, 1.1],
    "benchmark_tipping": [None, 1.2499, 1.25, 1.4999, 1.5],
    "of_groups": [True, False],
    "misrecorded": [None, 0.1999, 0.2, 0.333, 0.334],
    "blocks_of_same_sign": [0, 1, 2, 3],
    "specifications_agreeing": [0, 3, 4, 5],
    "specifications": [5, 0, 6],
    "lambda": [None, 1.2499, 1.25],
    "delta_ratio": [None, 1.0999, 1.1],
    "worst_rank": [None, 30, 31],
    "ranked": [None, 300],
    "smallest_p": [None, 0.05, 0.0501],
    "detectable": [None, 1.5, 1.5001],
}
WORSE = {
    "enough": [True, False],
    "p": [0.0001, None],
    "q": [0.001, 0.01, 0.0101, 0.05, 0.0501, 0.7, None],
    "persons": [5000, 11, 10, None],
    "low": [2.0, 1.0001, 1.0, 0.9, None],
    "calibrated_low": [1.0001, 1.0, 0.9, None],
    "low_if_many_missing": [1.0001, 1.0, 0.9],
    "low_if_any_missing": [1.0001, 1.0, 0.9],
    "total_difference": [3.0, 0.0, -3.0],
    "cap": [4.0, 3.0, 2.0, 1.5],
    "controls": [True, False],
    "controls_matched": [True, False],
    "control_q": [0.5, 0.0501, 0.05, 0.0499],
    "shrunken": [1.25, 1.2499, None],
    "shrunken_low": [1.1, 1.0999, None],
    "benchmark_tipping": [1.5, 1.4999, 1.25, 1.2499],
    "misrecorded": [0.334, 0.333, 0.2, 0.1999, None],
    "blocks_of_same_sign": [3, 2, 1, 0],
    "specifications_agreeing": [5, 4, 3, 0],
    "lambda": [1.25, 1.2499, None],
    "delta_ratio": [1.1, 1.0999, None],
    "worst_rank": [30, 31, None],
    "smallest_p": [0.05, 0.0501],
    "detectable": [1.5, 1.5001, None],
    "high_if_missing": [1.25, 1.2501, math.inf],
}
"""From better to worse, for a flag and for a statement that nothing was found alike."""

PLACE_WORSE = {"cap": [4.0, 3.0, 2.0], "families_hold_together": [True, False]}


def a_place(rng: np.random.Generator) -> dict[str, Any]:
    def told() -> dict[str, float]:
        if rng.random() < 0.8:
            return {}
        names = ("match", "exposure", "discretion")
        return {name: float(rng.choice([0.001, 0.05, 0.0501, 0.9])) for name in names if rng.random() < 0.5}

    return {
        "cap": float(rng.choice([2.0, 3.0, 4.0], p=[0.1, 0.2, 0.7])),
        "families_hold_together": bool(rng.random() < 0.8),
        "families_up": told(),
        "families_down": told(),
    }


def drawn(rng: np.random.Generator) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A place whose tests are good, or quiet, but for a few conditions at the edge of what is asked."""
    tests = []
    base = QUIET if rng.random() < 0.35 else GOOD
    for _ in range(rng.integers(1, 5)):
        test = dict(base if rng.random() < 0.9 else (GOOD if base is QUIET else QUIET))
        test["family"] = str(rng.choice(["match", "exposure", "discretion"]))
        for name in rng.choice(sorted(VALUES), size=rng.choice([0, 1, 2, 5], p=[0.35, 0.35, 0.2, 0.1]), replace=False):
            test[name] = VALUES[name][rng.integers(len(VALUES[name]))]
        tests.append(test)
    if rng.random() < 0.03:
        tests = [test | {"enough": False} for test in tests]
    return a_place(rng), tests


def evidence(test: dict[str, Any]) -> Evidence:
    """The same as the program has it."""
    return Evidence(
        signal="any",
        family=test["family"],
        testable=test["enough"],
        persons=test["persons"],
        estimate=1.9,
        low=test["low"],
        high=test["high"],
        calibrated_p=test["p"],
        calibrated_low=test["calibrated_low"],
        calibrated_high=test["calibrated_high"],
        q=test["q"],
        detectable=test["detectable"],
        least_p=test["smallest_p"],
        bound_low=test["low_if_many_missing"],
        bound_any=test["low_if_any_missing"],
        bound_high=test["high_if_missing"],
        has_control=test["controls"],
        matched=test["controls_matched"],
        factor=test["lambda"],
        shift=None if test["delta_ratio"] is None else math.log(test["delta_ratio"]),
        fired=test["control_q"],
        shrunken=test["shrunken"],
        shrunken_low=test["shrunken_low"],
        tipping=test["benchmark_tipping"],
        misrecorded=test["misrecorded"],
        groups=test["of_groups"],
        blocks_same=test["blocks_of_same_sign"],
        blocks=3,
        passed=test["specifications_agreeing"],
        of=test["specifications"],
        rank_high=test["worst_rank"],
        ranked=test["ranked"],
        totals=test["total_difference"],
        ceiling=test["cap"],
    )


def ours(place: dict[str, Any], tests: list[dict[str, Any]]) -> str:
    about = Circumstances(ceiling=place["cap"], corroborated=place["families_hold_together"])
    families = Families(place["families_up"], place["families_down"])
    return judge([evidence(test) for test in tests], families, Rules(), about).verdict


def test_the_second_implementation_imports_nothing_of_the_first() -> None:
    tree = ast.parse(Path(rules.__file__).read_text(encoding="utf-8"))
    names = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert sorted(names) == ["__future__", "collections.abc", "typing"]
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import)]


def test_two_implementations_give_the_same_verdicts() -> None:
    rng = np.random.default_rng(6)
    met: Counter[str] = Counter()
    for _ in range(CASES):
        place, tests = drawn(rng)
        expected = rules.verdict(place, tests)
        assert ours(place, tests) == expected, (place, tests)
        met[expected] += 1
    # Every verdict is met often enough that a rule read differently would show.
    assert set(met) == set(GRADES)
    assert min(met.values()) >= 50, met


@pytest.mark.parametrize("name", sorted(VALUES))
def test_every_condition_alone_is_read_alike(name: str) -> None:
    """Each value at each edge, in one of two good tests, in both, and in one of two quiet ones."""
    place = {"cap": 4.0, "families_hold_together": True, "families_up": {}, "families_down": {}}
    seen = set()
    for base in (GOOD, QUIET):
        for value in VALUES[name]:
            one, other = base | {name: value}, base | {"family": "exposure"}
            for tests in ([one, other], [one, other | {name: value}], [one]):
                seen.add(rules.verdict(place, tests))
                assert ours(place, tests) == rules.verdict(place, tests), (value, tests)
    assert len(seen) > 2, "no value of this condition decides anything"


def worsened(rng: np.random.Generator, place: dict[str, Any], tests: list[dict[str, Any]]) -> tuple[Any, Any, str]:
    names = [("place", name) for name in PLACE_WORSE] + [("test", name) for name in WORSE]
    where, name = names[rng.integers(len(names))]
    at = int(rng.integers(len(tests)))
    order = (PLACE_WORSE if where == "place" else WORSE)[name]
    better = int(rng.integers(len(order) - 1))
    worse = int(rng.integers(better + 1, len(order)))
    if where == "place":
        return place | {name: order[better]}, place | {name: order[worse]}, name
    before, after = (
        [test | ({name: order[i]} if k == at else {}) for k, test in enumerate(tests)] for i in (better, worse)
    )
    return before, after, name


def test_worsening_a_condition_never_raises_a_verdict() -> None:
    rng = np.random.default_rng(7)
    lowered = 0
    for _ in range(CASES):
        place, tests = drawn(rng)
        before, after, name = worsened(rng, place, tests)
        if isinstance(before, dict):
            first, second = ours(before, tests), ours(after, tests)
        else:
            first, second = ours(place, before), ours(place, after)
        if GRADES[second] >= GRADES["pattern-worth-examining"]:
            assert GRADES[second] <= GRADES[first], (name, first, second)
        lowered += GRADES[second] < GRADES[first]
    # The property says nothing where nothing changes.
    assert lowered > CASES / 20


CAPS = {
    "benchmark.caveat-residents": ("cap.resident-benchmark", 2.0),
    "detainer-selectivity.caveat-nationality": ("cap.nationality", 2.0),
    "activation.caveat-unverified": ("cap.unverified", 1.5),
}


def capped(**given: Any) -> tuple[float, tuple[str, ...]]:
    """Ask for the caps of one test of one place."""
    coverage = Coverage(
        np.array([given.get("aggregate", False)]),
        np.array([given.get("suppressed", 0.0)]),
        np.array([given.get("days", 1000)]),
    )
    event = given.get("event", "arrest")
    measured: Any = SimpleNamespace(
        panel=SimpleNamespace(
            contrasts=[SimpleNamespace(event=event)],
            notes={name: np.array([[True]]) for name in given.get("notes", ())},
        ),
        calibrated=SimpleNamespace(null=lambda j, c: given.get("null")),
        card=SimpleNamespace(family=given.get("family", "exposure")),
        cells=SimpleNamespace(coverage={event: coverage}),
    )
    return caps_of(measured, 0, 0)


def test_the_caps_are_those_of_the_table() -> None:
    assert capped() == (4.0, ())
    for note, (cap, grade) in CAPS.items():
        assert capped(notes=[note]) == (grade, (cap,))
    assert capped(days=366) == (3.0, ("cap.one-year",))
    assert capped(days=367) == (4.0, ())
    assert capped(aggregate=True) == (3.0, ("cap.aggregate",))
    assert capped(suppressed=0.2) == (4.0, ())
    assert capped(suppressed=0.21) == (2.0, ("cap.suppressed",))
    assert capped(event="booking") == (2.0, ("cap.jail",))
    assert capped(event="booking", family="match") == (4.0, ())
    assert capped(notes=["benchmark.caveat-residents"], days=100, aggregate=True)[0] == 2.0
    alone = SimpleNamespace(kind="alone", matched=True)
    assert capped(null=alone) == (2.0, ("cap.alone",))
