"""How far stops of unrecorded group could move each officer's comparison with colleagues.

The weights of colleagues do not depend on what is counted. So an officer's share is highest where every stop of the
officer without a group is the focal group's, and the share expected from colleagues is lowest where none of theirs is:
of weighted shares these are the ends, exactly. The doubly robust correction moves with the assignment as well. Over all
assignments of 40 pools of four officers it carried an estimate beyond these ends by 0.05 of the log odds at most
(tests/stats/officer/test_officer_blank.py).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from auditor.stats.checks import Array
from auditor.stats.officer.benchmark import OfficerBenchmark
from auditor.stats.officer.scores import log_odds


def unrecorded_range(none: OfficerBenchmark, every: OfficerBenchmark) -> tuple[Array, Array]:
    """Return the ends of each officer's odds ratio over every way to assign the stops of unrecorded group.

    Parameters
    ----------
    none, every : OfficerBenchmark
        Of one pool of all stops: with no stop of unrecorded group counted as the focal group's, and with every one.

    Returns
    -------
    low, high : ndarray, shape (J,)
        Odds of the share over those of the expected share; 0 and infinity where either has no comparison.

    Raises
    ------
    ValueError
        If the two are not of the same officers.

    References
    ----------
    Manski, C. F. (2003). Partial Identification of Probability Distributions.
    """
    if none.stops.shape != every.stops.shape:
        raise ValueError(f"{none.stops.size} and {every.stops.size} officers: both must be of one pool")
    low, high = np.zeros(none.stops.size), np.full(none.stops.size, np.inf)
    both = none.compared & every.compared
    low[both] = _odds(none, every, both)
    high[both] = _odds(every, none, both)
    return low, high


def _odds(own: OfficerBenchmark, colleagues: OfficerBenchmark, which: NDArray[np.bool_]) -> Array:
    """Odds ratio of the officers' share in the one comparison to the share expected in the other."""
    # Counts come back from shares; their last bits do not.
    k, n = np.rint(own.share[which] * own.stops[which]), own.stops[which]
    return np.exp(log_odds(k, n, colleagues.expected[which], colleagues.error[which])[0])
