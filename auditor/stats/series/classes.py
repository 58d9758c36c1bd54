"""The triple difference of one place: changes by offence class, and limits that invert the relabelling of classes.

For each class, the change of the focal group's count less that of the reference group's, on the log scale:
r = log(H_after / H_before) - log(W_after / W_before). Whatever moved both groups, or every class, is gone; under the
null the changes are exchangeable between discretionary and serious classes
(:mod:`auditor.stats.classes.randomisation`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.classes.randomisation import randomise_classes
from auditor.stats.series.interrupted import Bools

_HALVINGS = 11
_ORDERS = 1000
_REACH = 12.0
"""Standard errors within which a limit is sought; a labelling that is never that far out has no limit."""


@dataclass(frozen=True, slots=True)
class ClassChanges:
    """Log changes of the ratio of the groups by class.

    Attributes
    ----------
    change : ndarray, shape (J, O)
        With half an event added to each of the four counts, so that an empty cell has a finite log (Haldane 1956).
    variance : ndarray, shape (J, O)
        The sum of 1 / expected over the four cells, expected from their margins.
    use : ndarray of bool, shape (J, O)
        Classes whose four expected counts, given their margins, all reach the gate.
    """

    change: Array
    variance: Array
    use: Bools


def class_changes(before: ArrayLike, after: ArrayLike, known: ArrayLike, least: float) -> ClassChanges:
    """Take log changes by class and gate the classes by their margins.

    Parameters
    ----------
    before, after : array_like of int, shape (J, O, 2)
        Counts of the focal and of the reference group in each class, before and after the start.
    known : array_like of bool, shape (J, O)
        Classes that were observed.
    least : float
        Smallest expected count (row sum x column sum / total) that each of the four cells must reach. Margins carry
        nothing about the change, so the gate does not select on it.

    Returns
    -------
    ClassChanges

    Raises
    ------
    ValueError
        If the shapes do not fit, or a count is negative or not whole.
    """
    b, a = checks.together(before=checks.counts("before", before), after=checks.counts("after", after))
    if b.ndim != 3 or b.shape[2] != 2:
        raise ValueError(f"before must have shape (places, classes, 2), got {b.shape}")
    when = np.stack([b.sum(axis=2), a.sum(axis=2)])
    who = (a + b).transpose(2, 0, 1)
    everyone = who.sum(axis=0)
    rarest = when.min(axis=0) * who.min(axis=0)
    use = np.asarray(known, dtype=bool) & (rarest >= least * np.maximum(everyone, 1.0))
    moved = np.log(a + 0.5) - np.log(b + 0.5)
    # From the margins: a variance that fell with the class's own count would pull the mean of small classes upwards.
    shares = (1 / np.maximum(when, 0.5)).sum(axis=0) * (1 / np.maximum(who, 0.5)).sum(axis=0)
    variance = np.maximum(everyone, 1.0) * shares
    return ClassChanges(moved[:, :, 0] - moved[:, :, 1], variance, use)


def class_limits(
    changes: ClassChanges,
    side: ArrayLike,
    natural: ArrayLike,
    difference: ArrayLike,
    se: ArrayLike,
    level: float = 0.95,
) -> tuple[Array, Array]:
    """Limits of the difference that neither one-sided permutation test rejects.

    The changes of the discretionary classes are moved back by a supposed difference and the classes relabelled again;
    the limit is where the p-value crosses half of 1 - level, found by halving.

    Parameters
    ----------
    changes : ClassChanges
    side : array_like of int, shape (O,)
        +1 discretionary, -1 serious, 0 neither.
    natural : float or array_like of float, shape (J,)
        Natural variance, as in the test.
    difference, se : array_like of float, shape (J,)
        As the test gave them, finite.
    level : float

    Returns
    -------
    low, high : ndarray, shape (J,)
        Infinite where even a difference of twelve standard errors is not rejected (too few labellings).
    """
    d, s = checks.numbers("difference", difference), checks.positive("se", se)
    tail = float((1 - checks.inside_unit("level", level)[0]) / 2)
    p_values = _mover(changes, np.asarray(side), natural)
    return _search(p_values, 0, d, s, tail, -1.0), _search(p_values, 1, d, s, tail, 1.0)


def class_detectable(
    changes: ClassChanges, side: ArrayLike, natural: ArrayLike, difference: ArrayLike, se: ArrayLike
) -> Array:
    """Difference, on the log scale, that a test at .05 finds with about 80 % power.

    How far the place's own one-sided .05 limit lies from its estimate, and one standard error on top: the normal .84
    and a little for a reach that is itself estimated (power .76 to .81 over four to fifteen classes, measured).

    Parameters
    ----------
    changes, side, natural, difference, se
        As for :func:`class_limits`.

    Returns
    -------
    ndarray, shape (J,)
        Infinite where the labellings cannot reach .05.
    """
    d, s = checks.numbers("difference", difference), checks.positive("se", se)
    reach: Array = d - _search(_mover(changes, np.asarray(side), natural), 0, d, s, 0.05, -1.0)
    return reach + s


def _mover(changes: ClassChanges, sides: Array, natural: ArrayLike) -> Callable[[Array], tuple[Array, Array]]:
    """Return the function from a supposed difference to both p-values of the changes with it taken out."""

    def p_values(supposed: Array) -> tuple[Array, Array]:
        moved = changes.change - supposed[:, None] * (sides > 0)
        result = randomise_classes(moved, changes.variance, changes.use, sides, natural, _ORDERS)
        return result.p_greater, result.p_less

    return p_values


def _search(
    p_values: Callable[[Array], tuple[Array, Array]], which: int, d: Array, s: Array, tail: float, sign: float
) -> Array:
    """Halve between the estimate, which is kept, and a point far out, which is rejected (or there is no limit)."""
    inner, outer = d.copy(), d + sign * _REACH * s
    endless = p_values(outer)[which] > tail
    for _ in range(_HALVINGS):
        middle = (inner + outer) / 2
        kept = p_values(middle)[which] > tail
        inner, outer = np.where(kept, middle, inner), np.where(kept, outer, middle)
    # The outer end: rejected by at most a hundredth of a standard error more than the limit itself.
    return np.where(endless, sign * np.inf, outer)
