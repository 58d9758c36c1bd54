"""Officers and agencies that record otherwise than their colleagues do with persons of the same names."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Cells, Floats
from auditor.signals.described import Column
from auditor.signals.naming.counts import FOCAL, Named, numbered, sums
from auditor.signals.signal import Contrast
from auditor.stats.recording.bins import FIRST_ABOVE
from auditor.stats.recording.peers import compare_recorders

Q = 0.05
_CUTS = (FIRST_ABOVE, FIRST_ABOVE + 3, FIRST_ABOVE + 8, FIRST_ABOVE + 16)
"""Bins that colleagues are compared within: chances from .75, .86, .96 and .99 on."""


def units_column(
    cells: Cells, named: Named, key: str, contrast: Contrast, code: NDArray[np.int64], few: int, least: int
) -> Column:
    """Return, of the persons above the threshold who are not recorded as of the group, the share recorded by units that
    stand out from the other units of their place at a false discovery rate of .05.

    Parameters
    ----------
    cells : Cells
    named : Named
    key : str
        ``"agency"`` or ``"officer_code"``.
    contrast : Contrast
    code : int array
        Why a place has no number; 0 elsewhere.
    few : int
        Code of places with fewer than ``least`` units to compare, and of all where no error rate can be promised.
    least : int
    """
    unit, place = _units(named, key)
    persons = sums(named, unit, len(place))
    grouped = np.add.reduceat(persons, _CUTS, axis=2)
    otherwise, everyone = grouped.sum(axis=1) - grouped[:, FOCAL], grouped.sum(axis=1)
    found = compare_recorders(otherwise, everyone, place, cells.size, int(cells.gates["persons"]))
    flagged = found.tested & (np.nan_to_num(found.q, nan=1.0) <= Q) & found.promised

    def by_place(values: Floats) -> Floats:
        return np.bincount(place, values, cells.size).astype(float)

    tested = by_place(found.tested.astype(float))
    k, n = by_place(np.where(flagged, found.k, 0.0)), by_place(np.where(found.tested, found.k, 0.0))
    too_few = (tested < least) | (n == 0) | (not found.promised)
    share = np.divide(k, n, out=np.full(cells.size, np.nan), where=n > 0)
    nothing = np.full(cells.size, np.nan)
    values = {"k": k, "n": n, "estimate": share, "low": nothing, "high": nothing, "comparator_n": nothing}
    return Column(
        contrast,
        np.where((code == 0) & too_few, few, code),
        values,
        {"units": tested},
        printed={"not": (k, n, n - k)},
        censored=named.censored,
    )


def _units(named: Named, key: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number the units of all places; -1 where none is recorded. The second array is the place of each."""
    raw = named.rows.columns[key]
    if raw.dtype.kind == "i":
        value = raw.astype(np.int64)
    else:
        value = np.unique(raw.astype(str), return_inverse=True)[1].astype(np.int64)
        value = np.where(raw.astype(str) == "", -1, value)
    known = value >= 0
    if not known.any():
        return np.full(len(value), -1, dtype=np.int64), np.zeros(0, dtype=np.int64)
    number, first = numbered((named.rows.index[known], value[known]))
    unit = np.full(len(value), -1, dtype=np.int64)
    unit[known] = number
    return unit, named.rows.index[known][first]
