"""Count what the screen decided in one replicate."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from auditor.audit.calibrating.rates import Outcome
from auditor.audit.screening.decide import Decision
from auditor.signals.signal import Panel

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
THIRDS = 3


def score(
    decision: Decision, panels: Mapping[str, Panel], up: Bools, down: Bools, planted: Bools | None = None
) -> Outcome:
    """Count flags, false flags, found places and wrong directions.

    Parameters
    ----------
    decision : Decision
    panels : mapping of str to Panel
        What was screened.
    up, down : (J, F) bool arrays
        Families that are flagged, and those that are as far out in the other direction.
    planted : (J,) bool array, optional
        Places that bear an effect; none do where it is left out.
    """
    nulls = [null for fitted in decision.fitted.values() for found in fitted.nulls for null in found]
    effect = np.zeros(len(up), dtype=bool) if planted is None else planted
    tested = np.asarray(np.isfinite(decision.p_greater).any(axis=1), dtype=bool)
    third = thirds(panels, tested)
    bears = effect & tested
    return Outcome(
        flags=int(up.sum()),
        false=int(up[~effect].sum()),
        wrong=int(down[effect].sum()),
        signed=int(up[effect].sum() + down[effect].sum()),
        found=_by_third(third[bears & up.any(axis=1)]),
        planted=_by_third(third[bears]),
        promised=sum(null.promised for null in nulls),
        nulls=len(nulls),
    )


def thirds(panels: Mapping[str, Panel], tested: Bools) -> Ints:
    """Return 0, 1 or 2 for the small, middle and large third of the tested places; -1 elsewhere.

    A place's size is its mean rank over the tests by the number of events (n) that each of them saw.
    """
    rank = np.zeros(len(tested))
    for panel in panels.values():
        rank += rankdata(np.where(panel.entered, np.nan_to_num(panel.n), 0.0).sum(axis=1))
    result = np.full(len(tested), -1, dtype=np.int64)
    order = np.flatnonzero(tested)[np.argsort(rank[tested], kind="stable")]
    result[order] = np.arange(len(order)) * THIRDS // max(1, len(order))
    return result


def _by_third(third: Ints) -> tuple[int, ...]:
    return tuple(int((third == number).sum()) for number in range(THIRDS))
