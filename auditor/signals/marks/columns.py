"""Marks that records bear: round times, favourite digits, records too close in time, identical rows, silent months."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Cells, Floats, RowTable
from auditor.signals.described import Column
from auditor.signals.signal import Contrast
from auditor.stats.authenticity.digits import digit_test
from auditor.stats.authenticity.rows import identical_rows, joint
from auditor.stats.authenticity.time import close_pairs, silence
from auditor.stats.clock.heaping import EXPECTED, MINUTES, ROUND, clock_shift, heaping
from auditor.stats.ratios.intervals import wilson

LEVEL = 0.95
GAP, WINDOW = 2, 10
"""Minutes in which no second record can be completed, and over which gaps would be about equally common."""
FEWEST_TIMES, FEWEST_ROWS, FEWEST_MONTHS = 50, 100, 12
_HEAPED = 0.5
"""Share of an officer's times on five minutes above which nothing is said of gaps between them."""
Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Times:
    """Clock times of one event: counts by place and minute of the day, (J, 1440)."""

    by_minute: Floats

    @property
    def total(self) -> Floats:
        """All times, by place."""
        return np.asarray(self.by_minute.sum(axis=1))


def times_of(rows: RowTable, places: int) -> Times:
    """Count the clock times of some rows."""
    keep = rows.columns["minute"] >= 0
    counts = np.zeros((places, MINUTES))
    np.add.at(counts, (rows.index[keep], rows.columns["minute"][keep]), rows.n[keep])
    return Times(counts)


def round_column(times: Times, kind: str, contrast: Contrast, code: Codes, few: int) -> Column:
    """Return the share of times at midnight, on the hour or on five minutes (a kind of ``heaping.ROUND``)."""
    found, at = heaping(times.by_minute), ROUND.index(kind)
    k, n = found.count[:, at], found.total
    low, high = wilson(k, n, LEVEL)
    expected = np.full(len(n), EXPECTED[at])
    values = {
        "k": k, "n": n, "estimate": found.share[:, at], "low": low, "high": high, "comparator": expected,
        "comparator_n": np.full(len(n), np.nan),
    }  # fmt: skip
    shift = _shift(times)
    notes = {"record-authenticity.caveat-clock": shift != 0} if kind == "hour" else {}
    extra = {"expected": expected, "rounded": _digits(found.rounded[:, at]), "shift": shift}
    printed = {"all": (n,), f"at-{kind}": (k,), f"off-{kind}": (n - k,)}
    code = np.where((code == 0) & (n < FEWEST_TIMES), few, code)
    return Column(contrast, code, values, extra, notes=notes, printed=printed)


def _shift(times: Times) -> Floats:
    """Hours by which the clock seems to be out; 0 where nothing suggests it."""
    by_hour = times.by_minute.reshape(-1, 24, 60).sum(axis=2)
    # A time that was filled in is no time of day.
    by_hour[:, 0] -= times.by_minute[:, 0]
    result, some = np.zeros(len(by_hour)), by_hour.sum(axis=1) >= FEWEST_TIMES
    if some.any():
        found = clock_shift(by_hour[some])
        result[some] = np.where(found.suspect(), found.shift, 0)
    return result


def digit_column(times: Times, contrast: Contrast, code: Codes, few: int) -> Column:
    """Return how uneven the last digits of minutes are among times that are not on five minutes."""
    digit = np.arange(MINUTES) % 10
    counts = np.stack([times.by_minute[:, digit == d].sum(axis=1) for d in (1, 2, 3, 4, 6, 7, 8, 9)], axis=1)
    n = counts.sum(axis=1)
    found = digit_test(counts, np.full(8, 1 / 8), n > 0)
    nothing = np.full(len(n), np.nan)
    moved = np.rint(np.nan_to_num(found.excess) * n)
    values = {"k": moved, "n": n, "estimate": _digits(found.excess), "low": nothing, "high": nothing}
    extra = {"p_digits": _digits(found.p, 2)}
    code = np.where((code == 0) & (n < FEWEST_TIMES), few, code)
    # How many would have to change is no count of people, but it stands where one does and reads like one.
    return Column(contrast, code, values, extra, printed={"off-five_minutes": (n,), "moved": (moved,)})


