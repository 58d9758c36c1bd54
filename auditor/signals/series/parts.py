"""What a series and a class contrast have in common: counts, reasons, and numbers on the panel's scale."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from auditor.cells import Bools, Cells, Floats
from auditor.signals.baseline import small, tainted
from auditor.signals.series.counts import MOST_MISSING, Monthly, Sums
from auditor.signals.series.starts import Ints, Start, Windows, others_within
from auditor.signals.signal import ClassSample, Contrast, Lack, blank
from auditor.stats.ratios.intervals import wilson

LACKS = (
    Lack("activation-series.no-start", "activation-series.need-start"),
    Lack("activation-series.no-months", "activation-series.need-months"),
    Lack("activation-series.too-short", "activation-series.need-longer"),
    Lack("activation-series.suppressed", "activation-series.need-unsuppressed"),
    Lack("activation-series.gaps", "activation-series.need-gaps"),
    Lack("activation-series.nobody", "activation-series.need-more"),
    Lack("activation-series.few-events", "activation-series.need-more"),
    Lack("activation-series.few-classes", "activation-series.need-classes"),
    Lack("activation-series.few-comparisons", "activation-series.need-comparisons"),
    Lack("activation-series.no-fit", "activation-series.need-more"),
    Lack("activation-series.rougher", "activation-series.need-alike"),
)
NO_START, NO_MONTHS, SHORT, SUPPRESSED, GAPS, NOBODY = range(1, 7)
FEW_EVENTS, FEW_CLASSES, FEW_COMPARISONS, NO_FIT, ROUGHER = range(7, 12)
EXTRA = (
    "share",
    "share_low",
    "share_high",
    "z",
    "observed",
    "expected",
    "months_before",
    "months_after",
    "units",
    "detectable",
)


@dataclass(frozen=True)
class Cut:
    """The series cut at one start, for one focal group.

    Attributes
    ----------
    data : Monthly
    start : Start
    windows : Windows
    sums : Sums
    group : int
        Position of the focal group; the reference is the last.
    code : (J,) int array
        Why a place cannot be measured, whatever the design; 0 where it can.
    other : (J,) bool array
        Whether another programme, or another kind of date, falls into the place's window.
    """

    data: Monthly
    start: Start
    windows: Windows
    sums: Sums
    group: int
    code: Ints
    other: Bools

    def total(self, which: str, sign: int, group: int) -> Floats:
        """Return the (J,) sum before or after of one side's classes in one group."""
        values: Floats = getattr(self.sums, which)[:, self.data.side == sign, group].sum(axis=1)
        return values

    @property
    def focal(self) -> tuple[Floats, Floats]:
        """Focal discretionary events before and after, (J,) each."""
        return self.total("before", 1, self.group), self.total("after", 1, self.group)

    @property
    def reference(self) -> tuple[Floats, Floats]:
        """The reference group's discretionary events before and after, (J,) each."""
        return self.total("before", 1, -1), self.total("after", 1, -1)

    def expected(self) -> Floats:
        """Return the smallest expected count, given the margins, of each side's four cells together, (J,)."""
        signs = (1, -1) if self.data.sided else (1,)
        least = np.full(len(self.code), np.inf)
        for sign in signs:
            cells = np.array([[self.total(w, sign, g) for g in (self.group, -1)] for w in ("before", "after")])
            rarest = cells.sum(axis=0).min(axis=0) * cells.sum(axis=1).min(axis=0)
            least = np.minimum(least, rarest / np.maximum(cells.sum(axis=(0, 1)), 1.0))
        return least


def cut(cells: Cells, data: Monthly, start: Start, win: Windows, parts: Sums, group: int) -> Cut:
    """Put a start's windows, sums and reasons together."""
    code = np.zeros(len(start.date), dtype=np.int64)
    other = win.known & others_within(cells, start, data.origin + win.first, data.origin + win.last)
    made = Cut(data, start, win, parts, group, code, other)
    nobody = (sum(made.focal) == 0) | (sum(made.reference) == 0)
    if data.sided:
        nobody |= made.expected() == 0
    code[nobody] = NOBODY
    gaps = ~(np.nan_to_num(parts.missing, nan=1.0) <= MOST_MISSING)
    code[gaps] = np.where(data.censored[gaps], SUPPRESSED, GAPS)
    code[~win.known] = SHORT
    never = data.spans()[0] < 0
    code[never] = np.where(data.censored[never], SUPPRESSED, NO_MONTHS)
    code[np.isnat(start.date)] = NO_START
    return made


@dataclass(frozen=True)
class Change:
    """A change on the log scale, (J,) arrays; NaN where ``code`` is not 0.

    Attributes
    ----------
    value, low, high, greater, less, least, statistic : arrays
        Estimate, limits, p-values, smallest attainable p and studentised value.
    detectable : array
        Change that a test at .05 finds with 80 % power; infinite where it cannot reach .05, NaN where none is made.
    units : array
        How many classes, or comparison places, the randomisation moves over.
    code : (J,) int array
    testable : (J,) bool array
    notes : mapping of str to (J,) mask
    samples : tuple of ClassSample
        For classes: the places that are decided together, with the factor common to their classes measured.
    """

    value: Floats
    low: Floats
    high: Floats
    greater: Floats
    less: Floats
    least: Floats
    statistic: Floats
    detectable: Floats
    units: Floats
    code: Ints
    testable: Bools
    notes: dict[str, Bools]
    samples: tuple[ClassSample, ...] = ()


