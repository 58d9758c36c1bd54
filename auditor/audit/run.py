"""Conduct one audit: load, count, measure, screen, grade. The conductor is never handed down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

from duckdb import DuckDBPyConnection

from auditor import __version__
from auditor.audit.build import withheld_signal
from auditor.audit.calibrating.held import measured_rates
from auditor.audit.calibration import statement
from auditor.audit.config import Config
from auditor.audit.crew import Failed, attempted
from auditor.audit.ethnicity import Unrecorded, lack_of, unrecorded
from auditor.audit.limits import within
from auditor.audit.measuring import measure_all
from auditor.audit.places import first_numbers, review_place
from auditor.audit.poisoned import Poisoned
from auditor.audit.progress import Progress, silent
from auditor.audit.reading import read_sources
from auditor.audit.regions import review_regions
from auditor.audit.robustness.by_surname import surname_engine
from auditor.audit.ruled import ruled
from auditor.audit.screening.decide import MOST_Q
from auditor.audit.setting import Setting
from auditor.audit.source_entry import source_entry
from auditor.audit.unswept import unswept
from auditor.audit.verdict import FLAG, GRADES, Rules
from auditor.cells import CellSpec, Inventory
from auditor.engine.engine import Engine
from auditor.errors import AuditorError, InputError, Problem
from auditor.findings.card import Card
from auditor.findings.finding import Withheld
from auditor.findings.review import PlaceReview, Review
from auditor.records.load import Loaded
from auditor.records.quality import assess
from auditor.records.store import Store
from auditor.records.unseen import visible
from auditor.signals.registry import discover
from auditor.signals.signal import Signal

LEAST_EXPECTED = 5.0
"""What the words of the verdicts rest on, whatever the protocol says."""

ROWS_STAY: Final = "warehouse.rows-stay"
"""Why a signal that asks for columns of single rows cannot speak where a warehouse counts."""

_MANY: Final = 200
"""Places from which on they are graded in processes of their own: below, a fork costs more than it saves."""

NONE_FAILED: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True)
class Plan:
    """Which signals speak, and why the others do not."""

    signals: tuple[Signal, ...]
    withheld: tuple[tuple[Card, Withheld], ...]


def plan(inventory: Inventory, config: Config, about: Unrecorded | None = None) -> Plan:
    """Ask every signal of the protocol whether these data can carry it, and whether ethnicity is recorded in them."""
    speak, silent_ones = [], []
    for name, signal in ruled(config):
        lack = lack_of(signal, inventory, config.options(name), about)
        if lack is not None and "columns" in lack.values and any(spec.engine for spec in config.sources):
            lack = replace(lack, reason=ROWS_STAY)  # exporting them may be out of the question: not the user's mistake
        if lack is None:
            speak.append(signal)
        else:
            silent_ones.append((signal.card, withheld_signal(signal.card, lack)))
    return Plan(tuple(speak), tuple(silent_ones))


def audit(
    config: Config, progress: Progress = silent, failed: Mapping[str, str] = NONE_FAILED, workers: int = 1
) -> Review:
    """Run an audit.

    Parameters
    ----------
    config : Config
    progress : callable
    failed : mapping of str to str
        Places that are known to fail, and with which error.
    workers : int
        Processes; the review does not depend on how many.

    Returns
    -------
    Review
        Of every place but those that fail: they are listed in it, and left out of everything, so that the others are
        those of an audit whose ``exclude`` names them.

    Raises
    ------
    AuditorError
        As the configuration and the inputs deserve.
    """
    known = dict(failed)
    while True:
        left = (*config.audit.exclude, *sorted(known))
        reduced = replace(config, audit=config.audit.model_copy(update={"exclude": left}))
        try:
            with Store() as store:
                progress("reading", 0, len(config.sources))
                found = measured_audit(reduced, read_sources(reduced, store), progress, workers)
            # The records are gone by now, and their memory with them.
            review = found.graded(progress, workers)
        except Poisoned as found:
            known |= found.places
            continue
        failures = tuple({"place": place, "error": known[place]} for place in sorted(known))
        about = {**review.audit, "exclude": list(config.audit.exclude)}
        return replace(review, audit=about, failures=failures)


@dataclass(frozen=True)
class Ungraded:
    """An audit of which everything is measured and screened: it needs the records no more."""

    review: Review
    setting: Setting

    def graded(self, progress: Progress = silent, workers: int = 1) -> Review:
        """Return the whole review.

        Parameters
        ----------
        progress : callable
        workers : int
            Processes that grade, where there are many places; the review does not depend on how many.

        Raises
        ------
        Poisoned
            When the grading of some places fails, and not of others.
        """
        with unswept():
            places = _places(self.setting, progress, workers)
            count = sum(len(place.findings) for place in places)
            regions = review_regions(self.setting.ground.region_names, self.setting.measured, count + 1)
        return replace(self.review, places=places, regions=regions)


def measured_audit(config: Config, loaded: Loaded, progress: Progress = silent, workers: int = 1) -> Ungraded:
    """Measure and screen tables that were read already.

    Raises
    ------
    Poisoned
        When it fails for some places and not for others.
    """
    rates = measured_rates(config, loaded.sources)
    engine = open_engine(config, loaded)
    ground = engine.ground
    if not ground.ids:
        raise InputError(
            "there is no place to audit",
            [
                Problem(
                    "the sources hold no count of any place",
                    "an audit needs events (arrests, submissions, matches ...) of at least one place",
                    "add a source of format counts, records or interoperability; `auditor check` shows what was read",
                )
            ],
        )
    about = unrecorded(engine)
    planned = plan(ground.inventory, config, about)
    groups = frozenset({*config.audit.focal_groups, config.audit.reference_group})
    named = surname_engine(loaded, groups, lambda sql: open_engine(config, loaded, sql))
    measured, screen = measure_all(config, engine, named, planned.signals, about, progress, workers)
    cells = engine.cells(CellSpec(keys=("event",)))
    setting = Setting(
        measured=measured,
        screen=screen,
        rules=Rules(
            # A protocol may be stricter than the words of the verdicts allow, never laxer.
            q=min(config.protocol.q, MOST_Q),
            materiality=config.protocol.materiality,
            persons=config.suppress_below,
            detectable=config.protocol.detectable,
            clear_p=config.protocol.clear_p,
        ),
        cells=cells,
        withheld=tuple(item for _, item in planned.withheld),
        records=config.records,
        minimum_peers=config.protocol.gates.minimum_peers,
        section_of={name: signal.card.section for name, signal in discover().items()},
        ground=ground,
        exploratory=exploratory(config),
        regional=frozenset(name for name, signal in discover().items() if signal.regional),
    )
    review = Review(
        audit=_about(config, loaded),
        sources=tuple(
            source_entry(source, quality, config.suppress_below, telling=i in ground.telling, bare=i in ground.bare)
            for i, (source, quality) in enumerate(zip(loaded.sources, assess(loaded), strict=True))
        ),
        calibration=statement(config, measured, screen) | {"measured": rates},
        places=(),
        signals=tuple(_method(signal, planned, config) for signal in discover().values()),
    )
    return Ungraded(review, setting)


def exploratory(config: Config) -> bool:
    """Say whether the audit tests anything else than the protocol as shipped would: another file, or other options."""
    changed = any(config.own_options(name) != signal.options() for name, signal in discover().items())
    return changed or not config.protocol.default


def open_engine(config: Config, loaded: Loaded, sql: DuckDBPyConnection | None = None) -> Engine:
    """Return the engine over loaded tables (or over a connection that shadows them), with the protocol's gates."""
    gates = {
        "expected": max(float(config.protocol.gates.minimum_expected), LEAST_EXPECTED),
        "persons": float(max(config.protocol.gates.minimum_persons, config.suppress_below)),
    }
    return Engine(
        loaded,
        config.audit.focal_groups,
        config.audit.reference_group,
        config.audit.exclude,
        gates,
        config.protocol.benchmarks,
        config.protocol.offences.sides(),
        sql,
    )


