"""The person fixed-effects estimate with further fixed effects for strata, such as hours, counties or years."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.strata.hypergeometric_sums import positions
from auditor.stats.strata.person_fixed_effects import ClusterFit, fit_clusters, limits

#: Strata of one place beyond this are refused: the normal equations are solved as a dense matrix.
MOST_STRATA = 2000
#: Share of the regressor's variation that must survive the fixed effects.
_SURVIVES = 1e-9


def adjusted_person_effect(
    person: ArrayLike,
    stratum: ArrayLike,
    focal: ArrayLike,
    outcome: ArrayLike,
    place: ArrayLike,
    places: int,
    level: float = 0.95,
) -> tuple[ClusterFit, Array, Array]:
    """Fit each place with additive effects of persons and of strata.

    Parameters
    ----------
    person, stratum : array_like of int, shape (N,)
        Person and stratum of each occasion, 0 or more; the same stratum number in two places is two strata.
    focal, outcome : array_like of bool, shape (N,)
        Whether the person was perceived as focal, and whether the outcome happened.
    place : array_like of int, shape (N,)
        Place of each occasion, 0 to places - 1.
    places : int
        How many places there are.
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    fit : ClusterFit
        NaN ("not applicable") where persons and strata leave no variation of perception.
    low, high : ndarray, shape (places,)
        As in `person_fixed_effects.PersonEffect`.

    Raises
    ------
    ValueError
        If shapes or kinds of values are wrong, or a place has more than 2,000 strata.

    Notes
    -----
    Persons and strata are partialled out of perception and outcome by least squares (Frisch & Waugh 1933; Lovell
    1963). The CR2 correction then counts perception alone, not the strata's own coefficients, which is slightly too
    small when strata are nearly as many as persons.
    """
    marks = [np.asarray(v) for v in (focal, outcome)]
    if any(m.dtype != np.bool_ or m.ndim != 1 or m.shape != marks[0].shape for m in marks):
        raise ValueError("focal and outcome must hold one truth value an occasion")
    shape = marks[0].shape
    who, layer = _labels("person", person, shape), _labels("stratum", stratum, shape)
    where = positions("place", place, places, shape)
    one = float(checks.inside_unit("level", level)[0])
    spread: list[Array] = [np.zeros(0)]
    cross: list[Array] = [np.zeros(0)]
    owner: list[NDArray[np.intp]] = [np.zeros(0, dtype=np.intp)]
    for j in np.unique(where):
        rows = where == j
        x, y, unit = _partialled(who[rows], layer[rows], marks[0][rows].astype(float), marks[1][rows].astype(float))
        sums = np.bincount(unit, x**2).astype(float)
        if sums.sum() > _SURVIVES * rows.sum():
            spread.append(sums)
            cross.append(np.bincount(unit, x * y).astype(float))
            owner.append(np.full(sums.size, j))
    fit = fit_clusters(np.concatenate(spread), np.concatenate(cross), np.concatenate(owner), places)
    return fit, *limits(fit, one)


def _partialled(
    person: NDArray[np.int64], stratum: NDArray[np.int64], x: Array, y: Array
) -> tuple[Array, Array, NDArray[np.intp]]:
    """Perception and outcome less the effects of persons and strata, and the person of each row."""
    unit, layer = (np.unique(v, return_inverse=True)[1] for v in (person, stratum))
    strata = int(layer.max()) + 1
    if strata > MOST_STRATA:
        raise ValueError(f"stratum: {strata} strata in one place, at most {MOST_STRATA} can be adjusted for")
    size = np.bincount(unit).astype(float)
    table = sparse.csr_matrix((np.ones(x.size), (unit, layer)), shape=(size.size, strata))
    within = sparse.diags(1 / size) @ table
    normal = np.diag(np.bincount(layer).astype(float)) - (table.T @ within).toarray()

    def residual(v: Array) -> Array:
        right = np.bincount(layer, v, strata) - within.T @ np.bincount(unit, v)
        # Connected strata are known only up to a constant: the shortest solution will do, the residual is the same.
        less = v - np.linalg.lstsq(normal, right, rcond=1e-12)[0][layer]
        return np.asarray(less - (np.bincount(unit, less) / size)[unit])

    return residual(x), residual(y), unit


def _labels(name: str, value: ArrayLike, shape: tuple[int, ...]) -> NDArray[np.int64]:
    array = np.asarray(value)
    if array.shape != shape or (array.size and array.dtype.kind not in "iu"):
        raise ValueError(f"{name} must hold one whole number an occasion, got {array.dtype} of shape {array.shape}")
    return array.astype(np.int64)
