"""Measure every signal over all places at once, and screen what they measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing.connection import Connection, wait
from typing import cast

import numpy as np

from auditor.audit import stopping
from auditor.audit.apart import Apart, Lost, possible
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
from auditor.engine.engine import Engine
from auditor.findings.card import Card
from auditor.signals.baseline import totals_tell
from auditor.signals.signal import Panel, RegionResult, Signal

_MANY = 200
"""Places from which on signals are measured in processes of their own: below, a fork costs more than it saves."""


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
class _Direct:
    panel: Panel
    controls: Panel | None
    regions: tuple[RegionResult, ...]


@dataclass(frozen=True)
class _Unscreened:
    card: Card
    panel: Panel
    cells: Cells
    control: Panel | None
    sensitivity: Sensitivity
    by_surname: BySurname | None
    regions: tuple[RegionResult, ...]


def measure_all(
    config: Config,
    engine: Engine,
    named: Engine | None,
    signals: Sequence[Signal],
    about: Unrecorded,
    progress: Progress,
    workers: int = 1,
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
    workers : int
        Processes that measure meanwhile, where there are many places; what comes out does not depend on it.

    Raises
    ------
    Poisoned
        When signals fail for some places and not for others.
    """
    bench = _Bench(config, engine, named, about)
    found: dict[str, _Unscreened] = {}
    failed: dict[str, str] = {}
    for signal, made in _measured(bench, signals, progress, workers):
        if isinstance(made, _Unscreened):
            found[signal.card.name] = made
            continue
        bad = culprits(partial(_measure_few, bench, signal), len(engine.ground.ids))
        if not bad:
            raise made
        failed |= {engine.ground.ids[j]: type(bad[j]).__name__ for j in bad}
    if failed:
        raise Poisoned(failed)
    return _screened([found[signal.card.name] for signal in signals], config, progress)


def _screened(found: Sequence[_Unscreened], config: Config, progress: Progress) -> tuple[tuple[Measured, ...], Screen]:
    progress("screening", 0, 1)
    panels = {item.card.name: item.panel for item in found}
    controls = {item.card.name: item.control for item in found if item.control is not None}
    families = {item.card.name: item.card.family for item in found}
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
            item.regions,
        )
        for item in found
    )
    return tuple(measured), screen


def _measured(
    bench: _Bench, signals: Sequence[Signal], progress: Progress, workers: int
) -> Iterator[tuple[Signal, _Unscreened | Exception]]:
    """Yield each signal with what it measured, or why it failed; in any order."""
    apart = workers > 1 and len(bench.engine.ground.ids) >= _MANY and possible()
    with ExitStack() as ends:
        away: dict[Connection, tuple[Signal, Cells, Apart[_Direct]]] = {}
        for i, signal in enumerate(signals):
            progress(f"measuring {signal.card.name}", i, len(signals))
            if not apart:
                yield signal, _attempt(partial(_measure, bench, signal))
                continue
            while len(away) >= workers:
                yield _back(bench, away)
            try:
                cells = bench.engine.cells(signal.view(bench.config.options(signal.card.name)))
            except Exception as error:  # the boundary of one signal, as everywhere here
                stopping.heed()
                yield signal, error
                continue
            hand = ends.enter_context(Apart(partial(_direct, bench.config, signal, cells)))
            away[hand.connection] = signal, cells, hand
        while away:
            yield _back(bench, away)


def _back(
    bench: _Bench, away: dict[Connection, tuple[Signal, Cells, Apart[_Direct]]]
) -> tuple[Signal, _Unscreened | Exception]:
    """Take back whatever is finished first."""
    first = next(connection for connection in wait(list(away)) if isinstance(connection, Connection))
    signal, cells, hand = away.pop(first)
    try:
        direct = hand.result()
    except Lost:
        return signal, _attempt(partial(_measure, bench, signal))
    return signal, _attempt(partial(_completed, bench, signal, cells, direct))


def _attempt(work: Callable[[], _Unscreened]) -> _Unscreened | Exception:
    try:
        return work()
    except Exception as error:  # whoever is to blame: a place is listed, anything else is raised again
        stopping.heed()
        return error


def _measure(bench: _Bench, signal: Signal) -> _Unscreened:
    """Measure one signal, all but the screen."""
    cells = bench.engine.cells(signal.view(bench.config.options(signal.card.name)))
    return _completed(bench, signal, cells, _direct(bench.config, signal, cells))


def _direct(config: Config, signal: Signal, cells: Cells) -> _Direct:
    """Work out what needs the signal's own cells alone."""
    name, seed = signal.card.name, config.audit.seed
    options = config.options(name)
    panel = signal.measure(cells, options, generator(seed, name))
    controls = signal.controls(cells, options, generator(seed, name, "controls"))
    regions = signal.regions(cells, options, generator(seed, name, "regions"))
    return _Direct(panel, controls, tuple(regions))


def _completed(bench: _Bench, signal: Signal, cells: Cells, direct: _Direct) -> _Unscreened:
    """Add what needs the records again: other specifications, parts of the time, groups by surname."""
    name, seed = signal.card.name, bench.config.audit.seed
    options, protocol = bench.config.options(name), bench.config.protocol
    panel = _sealed(withhold(_as_ruled(direct.panel, protocol), signal, bench.about), cells)
    own = generator(seed, name, "sensitivity")
    told = sensitivity_of(signal, panel, cells, bench.engine, options, protocol, own)
    again = generator(seed, name, "by-surname")
    renamed = measure_by_surname(bench.named, signal, panel, options, again)
    return _Unscreened(signal.card, panel, cells.bare(), direct.controls, told, renamed, direct.regions)


def _measure_few(bench: _Bench, signal: Signal, places: Sequence[int]) -> None:
    _measure(bench.few(places), signal)


def _as_ruled(panel: Panel, protocol: Protocol) -> Panel:
    """Return a panel of which nothing enters the screen where the protocol only describes the signal."""
    rule = protocol.rule(panel.signal)
    if rule is None or rule.role == "test":
        return panel
    return replace(panel, preferred=np.zeros(panel.code.shape, dtype=bool))


def _sealed(panel: Panel, cells: Cells) -> Panel:
    """Return a panel without what would give small counts away beside other signals' numbers.

    Nothing of a place where a small unpublished part is added to public counts: the public part can be taken off it. No
    range or missing share where the groups that are not compared hold few: a total over all groups stands somewhere,
    and less those compared and those of unrecorded group it is those. So no signal is left to think of either.
    """
    mixed = np.array(cells.tainted or [False] * cells.size, dtype=bool)[:, None]
    told = [totals_tell(cells, (contrast.event,), unrecorded=True) for contrast in panel.contrasts]
    few = mixed | np.column_stack(told) if told else mixed
    if not few.any():
        return panel
    hidden, ranges, missing = (
        np.broadcast_to(mask if own is None else own | mask, panel.code.shape)
        for own, mask in ((panel.hidden, mixed), (panel.range_hidden, few), (panel.bare, few))
    )
    return replace(panel, hidden=hidden, range_hidden=ranges, missing_hidden=missing)