def _places(setting: Setting, progress: Progress, workers: int) -> tuple[PlaceReview, ...]:
    """Review every place.

    Raises
    ------
    Poisoned
        With every place that fails, when others do not.
    """
    ids, numbers = setting.cells.ids, first_numbers(setting)
    reviews: list[PlaceReview] = []
    failed: dict[str, str] = {}

    def work(j: int) -> PlaceReview:
        with within():
            return review_place(setting, j, numbers[j])

    for j, review in attempted(work, range(len(ids)), workers if len(ids) >= _MANY else 1):
        progress("grading places", j, len(ids))
        if isinstance(review, Failed):
            failed[ids[j]] = review.error
        else:
            reviews.append(review)
    if failed and not reviews:
        work(0)  # raises what every place fails with: that is no fault of a place
        raise AuditorError("no place could be graded: the processes that grade were killed (out of memory?)")
    if failed:
        raise Poisoned(failed)
    return tuple(reviews)


def _about(config: Config, loaded: Loaded) -> dict[str, Any]:
    audit_table = config.audit
    return {
        "title": visible(audit_table.title),
        "as_of": audit_table.as_of.isoformat(),
        "seed": audit_table.seed,
        "protocol": {
            "name": config.protocol.name,
            "sha256": config.protocol.sha256,
            "exploratory": exploratory(config),
            "looks": config.protocol.looks.planned,
        },
        "config_sha256": config.sha256,
        "software": {"name": "auditor", "version": __version__},
        "focal_groups": list(audit_table.focal_groups),
        "reference_group": audit_table.reference_group,
        "data_opened": audit_table.data_opened.isoformat() if audit_table.data_opened else None,
        "period": None
        if config.period is None
        else {"start": config.period.start.isoformat(), "end": config.period.end.isoformat()},
        "exclude": list(audit_table.exclude),
        "suppress_below": config.suppress_below,
        "notes": list(loaded.notes),
    }


def _method(signal: Signal, planned: Plan, config: Config) -> dict[str, Any]:
    card = signal.card
    options, usual = config.options(card.name), signal.options()
    # With other options a signal is another test; a later look must be able to tell.
    changed = {
        name: value
        for name, value in options.model_dump(mode="json").items()
        if value != usual.model_dump(mode="json")[name]
    }
    beside = ({"options": changed} if changed else {}) | ({"by_group": signal.by_group} if signal.by_group else {})
    return beside | {
        "name": card.name,
        "family": card.family,
        "section": card.section,
        "title": card.title,
        "question": card.question,
        "null": card.null,
        "needs": card.needs,
        "measures": card.measures,
        "assumptions": list(card.assumptions),
        "misleads": list(card.misleads),
        "references": list(card.references),
        "formulae": list(card.formulae),
        "controls": card.controls,
        "ran": signal in planned.signals,
    }


def flagged(review: Review) -> tuple[str, ...]:
    """Return the places whose verdict is a flag."""
    return tuple(place.place for place in review.places if GRADES[place.verdict] >= GRADES[FLAG])
