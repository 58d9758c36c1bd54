"""The table of verdicts, written a second time: from its words and from what a finding says, not from our rules.

Imports nothing of the package. Where the table leaves a choice, the reading of it stands beside the line, and it is
the stricter one. Grades: 0, 1, 1b as 1.5, contradictory as 1.75, then 2, 3, 4.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

NAMES = {
    0: "insufficient-data",
    1: "no-disparity-detected",
    1.5: "inconclusive",
    1.75: "contradictory",
    2: "pattern-worth-examining",
    3: "notable-departure",
    4: "strong-signal",
}
Test = Mapping[str, Any]
Place = Mapping[str, Any]


def verdict(place: Place, tests: Iterable[Test]) -> str:
    """Return the verdict of a place from its tests."""
    return NAMES[_grade(place, [test for test in tests if test["enough"]], list(tests))]


def _grade(place: Place, able: list[Test], every: list[Test]) -> float:
    if not able:
        return 0
    # "Neither controls nor adequate peers: no calibrated p, at most inconclusive."
    judged = [test for test in able if test["p"] is not None]
    if not judged:
        return 1.5
    if _contradicts(place, every):
        return 1.75
    flagged = [test for test in judged if _pattern(test)]
    if flagged:
        return _above(place, flagged)
    return 1 if _nothing(every) else 1.5


def _contradicts(place: Place, every: list[Test]) -> bool:
    """Families significant in opposite directions, or a negative control of this place (of any test) that fires."""
    for one, upward in place["families_up"].items():
        for other, downward in place["families_down"].items():
            if one != other and upward <= 0.05 and downward <= 0.05:
                return True
    return any(test["control_q"] is not None and test["control_q"] <= 0.05 for test in every)


def _pattern(test: Test) -> bool:
    """q <= .05; lower limit > 1; at least 11 persons; survives data-quality exclusions; no cap below 2."""
    if test["q"] is None or test["q"] > 0.05 or test["cap"] < 2:
        return False
    # Both the limit of sampling error and that of the calibrated test.
    for limit in (test["low"], test["calibrated_low"]):
        if limit is None or not limit > 1:
            return False
    if test["persons"] is None or test["persons"] < 11:
        return False
    # Missing ethnicity of more than a fifth must not undo it; nor must the sum of the classes deny it.
    if test["low_if_many_missing"] is not None and not test["low_if_many_missing"] > 1:
        return False
    return not (test["total_difference"] is not None and test["total_difference"] <= 0)


def _above(place: Place, flagged: list[Test]) -> float:
    """Grades 2, 3 and 4 of a place with a pattern."""
    departures = [test for test in flagged if _departure(test)]
    if not departures or place["cap"] < 3:
        return 2
    return 4 if _strong(place, departures) else 3


def _departure(test: Test) -> bool:
    """Every line of the row "notable-departure", and a cap of 3 or more."""
    shrunken, shrunken_low = test["shrunken"], test["shrunken_low"]
    agreeing = test["specifications_agreeing"], test["specifications"]
    lines = [
        test["cap"] >= 3,
        # "No negative control: 2"
        test["controls"] and test["controls_matched"],
        shrunken is not None and shrunken >= 1.25,
        shrunken_low is not None and shrunken_low >= 1.1,
        # Tipping points: the benchmark, missing and misrecorded ethnicity.
        test["benchmark_tipping"] is None or test["benchmark_tipping"] >= 1.25,
        test["low_if_any_missing"] is None or test["low_if_any_missing"] > 1,
        not test["of_groups"] or (test["misrecorded"] is not None and test["misrecorded"] >= 0.2),
        test["blocks_of_same_sign"] >= 2,
        agreeing[1] >= 1 and agreeing[0] * 5 >= agreeing[1] * 4,
        test["lambda"] is not None and test["lambda"] >= 1.25,
        test["delta_ratio"] is not None and test["delta_ratio"] >= 1.1,
    ]
    return all(lines)


def _strong(place: Place, departures: list[Test]) -> bool:
    """Grade 3 in two families with q <= .01 in one, tipping points >= 1.5, rank outside the middle 80 %, no cap."""
    if place["cap"] < 4 or not place["families_hold_together"]:
        return False
    counted = []
    for test in departures:
        bears = test["benchmark_tipping"] is None or test["benchmark_tipping"] >= 1.5
        # A third of the focal events misrecorded does what a benchmark wrong by 1.5 does.
        recorded = not test["of_groups"] or (test["misrecorded"] is not None and test["misrecorded"] * 3 >= 1)
        if test["cap"] >= 4 and bears and recorded:
            counted.append(test)
    families = {test["family"] for test in counted}
    sure = [test for test in counted if test["q"] <= 0.01]
    ranked = [test for test in counted if test["ranked"] is not None and test["worst_rank"] is not None]
    top = [test for test in ranked if test["worst_rank"] * 10 <= test["ranked"]]
    return len(families) >= 2 and bool(sure) and bool(top)


def _nothing(every: list[Test]) -> bool:
    """Grade 1: every test would have found a ratio of 1.5, none did, and at least two families say so."""
    return len({test["family"] for test in every}) >= 2 and all(_would_have_told(test) for test in every)


def _would_have_told(test: Test) -> bool:
    if not test["enough"] or test["p"] is None or test["p"] <= 0.10:
        return False
    if test["of_groups"]:  # nothing bounds how many of one group are recorded as the other
        return False
    if test["smallest_p"] is not None and test["smallest_p"] > 0.05:
        return False
    if test["detectable"] is None or test["detectable"] > 1.5:
        return False
    # Materiality: both upper limits, and those under the bounds. One below 1 (below 0.8) speaks of something else.
    if test["calibrated_high"] is None or not 1 <= test["calibrated_high"] <= 1.25:
        return False
    if test["high"] is None or not 0.8 <= test["high"] <= 1.25:
        return False
    return not (test["high_if_missing"] is not None and test["high_if_missing"] > 1.25)
