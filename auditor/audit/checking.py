"""Validate, and say what these data can carry; no statistics are run."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from auditor.audit.asking import asks
from auditor.audit.check_report import CheckReport, EthnicityReach, SignalReach
from auditor.audit.config import Config
from auditor.audit.drafting.missing import held_of, missing
from auditor.audit.ethnicity import Unrecorded, unrecorded
from auditor.audit.reading import config_of, read_sources
from auditor.audit.run import exploratory, open_engine, plan
from auditor.audit.verdict import FLAG, GRADES, Circumstances, Evidence, binding, ceiling
from auditor.audit.wording import say, text
from auditor.engine.engine import Engine
from auditor.errors import DecisionNeeded
from auditor.records.docket import Docket
from auditor.records.load import Loaded
from auditor.records.quality import assess
from auditor.records.store import Store
from auditor.signals.registry import discover

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
        ceiling=_ceiling(config, engine, lacking),
        notes=(*loaded.notes, *_unplaced(config, engine)),
        quality=assess(loaded),
        ethnicity=tuple(_ethnicity(engine, about)),
        ask=asks(planned.withheld),
        missing=tuple(missing(held_of(loaded))),
    )


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


def _ceiling(config: Config, engine: Engine, lacking: Collection[str]) -> dict[str, str]:
    """Return the highest verdict that these data can reach, as far as it can be told without any statistics.

    Each signal that can speak counts as one calibrated test, and the rules of the verdict are asked.
    """
    inventory, minimum = engine.ground.inventory, config.protocol.gates.minimum_peers
    many = inventory.places >= minimum
    evidence = []
    for name, signal in discover().items():
        rule = config.protocol.rule(name)
        if name in lacking or signal.regional or rule is None or rule.role != "test":
            continue
        how = signal.decides_by(inventory, config.options(name))
        evidence.append(
            Evidence(
                signal=name,
                family=signal.card.family,
                testable=True,
                calibrated_p=1.0 if many or how == "itself" or name in _BY_ITSELF else None,
                has_control=many and how != "peers",
                ceiling=GRADES["strong-signal"] if many else GRADES[FLAG],
            )
        )
    about = _circumstances(config, engine)
    highest = ceiling(evidence, about)
    if not evidence and len(lacking) < len(discover()):
        return {
            "verdict": highest,
            "why": text("ceiling.why-described"),
            "would_raise": text("ceiling.raise-described"),
        }
    return {"verdict": highest, **_why(evidence, about, highest, minimum)}


_BY_ITSELF = ("discretion-contrast",)
"""Signals that can decide one place by itself also where controls would need more places."""


def _circumstances(config: Config, engine: Engine) -> Circumstances:
    found: dict[str, float] = {}
    if exploratory(config):
        found["cap.exploratory"] = GRADES["notable-departure"]
    if engine.ground.inventory.months <= _ONE_YEAR:
        found["cap.one-year"] = GRADES["notable-departure"]
    if all(coverage.aggregate.all() for coverage in engine.ground.coverage.values()):
        found["cap.aggregate"] = GRADES["notable-departure"]
    return Circumstances(ceiling=min(found.values(), default=GRADES["strong-signal"]), caps=tuple(found))


_ONE_YEAR = 12


def _why(evidence: Sequence[Evidence], about: Circumstances, highest: str, minimum: int) -> dict[str, str]:
    if not evidence:
        return {"why": text("ceiling.why-nothing"), "would_raise": text("ceiling.raise-nothing")}
    if all(item.calibrated_p is None for item in evidence):
        raised = say("ceiling.raise-peers", {"peers": minimum}).text["en"]
        return {"why": text("ceiling.why-no-peers"), "would_raise": raised}
    if not any(item.has_control for item in evidence):
        few = any(item.ceiling <= GRADES[FLAG] for item in evidence)
        cap = "alone" if few else "control"
        return {
            "why": text(f"ceiling.why-{'alone' if few else 'no-control'}"),
            "would_raise": text(f"ceiling.raise-{cap}"),
        }
    if highest == "strong-signal":
        return {"why": text("ceiling.why-none"), "would_raise": text("ceiling.raise-none")}
    cap = (binding(evidence, about) or "cap.one-family").removeprefix("cap.")
    return {"why": text(f"ceiling.why-{cap}"), "would_raise": text(f"ceiling.raise-{cap}")}
