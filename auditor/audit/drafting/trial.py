"""Try to read a source as it is configured so far, and gather what is left open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from auditor.audit.drafting.answers import questions
from auditor.audit.drafting.interop import level_offers
from auditor.audit.drafting.survey import Surveyed, applied, format_line
from auditor.errors import ConfigError, DecisionNeeded, InputError, Problem
from auditor.records.decisions import Decisions
from auditor.records.docket import Docket
from auditor.records.load import load
from auditor.records.private import masked
from auditor.records.proposing.entries import lacking
from auditor.records.proposing.line import Line
from auditor.records.spec import SourceSpec
from auditor.records.store import Store

LOOKED_UP = ("places", "facilities")
"""Formats that other files are read with."""


@dataclass(frozen=True)
class Bench:
    """With what every trial is made.

    Attributes
    ----------
    base : path
        Folder that paths are relative to.
    rows : frozenset of str
        Columns of single rows that the signals ask for: their words are asked about as well.
    decisions : Decisions
        What people decided about written places.
    """

    base: Path
    rows: frozenset[str]
    decisions: Decisions


def try_all(found: Sequence[Surveyed], bench: Bench) -> None:
    """Try every source: those that others are looked up in first."""
    beside: list[SourceSpec] = []
    for source in sorted(found, key=lambda source: source.kind not in LOOKED_UP):
        if source.wrong or (source.asked and not source.kind):
            continue
        try_one(source, beside, bench)
        if source.kind in LOOKED_UP and not source.asked and not source.wrong:
            beside.append(source.spec)


def try_one(found: Surveyed, beside: Sequence[SourceSpec], bench: Bench) -> None:
    """Read one source as proposed, and gather its questions; a proposal that cannot be read is withdrawn."""
    docket, spec = Docket(), _asked_anew(found)
    with Store() as store:
        try:
            loaded = load([spec, *beside], bench.base, store, rows=bench.rows, docket=docket, decisions=bench.decisions)
            found.lines += level_offers(found.spec, loaded)
        except DecisionNeeded:
            if docket.lacking:
                _complete(found, docket)
                try_one(found, beside, bench)
                return
            found.lines += questions(docket, spec)
        except (InputError, ConfigError) as error:
            if found.proposed:
                _withdraw(found, error.problems)
            elif docket.lacking and not docket.config and len(docket.input) <= len(docket.lacking):
                _complete(found, docket)
                try_one(found, beside, bench)
                return
            else:
                found.wrong += error.problems
                found.lines += questions(docket, spec)
    found.lines += _still_open(found)
    found.met = [source for source in docket.met if source.name not in {Path(spec.path).name for spec in beside}]
    found.asked += docket.questions


def _asked_anew(found: Surveyed) -> SourceSpec:
    """Return the source without open columns that none of its lines asks for: what left them open asks in its words."""
    asked = {line.name for line in found.lines if line.table == "columns"}
    kept = {name: text for name, text in found.spec.columns.items() if text.strip() or name in asked}
    return found.spec.model_copy(update={"columns": kept})


def _still_open(found: Surveyed) -> list[Line]:
    """Return a line for each open column for which nothing asks any more."""
    asked = {line.name for line in found.lines if line.table == "columns"}
    about = ("name the header of the column, or take the line out if there is none",)
    left = [name for name, text in found.spec.columns.items() if not text.strip() and name not in asked]
    return [Line("columns", name, "", about) for name in left]


def _complete(found: Surveyed, docket: Docket) -> None:
    """Ask for what every row must have and the layout lacks."""
    asked = {line.name: line for line in map(lacking, docket.lacking)}
    found.lines += asked.values()
    found.spec = applied(found.spec, found.spec.format, list(asked.values()))


def _withdraw(found: Surveyed, problems: Sequence[Problem]) -> None:
    tried = f"tried as {found.spec.format}, it cannot be read: {masked(problems[0].found) if problems else ''}"
    found.spec = SourceSpec(path=found.spec.path, format="")
    found.lines = [format_line("", tried)]
