"""The calibrated screen: places against negative controls, with shift and scale matched first.

Every place has a focal estimate, and K control estimates of the same kind in which no effect is expected; both carry
natural differences between places that no formula knows. The controls' own ranks decide: `conformal_screen` gives the
p-values; `conformal_limits` what would overturn them, intervals and power; `conformal_tail` a model-based tail below
the smallest p that ranks can give. Approximately valid, given the matching; not a distribution-free guarantee.

References
----------
Schuemie, M. J. et al. (2014). Statistics in Medicine 33, 209-218 (empirical calibration by negative controls).
Bates, S. et al. (2023). Testing for outliers with conformal p-values. Annals of Statistics 51, 149-178.
Stephens, M. (2017). Biostatistics 18, 275-294 (scale mixtures with known standard errors).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from auditor.stats.checks import Array, inside_unit
from auditor.stats.conformal_information import independent_controls
from auditor.stats.conformal_match import Match, match
from auditor.stats.conformal_null import ConformalNull, Ints
from auditor.stats.mixture import NormalMixture, fit_mixture
from auditor.stats.multiple import benjamini_hochberg

__all__ = ["Conformal", "TooFewControlsError", "conformal_screen"]

#: Fewest control estimates in the fitting fold and in the scoring folds.
FEWEST_FITTED, FEWEST_SCORED = 5, 20
#: A scale is not matched when one standard error of it widens the spread of a typical estimate by more than this ...
LARGEST_ERROR = 0.1
#: ... and the focal contrast is then given at least this many times the natural spread of its controls.
UNMATCHED_SCALE = 1.5
#: Natural differences of this share of the typical error are added, so that there is always a spread to scale.
LEAST_NATURAL = 0.1
#: Rounds of matching, the rate at which places with an excess are set aside between them, and the largest share.
_MATCHINGS, _Q, _MOST_AFFECTED = 4, 0.1, 0.3
#: Fewest focal estimates whose median can stand for the shift.
_FEWEST_CENTRED = 10


class TooFewControlsError(ValueError):
    """There are no negative controls, or too few to calibrate anything."""


@dataclass(frozen=True, slots=True)
class Conformal:
    """Calibrated screen of one contrast over J places.

    Attributes
    ----------
    p_greater, p_less : ndarray, shape (J,)
        One-sided calibrated p-values; NaN ("not applicable") where the place is not tested.
    estimate, se : ndarray, shape (J,)
        Focal estimates and standard errors as given: uncentred, so that what is common to all places stays visible.
    tested : ndarray of bool, shape (J,)
    stratum : ndarray of int, shape (J,)
        Index into the strata of the null.
    null : ConformalNull
        Shift and scale used are `null.shift` and `null.scale`.
    match : Match
        Shift and scale as estimated, with the scale's standard error.
    matched : bool
        Whether the scale could be matched; if not, 1.5 was used and the caller caps the grade.
    least_p : ndarray, shape (J,)
        Resolution floor: the smallest p-value that the place could have; NaN where not tested.
    controls : int
        Control estimates that score (folds other than 0).
    rank : int
        Rank of the control columns.
    independent : float
        Controls a place is worth in independent information, K' (not above the rank).
    """

    p_greater: Array
    p_less: Array
    estimate: Array
    se: Array
    tested: NDArray[np.bool_]
    stratum: Ints
    null: ConformalNull
    match: Match
    matched: bool
    least_p: Array
    controls: int
    rank: int
    independent: float

    def fewest_flaggable(self, q: float) -> int:
        """Fewest places that a Benjamini-Hochberg run at rate q over the tested places can flag.

        Returns
        -------
        int
            At least 1. Above the number of tested places, nothing can be flagged at all.
        """
        rate = float(inside_unit("q", q)[0])
        if not self.tested.any():
            return 1
        # A hair is taken off before rounding up, so that 5.000000001 is five.
        return max(1, math.ceil(float(self.least_p[self.tested].min()) * int(self.tested.sum()) / rate - 1e-9))


def conformal_screen(
    focal: ArrayLike,
    se: ArrayLike,
    control: ArrayLike,
    control_se: ArrayLike,
    fold: ArrayLike,
    *,
    tested: ArrayLike | None = None,
    calibrating: ArrayLike | None = None,
    stratum: ArrayLike | None = None,
    control_stratum: ArrayLike | None = None,
    centre: bool = True,
) -> Conformal:
    """Screen the focal estimates of places against negative controls.

    Parameters
    ----------
    focal, se : array_like of float, shape (J,)
        Focal estimates on an additive scale (log ratios) and their standard errors. NaN (both) where a place has
        none; it may still calibrate.
    control, control_se : array_like of float, shape (J, K)
        Control estimates and standard errors; NaN where missing.
    fold : array_like of int, shape (J,)
        Fold of each place, by a hash of seed and place: the controls of fold 0 fit the score, those of every other
        fold are ranked. Five folds are a good number.
    tested : array_like of bool, shape (J,), optional
        Places that get p-values; by default those that have a focal estimate. For one place under audit only that.
    calibrating : array_like of bool, shape (J,), optional
        Places whose controls are used; by default all. For one place under audit its peers, without itself.
    stratum : array_like of int, shape (J,), optional
        Precision stratum of each focal estimate, 0 ... S-1; scores are then ranked within the stratum only.
    control_stratum : array_like of int, shape (J, K), optional
        Stratum of each control estimate; by default that of its place.
    centre : bool
        Whether each control column is first centred on its own median over the calibrating places.

    Returns
    -------
    Conformal

    Raises
    ------
    TooFewControlsError
        If fewer than 5 control estimates fall in fold 0, or fewer than 20 in the others. Nothing is then calibrated.
    ValueError
        If shapes differ, a tested place has no focal estimate, a value is infinite, a standard error not above 0, or
        a stratum or fold is not a whole number of 0 or more.
    NotConverged
        If the mixture or the matching is not pinned down.
    """
    y, s = _pair("focal", focal, se, 1)
    c, cs = _pair("control", control, control_se, 2)
    if c.shape[0] != y.size:
        raise ValueError(f"control has {c.shape[0]} places, focal {y.size}")
    folds = _whole("fold", fold, y.shape)
    known = np.isfinite(y)
    test = known if tested is None else _mask("tested", tested, y.shape)
    use = np.ones(y.size, dtype=bool) if calibrating is None else _mask("calibrating", calibrating, y.shape)
    if (test & ~known).any():
        raise ValueError(f"tested place {int(np.flatnonzero(test & ~known)[0])} has no focal estimate")
    own = np.zeros(y.size, dtype=np.int64) if stratum is None else _whole("stratum", stratum, y.shape)
    theirs = np.broadcast_to(own[:, None], c.shape)
    if control_stratum is not None:
        theirs = _whole("control_stratum", control_stratum, c.shape)
    usable = np.isfinite(c) & use[:, None]
    if centre:
        c = c - _centres(c, usable)
    rank, independent = independent_controls(np.where(usable, c, np.nan))
    fitting, scoring = usable & (folds == 0)[:, None], usable & (folds != 0)[:, None]
    if fitting.sum() < FEWEST_FITTED or scoring.sum() < FEWEST_SCORED:
        raise TooFewControlsError(
            f"{int(fitting.sum())} control estimates to fit and {int(scoring.sum())} to rank; "
            f"{FEWEST_FITTED} and {FEWEST_SCORED} are needed"
        )
    natural = fit_mixture(c[fitting], cs[fitting]).smeared(LEAST_NATURAL * float(np.median(cs[scoring])))
    weight = min(1.0, independent / max(int(usable.any(axis=0).sum()), 1))
    strata = 1 + int(max(own.max(initial=0), theirs[scoring].max(initial=0)))
    above, below = _scores(natural, c[scoring], cs[scoring], theirs[scoring], strata)
    null = ConformalNull(natural, 0.0, 1.0, weight, above, below)
    peers = known & (test | use)
    null, level, matched = _matched(null, y[peers], s[peers], own[peers])
    p_greater, p_less, least = (np.full(y.size, np.nan) for _ in range(3))
    p_greater[test] = null.p(y[test], s[test], own[test], "above")
    p_less[test] = null.p(y[test], s[test], own[test], "below")
    least[test] = null.floor(own[test])
    return Conformal(
        p_greater, p_less, y, s, test, own, null, level, matched, least, int(scoring.sum()), rank, independent
    )


def _matched(null: ConformalNull, focal: Array, se: Array, stratum: Ints) -> tuple[ConformalNull, Match, bool]:
    """Match, flag, and match again with the flagged places set aside; the flags understate those with an excess."""
    affected = 0.0
    for _ in range(_MATCHINGS):
        level = match(focal, se, null.natural, affected)
        shift, scale, matched = _settle(level, focal, null.natural.sd / float(np.median(se)))
        null = replace(null, shift=shift, scale=scale)
        flagged = float((benjamini_hochberg(null.p(focal, se, stratum)) <= _Q).mean()) * (1 - _Q) if matched else 0.0
        if flagged <= affected or flagged > _MOST_AFFECTED:
            break
        affected = flagged
    return null, level, matched


def _settle(level: Match, focal: Array, natural: float) -> tuple[float, float, bool]:
    """Shift and scale to decide with, and whether the scale was matched; natural is in units of the typical error."""
    scale, upper = max(1.0, level.scale), max(1.0, level.scale_upper)
    if np.hypot(1, upper * natural) <= (1 + LARGEST_ERROR) * np.hypot(1, scale * natural):
        return level.shift, scale, True
    shift = float(np.median(focal)) if focal.size >= _FEWEST_CENTRED else 0.0
    return shift, max(UNMATCHED_SCALE, level.scale), False


def _centres(control: Array, usable: NDArray[np.bool_]) -> Array:
    return np.array(
        [np.median(column[rows]) if rows.any() else 0.0 for column, rows in zip(control.T, usable.T, strict=True)]
    )


def _scores(
    natural: NormalMixture, estimate: Array, se: Array, stratum: Ints, strata: int
) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
    above, below = natural.upper(estimate, se), natural.lower(estimate, se)
    rows = [stratum == index for index in range(strata)]
    return tuple(np.sort(above[r]) for r in rows), tuple(np.sort(below[r]) for r in rows)


def _pair(name: str, estimate: ArrayLike, se: ArrayLike, dimensions: int) -> tuple[Array, Array]:
    """Estimates with standard errors; both NaN where there is none."""
    y, s = np.array(estimate, dtype=float), np.array(se, dtype=float)
    if y.ndim != dimensions or y.shape != s.shape:
        raise ValueError(f"{name} {y.shape} and its standard errors {s.shape} must both have {dimensions} dimension(s)")
    there = ~np.isnan(y)
    if (there != ~np.isnan(s)).any():
        raise ValueError(f"{name}: an estimate and its standard error are missing together or not at all")
    if not np.isfinite(y[there]).all() or not np.isfinite(s[there]).all() or (s[there] <= 0).any():
        raise ValueError(f"{name} must be finite, with standard errors above 0")
    return y, s


def _whole(name: str, value: ArrayLike, shape: tuple[int, ...]) -> Ints:
    array = np.asarray(value)
    if array.shape != shape or array.dtype.kind not in "iu" or (array < 0).any():
        raise ValueError(f"{name} must hold whole numbers of 0 or more in shape {shape}")
    return array.astype(np.int64)


def _mask(name: str, value: ArrayLike, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    array = np.asarray(value)
    if array.shape != shape or array.dtype != np.bool_:
        raise ValueError(f"{name} must hold truth values in shape {shape}")
    return array
