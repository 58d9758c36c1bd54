"""Single offence classes of a group against the reference group in every place: what two of them in excess are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from auditor.cells import Bools, Cells, Floats
from auditor.signals.baseline import small
from auditor.signals.class_contrast import LACKS, ClassColumn, class_panel, column_ways
from auditor.signals.class_counts import ClassCounts
from auditor.signals.signal import Lack, Panel, RankedSample
from auditor.signals.ways import MORE_CLASS_WAYS
from auditor.stats.classes.deviations import (
    Levels,
    class_levels,
    deviations,
    second_bounds,
    second_class,
    second_largest,
)
from auditor.stats.classes.excess import class_excess
from auditor.stats.classes.unequal import places_freedom

FEWEST_PLACES = 10
"""Places that the centres of classes, and what is ordinary among them, are measured from."""
SINGLE_LACKS = (
    *LACKS,
    Lack("class-excess.no-third", "class-excess.need-third"),
    Lack("class-excess.few-places", "class-excess.need-places"),
    Lack("class-excess.few-classes", "class-excess.need-classes"),
)
_NO_THIRD, _FEW_PLACES, _FEW_CLASSES = (len(LACKS) + i for i in (1, 2, 3))
_EXTRA = ("serious", "reference_discretionary", "reference_serious")
_NUMBERS = ("k", "n", "base", "comparator", "comparator_n", "absolute", "absolute_low", "absolute_high")


@dataclass
class _Column:
    """What is filled in for one contrast; (J,) arrays."""

    code: Any
    testable: Bools
    hidden: Bools
    estimate: Floats
    low: Floats
    high: Floats
    p_greater: Floats
    p_less: Floats
    range_low: Floats
    range_high: Floats
    ranked: list[RankedSample]


def single_class_panel(
    signal: str, cells: Cells, counts: ClassCounts, columns: Sequence[ClassColumn], kept: Sequence[int]
) -> Panel:
    """Measure the second most outstanding class of every place.

    Parameters
    ----------
    signal : str
    cells : Cells
    counts : ClassCounts
    columns : sequence of ClassColumn
        All contrasts of the classes that are printed anywhere: what one of them gives away is hidden in the others.
    kept : sequence of int
        Those that are measured; none of them with a group among the others' controls that is asked about.

    Returns
    -------
    Panel
        The estimate is the ratio of the second most outstanding class to the place's level, upwards or downwards,
        whichever is further; its limits are those that the test of this second class does not reject.
    """
    base = class_panel(signal, cells, counts, columns)
    made = [_measure(cells, counts, columns[c], base, c) for c in kept]
    at = list(kept)

    def stack(name: str) -> Any:
        return np.column_stack([getattr(item, name) for item in made])

    def pick(values: Any) -> Any:
        return None if values is None else values[:, at]

    # One more ratio, beside those of all classes, tells more of them.
    few = np.zeros_like(base.testable) if base.coarse is None else base.coarse
    few = few & (column_ways(cells, counts, columns) < MORE_CLASS_WAYS)
    code = stack("code")
    fields: dict[str, Any] = {name: np.where(code > 0, np.nan, getattr(base, name)[:, at]) for name in _NUMBERS}
    window = None if base.window is None else (base.window[0][:, at], base.window[1][:, at])
    return replace(
        base,
        contrasts=tuple(columns[c].contrast for c in kept),
        code=code,
        testable=stack("testable"),
        lacks=SINGLE_LACKS,
        estimate=stack("estimate"),
        low=stack("low"),
        high=stack("high"),
        p_greater=stack("p_greater"),
        p_less=stack("p_less"),
        notes={name: mask[:, at] for name, mask in base.notes.items()},
        extra={name: base.extra[name][:, at] for name in _EXTRA},
        ranges={"missing-group": (stack("range_low"), stack("range_high"))},
        missing={name: values[:, at] for name, values in base.missing.items()},
        censored=pick(base.censored),
        window=window,
        hidden=stack("hidden") | pick(few),
        range_hidden=pick(base.range_hidden),
        missing_hidden=pick(base.missing_hidden),
        coarse=np.ones(code.shape, dtype=bool),
        samples={},
        ranked={c: tuple(item.ranked) for c, item in enumerate(made)},
        least_p=None,
        **fields,
    )


def _measure(cells: Cells, counts: ClassCounts, column: ClassColumn, base: Panel, c: int) -> _Column:
    size = cells.size
    blank = {name: np.full(size, np.nan) for name in ("estimate", "low", "high", "p_greater", "p_less")}
    hidden = np.zeros(size, dtype=bool) if base.hidden is None else base.hidden[:, c].copy()
    made = _Column(
        base.code[:, c].copy(),
        np.zeros(size, dtype=bool),
        hidden,
        **blank,
        range_low=np.full(size, np.nan),
        range_high=np.full(size, np.nan),
        ranked=[],
    )
    for stratum in np.unique(cells.stratum):
        _stratum(cells, counts, column, base, c, cells.stratum == stratum, made)
    return made


def _stratum(
    cells: Cells, counts: ClassCounts, column: ClassColumn, base: Panel, c: int, rows: Bools, made: _Column
) -> None:
    """Measure the places of one stratum together."""
    asked = rows & (base.code[:, c] == 0)
    others = [g for g in counts.groups if g not in (column.group, *cells.focal_groups, cells.reference_group)]
    if not others and column.contrast.tested:
        made.code[asked] = _NO_THIRD
        return
    focal = _levels(cells, counts, column, column.group, rows)
    rest = [_levels(cells, counts, column, group, rows) for group in others]
    told = [item for item in rest if int(_used(item).sum()) >= FEWEST_PLACES]
    used = asked & _used(focal)
    up = down = None
    if int(used.sum()) >= FEWEST_PLACES and (told or not column.contrast.tested):
        freedom = places_freedom(focal, told)
        up, down = (
            class_excess(deviations(focal, sign), [deviations(o, sign) for o in told], freedom=freedom)
            for sign in (1, -1)
        )
    if up is None or down is None:
        made.code[asked] = _FEW_PLACES
        return
    used &= np.isfinite(up.p) & np.isfinite(down.p)
    made.code[asked & ~used] = _FEW_CLASSES
    made.testable |= used & base.testable[:, c]
    made.p_greater[used], made.p_less[used] = up.p[used], down.p[used]
    value = _signed(focal)
    made.estimate[used] = np.exp(value[used])
    # The test bounds the second class from one side: how far above the level, or below, it is at least.
    above = value >= 0
    low = np.where(above, np.minimum(up.low, value), -np.inf)
    high = np.where(above, np.inf, np.maximum(-down.low, value))
    made.low[used], made.high[used] = np.exp(low[used]), np.exp(high[used])
    made.ranked.append(RankedSample(used, up.controls, max(up.scale, down.scale)))
    _bounds(counts, column, focal, used, made)
    _hide(cells, counts, column, focal, used, made)


def _levels(cells: Cells, counts: ClassCounts, column: ClassColumn, group: str, rows: Bools) -> Levels:
    (h, known_h), (w, known_w) = counts.of(group), counts.of(cells.reference_group)
    pair = [counts.groups.index(name) for name in (group, cells.reference_group)]
    told = rows & ~counts.unclassed[:, pair].any(axis=1)
    return class_levels(h, w, column.side, known_h & known_w & told[:, None])


def _used(levels: Levels) -> Bools:
    return np.asarray(levels.ratios.use.any(axis=1), dtype=bool)


def _signed(levels: Levels) -> Floats:
    """Return the second largest deviation, above or below, whichever is further (log scale)."""
    above, below = second_largest(levels), second_largest(levels, sign=-1)
    return np.where(above >= below, above, -below)


def _bounds(counts: ClassCounts, column: ClassColumn, levels: Levels, used: Bools, made: _Column) -> None:
    """Bound the class that is second as recorded, over the ways to share out events of unrecorded group by class."""
    unknown, side = counts.unknown, column.side
    some = np.nansum(unknown * (side != 0), axis=1) > 0
    blind = (np.isnan(unknown) & levels.ratios.use).any(axis=1)
    blank = np.nan_to_num(unknown) * (side != 0)
    focal, other = column_counts(counts, column)
    lowest, highest = np.log((focal + 0.5) / (other + blank + 0.5)), np.log((focal + blank + 0.5) / (other + 0.5))
    above, below = (second_bounds(levels, lowest, highest, sign) for sign in (1, -1))
    upwards = made.estimate >= 1
    ends = [np.exp(np.where(upwards, above[end], -below[1 - end])) for end in (0, 1)]
    made.range_low[used] = np.where(blind, 0.0, np.where(some, ends[0], np.nan))[used]
    made.range_high[used] = np.where(blind, np.inf, np.where(some, ends[1], np.nan))[used]


def column_counts(counts: ClassCounts, column: ClassColumn) -> tuple[Floats, Floats]:
    """Return the counts of a contrast's group and of its reference group."""
    return counts.of(column.group)[0], counts.of(column.contrast.reference or "")[0]


def _hide(cells: Cells, counts: ClassCounts, column: ClassColumn, levels: Levels, used: Bools, made: _Column) -> None:
    """Hide the numbers of a place where the class that the ratio is of holds 1 to 10 of either group."""
    focal, other = column_counts(counts, column)
    for sign in (1, -1):
        at = second_class(levels, sign)
        for values in (focal, other):
            of_class = np.where(used, values[np.arange(len(values)), at], 0.0)
            made.hidden |= used & small(of_class, cells)
