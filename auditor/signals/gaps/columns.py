"""What gaps are like: how many, when, with which outcome, and what they could hide."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Cells, Floats
from auditor.signals.baseline import small
from auditor.signals.described import Column
from auditor.signals.exposures import Exposure
from auditor.signals.gaps.counts import Gaps, monthly
from auditor.signals.groups import CountedGroups
from auditor.signals.signal import Contrast
from auditor.signals.ways import few_ways_of_strata, ways_to_share
from auditor.stats.ratios.rates import rate_ratio
from auditor.stats.recording.misclassified import error_bounds
from auditor.stats.recording.missing_group import missing_by_outcome, missing_range, missing_share, unevenness

LEVEL = 0.95
_MONTH_WAYS = 10.0
"""Decimal logarithm of the ways to share records out over months below which two numbers about months tell them."""
Codes = NDArray[np.int64]
Range = tuple[float, float]


def share_column(cells: Cells, gaps: Gaps, contrast: Contrast, code: Codes) -> Column:
    """Return the share of records without a group."""
    share, low, high = missing_share(gaps.missing, gaps.total, LEVEL)
    values = {"k": gaps.missing, "n": gaps.total, "estimate": share, "low": low, "high": high}
    printed = {"missing": (gaps.missing,), "told": (gaps.total - gaps.missing,), "all": (gaps.total,)}
    return Column(contrast, code, values, printed=printed, censored=gaps.censored)


def time_column(cells: Cells, gaps: Gaps, contrast: Contrast, code: Codes, few: int) -> Column:
    """Return the difference of the share of gaps between the later and the earlier half of each place's months."""
    missing, total = monthly(gaps, cells.size)
    late = _late(total)
    sides = [(missing * side).sum(axis=1) for side in (late, ~late)]
    wholes = [(total * side).sum(axis=1) for side in (late, ~late)]
    (after, a_low, a_high), (before, b_low, b_high) = (
        missing_share(k, n, LEVEL) for k, n in zip(sides, wholes, strict=True)
    )
    where, at = np.nonzero(total > 0)
    uneven = unevenness(missing[where, at], total[where, at], where, cells.size)
    least = cells.gates["persons"]
    code = np.where((code == 0) & ((wholes[0] < least) | (wholes[1] < least)), few, code)
    hidden = _tells_months(cells, missing, total, late)
    gap = after - before
    # Newcombe (1998), Statistics in Medicine 17, 873-890, method 10.
    low, high = gap - np.hypot(after - a_low, b_high - before), gap + np.hypot(a_high - after, before - b_low)
    values = {
        "k": sides[0], "n": wholes[0], "estimate": gap, "low": low, "high": high, "comparator": before,
        "comparator_n": wholes[1], "absolute": 1000 * gap, "absolute_low": 1000 * low, "absolute_high": 1000 * high,
    }  # fmt: skip
    extra = {
        "early": before, "late": after, "n_early": wholes[1], "n_late": wholes[0], "rho": np.round(uneven.rho, 3),
        "p_months": np.round(uneven.p, 4), "months": uneven.units.astype(float),
    }  # fmt: skip
    printed = {
        "missing": tuple(sides),
        "told": tuple(n - k for k, n in zip(sides, wholes, strict=True)),
        "all": tuple(wholes),
    }
    return Column(contrast, code, values, extra, printed=printed, censored=gaps.censored, hidden=hidden)