def close_column(cells: Cells, rows: RowTable, contrast: Contrast, code: Codes, few: int) -> Column:
    """Return the share of close pairs of records of one officer among pairs up to ten minutes apart."""
    told = rows.take((rows.columns["officer_code"] >= 0) & (rows.columns["minute"] >= 0) & ~_nat(rows))
    told = told.take(~_heaped(told))
    each = np.repeat(np.arange(len(told.n)), told.n.astype(np.int64))
    columns = {name: told.columns[name][each] for name in ("officer_code", "day", "minute")}
    day = columns["day"].astype("datetime64[D]").astype(np.int64)
    found = close_pairs(
        columns["officer_code"].astype(np.int64), day, columns["minute"].astype(np.int64), told.index[each], cells.size,
        GAP, WINDOW,
    )  # fmt: skip
    low, high = wilson(found.close, found.near, LEVEL)
    share = np.divide(found.close, found.near, out=np.full(cells.size, np.nan), where=found.near > 0)
    values = {
        "k": found.close, "n": found.near, "estimate": share, "low": low, "high": high,
        "comparator": np.full(cells.size, GAP / WINDOW), "comparator_n": np.full(cells.size, np.nan),
    }  # fmt: skip
    printed = {"close": (found.close,), "rest": (found.near - found.close,), "same": (found.same_minute,)}
    code = np.where((code == 0) & (found.near < FEWEST_TIMES), few, code)
    return Column(contrast, code, values, {"p_close": _digits(found.p, 2), "same": found.same_minute}, printed=printed)


def _nat(rows: RowTable) -> NDArray[np.bool_]:
    return np.asarray(np.isnat(rows.columns["day"].astype("datetime64[D]")))


def _heaped(rows: RowTable) -> NDArray[np.bool_]:
    """Mark the rows of officers whose times are rounded: gaps between rounded times say nothing."""
    officer = rows.columns["officer_code"].astype(np.int64)
    size = int(officer.max(initial=-1)) + 1
    total = np.bincount(officer, rows.n, size)
    on = np.bincount(officer, np.where(rows.columns["minute"] % 5 == 0, rows.n, 0.0), size)
    return np.asarray((on > _HEAPED * total)[officer])


def identical_column(cells: Cells, rows: RowTable, contrast: Contrast, code: Codes, few: int) -> Column:
    """Return the share of rows beyond chance that agree with another in officer, hour, minute and age."""
    keys = ("officer_code", "minute", "age")
    told = rows.take(np.logical_and.reduce([rows.columns[key] >= 0 for key in keys]) & ~_nat(rows))
    each = np.repeat(np.arange(len(told.n)), told.n.astype(np.int64))
    officer, minute, age = (told.columns[key][each].astype(np.int64) for key in keys)
    year = told.columns["day"][each].astype("datetime64[Y]").astype(np.int64)
    if len(each):
        key, detail = joint(officer, minute // 60)[0], joint(age, minute % 60)[0]
    else:
        key = detail = np.zeros(0, dtype=np.intp)
    found = identical_rows(key.astype(np.int64), detail.astype(np.int64), year, told.index[each], cells.size)
    nothing = np.full(cells.size, np.nan)
    values = {"k": found.repeated, "n": found.rows, "estimate": _digits(found.excess_share), "low": nothing}
    extra = {"pairs": found.pairs, "expected_pairs": _digits(found.expected), "p_identical": _digits(found.p, 2)}
    printed = {"repeated": (found.repeated, found.pairs), "all": (found.rows, found.rows - found.repeated)}
    code = np.where((code == 0) & (found.rows < FEWEST_ROWS), few, code)
    return Column(contrast, code, {**values, "high": nothing}, extra, printed=printed)


def silence_column(cells: Cells, event: str, contrast: Contrast, code: Codes, few: int) -> Column:
    """Return the months without a record at the end of the file, of places that reported before."""
    rows = cells.counts.where(event=event)
    months = rows.levels("month")
    at = rows.position("month", months)
    if not months:
        counts = np.zeros((cells.size, 1))
    else:
        line = np.array(months, dtype="datetime64[M]").astype(np.int64)
        counts = np.zeros((cells.size, int(line[-1] - line[0]) + 1))
        keep = at >= 0
        np.add.at(counts, (rows.index[keep], (line - line[0])[at[keep]]), rows.n[keep])
    found = silence(counts, FEWEST_MONTHS)
    n = np.full(cells.size, float(counts.shape[1]))
    nothing = np.full(cells.size, np.nan)
    values = {"k": found.silent.astype(float), "n": n, "estimate": found.silent.astype(float), "low": nothing}
    extra = {
        "silent": found.silent.astype(float), "reported": found.reported.astype(float),
        "gaps": found.earlier_gaps.astype(float), "p_silence": _digits(np.exp(found.log_p), 2),
    }  # fmt: skip
    code = np.where((code == 0) & (found.reported < FEWEST_MONTHS), few, code)
    return Column(contrast, code, {**values, "high": nothing}, extra)


def _digits(value: Floats, digits: int = 3) -> Floats:
    """Few significant digits: these are descriptions, and none of their cells may be worked out."""
    size = np.floor(np.log10(np.where(np.isfinite(value) & (value > 0), value, 1.0)))
    scale = 10.0 ** (digits - 1 - size)
    return np.asarray(np.where(value > 1e-300, np.round(value * scale) / scale, value))
