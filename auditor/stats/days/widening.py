"""How much more the true assignment of days varies than the assignments that it is compared with.

Levels of officers are fitted to few stops, more closely where an officer's stops fall on few days. Deviations of days
on which many officers worked are then drawn together more than others, and the true assignment's statistic, which
compares such days with the rest, varies more than one of days picked blindly. What it varies by follows from the
counts' variances and the fit, so the others' can be brought to the same.
"""

from __future__ import annotations

import math

import numpy as np

from auditor.stats.checks import Array
from auditor.stats.days.deviations import Days
from auditor.stats.days.orders import Bools


def widening(days: Days) -> float:
    """Return by what the assignments' sums are to be spread about their mean: 1 or more.

    Parameters
    ----------
    days : Days
        With their correlation.

    Returns
    -------
    float
        Square root of the statistic's variance under the true assignment over its mean over all assignments, both at no
        difference; 1 where that is smaller, and where no stratum has several levels.

    Notes
    -----
    Parts of a day are correlated such that the day's variance is the binomial one times 1 + (n - 1) correlation. With V
    the covariance of a stratum's deviations (each times its weight) and m of its N days chosen, the mean variance over
    assignments is m (N - m) / (N (N - 1)) (trace V - 1'V1 / N).
    """
    if days.levels == days.strata:
        return 1.0
    true = usual = 0.0
    scale = days.weights(0.0)[0]
    for stratum in range(days.strata):
        rows = days.stratum == stratum
        v = _covariance(days, rows) * np.outer(scale[rows], scale[rows])
        on = days.on[rows]
        size, few = len(on), int(on.sum())
        chosen = on - few / size
        true += float(chosen @ v @ chosen)
        usual += few * (size - few) / (size * (size - 1)) * float(np.trace(v) - v.sum() / size)
    return max(math.sqrt(true / usual), 1.0) if usual > 0 else 1.0


def _covariance(days: Days, rows: Bools) -> Array:
    """Covariance of the days' counts less what their levels give, for the days of a mask (one stratum)."""
    parts = rows[days.day]
    p, q = days.shares(0.0)
    information = (days.n * p * q)[parts]
    day = np.unique(days.day[parts], return_inverse=True)[1].reshape(-1)
    level = np.unique(days.level[parts], return_inverse=True)[1].reshape(-1)
    inflation = days.inflation[rows][day]
    known = np.bincount(level, information / inflation)
    whole = np.bincount(day, information)
    drawn = np.where(level[:, None] == level, (information / known[level])[:, None] / inflation, 0.0)
    shared = np.outer(information, information) / whole[day] * (inflation - 1)
    own = np.diag(information) + np.where(day[:, None] == day, shared, 0.0)
    add = (np.arange(len(whole))[:, None] == day) @ (np.eye(len(day)) - drawn)
    return np.asarray(add @ own @ add.T)
