"""What the iterative procedures share: refusal to report an unfinished fit, and a vectorised root search."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from auditor.stats.checks import Array


class NotConverged(ArithmeticError):
    """An iterative procedure did not reach its tolerance, or no finite solution exists."""


def bisect(function: Callable[[Array], Array], low: Array, high: Array, steps: int = 200) -> Array:
    """Sign change of a decreasing function, for every place at once.

    Parameters
    ----------
    function : callable
        Takes and returns an array of the shape of `low`; decreasing in each entry.
    low, high : ndarray
        Bracket: the function is positive at low and negative at high (0 counts as either).
    steps : int
        Most halvings; the search stops sooner once no entry can move.

    Returns
    -------
    ndarray
        The middle of each last bracket, to within rounding.

    Raises
    ------
    NotConverged
        If the halvings run out before every bracket is as narrow as rounding allows.
    """
    low, high = np.array(low, dtype=float), np.array(high, dtype=float)
    for _ in range(steps):
        middle = low + (high - low) / 2
        if ((middle <= low) | (middle >= high)).all():
            return middle
        above = function(middle) > 0
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    raise NotConverged(f"no sign change pinned down after {steps} halvings")
