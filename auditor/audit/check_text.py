"""What ``auditor check`` says in words: one screen, from what was read to what to ask for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from auditor.domain.source import Source
from auditor.records.quality import RULE, Quality

if TYPE_CHECKING:
    from auditor.audit.check_report import CheckReport, SignalReach

PRIVATE = "For your own eyes: numbers here may count few people. Not for publication."
_SHOWN = 12
_FEW = 6


def lines(report: CheckReport) -> Iterator[str]:
    """Yield the report line by line."""
    yield PRIVATE
    if report.sources:
        yield from ("", "Files and rows")
    for number, source in enumerate(report.sources):
        yield from _source(source, report.quality[number] if report.quality else None)
    if report.quality:
        yield f"  Grade: {RULE}"
    if report.notes:
        yield from ("", "Over all files", *(f"  note: {note}" for note in report.notes))
    yield from _keys(report)
    if report.ethnicity:
        yield from ("", "Ethnicity is hardly ever recorded", *_unrecorded(report))
    if report.signals:
        yield from _signals(report.signals)
    if report.ceiling:
        yield from ("", f"Highest verdict that these data can reach: {report.ceiling['verdict']}")
        yield f"  Why: {report.ceiling['why']}"
        yield f"  What would raise it: {report.ceiling['would_raise']}"
    yield from _listed("To ask the agency for", report.ask)
    yield from _listed("Still missing beside it", report.missing)
    yield from _listed("To be decided by you first", [str(question) for question in report.questions])
    if report.toml:
        yield from ("", "Add to the configuration, once completed:", "", report.toml.rstrip("\n"))


def _source(source: Source, quality: Quality | None) -> Iterator[str]:
    ledger = source.ledger
    sheet = f", sheet {source.sheet}" if source.sheet else ""
    grade = f"; grade {quality.grade}" if quality else ""
    why = f" ({'; '.join(quality.reasons)})" if quality and quality.reasons else ""
    yield f"  {source.name}{sheet} ({source.format}): {ledger.read:,} rows read, {ledger.used:,} used{grade}{why}"
    for step in ledger.steps:
        kind = "set aside, not understood" if step.quarantined else "left out"
        example = f" (rows {step.example})" if step.example else ""
        yield f"    {step.rows:,} {kind}: {step.reason}{example}"
    for note in ledger.notes:
        yield f"    note: {note}"


def _keys(report: CheckReport) -> Iterator[str]:
    held = {name: values for name, values in report.keys.items() if values}
    if held:
        yield from ("", "What is in them")
    for name, values in held.items():
        more = f" and {len(values) - _SHOWN} more" if len(values) > _SHOWN else ""
        yield f"  {name}: {len(values)} ({', '.join(values[:_SHOWN])}{more})"


def _unrecorded(report: CheckReport) -> Iterator[str]:
    for found in report.ethnicity[:_FEW]:
        who = f"{found.group.capitalize()} people are hardly ever recorded among {found.event}s"
        yield (
            f"  {found.name} ({found.place}): {who}: "
            f"{found.recorded_share:.1%} of the records with a group, {found.population_share:.1%} of the population"
        )
    if len(report.ethnicity) > _FEW:
        yield f"  and {len(report.ethnicity) - _FEW} more places and events"
    yield "  Below a third of the population's share no comparison of recorded groups is made there."


def _signals(signals: Sequence[SignalReach]) -> Iterator[str]:
    able, unable = [s.signal for s in signals if s.can], [s for s in signals if not s.can]
    yield from ("", f"Signals: {len(able)} of {len(signals)} can speak")
    if able:
        yield f"  yes: {', '.join(able)}"
    yield from (f"  no: {signal.signal}: {signal.reason}" for signal in unable)


def _listed(head: str, items: Sequence[str]) -> Iterator[str]:
    if items:
        yield from ("", head, *(f"  - {item}" for item in items))
