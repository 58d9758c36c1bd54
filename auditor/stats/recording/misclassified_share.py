"""Ratio of two groups' shares (searched of stopped, no charge of arrested) when group is misrecorded in both counts."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from auditor.stats import checks
from auditor.stats.checks import Array
from auditor.stats.recording.misclassified import LEAST_INFORMATION, Corrected


def corrected_share_ratio(
    k_h: ArrayLike,
    n_h: ArrayLike,
    k_w: ArrayLike,
    n_w: ArrayLike,
    sensitivity: ArrayLike,
    specificity: ArrayLike,
    level: float = 0.95,
) -> Corrected:
    """Correct a ratio of shares for known error rates that do not depend on the outcome.

    Parameters
    ----------
    k_h, n_h, k_w, n_w : array_like of int, shape (J,)
        Outcomes and persons recorded for the focal and the reference group.
    sensitivity, specificity : array_like of float
        Known error rates in (0, 1], adding up to at least 1.1; the same with and without the outcome.
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    Corrected
        Without any outcome left after correction in a group, the limits are 0 and infinite: use bounds instead.
        ``focal`` holds the estimated true outcomes of the focal group.

    Raises
    ------
    ValueError
        If a count or rate is out of range, or the rates say too little.

    Notes
    -----
    The four true counts are linear in the recorded ones; the variance of the log ratio is by the delta method with the
    four recorded counts (outcome or not, either group) as independent Poisson counts.

    References
    ----------
    Rogan, W. J. & Gladen, B. (1978). American Journal of Epidemiology 107, 71-76.
    """
    kh, nh = checks.tally(k_h, n_h, "k_h", "n_h")
    kw, nw = checks.tally(k_w, n_w, "k_w", "n_w")
    kh, nh, kw, nw, se, sp = checks.together(
        k_h=kh,
        n_h=nh,
        k_w=kw,
        n_w=nw,
        sensitivity=checks.share("sensitivity", sensitivity),
        specificity=checks.share("specificity", specificity),
    )
    told = se + sp - 1
    if (told < LEAST_INFORMATION).any():
        raise ValueError(f"sensitivity + specificity must be at least {1 + LEAST_INFORMATION}: records say too little")
    focal, everyone = _focal(kh, kw, sp) / told, _focal(nh, nw, sp) / told
    other, others = _focal(kw, kh, se) / told, _focal(nw, nh, se) / told
    usable = (focal > 0) & (other > 0) & (everyone > 0) & (others > 0)
    a, b, c, d = (np.where(usable, x, 1.0) for x in (focal, everyone, other, others))
    # Slopes of log ratio by outcomes and by persons without the outcome, of each recorded group.
    in_h, in_w = (sp / b + (1 - se) / d) / told, (-(1 - sp) / b - se / d) / told
    out_h, out_w = (sp / a + (1 - se) / c) / told, (-(1 - sp) / a - se / c) / told
    variance = (out_h - in_h) ** 2 * kh + (out_w - in_w) ** 2 * kw + in_h**2 * (nh - kh) + in_w**2 * (nw - kw)
    ratio = np.where(usable, a / b / (c / d), _edge(focal, other, everyone, others))
    z = -special.ndtri((1 - checks.inside_unit("level", level)[0]) / 2)
    reach = np.where(usable, z * np.sqrt(np.where(usable, variance, 0.0)), np.inf)
    middle = np.where(usable, ratio, 1.0)
    persons = np.maximum(nh + nw, 1)
    possible = (nh + nw == 0) | ((nh / persons >= 1 - sp) & (nh / persons <= se))
    return Corrected(ratio, middle * np.exp(-reach), middle * np.exp(reach), np.maximum(focal, 0.0), possible)


def _focal(own: Array, other: Array, kept: Array) -> Array:
    """Members recorded as their own group, less those of the other group among them, times told."""
    return np.asarray(kept * own - (1 - kept) * other)


def _edge(focal: Array, other: Array, everyone: Array, others: Array) -> Array:
    """Ratio where a corrected count is 0 or less: 0 or infinite where one side is left, NaN otherwise."""
    fit = (everyone > 0) & (others > 0)
    return np.where(fit & (focal <= 0) & (other > 0), 0.0, np.where(fit & (focal > 0) & (other <= 0), np.inf, np.nan))
