"""The tables behind the pages as CSV text, safe to open in a spreadsheet.

``findings.csv`` is written by :mod:`auditor.audit.findings_csv`; these are the others: places, withheld tests,
sources row by row, the points of the funnels, the models of regions, what a signal lists within places, and what it
estimates by group.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from auditor.findings.review import Review
from auditor.report import profile_tables as profiles
from auditor.report.csv_text import cell, csv_text
from auditor.report.figures.funnel import funnels
from auditor.report.run_tables import run_tables

__all__ = ["cell", "csv_text", "tables"]


def tables(review: Review) -> Iterator[tuple[str, str]]:
    """Yield every table of a review but the findings, as (path inside the output folder, text)."""
    yield "tables/places.csv", places_csv(review)
    yield "tables/withheld.csv", withheld_csv(review)
    yield "tables/sources.csv", sources_csv(review)
    yield "tables/funnel.csv", funnel_csv(review)
    yield "tables/regions.csv", regions_csv(review)
    yield "tables/controls.csv", controls_csv(review)
    yield "tables/programmes.csv", profiles.programmes_csv(review)
    yield "tables/population.csv", profiles.population_csv(review)
    yield "tables/records.csv", profiles.records_csv(review)
    yield from run_tables(review)
    for signal in sorted({name for place in review.places for name in place.listed}):
        yield f"tables/{signal}.csv", listed_csv(review, signal)
    yield from group_tables(review)


def places_csv(review: Review) -> str:
    """Return one row a place: verdict, ceiling, rank interval, how many findings."""
    header = (
        "place",
        "name",
        "state",
        "verdict",
        "simulated",
        "ceiling.verdict",
        "rank.low",
        "rank.high",
        "rank.of",
        "findings",
        "withheld",
        "page",
    )
    return csv_text(header, (_place(entry) for entry in review.places))


def _place(entry: Any) -> tuple[Any, ...]:
    rank: Mapping[str, Any] = entry.rank or {}
    return (
        entry.place,
        entry.name,
        entry.state,
        entry.verdict,
        entry.simulated,
        entry.ceiling.get("verdict"),
        rank.get("low"),
        rank.get("high"),
        rank.get("of"),
        len(entry.findings),
        len(entry.withheld),
        entry.page,
    )


def withheld_csv(review: Review) -> str:
    """Return one row for each test that was withheld from a place."""
    header = ("place", "name", "signal", "contrast", "reason", "needs")
    rows = (
        (place.place, place.name, entry.signal, entry.contrast, entry.reason, entry.needs)
        for place in review.places
        for entry in place.withheld
    )
    return csv_text(header, rows)


def sources_csv(review: Review) -> str:
    """Return the ledger of every source: rows read, used, and one row for each reason rows were set aside."""
    header = ("path", "sheet", "format", "sha256", "published", "citation", "step", "reason", "rows")
    return csv_text(header, (row for source in review.sources for row in _ledger(source)))


def _ledger(source: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    about = tuple(source.get(name) for name in ("path", "sheet", "format", "sha256", "published", "citation"))
    rows = source["rows"]
    yield (*about, "read", "", rows["read"])
    for step in rows["excluded"]:
        yield (*about, "left out by rule", step["reason"], step["n"])
    told = 0
    for step in rows.get("quarantined_reasons") or ():
        told += step["n"]
        yield (*about, "not understood", step["reason"], step["n"])
    if rows["quarantined"] > told:
        yield (*about, "not understood", "", rows["quarantined"] - told)
    yield (*about, "used", "", rows["used"])


def funnel_csv(review: Review) -> str:
    """Return every point of every funnel, with the line in its middle."""
    header = ("signal", "contrast", "kind", "centre", "place", "name", "size", "value", "outcome")
    rows = (
        (
            funnel.signal,
            funnel.contrast,
            funnel.kind,
            funnel.centre,
            review.places[point.place].place,
            review.places[point.place].name,
            point.size,
            point.value,
            review.places[point.place].findings[point.finding].outcome,
        )
        for funnel in funnels(review)
        for point in funnel.points
    )
    return csv_text(header, rows)


def listed_csv(review: Review, signal: str) -> str:
    """Return the rows that a signal lists within places, a table of its own."""
    own = [(place, place.listed[signal]) for place in review.places if signal in place.listed]
    columns = tuple(dict.fromkeys(name for _, table in own for name in table.columns))
    rows = (
        (place.place, place.name, *(row.get(column) for column in columns))
        for place, table in own
        for row in table.records()
    )
    return csv_text(("place", "name", *columns), rows)


_CONTROL: Final = ("signal", "contrast", "group", "reference", "event", "label", "ratio", "low", "high", "p", "q")


def controls_csv(review: Review) -> str:
    """Return one row for each negative control of each place; numbers that rest on small counts are left out."""
    rows = (
        (place.place, place.name, *(getattr(control, column) for column in _CONTROL), control.suppressed)
        for place in review.places
        for control in place.controls
    )
    return csv_text(("place", "name", *_CONTROL, "suppressed"), rows)


MODEL_COLUMNS: Final = (
    "signal",
    "model",
    "term",
    "coefficient",
    "se",
    "se_scaled",
    "low",
    "high",
    "p_value",
    "places",
    "deviance",
    "df",
    "dispersion",
)


def regions_csv(review: Review) -> str:
    """Return one row for each number of the models behind the regions (log scale)."""
    rows = (
        (region.place, region.name, *(model.get(column) for column in MODEL_COLUMNS))
        for region in review.regions
        for model in region.models
    )
    return csv_text(("region", "name", *MODEL_COLUMNS), rows)


def group_tables(review: Review) -> Iterator[tuple[str, str]]:
    """Yield the table of each signal that estimates something by group within a place, where it said anything.

    Its card names what it estimates (``by_group``), which is the column: ``tables/search-threshold.csv`` has place,
    group, threshold, low, high. Suppressed numbers are empty cells.
    """
    for card in review.signals:
        column, name = card.get("by_group"), card["name"]
        rows = [
            (place.place, finding.group, finding.estimate.value, finding.estimate.low, finding.estimate.high)
            for place in review.places
            for finding in place.findings
            if finding.signal == name and finding.group is not None and finding.reference is None
        ]
        if column and rows:
            yield f"tables/{name}.csv", csv_text(("place", "group", column, "low", "high"), rows)
