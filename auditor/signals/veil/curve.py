"""The group's share of stops along the clock, by daylight and after dark: for a figure and a table, not the test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from auditor.cells import Floats
from auditor.findings.listed import Listed, listed
from auditor.signals.veil.designs import BIN, Sample
from auditor.stats.clock.veil import LIGHT, MINUTES
from auditor.stats.ratios.intervals import wilson

FEWEST: Final = 11.0
"""Stops of either group, by daylight and after dark, in every stretch; shorter stretches are joined until they hold."""
LEVEL: Final = 0.95
BINS: Final = MINUTES // BIN


@dataclass(frozen=True)
class Stretch:
    """Stops of one stretch of the clock.

    Attributes
    ----------
    first, end : int
        Minutes since midnight.
    counts : (2, 2) array
        Daylight and darkness (rows), focal and reference group (columns).
    """

    first: int
    end: int
    counts: Floats


def curve_of(sample: Sample) -> tuple[Stretch, ...]:
    """Return the stretches of the clock of one comparison, each with enough stops of every kind.

    What is left over at the end joins the last stretch, so that the stretches add up to the whole comparison.
    """
    moments, kept = sample.pair.moments, sample.kept
    code = 2 * (moments.minute[kept] // BIN).astype(np.int64) + (sample.seen[kept] != LIGHT)
    sides = [np.bincount(code, each[kept], minlength=2 * BINS) for each in (moments.k, moments.n - moments.k)]
    counts = np.stack(sides, axis=1).reshape(BINS, 2, 2)
    last_bin = int(moments.minute[kept].max()) // BIN
    found: list[Stretch] = []
    held, first = np.zeros((2, 2)), -1
    for number in np.flatnonzero(counts.any(axis=(1, 2))).tolist():
        held = held + counts[number]
        first = number * BIN if first < 0 else first
        if (held >= FEWEST).all():
            found.append(Stretch(first, (number + 1) * BIN, held))
            held, first = np.zeros((2, 2)), -1
    if first >= 0 and found:
        last = found.pop()
        found.append(Stretch(last.first, (last_bin + 1) * BIN, last.counts + held))
    return tuple(found)


def rows_of(curve: Sequence[Stretch], group: str | None, reference: str | None, event: str) -> list[dict[str, Any]]:
    """Return a curve as rows: the stretch, and the share by daylight and after dark with its Wilson limits.

    Shares have two decimals and counts are left out, so that none can be worked out. Fewer than two stretches are no
    curve.
    """
    if len(curve) < 2:
        return []
    return [
        {
            "group": group,
            "reference": reference,
            "event": event,
            "from": _clock(stretch.first),
            "to": _clock(stretch.end),
            **_share("light", stretch.counts[0]),
            **_share("dark", stretch.counts[1]),
        }
        for stretch in curve
    ]


def _share(name: str, counts: Floats) -> dict[str, float]:
    focal, n = float(counts[0]), float(counts.sum())
    low, high = (float(limit.item()) for limit in wilson(np.array([focal]), np.array([n]), LEVEL))
    values = {"share": focal / n, "low": low, "high": high}
    return {f"{name}_{key}": round(value, 2) for key, value in values.items()}


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def tables(rows: Sequence[Sequence[dict[str, Any]]]) -> tuple[Listed, ...]:
    """Return the table of every place; none where no place has a curve."""
    return tuple(listed(own) for own in rows) if any(rows) else ()