def stricter(first: Change, second: Change) -> Change:
    """Return the first change, decided by both where both were measured: the larger p, the wider limits.

    Rejecting only where two tests of the same question both reject keeps the level where either null holds
    (intersection-union, Berger 1982, Technometrics 24, 295-300).
    """
    both = (first.code == 0) & (second.code == 0)

    def worse(name: str, choose: Callable[[Floats, Floats], Floats]) -> Floats:
        own, other = getattr(first, name), getattr(second, name)
        return np.where(both, choose(own, other), own)

    notes = dict(first.notes) | {
        "activation-series.caveat-common": first.notes["activation-series.caveat-common"] & ~both,
        "activation-series.caveat-both": both,
        "activation-series.caveat-comparisons": both,
    }
    return replace(
        first,
        low=worse("low", np.minimum),
        high=worse("high", np.maximum),
        greater=worse("greater", np.maximum),
        less=worse("less", np.maximum),
        least=worse("least", np.maximum),
        detectable=worse("detectable", np.maximum),
        testable=np.where(both, first.testable & second.testable, first.testable),
        notes=notes,
        # The p-value of two designs together is taken as it is.
        samples=(),
    )


def part(cells: Cells, made: Cut, change: Change, contrast: Contrast) -> dict[str, Any]:
    """Turn a change into one column of a panel."""
    result: dict[str, Any] = {name: values[:, 0] for name, values in blank(cells.size, 1).items()}
    result |= {name: np.full(cells.size, np.nan) for name in EXTRA}
    ok = change.code == 0
    before, after = made.focal
    k, n = after[ok], (before + after)[ok]
    odds = np.where((k > 0) & (k < n), k / np.maximum(n - k, 1), (k + 0.5) / (n - k + 0.5))
    expected = odds / np.exp(change.value[ok])
    per_month = (_months(made, "before_mask") / np.maximum(_months(made, "after_mask"), 1))[ok]
    result["k"][ok], result["n"][ok], result["base"][ok] = k, n, expected / (1 + expected)
    with np.errstate(over="ignore"):
        for name, value in (("estimate", change.value), ("low", change.low), ("high", change.high)):
            result[name][ok] = np.exp(value[ok])
    with np.errstate(divide="ignore"):
        for name, limit in (("absolute", "estimate"), ("absolute_low", "low"), ("absolute_high", "high")):
            result[name][ok] = 1000 * (1 - 1 / result[limit][ok])
    result["p_greater"][ok], result["p_less"][ok] = change.greater[ok], change.less[ok]
    result["comparator"][ok], result["comparator_n"][ok] = expected * per_month, sum(made.reference)[ok]  # type: ignore[index]
    result["observed"][ok], result["expected"][ok] = odds * per_month, expected * per_month
    result["share"][ok] = k / n
    if ok.any():
        result["share_low"][ok], result["share_high"][ok] = wilson(k, n, 0.95)
    result["z"][ok], result["units"][ok] = change.statistic[ok], change.units[ok]
    with np.errstate(over="ignore"):
        result["detectable"][ok] = np.exp(change.detectable[ok])
    result["months_before"][ok] = _months(made, "before_mask")[ok]
    result["months_after"][ok] = _months(made, "after_mask")[ok]
    return result | _surroundings(cells, made, change, ok) | {"contrast": contrast, "samples": change.samples}


def _months(made: Cut, side: str) -> Floats:
    mask = getattr(made.windows, side)(len(made.data.months)) & made.sums.used
    result: Floats = mask.sum(axis=1).astype(float)
    return result


def _surroundings(cells: Cells, made: Cut, change: Change, ok: Bools) -> dict[str, Any]:
    data, used = made.data, made.sums.used
    unknown, everyone = (used[..., None] * data.unknown).sum(axis=(1, 2)), (used * data.everyone).sum(axis=1)
    first, last = (np.full(cells.size, "", dtype=object) for _ in range(2))
    for j in np.flatnonzero(ok):
        first[j] = f"{data.months[made.windows.first[j]]}-01"
        end = np.datetime64(data.months[made.windows.last[j]], "M") + 1
        last[j] = str(end.astype("datetime64[D]") - 1)
    return {
        "code": change.code,
        "testable": ok & change.testable,
        "least_p": np.where(ok, change.least, np.nan),
        "given": ok,
        "missing": np.divide(unknown, everyone, out=np.full(cells.size, np.nan), where=ok & (everyone > 0)),
        "censored": data.censored & ((change.code == SUPPRESSED) | (change.code == GAPS)),
        "hidden": hidden(cells, made) & ok,
        "range_hidden": small(np.nan_to_num(unknown), cells) | tainted(cells),
        "notes": {name: mask & ok for name, mask in change.notes.items()},
        "first": first,
        "last": last,
    }


def hidden(cells: Cells, made: Cut) -> Bools:
    """Say where a printed count, or what is left when it is taken from another one, lies between 1 and 10."""
    result = tainted(cells)
    for values in (*made.focal, *made.reference):
        result = result | small(values, cells)
    # The same counts over all months are printed by other signals: what the windows leave out would follow.
    for group in (made.group, -1):
        for sign in (1, -1):
            whole = made.data.counts[:, :, made.data.side == sign, group].sum(axis=(1, 2))
            left = whole - made.total("before", sign, group) - made.total("after", sign, group)
            result = result | small(np.maximum(left, 0.0), cells)
    return result
