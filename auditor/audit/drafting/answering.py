"""Write answers into the text of a configuration, a line each; whatever else stands in it stays as it is.

What was written is read again and held against the answers before it counts.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auditor.audit.toml_lines import Path, locate, remark_after
from auditor.audit.toml_write import literal
from auditor.errors import UsageError
from auditor.records.docket import toml_text


@dataclass(frozen=True, slots=True)
class Answer:
    """One setting as a person wants it.

    Attributes
    ----------
    path : tuple
        ``("sources", 0, "values", "group", "H")`` or ``("audit", "title")``.
    value : any
        Text, number, day, list or mapping, as TOML has it; None takes the line out.
    """

    path: Path
    value: Any


def offered(text: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the settings of a line that the draft offers, each with its path below the ``[[sources]]`` table.

    Raises
    ------
    UsageError
        When it is no TOML.
    """
    try:
        yield from flat(tomllib.loads(text), ())
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"the line offered is no TOML: {text}") from error


def flat(data: Mapping[str, Any], before: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every setting of a table with its path; a period is one setting."""
    for name, value in data.items():
        if isinstance(value, Mapping) and (*before, name) != ("period",):
            yield from flat(value, (*before, name))
        else:
            yield (*before, name), value


def with_answers(text: str, answers: Sequence[Answer]) -> str:
    """Return a configuration with answers written into it.

    Parameters
    ----------
    text : str
        As the draft wrote it: every setting of a source stands on a line of its own, under its ``[[sources]]``.
    answers : sequence of Answer

    Raises
    ------
    UsageError
        When a setting stands where no line of its own can be written.
    """
    for answer in answers:
        text = _written(text, answer)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError("an answer cannot be written into the configuration") from error
    for answer in {answer.path: answer for answer in answers}.values():
        if _value(data, answer.path) != answer.value:
            raise UsageError(f"the configuration has no place for the answer to {_shown(answer.path)}")
    return text


def _written(text: str, answer: Answer) -> str:
    lines, places = text.split("\n"), locate(text)
    at = places.get(answer.path)
    if answer.value is None:
        if at is not None:
            del lines[at - 1]
        return "\n".join(lines)
    table: Path = answer.path[:2] if answer.path[0] == "sources" else answer.path[:1]
    line = f"{dotted(answer.path[len(table) :])} = {literal(answer.value)}"
    if at is not None:
        remark = remark_after(lines[at - 1])
        lines[at - 1] = f"{line}  {remark}" if remark else line
    elif table in places:
        lines.insert(places[table], line)
    else:
        raise UsageError(f"the configuration has no place for the answer to {_shown(answer.path)}")
    return "\n".join(lines)


def dotted(path: Path) -> str:
    """Return a path as the key of a line."""
    return ".".join(part if _bare(part) else toml_text(part) for part in map(str, path))


def _bare(part: str) -> bool:
    return bool(part) and part.isascii() and part.replace("_", "a").replace("-", "a").isalnum()


def _value(data: Any, path: Path) -> Any:
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _shown(path: Path) -> str:
    return ".".join(map(str, path))
