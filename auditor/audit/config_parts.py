"""Check each part of a configuration and gather what is wrong, so that all of it is shown at once."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from auditor.audit.complaints import NOT_BUILT, complaints
from auditor.audit.decisions_file import read_decisions
from auditor.audit.protocol import Protocol, load_protocol
from auditor.audit.records_file import Records, read_records
from auditor.audit.tables import beside
from auditor.audit.toml_text import Toml
from auditor.errors import ConfigError, InputError, NotBuiltYet, Problem, unknown_name
from auditor.records.decisions import Decisions

Found = tuple[str, Problem]

EXAMPLES = {
    "audit": '[audit] with title = "..." and as_of = 2012-06-30',
    "audit.title": 'title = "Example County, 2009-2012"',
    "audit.as_of": "as_of = 2012-06-30 (the date that the report bears; the clock is never read)",
    "audit.period.start": "period = { start = 2008-01-01, end = 2012-06-30 }",
    "audit.period.end": "period = { start = 2008-01-01, end = 2012-06-30 }",
    "sources": '[[sources]] with path = "arrests.csv"',
    "sources.path": 'path = "arrests.csv" (relative to this file)',
    "review.file": 'file = "review.toml"',
}
_PROTOCOL = 'it belongs in a protocol file, whose hash the review bears: protocol = "my.toml"'
ELSEWHERE = {
    **dict.fromkeys(
        ("q", "alpha", "materiality", "gates", "families", "offences", "benchmarks", "alternatives", "blocks"),
        _PROTOCOL,
    ),
    **dict.fromkeys(("suppress_below", "languages"), "it belongs in [output]"),
    **dict.fromkeys(("period", "seed", "as_of", "focal_groups", "reference_group"), "it belongs in [audit]"),
    **dict.fromkeys(("format", "path", "columns", "values", "published"), "it belongs in [[sources]]"),
}


def gathered(found: Iterable[Found], file: str) -> ConfigError | NotBuiltYet:
    """Return the one error that holds every problem, each once and in the order of the lines."""
    unique = {str(problem): (kind, problem) for kind, problem in found}
    ordered = sorted(unique.values(), key=lambda entry: (entry[1].file != file, entry[1].file, entry[1].row))
    problems = [problem for _, problem in ordered]
    if all(kind == NOT_BUILT for kind, _ in ordered):
        return NotBuiltYet(f"{file}: {'; '.join(problem.found for problem in problems)}", problems)
    many = "one thing" if len(problems) == 1 else f"{len(problems)} things"
    return ConfigError(f"{file} cannot be used: {many} to mend", problems)


FAR_FUTURE = date(9999, 12, 31)
"""The report's date while none is given: no day of any file lies after it."""


def open_date(toml: Toml) -> tuple[Problem, ...]:
    """Return the question for the report's date where it is left open (``as_of = ""``), and go on without it."""
    table = toml.data.get("audit")
    if not isinstance(table, dict) or table.get("as_of") != "":
        return ()
    why = "the report bears it, days after it count as mistakes, and the clock is never read"
    question = toml.problem(("audit", "as_of"), 'as_of = ""', why, "write a day, such as as_of = 2012-06-30")
    table["as_of"] = FAR_FUTURE
    return (question,)


def validate(model: type[BaseModel], data: Any, toml: Toml, prefix: tuple[str, ...], found: list[Found]) -> Any:
    """Validate strictly (in JSON's terms, so that lists may become tuples) and gather the problems."""
    try:
        return model.model_validate_json(json.dumps(data, default=_json), strict=True)
    except ValidationError as error:
        found.extend(complaints(error, model, toml, prefix, examples=EXAMPLES, elsewhere=ELSEWHERE))
        return None


def _json(value: Any) -> str:
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} does not belong in a configuration")


def option_models() -> dict[str, type[BaseModel]]:
    """Return the options class of every signal, by its name."""
    from auditor.signals.registry import discover  # late: the signals bring the numeric libraries

    return {name: signal.options for name, signal in discover().items()}


def signal_options(toml: Toml, found: list[Found]) -> dict[str, BaseModel]:
    """Check each ``[signals.NAME]`` against that signal's own options."""
    tables = toml.data.get("signals", {})
    if not isinstance(tables, dict) or not tables:
        return {}
    known, options = option_models(), {}
    for name, table in tables.items():
        if name not in known:
            problem = toml.problem(
                ("signals", name),
                unknown_name("signal", name, list(known)),
                "its options would be lost",
                "see `auditor methods` for the signals of this version",
            )
            found.append(("signal", problem))
        elif isinstance(table, dict):
            checked = validate(known[name], table, toml, ("signals", name), found)
            if checked is not None:
                options[name] = checked
    return options


def protocol_of(toml: Toml, base: Path, found: list[Found]) -> Protocol | None:
    """Load the protocol that ``[audit]`` names; None when it cannot be used."""
    table = toml.data.get("audit")
    name = table.get("protocol", "default") if isinstance(table, dict) else "default"
    if not isinstance(name, str) or not name:
        return None
    try:
        return load_protocol(name, base)
    except ConfigError as error:
        found.extend(("protocol", problem) for problem in error.problems)
        return None


def decisions_of(toml: Toml, base: Path, found: list[Found]) -> Decisions:
    """Load the file of decisions that ``[audit]`` names."""
    table = toml.data.get("audit")
    name = table.get("decisions") if isinstance(table, dict) else None
    if not isinstance(name, str) or not name:
        return Decisions()
    try:
        return read_decisions(beside(base, name))
    except ConfigError as error:
        found.extend(("decisions", problem) for problem in error.problems)
        return Decisions()


def records_of(toml: Toml, base: Path, found: list[Found]) -> dict[str, Records]:
    """Load the file that ``[review]`` names."""
    table = toml.data.get("review")
    name = table.get("file") if isinstance(table, dict) else None
    if not isinstance(name, str) or not name:
        return {}
    try:
        return read_records(beside(base, name))
    except (ConfigError, InputError) as error:
        found.extend(("review", problem) for problem in error.problems)
        return {}
