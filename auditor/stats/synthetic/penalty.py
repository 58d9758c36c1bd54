"""The ridge penalty of an augmented synthetic control, by leaving out one period at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from auditor.stats.checks import Array
from auditor.stats.synthetic.batch import Bools, nearest_all

_GRID, _RATIO = 20, 1e-8


def level_off(before: Array, after: Array) -> tuple[Array, Array]:
    """Take each unit's mean before the change off both parts (periods along the last axis)."""
    mean = before.mean(axis=-1, keepdims=True)
    return before - mean, after - mean


def choose_lambda(before: Array, donors_before: Array, penalty: float = 0.0, centre: bool = False) -> float:
    """Ridge penalty by leaving out one period at a time.

    The largest of twenty penalties (a geometric grid down from the largest squared singular value of the centred
    donors) whose mean squared error in the period left out is within one standard error of the least.

    Parameters
    ----------
    before : ndarray, shape (T0,)
    donors_before : ndarray, shape (n, T0)
    penalty : float
        Of the simplex weights.
    centre : bool
        Whether each unit's mean over the periods kept is taken off.

    Raises
    ------
    ValueError
        If the donors do not differ.
    """
    everyone = np.ones((1, len(donors_before)), dtype=bool)
    return float(_chosen(before[None], donors_before, everyone, penalty, centre)[0])


def choose_lambdas(donors_before: Array, units: NDArray[np.int64], penalty: float = 0.0, centre: bool = False) -> Array:
    """Return what some of the donors, each fitted to the others, would choose; see :func:`choose_lambda`.

    Parameters
    ----------
    donors_before : ndarray, shape (n, T0)
    units : ndarray of int, shape (m,)
        Positions of those donors.
    penalty, centre
        As in :func:`choose_lambda`.

    Returns
    -------
    ndarray, shape (m,)

    Raises
    ------
    ValueError
        If the donors do not differ.
    """
    others = np.arange(len(donors_before)) != units[:, None]
    return _chosen(donors_before[units], donors_before, others, penalty, centre)


def _chosen(targets: Array, donors: Array, allowed: Bools, penalty: float, centre: bool) -> Array:
    grids = np.array([_grid(donors[may], centre) for may in allowed])
    squares = _errors(targets, donors, allowed, grids, penalty, centre) ** 2  # (m, periods, grid)
    mean, se = squares.mean(axis=1), squares.std(axis=1, ddof=1) / np.sqrt(donors.shape[1])
    best = mean.argmin(axis=1)[:, None]
    most = np.take_along_axis(mean + se, best, axis=1)
    return np.asarray(np.take_along_axis(grids, (mean <= most).argmax(axis=1)[:, None], axis=1)[:, 0])


def _grid(donors: Array, centre: bool) -> Array:
    levelled = level_off(donors, donors)[0] if centre else donors
    largest = float(np.linalg.norm(levelled - levelled.mean(axis=0), 2)) ** 2
    if largest == 0:
        raise ValueError("donors_before must differ between donors")
    return np.asarray(largest * _RATIO ** (np.arange(_GRID) / (_GRID - 1)))


def _errors(targets: Array, donors: Array, allowed: Bools, grids: Array, penalty: float, centre: bool) -> Array:
    """Error in the period left out: units x periods x penalties."""
    y, y_out, d, d_out = *_without_each(targets, centre), *_without_each(donors, centre)
    simplex = nearest_all(y, d, penalty, allowed)
    left, out = y - simplex @ d, y_out - np.einsum("tmn,tn->tm", simplex, d_out)
    mean = d.mean(axis=1, keepdims=True)
    values, vectors = np.linalg.eigh((d - mean).transpose(0, 2, 1) @ (d - mean))
    # Eigenvalues that are 0 but for rounding may come out below it.
    values = np.maximum(values, 0.0)
    return np.array(
        [
            out[:, i, None] - _added(d, d_out, mean, values, vectors, left[:, i], allowed[i], grids[i])
            for i in range(len(targets))
        ]
    )


def _without_each(series: Array, centre: bool) -> tuple[Array, Array]:
    """Return units over all periods but one, (T, units, T - 1), and in that one, (T, units), for each period."""
    periods = series.shape[1]
    keep = np.array([np.delete(np.arange(periods), t) for t in range(periods)])
    rest, out = series[:, keep].transpose(1, 0, 2), series.T
    if not centre:
        return rest, out
    level = rest.mean(axis=2)
    return rest - level[..., None], out - level


def _added(
    d: Array, d_out: Array, mean: Array, values: Array, vectors: Array, left: Array, may: Bools, grid: Array
) -> Array:
    """What the ridge adds in the period left out, (T, grid), for a unit with the donors that it may draw on.

    Without a donor the matrix loses one rank, c (d_i - mean)(d_i - mean)', and the inverse is mended accordingly
    (Sherman & Morrison 1950), so that one decomposition a period serves all units.
    """
    n, gone = d.shape[1], np.flatnonzero(~may)
    turned = np.einsum("tkv,tk->tv", vectors, left)
    centre = d[:, may].mean(axis=1)
    # d_out'(d - centre) over the donors allowed, turned into the eigenvectors' directions.
    toward = np.einsum("tn,tnk->tk", d_out[:, may], d[:, may] - centre[:, None])
    toward = np.einsum("tkv,tk->tv", vectors, toward)
    inverse = 1 / (values[:, None] + grid[:, None])  # (T, grid, directions)
    result = np.einsum("tv,tgv,tv->tg", toward, inverse, turned)
    for i in gone:  # at most one: the unit itself
        u = np.einsum("tkv,tk->tv", vectors, d[:, i] - mean[:, 0]) * np.sqrt(n / (n - 1))
        cross = [np.einsum("tv,tgv,tv->tg", a, inverse, u) for a in (toward, turned, u)]
        result = result + cross[0] * cross[1] / (1 - cross[2])
    return np.asarray(result)
