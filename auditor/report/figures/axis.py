"""Axes: from values to coordinates, and where the ticks stand."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

_STEPS = (1.0, 2.0, 5.0)


def coordinate(value: float) -> str:
    """Write a coordinate with at most one decimal (short, and the same on every machine)."""
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text


@dataclass(frozen=True, slots=True)
class Axis:
    """A linear or logarithmic axis.

    Attributes
    ----------
    low, high : float
        Values at the two ends (both above zero on a logarithmic axis).
    start, end : float
        Coordinates of the two ends; ``end`` may be below ``start`` (the vertical axis of SVG).
    log : bool
    """

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __post_init__(self) -> None:
        if not self.low < self.high or (self.log and self.low <= 0):
            raise ValueError(f"an axis cannot run from {self.low} to {self.high}")

    def at(self, value: float) -> float:
        """Return the coordinate of a value; values beyond the ends are drawn at the end."""
        if self.log:
            value = max(value, self.low)
            part = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            part = (value - self.low) / (self.high - self.low)
        return self.start + min(max(part, 0.0), 1.0) * (self.end - self.start)

    def holds(self, value: float) -> bool:
        """Say whether a value lies on the axis."""
        return self.low <= value <= self.high


def ratio_axis(values: Iterable[float], start: float, end: float) -> Axis:
    """Return a logarithmic axis for ratios: 1 is on it, it spans a factor of 4 at least and 4,096 at most."""
    positive = [value for value in values if value > 0]
    low = min([0.5, *positive])
    high = max([2.0, *positive])
    low, high = max(low / 1.08, 1 / 64), min(high * 1.08, 64.0)
    return Axis(low, high, start, end, log=True)


def ratio_ticks(axis: Axis) -> list[float]:
    """Return ticks of a ratio axis: powers of two and four that lie on it, seven at most."""
    powers = [2.0**power for power in range(-6, 7) if axis.holds(2.0**power)]
    if len(powers) > 7:
        powers = [value for value in powers if round(math.log2(value)) % 2 == 0]
    return powers


def count_axis(values: Iterable[float], start: float, end: float) -> Axis:
    """Return a logarithmic axis for counts."""
    positive = [value for value in values if value > 0] or [1.0]
    low, high = min(positive) / 1.15, max(positive) * 1.15
    return Axis(low, max(high, low * 4), start, end, log=True)


def count_ticks(axis: Axis) -> list[float]:
    """Return ticks of a count axis: 1, 2, 5 times powers of ten, thinned to eight at most."""
    first, last = math.floor(math.log10(axis.low)), math.ceil(math.log10(axis.high))
    ticks = [step * 10.0**power for power in range(first, last + 1) for step in _STEPS]
    ticks = [tick for tick in ticks if axis.holds(tick) and tick >= 1]
    if len(ticks) > 8:
        ticks = [tick for tick in ticks if math.isclose(math.log10(tick), round(math.log10(tick)))]
    return ticks


def share_axis(values: Iterable[float], start: float, end: float) -> Axis:
    """Return a linear axis for shares that begins at 0 (or at a round value where all shares are large)."""
    present = list(values) or [0.0]
    high = min(1.0, max(present) * 1.1 + 1e-6)
    return Axis(0.0, max(high, 0.01), start, end)


def share_ticks(axis: Axis) -> list[float]:
    """Return four to six round shares on a linear axis."""
    span = axis.high - axis.low
    power = 10.0 ** math.floor(math.log10(span))
    step = next(s * power for s in (0.2, 0.25, 0.5, 1.0, 2.0, 5.0) if span / (s * power) <= 6)
    first = math.ceil(axis.low / step - 1e-9)
    return [index * step for index in range(first, math.floor(axis.high / step + 1e-9) + 1)]
