"""Findings that are one number for a region: a city of precincts, a state, the nation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from auditor.audit.build import Measured, number, pooled
from auditor.audit.config import Config
from auditor.audit.wording import noun, say, text
from auditor.cells import Cells
from auditor.domain.places import gazetteer
from auditor.engine import Engine
from auditor.findings.finding import Comparator, Estimate, Finding
from auditor.findings.review import Region
from auditor.signals.registry import signal
from auditor.signals.signal import RegionResult

_LEVEL = 0.95


def review_regions(config: Config, engine: Engine, measured: Sequence[Measured], first: int) -> tuple[Region, ...]:
    """Return the regions for which a signal gives one number, their findings numbered from ``first``."""
    found: dict[str, list[Finding]] = {}
    names: dict[str, str] = {}
    models: dict[str, tuple[Mapping[str, Any], ...]] = {}
    for item in measured:
        for result in signal(item.card.name).regions(item.cells, config.options(item.card.name)):
            number_ = first + sum(len(entries) for entries in found.values())
            names[result.region] = name = _name(result.region, engine)
            # The coefficients times the populations would give small counts away.
            models[result.region] = tuple(
                {"signal": item.card.name} | {key: _rounded(value) for key, value in model.items()}
                for model in (result.models if result.printable else ())
            )
            found.setdefault(result.region, []).append(_finding(item, result, name, number_))
    return tuple(Region(place, names[place], tuple(found[place]), models.get(place, ())) for place in sorted(found))


def _name(region: str, engine: Engine) -> str:
    known = gazetteer().place(region)
    return known.name if known is not None else engine.ground.region_names.get(region, region)


def _finding(item: Measured, result: RegionResult, name: str, number_: int) -> Finding:
    cells = item.cells
    write = number if result.printable else pooled
    identifier = f"F-{number_:04d}"
    context: dict[str, Any] = {
        "place": name,
        "places": result.places,
        "counted": noun("event", result.event),
        "group": noun("group", result.group),
        "reference": noun("group", result.reference),
        "ratio": write(result.estimate),
        "low": write(result.low),
        "high": write(result.high),
        "unadjusted": write(result.comparator),
        "dispersion": write(result.dispersion),
    }
    return Finding(
        id=identifier,
        signal=item.card.name,
        family=item.card.family,
        section=item.card.section,
        question=item.card.question,
        null=item.card.null,
        place=result.region,
        group=result.group,
        reference=result.reference,
        event=result.event,
        period=_span(cells, result.event),
        k=int(result.k) if result.printable else None,
        n=number(result.n) if result.printable else None,
        comparator=Comparator(write(result.comparator), None, text("benchmark.why-region"), "", "", None),
        estimate=Estimate(
            write(result.estimate), write(result.low), write(result.high), _LEVEL, "ratio", result.method
        ),
        outcome="inconclusive",
        contrast=f"{result.group}/{result.reference}/adjusted for place",
        tested=False,
        p_value=write(result.p_value),
        sentence=say("finding.region", context),
        caveats=(say("region.caveat"),),
        table="tables/regions.csv",
    )


def _rounded(value: Any) -> Any:
    return number(value) if isinstance(value, float) else value


def _span(cells: Cells, event: str) -> dict[str, str]:
    first, last = cells.window(event)
    starts, ends = [day for day in first if day], [day for day in last if day]
    return {"start": min(starts, default=""), "end": max(ends, default="")}
