"""One way to contrast the offence classes of two groups in every place, decided by relabelling the classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from auditor.cells import Bools, Cells, Floats
from auditor.signals.baseline import small, tainted
from auditor.signals.class_counts import ClassCounts
from auditor.signals.class_left import left_over
from auditor.signals.signal import ClassSample, Contrast, Lack, Panel, blank
from auditor.signals.ways import FEWEST_CLASS_WAYS, MORE_CLASS_WAYS, class_ways
from auditor.stats.classes.alone import randomise_alone
from auditor.stats.classes.randomisation import Randomised, randomise_classes
from auditor.stats.classes.ratios import (
    DEFAULT_VARIANCE,
    ClassRatios,
    class_centres,
    class_ratios,
    natural_variance,
)
from auditor.stats.ratios.intervals import wilson

LEVEL = 0.95
FEWEST_TOGETHER = 10
"""Places that a common factor between classes is measured from; fewer are each decided by themselves."""
POOLED = 1000
"""Orders of the classes of each place where those of all places are pooled."""
_Z = float(ndtri((1 + LEVEL) / 2))
_EXTRA = ("crude", "serious", "reference_discretionary", "reference_serious", "classes", "relabellings", "own_p")


@dataclass(frozen=True)
class ClassColumn:
    """One contrast: a group against the reference, with the side of each class."""

    contrast: Contrast
    group: str
    side: NDArray[np.int64]
    notes: dict[str, Bools] = field(default_factory=dict)


@dataclass(frozen=True)
class _Column:
    """What was measured of one contrast."""

    arrays: dict[str, Any]
    samples: tuple[ClassSample, ...]


LACKS = (
    Lack("class-contrast.absent", "class-contrast.need-classes"),
    Lack("class-contrast.suppressed", "class-contrast.need-unsuppressed"),
    Lack("class-contrast.too-small", "class-contrast.need-more"),
    Lack("class-contrast.unrecorded", "class-contrast.need-recorded"),
)


def class_panel(signal: str, cells: Cells, counts: ClassCounts, columns: Sequence[ClassColumn]) -> Panel:
    """Measure the columns and stack them.

    The estimate is exp(weighted mean of log(H_o / W_o) over discretionary classes less that over serious ones), not
    centred, with an interval for sampling error alone; p-values are those of the place's own permutation.
    """
    measured = [_measure(cells, counts, column) for column in columns]
    ways = column_ways(cells, counts, columns)
    for item, own in zip(measured, ways.T, strict=True):
        item.arrays["hidden"] |= item.arrays["coarse"] & (own < FEWEST_CLASS_WAYS)
    # The shares of two contrasts, and the events of the class in which they differ, would give a third number away.
    bare = np.any([item.arrays["range_hidden"] for item in measured], axis=0)
    _hide_alike(columns, measured)
    names = sorted({name for column in columns for name in column.notes})
    none = np.zeros(cells.size, dtype=bool)

    def stack(name: str) -> Any:
        return np.column_stack([item.arrays[name] for item in measured])

    days = tuple(np.column_stack([values] * len(columns)) for values in (counts.first, counts.last))
    return Panel(
        signal=signal,
        places=cells.ids,
        contrasts=tuple(column.contrast for column in columns),
        code=stack("code"),
        testable=stack("testable"),
        lacks=LACKS,
        notes={name: np.column_stack([column.notes.get(name, none) for column in columns]) for name in names},
        extra={name: stack(name) for name in _EXTRA},
        ranges={"missing-group": (stack("range_low"), stack("range_high"))},
        missing={"group": stack("missing")},
        censored=stack("censored"),
        window=(days[0], days[1]),
        hidden=stack("hidden"),
        range_hidden=bare[:, None] | (stack("coarse") & (ways < MORE_CLASS_WAYS)),
        missing_hidden=np.column_stack([bare] * len(columns)),
        coarse=stack("coarse"),
        samples={c: item.samples for c, item in enumerate(measured)},
        least_p=stack("least_p"),
        stratum=cells.stratum,
        **{name: stack(name) for name in blank(0, 0)},
    )


def _measure(cells: Cells, counts: ClassCounts, column: ClassColumn) -> _Column:
    side = column.side
    (h, known_h), (w, known_w) = counts.of(column.group), counts.of(cells.reference_group)
    known = known_h & known_w & (side != 0) & ~_unrecorded(cells, counts, column)[:, None]
    ratios = class_ratios(h, w, side, known)
    arrays: dict[str, Any] = {name: values[:, 0] for name, values in blank(cells.size, 1).items()}
    arrays |= {name: np.full(cells.size, np.nan) for name in (*_EXTRA, "range_low", "range_high", "missing", "least_p")}
    samples = tuple(_samples(cells, ratios, side))
    used = np.zeros(cells.size, dtype=bool)
    for sample in samples:
        used |= sample.contrast.used
    _state(cells, counts, column, known, used, arrays)
    ok = used & (arrays["code"] == 0)
    arrays["testable"] = np.zeros(cells.size, dtype=bool)
    if ok.any():
        _totals(arrays, ok, h, w, known, side)
        _contrast_of(arrays, ok, ratios, side)
        _bounds(arrays, counts, ok, h, w, ratios, side)
        arrays["testable"] = ok & _enough(arrays, cells)
    for sample in samples:
        _own(arrays, ok & sample.contrast.used, sample)
    return _Column(arrays, samples)


def _state(
    cells: Cells,
    counts: ClassCounts,
    column: ClassColumn,
    known: Bools,
    used: Bools,
    arrays: dict[str, Any],
) -> None:
    """Say of every place why it cannot be measured, and whether its numbers may be printed."""
    g, r = counts.groups.index(column.group), counts.groups.index(cells.reference_group)
    asked = column.side != 0
    blind = ((counts.censored[:, g] | counts.censored[:, r]) & asked).any(axis=1)
    code = np.zeros(cells.size, dtype=np.int64)
    code[~used] = 3
    code[~used & blind] = 2
    code[~known.any(axis=1)] = 1
    code[_unrecorded(cells, counts, column)] = 4
    arrays["code"], arrays["censored"] = code, blind
    hidden, coarse = tainted(cells), np.zeros(cells.size, dtype=bool)
    for position in (g, r):
        values = counts.values[:, position]
        sides = [(values * (known & (column.side == which))).sum(axis=1) for which in (1, -1)]
        for total in sides:
            hidden = hidden | small(total, cells)
        # The group's events outside the contrast would follow from a total that another signal prints.
        hidden = hidden | small(counts.everyone[:, position] - sides[0] - sides[1], cells)
        for o in np.flatnonzero(asked):
            coarse = coarse | small(values[:, o], cells)
        for o in np.flatnonzero(~asked):
            # A class that stands in another contrast only would follow from the difference of the two.
            hidden = hidden | (small(values[:, o], cells) & counts.observed[:, position, o])
    # So it would from the events of all groups that a signal without groups prints: what is left is the other groups'.
    left = left_over(counts, cells, column.side)
    hidden, named = hidden | left.whole, left.named
    # All digits tell every class, and with it what is left of it to the other groups.
    coarse = coarse | left.classed
    arrays["hidden"], arrays["coarse"] = hidden, coarse
    # Ranges and missing shares would give a small number of unrecorded group away.
    arrays["range_hidden"] = small(np.nansum(counts.unknown * asked, axis=1), cells)
    arrays["range_hidden"] |= small(np.nan_to_num(counts.unknown), cells).any(axis=1)
    arrays["range_hidden"] |= named | (left.classed_named & ~coarse)
    # So would the difference to the share that a signal over all classes prints.
    arrays["range_hidden"] |= small(counts.unrecorded - np.nansum(counts.unknown * asked, axis=1), cells)


def column_ways(cells: Cells, counts: ClassCounts, columns: Sequence[ClassColumn]) -> Floats:
    """Return in how many ways the events of each contrast can be shared out over its classes.

    Returns
    -------
    (J, C) array
        Decimal logarithm. Classes that stand in one contrast of a group and not in another follow from the sums of the
        two.
    """
    found = []
    for column in columns:
        guessed = np.all([other.side != 0 for other in columns if other.group == column.group], axis=0)
        (h, known_h), (w, known_w) = counts.of(column.group), counts.of(cells.reference_group)
        use = class_ratios(h, w, column.side, known_h & known_w).use & guessed
        found.append(class_ways(counts.classes, h, w, [use & (column.side == which) for which in (1, -1)]))
    return np.column_stack(found)


def _unrecorded(cells: Cells, counts: ClassCounts, column: ClassColumn) -> Bools:
    """Return where more than 30 % of either group's events carry no offence."""
    pair = [counts.groups.index(group) for group in (column.group, cells.reference_group)]
    return np.asarray(counts.unclassed[:, pair].any(axis=1), dtype=bool)


