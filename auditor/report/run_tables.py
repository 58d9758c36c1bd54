"""What an audit rests on as CSV: nulls, measured error rates, grades of sources, hashes, failures, records, facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from auditor.findings.finding import Sentence
from auditor.findings.review import Review
from auditor.report.context import held
from auditor.report.csv_text import csv_text
from auditor.report.profile import FIELDS

_NULL: Final = (
    *("signal", "contrast", "simulated", "kind", "reason", "adequate", "promised", "places", "controls", "centre"),
    *("sigma", "scale", "floor"),
)
_MEASURED: Final = ("what", "places", "natural", "amount", "effect", "replicates", "flags", "reason")
_RATES: Final = ("any", "fdr", "power", "sign_errors")
_SIZES: Final = ("small", "middle", "large")
_GRADE: Final = ("grade", "places", "missing_group", "unknown_level", "suppressed", "missing_months")
_RECORD: Final = tuple(name for name in FIELDS if name != "kind")
_STANDING: Final = {
    "ladder": ("tier", "options"),
    "standards": ("name", "fact"),
    "arlington": ("factor", "answer"),
    "manual": ("question", "answer"),
}
"""Facts of parts 17 and 18 that are the same in every review: what each names, and what it says."""


def run_tables(review: Review) -> Iterator[tuple[str, str]]:
    """Yield the tables on the run itself, as (path inside the output folder, text)."""
    yield "tables/calibration.csv", calibration_csv(review)
    yield "tables/error-rates.csv", rates_csv(review)
    yield "tables/quality.csv", quality_csv(review)
    yield "tables/hashes.csv", hashes_csv(review)
    yield "tables/failures.csv", csv_text(("place", "error"), ((f["place"], f["error"]) for f in review.failures))
    yield "tables/supplied.csv", supplied_csv(review)
    yield "tables/standards.csv", standards_csv()


def calibration_csv(review: Review) -> str:
    """Return one row for each null that a test was held against."""
    nulls = review.calibration.get("nulls") or ()
    return csv_text(_NULL, (tuple(_plain(null.get(name)) for name in _NULL) for null in nulls))


def rates_csv(review: Review) -> str:
    """Return one row for each setting in which the protocol's error rates were measured, with their intervals."""
    parts = ("value", "low", "high", "k", "n")
    names = (*_RATES, *(f"power.{size}" for size in _SIZES))
    header = (*_MEASURED, "signals", *(f"{name}.{part}" for name in names for part in parts))
    rows = (review.calibration.get("measured") or {}).get("rows") or ()
    return csv_text(header, (_rates(row, parts) for row in rows))


def _rates(row: Mapping[str, Any], parts: tuple[str, ...]) -> tuple[Any, ...]:
    sizes = tuple(row.get("power_by_size") or ())
    rates = (*(row.get(name) for name in _RATES), *sizes, *(None for _ in _SIZES[len(sizes) :]))
    numbers = ((rate or {}).get(part) for rate in rates for part in parts)
    return (*(_plain(row.get(name)) for name in _MEASURED), ", ".join(row.get("signals") or ()), *numbers)


def quality_csv(review: Review) -> str:
    """Return one row for each source that has a grade, with the facts behind it and what set it."""
    graded = (source for source in review.sources if source.get("quality"))
    rows = ((source["path"], source.get("sheet"), *_quality(source["quality"])) for source in graded)
    return csv_text(("path", "sheet", *_GRADE, "reasons"), rows)


def _quality(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    reasons = "; ".join(str(_plain(reason)) for reason in entry.get("reasons") or ())
    return (*(_plain(entry.get(name)) for name in _GRADE), reasons)


def hashes_csv(review: Review) -> str:
    """Return one row for each file that the run was made from, with its SHA-256."""
    protocol = review.audit.get("protocol") or {}
    run = (
        ("configuration", "config.toml", None, review.audit.get("config_sha256")),
        ("protocol", protocol.get("name"), None, protocol.get("sha256")),
    )
    sources = (("source", source["path"], source.get("sheet"), source["sha256"]) for source in review.sources)
    return csv_text(("what", "name", "sheet", "sha256"), (*run, *sources))


def supplied_csv(review: Review) -> str:
    """Return one row for each record that was supplied for a place, verbatim."""
    rows = (
        (place.place, place.name, section.get("number"), kind, *(record.get(name) for name in _RECORD))
        for place in review.places
        for section in place.sections
        for kind, records in sorted((section.get("records") or {}).items())
        for record in records
    )
    return csv_text(("place", "name", "part", "kind", *_RECORD), rows)


def standards_csv() -> str:
    """Return the facts of parts 17 and 18, each with the day to which they were checked."""
    facts = held("standards")
    day = facts["as_of"].isoformat()
    rows = (
        (table, day, *(entry[name] for name in names)) for table, names in _STANDING.items() for entry in facts[table]
    )
    return csv_text(("table", "as_of", "name", "text"), rows)


def _plain(value: Any) -> Any:
    """Return the English of a sentence, and anything else as it is."""
    if isinstance(value, Sentence):
        return value.text["en"]
    return value["text"]["en"] if isinstance(value, Mapping) else value
