"""Look at the files as `init` does, write the configuration, and say what was recognised, as plain data."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path, PurePath
from typing import Any

from auditor.app.about_audit import audit_controls
from auditor.app.asking import controls
from auditor.app.case import CONFIG
from auditor.audit.drafting.answering import Answer, with_answers
from auditor.audit.drafting.initial import Drafted, draft
from auditor.audit.drafting.survey import Surveyed
from auditor.audit.out_file import write_whole
from auditor.audit.toml_lines import locate
from auditor.errors import AuditorError, Problem
from auditor.records.proposing.line import QUESTION


def look(folder: Path, answers: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """Write answers into the configuration, look at the files anew, and write what is open.

    Answers that make the configuration unusable are taken back, and named with what is wrong with them.

    Parameters
    ----------
    folder : path
        Holds the files; the configuration is written beside them.
    answers : sequence of mapping
        ``path`` and ``value`` of each.

    Returns
    -------
    dict
        ``sources``, ``audit`` (controls), ``open``, ``missing``, ``refused``.
    """
    config = folder / CONFIG
    before = config.read_text(encoding="utf-8") if config.exists() else ""
    files = [path for path in sorted(folder.iterdir()) if path.name != CONFIG and not path.name.startswith(".")]
    given = [Answer(tuple(answer["path"]), _typed(answer["path"], answer["value"])) for answer in answers]
    if given:
        write_whole(config, with_answers(before, given))
    try:
        drafted = draft(files, config)
    except AuditorError as error:
        if not given:
            raise
        refused = _refused(config.read_text(encoding="utf-8"), given, error.problems)
        write_whole(config, before)
        return {**_view(draft(files, config), tomllib.loads(before)), "refused": refused}
    write_whole(config, drafted.text)
    return {**_view(drafted, tomllib.loads(drafted.text)), "refused": []}


def _typed(path: Sequence[str | int], value: Any) -> Any:
    """Return a value as TOML has it: days travel as text."""
    return date.fromisoformat(value) if value and path[-1] in ("as_of", "data_opened") else value


def _refused(text: str, given: Sequence[Answer], problems: Sequence[Problem]) -> list[dict[str, Any]]:
    """Return what is wrong, each with the answer on whose line it was found (an empty path for none)."""
    by_line = {line: path for path, line in locate(text).items() if path in {answer.path for answer in given}}
    return [{"path": list(by_line.get(problem.row, ())), "text": said(problem)} for problem in problems]


def said(problem: Problem) -> str:
    """Return a problem in words, without the name of a file that its reader never wrote."""
    parts = (problem.found, problem.why, problem.remedy)
    where = "" if problem.file == CONFIG else ", ".join(_where(problem))
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


def _source(at: int, found: Surveyed, settled: Mapping[str, Any]) -> dict[str, Any]:
    name = PurePath(found.spec.path).name
    notes = [note for met in found.met for note in met.ledger.notes]
    bare = [line for line in found.lines if not line.name and not line.value]
    return {
        "name": name,
        "format": found.spec.format,
        "rows": sum(met.ledger.read for met in found.met),
        "head": list(found.head),
        "wrong": [said(problem) for problem in found.wrong],
        "unanswerable": [text.removeprefix(QUESTION) for line in bare if line.asks for text in line.remarks],
        "remarks": [text for line in bare if not line.asks for text in line.remarks],
        "counted": [problem.found for problem in found.asked],
        "notes": list(dict.fromkeys(notes)),
        "controls": [control.to_dict() for control in controls(at, found, settled)],
    }
