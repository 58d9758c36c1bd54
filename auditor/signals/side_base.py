"""What the screen needs of two sides' shares: the reference share in the focal side's strata, and its error."""

from __future__ import annotations

import numpy as np

from auditor.cells import Floats


def reference_share(agreed: Floats, n: Floats, base_k: Floats, base_n: Floats) -> Floats:
    """Return the reference side's share over the focal side's strata, in agreement with the pooled ratio.

    Where ``agreed``, what the pooled ratio makes of the focal side's share, is no share (a side without events), the
    reference side's own shares are weighed by the focal side's cases; half a case is kept on either side, since the
    screen works on log odds.

    Parameters
    ----------
    agreed : (J,) array
    n, base_k, base_n : (J, S) arrays
        Focal cases; reference cases with the outcome, and all.
    """
    own = (n * base_k / np.maximum(base_n, 1.0)).sum(axis=1) / n.sum(axis=1)
    base = np.where(np.isfinite(agreed) & (agreed > 0) & (agreed < 1), agreed, own)
    edge = 0.5 / (base_n.sum(axis=1) + 1)
    return np.clip(base, edge, 1 - edge)


def share_error(rate: Floats, n: Floats, other: Floats, other_n: Floats, share: Floats, se: Floats) -> Floats:
    """Return the standard error of the log odds of a reference share: what is left of the pooled ratio's error.

    var log ratio = var log (focal share) + var log (reference share), and d logit(b) = d log(b) / (1 - b). Where the
    ratio has no error (an empty side), half an event is added to the reference side's plain one.

    Parameters
    ----------
    rate, n, other, other_n : (J,) arrays
        Shares of the focal and the reference side, and their cases.
    share : (J,) array
        Of :func:`reference_share`.
    se : (J,) array
        Of the log of the pooled ratio.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        left = se**2 - (1 - rate) / (n * rate)
        known = np.sqrt(left) / (1 - share)
    events = other * other_n
    plain = np.sqrt(1 / (events + 0.5) + 1 / (other_n - events + 0.5))
    return np.where(np.isfinite(known) & (left > 0), known, plain)


def least_expected(k: Floats, n: Floats, base_k: Floats, base_n: Floats) -> Floats:
    """Return the smallest expected count with or without the outcome on either side, with equal shares in strata."""
    whole = np.maximum(n + base_n, 1.0)
    events = k + base_k
    cells = [(side * part / whole).sum(axis=1) for side in (n, base_n) for part in (events, n + base_n - events)]
    return np.asarray(np.minimum.reduce(cells))
