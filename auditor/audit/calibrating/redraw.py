"""Redraw what a place counts at the comparable places' share, with the natural spread that this audit fitted."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from auditor.audit.screening.decide import Fitted
from auditor.audit.screening.null import LEVEL, Bools, Floats
from auditor.signals.signal import Panel
from auditor.stats.ratios.rates import rate_ratio, rate_ratio_with_error
from auditor.stats.ratios.shares import share_ratio

REDRAWN = ("rates", "share")
"""Shapes of contrast that are k of n against a base: no label inside the place could be shuffled without leaving it."""


@dataclass(frozen=True)
class _Part:
    """One fitted null: which entries it decides, and its centre and spread on the log odds."""

    rows: Bools
    column: int
    shift: float
    spread: float


class Redraw:
    """Copies of a panel in which nothing but chance and natural differences of the fitted size is left.

    The null: k of each place is binomial (n, p), with the log odds of p normal around the comparator's, moved by the
    centre and spread as this audit's own null was fitted (peers, or negative controls matched in shift and scale).
    n and the comparator stay as they were measured; the controls too. Entries for which this audit promises no error
    rate are left out: it makes no such test. Heavier tails than the normal's are not drawn.

    Parameters
    ----------
    panel : Panel
    fitted : Fitted
        As the screen of the true data gave it.
    """

    def __init__(self, panel: Panel, fitted: Fitted) -> None:
        self._panel = panel
        self._parts = [
            _Part(null.rows, c, float(facts["shift"] or 0.0), float(facts["spread"] or 0.0))
            for c, nulls in enumerate(fitted.nulls)
            for null in nulls
            if null.promised and panel.contrasts[c].shape in REDRAWN
            for facts in (null.facts(),)
        ]

    @property
    def empty(self) -> bool:
        """Whether no test of this panel carries an error rate."""
        return not self._parts

    def draw(self, rng: np.random.Generator) -> Panel:
        """Return one redrawn copy; what a flag is decided by is of it: k, its limits, and which entries are tested.

        Bounds for unrecorded groups are not: a flag is not held back by them. Neither is the difference of the groups,
        whose sign is that of the limits.
        """
        panel = self._panel
        k, testable = panel.k.copy(), np.zeros(panel.k.shape, dtype=bool)
        low, high = np.full(panel.k.shape, np.nan), np.full(panel.k.shape, np.nan)
        for part in self._parts:
            at = (part.rows, part.column)
            k[at] = _draw(panel.n[at], panel.base[at], part, rng)
            testable[at] = panel.testable[at]
            low[at], high[at] = _limits(panel, k[at], part)
        unknown = np.full(panel.k.shape, np.nan)
        return dataclasses.replace(panel, k=k, low=low, high=high, absolute=unknown, testable=testable, ranges={})


def _limits(panel: Panel, k: Floats, part: _Part) -> tuple[Floats, Floats]:
    """Return the limits of the ratio as the signals give them, see :mod:`auditor.signals.rates` and ``shares``."""
    at = (part.rows, part.column)
    n, base = panel.n[at], panel.base[at]
    if panel.contrasts[part.column].shape == "share":
        whole = np.rint(panel.comparator_n[at])
        shares = share_ratio(k, n, np.rint(base * whole), whole, LEVEL)
        return shares.low, shares.high
    error = np.zeros(len(k)) if panel.base_error is None else panel.base_error[at]
    if error.any():
        rates = rate_ratio_with_error(k, n - k, base, 1 - base, error, np.zeros(len(k)), LEVEL)
    else:
        rates = rate_ratio(k, n - k, base, 1 - base, LEVEL)
    return rates.low, rates.high


def _draw(n: Floats, base: Floats, part: _Part, rng: np.random.Generator) -> Floats:
    odds = logit(base) + part.shift + part.spread * rng.standard_normal(len(n))
    return rng.binomial(np.rint(n).astype(np.int64), expit(odds)).astype(float)
