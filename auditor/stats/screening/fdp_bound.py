"""How many of a set of flags may be false, with confidence instead of on average: Simes closed testing.

Valid at once for every set that anybody may choose, also after seeing the p-values, wherever Simes's inequality holds
for the true nulls: independent p-values, and positive regression dependence on the subset of nulls. Conformal p-values
that share their calibrating controls have that positive dependence (Bates et al. 2023, theorem 2), which is why this
bound is used. The bound of Katsevich & Ramdas (2020) needs independence, and the Dvoretzky-Kiefer-Wolfowitz band too.
As with the p-values themselves, approximate to the extent that the matching of focal contrasts to controls is.

References
----------
Goeman, J. J. & Solari, A. (2011). Multiple testing for exploratory research. Statistical Science 26, 584-597.
Goeman, J. J., Meijer, R. J., Krebs, T. J. P. & Solari, A. (2019). Simultaneous control of all false discovery
    proportions in large-scale multiple hypothesis testing. Biometrika 106, 841-856 (the shortcut).
Bates, S. et al. (2023). Annals of Statistics 51, 149-178.
Katsevich, E. & Ramdas, A. (2020). Annals of Statistics 48, 3465-3487.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from auditor.stats.checks import Array, inside_unit, share


def most_false(p: ArrayLike, selected: ArrayLike, alpha: float = 0.05) -> int:
    """Upper confidence limit of the number of true nulls among the selected.

    Parameters
    ----------
    p : array_like of float, shape (m,)
        p-values of the whole family, in [0, 1].
    selected : array_like of bool, shape (m,)
        The set asked about.
    alpha : float
        One minus the confidence, in (0, 1).

    Returns
    -------
    int
        Between 0 and the size of the set.

    Raises
    ------
    ValueError
        If the shapes differ, a p-value lies outside [0, 1] or is NaN, selected is not of truth values, or alpha lies
        outside (0, 1).
    """
    values, level = share("p", p), float(inside_unit("alpha", alpha)[0])
    chosen = np.asarray(selected)
    if values.ndim != 1 or chosen.shape != values.shape or chosen.dtype != np.bool_:
        raise ValueError(f"p {values.shape} and selected {chosen.shape} must be one-dimensional, the second of truths")
    size = int(chosen.sum())
    if size == 0:
        return 0
    # At least max over u of 1 - u + #{selected p: h p <= u alpha} of the selected are real.
    scaled = np.sort(hommel_value(values, level) * values[chosen])
    u = np.arange(1, size + 1)
    counted = np.searchsorted(scaled, u * level, side="right")
    return size - max(int((1 - u + counted).max()), 0)


def fdp_bound(p: ArrayLike, selected: ArrayLike, alpha: float = 0.05) -> float:
    """Upper confidence limit of the share of true nulls among the selected (see `most_false`); 0 for an empty set."""
    size = int(np.asarray(selected).sum())
    return most_false(p, selected, alpha) / size if size else 0.0


def hommel_value(p: ArrayLike, alpha: float) -> int:
    """Size of the largest set of hypotheses that Simes's test does not reject at level alpha.

    Parameters
    ----------
    p : array_like of float, shape (m,)
    alpha : float

    Returns
    -------
    int
        h(alpha), from 0 to m: also the upper confidence limit of the number of true nulls in the family.

    References
    ----------
    Hommel, G. (1988). Biometrika 75, 383-386.
    """
    ordered = np.sort(share("p", p))
    m = ordered.size
    # The least significant i hypotheses are the set of size i that is hardest to reject, and if they are rejected, so
    # is every larger set: bisection on i, from "0 is not rejected".
    low, high = 0, m + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _rejected(ordered[m - middle :], alpha) else (middle, high)
    return low


def _rejected(ordered: Array, alpha: float) -> bool:
    rank = np.arange(1, ordered.size + 1)
    return bool((ordered.size * ordered <= rank * alpha).any())
