"""Randomisation that a signal made itself: dates, donors or days; the screen takes its p-values as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from auditor.audit.screening.null import Bools, Floats, Null
from auditor.signals.signal import Panel


class GivenNull(Null):
    """p-values and limits of the panel."""

    kind: ClassVar[str] = "randomised"

    def __init__(self, panel: Panel, c: int, rows: Bools, stratum: int) -> None:
        self.rows, self.stratum, self._panel, self._c = rows, stratum, panel, c
        # Its comparison places are no negative controls: nothing tells how far they err.
        self.controls = 0

    def _of(self, values: Floats) -> Floats:
        return np.array(values[self.rows, self._c], dtype=float)

    @property
    def promised(self) -> bool:
        """A randomisation carries its own error rate."""
        return True

    def tails(self) -> tuple[Floats, Floats]:
        """Return the panel's own."""
        return self._of(self._panel.p_greater), self._of(self._panel.p_less)

    def ratio(self) -> Floats:
        """Return the estimate itself."""
        return self._of(self._panel.estimate)

    def interval(self, level: float) -> tuple[Floats, Floats]:
        """Return the panel's limits, which invert its own randomisation at 95 %; open at any other level."""
        if abs(level - 0.95) > 1e-12:
            return np.zeros(int(self.rows.sum())), np.full(int(self.rows.sum()), np.inf)
        return self._of(self._panel.low), self._of(self._panel.high)

    def detectable(self, cutoff: float) -> Floats:
        """Return what the signal worked out for a level of 5 %, where it did and the cut-off is no smaller."""
        known = self._panel.extra.get("detectable")
        if known is None or cutoff < 0.05:
            return np.full(int(self.rows.sum()), np.inf)
        return self._of(known)

    def least(self) -> Floats:
        """Return the smallest p-value of the randomisation."""
        return super().least() if self._panel.least_p is None else self._of(self._panel.least_p)

    def facts(self) -> Mapping[str, Any]:
        """Return that the p-value is the signal's own."""
        return {
            "n": None,
            "places": int(self.rows.sum()),
            "shift": None,
            "spread": None,
            "scale": None,
            "adequate": True,
            "code": "randomised",
            "tail": "randomisation",
        }
