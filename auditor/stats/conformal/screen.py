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
from auditor.stats.conformal.given import Given, read_input
from auditor.stats.conformal.information import independent_controls
from auditor.stats.conformal.match import Match, match
from auditor.stats.conformal.null import ConformalNull, Ints
from auditor.stats.screening.mixture import NormalMixture, fit_mixture
from auditor.stats.screening.multiple import benjamini_hochberg

__all__ = ["Conformal", "TooFewControlsError", "conformal_screen"]

#: Fewest control estimates in the fitting fold and in the scoring folds.
FEWEST_FITTED, FEWEST_SCORED = 5, 20
#: A scale is not matched when one standard error of it widens the spread of a typical estimate by more than this ...
LARGEST_ERROR = 0.1
#: ... and the focal contrast is then given at least this many times the natural spread of its controls.
UNMATCHED_SCALE = 1.5
#: Controls are no match for a focal contrast whose estimates, given the scale, spread more than this times as widely:
#: the shape of what they do not show is unknown, however well its size is.
LARGEST_SPREAD = 1.75
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
        Shift and scale used are `null.shift` and `null.scale` (half a standard error above the estimate, 1 or more).
    match : Match
        Shift and scale as estimated, with the scale's standard error.
    matched : bool
        Whether the scale could be matched; if not, 1.5 or more was used and the caller caps the grade. False as well
        where the focal contrast varies so much more than its controls that they cannot stand for it.
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
    given = read_input(focal, se, control, control_se, fold, tested, calibrating, stratum, control_stratum)
    c, cs = given.centred() if centre else given.control, given.control_se
    usable = given.usable
    rank, independent = independent_controls(np.where(usable, c, np.nan))
    fitting, scoring = usable & (given.fold == 0)[:, None], usable & (given.fold != 0)[:, None]
    if fitting.sum() < FEWEST_FITTED or scoring.sum() < FEWEST_SCORED:
        raise TooFewControlsError(
            f"{int(fitting.sum())} control estimates to fit and {int(scoring.sum())} to rank; "
            f"{FEWEST_FITTED} and {FEWEST_SCORED} are needed"
        )
    smear = LEAST_NATURAL * float(np.median(cs[scoring]))
    natural = fit_mixture(c[fitting], cs[fitting]).smeared(smear)
    above, below = _scores(natural, c[scoring], cs[scoring], given.control_stratum[scoring], given.strata)
    weight = min(1.0, independent / max(int(usable.any(axis=0).sum()), 1))
    null = ConformalNull(natural, 0.0, 1.0, weight, above, below)
    peers = given.matching
    null, level, matched = _matched(null, given.focal[peers], given.se[peers], given.stratum[peers])
    p_greater, p_less, least = _p_values(null, given)
    return Conformal(
        p_greater,
        p_less,
        given.focal,
        given.se,
        given.tested,
        given.stratum,
        null,
        level,
        matched,
        least,
        int(scoring.sum()),
        rank,
        independent,
    )


def _p_values(null: ConformalNull, given: Given) -> tuple[Array, Array, Array]:
    """Both tails and the floor of every place; NaN where it is not tested."""
    p_greater, p_less, least = (np.full(given.focal.size, np.nan) for _ in range(3))
    rows = given.tested
    y, s, own = given.focal[rows], given.se[rows], given.stratum[rows]
    p_greater[rows] = null.p(y, s, own, "above")
    p_less[rows] = null.p(y, s, own, "below")
    least[rows] = null.floor(own)
    return p_greater, p_less, least


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
    natural = null.natural.sd / float(np.median(se))
    alike = np.hypot(1, null.scale * natural) <= LARGEST_SPREAD * np.hypot(1, natural)
    return null, level, bool(matched and alike)


def _settle(level: Match, focal: Array, natural: float) -> tuple[float, float, bool]:
    """Shift and scale to decide with, and whether the scale was matched; natural is in units of the typical error."""
    scale, upper = max(1.0, level.scale), max(1.0, level.scale_upper)
    if np.hypot(1, upper * natural) <= (1 + LARGEST_ERROR) * np.hypot(1, scale * natural):
        # Too small a scale adds more false flags than too large a one saves: half a standard error is added.
        return level.shift, float(np.sqrt((scale**2 + upper**2) / 2)), True
    shift = float(np.median(focal)) if focal.size >= _FEWEST_CENTRED else 0.0
    return shift, max(UNMATCHED_SCALE, level.scale), False


def _scores(
    natural: NormalMixture, estimate: Array, se: Array, stratum: Ints, strata: int
) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
    above, below = natural.upper(estimate, se), natural.lower(estimate, se)
    rows = [stratum == index for index in range(strata)]
    return tuple(np.sort(above[r]) for r in rows), tuple(np.sort(below[r]) for r in rows)
