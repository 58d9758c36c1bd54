"""Two groups' hit rates compared in every place, within strata: the shape "hits"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from auditor.cells import Bools, Cells, Floats
from auditor.signals.searches import Searches
from auditor.signals.side_base import least_expected, reference_share, share_error
from auditor.signals.sides import LEVEL, Blank, Counted, PairColumn, Part, Shape, side_panel
from auditor.signals.signal import Contrast, Lack, Panel
from auditor.signals.together import widened
from auditor.signals.units import Together
from auditor.stats.ratios.shares import share_ratio
from auditor.stats.strata.hit_rate import HitComparison, compare_hit_rates

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
    blank : Blank or None
        What those of known result could do to the reference group's hit rate over the focal group's.
    whole : (J, 3) array or None
        All cases of each group and of none recorded, searched or not.
    units : Together or None
        The same searches by encounter and by officer.
    missing_hidden : (J,) bool array or None
        Where a share of searches without a result would tell how few of another group have none.
    """

    contrast: Contrast
    counted: Searches
    present: Bools
    unknown: Floats
    notes: dict[str, Bools] = field(default_factory=dict)
    blank: Blank | None = None
    whole: Floats | None = None
    units: Together | None = None
    missing_hidden: Bools | None = None

    def sides(self) -> PairColumn:
        """Return the same as a comparison of two sides, of which hits are the outcome."""
        found = self.counted
        counted = Counted(found.hits, found.searches, found.unrecorded, found.censored)
        return PairColumn(
            self.contrast,
            counted,
            self.present,
            self.unknown,
            self.notes,
            blank=self.blank,
            whole=self.whole,
            units=self.units,
            missing_hidden=self.missing_hidden,
        )


def hit_panel(
    signal: str, cells: Cells, columns: Sequence[HitColumn], window: tuple[Sequence[str], Sequence[str]]
) -> Panel:
    """Measure the columns and stack them; what is printed beside another must not give small strata away."""
    shape = Shape(LACKS, _fill, _EXTRA, "contraband")
    panel = side_panel(signal, cells, [column.sides() for column in columns], window, shape)
    return widened(panel, [c.units for c in columns], shares=("hit_rate", "reference_rate"), upside_down=True)


def _fill(part: Part, ok: Bools, hits: Floats, searches: Floats, least: float) -> None:
    h, w = hits[:, 0], hits[:, 1]
    n, m = searches[:, 0], searches[:, 1]
    # Both ways round: the reference group on top gives the ratio, the focal one the p-value of fewer hits.
    over, under = compare_hit_rates(w, m, h, n, LEVEL), compare_hit_rates(h, n, w, m, LEVEL)
    focal, reference = under.focal, under.reference
    ratio, low, high = _ratio(over, h, n, w, m)
    total, base_n = focal.searches, reference.searches
    with np.errstate(invalid="ignore"):
        agreed = np.where(np.isfinite(ratio), ratio * h.sum(axis=1) / total, np.nan)
    rate = reference_share(agreed, n, w, m)
    part["k"][ok], part["n"][ok], part["base"][ok] = total - h.sum(axis=1), total, 1 - rate
    part["estimate"][ok], part["low"][ok], part["high"][ok] = ratio, low, high
    part["p_greater"][ok], part["p_less"][ok] = under.p_lower, over.p_lower
    # The plain share, not ``base``: with all its digits that one would tell of single small strata.
    part["comparator"][ok], part["comparator_n"][ok] = 1 - reference.rate, base_n
    part["base_error"][ok] = share_error(focal.rate, total, reference.rate, base_n, rate, over.ratio.se)
    gap, several = over.difference, (n > 0).sum(axis=1) > 1
    for name, values in (("absolute", gap.estimate), ("absolute_low", gap.low), ("absolute_high", gap.high)):
        part[name][ok] = np.where(several, np.rint(1000 * values), 1000 * values)
    part["testable"][ok] = least_expected(h, n, w, m) >= least
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
