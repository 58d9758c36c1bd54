"""Validate, and say what these data can carry; no statistics are run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from auditor.audit.asking import asks
from auditor.audit.build import withheld_signal
from auditor.audit.check_ceiling import ceiling_of
from auditor.audit.check_report import CheckReport, EthnicityReach, SignalReach
from auditor.audit.config import Config
from auditor.audit.drafting.missing import held_of, missing
from auditor.audit.ethnicity import Unrecorded, unrecorded
from auditor.audit.reading import config_of, read_sources
from auditor.audit.run import open_engine, plan
from auditor.engine.engine import Engine
from auditor.errors import DecisionNeeded
from auditor.findings.card import Card
from auditor.findings.finding import Withheld
from auditor.records.docket import Docket
from auditor.records.load import Loaded
from auditor.records.quality import assess
from auditor.records.store import Store
from auditor.signals.registry import discover
from auditor.signals.signal import Signal

_TABLES = ("counts", "population", "places", "activations", "operations", "facilities")
_KEYS = ("place", "event", "group", "offence", "level", "level_basis", "level_regime")


def check(inputs: Sequence[Path]) -> CheckReport:
    """Read and validate a configuration, or files by themselves.

    Parameters
    ----------
    inputs : sequence of path
        One configuration (``.toml``), or data files whose formats are recognised.

    Returns
    -------
    CheckReport
        With the open questions, where a person must decide something first.

    Raises
    ------
    ConfigError, InputError
        When the configuration or a file cannot be used at all.
    """
    config, docket = config_of(inputs), Docket()
    with Store() as store:
        try:
            loaded = read_sources(config, store, docket=docket)
        except DecisionNeeded as error:
            return CheckReport(tuple(docket.met)).undecided(error)
        return report(config, loaded)


def report(config: Config, loaded: Loaded) -> CheckReport:
    """Say what loaded tables hold and how far they can lead."""
    engine = open_engine(config, loaded)
    about = unrecorded(engine)
    planned = plan(engine.ground.inventory, config, about)
    withheld = (*planned.withheld, *_nowhere(engine, config, planned.signals))
    lacking = {card.name: said for card, said in withheld}
    reach = tuple(
        SignalReach(
            name,
            signal.card.title,
            name not in lacking,
            lacking[name].reason if name in lacking else "",
            lacking[name].needs if name in lacking else "",
        )
        for name, signal in discover().items()
    )
    return CheckReport(
        sources=loaded.sources,
        keys=_keys(loaded),
        tables=_tables(loaded),
        signals=reach,
        ceiling=ceiling_of(config, engine, lacking),
        notes=(*loaded.notes, *_unplaced(config, engine)),
        quality=assess(loaded),
        ethnicity=tuple(_ethnicity(engine, about)),
        ask=asks(withheld),
        missing=tuple(missing(held_of(loaded))),
    )


def _nowhere(engine: Engine, config: Config, signals: Sequence[Signal]) -> Iterator[tuple[Card, Withheld]]:
    """Signals that these data could carry if no place had the gaps that every place has."""
    for signal in signals:
        if type(signal).lacks_places is Signal.lacks_places:
            continue
        options = config.options(signal.card.name)
        if (lack := signal.lacks_places(engine.cells(signal.view(options)), options)) is not None:
            yield signal.card, withheld_signal(signal.card, lack)


def _ethnicity(engine: Engine, about: Unrecorded) -> Iterator[EthnicityReach]:
    for place, event, group, recorded, population in about.found:
        yield EthnicityReach(engine.ground.ids[place], engine.ground.names[place], event, group, recorded, population)


def _unplaced(config: Config, engine: Engine) -> Iterator[str]:
    """Yield which places of the review file have no page: nothing of their records is shown."""
    if lost := sorted(set(config.records) - set(engine.ground.ids)):
        yield f"the review file has records of {', '.join(lost)}, which have no page in this audit: they are not shown"


def _keys(loaded: Loaded) -> dict[str, list[str]]:
    sql = loaded.store.connection
    return {
        key: [
            str(row[0])
            for row in sql.execute(
                f'SELECT DISTINCT "{key}" FROM counts WHERE "{key}" IS NOT NULL ORDER BY 1'  # noqa: S608
            ).fetchall()
        ]
        for key in _KEYS
    }


def _tables(loaded: Loaded) -> dict[str, int]:
    sql = loaded.store.connection
    counted = {}
    for name in _TABLES:
        row = sql.execute(f"SELECT count(*) FROM {name}").fetchone()  # noqa: S608
        counted[name] = int(row[0]) if row else 0
    return counted
