"""Is the focal group recorded as what it probably is: recorded groups against chances from surname and area.

Everything rests on cells of place by recorded group by bin of the chance, with the number of persons n, the sum of
their chances P and the sum of P(1 - P). A chance is not an ethnicity: sums of many of them estimate counts, and no
statement about one person follows from them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.ratios.intervals import garwood, wilson
from auditor.stats.recording.cells import RecordingCells, checked

#: Below this standard deviation the number of members is as good as certain.
_CERTAIN = 1e-6


@dataclass(frozen=True, slots=True)
class ElseRecorded:
    """Persons whose chance lies above a threshold, and how many of them are recorded as another group.

    Attributes
    ----------
    k, n : ndarray, shape (J,)
        Recorded as the other group, and all persons above the threshold.
    share, low, high : ndarray, shape (J,)
        k / n and Wilson limits; NaN ("not applicable") and 0 to 1 where n is 0.
    expected, expected_sd : ndarray, shape (J,)
        How many of the n are expected not to be of the focal group at all, if the chances are right.
    """

    k: Array
    n: Array
    share: Array
    low: Array
    high: Array
    expected: Array
    expected_sd: Array


@dataclass(frozen=True, slots=True)
class UnderCount:
    """Expected over recorded members of the focal group, one entry a place.

    Attributes
    ----------
    recorded, expected : ndarray, shape (J,)
        Recorded as focal, and the sum of the chances.
    ratio : ndarray
        U = expected / recorded: above 1 where too few are recorded; infinite where none is, NaN ("not applicable")
        where nobody is there.
    low, high : ndarray
        Limits of U for the process that the records are a sample of.
    own_low, own_high : ndarray
        Limits of the narrower question, how many of these very persons are of the group, over those recorded.
    p_less : ndarray
        Chance of so few recorded if every record were right and every chance too (Poisson-binomial). A chance is never
        right to that precision, so with many persons a tiny p says little; decisions compare places.
    """

    recorded: Array
    expected: Array
    ratio: Array
    low: Array
    high: Array
    own_low: Array
    own_high: Array
    p_less: Array


def else_recorded(cells: RecordingCells, other: int, first_bin: int, level: float = 0.95) -> ElseRecorded:
    """Count persons above a threshold who are recorded as one other group, such as white.

    Parameters
    ----------
    cells : RecordingCells
    other : int
        Position of the other group.
    first_bin : int
        First bin above the threshold.
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    ElseRecorded

    Raises
    ------
    ValueError
        If a position is out of range.
    """
    n, chance, variance = checked(cells)
    if not 0 <= other < n.shape[1] or not 0 <= first_bin < n.shape[2]:
        raise ValueError(f"no group {other} or bin {first_bin} in cells of shape {n.shape}")
    all_, k = n[:, :, first_bin:].sum(axis=(1, 2)), n[:, other, first_bin:].sum(axis=1)
    low, high = wilson(k, all_, level)
    share = np.divide(k, all_, out=np.full(k.shape, np.nan), where=all_ > 0)
    expected = all_ - chance[:, :, first_bin:].sum(axis=(1, 2))
    return ElseRecorded(k, all_, share, low, high, expected, np.sqrt(variance[:, :, first_bin:].sum(axis=(1, 2))))


def under_count(
    cells: RecordingCells, focal: int, level: float = 0.95, calibration_error: ArrayLike = 0.0
) -> UnderCount:
    """Compare the expected with the recorded members of the focal group.

    Parameters
    ----------
    cells : RecordingCells
        Leave out whoever has no recorded group or no usable name before the cells are made: they are a gap of their
        own (see `missing_group`).
    focal : int
        Position of the focal group among the recorded ones.
    level : float
        Confidence level in (0, 1).
    calibration_error : array_like of float, shape (J,) or scalar
        Standard error of the log of true over expected members, where the chances were checked against what people say
        of themselves; 0 takes the chances as right.

    Returns
    -------
    UnderCount

    Raises
    ------
    ValueError
        If the position is out of range, or the level or error is.

    Notes
    -----
    For the process, (sum of P) - U (recorded) has mean 0 and variance sum over persons of (P - U r)^2, r = 1 where
    recorded as focal; the limits solve the quadratic (Fieller 1954). With few recorded the upper limit is infinite;
    with none, the lower one divides by the upper Garwood limit of 0.
    """
    n, chance, variance = checked(cells)
    if not 0 <= focal < n.shape[1]:
        raise ValueError(f"no group {focal} in cells of shape {n.shape}")
    z = float(-special.ndtri((1 - checks.inside_unit("level", level)[0]) / 2))
    recorded, expected, spread = n[:, focal].sum(axis=1), chance.sum(axis=(1, 2)), variance.sum(axis=(1, 2))
    squares, both = expected - spread, chance[:, focal].sum(axis=1)
    ratio = _over(expected, recorded)
    low, high = _fieller(expected, recorded, squares, both, z)
    none = recorded == 0
    ceiling = garwood(0, 1, level)[1][0]
    low = np.where(none, np.maximum(expected - z * np.sqrt(squares), 0.0) / ceiling, low)
    own_low = _over(np.maximum(expected - z * np.sqrt(spread), 0.0), recorded)
    own_high = _over(np.minimum(expected + z * np.sqrt(spread), n.sum(axis=(1, 2))), recorded)
    own_low, own_high = np.where(np.isnan(own_low), 0.0, own_low), np.where(np.isnan(own_high), np.inf, own_high)
    error = z * checks.nonnegative("calibration_error", calibration_error)
    low, high = _widen(ratio, low, high, error)
    own_low, own_high = _widen(ratio, own_low, own_high, error)
    return UnderCount(recorded, expected, ratio, low, high, own_low, own_high, _few(recorded, expected, cells))


def _over(above: Array, below: Array) -> Array:
    empty = np.where(above > 0, np.inf, np.nan)
    return np.where(below > 0, above / np.where(below > 0, below, 1.0), empty)


def _fieller(expected: Array, recorded: Array, squares: Array, both: Array, z: float) -> tuple[Array, Array]:
    """Roots in U of (S - U H)^2 = z^2 (sum P^2 - 2 U sum of P among the recorded + U^2 H)."""
    a = recorded**2 - z**2 * recorded
    b = expected * recorded - z**2 * both
    c = expected**2 - z**2 * squares
    root = np.sqrt(np.maximum(b**2 - a * c, 0.0))
    closed = a > 0
    safe = np.where(closed, a, 1.0)
    high = np.where(closed, (b + root) / safe, np.inf)
    # Through the product of the roots where c is positive; otherwise 0 is not excluded. An open set begins there too.
    low = np.where(c > 0, np.maximum(c, 0.0) / np.where(b + root > 0, b + root, 1.0), 0.0)
    return np.where(b + root > 0, low, 0.0), high


def _widen(ratio: Array, low: Array, high: Array, error: Array) -> tuple[Array, Array]:
    """Both gaps on the log scale, combined with an independent error by squares."""
    error = np.broadcast_to(error, ratio.shape)
    usable = np.isfinite(ratio) & (ratio > 0)
    middle = np.where(usable, ratio, 1.0)
    inner, outer = usable & (low > 0), usable & np.isfinite(high)
    down = np.hypot(np.log(middle / np.where(inner, low, middle)), error)
    up = np.hypot(np.log(np.where(outer, high, middle) / middle), error)
    low = np.where(inner, middle * np.exp(-down), np.where(usable, low, low * np.exp(-error)))
    return low, np.where(outer, middle * np.exp(up), high)


def _few(recorded: Array, expected: Array, cells: RecordingCells) -> Array:
    """Lower tail of the Poisson-binomial: normal with continuity and the third moment (Volkova 1996; Hong 2013).

    The third moment takes every person of a cell at the cell's mean chance.
    """
    mean = cells.chance / np.maximum(cells.n, 1)
    sd = np.sqrt(cells.variance.sum(axis=(1, 2)))
    third = (cells.variance * (1 - 2 * mean)).sum(axis=(1, 2))
    safe = np.where(sd > _CERTAIN, sd, 1.0)
    x = (recorded + 0.5 - expected) / safe
    p = special.ndtr(x) + third / safe**3 * (1 - x**2) * np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi) / 6
    certain = np.where(recorded + 0.5 >= expected, 1.0, 0.0)
    return np.where(sd > _CERTAIN, np.clip(p, 0.0, 1.0), certain)
