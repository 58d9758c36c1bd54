"""Two groups' hit rates compared in every place, within strata."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Bools, Cells, Floats
from auditor.signals.baseline import printable, small
from auditor.signals.searches import Searches
from auditor.signals.signal import Contrast, Lack, Panel, blank
from auditor.stats.ratios.shares import share_ratio
from auditor.stats.strata.hit_rate import HitComparison, compare_hit_rates

LEVEL = 0.95
_UNRECORDED = 0.5
"""Share of searches without a recorded outcome above which a group's hit rate is withheld."""
_EXTRA = (
    "hits", "reference_hits", "reference_searches", "hit_rate", "hit_low", "hit_high", "reference_rate",
    "reference_low", "reference_high", "strata",
)  # fmt: skip

LACKS = (
    Lack("hit-rate.absent", "hit-rate.need-rows"),
    Lack("hit-rate.suppressed", "hit-rate.need-unsuppressed"),
    Lack("hit-rate.no-searches", "hit-rate.need-searches"),
    Lack("hit-rate.one-group", "hit-rate.need-groups"),
    Lack("hit-rate.unrecorded", "hit-rate.need-contraband"),
    Lack("hit-rate.no-finds", "hit-rate.need-contraband"),
    Lack("hit-rate.no-overlap", "hit-rate.need-longer"),
)


@dataclass(frozen=True)
class HitColumn:
    """One comparison of two groups' hit rates.

    Attributes
    ----------
    contrast : Contrast
    counted : Searches
        Of the focal group (0) and the reference group (1), in strata.
    present : (J,) bool array
        Where any row of the event is in the sources.
    notes : mapping of str to bool array
    unknown : (J,) array
        Searches of people of unrecorded group.
    """

    contrast: Contrast
    counted: Searches
    present: Bools
    unknown: Floats
    notes: dict[str, Bools] = field(default_factory=dict)


def hit_panel(
    signal: str, cells: Cells, columns: Sequence[HitColumn], window: tuple[Sequence[str], Sequence[str]]
) -> Panel:
    """Measure the columns and stack them; what is printed beside another must not give small strata away."""
    parts = [_measure(cells, column) for column in columns]
    for i, part in enumerate(parts):
        for earlier, column in zip(parts[:i], columns, strict=False):
            same = column.contrast.group == columns[i].contrast.group
            part["hidden"] = part["hidden"] | _revealing(cells, part, earlier, same=same)

    def stack(name: str) -> Any:
        return np.column_stack([part[name] for part in parts])

    names = sorted({name for column in columns for name in column.notes})
    none = np.zeros(cells.size, dtype=bool)
    code = stack("code")
    return Panel(
        signal=signal,
        places=cells.ids,
        contrasts=tuple(column.contrast for column in columns),
        code=code,
        testable=stack("testable"),
        lacks=LACKS,
        notes={name: np.column_stack([c.notes.get(name, none) for c in columns]) & (code == 0) for name in names},
        extra={name: stack(name) for name in _EXTRA},
        missing={"group": stack("missing_group"), "contraband": stack("missing_contraband")},
        window=(_wide(window[0], len(columns)), _wide(window[1], len(columns))),
        censored=np.column_stack([column.counted.censored for column in columns]),
        hidden=stack("hidden"),
        range_hidden=stack("range_hidden"),
        base_error=stack("base_error"),
        coarse=stack("strata") > 1,
        stratum=cells.stratum,
        **{name: stack(name) for name in blank(0, 0)},
    )


def _wide(days: Sequence[str], columns: int) -> NDArray[np.object_]:
    return np.column_stack([np.array(days, dtype=object)] * columns)


