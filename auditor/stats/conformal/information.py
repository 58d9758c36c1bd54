"""How much independent information K control columns hold."""

from __future__ import annotations

import numpy as np

from auditor.stats.checks import Array

_SMALLEST = 1e-8
_FEWEST_SHARED = 10


def independent_controls(control: Array) -> tuple[int, float]:
    """Rank of the control columns, and the number of independent ones they are worth.

    Parameters
    ----------
    control : ndarray, shape (J, K)
        Control estimates; NaN where missing.

    Returns
    -------
    rank : int
        Rank of their correlation matrix: all 28 pairs of 8 classes have rank 7, a control and its mirror image 1.
    independent : float
        K^2 / sum of squared correlations (chance correlation taken off), between 1 and the rank: the mean square of
        K equally correlated controls varies as much as that of this many independent ones. 0 without any control.

    References
    ----------
    Bretherton, C. S. et al. (1999). Journal of Climate 12, 1990-2009 (effective number of degrees of freedom).
    """
    correlation, chance = _correlations(control)
    columns = correlation.shape[0]
    if columns == 0:
        return 0, 0.0
    rank = int((np.linalg.eigvalsh(correlation) > _SMALLEST * columns).sum())
    off = ~np.eye(columns, dtype=bool)
    surplus = max(float((correlation[off] ** 2 - chance[off]).sum()), 0.0)
    return rank, float(np.clip(columns**2 / (columns + surplus), 1.0, max(rank, 1)))


def _correlations(control: Array) -> tuple[Array, Array]:
    """Pairwise-complete correlations of the columns that vary, and the square that chance alone would give each."""
    there = np.isfinite(control)
    kept = [k for k in range(control.shape[1]) if there[:, k].sum() > 1 and np.ptp(control[there[:, k], k]) > 0]
    size = len(kept)
    correlation, chance = np.eye(size), np.zeros((size, size))
    for a in range(size):
        for b in range(a):
            both = there[:, kept[a]] & there[:, kept[b]]
            if both.sum() < _FEWEST_SHARED:
                continue
            x, y = control[both, kept[a]], control[both, kept[b]]
            value = float(np.corrcoef(x, y)[0, 1]) if np.ptp(x) > 0 and np.ptp(y) > 0 else 0.0
            correlation[a, b] = correlation[b, a] = value
            chance[a, b] = chance[b, a] = (1 - value**2) ** 2 / (both.sum() - 1)
    return correlation, chance
