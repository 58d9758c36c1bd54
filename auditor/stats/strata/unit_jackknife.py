"""Error of a pooled risk ratio when people come in units: encounters, officers. One unit at a time is left out.

The units may lie in one stratum or cross many, and there may be hundreds of thousands of them in thousands of places:
what leaving one out changes lies in its own strata alone, so the work grows with the number of parts. Units of one
person are told once for all that are alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.numbering import combined

_NOTHING = 1e-11
"""Share of a sum that rounding may leave where nothing is left."""

Ints = NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Parts:
    """Parts of units within one stratum of one place; (P,) arrays.

    Attributes
    ----------
    place, stratum, unit : int arrays
        Strata are numbered 0, 1, ... within their place, units anyhow within theirs.
    counts : (P, 4) array
        Focal persons with and without the event, then reference persons.
    times : (P,) array
        How many such units there are; more than 1 only where the part is the whole unit.
    """

    place: Ints
    stratum: Ints
    unit: Ints
    counts: Array
    times: Array


@dataclass(frozen=True, slots=True)
class Left:
    """Errors of J places, arrays of shape (J,); NaN where there are fewer than two units or one of them carries it.

    Attributes
    ----------
    log_ratio, se : ndarray
        Log of Mantel and Haenszel's risk ratio, focal over reference, and its standard error.
    gap, gap_se : ndarray
        Their risk difference, and its standard error.
    df : ndarray
        Degrees of freedom of both: units - 1.
    units : ndarray
        Units with persons in strata that hold both groups.
    """

    log_ratio: Array
    se: Array
    gap: Array
    gap_se: Array
    df: Array
    units: Array

    def reach(self, level: float = 0.95) -> Array:
        """Return the quantile of Student's t by which the errors are multiplied."""
        tail = 1 - (1 - checks.inside_unit("level", level)[0]) / 2
        return np.asarray(special.stdtrit(np.maximum(self.df, 1.0), tail), dtype=np.float64)

    def p(self, sign: float) -> Array:
        """Return one-sided p-values of a ratio of 1 or less (``sign`` 1), or 1 or more (-1); NaN as the errors."""
        with np.errstate(divide="ignore", invalid="ignore"):
            t = np.where(self.log_ratio == 0, 0.0, self.log_ratio / self.se)
        return np.where(np.isnan(self.se), np.nan, special.stdtr(np.maximum(self.df, 1.0), -sign * np.nan_to_num(t)))


def leave_units(parts: Parts, places: int) -> Left:
    """Leave out one unit at a time.

    Parameters
    ----------
    parts : Parts
    places : int
        Number of places J.

    Returns
    -------
    Left
        With the jackknife about the full estimate (CV3) and units - 1 degrees of freedom. Over benchmarks/
        together_null.py's grid that held the nominal 5 %; Satterthwaite's degrees from the units' own squared moves
        gave half of it and less with ten officers or fewer.

    Raises
    ------
    ValueError
        If a count is negative or not whole.

    References
    ----------
    MacKinnon, J. G., Nielsen, M. O. & Webb, M. D. (2023). Journal of Applied Econometrics 38, 671-694 (CV3).
    """
    counts = checks.counts("counts", parts.counts)
    stratum, place_of = _strata(parts)
    whole = _sums(stratum, counts * parts.times[:, None], len(place_of))
    both = (whole[:, 0] + whole[:, 1] > 0) & (whole[:, 2] + whole[:, 3] > 0)
    keep = both[stratum] & (counts.sum(axis=1) > 0) & (parts.times > 0)
    stratum, counts = stratum[keep], counts[keep]
    terms = _terms(whole) * both[:, None]
    total = _sums(place_of, terms, places)
    change = _terms(whole[stratum] - counts) - terms[stratum]
    unit, owner, times = _units(parts, keep)
    with np.errstate(divide="ignore", invalid="ignore"):
        change = _sums(unit, change, len(owner)) / total[owner]
    return _errors(total, change, owner, times, places)


def _strata(parts: Parts) -> tuple[Ints, Ints]:
    """Number the strata of all places through; the second array is the place of each."""
    at, one = combined(parts.place, parts.stratum)
    return at, parts.place[one]


def _units(parts: Parts, keep: NDArray[np.bool_]) -> tuple[Ints, Ints, Array]:
    """Number the units of all places through: number of each part's, place and times of each."""
    at, one = combined(parts.place[keep], parts.unit[keep])
    return at, parts.place[keep][one], parts.times[keep][one]


def _terms(counts: Array) -> Array:
    """Mantel and Haenszel's two sums and the weight of the difference, by table (R, 4) -> (R, 3)."""
    a, b, c, d = counts.T
    focal, base = a + b, c + d
    total = np.maximum(focal + base, 1.0)
    return np.column_stack([a * base / total, c * focal / total, focal * base / total])


def _sums(at: Ints, values: Array, size: int) -> Array:
    return np.column_stack([np.bincount(at, column, size) for column in values.T]).astype(np.float64)


def _errors(total: Array, change: Array, owner: Ints, times: Array, places: int) -> Left:
    """Combine what leaving each unit out changes, as shares of the sums."""
    # Rounding leaves a trace where nothing is left.
    change = np.where(change > _NOTHING - 1, change, -1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.log(total[:, 0]) - np.log(total[:, 1])
        moved = np.log1p(change[:, 0]) - np.log1p(change[:, 1])
        gap = (total[:, 0] - total[:, 1]) / total[:, 2]
        kept = (total[owner, :2] * (1 + change[:, :2])) / (total[owner, 2] * (1 + change[:, 2]))[:, None]
        shifted = kept[:, 0] - kept[:, 1] - gap[owner]
        units = np.bincount(owner, times, places).astype(np.float64)
        se, gap_se = (np.sqrt((units - 1) / units * np.bincount(owner, times * x**2, places)) for x in (moved, shifted))
    known = (units > 1) & np.isfinite(value) & np.isfinite(se) & np.isfinite(gap_se)
    value, se, gap, gap_se, df = (np.where(known, x, np.nan) for x in (value, se, gap, gap_se, units - 1))
    return Left(value, se, gap, gap_se, df, units)
