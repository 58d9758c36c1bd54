"""How much officers differ in what chance, time, place and offence do not account for.

The log odds ratios of the officers to their expected shares vary by counting, by the error of what is expected, and by
natural differences. The last is estimated robustly (a few officers far out have no say), and its limits invert the
score test of the same estimator.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import logit, ndtri

from auditor.stats.checks import inside_unit
from auditor.stats.officer.benchmark import OfficerBenchmark
from auditor.stats.peer.fit import fit_spread, spread_limits, working_logit

#: Fewest officers between whom a spread is estimated.
FEWEST = 11
#: Rounds in which the centre is found and the logits taken afresh about it.
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class OfficerSpread:
    """Natural differences between officers, on the log odds.

    Attributes
    ----------
    officers : int
    centre : float
        Robust centre of the log odds ratios.
    sd, low, high : float
        Standard deviation of the natural differences with its confidence limits; 0 where chance explains all.
    """

    officers: int
    centre: float
    sd: float
    low: float
    high: float

    def ratio(self, part: float = 0.8) -> tuple[float, float, float]:
        """Ratio of the odds between the two ends of the middle ``part`` of officers, with its limits.

        Normal differences are assumed: exp(2 z sd), z the normal quantile of (1 + part) / 2.
        """
        reach = 2 * float(ndtri((1 + part) / 2))
        value, low, high = (float(np.exp(reach * end)) for end in (self.sd, self.low, self.high))
        return value, low, high


def officer_spread(result: OfficerBenchmark, level: float = 0.95) -> OfficerSpread | None:
    """Estimate the natural differences between the officers compared.

    Parameters
    ----------
    result : OfficerBenchmark
    level : float
        Confidence of the limits, in (0, 1).

    Returns
    -------
    OfficerSpread or None
        None with fewer than eleven officers.

    Raises
    ------
    ValueError
        If the level is outside (0, 1).
    """
    z = float(ndtri((1 + float(inside_unit("level", level)[0])) / 2))
    at = np.flatnonzero(result.compared)
    if at.size < FEWEST:
        return None
    n, p = result.stops[at], result.expected[at]
    k, offset = np.rint(result.share[at] * n), logit(p)
    own = (result.error[at] / (p * (1 - p))) ** 2
    one, centre = np.ones(at.size), 0.0
    keep = one[None, :]
    for _ in range(_ROUNDS):
        y, v = working_logit(k, n, offset, centre)
        fit = fit_spread(y, v + own, one, keep, 0.0)
        centre = float(fit.centre[0])
    low, high = spread_limits(y, v + own, one, keep, fit, z)
    sd, bottom, top = (float(np.sqrt(end[0])) for end in (fit.theta, low, high))
    return OfficerSpread(int(at.size), centre, sd, bottom, top)
