"""People who come together: encounters and officers as units, wherever they make a comparison of two sides less sure.

People of one encounter (one agency, day, minute and officer, as far as these are recorded) often share its outcome, and
an officer's cases are alike. Interval and p-values are no narrower than what people taken as independent, encounters
and officers each allow.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Bools, Floats, RowTable
from auditor.signals.cases import positions, strata
from auditor.signals.side_base import share_error
from auditor.signals.signal import Panel
from auditor.signals.units import UNITS, Together, Units
from auditor.stats.numbering import combined
from auditor.stats.strata.unit_jackknife import Left, Parts, leave_units

ENCOUNTERS, OFFICERS, APART = "together.caveat-encounters", "together.caveat-officers", "together.caveat-apart"
"""Notes: encounters are allowed for but no officers; officers too; neither."""
FEWEST_OFFICERS = 6
"""Officers with cases that are compared, below which they are not taken as units."""
_TOLD = 0.9
"""Share of the compared cases that must name their encounter, or officer."""
_CHANGED = ("low", "high", "p_greater", "p_less", "absolute_low", "absolute_high")


def together_of(
    rows: RowTable,
    places: int,
    groups: Sequence[str],
    *,
    told: Bools,
    hit: Bools,
    by: Sequence[str],
    keys: tuple[str, str] = UNITS,
) -> Together:
    """Split the cases of a comparison into encounters, and into officers.

    Parameters
    ----------
    rows : RowTable
        Of one event, with the key ``group`` and those of ``by``.
    places : int
        Number of places J.
    groups : sequence of str
        Focal and reference group.
    told, hit : (R,) bool arrays
        Rows of which the outcome is recorded, and those of them that have it.
    by : sequence of str
        Keys that tell the strata of a place apart.
    keys : pair of str
        As :data:`auditor.signals.units.UNITS`; where the rows do not have them, nothing is told.
    """
    side = positions(rows, groups)
    kept = told & (side >= 0)
    at, _ = strata(rows, kept, by)
    place, n = rows.index[kept], rows.n[kept]
    counts = np.zeros((len(place), 4))
    counts[np.arange(len(place)), 2 * side[kept] + ~hit[kept]] = n
    found = []
    for key, least, fewest in ((keys[0], 0, 2), (keys[1], -1, FEWEST_OFFICERS)):
        code = rows.columns[key][kept] if key in rows.columns else np.full(len(place), -1, dtype=np.int64)
        known = code >= 0
        # What is not told of all of a place may still be told of most.
        share = np.bincount(place, np.where(known, n, 0.0), places) / np.maximum(np.bincount(place, n, places), 1.0)
        parts = _parts(place, at[kept], code, counts, alone=code <= least)
        found.append(Units(parts, np.asarray(share >= _TOLD, dtype=bool), fewest))
    return Together(*found)


def _parts(
    place: NDArray[np.int64], stratum: NDArray[np.int64], code: NDArray[np.int64], counts: Floats, *, alone: Bools
) -> Parts:
    """Put the rows of one unit and stratum together; rows of people alone become as many units of one."""
    named = [values[~alone] for values in (place, stratum, code)]
    at, one = combined(*named)
    summed = np.column_stack([np.bincount(at, column, len(one)) for column in counts[~alone].T])
    single = counts[alone]
    # Numbers of their own, below those of any unit that is told.
    own = -2 - np.arange(len(single), dtype=np.int64)
    names = [np.concatenate([x[one], y]) for x, y in zip(named, (place[alone], stratum[alone], own), strict=True)]
    every = np.concatenate([summed, (single > 0).astype(np.float64)])
    return Parts(names[0], names[1], names[2], every, np.concatenate([np.ones(len(one)), single.sum(axis=1)]))


def widened(panel: Panel, units: Sequence[Together | None], *, shares: tuple[str, str], upside_down: bool) -> Panel:
    """Widen interval and p-values to what encounters and officers allow, and say which of them could be allowed for.

    Parameters
    ----------
    panel : Panel
        Of `sides.side_panel`.
    units : sequence of Together or None
        Of each column, in their order; None for one without.
    shares : pair of str
        Names in ``extra`` of the focal and the reference side's share with the outcome.
    upside_down : bool
        Whether the estimate is the reference side's share over the focal side's, and ``base`` the share without the
        outcome.
    """
    if all(one is None for one in units):
        return panel
    arrays = {name: getattr(panel, name).copy() for name in _CHANGED}
    base_error = np.zeros(panel.code.shape) if panel.base_error is None else panel.base_error.copy()
    arrays["base_error"] = base_error
    notes = {name: np.zeros(panel.code.shape, dtype=bool) for name in (ENCOUNTERS, OFFICERS, APART)}
    for c, one in enumerate(units):
        if one is None:
            continue
        measured = panel.code[:, c] == 0
        done = {}
        for name, kind in ((ENCOUNTERS, one.encounters), (OFFICERS, one.officers)):
            left = leave_units(kind.parts, len(panel.places))
            done[name] = measured & kind.told & (left.units >= kind.fewest) & np.isfinite(left.se)
            _widen(arrays, panel, c, done[name], left, shares, -1.0 if upside_down else 1.0)
        notes[OFFICERS][:, c] = done[OFFICERS]
        notes[ENCOUNTERS][:, c] = done[ENCOUNTERS] & ~done[OFFICERS]
        notes[APART][:, c] = measured & ~done[ENCOUNTERS] & ~done[OFFICERS]
    # With all digits, limits that rest on single encounters or officers would tell of them.
    coarse = notes[ENCOUNTERS] | notes[OFFICERS]
    coarse = coarse if panel.coarse is None else coarse | panel.coarse
    return dataclasses.replace(panel, notes={**panel.notes, **notes}, coarse=coarse, **arrays)


def _widen(
    arrays: dict[str, Floats], panel: Panel, c: int, where: Bools, left: Left, shares: tuple[str, str], sign: float
) -> None:
    """Widen one column where its units allow for something; ``sign`` is -1 where the ratio stands upside down."""
    if not where.any():
        return
    reach = left.reach()[where]
    value, width = sign * left.log_ratio[where], reach * left.se[where]
    more, less = left.p(sign)[where], left.p(-sign)[where]
    gap, gap_width = 1000 * sign * left.gap[where], 1000 * reach * left.gap_se[where]
    lower = {"low": np.exp(value - width), "absolute_low": np.rint(gap - gap_width)}
    upper = {"high": np.exp(value + width), "absolute_high": np.rint(gap + gap_width)}
    upper |= {"p_greater": more, "p_less": less}
    for choose, wider in ((np.minimum, lower), (np.maximum, upper)):
        for name, values in wider.items():
            arrays[name][where, c] = choose(arrays[name][where, c], values)
    share, reference = (panel.extra[name][where, c] for name in shares)
    base = panel.base[where, c] if sign > 0 else 1 - panel.base[where, c]
    error = share_error(share, panel.n[where, c], reference, panel.comparator_n[where, c], base, left.se[where])
    arrays["base_error"][where, c] = np.maximum(arrays["base_error"][where, c], error)
