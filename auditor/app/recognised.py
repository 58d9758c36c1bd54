"""Look at the files as `init` does, write the configuration, and say what was recognised, as plain data."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path, PurePath
from typing import Any, Final

from auditor.app.about_audit import audit_controls
from auditor.app.asking import controls, help_of, path_of
from auditor.app.config_text import with_records
from auditor.app.meanings import column
from auditor.app.names import CONFIG, TOML
from auditor.audit.drafting.answering import Answer, with_answers
from auditor.audit.drafting.initial import Drafted, draft
from auditor.audit.drafting.spread import spread
from auditor.audit.drafting.survey import Surveyed
from auditor.audit.out_file import write_whole
from auditor.audit.toml_lines import Path as TomlPath
from auditor.audit.toml_lines import locate
from auditor.errors import AuditorError, Problem
from auditor.records.adapter import found_adapters
from auditor.records.columns import find_columns
from auditor.records.proposing.line import QUESTION, Line

TRIAL: Final = ".trial.toml"
Refused = tuple[TomlPath, str]
"""Where an answer belongs that cannot be used, and why."""


def look(folder: Path, answers: Sequence[Mapping[str, Any]] = (), earlier: str = "") -> dict[str, Any]:
    """Write answers into the configuration, look at the files anew, and write what is open.

    Answers that make the configuration unusable are taken back, and named with what is wrong with them. They are tried
    in a file of their own: a step that is stopped leaves the configuration as it was.

    Parameters
    ----------
    folder : path
        Holds the files; the configuration is written beside them.
    answers : sequence of mapping
        ``path`` and ``value`` of each.
    earlier : str
        A configuration to go on with in place of the one that is there; empty for none.

    Returns
    -------
    dict
        ``sources``, ``audit`` (controls), ``open``, ``missing``, ``refused``.

    Raises
    ------
    AuditorError
        When the files, or the earlier configuration, cannot be used; the configuration that is there stays.
    """
    config = folder / CONFIG
    there = config.read_text(encoding="utf-8") if config.exists() else ""
    given_in = [path for path in sorted(folder.iterdir()) if path.name != CONFIG and not path.name.startswith(".")]
    records = next((path.name for path in given_in if path.suffix.lower() == TOML), "")
    before = spread(earlier) if earlier else there
    before = with_records(before, records) if before else ""
    files = [path for path in given_in if path.name != records]
    given = [Answer(tuple(answer["path"]), _typed(answer["path"], answer["value"])) for answer in answers]
    drafted, refused = _settled(files, folder / TRIAL, before, given)
    text = with_records(drafted.text, records)
    write_whole(config, text)
    told = [{"path": list(path), "text": text} for path, text in refused]
    return {**_view(drafted, tomllib.loads(text)), "refused": told}


def _settled(files: Sequence[Path], trial: Path, before: str, given: Sequence[Answer]) -> tuple[Drafted, list[Refused]]:
    """Draft with the answers that can be used; return those that cannot, too."""
    refused: list[Refused] = []
    try:
        while True:
            if before:
                write_whole(trial, with_answers(before, given))
            drafted, back = _tried(files, trial, given)
            if drafted is not None and not back:
                return drafted, refused
            refused += back  # never empty here: every turn has fewer answers
            given = [answer for answer in given if answer.path not in {path for path, _ in back}]
    finally:
        trial.unlink(missing_ok=True)


def _tried(files: Sequence[Path], config: Path, given: Sequence[Answer]) -> tuple[Drafted | None, list[Refused]]:
    """Draft with answers; return which of them cannot be used, and why.

    Raises
    ------
    AuditorError
        When it is not an answer that is wrong.
    """
    try:
        drafted = draft(files, config)
    except AuditorError as error:
        if not given:
            raise
        return None, _refused(config.read_text(encoding="utf-8"), given, error.problems)
    order = {table["path"]: at for at, table in enumerate(tomllib.loads(drafted.text).get("sources", []))}
    asked = {
        ("sources", order[found.spec.path], *path_of(line)): line
        for found in drafted.sources
        for line in found.lines
        if line.open and line.name
    }
    again = [answer for answer in given if answer.value and answer.path in asked]
    return drafted, [(answer.path, _why(answer, asked[answer.path])) for answer in again]


def _why(answer: Answer, line: Line) -> str:
    """Return why an answer was not taken: in the words of the question, where they say it."""
    said = next((text for text in help_of(line) if _OF_ANSWER in text), "")
    return said.replace(_OF_ANSWER, f"“{answer.value}” is") or f"“{answer.value}” cannot be used here"


_OF_ANSWER = "the configuration's answer is"


def _typed(path: Sequence[str | int], value: Any) -> Any:
    """Return a value as TOML has it: days travel as text."""
    return date.fromisoformat(value) if value and path[-1] in ("as_of", "data_opened") else value


def _refused(text: str, given: Sequence[Answer], problems: Sequence[Problem]) -> list[Refused]:
    """Return each answer on whose line something is wrong; where it is on no such line, all of them."""
    by_line = {line: path for path, line in locate(text).items() if path in {answer.path for answer in given}}
    found = [(by_line[problem.row], said(problem)) for problem in problems if problem.row in by_line]
    return found or [(answer.path, " ".join(map(said, problems))) for answer in given]


def said(problem: Problem) -> str:
    """Return a problem in words, without the name of a file that its reader never wrote."""
    parts = (problem.found, problem.why, problem.remedy)
    where = "" if problem.file in (CONFIG, TRIAL) else ", ".join(_where(problem))
    return (f"{where}: " if where else "") + ". ".join(part[0].upper() + part[1:] for part in parts if part)


def _where(problem: Problem) -> list[str]:
    row = f"row {problem.row:,}" if problem.row else ""
    return [part for part in (problem.sheet, row, f"column {problem.column}" if problem.column else "") if part]


def _view(drafted: Drafted, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the pages show."""
    tables = data.get("sources", [])
    order = {table["path"]: at for at, table in enumerate(tables)}
    sources = [_source(order[found.spec.path], found, tables[order[found.spec.path]]) for found in drafted.sources]
    return {
        "audit": [control.to_dict() for control in audit_controls(data.get("audit", {}))],
        "sources": sources,
        "open": drafted.open,
        "missing": list(drafted.missing),
    }


