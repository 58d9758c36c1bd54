"""Chance of k or more of n when the share itself varies between places, by quadrature.

All three families use P(K >= k | share p) = P(B <= p) with B ~ Beta(k, n - k + 1), so a predictive tail is P(B <= P):
one integral over the logit, of the density of the narrower of B and P times the distribution function of the wider.
The integrand is then smooth on the scale of the nodes, and the trapezoidal rule converges geometrically
(Trefethen & Weideman 2014, SIAM Review 56, 385-458).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import special

from auditor.stats.checks import Array

Density = Callable[[Array], Array]

#: Reach of the nodes in standard deviations: a normal beyond it weighs 1e-15.
REACH = 8.0
#: Nodes of each form. Against six times as many, over 4,000 random cases down to 1e-13, no tail moved by more than
#: 1e-5 of itself and 99 in 100 moved by less than 1e-8.
NODES_SHARE, NODES_COUNT, NODES_GRADED, NODES_BETA = 33, 65, 161, 57
#: Where leaving every second node out moves a beta-binomial tail by more than this part of itself, nodes are added
#: halfway between: the rule's error falls with its square (1e-12) as the nodes double.
UNSETTLED = 1e-6
#: Below this natural SD (logit) the share is taken as fixed; the tail moves by less than 1e-6 of itself.
FIXED = 1e-6


def logit_normal_upper(k: Array, n: Array, eta: Array, sigma: Array) -> Array:
    """P(K >= k) when the logit of the share is normal with mean eta and SD sigma.

    Parameters
    ----------
    k, n, eta, sigma : ndarray
        Successes, trials (n >= 1), centre and SD on the logit scale; one shape.

    Returns
    -------
    ndarray
        Upper tails in [0, 1]; relative error below 1e-7 down to 1e-12.
    """
    a, b = np.maximum(k, 1), n - k + 1
    spread = np.maximum(sigma, FIXED)
    wide = spread >= _spread(a, b)
    tail = np.empty(k.shape)
    tail[~wide] = _over_normal(a[~wide], b[~wide], eta[~wide], spread[~wide])
    tail[wide] = _over_count(a[wide], b[wide], eta[wide], spread[wide], special.ndtr)
    return _at_zero(k, tail)


def student_upper(k: Array, n: Array, eta: Array, scale: Array, df: float) -> Array:
    """P(K >= k) when the logit of the share is Student-t about eta.

    Parameters
    ----------
    k, n, eta, scale : ndarray
        Successes, trials (n >= 1), centre and scale (not SD) on the logit scale; one shape.
    df : float
        Degrees of freedom.
    """
    a, b = np.maximum(k, 1), n - k + 1
    width = _spread(a, b)
    # A thousandth of the counting error adds no more than 1e-10 to a tail, and the graded nodes resolve it.
    scale = np.maximum(scale, 1e-3 * width)
    # Far from the centre the t tail is smooth over the count's whole width, however small its scale.
    smooth = (scale >= width) | (np.abs(np.log(a / b) - eta) > 9 * width)
    tail = np.empty(k.shape)

    def below(u: Array) -> Array:
        return special.stdtr(df, u)

    tail[smooth] = _over_count(a[smooth], b[smooth], eta[smooth], scale[smooth], below)
    tail[~smooth] = _graded(a[~smooth], b[~smooth], eta[~smooth], scale[~smooth], below)
    return _at_zero(k, tail)


def beta_binomial_upper(k: Array, n: Array, mean: Array, rho: Array) -> Array:
    """P(K >= k) when the share is Beta with the given mean and intra-class correlation rho.

    Parameters
    ----------
    k, n, mean, rho : ndarray
        Successes, trials (n >= 1), mean share in (0, 1) and rho in [0, 1); one shape.

    Notes
    -----
    The Beta has parameters mean (1 - rho) / rho and (1 - mean)(1 - rho) / rho; rho below 1e-9 is taken as 1e-9.
    """
    a, b = np.maximum(k, 1), n - k + 1
    size = (1 - np.maximum(rho, 1e-9)) / np.maximum(rho, 1e-9)
    c, d = mean * size, (1 - mean) * size
    # The node range is that of the count and the share taken together (the posterior), widened to both.
    low, high = _joint_range(a, b, c, d)
    shape = (a, b, c, d, low, high - low)
    values = _beta_values(shape, np.linspace(0, 1, NODES_BETA))
    tail = values.sum(axis=1) / (NODES_BETA - 1)
    coarse = 2 * values[:, ::2].sum(axis=1) / (NODES_BETA - 1)
    rough = np.flatnonzero(np.abs(tail - coarse) > UNSETTLED * tail)
    between = _beta_values(tuple(part[rough] for part in shape), (np.arange(NODES_BETA - 1) + 0.5) / (NODES_BETA - 1))
    tail[rough] = (tail[rough] + between.sum(axis=1) / (NODES_BETA - 1)) / 2
    return _at_zero(k, tail)


def _beta_values(shape: tuple[Array, ...], nodes: Array) -> Array:
    """Integrand times the length of its range, at these parts of it (places by nodes).

    ``shape`` holds the parameters of the count's Beta and of the share's, where the range begins, and its length.
    """
    a, b, c, d, low, length = shape
    x = low[:, None] + length[:, None] * nodes
    values = np.empty(x.shape)
    share_narrow = c + d > a + b
    for narrow, (p, q, r, s) in ((share_narrow, (c, d, a, b)), (~share_narrow, (a, b, c, d))):
        sub = x[narrow]
        if narrow is share_narrow:
            wide = special.betainc(r[narrow, None], s[narrow, None], special.expit(sub))
        else:
            wide = special.betainc(s[narrow, None], r[narrow, None], special.expit(-sub))
        values[narrow] = np.exp(_log_density(sub, p[narrow], q[narrow])) * wide
    return values * length[:, None]


def _spread(a: Array, b: Array) -> Array:
    return np.sqrt(1 / a + 1 / b)


def _log_density(x: Array, a: Array, b: Array) -> Array:
    """Log density, at the logits x (places by nodes), of the logit of a Beta(a, b)."""
    ahead = np.log1p(np.exp(-np.abs(x)))
    log_p, log_q = np.minimum(x, 0) - ahead, np.minimum(-x, 0) - ahead
    return a[:, None] * log_p + b[:, None] * log_q - special.betaln(a, b)[:, None]


def _over_normal(a: Array, b: Array, eta: Array, sigma: Array) -> Array:
    width2 = 1 / a + 1 / b
    ahead = np.maximum(np.log(a / b) - eta, 0)
    shift = ahead * sigma / (sigma**2 + width2)
    z = shift[:, None] + np.linspace(-REACH, REACH, NODES_SHARE)
    share = special.expit(eta[:, None] + sigma[:, None] * z)
    weight = np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi)
    step = 2 * REACH / (NODES_SHARE - 1)
    return (weight * special.betainc(a[:, None], b[:, None], share)).sum(axis=1) * step


def _over_count(a: Array, b: Array, eta: Array, scale: Array, below: Density) -> Array:
    low, high = _count_range(a, b, eta, scale)
    x = low[:, None] + (high - low)[:, None] * np.linspace(0, 1, NODES_COUNT)
    beyond = below((eta[:, None] - x) / scale[:, None])
    total = (np.exp(_log_density(x, a, b)) * beyond).sum(axis=1)
    return total * (high - low) / (NODES_COUNT - 1)


def _count_range(a: Array, b: Array, eta: Array, scale: Array) -> tuple[Array, Array]:
    mode, width = np.log(a / b), _spread(a, b)
    back = np.maximum(mode - eta, 0) * width**2 / (scale**2 + width**2)
    reach = np.minimum(back, REACH * width)
    return mode - reach - REACH * width - 12 / a, mode + REACH * width + 12 / b


def _graded(a: Array, b: Array, eta: Array, scale: Array, below: Density) -> Array:
    # Nodes at eta + scale * sinh(y) are fine at the centre, where the t steps, and coarse in its tail.
    mode, width = np.log(a / b), _spread(a, b)
    low = np.arcsinh((mode - REACH * width - 12 / a - eta) / scale)
    high = np.arcsinh((mode + REACH * width + 12 / b - eta) / scale)
    y = low[:, None] + (high - low)[:, None] * np.linspace(0, 1, NODES_GRADED)
    u = np.sinh(y)
    density = np.exp(_log_density(eta[:, None] + scale[:, None] * u, a, b))
    total = (density * below(-u) * np.cosh(y)).sum(axis=1) * scale
    return total * (high - low) / (NODES_GRADED - 1)


def _joint_range(a: Array, b: Array, c: Array, d: Array) -> tuple[Array, Array]:
    """Range of the logit that holds the integrand: the narrower density's, and that of count and share together."""
    count = c + d <= a + b
    # Where the count's density leads, the share's tail goes to 1 on the left, so only the count's own decay helps.
    # A logit's density falls as exp(a x) on the left: 16 / a beyond eight SDs leave out less than 1e-10.
    left, right = 16 / np.where(count, a, a + c), 16 / np.where(count, b + d, d)
    low, high = [], []
    for p, q in ((np.where(count, a, c), np.where(count, b, d)), (a + c, b + d)):
        mode, width = np.log(p / q), _spread(p, q)
        low.append(mode - REACH * width - left)
        high.append(mode + REACH * width + right)
    return np.minimum(*low), np.maximum(*high)


def _at_zero(k: Array, tail: Array) -> Array:
    return np.where(k <= 0, 1.0, np.clip(tail, 0.0, 1.0))