def lacks_everywhere(cells: Cells, counts: ClassCounts, columns: Sequence[ClassColumn]) -> Lack | None:
    """Return why no place can be measured, or None where some may be; nothing is estimated.

    Returns
    -------
    Lack or None
        Of offences that too many events lack, where that is why in any place; else of classes that stand on no side,
        or on one side only.
    """
    unrecorded = False
    for column in columns:
        known = counts.of(column.group)[1] & counts.of(cells.reference_group)[1]
        both = (known & (column.side > 0)).any(axis=1) & (known & (column.side < 0)).any(axis=1)
        without = _unrecorded(cells, counts, column)
        if (both & ~without).any():
            return None
        unrecorded = unrecorded or bool(without.any())
    return LACKS[3] if unrecorded else LACKS[0]


def _hide_alike(columns: Sequence[ClassColumn], measured: Sequence[_Column]) -> None:
    """Hide what has the same classes as a hidden column: the events of all groups, less the others', would be its."""
    for column in columns:
        alike = [item for other, item in zip(columns, measured, strict=True) if np.array_equal(other.side, column.side)]
        hidden = np.any([item.arrays["hidden"] for item in alike], axis=0)
        for item in alike:
            item.arrays["hidden"] = hidden


def _samples(cells: Cells, ratios: ClassRatios, side: NDArray[np.int64]) -> list[ClassSample]:
    """Randomise the places of each stratum together, or each by itself where they are few."""
    samples: list[ClassSample] = []
    for stratum in np.unique(cells.stratum):
        rows = (cells.stratum == stratum) & ratios.use.any(axis=1)
        if int(rows.sum()) >= FEWEST_TOGETHER:
            together = _together(ratios, side, rows)
            if int(together.rows.sum()) >= FEWEST_TOGETHER:
                samples.append(together)
                # A class that few places have has no centre: who needs it to be tested at all is decided alone.
                rows = rows & ~together.rows
        samples += [_alone(ratios, side, int(j)) for j in np.flatnonzero(rows)]
    return samples