def _measure(cells: Cells, column: HitColumn) -> dict[str, Any]:
    counted = column.counted
    both: Bools = np.all(counted.searches > 0, axis=1)
    hits = np.where(both[:, None, :], counted.hits, 0.0)
    searches = np.where(both[:, None, :], counted.searches, 0.0)
    part: dict[str, Any] = {name: values[:, 0] for name, values in blank(cells.size, 1).items()}
    part |= {name: np.full(cells.size, np.nan) for name in _EXTRA}
    part["base_error"] = np.zeros(cells.size)
    part["code"] = _codes(column, hits, searches)
    ok = part["code"] == 0
    part["testable"] = np.zeros(cells.size, dtype=bool)
    part["whole"] = np.concatenate([counted.hits.sum(axis=2), (counted.searches - counted.hits).sum(axis=2)], axis=1)
    part["compared"] = np.concatenate([hits.sum(axis=2), (searches - hits).sum(axis=2)], axis=1)
    part["hidden"] = _small_parts(cells, part["compared"])
    if ok.any():
        _fill(part, ok, hits[ok], searches[ok], cells.gates["expected"])
    _missing(part, cells, column, ok)
    return part


def _codes(column: HitColumn, hits: Floats, searches: Floats) -> NDArray[np.int64]:
    """Return 0 where measurable, else the number of the reason (1-based into :data:`LACKS`)."""
    counted = column.counted
    whole, found = counted.searches.sum(axis=2), counted.hits.sum(axis=2)
    made = whole + counted.unrecorded
    code = np.zeros(len(whole), dtype=np.int64)
    code[searches.sum(axis=(1, 2)) == 0] = 7
    code[(found.sum(axis=1) == 0) | (found.sum(axis=1) == whole.sum(axis=1))] = 6
    code[(counted.unrecorded > _UNRECORDED * made).any(axis=1)] = 5
    code[(made == 0).any(axis=1)] = 4
    code[(made == 0).all(axis=1)] = 3
    code[counted.censored] = 2
    code[~column.present] = 1
    return code


def _small_parts(cells: Cells, counts: Floats) -> Bools:
    """Return where hits or misses of either group may not be printed; counts are hits, then misses, by group."""
    hidden = ~printable(counts[:, 0], counts[:, 0] + counts[:, 2], cells)
    return hidden | ~printable(counts[:, 1], counts[:, 1] + counts[:, 3], cells)


def _revealing(cells: Cells, part: dict[str, Any], earlier: dict[str, Any], *, same: bool) -> Bools:
    """Return where the counts of two comparisons differ by 1 to 10: whoever has both would know that number.

    Comparisons of two focal groups share the reference group only.
    """
    gap = np.abs(part["compared"] - earlier["compared"])[:, slice(None) if same else slice(1, None, 2)]
    return np.asarray(small(gap, cells).any(axis=1), dtype=bool)


def _missing(part: dict[str, Any], cells: Cells, column: HitColumn, ok: Bools) -> None:
    made = part["whole"].sum(axis=1) + column.counted.unrecorded.sum(axis=1)
    silent = column.counted.unrecorded.sum(axis=1)
    for name, count, base in (
        ("missing_group", column.unknown, made + column.unknown),
        ("missing_contraband", silent, made),
    ):
        part[name] = np.divide(count, base, out=np.full(cells.size, np.nan), where=ok & (base > 0))
    part["range_hidden"] = small(column.unknown, cells) | small(silent, cells)


