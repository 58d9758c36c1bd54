"""Ranks among negative controls that a signal itself took; the screen takes its p-values and limits as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from auditor.audit.screening.given import GivenNull
from auditor.audit.screening.null import Bools, Floats
from auditor.signals.signal import Panel, RankedSample


class RankedNull(GivenNull):
    """p-values and limits of the panel, and the same of the other groups as the places' negative controls.

    How much larger the systematic error would have to be is not worked out: no verdict rises above a pattern by it.
    """

    kind: ClassVar[str] = "controls"

    def __init__(
        self, panel: Panel, c: int, rows: Bools, stratum: int, sample: RankedSample, control: Panel | None
    ) -> None:
        super().__init__(panel, c, rows, stratum)
        self.controls, self._sample, self._control = sample.controls, sample, control
        self.control_columns = () if control is None else tuple(range(len(control.contrasts)))

    def fired(self) -> tuple[Floats, ...]:
        """Return two-sided p-values of the other groups at the same places."""
        if self._control is None:
            return ()
        p = np.minimum(1.0, 2 * np.fmin(self._control.p_greater, self._control.p_less))
        p = np.where(self._control.testable, p, np.nan)
        return tuple(np.array(p[self.rows, column]) for column in self.control_columns)

    def facts(self) -> Mapping[str, Any]:
        """Return on how many controls the ranks rest, and how far their scale was matched."""
        return {
            "n": self.controls,
            "places": int(self._sample.rows.sum()),
            "shift": None,
            "spread": None,
            "scale": self._sample.scale,
            "adequate": True,
            "code": "controls",
            "tail": "negative controls",
        }
