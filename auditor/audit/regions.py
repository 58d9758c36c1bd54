"""Findings that are one number for a region: a city of precincts, a state, the nation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from auditor.audit.measured import Measured
from auditor.audit.wording import noun, say, text
from auditor.audit.written import number, pooled
from auditor.cells import Cells
from auditor.domain.places import gazetteer
from auditor.domain.vocabulary import NATION
from auditor.findings.finding import Comparator, Estimate, Finding
from auditor.findings.review import Region
from auditor.signals.region.result import RegionResult

_LEVEL = 0.95


def review_regions(names_of: Mapping[str, str], measured: Sequence[Measured], first: int) -> tuple[Region, ...]:
    """Return the regions for which a signal gives one number, their findings numbered from ``first``.

    Parameters
    ----------
    names_of : mapping of str to str
        Names of regions that the gazetteer does not know.
    measured : sequence of Measured
    first : int
    """
    found: dict[str, list[Finding]] = {}
    names: dict[str, str] = {}
    models: dict[str, list[Mapping[str, Any]]] = {}
    for item in measured:
        for result in item.regions:
            number_ = first + sum(len(entries) for entries in found.values())
            names[result.region] = name = _name(result.region, names_of)
            rows = models.setdefault(result.region, [])
            rows.extend(row for row in _models(item, result) if row not in rows)
            found.setdefault(result.region, []).append(_finding(item, result, name, number_))
    return tuple(Region(place, names[place], tuple(found[place]), tuple(models[place])) for place in sorted(found))


def _models(item: Measured, result: RegionResult) -> list[Mapping[str, Any]]:
    return [{"signal": item.card.name} | {key: _rounded(value) for key, value in row.items()} for row in result.models]


def _name(region: str, names_of: Mapping[str, str]) -> str:
    known = gazetteer().place(region)
    return known.name if known is not None else names_of.get(region, region)


def _finding(item: Measured, result: RegionResult, name: str, number_: int) -> Finding:
    context = _context(result, name)
    caveats = ("region.caveat", *(("region.caveat-left-out",) if result.left_out else ()), *result.caveats)
    absolute = None
    if result.absolute is not None:
        value, low, high = (number(limit) for limit in result.absolute)
        absolute = Estimate(value, low, high, _LEVEL, "per 1,000", "difference")
    return Finding(
        id=f"F-{number_:04d}",
        signal=item.card.name,
        family=item.card.family,
        section=item.card.section,
        question=item.card.question,
        null=item.card.null,
        place=result.region,
        group=result.group,
        reference=result.reference,
        event=result.event,
        period=result.period or _span(item.cells, result.event),
        k=int(result.k),
        n=number(result.n),
        comparator=Comparator(
            None if result.comparator is None else number(result.comparator), None, text(result.why), "", "", None
        ),
        estimate=Estimate(
            number(result.estimate), number(result.low), number(result.high), _LEVEL, result.scale, result.method
        ),
        outcome="inconclusive",
        contrast=f"{result.group}/{result.reference}/{result.contrast}",
        tested=False,
        absolute=absolute,
        p_value=number(result.p_value),
        detectable=None if result.detectable is None else pooled(result.detectable),
        sentence=say(result.sentence, context),
        definitions=tuple(say(entry, context) for entry in result.definitions),
        caveats=tuple(say(entry, context) for entry in caveats),
        table="tables/regions.csv",
    )


def _context(result: RegionResult, name: str) -> dict[str, Any]:
    """Return every value that a sentence about a region may use."""
    context: dict[str, Any] = {
        "place": f"the {name}" if result.region == NATION else name,
        "places": result.places,
        "left_out": result.left_out,
        "counted": noun("event", result.event),
        **{name: noun("group", result.group) for name in ("group", "group_again")},
        **{name: noun("group", result.reference) for name in ("reference", "reference_again")},
        "ratio": number(result.estimate),
        "low": number(result.low),
        "high": number(result.high),
    }
    if result.comparator is not None:
        context["unadjusted"] = number(result.comparator)
    values = {key: number(value) if isinstance(value, float) else value for key, value in result.values.items()}
    return context | values


def _rounded(value: Any) -> Any:
    return number(value) if isinstance(value, float) else value


def _span(cells: Cells, event: str) -> dict[str, str]:
    first, last = cells.window(event)
    starts, ends = [day for day in first if day], [day for day in last if day]
    return {"start": min(starts, default=""), "end": max(ends, default="")}
