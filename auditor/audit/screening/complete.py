"""What a decided panel says of each entry: interval, detectable effect, adjusted values, controls, rank."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from auditor.audit.protocol import Protocol
from auditor.audit.screening.decide import MOST_Q, Decision, Fitted, adjust, simulated
from auditor.audit.screening.null import LEVEL, Null
from auditor.audit.screening.rank import rank
from auditor.signals.signal import Panel
from auditor.stats.screening.selection import fcr_level

Floats = NDArray[np.float64]
_RESULTS = (
    "ratio",
    "low",
    "high",
    "detectable",
    "shrunken",
    "shrunken_low",
    "shrunken_high",
    "rank_low",
    "rank_high",
    "q",
    "factor",
    "shift",
    "least",
    "local_fdr",
    "selected_low",
    "selected_high",
)


@dataclass(frozen=True)
class Calibrated:
    """What the screen adds to one panel; all arrays (J, C), NaN where nothing is promised.

    Attributes
    ----------
    p_greater, p_less : arrays
        One-sided calibrated p-values.
    ratio, low, high : arrays
        The ratio to what is ordinary among the places compared, and the interval that inverts the test.
    detectable : array
        Smallest ratio found with 80 % power at the cut-off this run used.
    shrunken, shrunken_low, shrunken_high : arrays
        Empirical-Bayes estimates over the places of the contrast.
    rank_low, rank_high : arrays
        95 % interval of the rank (1 is the largest), NaN where it is not ranked.
    q : array
        Benjamini-Hochberg value of the finding: of its family in that place, and of itself within the family.
    factor, shift : arrays
        lambda* and delta* (log scale): how many times larger, and how far shifted, the systematic error must be than
        the controls show before the flag vanishes; NaN where no control tells.
    least : array
        The smallest calibrated p-value that the entry could have had (the resolution floor).
    local_fdr : array
        Local false discovery rate of the family's test in that place.
    selected_low, selected_high : arrays
        For flagged entries, the interval adjusted for being shown because it was selected (false coverage rate).
    ranked : (J, C) int array
        Among how many places the place is ranked; 0 when it is not.
    nulls : tuple of tuple of Null
        For each contrast, the nulls of its places.
    control_p, control_q : (J, K) arrays
        Two-sided p-values of the place's own negative controls, and their Benjamini-Hochberg values among all places'
        controls; a column for each contrast of the control panel, NaN where there is none.
    """

    p_greater: Floats
    p_less: Floats
    ratio: Floats
    low: Floats
    high: Floats
    detectable: Floats
    shrunken: Floats
    shrunken_low: Floats
    shrunken_high: Floats
    rank_low: Floats
    rank_high: Floats
    q: Floats
    factor: Floats
    shift: Floats
    least: Floats
    local_fdr: Floats
    selected_low: Floats
    selected_high: Floats
    ranked: NDArray[np.int64]
    nulls: tuple[tuple[Null, ...], ...]
    control_p: Floats
    control_q: Floats

    @cached_property
    def fired(self) -> Floats:
        """(J,) smallest ``control_q`` of each place; NaN where it has none."""
        return np.asarray(np.fmin.reduce(self.control_q, axis=1, initial=np.nan))

    def null(self, j: int, c: int) -> Null | None:
        """Return the null that decides an entry."""
        return next((null for null in self.nulls[c] if null.rows[j]), None)


def complete(
    panel: Panel,
    name: str,
    column: int,
    decision: Decision,
    local: Floats,
    protocol: Protocol,
    rng: np.random.Generator,
    controls: int,
) -> Calibrated:
    """Return what the screen adds to one panel.

    Parameters
    ----------
    panel : Panel
    name : str
        Its signal.
    column : int
        Position of its family among ``decision.families``.
    decision : Decision
    local : (J,) array
        Local false discovery rate of the family's test in each place.
    protocol : Protocol
    rng : Generator
        For rank intervals.
    controls : int
        Number of contrasts K of its control panel.
    """
    fitted = decision.fitted[name]
    family_q, tests_of = decision.q_greater[:, column], decision.within[:, column]
    arrays = {result: np.full(panel.k.shape, np.nan) for result in _RESULTS}
    ranked = np.zeros(panel.k.shape, dtype=np.int64)
    # Benjamini & Bogomolov (2014): inside a selected family, tests are held to the level of the selection.
    share = decision.tests / np.maximum(1, decision.selected)
    for c, nulls in enumerate(fitted.nulls):
        if panel.contrasts[c].tested:
            rank(panel, c, arrays, ranked, rng)
        for null in nulls:
            if not null.decides:
                continue
            rows = null.rows
            _limits(null, c, decision, arrays)
            arrays["local_fdr"][rows, c] = local[rows]
            own = fitted.p_greater[rows, c] * tests_of[rows] * share[rows]
            arrays["q"][rows, c] = np.maximum(family_q[rows], np.minimum(1.0, own))
            _select(null, c, decision, arrays, protocol)
    control_p, control_q = control_tests(panel, fitted, controls)
    return Calibrated(
        fitted.p_greater,
        fitted.p_less,
        nulls=fitted.nulls,
        ranked=ranked,
        control_p=control_p,
        control_q=control_q,
        **arrays,
    )


def _limits(null: Null, c: int, decision: Decision, arrays: dict[str, Floats]) -> None:
    low, high = null.interval(LEVEL)
    # The places of one null are all real, or all simulated.
    cutoff = float(decision.cutoff[null.rows][0])
    factor, shift = null.systematic(cutoff)
    values = {
        "ratio": null.ratio(),
        "low": low,
        "high": high,
        # A flag needs the two-sided interval above 1 as well.
        "detectable": null.detectable(min(cutoff, (1 - LEVEL) / 2)),
        "factor": factor,
        "shift": shift,
        "least": null.least(),
    }
    for name, value in values.items():
        arrays[name][null.rows, c] = value


def _select(null: Null, c: int, decision: Decision, arrays: dict[str, Floats], protocol: Protocol) -> None:
    """Widen the intervals of what is shown because it was selected (Benjamini & Yekutieli 2005, JASA 100, 71-81)."""
    chosen = arrays["q"][null.rows, c] <= min(protocol.q, MOST_Q)
    if not chosen.any():
        return
    at = int(np.flatnonzero(null.rows)[0])
    level = fcr_level(1 - LEVEL, int(decision.selected[at]), int(decision.tests[at]))
    low, high = null.interval(level)
    rows = np.flatnonzero(null.rows)[chosen]
    arrays["selected_low"][rows, c], arrays["selected_high"][rows, c] = low[chosen], high[chosen]


def control_tests(panel: Panel, fitted: Fitted, controls: int) -> tuple[Floats, Floats]:
    """Return the p-values of all places' own controls, and those adjusted together over places and controls.

    A control that serves several contrasts keeps its smallest adjusted value.
    """
    p, q = (np.full((len(panel.places), controls), np.nan) for _ in range(2))
    for nulls in fitted.nulls:
        own = np.full(p.shape, np.nan)
        for null in nulls:
            for column, values in zip(null.control_columns, null.fired(), strict=False):
                own[null.rows, column] = np.fmin(own[null.rows, column], values)
        known = np.isfinite(own)
        if not known.any():
            continue
        adjusted = adjust(own, simulated([panel], len(own)))
        less = known & ~(q <= adjusted)
        p[less], q[less] = own[less], adjusted[less]
    return p, q
