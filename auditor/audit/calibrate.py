"""Measure how often the protocol raises a false alarm, and what it finds: on the user's data, and on simulated data."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from auditor import __version__
from auditor.audit.calibrating.drawn import EFFECTS, NATURAL, Setting
from auditor.audit.calibrating.own import Bench, Labels, Placebos, control_rows, nothing
from auditor.audit.calibrating.printed import printed
from auditor.audit.calibrating.rates import Outcome, Row, summarise
from auditor.audit.calibrating.settings import settings_sha256
from auditor.audit.config import Config
from auditor.audit.progress import Progress, silent
from auditor.audit.protocol import Protocol, load_protocol
from auditor.audit.reading import read_sources
from auditor.audit.run import open_engine, plan
from auditor.audit.screening.decide import MOST_Q
from auditor.audit.seeds import generator
from auditor.audit.verdict import Rules
from auditor.records.store import Store
from auditor.signals.registry import discover
from auditor.signals.signal import Panel, Signal

SCHEMA_VERSION = "1"
PLACES = 400
"""Places of the simulated data where no configuration says how many there are."""
REPLICATES = 200
_FEWER = 4
"""With an effect planted, one replicate in so many is drawn: each of them tells of many planted places."""

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Calibration:
    """What was measured; ``rows`` hold the rates.

    Attributes
    ----------
    protocol : Protocol
    config_sha256, settings_sha256 : str or None
        Of the file, and of what in it bears on the tests; None without a configuration.
    sources : tuple of mapping
        Base name and hash of every source.
    seed, places : int
    q : float
    rows : tuple of Row
    """

    protocol: Protocol
    config_sha256: str | None
    settings_sha256: str | None
    sources: tuple[Mapping[str, str], ...]
    seed: int
    places: int
    q: float
    rows: tuple[Row, ...]

    def to_text(self) -> str:
        """Return tables of 80 columns, and what each null is."""
        return printed(self.protocol, self.seed, self.places, self.q, self.rows)

    def to_json(self) -> str:
        """Return the text of the file: what ``auditor run`` reads, and what the schema ``calibrate`` describes."""
        data = {
            "schema_version": SCHEMA_VERSION,
            "software": {"name": "auditor", "version": __version__},
            "protocol": {"name": self.protocol.name, "sha256": self.protocol.sha256},
            "config_sha256": self.config_sha256,
            "settings_sha256": self.settings_sha256,
            "sources": [dict(source) for source in self.sources],
            "seed": self.seed,
            "places": self.places,
            "q": self.q,
            "rows": [row.to_dict() for row in self.rows],
        }
        return json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


@dataclass(frozen=True)
class _Job:
    """Replicates of one null."""

    kind: str
    about: Mapping[str, Any]
    replicates: int
    one: Callable[[int], Outcome]


def calibrate(
    config: Config | None = None,
    replicates: int = REPLICATES,
    progress: Progress = silent,
    tell: Tell | None = None,
) -> Calibration:
    """Measure the error rates of a protocol.

    Parameters
    ----------
    config : Config, optional
        The audit whose data and protocol are used; without one, the protocol as shipped on simulated data alone.
    replicates : int
        For every null; a quarter of them for every effect.
    progress : callable
    tell : callable, optional
        Told once, before the work starts, how long it is going to take.

    Returns
    -------
    Calibration

    Raises
    ------
    AuditorError
        As the configuration and the inputs deserve.
    """
    if config is None:
        return _shipped(replicates, progress, tell)
    with Store() as store:
        progress("reading", 0, len(config.sources))
        loaded = read_sources(config, store)
        bench, places = _bench(config, loaded)
        jobs, rows = _own(bench, replicates)
        jobs += _grid(bench.signals, config.protocol, places, config.audit.seed, replicates, config.suppress_below)
        rows = _run(jobs, progress, tell) + rows
    return Calibration(
        config.protocol,
        config.sha256,
        settings_sha256(config),
        tuple({"path": source.name, "sha256": source.sha256} for source in loaded.sources),
        config.audit.seed,
        places,
        _level(config.protocol),
        tuple(sorted(rows, key=_order)),
    )


def _shipped(replicates: int, progress: Progress, tell: Tell | None) -> Calibration:
    protocol = load_protocol()
    signals = {name: signal for name, signal in discover().items() if _tests(protocol, name, signal)}
    rows = _run(_grid(signals, protocol, PLACES, 0, replicates), progress, tell)
    return Calibration(protocol, None, None, (), 0, PLACES, _level(protocol), tuple(sorted(rows, key=_order)))


def _level(protocol: Protocol) -> float:
    return min(protocol.q, MOST_Q)


def _rules(protocol: Protocol, persons: float) -> Rules:
    return Rules(_level(protocol), protocol.materiality, persons, protocol.detectable, protocol.clear_p)


def _tests(protocol: Protocol, name: str, signal: Signal) -> bool:
    rule = protocol.rule(name)
    return rule is not None and rule.role == "test" and not signal.regional


def _bench(config: Config, loaded: Any) -> tuple[Bench, int]:
    """Measure the true data once, as the audit does."""
    engine = open_engine(config, loaded)
    planned = plan(engine.ground.inventory, config).signals
    signals = {s.card.name: s for s in planned if _tests(config.protocol, s.card.name, s)}
    panels: dict[str, Panel] = {}
    controls: dict[str, Panel] = {}
    cells = {}
    for name, signal in signals.items():
        options = config.options(name)
        cells[name] = engine.cells(signal.view(options))
        panels[name] = signal.measure(cells[name], options, generator(config.audit.seed, name))
        control = signal.controls(cells[name], options, generator(config.audit.seed, name, "controls"))
        if control is not None:
            controls[name] = control
    spawn = partial(_spawn, config.audit.seed)
    options_of = {name: config.options(name) for name in signals}
    seed = config.audit.seed
    rules = _rules(config.protocol, config.suppress_below)
    bench = Bench(signals, options_of, cells, panels, controls, config.protocol, rules, seed, spawn)
    return bench, len(engine.ground.ids)


def _spawn(seed: int, *names: str) -> np.random.Generator:
    return generator(seed, "calibrate", *names)


def _own(bench: Bench, replicates: int) -> tuple[list[_Job], list[Row]]:
    """Return the work on the user's data, and the rows that need none."""
    jobs, rows = [], list(control_rows(bench))
    if not rows:
        rows.append(nothing("controls", tuple(bench.signals), bench.places))
    labels = Labels(bench)
    if labels.about["signals"]:
        jobs.append(_Job("labels", labels.about, replicates, labels.one))
    else:
        rows.append(nothing("labels", tuple(bench.signals), bench.places))
    placebos = Placebos(bench)
    if placebos.about["signals"]:
        jobs.append(_Job("placebo", placebos.about, replicates, placebos.one))
    elif placebos.wanted:
        rows.append(nothing("placebo", placebos.wanted, bench.places))
    return jobs, rows


