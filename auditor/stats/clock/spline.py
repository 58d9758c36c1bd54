"""Natural cubic splines of the clock, with knots at quantiles of the rows that cells stand for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.interpolate import BSpline

from auditor.stats import checks
from auditor.stats.checks import Array

_DEGREE = 3


@dataclass(frozen=True, slots=True)
class NaturalSpline:
    """A natural cubic spline without a constant, in the basis of R's ``splines::ns``.

    Attributes
    ----------
    inner : ndarray, shape (K,)
        Inner knots, increasing; the basis has K + 1 columns.
    low, high : float
        Boundary knots; beyond them every column is a straight line.
    """

    inner: Array
    low: float
    high: float

    def __post_init__(self) -> None:
        """Refuse knots that are not in order.

        Raises
        ------
        ValueError
            If the knots do not increase strictly from the lower boundary to the upper.
        """
        every = np.concatenate([[self.low], self.inner, [self.high]])
        if not (np.isfinite(every).all() and (np.diff(every) > 0).all()):
            raise ValueError(f"knots must increase strictly between the boundaries, got {_listed(every)}")

    @property
    def width(self) -> int:
        """Columns of the basis."""
        return len(self.inner) + 1

    def basis(self, x: ArrayLike) -> Array:
        """Evaluate the columns.

        Parameters
        ----------
        x : array_like of float, shape (N,)

        Returns
        -------
        ndarray, shape (N, K + 1)

        References
        ----------
        Hastie, T. J. (1992). Generalized additive models, in Chambers & Hastie (eds), Statistical Models in S,
        chapter 7: cubic B-splines, restricted to those whose second derivative is 0 at both boundaries.
        """
        values = checks.numbers("x", x)
        if values.ndim != 1:
            raise ValueError(f"x must have one dimension, got shape {values.shape}")
        curves = self._curves()
        inside = np.clip(values, self.low, self.high)
        columns = curves(inside)
        for edge, beyond in ((self.low, values < self.low), (self.high, values > self.high)):
            if beyond.any():
                columns[beyond] += np.outer(values[beyond] - edge, curves.derivative()(edge))
        result: Array = columns @ self._natural(curves)
        return result

    def _curves(self) -> BSpline:
        """All cubic B-splines but the first, which stands for the constant."""
        knots = np.concatenate([[self.low] * (_DEGREE + 1), self.inner, [self.high] * (_DEGREE + 1)])
        size = len(self.inner) + _DEGREE + 1
        return BSpline(knots, np.eye(size)[:, 1:], _DEGREE)

    def _natural(self, curves: BSpline) -> Array:
        """Return the combinations of B-splines whose second derivative vanishes at both boundaries."""
        bend = curves.derivative(2)(np.array([self.low, self.high]))
        complete: Array = np.linalg.qr(bend.T, mode="complete")[0]
        return complete[:, 2:]


def spline_of_rows(values: ArrayLike, counts: ArrayLike, df: int) -> NaturalSpline:
    """Place the knots at equal quantiles of rows that are given as distinct values and how often each occurs.

    The knots are those of the rows written out one by one; those of the cells would depend on how cells were cut.

    Parameters
    ----------
    values : array_like of float, shape (N,)
        For example minutes after midnight; they may repeat and come in any order.
    counts : array_like of int, shape (N,)
        Rows with each value, 0 or more.
    df : int
        Columns of the basis, 1 or more (df - 1 inner knots).

    Returns
    -------
    NaturalSpline

    Raises
    ------
    ValueError
        If shapes differ, there are no rows, or knots coincide because too many rows share a value.
    """
    x, n = checks.numbers("values", values), checks.counts("counts", counts)
    if x.ndim != 1 or x.shape != n.shape:
        raise ValueError(f"values {x.shape} and counts {n.shape} must be one-dimensional and equally long")
    if df < 1:
        raise ValueError(f"df must be 1 or more, got {df}")
    if not n.sum() > 0:
        raise ValueError("there are no rows to place knots by")
    ends = x[n > 0]
    inner = row_quantiles(x, n, np.arange(1, df) / df)
    every = np.concatenate([[ends.min()], inner, [ends.max()]])
    if (np.diff(every) <= 0).any():
        raise ValueError(f"too many rows share a value for {df} columns: knots would be {_listed(every)}; lower df")
    return NaturalSpline(inner, float(ends.min()), float(ends.max()))


def row_quantiles(values: Array, counts: Array, levels: ArrayLike) -> Array:
    """Quantiles (R's type 7, NumPy's default) of the rows that values and counts stand for, exactly."""
    order = np.argsort(values, kind="stable")
    ordered, last = values[order], np.cumsum(counts[order])
    rank = (last[-1] - 1) * np.asarray(levels, dtype=float)
    below = np.floor(rank)
    low = ordered[np.searchsorted(last, below, side="right")]
    high = ordered[np.searchsorted(last, np.minimum(below + 1, last[-1] - 1), side="right")]
    result: Array = low + (rank - below) * (high - low)
    return result


def _listed(knots: Array) -> str:
    return ", ".join(f"{knot:.6g}" for knot in knots)
