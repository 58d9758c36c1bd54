"""Measure a signal once more, on other cells or with other options."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel

from auditor.audit.robustness.matching import held
from auditor.cells import Cells
from auditor.engine.engine import Engine
from auditor.signals.signal import Panel, Signal
from auditor.stats.fit import NotConverged


@dataclass(frozen=True)
class Again:
    """A signal that can be measured again.

    Attributes
    ----------
    signal : Signal
    panel : Panel
        What it measured.
    cells : Cells
        What it measured that from.
    engine : Engine
    options : BaseModel
    """

    signal: Signal
    panel: Panel
    cells: Cells
    engine: Engine
    options: BaseModel

    def measure(self, cells: Cells, options: BaseModel, rng: np.random.Generator) -> Panel | None:
        """Measure other cells or options; None where the signal cannot speak of them."""
        if not len(cells.counts.n):
            return None
        if self.signal.lacks(held(cells.counts, self.engine.ground.inventory), options) is not None:
            return None
        try:
            return self.signal.measure(cells, options, rng)
        except NotConverged:  # nothing of such a fit may be shown: this specification is not known
            return None