def _grid(
    signals: Mapping[str, Signal],
    protocol: Protocol,
    places: int,
    seed: int,
    replicates: int,
    persons: float = Rules().persons,
) -> list[_Job]:
    if not signals or not places:
        return []
    jobs = []
    for natural_sd in NATURAL:
        for effect in EFFECTS:
            spawn = partial(_spawn, seed)
            rules = _rules(protocol, persons)
            setting = Setting(signals, protocol, places, natural_sd, effect, rules, seed, spawn)
            many = math.ceil(replicates / _FEWER) if effect else replicates
            jobs.append(_Job("simulated", setting.about, many, setting.one))
    return jobs


def _run(jobs: Sequence[_Job], progress: Progress, tell: Tell | None) -> list[Row]:
    """Run all replicates; the first of each kind tells how long the others are going to take."""
    first = _pilot(jobs, progress, tell)
    done, of = 0, sum(job.replicates for job in jobs)
    rows = []
    for job in jobs:
        outcomes = [first[id(job)]] if id(job) in first else []
        while len(outcomes) < job.replicates:
            progress("calibrating", done + len(outcomes), of)
            outcomes.append(job.one(len(outcomes)))
        done += job.replicates
        rows.append(summarise(job.about, outcomes))
    progress("calibrating", of, of)
    return rows


def _pilot(jobs: Sequence[_Job], progress: Progress, tell: Tell | None) -> dict[int, Outcome]:
    """Run the first replicate of each kind, and say what all of them cost. The clock decides nothing that is kept."""
    found: dict[int, Outcome] = {}
    spent: dict[str, float] = {}
    for job in _first_of_kind(jobs):
        progress(f"trying {job.kind}", 0, 1)
        started = time.monotonic()
        found[id(job)] = job.one(0)
        spent[job.kind] = time.monotonic() - started
    if tell is not None and jobs:
        of = sum(job.replicates for job in jobs)
        seconds = sum(spent[job.kind] * job.replicates for job in jobs)
        tell(f"{of:,} replicates; about {_duration(seconds)} on this machine. Fewer: --replicates N.")
    return found


def _first_of_kind(jobs: Sequence[_Job]) -> Iterator[_Job]:
    seen: set[str] = set()
    for job in jobs:
        if job.kind not in seen:
            seen.add(job.kind)
            yield job


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"


_PARTS = ("labels", "controls", "placebo", "simulated")


def _order(row: Row) -> tuple[int, float, float, tuple[str, ...]]:
    return (_PARTS.index(row.what), row.amount or 0.0, row.effect or 0.0, row.signals)