def _tells_months(cells: Cells, missing: Floats, total: Floats, late: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return where a month holds 1 to 10 people of a kind, and so few months are left that p and rho tell which.

    Of three months they left one table of a thousand ways, the true one. They have seven digits together at most.
    """
    kinds = (missing, total - missing, total)
    few = np.any([small(kind, cells).any(axis=1) for kind in kinds], axis=0)
    ways = np.zeros(len(total))
    for half in (late, ~late):
        months = ((total > 0) & half).sum(axis=1)
        for kind in kinds[:2]:
            ways += ways_to_share((kind * half).sum(axis=1), months)
    return np.asarray(few & (ways < _MONTH_WAYS), dtype=bool)


def _late(total: Floats) -> NDArray[np.bool_]:
    """Mark the later half of each place's months, from its first to its last with a record."""
    some, at = total > 0, np.arange(total.shape[1])
    first = np.where(some.any(axis=1), some.argmax(axis=1), 0)
    last = np.where(some.any(axis=1), total.shape[1] - 1 - some[:, ::-1].argmax(axis=1), 0)
    return np.asarray(at >= ((first + last + 1) / 2)[:, None])


def outcome_column(
    cells: Cells,
    counted: tuple[Floats, Floats, Floats, Floats],
    contrast: Contrast,
    code: Codes,
    few: int,
    alike: int,
    beside: tuple[Floats, ...],
) -> Column:
    """Return the odds ratio of a gap with the outcome against without it, within agency and month.

    Parameters
    ----------
    cells : Cells
    counted : four (J, K) arrays
        See :func:`auditor.signals.gaps.counts.by_outcome`.
    contrast : Contrast
    code : int array
    few : int
        Code of places with too few records on either side.
    alike : int
        Code of places where no agency and month has records of both kinds, or all or none of them are gaps.
    beside : (J,) arrays
        See :func:`auditor.signals.gaps.counts.beside_outcome`.
    """
    missing_with, with_, missing_without, without = counted
    found = missing_by_outcome(missing_with, with_, missing_without, without, LEVEL)
    a, n, c, m = (values.sum(axis=1) for values in counted)
    least = cells.gates["persons"]
    code = np.where((code == 0) & (np.isnan(found.odds_ratio) | (found.strata == 0)), alike, code)
    code = np.where((code == 0) & ((n < least) | (m < least)), few, code)
    gap = 1000 * (found.share_with - found.share_without)
    values = {
        "k": a, "n": n, "estimate": found.odds_ratio, "low": found.low, "high": found.high,
        "comparator": found.share_without, "comparator_n": m, "absolute": gap,
    }  # fmt: skip
    extra = {
        "share_with": found.share_with, "share_without": found.share_without, "n_without": m,
        "p_shuffle": _two_digits(found.p), "strata": found.strata.astype(float),
    }  # fmt: skip
    printed: dict[str, tuple[Floats, ...]] = {
        "missing": (a, c, a + c),
        "told": (n - a, m - c, n + m - a - c),
        "all": (n, m, n + m),
    }
    printed["beside"] = beside
    every = np.ones(cells.size, dtype=bool)
    # Only strata that hold records of both kinds enter the odds ratio.
    both = (with_ > 0) & (without > 0)
    k, total = (
        np.where(both[:, None], np.stack(pair, axis=1), 0.0)
        for pair in ((missing_with, missing_without), (with_, without))
    )
    hidden = few_ways_of_strata(cells, k, total)
    return Column(contrast, code, values, extra, printed=printed, coarse=every, hidden=hidden)


def _two_digits(p: Floats) -> Floats:
    size = 10.0 ** (1 - np.floor(np.log10(np.maximum(p, 1e-300))))
    return np.asarray(np.round(p * size) / size)


def bounds_column(
    cells: Cells,
    counted: CountedGroups,
    base: Exposure,
    g: int,
    contrast: Contrast,
    code: Codes,
    absent: int,
    errors: tuple[Range, Range] | None,
) -> Column:
    """Return the ratio of two groups' rates, and beside it how far the gaps could move it.

    Parameters
    ----------
    cells : Cells
    counted : CountedGroups
    base : Exposure
        Of the focal groups and the reference group, as ``counted``.
    g : int
        Which focal group.
    contrast : Contrast
    code : int array
    absent : int
        Code of places without both groups, or without a population of both.
    errors : pair of ranges or None
        Sensitivity and specificity of the recorded group thought possible.
    """
    h, w = counted.cube.values[:, g], counted.cube.values[:, -1]
    eh, ew = base.values[:, g], base.values[:, -1]
    seen = counted.cube.observed[:, g] & counted.cube.observed[:, -1] & base.observed[:, g] & base.observed[:, -1]
    usable = seen & (h + w > 0) & (eh > 0) & (ew > 0) & np.isfinite(counted.unknown)
    code = np.where((code == 0) & ~usable, absent, code)
    u = np.where(usable, counted.unknown, 0.0)
    h, w, eh, ew = (np.where(usable, values, 1.0) for values in (h, w, eh, ew))
    ratio = rate_ratio(h, w, eh, ew, LEVEL)
    reach = missing_range(h, eh, w, ew, u, LEVEL)
    some = u > 0
    ranges = {"missing-group": (np.where(some, reach.low, np.nan), np.where(some, reach.high, np.nan))}
    if errors is not None:
        wrong = error_bounds(h, w, eh, ew, errors[0], errors[1], LEVEL)
        ranges["misrecorded-group"] = (wrong.low, wrong.high)
    values = {
        "k": h, "n": h + w, "base": np.clip(eh / (eh + ew), 1e-9, 1 - 1e-9), "estimate": ratio.ratio,
        "low": ratio.low, "high": ratio.high, "comparator": eh / (eh + ew), "comparator_n": h + w,
    }  # fmt: skip
    extra = {
        "reference_k": w, "unknown": u, "bound_low": reach.low, "bound_high": reach.high,
        "limit_low": reach.limit_low, "limit_high": reach.limit_high, "tipping": reach.tipping,
    }  # fmt: skip
    rest = counted.everyone - h - w - u
    printed = {"missing": (u,), "focal": (h,), "reference": (w,), "rest": (rest,), "all": (h + w,)}
    # With a gap that no number bounds the sentence has no range to state.
    testable = usable & np.isfinite(reach.high) & np.isfinite(reach.limit_high)
    return Column(contrast, code, values, extra, testable=testable, ranges=ranges, printed=printed)
