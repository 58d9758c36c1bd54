"""Offence classes inside a place: log ratios of two groups, their centres and their natural variance.

Arrays have shape (J, O): J places, O classes. ``side`` says of each class whether an officer may choose (+1), whether
it is serious (-1), or whether it stands in neither part of the contrast (0).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import ndtr

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.weighted_median import weighted_median

LEAST_INFORMATION = 2.0
"""Classes whose n p (1 - p) is below this say nothing of their own about a ratio and are left out."""
LEAST_CLASSES = 2
"""Classes that each side needs; the number of relabellings decides what can be said with them."""
DEFAULT_VARIANCE = 0.125
"""Natural variance of a log ratio between classes of one place, where no other place tells it: two groups that vary by
an SD of 0.25 each."""
FEWEST_FOR_CENTRE = 10
_CLIP = 9.0
_LEAST, _MOST = 1e-4, 25.0


@dataclass(frozen=True, slots=True)
class ClassRatios:
    """Log ratios of the focal to the reference group by class.

    Attributes
    ----------
    log_ratio : ndarray, shape (J, O)
        log((H + 1/2) / (W + 1/2)).
    variance : ndarray, shape (J, O)
        Its sampling variance, 1 / (n p (1 - p)) with n = H + W and p the focal share over all classes of the place.
        The class's own H does not enter: a weight that fell with it would pull the mean of small classes upwards.
    use : ndarray of bool, shape (J, O)
        Classes that are large enough (a gate on sizes, never on results), of places that may be compared.
    """

    log_ratio: Array
    variance: Array
    use: NDArray[np.bool_]


def class_ratios(
    focal: ArrayLike, reference: ArrayLike, side: ArrayLike, known: ArrayLike | None = None
) -> ClassRatios:
    """Take log ratios by class, and gate classes and places by size.

    Half an event is added to each count so that an empty cell has a finite log (Haldane 1956). A class is used where
    the information n p (1 - p) is at least one, with p the focal share over all classes of the place: the gate looks
    at totals of a class, which carry nothing about the contrast. A place is used where two classes or more of each
    side are.

    Parameters
    ----------
    focal, reference : array_like of counts, shape (J, O)
    side : array_like of int, shape (O,)
        +1 discretionary, -1 serious, 0 neither.
    known : array_like of bool, shape (J, O), optional
        False where a count was not observed: absent is never zero.

    Returns
    -------
    ClassRatios

    Raises
    ------
    ValueError
        If the shapes do not fit, or a count is negative or not whole.
    """
    h, w = checks.together(focal=checks.counts("focal", focal), reference=checks.counts("reference", reference))
    sides = np.asarray(side)
    if h.ndim != 2 or sides.shape != (h.shape[1],):
        raise ValueError(f"focal has shape {h.shape} and side {sides.shape}; (J, O) and (O,) are needed")
    asked = np.broadcast_to(sides != 0, h.shape)
    seen = asked if known is None else asked & np.asarray(known, dtype=bool)
    n = np.where(seen, h + w, 0.0)
    share = np.where(seen, h, 0.0).sum(axis=1, keepdims=True) / np.maximum(n.sum(axis=1, keepdims=True), 1.0)
    use = seen & (n * share * (1 - share) >= LEAST_INFORMATION)
    use &= _enough(use, sides)[:, None]
    information = np.where(use, n * share * (1 - share), 1.0)
    return ClassRatios(np.log((h + 0.5) / (w + 0.5)), 1 / information, use)


def _enough(use: NDArray[np.bool_], side: NDArray[np.int64]) -> NDArray[np.bool_]:
    both = [(use[:, side == which]).sum(axis=1) >= LEAST_CLASSES for which in (1, -1)]
    return np.asarray(both[0] & both[1], dtype=bool)


def class_centres(ratios: ClassRatios, variance: float = DEFAULT_VARIANCE) -> Array:
    """Return each class's own centre: a weighted median over places of its deviation from the place's level.

    The median keeps places that profile from moving it. With fewer than ten places there is no centre to take, and
    zeros are returned; a class that fewer than ten places have, among classes that more have, gets NaN: it cannot be
    compared.

    Parameters
    ----------
    ratios : ClassRatios
    variance : float
        Natural variance that the weights allow for.

    Returns
    -------
    ndarray, shape (O,)
        Centres that sum to zero over the classes that have one.
    """
    reach = ratios.use.sum(axis=0)
    enough = reach >= FEWEST_FOR_CENTRE
    if not enough.any():
        return np.zeros(ratios.use.shape[1])
    use = ratios.use & enough
    weight = np.where(use, 1 / (ratios.variance + variance), 0.0)
    total = np.maximum(weight.sum(axis=1, keepdims=True), 1e-300)
    centre = np.zeros(ratios.use.shape[1])
    for _ in range(4):
        deviation = ratios.log_ratio - centre
        level = (weight * deviation).sum(axis=1, keepdims=True) / total
        for o in np.flatnonzero(enough):
            rows = use[:, o]
            centre[o] = weighted_median(ratios.log_ratio[rows, o] - level[rows, 0], weight[rows, o])
        centre[enough] -= centre[enough].mean()
    centre[~enough & (reach > 0)] = np.nan
    return centre


def natural_variance(x: Array, ratios: ClassRatios, side: ArrayLike) -> float:
    """Estimate the natural variance between classes of one side of one place, robustly.

    The value tau^2 at which squared standardised residuals (clipped at 9, so that a few outlying classes do not carry
    it) have the mean that they have for normal residuals: a clipped moment estimate in the manner of Paule & Mandel
    (1982).

    Parameters
    ----------
    x : ndarray, shape (J, O)
        Log ratios less the classes' centres.
    ratios : ClassRatios
    side : array_like of int, shape (O,)

    Returns
    -------
    float
        At least 0.0001; :data:`DEFAULT_VARIANCE` where fewer than 30 residuals can tell it.
    """
    packed = [part for which in (1, -1) if (part := _side(x, ratios, np.asarray(side) == which)) is not None]
    if sum(int(part.use.sum()) for part in packed) < 30:
        return DEFAULT_VARIANCE
    target = _clipped_mean()

    def excess(log_variance: float) -> float:
        squares = np.concatenate([_residuals(part, float(np.exp(log_variance))) for part in packed])
        return float(np.minimum(squares, _CLIP).mean()) - target

    low, high = np.log(_LEAST), np.log(_MOST)
    if excess(low) <= 0:
        return _LEAST
    if excess(high) > 0:
        return _MOST
    return float(np.exp(brentq(excess, low, high, xtol=1e-10)))


def place_variance(x: Array, ratios: ClassRatios) -> Array:
    """Estimate the natural variance of each place by itself, from its own classes about one common mean.

    The tau^2 at which the residuals have the size that they should (Paule & Mandel 1982), 0 where sampling error
    explains them. Which side a class stands on does not enter: weights that knew it would not be the same under every
    relabelling, and the test would not have its size. For places that are decided by themselves: with another place's
    variance the weights of small classes, and the size of the test, would be wrong.

    Parameters
    ----------
    x : ndarray, shape (J, O)
    ratios : ClassRatios
        With the classes of both sides, and no others, in use.

    Returns
    -------
    ndarray, shape (J,)
        Between 0 and 1.
    """
    low, high = np.zeros(len(x)), np.ones(len(x))
    for _ in range(30):
        middle = (low + high) / 2
        wide = _mean_square(x, ratios, middle) > 1
        low, high = np.where(wide, middle, low), np.where(wide, high, middle)
    return np.where(_mean_square(x, ratios, np.zeros(len(x))) <= 1, 0.0, (low + high) / 2)


def _mean_square(x: Array, ratios: ClassRatios, natural: Array) -> Array:
    """Weighted residual sum of squares of each place over its degrees of freedom."""
    weight = np.where(ratios.use, 1 / (ratios.variance + natural[:, None]), 0.0)
    total = np.where(ratios.use.any(axis=1), weight.sum(axis=1), 1.0)[:, None]
    values = np.where(ratios.use, x, 0.0)
    mean = (weight * values).sum(axis=1, keepdims=True) / total
    squares = (weight * (values - mean) ** 2).sum(axis=1)
    return np.asarray(squares / np.maximum(ratios.use.sum(axis=1) - 1, 1))


def _clipped_mean() -> float:
    """Mean of min(z^2, 9) for a standard normal z: E[z^2; |z| < 3] + 9 P(|z| > 3), by parts."""
    edge = np.sqrt(_CLIP)
    outside = 2 * float(ndtr(-edge))
    density = float(np.exp(-_CLIP / 2) / np.sqrt(2 * np.pi))
    return 1 - outside - 2 * edge * density + _CLIP * outside


@dataclass(frozen=True, slots=True)
class _Side:
    """Classes of one side, in the places that have three of them or more; unused ones have weight zero."""

    x: Array
    variance: Array
    use: NDArray[np.bool_]


def _side(x: Array, ratios: ClassRatios, columns: NDArray[np.bool_]) -> _Side | None:
    use = ratios.use[:, columns]
    rows = use.sum(axis=1) >= 3
    if not rows.any():
        return None
    use = use[rows]
    values = np.where(use, x[np.ix_(rows, columns)], 0.0)
    return _Side(values, np.where(use, ratios.variance[np.ix_(rows, columns)], np.inf), use)


def _residuals(side: _Side, natural: float) -> Array:
    """Squared standardised residuals about each place's weighted mean."""
    weight = 1 / (side.variance + natural)
    total = weight.sum(axis=1, keepdims=True)
    mean = (weight * side.x).sum(axis=1, keepdims=True) / total
    return np.asarray((weight * (side.x - mean) ** 2 / (1 - weight / total))[side.use])
