"""What ``auditor check`` says: the ledger, which signals these data can carry, and how far they can lead."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from auditor.audit.check_text import PRIVATE, lines
from auditor.domain.source import Ledger, Source
from auditor.errors import DecisionNeeded, Problem
from auditor.records.quality import Quality

SCHEMA_VERSION = "1"


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
class EthnicityReach:
    """A place and an event of which a focal group is hardly ever recorded.

    Attributes
    ----------
    place, name, event, group : str
    recorded_share, population_share : float
        Its share among the records with a group, and among the population.
    """

    place: str
    name: str
    event: str
    group: str
    recorded_share: float
    population_share: float


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
    quality : tuple of Quality
        One for each source, in their order; empty while questions are open.
    ethnicity : tuple of EthnicityReach
    ask, missing : tuple of str
        What to ask the agency for; what is found elsewhere (baselines, programme dates).
    """

    sources: tuple[Source, ...]
    keys: Mapping[str, Sequence[str]] = field(default_factory=dict)
    tables: Mapping[str, int] = field(default_factory=dict)
    signals: tuple[SignalReach, ...] = ()
    ceiling: Mapping[str, str] = field(default_factory=dict)
    questions: tuple[Problem, ...] = ()
    toml: str = ""
    notes: tuple[str, ...] = ()
    quality: tuple[Quality, ...] = ()
    ethnicity: tuple[EthnicityReach, ...] = ()
    ask: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    def undecided(self, error: DecisionNeeded) -> CheckReport:
        """Return the report with the open questions of an error."""
        return dataclasses.replace(self, questions=(*self.questions, *error.problems), toml=self.toml + error.toml)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, as ``auditor schema check`` describes them."""
        total = {name: sum(getattr(s.ledger, name) for s in self.sources) for name in _ROWS}
        return {
            "schema_version": SCHEMA_VERSION,
            "private": PRIVATE,
            "files": _files(self.sources, self.quality),
            "notes": [*self.notes],
            "rows": total,
            "tables": dict(self.tables),
            "keys": {name: {"distinct": len(v), "values": list(v)} for name, v in self.keys.items()},
            "ethnicity": [dataclasses.asdict(found) for found in self.ethnicity],
            "signals": [dataclasses.asdict(signal) for signal in self.signals],
            "ceiling": {name: self.ceiling.get(name) for name in ("verdict", "why", "would_raise")},
            "ask": [*self.ask],
            "missing": [*self.missing],
            "questions": [dataclasses.asdict(question) for question in self.questions],
            "toml": self.toml,
        }

    def to_json(self) -> str:
        """Return :meth:`to_dict` as JSON text."""
        return json.dumps(self.to_dict(), indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    def to_text(self, *, verbose: bool = True) -> str:
        """Return the report in words: everything, or shortened to about one screen."""
        return "\n".join(lines(self, verbose=verbose)) + "\n"


_ROWS = ("read", "used", "excluded", "quarantined")


def _files(sources: Sequence[Source], quality: Sequence[Quality]) -> list[dict[str, Any]]:
    files: dict[tuple[str, str], dict[str, Any]] = {}
    for number, source in enumerate(sources):
        about = {
            "path": source.name,
            "sha256": source.sha256,
            "format": source.format,
            "published": source.published,
            "citation": source.citation,
            "sheets": [],
        }
        entry = files.setdefault((source.name, source.sha256), about)
        grade = {"grade": quality[number].grade, "reasons": [*quality[number].reasons]} if quality else None
        entry["sheets"].append(
            {
                "sheet": source.sheet,
                "rows": _rows(source.ledger),
                "quality": grade,
                "notes": [*source.ledger.notes],
            }
        )
    return list(files.values())


def _rows(ledger: Ledger) -> dict[str, Any]:
    excluded = [
        {"reason": step.reason, "n": step.rows, "example": step.example}
        for step in ledger.steps
        if not step.quarantined
    ]
    return {"read": ledger.read, "used": ledger.used, "excluded": excluded, "quarantined": ledger.quarantined}
