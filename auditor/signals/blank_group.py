"""Cases of unrecorded group and known outcome: how far assigning them could move a comparison of two groups."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Bools, Cells, Floats, RowTable
from auditor.signals.baseline import small
from auditor.signals.cases import spread
from auditor.signals.sides import Blank
from auditor.signals.ways import MORE_WAYS, stratum_ways
from auditor.stats.strata.unknown_group import unknown_group_bounds

_NAMELESS = ("", "unknown")


def blank_group(
    rows: RowTable, cells: Cells, groups: tuple[str, str], *, told: Bools, hit: Bools, by: Sequence[str]
) -> Blank:
    """Bound a comparison over every way to give the cases of unrecorded group to its two sides.

    Parameters
    ----------
    rows : RowTable
        Of one event, with the key ``group`` and those of ``by``.
    cells : Cells
    groups : pair of str
        Focal and reference group.
    told, hit : (R,) bool arrays
        Rows of which the outcome is recorded, and those of them that have it.
    by : sequence of str
        Keys that tell the strata of a place apart.
    """
    names = np.where(np.isin(rows.columns["group"].astype(str), _NAMELESS), "unknown", rows.columns["group"])
    named = RowTable(rows.index, {**rows.columns, "group": names.astype(object)}, rows.n, rows.censored)
    k, n = spread(named, cells.size, (*groups, "unknown"), (told & hit, told), by, within=told)
    low, high = unknown_group_bounds(k[:, 0], n[:, 0], k[:, 1], n[:, 1], k[:, 2], n[:, 2])
    lost = np.stack([k[:, 2], n[:, 2] - k[:, 2]], axis=1)
    parts = lost.sum(axis=2)
    # Over two strata the ends tell how the cases lie in them; over more they do where few ways are left of all counts.
    strata: NDArray[np.int64] = (n > 0).any(axis=1).sum(axis=1)
    tells = (strata == 2) | ((strata > 2) & (stratum_ways(k, n) < MORE_WAYS))
    few = small(parts, cells).any(axis=1) | (tells & small(lost, cells).any(axis=(1, 2)))
    return Blank(low, high, parts, np.asarray(few, dtype=bool))


def blank_odds(cells: Cells, parts: Floats, known: Floats, again: Callable[[int, bool], float | None]) -> Blank:
    """Bound an odds ratio of two kinds of cases, such as stops by daylight and after dark, by estimating it anew.

    Parameters
    ----------
    cells : Cells
    parts : (J, 2) array
        Cases of unrecorded group of the first and of the second kind.
    known : (J,) array
        The odds ratio without them; NaN where it was not measured.
    again : callable
        From a place, and whether its cases of the first kind are the focal group's and those of the second the
        reference group's (else the other way round), to the log odds ratio; None where it cannot be estimated then.

    Returns
    -------
    Blank
        The ratio without those cases lies within its ends.
    """
    low, high = (np.full(cells.size, np.nan) for _ in range(2))
    for j in np.flatnonzero((parts.sum(axis=1) > 0) & ~np.isnan(known)).tolist():
        lower, upper = again(j, False), again(j, True)
        low[j] = 0.0 if lower is None else min(np.exp(lower), known[j])
        high[j] = np.inf if upper is None else max(np.exp(upper), known[j])
    return Blank(low, high, parts, np.asarray(small(parts, cells).any(axis=1), dtype=bool))
