"""Validate, and say what these data can carry; no statistics are run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from auditor.audit.check_report import CheckReport, SignalReach
from auditor.audit.config import Config, load_config
from auditor.audit.run import open_engine, plan, read_sources
from auditor.audit.wording import say, text
from auditor.engine import Engine
from auditor.errors import DecisionNeeded, UsageError
from auditor.records.load import Loaded
from auditor.records.store import Store
from auditor.signals.registry import discover

_TABLES = ("counts", "population", "places", "activations")
_KEYS = ("place", "event", "group", "offence", "level", "level_basis", "level_regime")
FAR_FUTURE = date(9999, 12, 31)


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
    config = config_of(inputs)
    with Store() as store:
        try:
            loaded = read_sources(config, store)
        except DecisionNeeded as error:
            return CheckReport(()).undecided(error)
        return report(config, loaded)


def config_of(inputs: Sequence[Path], format_: str = "auto") -> Config:
    """Return the configuration that the inputs are, or one made for files given by themselves.

    Raises
    ------
    UsageError
        When a configuration is mixed with other inputs.
    """
    if any(path.suffix.lower() == ".toml" for path in inputs):
        if len(inputs) != 1:
            raise UsageError("give one configuration, or data files; not both")
        return load_config(inputs[0])
    sources = [{"format": format_, "path": str(path.resolve())} for path in inputs]
    return Config.from_dict({"audit": {"title": "check", "as_of": FAR_FUTURE}, "sources": sources})


def report(config: Config, loaded: Loaded) -> CheckReport:
    """Say what loaded tables hold and how far they can lead."""
    engine = open_engine(config, loaded)
    planned = plan(engine.ground.inventory, config)
    lacking = {card.name: withheld for card, withheld in planned.withheld}
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
        ceiling=_ceiling(config, engine, any(item.can for item in reach)),
    )


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


def _ceiling(config: Config, engine: Engine, can: bool) -> dict[str, str]:
    """The highest verdict: peers can calibrate from the protocol's minimum on; no signal has a control yet."""
    if not can:
        return {
            "verdict": "insufficient-data",
            "why": text("ceiling.why-nothing"),
            "would_raise": text("ceiling.raise-nothing"),
        }
    peers = config.protocol.gates.minimum_peers
    if engine.ground.inventory.places < peers:
        return {
            "verdict": "inconclusive",
            "why": text("ceiling.why-no-peers"),
            "would_raise": say("ceiling.raise-peers", {"peers": peers}).text["en"],
        }
    return {
        "verdict": "pattern-worth-examining",
        "why": text("ceiling.why-no-control"),
        "would_raise": text("ceiling.raise-control"),
    }
