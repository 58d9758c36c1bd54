"""Operation days against matched ordinary days, in every place: odds ratio, p-value and limits by exchanging days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from auditor.cells import Bools, Cells, Floats
from auditor.signals.baseline import public, small, tainted
from auditor.signals.blank_group import blank_odds
from auditor.signals.operations.counts import Calendar, Parts, blind
from auditor.signals.sides import BLANK, telling
from auditor.signals.signal import Contrast, Lack, Panel, blank
from auditor.stats.days.randomisation import OperationDays, days_log_odds, randomise_days
from auditor.stats.fit import NotConverged

LEVEL = 0.95
_FEWEST = 0.05
"""Largest of the smallest p-values that still lets days be tested: one over twenty assignments."""
_UNRECORDED = 0.5
_NAME = "operation-days"
_EXTRA = (
    "operation_days", "ordinary_days", "ordinary_focal", "ordinary_stops", "share", "ordinary_share", "assignments",
    "correlation", "detectable",
)  # fmt: skip

LACKS = tuple(
    Lack(f"{_NAME}.{reason}", f"{_NAME}.{need}")
    for reason, need in (
        ("absent", "need-rows"),
        ("suppressed", "need-unsuppressed"),
        ("undated", "need-days"),
        ("no-operation", "need-operations"),
        ("one-group", "need-groups"),
        ("unrecorded", "need-recorded"),
        ("no-match", "need-longer"),
        ("no-officers", "need-officers"),
        ("no-overlap", "need-longer"),
        ("unfitted", "need-longer"),
    )
)


@dataclass(frozen=True)
class DayColumn:
    """One comparison of days.

    Attributes
    ----------
    contrast : Contrast
    dates : Calendar
    parts : Parts
    wanted : (J,) bool array
        Places that it can be made in as far as the officers go.
    present, censored : (J,) bool array
        Where the event has any row; where a suppressed number is part of it.
    whole : (J, 2) array
        All rows of the event of the focal and of the reference group, dated or not.
    preferred : (J,) bool array
        Places for which this comparison speaks.
    notes : mapping of str to bool array
    completed : pair of Parts or None
        The parts with the stops of unrecorded group counted so that the ratio is smallest, and largest; None where
        their range is not asked for.
    """

    contrast: Contrast
    dates: Calendar
    parts: Parts
    wanted: Bools
    present: Bools
    censored: Bools
    whole: Floats
    preferred: Bools
    notes: dict[str, Bools] = field(default_factory=dict)
    completed: tuple[Parts, Parts] | None = None


def day_panel(
    cells: Cells, columns: Sequence[DayColumn], window: tuple[Sequence[str], Sequence[str]], draws: int, seed: int
) -> Panel:
    """Measure the columns and stack them; what is printed beside another must not give a small count away."""
    parts = [_measure(cells, column, draws, seed) for column in columns]
    for i, part in enumerate(parts):
        for earlier, column in zip(parts[:i], columns, strict=False):
            # Comparisons of two focal groups share the reference group only.
            kept = slice(None) if column.contrast.group == columns[i].contrast.group else slice(1, None, 2)
            gap = np.abs(part["counts"] - earlier["counts"])[:, kept]
            part["hidden"] = part["hidden"] | np.asarray(small(gap, cells).any(axis=1), dtype=bool)
            part["range_hidden"] |= telling(cells, part["blank"], earlier["blank"])

    def stack(name: str) -> Any:
        return np.column_stack([part[name] for part in parts])

    names = sorted({name for column in columns for name in column.notes})
    none = np.zeros(cells.size, dtype=bool)
    code = stack("code")
    return Panel(
        signal=_NAME,
        places=cells.ids,
        contrasts=tuple(column.contrast for column in columns),
        code=code,
        testable=stack("testable"),
        lacks=LACKS,
        notes={name: np.column_stack([c.notes.get(name, none) for c in columns]) & (code == 0) for name in names}
        | {f"{_NAME}.caveat-detectable": np.isfinite(stack("detectable")) & stack("testable")},
        extra={name: stack(name) for name in _EXTRA},
        missing={"group": stack("missing_group")},
        ranges={BLANK: (stack("range_low"), stack("range_high"))},
        window=(_wide(window[0], len(columns)), _wide(window[1], len(columns))),
        censored=np.column_stack([column.censored for column in columns]),
        hidden=stack("hidden"),
        range_hidden=stack("range_hidden"),
        base_error=stack("base_error"),
        given=code == 0,
        least_p=stack("least_p"),
        coarse=code == 0,
        stratum=cells.stratum,
        preferred=np.column_stack([column.preferred for column in columns]),
        **{name: stack(name) for name in blank(0, 0)},
    )


def _wide(days: Sequence[str], columns: int) -> NDArray[np.object_]:
    return np.column_stack([np.array(days, dtype=object)] * columns)


def _measure(cells: Cells, column: DayColumn, draws: int, seed: int) -> dict[str, Any]:
    places = cells.size
    part: dict[str, Any] = {name: values[:, 0] for name, values in blank(places, 1).items()}
    part |= {name: np.full(places, np.nan) for name in (*_EXTRA, "least_p")}
    part["base_error"], part["testable"] = np.zeros(places), np.zeros(places, dtype=bool)
    part["counts"] = np.zeros((places, 4))
    unknown = _missing(part, cells, column)
    part["code"] = _codes(column, places, unknown)
    for j in np.flatnonzero(part["code"] == 0):
        try:
            own = column.parts.of(int(j))
            found = _compare(own, draws, seed)
        except NotConverged:
            part["code"][j] = 10
            continue
        _fill(part, int(j), found, cells.gates["expected"], own.days())
    _bound(part, cells, column)
    counts = part["counts"]
    # All stops of a group are told elsewhere: what is left of them may not be few either.
    told = np.column_stack([counts, column.whole - counts[:, :2] - counts[:, 2:]])
    part["hidden"] = np.asarray((small(told, cells).any(axis=1) & ~public(cells)) | tainted(cells))
    return part


def _bound(part: dict[str, Any], cells: Cells, column: DayColumn) -> None:
    """Write what the stops of unrecorded group could do to the ratio."""
    part["blank"] = None
    part["range_low"], part["range_high"] = (np.full(cells.size, np.nan) for _ in range(2))
    if column.completed is None:
        return

    def again(j: int, up: bool) -> float | None:
        return _log_odds(column.completed[up].of(j))  # type: ignore[index]

    known = np.where(part["code"] == 0, part["estimate"], np.nan)
    found = blank_odds(cells, _blind_counts(cells, column), known, again)
    part["blank"], part["range_low"], part["range_high"] = found, found.low, found.high
    part["range_hidden"] = part["range_hidden"] | found.few


def _blind_counts(cells: Cells, column: DayColumn) -> Floats:
    """Return the stops of unrecorded group on matched operation days and ordinary days, shape (J, 2)."""
    dates = column.dates
    lost = blind(dates.rows) & (dates.stratum[dates.at] >= 0)
    sides = [lost & (dates.on[dates.at] == on) for on in (True, False)]
    return np.column_stack([np.bincount(dates.rows.index[m], dates.rows.n[m], cells.size) for m in sides]).astype(float)


def _log_odds(own: Parts) -> float | None:
    try:
        found = days_log_odds(own.focal, own.total, own.on, own.stratum, day=own.unit, officer=own.level)
    except NotConverged:
        return None
    return found


def _compare(own: Parts, draws: int, seed: int) -> OperationDays:
    return randomise_days(
        own.focal, own.total, own.on, own.stratum, day=own.unit, officer=own.level, level=LEVEL, draws=draws, seed=seed
    )


def _codes(column: DayColumn, places: int, unknown: Floats) -> NDArray[np.int64]:
    """Return 0 where measurable, else the number of the reason (1-based into :data:`LACKS`)."""
    dates, rows = column.dates, column.dates.rows
    days, matched = (_any(dates.place, mask, places) for mask in (np.ones(len(dates.on), bool), dates.stratum >= 0))
    groups = [
        _any(rows.index, rows.columns["group"] == name, places)
        for name in (column.contrast.group, column.contrast.reference)
    ]
    code = np.zeros(places, dtype=np.int64)
    code[~column.parts.telling(places)] = 9
    code[~column.wanted] = 8
    code[~matched] = 7
    code[unknown > _UNRECORDED] = 6
    code[~(groups[0] & groups[1])] = 5
    code[~_any(dates.place, dates.on, places)] = 4
    code[~days] = 3
    code[column.censored] = 2
    code[~column.present] = 1
    return code


def _any(place: NDArray[np.int64], mask: Bools, places: int) -> Bools:
    found = np.zeros(places, dtype=bool)
    found[place[mask]] = True
    return found


def _missing(part: dict[str, Any], cells: Cells, column: DayColumn) -> Floats:
    """Write the share of the matched days' stops of which the group is not recorded, and return it, 0 where none."""
    rows = column.dates.rows
    used = column.dates.stratum[column.dates.at] >= 0
    lost = used & blind(rows)
    whole, count = (np.bincount(rows.index[m], rows.n[m], cells.size).astype(float) for m in (used, lost))
    part["missing_group"] = np.divide(count, whole, out=np.full(cells.size, np.nan), where=whole > 0)
    part["range_hidden"] = small(count, cells)
    return np.nan_to_num(part["missing_group"], nan=0.0)


