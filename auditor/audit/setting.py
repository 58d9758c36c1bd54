"""What the reviews of all places of one audit share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from auditor.audit.measured import Measured
from auditor.audit.screen import Screen
from auditor.audit.verdict import Rules
from auditor.cells import Cells
from auditor.engine.ground import Ground
from auditor.findings.finding import Withheld


@dataclass(frozen=True)
class Setting:
    """What the reviews of all places share."""

    measured: Sequence[Measured]
    screen: Screen
    rules: Rules
    cells: Cells
    withheld: tuple[Withheld, ...]
    records: Mapping[str, Mapping[str, Sequence[Mapping[str, str]]]]
    minimum_peers: int
    section_of: Mapping[str, int]
    ground: Ground
    exploratory: bool
    regional: frozenset[str] = frozenset()