def _together(ratios: ClassRatios, side: NDArray[np.int64], rows: Bools) -> ClassSample:
    chosen = ClassRatios(ratios.log_ratio, ratios.variance, ratios.use & rows[:, None])
    centre = class_centres(chosen)
    chosen = ClassRatios(ratios.log_ratio, ratios.variance, chosen.use & np.isfinite(centre))
    x = np.where(chosen.use, ratios.log_ratio - np.where(np.isfinite(centre), centre, 0.0), 0.0)
    natural = natural_variance(x, chosen, side)
    contrast = randomise_classes(x, ratios.variance, chosen.use, side, natural, POOLED)
    level = [_level(centre[side == which]) for which in (1, -1)]
    return ClassSample(contrast.used, contrast, False, level[0] - level[1])


def _level(centre: Floats) -> float:
    known = centre[np.isfinite(centre)]
    return float(known.mean()) if len(known) else 0.0


def _alone(ratios: ClassRatios, side: NDArray[np.int64], j: int) -> ClassSample:
    contrast = randomise_alone(ratios, side, j)
    return ClassSample(contrast.used, contrast, True, 0.0)


def _totals(arrays: dict[str, Any], ok: Bools, h: Floats, w: Floats, known: Bools, side: NDArray[np.int64]) -> None:
    on, off = known & (side > 0), known & (side < 0)
    hd, hs, wd, ws = ((values * mask).sum(axis=1)[ok] for values in (h, w) for mask in (on, off))
    arrays["k"][ok], arrays["n"][ok] = hd, hd + hs
    base = (wd + 0.5) / (wd + ws + 1)
    arrays["base"][ok], arrays["comparator"][ok], arrays["comparator_n"][ok] = base, wd / (wd + ws), wd + ws
    arrays["serious"][ok], arrays["reference_discretionary"][ok], arrays["reference_serious"][ok] = hs, wd, ws
    # Half an event is added to each of the four cells where one is empty (Haldane 1956).
    add = np.where(np.minimum(np.minimum(hd, hs), np.minimum(wd, ws)) > 0, 0.0, 0.5)
    arrays["crude"][ok] = (hd + add) * (ws + add) / ((wd + add) * (hs + add))
    low, high = wilson(hd, hd + hs, LEVEL)
    base_low, base_high = wilson(wd, wd + ws, LEVEL)
    share, other = hd / (hd + hs), wd / (wd + ws)
    # Newcombe (1998), Statistics in Medicine 17, 873-890, method 10.
    arrays["absolute"][ok] = 1000 * (share - other)
    arrays["absolute_low"][ok] = 1000 * (share - other - np.hypot(share - low, base_high - other))
    arrays["absolute_high"][ok] = 1000 * (share - other + np.hypot(high - share, other - base_low))