_TOLD_BELOW = "read: "


def _columns(found: Surveyed) -> list[list[str]]:
    """Return which column is read as what: theirs, and in words what it holds."""
    adapter = found_adapters().get(found.spec.format)
    known = find_columns(found.headers, adapter.columns) if adapter is not None else {}
    theirs = {name: found.headers[at[0]] for name, at in known.items()} | found.spec.answered().columns
    return [[header, column(name)] for name, header in sorted(theirs.items(), key=lambda entry: entry[1])]


def _source(at: int, found: Surveyed, settled: Mapping[str, Any]) -> dict[str, Any]:
    name = PurePath(found.spec.path).name
    notes = [note for met in found.met for note in met.ledger.notes]
    bare = [line for line in found.lines if not line.name and not line.value]
    return {
        "name": name,
        "format": found.spec.format,
        "rows": sum(met.ledger.read for met in found.met),
        "head": [text for text in found.head if not text.startswith(_TOLD_BELOW)],
        "columns": _columns(found),
        "wrong": [said(problem) for problem in found.wrong],
        "unanswerable": [text.removeprefix(QUESTION) for line in bare if line.asks for text in line.remarks],
        "remarks": [text for line in bare if not line.asks for text in line.remarks],
        "counted": [problem.found for problem in found.asked],
        "notes": list(dict.fromkeys(notes)),
        "controls": [control.to_dict() for control in controls(at, found, settled)],
    }
