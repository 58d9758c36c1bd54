"""Did the cohorts move alike before they began, and how far apart would they have to drift to undo the effect?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import chi2, f, norm, t

from auditor.stats.checks import Array
from auditor.stats.fit import NotConverged
from auditor.stats.rollout.errors import Multiplier, degrees, multiplier_draws, standard_errors

__all__ = ["Breakdown", "Wald", "breakdown", "joint_test", "largest_test"]


@dataclass(frozen=True, slots=True)
class Wald:
    """A joint test that several effects are 0.

    Attributes
    ----------
    statistic : float
        a' V^-1 a.
    restrictions : int
    p_chi2 : float
        Against chi-squared (R's ``did`` prints this one); too small when places are few.
    p_value : float
        Against Hotelling's T-squared with ``df`` degrees of freedom: (df - q + 1) / (q df) W on F(q, df - q + 1).
    df : float
    """

    statistic: float
    restrictions: int
    p_chi2: float
    p_value: float
    df: float


def joint_test(att: ArrayLike, influence: ArrayLike, cohort: ArrayLike) -> Wald:
    """Test that several effects (as a rule those before the beginning) are all 0.

    Parameters
    ----------
    att : (q,) array_like
    influence : (J, q) array_like
    cohort : (J,) array_like
        As for :func:`auditor.stats.rollout.errors.degrees`. The degrees of freedom are the median of the q effects'.

    Returns
    -------
    Wald

    Raises
    ------
    ValueError
        When there is no effect to test.
    NotConverged
        When the effects are linearly dependent, or more than the degrees of freedom can carry.

    References
    ----------
    Callaway & Sant'Anna (2021), section 4; Hotelling, H. (1931). Annals of Mathematical Statistics 2, 360-378.
    """
    value, psi = np.atleast_1d(np.asarray(att, dtype=float)), np.asarray(influence, dtype=float)
    psi = psi[:, None] if psi.ndim == 1 else psi
    q = len(value)
    if not q:
        raise ValueError("there is no effect to test")
    variance = psi.T @ psi / len(psi) ** 2
    root = np.sqrt(np.maximum(np.diag(variance), np.finfo(float).tiny))
    if not np.linalg.cond(variance / np.outer(root, root)) < 1e12:
        raise NotConverged("the effects are linearly dependent: too many for so few places")
    statistic = float(value @ np.linalg.solve(variance, value))
    df = float(np.median(degrees(psi, cohort)))
    if df - q + 1 < 1:
        raise NotConverged(f"{q} effects are more than {df:.1f} degrees of freedom can carry")
    ratio = statistic * (df - q + 1) / (q * df)
    return Wald(statistic, q, float(chi2.sf(statistic, q)), float(f.sf(ratio, q, df - q + 1)), df)


def largest_test(
    att: ArrayLike,
    influence: ArrayLike,
    cohort: ArrayLike,
    rng: np.random.Generator,
    *,
    draws: int = 999,
    kind: Multiplier = "rademacher",
) -> float:
    """Test that several effects are all 0 by the largest of them, with the multiplier bootstrap.

    It inverts the simultaneous bands of :func:`auditor.stats.rollout.errors.bands`, inverts no matrix, and so bears any
    number of effects on few places, where the joint Wald test does not.

    Parameters
    ----------
    att : (q,) array_like
    influence : (J, q) array_like
    cohort : (J,) array_like
    rng : Generator
    draws : int
    kind : {"rademacher", "mammen"}

    Returns
    -------
    float
        (1 + draws at least as large) / (1 + draws).

    Raises
    ------
    ValueError
        When no effect has a variance above 0.
    """
    value, psi = np.atleast_1d(np.asarray(att, dtype=float)), np.asarray(influence, dtype=float)
    psi = psi[:, None] if psi.ndim == 1 else psi
    se, df = standard_errors(psi), degrees(psi, cohort)
    some = se > 0
    if not some.any():
        raise ValueError("there is no effect to test")
    # The t statistics are carried to the normal scale, on which the draws are.
    seen = norm.isf(t.sf(np.abs(value[some]) / se[some], df[some])).max()
    drawn = np.abs(multiplier_draws(psi[:, some], draws, rng, kind) / se[some]).max(axis=1)
    return float((1 + (drawn >= seen).sum()) / (1 + draws))


@dataclass(frozen=True, slots=True)
class Breakdown:
    """How large a violation of parallel trends the effect survives.

    Attributes
    ----------
    value : float
        The largest Mbar at which the robust interval still excludes 0; 0 where even parallel trends do not, infinity
        where no trend before the beginning could be told from an exact 0.
    low, high : float
        The robust interval at Mbar = 1: drift after the beginning no faster than the fastest before it.
    drift : float
        Simultaneous upper limit of the fastest change from one period to the next before the beginning.
    reach : float
        What one unit of drift a period adds up to in the mean effect.
    error : float
        Half-width of the interval under parallel trends, at the level that is left to it.
    """

    value: float
    low: float
    high: float
    drift: float
    reach: float
    error: float


def breakdown(
    event: ArrayLike,
    att: ArrayLike,
    influence: ArrayLike,
    cohort: ArrayLike,
    rng: np.random.Generator,
    *,
    weights: ArrayLike | None = None,
    anticipation: float = 0,
    level: float = 0.95,
    draws: int = 999,
    kind: Multiplier = "rademacher",
) -> Breakdown:
    """Robust interval and breakdown value under bounded relative magnitudes, in a conservative form.

    Let d_s be the change of the difference in trends from one period to the next. Relative magnitudes (Rambachan &
    Roth 2023, their Delta^RM) says that after the base period |d_s| <= Mbar max over earlier s of |d_s|. The worst bias
    of an effect e periods after the beginning is then (e + 1 + anticipation) Mbar max|d|, that of the mean effect
    Mbar max|d| ``reach``, with reach the weighted mean of e + 1 + anticipation. The interval printed is

        estimate -+ (t quantile se + Mbar drift reach),

    with drift the largest end of the simultaneous band of the changes before, each of the two parts at level
    1 - (1 - level) / 2, so that by Bonferroni it holds the effect with at least the stated probability for every d
    that the restriction allows. It is wider than the hybrid intervals of R's ``HonestDiD``: its breakdown value is a
    lower bound of theirs, never an overstatement. The changes before are the event-time effects with the varying base,
    which are the short differences themselves.

    Parameters
    ----------
    event : (K,) array_like
        Periods since the beginning, a unit apart; needs some below -anticipation and some of 0 or more.
    att : (K,) array_like
        Event-time effects with the varying base period.
    influence : (J, K) array_like
    cohort : (J,) array_like
    rng : Generator
    weights : (K',) array_like, optional
        Weights of the effects at 0 and later, in their order; equal by default.
    anticipation : float
    level : float
    draws : int
    kind : {"rademacher", "mammen"}

    Returns
    -------
    Breakdown

    Raises
    ------
    ValueError
        When no period before, or none after the beginning is there.

    References
    ----------
    Rambachan, A. & Roth, J. (2023). A more credible approach to parallel trends. Review of Economic Studies 90,
    2555-2591.
    """
    time, value, psi = (np.asarray(part, dtype=float) for part in (event, att, influence))
    before, after = time < -anticipation, time >= 0
    if not before.any() or not after.any():
        raise ValueError("a breakdown value needs effects before and after the beginning")
    share = np.full(int(after.sum()), 1.0) if weights is None else np.asarray(weights, dtype=float)
    share = share / share.sum()
    own = (1 - level) / 2
    mean, part = float(share @ value[after]), psi[:, after] @ share
    error = float(t.isf(own / 2, degrees(part, cohort)[0]) * standard_errors(part)[0])
    drift = _drift(value[before], psi[:, before], cohort, own, rng, draws, kind)
    reach = float(share @ (time[after] + 1 + anticipation))
    spare, slope = abs(mean) - error, drift * reach
    largest = max(spare, 0.0) / slope if slope > 0 else float("inf" if spare > 0 else 0)
    return Breakdown(largest, mean - error - slope, mean + error + slope, drift, reach, error)


def _drift(
    value: Array, psi: Array, cohort: ArrayLike, alpha: float, rng: np.random.Generator, draws: int, kind: Multiplier
) -> float:
    """Upper limit of the largest |change|, from the simultaneous band of the changes before the beginning."""
    se, df = standard_errors(psi), degrees(psi, cohort)
    some = se > 0
    if not some.any():
        return float(np.abs(value).max())
    largest = np.abs(multiplier_draws(psi[:, some], draws, rng, kind) / se[some]).max(axis=1)
    critical = max(float(norm.isf(alpha / 2)), float(np.quantile(largest, 1 - alpha, method="inverted_cdf")))
    return float((np.abs(value) + t.isf(norm.sf(critical), df) * se).max())
