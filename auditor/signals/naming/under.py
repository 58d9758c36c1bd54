"""Too few recorded: the share that names show over the share that is recorded, and who is recorded as another group."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from auditor.cells import Bools, Cells, Floats
from auditor.signals.baseline import small
from auditor.signals.described import Column
from auditor.signals.naming.counts import FOCAL, REFERENCE, Named
from auditor.signals.signal import Contrast
from auditor.stats.ratios.intervals import wilson
from auditor.stats.recording.audit import else_recorded, under_count
from auditor.stats.recording.bins import FIRST_ABOVE
from auditor.stats.recording.prior_shift import scores
from auditor.stats.recording.shifted_count import ShiftedCount, shifted_under_count

LEVEL = 0.95
_Z = float(ndtri((1 + LEVEL) / 2))
_EDGE = 1e-6


def under_column(
    cells: Cells, named: Named, contrast: Contrast, code: NDArray[np.int64], error: float, nobody: int
) -> Column:
    """Return U, the share estimated from names over the recorded share, of every place.

    Parameters
    ----------
    cells : Cells
    named : Named
    contrast : Contrast
        Of the shape ``hits``: k of n are not recorded as of the group, against the share that is not by its names.
    code : int array
        Why a place has no number; 0 elsewhere.
    error : float
        Standard error of the log of true over estimated members.
    nobody : int
        Code of places where neither names nor records show anyone of the group.
    """
    found = shifted_under_count(named.cells, FOCAL, named.prior, LEVEL, error)
    n, recorded = named.persons, named.recorded
    share = np.where(n > 0, np.nan_to_num(found.share.share), 0.0)
    code = np.where((code == 0) & np.isnan(found.ratio), nobody, code)
    ok = code == 0
    base = np.clip(1 - share, _EDGE, 1 - _EDGE)
    greater, less = _tests(named, found, share)
    plain = under_count(named.cells, FOCAL, LEVEL, error)
    seen = np.divide(recorded, n, out=np.zeros_like(n), where=n > 0)
    low, high = wilson(recorded, n, LEVEL)
    values = {
        "k": n - recorded, "n": n, "base": base, "estimate": found.ratio, "low": found.low, "high": found.high,
        "p_greater": greater, "p_less": less, "comparator": _rounded(1 - share), "comparator_n": n,
        "absolute": np.rint(1000 * (share - seen)),
        "absolute_low": np.rint(1000 * (share - seen - np.hypot(share - found.share.low, high - seen))),
        "absolute_high": np.rint(1000 * (share - seen + np.hypot(found.share.high - share, seen - low))),
    }  # fmt: skip
    extra = {
        "recorded": recorded, "recorded_share": seen, "named_share": _rounded(share),
        "named_low": _rounded(found.share.low), "named_high": _rounded(found.share.high), "residents": named.prior,
        "plain": _rounded(plain.ratio), "plain_low": _rounded(plain.low), "plain_high": _rounded(plain.high),
    }  # fmt: skip
    return Column(
        contrast,
        code,
        values,
        extra,
        testable=ok & (np.minimum(n * share, n * (1 - share)) >= cells.gates["expected"]),
        missing=_missing(named, ok),
        ranges={"names-as-they-stand": (np.fmin(found.ratio, plain.ratio), np.fmax(found.ratio, plain.ratio))},
        # Other tests count everybody of a group: less these, they tell who has no usable name.
        printed={
            "all": (n,),
            "as": (recorded,),
            "not": (n - recorded,),
            "unnamed": (named.unnamed_focal, named.unnamed - named.unnamed_focal),
        },
        censored=named.censored,
        # A share estimated from many small cells: few digits, so that none can be worked out.
        coarse=np.ones(cells.size, dtype=bool),
        range_hidden=small(named.unnamed, cells) | small(named.ungrouped, cells),
        base_error=_base_error(n, seen, base, found),
    )


def else_column(cells: Cells, named: Named, contrast: Contrast, code: NDArray[np.int64], few: int) -> Column:
    """Return the share of persons whose chance lies above the threshold who are recorded as of the reference group."""
    found = else_recorded(named.cells, REFERENCE, FIRST_ABOVE, LEVEL)
    code = np.where((code == 0) & (found.n < cells.gates["persons"]), few, code)
    expected = np.divide(found.expected, found.n, out=np.full(cells.size, np.nan), where=found.n > 0)
    gap = 1000 * (found.share - expected)
    values = {
        "k": found.k, "n": found.n, "estimate": found.share, "low": found.low, "high": found.high,
        "comparator": _rounded(expected), "comparator_n": found.n, "absolute": np.rint(gap),
        "absolute_low": np.rint(1000 * (found.low - expected)),
        "absolute_high": np.rint(1000 * (found.high - expected)),
    }  # fmt: skip
    return Column(
        contrast,
        code,
        values,
        {"expected": _rounded(expected)},
        printed={"all": (found.n,), "not": (found.k,), "rest": (found.n - found.k,)},
        censored=named.censored,
    )


def _missing(named: Named, ok: Bools) -> dict[str, Floats]:
    """Return the shares of persons without a usable surname, and without a group, among those who have the other."""
    found = {}
    for name, count in (("surname", named.unnamed), ("group", named.ungrouped)):
        all_ = named.persons + count
        found[name] = np.divide(count, all_, out=np.full(len(ok), np.nan), where=ok & (all_ > 0))
    return found


def _tests(named: Named, found: ShiftedCount, share: Floats) -> tuple[Floats, Floats]:
    """One-sided p-values of U = 1 that agree with its limits; without a finite U, of the difference of the shares."""
    with np.errstate(divide="ignore", invalid="ignore"):
        log_u = np.log(found.ratio)
        gap = np.where(log_u >= 0, log_u - np.log(found.low), np.log(found.high) - log_u)
        z = np.where(gap > 0, _Z * log_u / gap, 0.0)
    z = np.where(np.isfinite(log_u) & np.isfinite(z), z, _difference(named, share))
    return np.asarray(ndtr(-z)), np.asarray(ndtr(z))


def _difference(named: Named, share: Floats) -> Floats:
    """Estimated less recorded share over its standard error, person by person (both moved by the same persons)."""
    n, total = named.cells.n, np.maximum(named.persons, 1)
    slope = scores(n.sum(axis=1), named.cells.chance.sum(axis=1), named.prior, share)
    information = (n.sum(axis=1) * slope**2).sum(axis=1)
    influence = slope * np.divide(total, information, out=np.zeros_like(total), where=information > 0)[:, None]
    own = influence[:, None, :] + np.where(np.arange(n.shape[1]) == FOCAL, -1.0, 0.0)[:, None]
    mean = (n * own).sum(axis=(1, 2)) / total
    error = np.sqrt((n * (own - mean[:, None, None]) ** 2).sum(axis=(1, 2))) / total
    gap = share - named.recorded / total
    return np.divide(gap, error, out=np.zeros_like(gap), where=error > 0)


def _base_error(n: Floats, seen: Floats, base: Floats, found: ShiftedCount) -> Floats:
    """Return the standard error of the log odds of ``base``: what U's error has beyond that of the recorded share.

    var log U = (1 - r) / (n r) + var log s, and d logit(b) = d log(1 - b) / b. Names and records move together, so the
    whole is less than its parts as a rule, and nothing is left.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        whole = ((np.log(found.high) - np.log(found.low)) / (2 * _Z)) ** 2
        left = whole - (1 - seen) / (n * seen)
        known = np.sqrt(left) / base
    alone = np.divide(found.share.se, (1 - base) * base, out=np.zeros_like(base), where=base < 1 - _EDGE)
    return np.where(np.isfinite(known), known, np.where(seen > 0, 0.0, np.nan_to_num(alone)))


def _rounded(value: Floats) -> Floats:
    """Three significant digits: sums over many small cells must not tell of one."""
    size = np.floor(np.log10(np.where(np.isfinite(value) & (value > 0), value, 1.0)))
    scale = 10.0 ** (2 - size)
    return np.asarray(np.round(value * scale) / scale)
