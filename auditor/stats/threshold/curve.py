"""Guilt as a function of separation when the shares of searches and hits are given, tabulated for the sampler."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.special import ndtr, ndtri

from auditor.stats.checks import Array
from auditor.stats.fit import bisect

_LEAST, _MOST, _PIECES = -4.0, 3.0, 70


def log_odds_of_guilt(share: Array, hit: Array, delta: Array) -> Array:
    """Log-odds of guilt that give this search share and hit share at this separation.

    With the threshold t, guilt is share * hit / P(signal > t | guilty), innocence is likewise, and the two sum to 1.

    Parameters
    ----------
    share, hit, delta : ndarray
        Shares strictly between 0 and 1 and a separation above 0, of one shape.
    """

    def left(t: Array) -> Array:
        return 1 - share * (hit / ndtr(delta - t) + (1 - hit) / ndtr(-t))

    high = np.minimum(-ndtri(share * (1 - hit)), delta - ndtri(share * hit))
    t = bisect(left, high - 12 - delta, high)
    return np.log(share * hit / ndtr(delta - t)) - np.log(share * (1 - hit) / ndtr(-t))


@dataclass(frozen=True, slots=True)
class GuiltCurves:
    """Cubic splines of the log-odds of guilt over a group's log delta, flat beyond their ends.

    Attributes
    ----------
    coefficients : ndarray, shape (pieces, B, R, M, 4)
        Highest power first; M curves for each data set and group.
    """

    coefficients: Array

    @classmethod
    def of(cls, share: Array, hit: Array) -> GuiltCurves:
        """Tabulate for search and hit shares of shape (B, R, M)."""
        knots = np.linspace(_LEAST, _MOST, _PIECES + 1)
        delta = np.exp(knots)[:, None, None, None] + np.zeros_like(share)
        table = log_odds_of_guilt(share + np.zeros_like(delta), hit + np.zeros_like(delta), delta)
        return cls(np.moveaxis(CubicSpline(knots, table, bc_type="clamped").c, 0, -1))

    def at(self, log_delta: Array, which: NDArray[np.intp]) -> tuple[Array, Array, Array]:
        """Values, slopes and second derivatives, shape (K, R, M).

        Parameters
        ----------
        log_delta : ndarray, shape (K, R)
        which : ndarray of int, shape (K,)
            Data set of each row.
        """
        width = (_MOST - _LEAST) / _PIECES
        inside = np.clip(log_delta, _LEAST, _MOST)
        piece = np.minimum(((inside - _LEAST) / width).astype(np.intp), _PIECES - 1)
        c3, c2, c1, c0 = np.moveaxis(self.coefficients[piece, which[:, None], np.arange(log_delta.shape[1])], -1, 0)
        x = (inside - (_LEAST + width * piece))[:, :, None]
        varies = (inside == log_delta)[:, :, None]
        slope = ((3 * c3 * x + 2 * c2) * x + c1) * varies
        return ((c3 * x + c2) * x + c1) * x + c0, slope, (6 * c3 * x + 2 * c2) * varies
