"""Verdicts in order, and what a verdict is given from: evidence, families, circumstances, rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

GRADES: Final = {
    "insufficient-data": 0.0,
    "no-disparity-detected": 1.0,
    "inconclusive": 1.5,
    "contradictory": 1.75,
    "pattern-worth-examining": 2.0,
    "notable-departure": 3.0,
    "strong-signal": 4.0,
}
"""Verdicts in order; the numbers are for comparison only."""

FLAG: Final = "pattern-worth-examining"
DEPARTURE: Final = "notable-departure"
STRONG: Final = "strong-signal"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the verdict needs to know of one tested contrast in one place; None where it cannot be said.

    Attributes
    ----------
    signal, family : str
    testable : bool
        Whether the gates on sample size let it into the screen.
    persons : float or None
        People behind the estimate (k).
    estimate, low, high : float or None
        Ratio to the named comparator and its limits, sampling error alone.
    calibrated_p, calibrated_less : float or None
        Calibrated p-value, and that of the opposite direction.
    calibrated_ratio, calibrated_low, calibrated_high : float or None
        The ratio to what is ordinary, and the interval that inverts the calibrated test.
    q : float or None
    detectable : float or None
    least_p : float or None
        Smallest calibrated p-value that could have come out.
    blocked : bool
        Whether that is above the cut-off of this run, so that nothing could have been flagged.
    bound_low : float or None
        Lowest ratio under the bounds for missing groups, where more than 20 % are missing.
    bound_high : float or None
        Highest ratio under them, wherever any group is missing; infinite where their number is suppressed.
    bound_any : float or None
        Lowest ratio under them, wherever any group is missing; None where none is, or the groups play no part.
    has_control : bool
        Whether negative controls calibrate it.
    matched : bool
        Whether the scale of the focal contrasts could be matched to the controls'.
    factor, shift : float or None
        lambda* and delta* (log scale).
    fired : float or None
        Smallest corrected p-value among this place's own negative controls.
    shrunken, shrunken_low : float or None
        Empirical-Bayes ratio and its lower limit.
    tipping : float or None
        Factor by which the benchmark (or the two groups' relative exposure) must be wrong before the lower limit
        reaches 1; None where nothing of the kind enters.
    misrecorded : float or None
        Share of the focal events that would have to be the reference group's before the lower limit reaches 1; None
        where groups play no part, or nothing lies above 1.
    groups : bool
        Whether two groups are compared, so that a group recorded as the other one could hide or make a difference.
    blocks_same, blocks : int
        Time blocks with the sign of the whole, and blocks that could be measured.
    passed, of : int
        Alternative specifications that agree, and that could be measured.
    rank_high, ranked : float or None
        Largest rank of the 95 % interval, and among how many.
    totals : float or None
        Absolute difference of the groups, all classes added up; None where there is none.
    alone : bool
        Whether the place was decided by its own offence classes, without any other place.
    ceiling : float
        Highest grade that the contrast's own caps allow.
    caps : tuple of str
        Ids of the sentences of those caps.
    """

    signal: str
    family: str
    testable: bool
    persons: float | None = None
    low: float | None = None
    calibrated_p: float | None = None
    calibrated_less: float | None = None
    calibrated_ratio: float | None = None
    calibrated_low: float | None = None
    calibrated_high: float | None = None
    q: float | None = None
    detectable: float | None = None
    bound_low: float | None = None
    bound_high: float | None = None
    has_control: bool = False
    estimate: float | None = None
    high: float | None = None
    least_p: float | None = None
    blocked: bool = False
    bound_any: float | None = None
    matched: bool = True
    factor: float | None = None
    shift: float | None = None
    fired: float | None = None
    shrunken: float | None = None
    shrunken_low: float | None = None
    tipping: float | None = None
    misrecorded: float | None = None
    groups: bool = False
    blocks_same: int = 0
    blocks: int = 0
    passed: int = 0
    of: int = 0
    rank_high: float | None = None
    ranked: float | None = None
    totals: float | None = None
    alone: bool = False
    ceiling: float = 4.0
    caps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Families:
    """Family-level q-values of one place, in both directions (None where there is no calibrated test)."""

    greater: dict[str, float] = field(default_factory=dict)
    less: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What holds for a place whatever its tests say.

    Attributes
    ----------
    peers : bool
        Whether any other place could be compared with at all.
    ceiling : float
        Highest grade that the protocol and the records allow.
    caps : tuple of str
        Ids of the sentences of those caps.
    corroborated : bool
        Whether effects in two families or more hold together, adjusted for selection (partial conjunction).
    """

    peers: bool = True
    ceiling: float = 4.0
    caps: tuple[str, ...] = ()
    corroborated: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """The thresholds of the protocol."""

    q: float = 0.05
    materiality: float = 1.25
    persons: float = 11.0
    detectable: float = 1.5
    clear_p: float = 0.10


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict, the rule that gave it, and the caps that held it down.

    Attributes
    ----------
    verdict : str
    reason : str
        Id of the catalogue sentence of the rule.
    leading : int
        Index of the evidence that the reason speaks of; -1 when none.
    caps : tuple of str
        Ids of the catalogue sentences of the caps that apply.
    missing : tuple of str
        Ids of the sentences that say which conditions of the next grade do not hold, for a flagged place.
    """

    verdict: str
    reason: str
    leading: int
    caps: tuple[str, ...]
    missing: tuple[str, ...] = ()
