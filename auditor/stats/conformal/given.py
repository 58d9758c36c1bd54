"""What the calibrated screen is given: arrays checked, masks and strata filled in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from auditor.stats.checks import Array
from auditor.stats.conformal.null import Ints

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Given:
    """Input of `conformal_screen`, in the shapes described there.

    Attributes
    ----------
    focal, se : ndarray, shape (J,)
    control, control_se : ndarray, shape (J, K)
    fold, stratum : ndarray of int, shape (J,)
    control_stratum : ndarray of int, shape (J, K)
    tested : ndarray of bool, shape (J,)
    usable : ndarray of bool, shape (J, K)
        Controls that are there, of calibrating places.
    matching : ndarray of bool, shape (J,)
        Places whose focal contrasts shift and scale are read off: tested and calibrating ones.
    """

    focal: Array
    se: Array
    control: Array
    control_se: Array
    fold: Ints
    stratum: Ints
    control_stratum: Ints
    tested: Bools
    usable: Bools
    matching: Bools

    @property
    def strata(self) -> int:
        """Number of strata, counting those without controls."""
        return 1 + int(max(self.stratum.max(initial=0), self.control_stratum[self.usable].max(initial=0)))

    def centred(self) -> Array:
        """Controls with the median of their column over the calibrating places taken off."""
        centres = [np.median(c[u]) if u.any() else 0.0 for c, u in zip(self.control.T, self.usable.T, strict=True)]
        return np.asarray(self.control - np.array(centres))


def read_input(
    focal: ArrayLike,
    se: ArrayLike,
    control: ArrayLike,
    control_se: ArrayLike,
    fold: ArrayLike,
    tested: ArrayLike | None,
    calibrating: ArrayLike | None,
    stratum: ArrayLike | None,
    control_stratum: ArrayLike | None,
) -> Given:
    """Check the arrays of `conformal_screen`, which describes them and the errors raised."""
    y, s = _pair("focal", focal, se, 1)
    c, cs = _pair("control", control, control_se, 2)
    if c.shape[0] != y.size:
        raise ValueError(f"control has {c.shape[0]} places, focal {y.size}")
    known = np.isfinite(y)
    test = known if tested is None else _mask("tested", tested, y.shape)
    use = np.ones(y.size, dtype=bool) if calibrating is None else _mask("calibrating", calibrating, y.shape)
    if (test & ~known).any():
        raise ValueError(f"tested place {int(np.flatnonzero(test & ~known)[0])} has no focal estimate")
    own = np.zeros(y.size, dtype=np.int64) if stratum is None else _whole("stratum", stratum, y.shape)
    theirs = np.broadcast_to(own[:, None], c.shape)
    if control_stratum is not None:
        theirs = _whole("control_stratum", control_stratum, c.shape)
    usable = np.isfinite(c) & use[:, None]
    return Given(y, s, c, cs, _whole("fold", fold, y.shape), own, theirs, test, usable, known & (test | use))


def _pair(name: str, estimate: ArrayLike, se: ArrayLike, dimensions: int) -> tuple[Array, Array]:
    """Estimates with standard errors; both NaN where there is none."""
    y, s = np.array(estimate, dtype=float), np.array(se, dtype=float)
    if y.ndim != dimensions or y.shape != s.shape:
        raise ValueError(f"{name} {y.shape} and its standard errors {s.shape} must both have {dimensions} dimension(s)")
    there = ~np.isnan(y)
    if (there != ~np.isnan(s)).any():
        raise ValueError(f"{name}: an estimate and its standard error are missing together or not at all")
    if not np.isfinite(y[there]).all() or not np.isfinite(s[there]).all() or (s[there] <= 0).any():
        raise ValueError(f"{name} must be finite, with standard errors above 0")
    return y, s


def _whole(name: str, value: ArrayLike, shape: tuple[int, ...]) -> Ints:
    array = np.asarray(value)
    if array.shape != shape or array.dtype.kind not in "iu" or (array < 0).any():
        raise ValueError(f"{name} must hold whole numbers of 0 or more in shape {shape}")
    return array.astype(np.int64)


def _mask(name: str, value: ArrayLike, shape: tuple[int, ...]) -> Bools:
    array = np.asarray(value)
    if array.shape != shape or array.dtype != np.bool_:
        raise ValueError(f"{name} must hold truth values in shape {shape}")
    return array