def _weighted(values: Floats, weight: Floats, side: NDArray[np.int64]) -> Floats:
    """Weighted mean over discretionary classes less that over serious ones."""
    parts = []
    for which in (1, -1):
        own = np.where(side == which, weight, 0.0)
        parts.append((own * values).sum(axis=1) / own.sum(axis=1))
    return parts[0] - parts[1]


def _contrast_of(arrays: dict[str, Any], ok: Bools, ratios: ClassRatios, side: NDArray[np.int64]) -> None:
    use, variance = ratios.use[ok], ratios.variance[ok]
    weight = np.where(use, 1 / (variance + DEFAULT_VARIANCE), 0.0)
    log_ratio = _weighted(ratios.log_ratio[ok], weight, side)
    error = np.sqrt(sum(_side_variance(weight, variance, side == which) for which in (1, -1)))
    arrays["estimate"][ok] = np.exp(log_ratio)
    arrays["low"][ok], arrays["high"][ok] = np.exp(log_ratio - _Z * error), np.exp(log_ratio + _Z * error)


def _side_variance(weight: Floats, variance: Floats, columns: Bools) -> Floats:
    own = np.where(columns, weight, 0.0)
    return np.asarray((own**2 * variance).sum(axis=1) / own.sum(axis=1) ** 2)


def _bounds(
    arrays: dict[str, Any],
    counts: ClassCounts,
    ok: Bools,
    h: Floats,
    w: Floats,
    ratios: ClassRatios,
    side: NDArray[np.int64],
) -> None:
    """Bound the estimate over every way in which events of unrecorded group may be shared out, class by class."""
    unknown = counts.unknown[ok]
    use, some = ratios.use[ok], np.nansum(counts.unknown[ok] * (side != 0), axis=1) > 0
    weight = np.where(use, 1 / (ratios.variance[ok] + DEFAULT_VARIANCE), 0.0)
    blank_ = np.where(np.isnan(unknown), 0.0, unknown)
    up = np.where(side > 0, blank_, 0.0), np.where(side < 0, blank_, 0.0)
    ends = [np.exp(_weighted(np.log((h[ok] + a + 0.5) / (w[ok] + b + 0.5)), weight, side)) for a, b in (up[::-1], up)]
    blind = (np.isnan(unknown) & use).any(axis=1)
    arrays["range_low"][ok] = np.where(blind, 0.0, np.where(some, ends[0], np.nan))
    arrays["range_high"][ok] = np.where(blind, np.inf, np.where(some, ends[1], np.nan))
    total = (blank_ * (side != 0)).sum(axis=1) + ((h + w)[ok] * (side != 0)).sum(axis=1)
    share = np.full(len(ok), np.nan)
    share[ok] = np.divide((blank_ * (side != 0)).sum(axis=1), total, out=np.zeros(len(total)), where=total > 0)
    arrays["missing"] = share


def _enough(arrays: dict[str, Any], cells: Cells) -> Bools:
    """Gate on sizes: the expected counts of all four cells, had the two groups the same mix."""
    with np.errstate(invalid="ignore"):
        focal, other = arrays["n"], arrays["comparator_n"]
        share = (arrays["k"] + arrays["reference_discretionary"]) / (focal + other)
        least = np.minimum(focal, other) * np.minimum(share, 1 - share)
        return np.asarray(least >= cells.gates["expected"], dtype=bool)


def _own(arrays: dict[str, Any], rows: Bools, sample: ClassSample) -> None:
    result: Randomised = sample.contrast
    arrays["p_greater"][rows], arrays["p_less"][rows] = result.p_greater[rows], result.p_less[rows]
    arrays["own_p"][rows] = result.p_greater[rows]
    arrays["classes"][rows] = (result.discretionary + result.serious)[rows]
    arrays["relabellings"][rows] = result.relabellings[rows]
    arrays["least_p"][rows] = result.least[rows]
