"""Standard errors of interrupted series that allow for months resembling their neighbours.

The scale makes places of different noise comparable; it does not decide. Decisions are made by randomisation
(:mod:`auditor.stats.series.change`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from auditor.stats.checks import Array
from auditor.stats.series.interrupted import SeriesFit

_GRID = np.linspace(-0.4, 0.95, 28)
_HIGHEST = 0.9
_PRIOR_RHO, _PRIOR_PHI = 72.0, 24.0
"""Months of common evidence that are added to a place's own autocorrelation, and to its dispersion."""


@dataclass(frozen=True, slots=True)
class Noise:
    """How noisy each series is, with what all of them share.

    Attributes
    ----------
    dispersion, autocorrelation : ndarray, shape (J,)
        Of the Pearson residuals, drawn towards the common ones; NaN where the series was not fitted.
    common_dispersion, common_autocorrelation : float
        Means over the fitted series.
    """

    dispersion: Array
    autocorrelation: Array
    common_dispersion: float
    common_autocorrelation: float

    @property
    def inflation(self) -> float:
        """By how much a long average is noisier than independent binomial months would make it."""
        rho = max(self.common_autocorrelation, 0.0)
        return self.common_dispersion * (1 + rho) / (1 - rho)


def noise(fit: SeriesFit) -> Noise:
    """Estimate dispersion and first-order autocorrelation of every series.

    Residuals of a regression are less alike than the errors; the map between the two, which depends on the design
    only, is computed and inverted. A single series of a few years tells its autocorrelation badly, so each is drawn
    towards the common one.

    Parameters
    ----------
    fit : SeriesFit
        With at least one fitted series.

    Returns
    -------
    Noise

    Raises
    ------
    ValueError
        If no series was fitted.

    References
    ----------
    Cochrane, D. & Orcutt, G. H. (1949). JASA 44, 32-61 (the model of the errors). Durbin, J. & Watson, G. S. (1950).
    Biometrika 37, 409-428 (residuals of a regression as M e, M = I - X (X'WX)^-1 X'W).
    """
    if not fit.fitted.any():
        raise ValueError("no series was fitted: there is no noise to estimate")
    r, months = fit.residuals[fit.fitted], fit.months[fit.fitted]
    raw = (r[:, 1:] * r[:, :-1]).sum(axis=1) / np.maximum((r**2).sum(axis=1), 1e-300)
    expected = residual_autocorrelation(fit.weights[fit.fitted].mean(axis=0), fit.design)
    common = float(np.interp(raw.mean(), expected, _GRID))
    share = months / (months + _PRIOR_RHO)
    rho = np.full(len(fit.fitted), np.nan)
    rho[fit.fitted] = np.clip(share * np.interp(raw, expected, _GRID) + (1 - share) * common, 0.0, _HIGHEST)
    phi = np.full(len(fit.fitted), np.nan)
    level = float(fit.dispersion[fit.fitted].mean())
    share = months / (months + _PRIOR_PHI)
    phi[fit.fitted] = share * fit.dispersion[fit.fitted] + (1 - share) * level
    return Noise(phi, rho, level, min(common, _HIGHEST))


def residual_autocorrelation(weights: Array, design: Array) -> Array:
    """Return the first-order autocorrelation to expect of residuals, for each of a grid of that of the errors.

    Parameters
    ----------
    weights : ndarray, shape (T,)
        Typical weights of the months.
    design : ndarray, shape (T, P)

    Returns
    -------
    ndarray, shape (28,)
        For errors of -0.4, -0.35, ... 0.95; rising.
    """
    basis, _ = np.linalg.qr(np.sqrt(weights)[:, None] * design)
    maker = np.eye(len(weights)) - basis @ basis.T
    # With R = rho^|s - t| the trace of M R M, and the sum beside its diagonal, are sums of R times M M = M and times
    # the products of neighbouring columns of M: it is enough to know those by lag.
    lag = np.abs(np.subtract.outer(np.arange(len(weights)), np.arange(len(weights)))).ravel()
    own = np.bincount(lag, maker.ravel())
    beside = np.bincount(lag, (maker[:, :-1] @ maker[:, 1:].T).ravel())
    powers = _GRID[:, None] ** np.arange(len(weights))
    values = (powers @ beside) / (powers @ own)
    return np.maximum.accumulate(values + 1e-12 * np.arange(len(_GRID)))


def robust_se(fit: SeriesFit, estimated: Noise, contrast: Array) -> Array:
    """Standard error of a linear combination of the coefficients when the errors are first-order autoregressive.

    Parameters
    ----------
    fit : SeriesFit
    estimated : Noise
    contrast : ndarray, shape (P,)

    Returns
    -------
    ndarray, shape (J,)
        Root of c' B X'W^(1/2) phi R(rho) W^(1/2) X B c, with B the inverse information; NaN where not fitted.
    """
    z = np.sqrt(fit.weights) * ((fit.bread @ contrast) @ fit.design.T)
    total, carried = z[:, 0] ** 2, np.zeros(len(z))
    # z' R z with R = rho^|s - t|, a month at a time.
    for t in range(1, z.shape[1]):
        carried = estimated.autocorrelation * (carried + z[:, t - 1])
        total = total + z[:, t] ** 2 + 2 * z[:, t] * carried
    result: Array = np.sqrt(estimated.dispersion * total)
    return result
