"""One way to measure a share against a base share, for every signal of that shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Bools, Cells, Floats
from auditor.signals.signal import Contrast, Lack, Panel, blank
from auditor.stats.binomial import binom_lower, binom_upper
from auditor.stats.intervals import wilson
from auditor.stats.shares import share_ratio, share_z


@dataclass(frozen=True)
class ShareColumn:
    """One contrast of shares over places: what was counted and what it is held against."""

    contrast: Contrast
    k: Floats
    n: Floats
    base_k: Floats
    base_n: Floats
    code: NDArray[np.int64]
    period: NDArray[np.object_]
    differs: Bools
    missing: Floats
    censored: Bools
    notes: dict[str, Bools] = field(default_factory=dict)
    preferred: Bools | None = None


def panel(
    signal: str, cells: Cells, columns: Sequence[ShareColumn], lacks: Sequence[Lack], level: float, atoms: Floats
) -> Panel:
    """Measure the columns and stack them.

    The estimate is the ratio of the share to the base share; its interval takes the sampling error of both. The
    p-values hold the base fixed (it rests on many more people, and the leave-one-out base does not hold the place).
    """
    parts = [_measure(cells, column, level) for column in columns]

    def stack(name: str) -> Any:
        return np.column_stack([part[name] for part in parts])

    names = sorted({name for column in columns for name in column.notes})
    none, everywhere = np.zeros(cells.size, dtype=bool), np.ones(cells.size, dtype=bool)
    notes = {name: np.column_stack([column.notes.get(name, none) for column in columns]) for name in names}
    notes["share.caveat-period"] = np.column_stack([column.differs & (column.code == 0) for column in columns])
    return Panel(
        signal=signal,
        places=cells.ids,
        contrasts=tuple(column.contrast for column in columns),
        code=np.column_stack([column.code for column in columns]),
        testable=stack("testable"),
        lacks=tuple(lacks),
        notes=notes,
        extra={
            "z": stack("z"),
            "share": stack("share"),
            "share_low": stack("share_low"),
            "share_high": stack("share_high"),
        },
        missing={"level": np.column_stack([column.missing for column in columns])},
        comparator_period=np.column_stack([column.period for column in columns]),
        censored=np.column_stack([column.censored for column in columns]),
        atoms=atoms,
        stratum=cells.stratum,
        preferred=np.column_stack([everywhere if c.preferred is None else c.preferred for c in columns]),
        **{name: stack(name) for name in blank(0, 0)},
    )


def _measure(cells: Cells, column: ShareColumn, level: float) -> dict[str, Any]:
    part: dict[str, Any] = {name: values[:, 0] for name, values in blank(cells.size, 1).items()}
    for name in ("z", "share", "share_low", "share_high"):
        part[name] = np.full(cells.size, np.nan)
    ok = column.code == 0
    part["testable"] = np.zeros(cells.size, dtype=bool)
    if not ok.any():
        return part
    k, n = column.k[ok], column.n[ok]
    base_k, base_n = column.base_k[ok], column.base_n[ok]
    base = base_k / base_n
    part["k"][ok], part["n"][ok], part["base"][ok] = k, n, base
    # A regression's expected count is no whole number; the interval needs one, and the base is large.
    ratio = share_ratio(k, n, np.rint(base_k), np.rint(base_n), level)
    part["estimate"][ok], part["low"][ok], part["high"][ok] = (
        k / n / np.where(base > 0, base, np.nan),
        ratio.low,
        ratio.high,
    )
    inside = (base > 0) & (base < 1)
    safe = np.where(inside, base, 0.5)
    part["p_greater"][ok] = np.where(inside, binom_upper(k, n, safe), 1.0)
    part["p_less"][ok] = np.where(inside, binom_lower(k, n, safe), 1.0)
    part["z"][ok] = np.where(inside, share_z(k, n, safe), 0.0)
    low, high = wilson(k, n, level)
    part["share"][ok], part["share_low"][ok], part["share_high"][ok] = k / n, low, high
    part["comparator"][ok], part["comparator_n"][ok] = base, base_n
    part["absolute"][ok] = 1000 * (k / n - base)
    part["absolute_low"][ok], part["absolute_high"][ok] = 1000 * (low - base), 1000 * (high - base)
    expected = n * base
    part["testable"][ok] = inside & (np.minimum(expected, n - expected) >= cells.gates["expected"])
    return part