def _fill(part: dict[str, Any], ok: Bools, hits: Floats, searches: Floats, least: float) -> None:
    h, w = hits[:, 0], hits[:, 1]
    n, m = searches[:, 0], searches[:, 1]
    # Both ways round: the reference group on top gives the ratio, the focal one the p-value of fewer hits.
    over, under = compare_hit_rates(w, m, h, n, LEVEL), compare_hit_rates(h, n, w, m, LEVEL)
    focal, reference = under.focal, under.reference
    ratio, low, high = _ratio(over, h, n, w, m)
    base = _base(h, n, w, m, ratio)
    total, base_n = focal.searches, reference.searches
    part["k"][ok], part["n"][ok], part["base"][ok] = total - h.sum(axis=1), total, base
    part["estimate"][ok], part["low"][ok], part["high"][ok] = ratio, low, high
    part["p_greater"][ok], part["p_less"][ok] = under.p_lower, over.p_lower
    # The plain share, not ``base``: with all its digits that one would tell of single small strata.
    part["comparator"][ok], part["comparator_n"][ok] = 1 - reference.rate, base_n
    part["base_error"][ok] = _base_error(focal.rate, total, reference.rate, base_n, base, over.ratio.se)
    gap, several = over.difference, (n > 0).sum(axis=1) > 1
    for name, values in (("absolute", gap.estimate), ("absolute_low", gap.low), ("absolute_high", gap.high)):
        part[name][ok] = np.where(several, np.rint(1000 * values), 1000 * values)
    part["testable"][ok] = _expected(h, n, w, m) >= least
    extra = {
        "hits": h.sum(axis=1),
        "reference_hits": w.sum(axis=1),
        "reference_searches": base_n,
        "hit_rate": focal.rate,
        "hit_low": focal.low,
        "hit_high": focal.high,
        "reference_rate": reference.rate,
        "reference_low": reference.low,
        "reference_high": reference.high,
        "strata": (n > 0).sum(axis=1),
    }
    for name in _EXTRA:
        part[name][ok] = extra[name]


def _ratio(over: HitComparison, h: Floats, n: Floats, w: Floats, m: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the reference group's hit rate over the focal group's, with its limits.

    One stratum has the score interval; several are pooled with Mantel and Haenszel's weights.
    """
    single = share_ratio(w.sum(axis=1), m.sum(axis=1), h.sum(axis=1), n.sum(axis=1), LEVEL)
    one, pooled = (n > 0).sum(axis=1) == 1, over.ratio
    low, high = np.where(one, single.low, pooled.low), np.where(one, single.high, pooled.high)
    return np.where(one, single.ratio, pooled.estimate), low, high


def _base(h: Floats, n: Floats, w: Floats, m: Floats, ratio: Floats) -> Floats:
    """Return the miss share of the reference group in the focal group's strata, in agreement with the pooled ratio.

    Where the ratio is 0 or infinite the reference group's own shares are weighed by the focal group's searches; half a
    search is kept on either side, since the screen works on log odds.
    """
    total, held = n.sum(axis=1), np.maximum(m, 1.0)
    own = 1 - (n * w / held).sum(axis=1) / total
    with np.errstate(invalid="ignore"):
        agreed = 1 - ratio * h.sum(axis=1) / total
    base = np.where(np.isfinite(ratio) & (ratio > 0) & (agreed > 0), agreed, own)
    edge = 0.5 / (m.sum(axis=1) + 1)
    return np.clip(base, edge, 1 - edge)


def _base_error(rate: Floats, n: Floats, other: Floats, m: Floats, base: Floats, se: Floats) -> Floats:
    """Return the standard error of the log odds of ``base``: what is left of the pooled ratio's error.

    var log ratio = var log (focal hit rate) + var log (reference hit rate), and d logit(b) = d log(1 - b) / b. Where
    the ratio has no error (an empty side), half an event is added to the reference group's plain one.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        left = se**2 - (1 - rate) / (n * rate)
        known = np.sqrt(left) / base
    hits = other * m
    plain = np.sqrt(1 / (hits + 0.5) + 1 / (m - hits + 0.5))
    return np.where(np.isfinite(known) & (left > 0), known, plain)


def _expected(h: Floats, n: Floats, w: Floats, m: Floats) -> Floats:
    """Return the smallest expected count of hits or misses in either group, with equal rates within strata."""
    whole = np.maximum(n + m, 1.0)
    cells = [(side * part / whole).sum(axis=1) for side in (n, m) for part in (h + w, n + m - h - w)]
    return np.asarray(np.minimum.reduce(cells))
