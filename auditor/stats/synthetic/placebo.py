"""In-space placebos: each donor is treated as if it had been the place, and the ranks decide.

The place and its donors are handled alike: every unit's synthetic control is drawn from all the others, the place
among them, and all pass the same gate on the fit before the change. If which of them had the change was a matter of
chance, the place's rank is uniform and the p-values are exact; 1 / (donors + 1) is the smallest that can be had.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.synthetic.batch import nearest_all
from auditor.stats.synthetic.gate import Gate, passes
from auditor.stats.synthetic.limits import rank_limits
from auditor.stats.synthetic.simplex import TOLERANCE, nearest

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Placebos:
    """What the placebos say of J places; NaN ("not applicable") where the fit is poor or no donor is left.

    Attributes
    ----------
    gap : ndarray, shape (J,)
        Mean of outcome less synthetic control after the change.
    rmspe, rmspe_after : ndarray, shape (J,)
        Root mean squared gap before and after.
    own, others, drift : ndarray, shape (J,)
        The three measures of poor fit that `Gate` bounds.
    poor : bool ndarray, shape (J,)
    donors : int ndarray, shape (J,)
        Donors whose placebo passed the gate.
    statistic : ndarray, shape (J,)
        Signed: gap / rmspe.
    p_greater, p_less, p_ratio : ndarray, shape (J,)
        Of the signed statistic, and of rmspe_after / rmspe (which asks for a change in either direction).
    low, high : ndarray, shape (J,)
        Limits of the mean effect; infinite where the donors are too few for the level.
    weights : ndarray, shape (J, n)
    """

    gap: Array
    rmspe: Array
    rmspe_after: Array
    own: Array
    others: Array
    drift: Array
    poor: Bools
    donors: NDArray[np.int64]
    statistic: Array
    p_greater: Array
    p_less: Array
    p_ratio: Array
    low: Array
    high: Array
    weights: Array

    @property
    def least_p(self) -> Array:
        """Smallest p-value that the number of donors allows, shape (J,)."""
        return np.asarray(1.0 / (self.donors + 1.0))


def placebo_test(
    before: ArrayLike,
    after: ArrayLike,
    donors_before: ArrayLike,
    donors_after: ArrayLike,
    *,
    noise: ArrayLike | None = None,
    donors_noise: ArrayLike | None = None,
    penalty: float = 0.0,
    centre: bool = True,
    lean: bool = True,
    gate: Gate | None = None,
    level: float = 0.95,
) -> Placebos:
    """Test places that changed at one date against one pool of donors.

    Parameters
    ----------
    before, after : array_like of float, shapes (J, T0) and (J, T1)
        Outcomes of the places (logs, so that the gap is the log of a ratio).
    donors_before, donors_after : array_like of float, shapes (n, T0) and (n, T1)
        Outcomes of at least three donors.
    noise, donors_noise : array_like of float, shapes (J,) and (n,), optional
        Standard deviation of one outcome by sampling alone, so that small units are not called ill-fitting for being
        small; all 1 when not given.
    penalty : float
        As in `simplex_weights`.
    centre : bool
        Whether each unit's mean before the change is taken off first: then units need only move alike, not stand at
        the same level (Doudchenko & Imbens 2016; Ferman & Pinto 2021).
    lean : bool
        Whether a placebo's synthetic control may lean on the place, too: then the ranks are exact. If not, placebos
        draw on the other donors alone (as Abadie, Diamond & Hainmueller do): one set of them serves every place, and
        the ranks are exact but for the place's one donor more.
    gate : Gate, optional
    level : float
        Of the limits, in (0, 1).

    Returns
    -------
    Placebos

    Raises
    ------
    ValueError
        If shapes do not fit or a number is not finite.
    NotConverged
        If a set of weights does not meet its optimality conditions.

    References
    ----------
    Abadie, A., Diamond, A. & Hainmueller, J. (2010). Journal of the American Statistical Association 105, 493-505.
    Firpo, S. & Possebom, V. (2018). Journal of Causal Inference 6(2) (test inversion, sharp nulls).
    Ferman, B. & Pinto, C. (2021). Quantitative Economics 12, 1197-1221 (demeaning).
    """
    y0, y1 = _pair("before", before, "after", after)
    d0, d1 = _pair("donors_before", donors_before, "donors_after", donors_after)
    if len(d0) < 3 or d0.shape[1] != y0.shape[1] or d1.shape[1] != y1.shape[1]:
        raise ValueError("there must be three donors or more, over the same periods as the places")
    zeta, alpha = float(checks.nonnegative("penalty", penalty)[0]), 1 - float(checks.inside_unit("level", level)[0])
    scale = _noise("noise", noise, len(y0))
    donors_scale = _noise("donors_noise", donors_noise, len(d0))
    if centre:
        y0, y1 = y0 - y0.mean(axis=1, keepdims=True), y1 - y0.mean(axis=1, keepdims=True)
        d0, d1 = d0 - d0.mean(axis=1, keepdims=True), d1 - d0.mean(axis=1, keepdims=True)
    base = nearest_all(d0[None], d0[None], zeta, ~np.eye(len(d0), dtype=bool))[0]
    own = nearest_all(y0[None], d0[None], zeta)[0]
    rows = [
        _one(
            np.vstack([y0[j : j + 1], d0]),
            np.vstack([y1[j : j + 1], d1]),
            np.append(scale[j], donors_scale),
            base,
            own[j],
            zeta if lean else None,
            gate or Gate(),
            alpha,
        )
        for j in range(len(y0))
    ]
    return _stack(rows, len(d0))


def _pair(first: str, before: ArrayLike, second: str, after: ArrayLike) -> tuple[Array, Array]:
    left, right = checks.numbers(first, before), checks.numbers(second, after)
    if left.ndim != 2 or right.ndim != 2 or len(left) != len(right) or left.shape[1] < 2 or right.shape[1] < 1:
        raise ValueError(f"{first} (units, T0 >= 2) and {second} (units, T1) do not fit: {left.shape}, {right.shape}")
    return left, right


def _noise(name: str, value: ArrayLike | None, size: int) -> Array:
    if value is None:
        return np.ones(size)
    scale = checks.positive(name, value)
    if scale.shape != (size,):
        raise ValueError(f"{name} must hold one number for each of {size} units, got shape {scale.shape}")
    return scale


def _leaning(units: Array, result: Array, zeta: float) -> Array:
    """Let the donors' weights lean on unit 0, the place, where that brings them nearer.

    A solution without the place stays the solution with it unless the objective falls towards the place.
    """
    size, base = len(units), result[1:, 1:]
    error = units[1:] - base @ units[1:]
    towards = -np.einsum("it,it->i", units[0] - units[1:], error)
    squares = np.einsum("it,it->i", error, error) + zeta * np.einsum("ij,ij->i", base, base)
    distance = np.einsum("it,it->i", units[0] - units[1:], units[0] - units[1:])
    result = result.copy()
    for i in 1 + np.flatnonzero(towards < squares - TOLERANCE * np.maximum(distance, squares)):
        rest = np.delete(np.arange(size), i)
        result[i] = 0.0
        result[i, rest] = nearest((units[rest] - units[i]).T, zeta).weights
    return result


def _one(
    y0: Array, y1: Array, noise: Array, base: Array, own: Array, zeta: float | None, gate: Gate, alpha: float
) -> tuple[Array, Array]:
    """Numbers of one place (unit 0), in the order of the fields of `Placebos`, and its weights."""
    weights = np.zeros((len(y0), len(y0)))
    weights[0, 1:], weights[1:, 1:] = own, base
    if zeta is not None:
        weights = _leaning(y0, weights, zeta)
    gap0, gap1 = y0 - weights @ y0, y1 - weights @ y1
    rmspe, after = np.sqrt((gap0**2).mean(axis=1)), np.sqrt((gap1**2).mean(axis=1))
    share, others, drift, fits = passes(y0, gap0, noise, gate)
    mean = gap1.mean(axis=1)
    ranked = 1 + np.flatnonzero(fits[1:])
    facts = [mean[0], rmspe[0], after[0], share[0], others[0], drift[0], float(not fits[0]), ranked.size]
    if not fits[0] or not ranked.size:
        return np.array([*facts, *[np.nan] * 6]), weights[0, 1:]
    score, total = mean / rmspe, ranked.size + 1.0
    greater = (1 + (score[ranked] >= score[0]).sum()) / total
    less = (1 + (score[ranked] <= score[0]).sum()) / total
    ratio = (1 + (after[ranked] / rmspe[ranked] >= after[0] / rmspe[0]).sum()) / total
    # Taking an effect off the place after the change moves the placebos that lean on the place, too; all is linear.
    limits = rank_limits(mean[0], rmspe[0], mean[ranked], rmspe[ranked], weights[ranked, 0], alpha)
    return np.array([*facts, score[0], greater, less, ratio, *limits]), weights[0, 1:]


def _stack(rows: list[tuple[Array, Array]], donors: int) -> Placebos:
    facts = np.array([row for row, _ in rows]).reshape(len(rows), 14)
    gap, rmspe, after, own, others, drift, poor, count, score, greater, less, ratio, low, high = facts.T
    return Placebos(
        gap,
        rmspe,
        after,
        own,
        others,
        drift,
        poor.astype(bool),
        count.astype(np.int64),
        score,
        greater,
        less,
        ratio,
        low,
        high,
        np.array([weights for _, weights in rows]).reshape(len(rows), donors),
    )
