"""Measure every signal over all places at once, and screen what they measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import cast

import numpy as np

from auditor.audit import stopping
from auditor.audit.config import Config
from auditor.audit.ethnicity import Unrecorded, withhold
from auditor.audit.measured import Measured
from auditor.audit.poisoned import Few, Poisoned, culprits
from auditor.audit.progress import Progress
from auditor.audit.protocol import Protocol
from auditor.audit.robustness.by_surname import BySurname, measure_by_surname
from auditor.audit.screen import Screen, run_screen
from auditor.audit.seeds import generator
from auditor.audit.sensitivity import Sensitivity, sensitivity_of
from auditor.cells import Cells
from auditor.engine import Engine
from auditor.findings.card import Card
from auditor.signals.signal import Panel, Signal


@dataclass(frozen=True)
class _Bench:
    """What the signals are measured on: the records as they are, and with groups by surname where they hold any."""

    config: Config
    engine: Engine
    named: Engine | None
    about: Unrecorded

    def few(self, places: Sequence[int]) -> _Bench:
        """Return the same with some of the places only."""
        wanted = {self.engine.ground.ids[j] for j in places}
        named = self.named
        if named is not None:
            own = [j for j, place in enumerate(named.ground.ids) if place in wanted]
            named = cast(Engine, Few(named, own)) if own else None
        masks = {key: mask[list(places)] for key, mask in self.about.masks.items()}
        about = replace(self.about, masks=masks)
        return replace(self, engine=cast(Engine, Few(self.engine, places)), named=named, about=about)


@dataclass(frozen=True)
class _Unscreened:
    card: Card
    panel: Panel
    cells: Cells
    control: Panel | None
    sensitivity: Sensitivity
    by_surname: BySurname | None


def measure_all(
    config: Config,
    engine: Engine,
    named: Engine | None,
    signals: Sequence[Signal],
    about: Unrecorded,
    progress: Progress,
) -> tuple[tuple[Measured, ...], Screen]:
    """Measure the signals and screen them.

    Parameters
    ----------
    config : Config
    engine : Engine
    named : Engine or None
        Over the same records with groups by surname (:func:`auditor.audit.robustness.by_surname.surname_engine`).
    signals : sequence of Signal
    about : Unrecorded
    progress : callable

    Raises
    ------
    Poisoned
        When signals fail for some places and not for others.
    """
    bench = _Bench(config, engine, named, about)
    found: list[_Unscreened] = []
    failed: dict[str, str] = {}
    for i, signal in enumerate(signals):
        progress(f"measuring {signal.card.name}", i, len(signals))
        try:
            found.append(_measure(bench, signal))
        except Exception:  # whoever is to blame: a place is listed, anything else is raised again
            stopping.heed()
            bad = culprits(partial(_measure_few, bench, signal), len(engine.ground.ids))
            if not bad:
                raise
            failed |= {engine.ground.ids[j]: type(bad[j]).__name__ for j in bad}
    if failed:
        raise Poisoned(failed)
    progress("screening", 0, 1)
    panels = {item.card.name: item.panel for item in found}
    controls = {item.card.name: item.control for item in found if item.control is not None}
    families = {signal.card.name: signal.card.family for signal in signals}
    own = generator(config.audit.seed, "screen")
    screen = run_screen(panels, controls, families, config.protocol, config.audit.seed, own)
    measured = (
        Measured(
            item.card,
            item.panel,
            screen.panels[item.card.name],
            item.cells,
            item.control,
            item.sensitivity,
            item.by_surname,
        )
        for item in found
    )
    return tuple(measured), screen


def _measure(bench: _Bench, signal: Signal) -> _Unscreened:
    """Measure one signal, all but the screen."""
    name, seed = signal.card.name, bench.config.audit.seed
    options, protocol = bench.config.options(name), bench.config.protocol
    cells = bench.engine.cells(signal.view(options))
    panel = signal.measure(cells, options, generator(seed, name))
    panel = _sealed(withhold(_as_ruled(panel, protocol), signal, bench.about), cells)
    controls = signal.controls(cells, options, generator(seed, name, "controls"))
    own = generator(seed, name, "sensitivity")
    told = sensitivity_of(signal, panel, cells, bench.engine, options, protocol, own)
    again = generator(seed, name, "by-surname")
    renamed = measure_by_surname(bench.named, signal, panel, options, again)
    return _Unscreened(signal.card, panel, cells, controls, told, renamed)


def _measure_few(bench: _Bench, signal: Signal, places: Sequence[int]) -> None:
    _measure(bench.few(places), signal)


def _as_ruled(panel: Panel, protocol: Protocol) -> Panel:
    """Return a panel of which nothing enters the screen where the protocol only describes the signal."""
    rule = protocol.rule(panel.signal)
    if rule is None or rule.role == "test":
        return panel
    return replace(panel, preferred=np.zeros(panel.code.shape, dtype=bool))


def _sealed(panel: Panel, cells: Cells) -> Panel:
    """Return a panel that prints nothing of a place where a small unpublished part is added to public counts.

    Whatever a signal prints there, the public part can be taken off it; so no signal is left to think of this.
    """
    if not any(cells.tainted):
        return panel
    mixed = np.array(cells.tainted, dtype=bool)[:, None]
    hidden, ranges = ((mixed if own is None else own | mixed) for own in (panel.hidden, panel.range_hidden))
    shape = panel.code.shape
    return replace(panel, hidden=np.broadcast_to(hidden, shape), range_hidden=np.broadcast_to(ranges, shape))