def _fill(part: dict[str, Any], j: int, found: OperationDays, least: float, days: tuple[int, int]) -> None:
    (k, w), (n, m) = found.focal, found.total
    part["counts"][j] = (k, n - k, w, m - w)
    estimate, low, high = np.exp([found.log_odds_ratio, found.low, found.high])
    base = _base(k, n, found)
    values = {
        "k": k,
        "n": n,
        "base": base,
        "estimate": estimate,
        "low": low,
        "high": high,
        "p_greater": found.p_greater,
        "p_less": found.p_less,
        "comparator": w / m,
        "comparator_n": m,
        "base_error": _base_error(k, n, w, m, found.se),
        "least_p": found.least,
        "operation_days": days[0],
        "ordinary_days": days[1],
        "ordinary_focal": w,
        "ordinary_stops": m,
        "share": k / n,
        "ordinary_share": w / m,
        "assignments": found.assignments,
        "correlation": float(f"{found.correlation:.2g}"),
        "detectable": float(f"{np.exp(found.detectable):.3g}"),
    }
    for name, value in values.items():
        part[name][j] = value
    for name, ratio in (("absolute", estimate), ("absolute_low", low), ("absolute_high", high)):
        # What the odds ratio comes to at the ordinary days' share; whole stops per 1,000, as many strata are mixed.
        part[name][j] = round(1000 * (_at(base, ratio) - base))
    part["testable"][j] = found.least <= _FEWEST and found.expected >= least


def _at(base: float, ratio: float) -> float:
    """Return the share whose odds are so many times those of the base."""
    with np.errstate(divide="ignore"):
        return float(expit(logit(base) + np.log(ratio)))


def _base(k: float, n: float, found: OperationDays) -> float:
    """Return the share of ordinary days to which the operation days' share stands as the odds ratio says.

    Where the ratio is 0 or infinite it is the ordinary share itself; half a stop is kept on either side.
    """
    edge = 0.5 / (n + 1)
    inner = np.isfinite(found.log_odds_ratio) and 0 < k < n
    base = expit(logit(k / n) - found.log_odds_ratio) if inner else found.share_ordinary
    return float(np.clip(base, edge, 1 - edge))


def _base_error(k: float, n: float, w: float, m: float, se: float) -> float:
    """Return the standard error of the log odds of ``base``: what is left of the whole one, else the plain one."""
    left = se**2 - 1 / max(k, 0.5) - 1 / max(n - k, 0.5)
    plain = 1 / (w + 0.5) + 1 / (m - w + 0.5)
    return float(np.sqrt(left if np.isfinite(left) and left > 0 else plain))
