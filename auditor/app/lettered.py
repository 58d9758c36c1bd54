"""Write a letter from the finished review, as `auditor letter` does."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from auditor.app.case import Case
from auditor.app.recognised import said
from auditor.audit.lettering.write import write
from auditor.audit.out_file import write_whole, write_whole_bytes
from auditor.audit.toml_lines import locate
from auditor.audit.toml_write import dumps
from auditor.errors import AuditorError, ConfigError


class LetterRefused(AuditorError):
    """The letter cannot be written as asked.

    Attributes
    ----------
    fields : mapping
        What is wrong, by the field of the form.
    """

    fields: Mapping[str, str]


def lettered(root: Path, task: Mapping[str, Any]) -> dict[str, Any]:
    """Write the letter and the details that it was written with.

    Parameters
    ----------
    root : path
        Of the case; a letter as DOCX is written onto the letterhead that lies in it.
    task : mapping
        ``place``, ``kind``, ``format``, ``language``, ``details``, ``stem`` (the base name of the file), ``what`` (how
        it is listed), and ``origin`` (which field each setting came from).

    Returns
    -------
    dict
        ``file`` (a base name), ``what``, ``before`` (what to settle before it is sent).

    Raises
    ------
    LetterRefused
        As the letter says; nothing is left.
    """
    paper = Case(root).letterhead if task["format"] == "docx" and Case(root).letterhead.exists() else None
    details, file = (root / "letters" / f"{task['stem']}.{ending}" for ending in ("toml", task["format"]))
    text = dumps({name: listed(value) for name, value in task["details"].items()})
    write_whole(details, text)
    try:
        written = write(
            root / "review",
            task["place"],
            task["kind"],
            task["format"],
            details=details,
            letterhead=paper,
            language=task["language"],
        )
    except AuditorError as error:
        details.unlink()
        raise _by_field(error, text, {tuple(path): name for path, name in task["origin"]}) from error
    write_whole_bytes(file, written.content)
    return {"file": file.name, "what": task["what"], "before": list(written.before)}


def listed(value: Any) -> Any:
    """Return entries that are numbered by the form as a list."""
    numbered = isinstance(value, dict) and all(key.isdigit() for key in value)
    return [*value.values()] if numbered else value


def _by_field(error: AuditorError, text: str, origin: Mapping[tuple[str | int, ...], str]) -> LetterRefused:
    """Return an error with what is wrong by the field of the form that gave it."""
    lines: dict[int, str] = {}
    for path, line in locate(text).items():
        if path in origin:
            lines[line] = origin[path]
    summary = "some details cannot be used" if isinstance(error, ConfigError) else error.summary
    refused = LetterRefused(summary, error.problems)
    refused.fields = {lines[problem.row]: said(problem) for problem in error.problems if problem.row in lines}
    return refused
