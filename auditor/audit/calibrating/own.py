"""Measure false alarms on the user's own data: labels shuffled, control contrasts tested, starts made up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from auditor.audit.calibrating.columns import chosen
from auditor.audit.calibrating.flagged import flagged, reversed_flags
from auditor.audit.calibrating.placebo import Placebo
from auditor.audit.calibrating.rates import Outcome, Row, summarise
from auditor.audit.calibrating.redraw import REDRAWN, Redraw
from auditor.audit.calibrating.score import score
from auditor.audit.calibrating.shuffle import Shuffle
from auditor.audit.protocol import Protocol
from auditor.audit.screening.decide import Decision, decide
from auditor.audit.verdict import Rules
from auditor.audit.wording import text
from auditor.cells import Bools, Cells
from auditor.signals.signal import Panel, Signal

Spawn = Callable[..., np.random.Generator]
"""Returns a generator for some names; the same names give the same draws."""


@dataclass(frozen=True)
class Bench:
    """What one audit measured, ready to be drawn again.

    Attributes
    ----------
    signals : mapping of str to Signal
        Those that speak of places and enter the screen.
    options : mapping of str to options
    cells : mapping of str to Cells
    panels, controls : mappings of str to Panel
    protocol : Protocol
    rules : Rules
        Of a flag.
    seed : int
    spawn : callable
    """

    signals: Mapping[str, Signal]
    options: Mapping[str, Any]
    cells: Mapping[str, Cells]
    panels: Mapping[str, Panel]
    controls: Mapping[str, Panel]
    protocol: Protocol
    rules: Rules
    seed: int
    spawn: Spawn
    decision: Decision = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "decision", self.decide(self.panels, self.controls))

    @property
    def places(self) -> int:
        """How many places there are."""
        return len(next(iter(self.panels.values())).places) if self.panels else 0

    def decide(self, panels: Mapping[str, Panel], controls: Mapping[str, Panel]) -> Decision:
        """Put panels through the screen of this audit."""
        families = {name: self.signals[name].card.family for name in panels}
        return decide(panels, controls, families, self.protocol, self.seed)

    def measure(
        self, name: str, cells: Cells, panels: dict[str, Panel], controls: dict[str, Panel], rng: np.random.Generator
    ) -> None:
        """Measure one signal and its controls on other cells."""
        signal, options = self.signals[name], self.options[name]
        panels[name] = signal.measure(cells, options, rng)
        control = signal.controls(cells, options, rng)
        if control is not None:
            controls[name] = control

    def score(self, panels: Mapping[str, Panel], controls: Mapping[str, Panel]) -> Outcome:
        """Screen panels and count."""
        decision = self.decide(panels, controls)
        return score(decision, panels, *self.flags(decision, panels))

    def flags(self, decision: Decision, panels: Mapping[str, Panel]) -> tuple[Bools, Bools]:
        """Return what is flagged, and what would be in the other direction; (J, F) arrays."""
        cards = {name: self.signals[name].card for name in panels}
        up = flagged(decision, panels, cards, self.cells, self.rules)
        return up, reversed_flags(decision, panels, cards, self.rules)


class Labels:
    """Every test at once: labels shuffled where a place is its own comparison, counts redrawn where peers are."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._shuffles = {name: Shuffle(bench.cells[name]) for name in bench.signals if _within(bench.panels[name])}
        redraws = {
            name: Redraw(bench.panels[name], bench.decision.fitted[name])
            for name in bench.signals
            if name not in self._shuffles
        }
        self._redraws = {name: redraw for name, redraw in redraws.items() if not redraw.empty}

    @property
    def about(self) -> dict[str, Any]:
        """Say what is drawn."""
        names = (name for name in self._bench.signals if name in self._shuffles or name in self._redraws)
        redrawn = tuple(self._redraws)
        return {"what": "labels", "signals": tuple(names), "places": self._bench.places, "redrawn": redrawn}

    def one(self, replicate: int) -> Outcome:
        """Draw one replicate and screen it."""
        bench = self._bench
        panels: dict[str, Panel] = {}
        controls = {name: panel for name, panel in bench.controls.items() if name in self._redraws}
        for name in self.about["signals"]:
            rng = bench.spawn("labels", str(replicate), name)
            if name in self._shuffles:
                bench.measure(name, self._shuffles[name].draw(rng), panels, controls, rng)
            else:
                panels[name] = self._redraws[name].draw(rng)
        return bench.score(panels, controls)


def _within(panel: Panel) -> bool:
    """Say whether a signal contrasts what lies within a place (classes, months)."""
    return any(contrast.tested and contrast.shape not in REDRAWN for contrast in panel.contrasts)


class Placebos:
    """The signals of change, at false starts."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._placebos: dict[str, Placebo] = {}
        self.wanted = tuple(n for n, s in bench.signals.items() if s.view(bench.options[n]).activations)
        for name in self.wanted:
            options = bench.options[name]
            kinds = getattr(options, "kinds", ()) or ("activated",)
            placebo = Placebo(
                bench.cells[name], getattr(options, "program", ""), kinds[0], getattr(options, "anticipation", 0)
            )
            if (placebo.admissible > 0).any():
                self._placebos[name] = placebo

    @property
    def about(self) -> dict[str, Any]:
        """Say what is drawn."""
        return {"what": "placebo", "signals": tuple(self._placebos), "places": self._bench.places}

    def one(self, replicate: int) -> Outcome:
        """Draw one replicate and screen it."""
        panels: dict[str, Panel] = {}
        controls: dict[str, Panel] = {}
        for name, placebo in self._placebos.items():
            # One draw of dates for all of them: a place has one start.
            cells = placebo.draw(self._bench.spawn("placebo", str(replicate)))
            rng = self._bench.spawn("placebo", str(replicate), name)
            self._bench.measure(name, cells, panels, controls, rng)
        return self._bench.score(panels, controls)


def control_rows(bench: Bench) -> Iterator[Row]:
    """Yield one row for each signal that has controls: each in turn tested against the others, in both directions."""
    for name, control in bench.controls.items():
        trials = list(_trials(bench, name, control))
        if trials:
            yield summarise({"what": "controls", "signals": (name,), "places": bench.places}, trials)


def _trials(bench: Bench, name: str, control: Panel) -> Iterator[Outcome]:
    columns = [c for c in range(len(control.contrasts)) if control.testable[:, c].any()]
    for column in columns:
        others = [c for c in columns if c != column]
        panels = {name: chosen(control, [column], tested=True)}
        decision = bench.decide(panels, {name: chosen(control, others, tested=False)} if others else {})
        up, down = bench.flags(decision, panels)
        found = score(decision, panels, up, down)
        yield found
        yield Outcome(flags=int(down.sum()), false=0, promised=found.promised, nulls=found.nulls)


def nothing(what: str, signals: Sequence[str], places: int) -> Row:
    """Return a row that says why nothing was measured."""
    return Row(what, tuple(signals), places, reason=text(f"calibrate.nothing-{what}"))
