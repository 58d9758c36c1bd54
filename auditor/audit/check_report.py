"""What ``auditor check`` says: the ledger, which signals these data can carry, and how far they can lead."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from auditor.domain.source import Ledger, Source
from auditor.errors import DecisionNeeded, Problem

SCHEMA_VERSION = "1"
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class SignalReach:
    """Whether one signal can speak on these data.

    Attributes
    ----------
    signal, title : str
    can : bool
    reason, needs : str
        Why it cannot, and which records would let it; empty when it can.
    """

    signal: str
    title: str
    can: bool
    reason: str = ""
    needs: str = ""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Everything that ``check`` found; no statistic was run.

    Attributes
    ----------
    sources : tuple of Source
        One for each file and sheet, with its ledger.
    keys : mapping of str to sequence of str
        Distinct values of each key column of the canonical tables (``place``, ``event``, ``group`` ...), sorted.
    tables : mapping of str to int
        Rows of each canonical table.
    signals : tuple of SignalReach
    ceiling : mapping
        ``verdict``, ``why`` and ``would_raise``: the highest verdict that these data can reach.
    questions : tuple of Problem
        What a person must decide first.
    toml : str
        Lines that would settle the questions, to be completed.
    notes : tuple of str
        What holds over several sources.
    """

    sources: tuple[Source, ...]
    keys: Mapping[str, Sequence[str]] = field(default_factory=dict)
    tables: Mapping[str, int] = field(default_factory=dict)
    signals: tuple[SignalReach, ...] = ()
    ceiling: Mapping[str, str] = field(default_factory=dict)
    questions: tuple[Problem, ...] = ()
    toml: str = ""
    notes: tuple[str, ...] = ()

    def undecided(self, error: DecisionNeeded) -> CheckReport:
        """Return the report with the open questions of an error."""
        return dataclasses.replace(self, questions=(*self.questions, *error.problems), toml=self.toml + error.toml)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, as ``auditor schema check`` describes them."""
        total = {name: sum(getattr(s.ledger, name) for s in self.sources) for name in _ROWS}
        return {
            "schema_version": SCHEMA_VERSION,
            "files": _files(self.sources),
            "notes": [*self.notes],
            "rows": total,
            "tables": dict(self.tables),
            "keys": {name: {"distinct": len(v), "values": list(v)} for name, v in self.keys.items()},
            "signals": [dataclasses.asdict(signal) for signal in self.signals],
            "ceiling": {name: self.ceiling.get(name) for name in ("verdict", "why", "would_raise")},
            "questions": [dataclasses.asdict(question) for question in self.questions],
            "toml": self.toml,
        }

    def to_json(self) -> str:
        """Return :meth:`to_dict` as JSON text."""
        return json.dumps(self.to_dict(), indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    def to_text(self) -> str:
        """Return the report in words."""
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        if self.sources:
            yield "Files and rows"
        for source in self.sources:
            yield from _source_lines(source)
        if self.notes:
            yield from ("", "Over all files", *(f"  note: {note}" for note in self.notes))
        if self.keys:
            yield from ("", "Distinct values")
            for name, values in self.keys.items():
                more = f" and {len(values) - _SHOWN} more" if len(values) > _SHOWN else ""
                yield f"  {name}: {len(values)} ({', '.join(values[:_SHOWN])}{more})"
        if self.signals:
            yield from ("", "Signals")
            yield from (line for signal in self.signals for line in _signal_lines(signal))
        if self.ceiling:
            yield from ("", f"Highest verdict that these data can reach: {self.ceiling['verdict']}")
            yield f"  Why: {self.ceiling['why']}"
            yield f"  What would raise it: {self.ceiling['would_raise']}"
        if self.questions:
            yield from ("", "To be decided by you first")
            yield from (f"  - {question}" for question in self.questions)
        if self.toml:
            yield from ("", "Add to the configuration, once completed:", "", self.toml.rstrip("\n"))


_ROWS = ("read", "used", "excluded", "quarantined")


def _files(sources: Sequence[Source]) -> list[dict[str, Any]]:
    files: dict[tuple[str, str], dict[str, Any]] = {}
    for source in sources:
        about = {
            "path": source.name,
            "sha256": source.sha256,
            "format": source.format,
            "published": source.published,
            "citation": source.citation,
            "sheets": [],
        }
        entry = files.setdefault((source.name, source.sha256), about)
        entry["sheets"].append({"sheet": source.sheet, "rows": _rows(source.ledger), "notes": [*source.ledger.notes]})
    return list(files.values())


def _rows(ledger: Ledger) -> dict[str, Any]:
    excluded = [
        {"reason": step.reason, "n": step.rows, "example": step.example}
        for step in ledger.steps
        if not step.quarantined
    ]
    return {"read": ledger.read, "used": ledger.used, "excluded": excluded, "quarantined": ledger.quarantined}


def _source_lines(source: Source) -> Iterator[str]:
    ledger = source.ledger
    sheet = f", sheet {source.sheet}" if source.sheet else ""
    yield f"  {source.name}{sheet} ({source.format}): {ledger.read:,} rows read, {ledger.used:,} used"
    for step in ledger.steps:
        kind = "set aside, not understood" if step.quarantined else "left out"
        example = f" (rows {step.example})" if step.example else ""
        yield f"    {step.rows:,} {kind}: {step.reason}{example}"
    for note in ledger.notes:
        yield f"    note: {note}"


def _signal_lines(signal: SignalReach) -> Iterator[str]:
    yield f"  {signal.signal}: {'yes' if signal.can else 'no'}"
    if not signal.can:
        yield f"    {signal.reason}"
        yield f"    Needed: {signal.needs}"
