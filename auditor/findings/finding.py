"""Findings: small frozen results that remember how they were made."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

OUTCOMES = ("signal", "compatible", "inconclusive", "insufficient")


def _finite(owner: str, **values: float | None) -> None:
    for name, value in values.items():
        if value is not None and not math.isfinite(value):
            raise ValueError(f"{owner}.{name} is {value}: what cannot be said is None, never NaN or infinity")


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its uncertainty, on a named scale.

    ``high`` (or ``low``) is None when the interval is open on that side (an exact interval for a ratio whose
    reference count is zero), and ``value`` is None when only a limit can be stated or the number is suppressed.
    """

    value: float | None
    low: float | None
    high: float | None
    level: float
    scale: str
    method: str

    def __post_init__(self) -> None:
        _finite("Estimate", value=self.value, low=self.low, high=self.high)


@dataclass(frozen=True, slots=True)
class Comparator:
    """What a number is held against, and why."""

    value: float | None
    n: float | None
    why: str
    label: str = ""
    source: str = ""
    period: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        _finite("Comparator", value=self.value, n=self.n)


@dataclass(frozen=True, slots=True)
class Range:
    """How far an assumption could move the estimate: never drawn as one bar with sampling error."""

    assumption: str
    low: float | None
    high: float | None

    def __post_init__(self) -> None:
        _finite("Range", low=self.low, high=self.high)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the closed catalogue, with the values that fill it."""

    id: str
    values: Mapping[str, Any]
    text: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """One signal, one place, one comparison.

    The field names are those of ``review.json``; see docs/review-json.md. Numbers that cannot be said are None.
    """

    id: str
    signal: str
    family: str
    section: int
    question: str
    null: str
    place: str
    group: str | None
    reference: str | None
    event: str
    period: Mapping[str, str]
    k: int | None
    n: float | None
    comparator: Comparator
    estimate: Estimate
    outcome: str
    contrast: str = ""
    tested: bool = True
    missing: Mapping[str, Any] = field(default_factory=dict)
    suppressed: bool = False
    absolute: Estimate | None = None
    p_value: float | None = None
    calibrated_p: float | None = None
    q_value: float | None = None
    tests_in_family: int | None = None
    shrunken: Estimate | None = None
    controls: Mapping[str, Any] | None = None
    e_value: float | None = None
    local_fdr: float | None = None
    detectable: float | None = None
    ranges: tuple[Range, ...] = ()
    tipping_point: float | None = None
    robustness: Mapping[str, Any] | None = None
    sentence: Sentence | None = None
    definitions: tuple[Sentence, ...] = ()
    caveats: tuple[Sentence, ...] = ()
    table: str = ""

    def __post_init__(self) -> None:
        if self.outcome not in OUTCOMES:
            raise ValueError(f"outcome must be one of {', '.join(OUTCOMES)}, not {self.outcome!r}")
        _finite(
            "Finding",
            n=self.n,
            p_value=self.p_value,
            calibrated_p=self.calibrated_p,
            q_value=self.q_value,
            detectable=self.detectable,
            tipping_point=self.tipping_point,
            e_value=self.e_value,
            local_fdr=self.local_fdr,
        )


@dataclass(frozen=True, slots=True)
class Withheld:
    """A test that could not speak: why, and what it would need."""

    signal: str
    reason: str
    needs: str
    contrast: str = ""
    sentence: Sentence | None = None
