"""What would overturn a calibrated p-value, the interval that inverts it, and what it could have found.

All of these turn the same critical score round, so that none of them can disagree with the p-value.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from auditor.stats.checks import Array, inside_unit
from auditor.stats.conformal.null import ConformalNull
from auditor.stats.conformal.screen import Conformal
from auditor.stats.fit import bisect

#: Multiples of the natural spread up to which lambda* is looked for; beyond, it is infinite.
LARGEST_LAMBDA = 1e6


def systematic(screen: Conformal, cutoff: float) -> tuple[Array, Array]:
    """How much larger, and how far shifted, the focal contrast's systematic error must be to undo a flag.

    Parameters
    ----------
    screen : Conformal
    cutoff : float
        The p-value at which this run flags, in (0, 1).

    Returns
    -------
    lambda_star : ndarray, shape (J,)
        Least further multiple of the natural spread (beyond the scale already matched) at which p exceeds the cut-off;
        below 1 for a place that is not flagged, 0 where no multiple would flag it, infinite where none undoes it.
    delta_star : ndarray, shape (J,)
        Least further shift (log scale, as the estimates) at which p exceeds the cut-off; negative for a place that is
        not flagged, minus infinity where no estimate could be.
        Both are NaN where the place is not tested.

    Raises
    ------
    ValueError
        If the cut-off is outside (0, 1).
    """
    rows, null = screen.tested, screen.null
    y, s, stratum = screen.estimate[rows], screen.se[rows], screen.stratum[rows]
    factor, shift = _blank(screen), _blank(screen)
    factor[rows] = _lambda(null, y, s, null.critical(cutoff)[stratum])
    shift[rows] = y - null.shift - null.reach(s, stratum, cutoff)
    return factor, shift


def _lambda(null: ConformalNull, y: Array, s: Array, critical: Array) -> Array:
    result = np.zeros(y.size)
    result[critical == np.inf] = np.inf
    # Below the centre, or where nothing is small enough, no multiple makes a flag.
    some = np.flatnonzero((critical > 0) & np.isfinite(critical) & (y > null.shift))
    if not some.size:
        return result
    own, error, wanted = y[some], s[some], critical[some]
    never = null.score(own, error, factor=0.0) >= wanted
    always = null.score(own, error, factor=LARGEST_LAMBDA) < wanted
    result[some[always]] = np.inf
    rest = np.flatnonzero(~never & ~always)
    if rest.size:
        # On the log scale the search ends after as many steps for a small multiple as for a large one.
        low = np.full(rest.size, -np.log(LARGEST_LAMBDA))
        found = bisect(lambda at: wanted[rest] - null.score(own[rest], error[rest], factor=np.exp(at)), low, -low)
        result[some[rest]] = np.exp(found)
    return result


def conformal_interval(screen: Conformal, level: float = 0.95) -> tuple[Array, Array]:
    """Limits of each place's effect: the effects that neither one-sided calibrated test rejects.

    Parameters
    ----------
    screen : Conformal
    level : float
        In (0, 1); each side is tested at (1 - level) / 2.

    Returns
    -------
    low, high : ndarray, shape (J,)
        On the scale of the estimates, relative to the matched shift: low > 0 exactly where p_greater is at most
        (1 - level) / 2. Infinite where the resolution floor lies above that; NaN where the place is not tested.

    Raises
    ------
    ValueError
        If the level is outside (0, 1).
    """
    side = (1 - float(inside_unit("level", level)[0])) / 2
    rows, null = screen.tested, screen.null
    centred, s, stratum = screen.estimate[rows] - null.shift, screen.se[rows], screen.stratum[rows]
    low, high = _blank(screen), _blank(screen)
    low[rows] = centred - null.reach(s, stratum, side, "above")
    high[rows] = centred + null.reach(s, stratum, side, "below")
    return low, high


def conformal_detectable(screen: Conformal, cutoff: float, power: float = 0.8) -> Array:
    """Smallest effect that the calibrated test would have found in each place.

    Parameters
    ----------
    screen : Conformal
    cutoff : float
        The p-value at which this run flags.
    power : float
        In (0, 1).

    Returns
    -------
    ndarray, shape (J,)
        Effect beyond the matched shift, on the scale of the estimates. The place's natural difference is drawn anew
        from the matched model, so this is the power of the design and not of the estimate that came out. Infinite
        where the floor lies above the cut-off; NaN where the place is not tested.

    Raises
    ------
    ValueError
        If the cut-off or the power is outside (0, 1).
    """
    wanted = float(inside_unit("power", power)[0])
    rows, null = screen.tested, screen.null
    s, stratum = screen.se[rows], screen.stratum[rows]
    result = _blank(screen)
    result[rows] = np.maximum(null.reach(s, stratum, cutoff) - _quantile(null, s, wanted), 0.0)
    return result


def _quantile(null: ConformalNull, s: Array, power: float) -> Array:
    """Value that an estimate without effect exceeds with the given chance."""
    span = null.natural.widest(s, null.scale)
    return bisect(lambda x: null.natural.upper(x, s, null.scale) - power, -span, span)


def conformal_power(screen: Conformal, effect: ArrayLike, cutoff: float) -> Array:
    """Chance that the calibrated test finds a given effect in each place.

    Parameters
    ----------
    screen : Conformal
    effect : array_like of float
        Effect beyond the matched shift; one, or one a place.
    cutoff : float
        The p-value at which this run flags.

    Returns
    -------
    ndarray, shape (J,)
        NaN where the place is not tested.

    Raises
    ------
    ValueError
        If the cut-off is outside (0, 1).
    """
    rows, null = screen.tested, screen.null
    s, stratum = screen.se[rows], screen.stratum[rows]
    beyond = null.reach(s, stratum, cutoff) - np.broadcast_to(np.asarray(effect, dtype=float), rows.shape)[rows]
    result = _blank(screen)
    result[rows] = null.natural.upper(beyond, s, null.scale)
    return result


def _blank(screen: Conformal) -> Array:
    return np.full(screen.tested.shape, np.nan)


__all__ = ["conformal_detectable", "conformal_interval", "conformal_power", "systematic"]
