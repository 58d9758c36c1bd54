"""Limits of an effect by inverting the rank test among placebos."""

from __future__ import annotations

import numpy as np

from auditor.stats.checks import Array


def rank_limits(gap: float, scale: float, gaps: Array, scales: Array, lean: Array, alpha: float) -> tuple[float, float]:
    """Smallest and largest effect that the two-sided rank test does not reject at alpha.

    With an effect d the place's statistic is (gap - d) / scale and that of placebo i (gaps_i + lean_i d) / scales_i;
    d stays when 1 + the number of placebos at least as far from 0 as the place exceeds alpha (m + 1).

    Parameters
    ----------
    gap, scale : float
        Of the place: mean gap after, and RMSPE before.
    gaps, scales, lean : ndarray, shape (m,)
        Of the placebos; `lean` is the weight that each gives the place.
    alpha : float
        1 less the level.

    Returns
    -------
    low, high : float
        They enclose the place's gap; infinite where no effect, however large, would be rejected.
    """
    needed = int(np.floor(alpha * (gaps.size + 1) + 1e-9))
    own, turn = 1 / scale, lean / scales
    if (turn >= own).sum() + 1 > needed:
        return -np.inf, np.inf
    # Where the place's statistic meets a placebo's, and where it meets the placebo's negative.
    with np.errstate(divide="ignore"):
        meets = np.concatenate([(gap * own - gaps / scales) / (own + turn), (gap * own + gaps / scales) / (own - turn)])
    meets = meets[np.isfinite(meets)]
    beyond = np.abs(gaps[:, None] / scales[:, None] + turn[:, None] * meets)
    far = np.abs((gap - meets) * own)
    kept = meets[(beyond >= far * (1 - 1e-12) - 1e-14).sum(axis=0) + 1 > needed]
    return float(min(kept.min(initial=gap), gap)), float(max(kept.max(initial=gap), gap))
