"""An interval for the ratio of two ratios, from the interval of each (MOVER on the log scale).

References
----------
Zou, G. Y. & Donner, A. (2008). Construction of confidence limits about effect measures: a general approach. Statistics
    in Medicine 27, 1693-1702.
"""

from __future__ import annotations

import math
from collections.abc import Sequence


def ratio_of_ratios(new: Sequence[float], old: Sequence[float]) -> tuple[float, float, float]:
    """Return new / old with limits, for two independent estimates.

    Parameters
    ----------
    new, old : (value, low, high)
        Positive, finite estimates; a low limit may be 0 and a high one infinite.

    Returns
    -------
    tuple of float
        Value, low (0 where open) and high (infinite where open), at the level of the intervals given.

    Raises
    ------
    ValueError
        If an estimate is not positive and finite, or does not lie within its limits.
    """
    for value, low, high in (new, old):
        if not (0 < value < math.inf and 0 <= low <= value <= high):
            raise ValueError(f"no positive estimate within its limits: {value} ({low} to {high})")
    down = math.hypot(_gap(new[0], new[1]), _gap(old[2], old[0]))
    up = math.hypot(_gap(new[2], new[0]), _gap(old[0], old[1]))
    change = new[0] / old[0]
    return change, change * math.exp(-down), change * math.exp(up) if up < math.inf else math.inf


def _gap(larger: float, smaller: float) -> float:
    return math.inf if smaller == 0 or larger == math.inf else math.log(larger / smaller)
