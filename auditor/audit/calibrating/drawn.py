"""Measure false alarms, false discoveries and power on simulated data: every test at the same places, one screen."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from auditor.audit.calibrating.flagged import flagged, reversed_flags
from auditor.audit.calibrating.own import Spawn
from auditor.audit.calibrating.rates import Outcome
from auditor.audit.calibrating.score import score
from auditor.audit.protocol import Protocol
from auditor.audit.screening.decide import decide
from auditor.audit.verdict import Rules
from auditor.cells import Cells
from auditor.signals.signal import Design, Panel, Signal

NATURAL = (0.0, 0.15, 0.25)
"""Standard deviations of the natural differences between places on the log odds."""
EFFECTS = (0.0, 0.5, 1.0, 1.5)
"""Log effects in the planted places."""
PLANTED = 0.05
"""Share of the places that bear an effect; at least one does."""


@dataclass(frozen=True)
class Setting:
    """One cell of the grid.

    Attributes
    ----------
    signals : mapping of str to Signal
        Drawn independently of each other, each by its own ``simulate`` and measured with its default options.
    protocol : Protocol
    places : int
    natural_sd, effect : float
    rules : Rules
    seed : int
    spawn : callable
    """

    signals: Mapping[str, Signal]
    protocol: Protocol
    places: int
    natural_sd: float
    effect: float
    rules: Rules
    seed: int
    spawn: Spawn

    @property
    def planted(self) -> int:
        """How many places bear the effect."""
        return max(1, round(PLANTED * self.places)) if self.effect else 0

    @property
    def about(self) -> dict[str, Any]:
        """Say what is drawn."""
        return {
            "what": "simulated",
            "signals": tuple(self.signals),
            "places": self.places,
            "natural": "normal",
            "amount": self.natural_sd,
            "effect": self.effect,
            "planted": self.planted,
        }

    def one(self, replicate: int) -> Outcome:
        """Draw one replicate and screen it."""
        panels: dict[str, Panel] = {}
        controls: dict[str, Panel] = {}
        seen: dict[str, Cells] = {}
        design = Design(places=self.places, natural_sd=self.natural_sd, planted=self.planted / self.places)
        for name, signal in self.signals.items():
            rng = self.spawn("simulated", str(self.natural_sd), str(self.effect), str(replicate), name)
            cells = signal.simulate(rng, self.effect, design)
            seen[name] = cells = dataclasses.replace(cells, classes=self.protocol.offences.sides())
            panels[name] = signal.measure(cells, signal.options(), rng)
            control = signal.controls(cells, signal.options(), rng)
            if control is not None:
                controls[name] = control
        cards = {name: signal.card for name, signal in self.signals.items()}
        families = {name: card.family for name, card in cards.items()}
        decision = decide(panels, controls, families, self.protocol, self.seed)
        up = flagged(decision, panels, cards, seen, self.rules)
        down = reversed_flags(decision, panels, cards, self.rules)
        return score(decision, panels, up, down, np.arange(self.places) < self.planted)
