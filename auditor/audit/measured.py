"""What one signal brings to an audit: its panel, its controls, and what the screen and the sensitivity add."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.audit.robustness.by_surname import BySurname
from auditor.audit.screening.complete import Calibrated
from auditor.audit.sensitivity import Sensitivity
from auditor.cells import Cells
from auditor.findings.card import Card
from auditor.signals.signal import Panel, RegionResult


@dataclass(frozen=True)
class Measured:
    """One signal's share of an audit: what it measured and what the screen added.

    Of the cells it measured from, the facts of the places are kept, not the rows.
    """

    card: Card
    panel: Panel
    calibrated: Calibrated
    cells: Cells
    control: Panel | None = None
    sensitivity: Sensitivity | None = None
    by_surname: BySurname | None = None
    regions: tuple[RegionResult, ...] = ()
