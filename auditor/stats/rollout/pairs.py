"""Two groups, two periods: the building block of a staggered roll-out, with and without covariates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular
from scipy.special import expit

from auditor.stats.checks import Array
from auditor.stats.fit import NotConverged

Bools = NDArray[np.bool_]

_STEPS = 50
_COLLINEAR = 1e6
_TRIM = 0.995
"""Controls whose estimated probability of treatment is this or more carry no weight (as in R's DRDID)."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Cells of two groups and two periods; all arrays (J, C).

    Attributes
    ----------
    change : float array
        Change of the outcome; 0 where it was not observed.
    treated, control : bool arrays
        Which places stand on which side of each cell.
    """

    change: Array
    treated: Bools
    control: Bools

    def take(self, keep: Bools) -> Pairs:
        """Return some of the cells."""
        return Pairs(self.change[:, keep], self.treated[:, keep], self.control[:, keep])

    def alike(self) -> list[NDArray[np.int64]]:
        """Return the positions of the cells that have the same places on the same sides, together."""
        found: dict[bytes, list[int]] = {}
        sides = np.packbits(np.concatenate([self.treated, self.control]), axis=0).T
        for c in range(sides.shape[0]):
            found.setdefault(sides[c].tobytes(), []).append(c)
        return [np.array(cells, dtype=np.int64) for cells in found.values()]


def mean_pairs(pairs: Pairs, weights: Array, *, hc2: bool) -> tuple[Array, Array]:
    """Difference of the weighted mean changes, for every cell at once.

    Parameters
    ----------
    pairs : Pairs
        Every cell has at least one place on each side.
    weights : (J,) array
    hc2 : bool
        Whether to divide each residual by sqrt(1 - its share of its side's weights).

    Returns
    -------
    att : (C,) array
    influence : (J, C) array
        The variance of ``att`` is the sum of its squares over J squared.
    """
    places = len(weights)
    att, influence = np.zeros(pairs.change.shape[1]), np.zeros(pairs.change.shape)
    for side, sign in ((pairs.treated, 1.0), (pairs.control, -1.0)):
        share = np.where(side, weights[:, None], 0.0)
        share /= share.sum(axis=0)
        mean = np.einsum("jc,jc->c", share, pairs.change)
        att += sign * mean
        residual = share * (pairs.change - mean)
        # A side of one place has no residual: nothing to divide, and no variance that could be told.
        influence += sign * places * (residual / np.sqrt(1 - np.where(share < 1, share, 0.0)) if hc2 else residual)
    return att, influence


def two_period(
    change: Array, treated: Bools, x: Array, weights: Array, method: str, *, hc2: bool = False
) -> tuple[Array, Array]:
    """Effects on the treated, adjusted for covariates, of cells that compare the same places.

    Parameters
    ----------
    change : (n, m) array
        One column for each cell.
    treated : (n,) bool array
    x : (n, P) array
        With its intercept.
    weights : (n,) array
    method : {"dr", "reg", "ipw"}
        Doubly robust with a logistic and a least-squares fit (R ``DRDID::drdid_panel``), outcome regression
        (``reg_did_panel``), or weights that add to 1 (``std_ipw_did_panel``).
    hc2 : bool
        Whether to divide the residuals of each side's mean by sqrt(1 - h), h their share of the weights.

    Returns
    -------
    att : (m,) array
    influence : (n, m) array
        The variance of ``att`` is the sum of its squares over n squared.

    Raises
    ------
    NotConverged
        When covariates are collinear or separate the sides.

    References
    ----------
    Sant'Anna, P. H. C. & Zhao, J. (2020). Journal of Econometrics 219, 101-122, equations 3.1 to 3.5.
    Abadie, A. (2005). Semiparametric difference-in-differences estimators. Review of Economic Studies 72, 1-19.
    Heckman, J., Ichimura, H. & Todd, P. (1997). Review of Economic Studies 64, 605-654 (outcome regression).
    """
    w, d = weights / weights.mean(), treated.astype(float)
    w_t = w * d
    ols = None if method == "ipw" else _Regression.fit(change, w * (1 - d), x)
    residual = change if ols is None else change - ols.fitted
    mean_t = w_t @ residual / w_t.sum()
    side_t = _side(w_t, residual - mean_t, hc2)
    if ols is not None:
        side_t -= ols.moved(w_t)
    if method == "reg":
        return mean_t, side_t / w_t.mean()
    p, score = _propensity(d, x, w)
    w_c = np.where((p < _TRIM) | treated, w * p * (1 - d) / (1 - p), 0.0)
    if not w_c.sum() > 0:
        raise NotConverged("every control is as good as certain to be treated")
    mean_c = w_c @ residual / w_c.sum()
    away = w_c[:, None] * (residual - mean_c)
    side_c = _side(w_c, residual - mean_c, hc2) + score @ (x.T @ away / len(d))
    if ols is not None:
        side_c -= ols.moved(w_c)
    return mean_t - mean_c, side_t / w_t.mean() - side_c / w_c.mean()


def _side(w: Array, residual: Array, hc2: bool) -> Array:
    if not hc2:
        return w[:, None] * residual
    share = w / w.sum()
    return (w / np.sqrt(1 - np.where(share < 1, share, 0.0)))[:, None] * residual


@dataclass(frozen=True, slots=True)
class _Regression:
    """Least squares among the controls: everyone's fitted changes (n, m), and what moves them."""

    fitted: Array
    scaled: Array
    weighted: Array
    x: Array

    @classmethod
    def fit(cls, change: Array, w_c: Array, x: Array) -> _Regression:
        # Orthogonal factors, not the normal equations, which lose twice the digits (NIST's Wampler and Longley data).
        root = np.sqrt(w_c)
        size = np.sqrt(w_c @ x**2)
        if not (size > 0).all():
            raise NotConverged("the covariates are collinear among the controls")
        q, r = np.linalg.qr(x / size * root[:, None])
        if not np.linalg.cond(r) < _COLLINEAR:
            raise NotConverged("the covariates are collinear among the controls")
        half = solve_triangular(r, np.eye(len(size))) / size[:, None]
        fitted = x @ (half @ (q.T @ (root[:, None] * change)))
        inverse = len(x) * half @ half.T
        return cls(fitted, x @ inverse, w_c[:, None] * (change - fitted), x)

    def moved(self, w: Array) -> Array:
        """Influence of each row on the weighted sum of the fitted changes, over n."""
        return (self.scaled @ (self.x.T @ w / len(w)))[:, None] * self.weighted


def _scale(information: Array) -> Array:
    root = np.sqrt(np.maximum(np.diag(information), np.finfo(float).tiny))
    return np.outer(root, root)


def _propensity(d: Array, x: Array, w: Array) -> tuple[Array, Array]:
    """Logistic regression of being treated: probabilities, and each row's influence on the coefficients."""
    p = _logit(d, x, w)
    information = (x * (w * p * (1 - p))[:, None]).T @ x / len(d)
    return p, (x * (w * (d - p))[:, None]) @ np.linalg.inv(information)


def _logit(d: Array, x: Array, w: Array) -> Array:
    scale = np.abs(x).max(axis=0)
    z, beta = x / np.where(scale > 0, scale, 1.0), np.zeros(x.shape[1])
    for _ in range(_STEPS):
        p = expit(z @ beta)
        information = (z * (w * p * (1 - p))[:, None]).T @ z
        if not np.linalg.cond(information / _scale(information)) < 1e12:
            raise NotConverged("the covariates separate the treated from the controls, or are collinear")
        step = np.linalg.solve(information, z.T @ (w * (d - p)))
        beta = beta + step
        if np.abs(z @ beta).max() > 30:
            raise NotConverged("the covariates separate the treated from the controls")
        if np.abs(step).max() < 1e-10 * max(1.0, float(np.abs(beta).max())):
            return np.minimum(expit(z @ beta), 1 - 1e-6)
    raise NotConverged("the logistic fit did not settle")
