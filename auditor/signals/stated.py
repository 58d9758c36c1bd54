"""Numbers that are stated and not tested: a share of records, or how much a share changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Bools, Cells, Floats, Texts
from auditor.signals.share_change import ShareChange
from auditor.signals.signal import Contrast, Lack, Panel, blank

LACKS = (
    Lack("stated.absent", "stated.need-rows"),
    Lack("stated.suppressed", "stated.need-unsuppressed"),
    Lack("stated.too-few", "stated.need-longer"),
    Lack("stated.too-few-months", "stated.need-months"),
)
ABSENT, SUPPRESSED, TOO_FEW, TOO_FEW_MONTHS = 1, 2, 3, 4
"""Why a number is not stated: positions in :data:`LACKS`, from 1."""


@dataclass(frozen=True)
class StatedColumn:
    """One stated number over places; (J,) arrays.

    Attributes
    ----------
    contrast : Contrast
        Of shape ``"described"``.
    k, n : arrays
        What was counted, and among how many.
    estimate, low, high : arrays
        On the contrast's scale.
    code : int array
        0 where stated, else 1 + index into :data:`LACKS`.
    hidden : bool array
        Where the numbers may not be printed.
    first, last : object arrays
        The days that the counted rows speak of ("" where not known).
    censored : bool array
        Where a suppressed number in the source kept it from being stated.
    extra, missing : mappings of str to array
    notes : mapping of str to bool array
    ranges : mapping of str to (low, high) arrays
    range_hidden : bool array or None
    base, base_n : arrays or None
        The share before a change, and among how many.
    """

    contrast: Contrast
    k: Floats
    n: Floats
    estimate: Floats
    low: Floats
    high: Floats
    code: NDArray[np.int64]
    hidden: Bools
    first: Texts
    last: Texts
    censored: Bools
    extra: Mapping[str, Floats] = field(default_factory=dict)
    missing: Mapping[str, Floats] = field(default_factory=dict)
    notes: Mapping[str, Bools] = field(default_factory=dict)
    ranges: Mapping[str, tuple[Floats, Floats]] = field(default_factory=dict)
    range_hidden: Bools | None = None
    base: Floats | None = None
    base_n: Floats | None = None


def share_column(
    contrast: Contrast,
    k: Floats,
    n: Floats,
    limits: tuple[Floats, Floats],
    code: NDArray[np.int64],
    hidden: Bools,
    window: tuple[Texts, Texts],
    censored: Bools,
    **more: Any,
) -> StatedColumn:
    """Return a stated share k of n, with its limits; more are further fields of :class:`StatedColumn`."""
    share = np.divide(k, n, out=np.full(len(n), np.nan), where=n > 0)
    return StatedColumn(contrast, k, n, share, *limits, code, hidden, *window, censored, **more)


def change_column(
    contrast: Contrast,
    change: ShareChange,
    code: NDArray[np.int64],
    hidden: Bools,
    window: tuple[Texts, Texts],
    censored: Bools,
    **more: Any,
) -> StatedColumn:
    """Return a stated difference of shares; k and n are those after."""
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = change.k / change.n
    extra = {
        "before_k": change.k[:, 0],
        "before_n": change.n[:, 0],
        "before_share": shares[:, 0],
        "after_share": shares[:, 1],
        "turned": change.turned,
        "turns": change.turns,
    }
    k, n = change.k[:, 1], change.n[:, 1]
    code = np.where(change.known | (code > 0), code, TOO_FEW_MONTHS)
    return StatedColumn(
        contrast,
        k,
        n,
        change.difference,
        change.low,
        change.high,
        code,
        hidden,
        *window,
        censored,
        extra,
        base=shares[:, 0],
        base_n=change.n[:, 0],
        **more,
    )


def stated_panel(signal: str, cells: Cells, columns: Sequence[StatedColumn]) -> Panel:
    """Stack columns; no p-value, and nothing that they are held against."""
    code = np.column_stack([column.code for column in columns])
    ok = code == 0

    def stack(name: str) -> Any:
        values = [getattr(column, name) for column in columns]
        nothing = np.full(cells.size, np.nan)
        return np.where(ok, np.column_stack([nothing if value is None else value for value in values]), np.nan)

    def gather(name: str, value: Any) -> dict[str, Any]:
        keys = dict.fromkeys(key for column in columns for key in getattr(column, name))
        nothing = np.full(cells.size, value)
        return {key: np.column_stack([getattr(c, name).get(key, nothing) for c in columns]) for key in keys}

    ranges = dict.fromkeys(key for column in columns for key in column.ranges)
    unknown = (np.full(cells.size, np.nan),) * 2
    none = np.zeros(cells.size, dtype=bool)
    return Panel(
        signal=signal,
        places=cells.ids,
        contrasts=tuple(column.contrast for column in columns),
        code=code,
        testable=ok,
        lacks=LACKS,
        notes={name: mask & ok for name, mask in gather("notes", False).items()},
        extra=gather("extra", np.nan),
        missing=gather("missing", np.nan),
        ranges={
            key: tuple(np.column_stack([c.ranges.get(key, unknown)[i] for c in columns]) for i in range(2))  # type: ignore[misc]
            for key in ranges
        },
        window=(np.column_stack([c.first for c in columns]), np.column_stack([c.last for c in columns])),
        censored=np.column_stack([column.censored for column in columns]),
        hidden=np.column_stack([column.hidden for column in columns]) & ok,
        range_hidden=np.column_stack([none if c.range_hidden is None else c.range_hidden for c in columns]),
        stratum=cells.stratum,
        **blank(cells.size, len(columns))
        | {name: stack(name) for name in ("k", "n", "estimate", "low", "high")}
        | {"comparator": stack("base"), "comparator_n": stack("base_n")},
    )
