"""One way to measure a share against a base share, for every signal of that shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from auditor.cells import Bools, Cells, Floats
from auditor.signals.baseline import Baseline, Own
from auditor.signals.signal import Contrast, Lack, Panel, blank
from auditor.stats.ratios.binomial import binom_lower, binom_upper
from auditor.stats.ratios.intervals import wilson
from auditor.stats.ratios.shares import share_ratio, share_z

LEVEL = 0.95
WIDE_BASE = 20.0
"""From this many times the place's own n on, the base's sampling error may be left out of the test."""


@dataclass(frozen=True)
class ShareColumn:
    """One contrast of shares over places: what was counted and what it is held against.

    ``missing`` is the share of records of which ``missing_of`` is not recorded.
    """

    contrast: Contrast
    own: Own
    base: Baseline
    code: NDArray[np.int64]
    missing: Floats
    censored: Bools
    notes: dict[str, Bools] = field(default_factory=dict)
    preferred: Bools | None = None
    missing_of: str = "level"


def panel(signal: str, cells: Cells, columns: Sequence[ShareColumn], lacks: Sequence[Lack]) -> Panel:
    """Measure the columns and stack them.

    The estimate is the ratio of the share to the base share; its interval takes the sampling error of both. p and z
    hold the base fixed where it rests on at least twenty times as many people, and take its sampling error too
    (two-sample score test) where it does not.
    """
    parts = [_measure(cells, column) for column in columns]

    def stack(name: str) -> Any:
        return np.column_stack([part[name] for part in parts])

    def column_stack(values: Sequence[Any]) -> Any:
        return np.column_stack(list(values))

    names = sorted({name for column in columns for name in column.notes})
    none, everywhere = np.zeros(cells.size, dtype=bool), np.ones(cells.size, dtype=bool)
    notes = {name: column_stack([c.notes.get(name, none) for c in columns]) for name in names}
    unknown = np.full(cells.size, np.nan)
    of = dict.fromkeys(column.missing_of for column in columns)
    missing = {name: column_stack([c.missing if c.missing_of == name else unknown for c in columns]) for name in of}
    differs = column_stack([c.base.differs & (c.code == 0) for c in columns])
    period = column_stack([c.base.period for c in columns])
    notes["share.caveat-period"] = differs & (period != "")
    notes["share.caveat-windows"] = differs & (period == "")
    notes["share.caveat-row"] = column_stack([c.base.withheld & (c.code == 0) for c in columns])
    return Panel(
        signal=signal,
        places=cells.ids,
        contrasts=tuple(column.contrast for column in columns),
        code=column_stack([c.code for c in columns]),
        testable=stack("testable"),
        lacks=tuple(lacks),
        notes=notes,
        extra={name: stack(name) for name in ("z", "share", "share_low", "share_high")},
        missing=missing,
        comparator_period=period,
        apart=column_stack([c.base.apart for c in columns]),
        window=(column_stack([c.own.first for c in columns]), column_stack([c.own.last for c in columns])),
        censored=column_stack([c.censored for c in columns]),
        hidden=column_stack([~c.own.shown for c in columns]),
        stratum=cells.stratum,
        preferred=column_stack([everywhere if c.preferred is None else c.preferred for c in columns]),
        **{name: stack(name) for name in blank(0, 0)},
    )


def _measure(cells: Cells, column: ShareColumn) -> dict[str, Any]:
    part: dict[str, Any] = {name: values[:, 0] for name, values in blank(cells.size, 1).items()}
    for name in ("z", "share", "share_low", "share_high"):
        part[name] = np.full(cells.size, np.nan)
    ok = column.code == 0
    part["testable"] = np.zeros(cells.size, dtype=bool)
    if not ok.any():
        return part
    k, n = column.own.k[ok], column.own.n[ok]
    base_k, base_n = column.base.k[ok], column.base.n[ok]
    base = base_k / base_n
    part["k"][ok], part["n"][ok], part["base"][ok] = k, n, base
    # A regression's expected count is no whole number; the interval needs one, and the base is large.
    ratio = share_ratio(k, n, np.rint(base_k), np.rint(base_n), LEVEL)
    part["estimate"][ok] = k / n / base
    part["low"][ok], part["high"][ok] = ratio.low, ratio.high
    part["p_greater"][ok], part["p_less"][ok], part["z"][ok] = _tests(k, n, base_k, base_n)
    low, high = wilson(k, n, LEVEL)
    part["share"][ok], part["share_low"][ok], part["share_high"][ok] = k / n, low, high
    part["comparator"][ok], part["comparator_n"][ok] = base, base_n
    base_low, base_high = wilson(np.rint(base_k), np.rint(base_n), LEVEL)
    part["absolute"][ok] = 1000 * (k / n - base)
    # Newcombe (1998), Statistics in Medicine 17, 873-890, method 10: limits of a difference from those of its parts.
    part["absolute_low"][ok] = 1000 * (k / n - base - np.hypot(k / n - low, base_high - base))
    part["absolute_high"][ok] = 1000 * (k / n - base + np.hypot(high - k / n, base - base_low))
    expected = n * base
    part["testable"][ok] = np.minimum(expected, n - expected) >= cells.gates["expected"]
    return part


def _tests(k: Floats, n: Floats, base_k: Floats, base_n: Floats) -> tuple[Floats, Floats, Floats]:
    """One-sided p-values and z; see :func:`panel`."""
    base = base_k / base_n
    pooled = (k + base_k) / (n + base_n)
    thin = base_n < WIDE_BASE * n
    z_two = (k / n - base) / np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / base_n))
    z = np.where(thin, z_two, share_z(k, n, base))
    greater = np.where(thin, ndtr(-z_two), binom_upper(k, n, base))
    less = np.where(thin, ndtr(z_two), binom_lower(k, n, base))
    return greater, less, z
