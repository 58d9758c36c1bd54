"""Counts of days, or of officers' parts of days, made into the days that can tell anything."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.days.deviations import Days
from auditor.stats.days.orders import Bools, Ints


def make_days(
    focal: ArrayLike,
    total: ArrayLike,
    operation: ArrayLike,
    stratum: ArrayLike,
    day: ArrayLike | None = None,
    officer: ArrayLike | None = None,
) -> Days:
    """Keep what can tell anything, and number it.

    Parameters and errors as `auditor.stats.days.randomisation.randomise_days`.

    Returns
    -------
    Days
        Parts in strata, and of officers, that have both kinds of days and both groups.
    """
    k, n = checks.tally(focal, total, "focal", "total")
    on, at = np.asarray(operation), np.asarray(stratum)
    which = np.arange(k.size) if day is None else np.asarray(day)
    who = np.zeros(k.size, dtype=np.int64) if officer is None else np.asarray(officer)
    if k.ndim != 1 or not k.shape == on.shape == at.shape == which.shape == who.shape:
        shapes = ", ".join(
            f"{name} {v.shape}"
            for name, v in (("focal", k), ("operation", on), ("stratum", at), ("day", which), ("officer", who))
        )
        raise ValueError(f"{shapes} must be equally long")
    if on.dtype.kind != "b" or any(v.dtype.kind not in "iu" for v in (at, which, who)):
        raise ValueError("operation must hold true or false, and stratum, day and officer whole numbers")
    keep = (n > 0) & (at >= 0)
    k, n, on = k[keep], n[keep], np.asarray(on[keep], dtype=bool)
    at, which, who = (v[keep].astype(np.int64) for v in (at, which, who))
    _one_kind(on, at, which)
    level = np.unique(np.stack([at, who]), axis=1, return_inverse=True)[1].reshape(-1)
    tells = np.logical_and.reduce([np.bincount(level, part) > 0 for part in (on, ~on, k, n - k)])[level]
    if not tells.any():
        same = "" if officer is None else " of the same officer"
        raise ValueError(
            f"no stratum holds operation days and ordinary days with stops of the focal group and of others{same}"
        )
    return _numbered(k[tells], n[tells], on[tells], at[tells], which[tells], level[tells])


def _one_kind(on: Bools, stratum: Ints, day: Ints) -> None:
    first, of = np.unique(day, return_index=True, return_inverse=True)[1:]
    of = of.reshape(-1)
    if (on != on[first][of]).any() or (stratum != stratum[first][of]).any():
        raise ValueError("the parts of a day differ in stratum or in whether the operation ran")


def _numbered(k: Array, n: Array, on: Bools, stratum: Ints, day: Ints, level: Ints) -> Days:
    """Number days in the order of their strata, and add up the parts of a day that share a level."""
    keys, first, of = np.unique(np.stack([stratum, day, level]), axis=1, return_index=True, return_inverse=True)
    of = of.reshape(-1)
    names, begins, number = np.unique(keys[:2], axis=1, return_index=True, return_inverse=True)
    strata, levels = (np.unique(v, return_inverse=True)[1].reshape(-1).astype(np.int64) for v in (names[0], keys[2]))
    sums = [np.bincount(of, v, keys.shape[1]).astype(np.float64) for v in (k, n)]
    return Days(sums[0], sums[1], number.reshape(-1), levels, on[first][begins], strata)
