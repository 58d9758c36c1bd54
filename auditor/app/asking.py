"""From a source as `init` surveyed it to the controls of a form: what is open, what is settled, what is offered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

from auditor.app import meanings
from auditor.app.control import Choice, Control, Path
from auditor.audit.drafting.answering import offered
from auditor.audit.drafting.survey import Surveyed
from auditor.audit.toml_write import literal
from auditor.domain.places import gazetteer
from auditor.domain.vocabulary import EXCLUDE
from auditor.errors import UsageError
from auditor.records.baseline_checks import UNIVERSES
from auditor.records.crosswalk import MISSING
from auditor.records.proposing.line import QUESTION, Line
from auditor.records.words import VOCABULARIES

CANDIDATES: Final = "candidates, none of them accepted: "
_CANDIDATE: Final = re.compile(r"([^,()]+(?:, [A-Z]{2})?) \((\d{5})\)")
_NONE: Final[Choice] = ("", "Choose …")
_LEFT_OUT: Final[Choice] = (EXCLUDE, "Leave these rows out")
_NO_STATE: Final = " '' is none"
NO_COLUMN: Final = "\u2205"
"""Answer to "which column": there is none."""
_HEADS: Final = {"columns": "Which column is what", "constants": "What holds for every row", "places": "Places"}


def controls(at: int, source: Surveyed, settled: Mapping[str, Any]) -> Iterator[Control]:
    """Yield the controls of one source: open questions first, then what may be taken up, then what is settled.

    Parameters
    ----------
    at : int
        Which ``[[sources]]`` table it is.
    source : Surveyed
    settled : mapping
        The table as the configuration has it now.
    """
    here: Path = ("sources", at)
    asked = [line for line in source.lines if line.firm and line.name and not line.value]
    places = [line for line in asked if line.table == "places"]
    for line in (line for line in asked if line not in places):
        yield _control((*here, *path_of(line)), source, help_of(line), "", opened=True)
    if places or settled.get("state"):
        yield _state(here, settled.get("state", ""), first=bool(places))
    for line in places:
        yield _control((*here, *path_of(line)), source, help_of(line), "", opened=True)
    for line in source.lines:
        if not line.firm and (line.name or line.value):
            yield from _offer(here, line)
    for path, value in _settled(settled, ()):
        yield _control((*here, *path), source, (), value, opened=False)


def path_of(line: Line) -> Path:
    """Return where the setting of a line stands below its ``[[sources]]`` table."""
    return (*(line.table.split(".") if line.table else ()), line.name)


def help_of(line: Line) -> tuple[str, ...]:
    """Return what is worth reading beside a control: its own words stand in its label already."""
    said = [text.removeprefix(QUESTION) for text in line.remarks]
    if line.table.startswith("values."):
        quoted = f"{line.name!r}: "
        return tuple(text.removeprefix(quoted) for text in said if text.startswith(quoted))
    if line.table == "places":
        quoted = f"{line.name!r}: "
        return tuple(text.replace(quoted, "").replace(_NO_STATE, "") for text in said if text.startswith(quoted))
    if line.table == "constants" and (line.name in VOCABULARIES or line.name == "place"):
        said = said[1:]
    return tuple(said)


def _settled(data: Mapping[str, Any], before: Path) -> Iterator[tuple[Path, Any]]:
    for name, value in data.items():
        if (*before, name) in (("path",), ("state",)) or value == "":
            continue
        if isinstance(value, Mapping):
            yield from _settled(value, (*before, name))
        else:
            yield (*before, name), value


def _state(here: Path, value: str, *, first: bool) -> Control:
    about = "Only where every place of this file lies in one state: its counties are then told by their names alone."
    known = gazetteer().state(value) if value else None
    choices = (("", "Not said, or several states"), *_states())
    return Control(
        (*here, "state"), "select", "State of every place in this file", (about,), choices,
        known.state if known else value, group="Places", may_lack=True, first=first,
    )  # fmt: skip


@cache
def _states() -> tuple[Choice, ...]:
    return tuple((place.state, place.name) for place in sorted(gazetteer().states(), key=lambda place: place.name))


def _control(path: Path, source: Surveyed, about: Sequence[str], value: Any, *, opened: bool) -> Control:
    """Return the control of a setting, by the table in which it stands."""
    inside = path[2:]
    name, table = str(inside[-1]), str(inside[0]) if len(inside) > 1 else ""
    kind, label, choices = _form(table, inside, source, about)
    head = f"Words for {meanings.column(str(inside[1]))}" if table == "values" else _HEADS.get(table, "The file")
    if kind == "place":
        about = [text.partition(CANDIDATES)[0].rstrip("; ") for text in about]
    if isinstance(value, str) and value and kind == "select" and value not in dict(choices):
        choices = (*choices, (value, value))
    if not isinstance(value, str):
        kind, label, choices, value = (
            "offer",
            f"{name.replace('_', ' ')}: {literal(value)}",
            ((literal(value), ""),),
            True,
        )
    return Control(path, kind, label, tuple(about), choices, value, opened, head, may_lack=not opened)


def _form(table: str, inside: Path, source: Surveyed, about: Sequence[str]) -> tuple[str, str, tuple[Choice, ...]]:
    """Return kind, label and choices."""
    name = str(inside[-1])
    if table == "columns":
        own = tuple((header, header) for header in source.headers)
        return "select", f"Which column is {meanings.column(name)}?", (_NONE, *own, (NO_COLUMN, "There is none"))
    if table == "values":
        return _word(str(inside[1]), name)
    if table == "places":
        return "place", f"Where is “{name}”?", (_NONE, *_candidates(about), _LEFT_OUT)
    if table == "constants":
        return _constant(name)
    if name == "format":
        return "select", "What is one row of this file?", (_NONE, *meanings.FORMATS)
    if name == "fold":
        own = tuple((header, f"Rows with the same {header} are one event") for header in source.headers)
        return "select", "Are several rows one event?", (_NONE, ("none", "No: each row is an event of its own"), *own)
    return "text", name.replace("_", " "), ()


def _word(column: str, written: str) -> tuple[str, str, tuple[Choice, ...]]:
    rest = ((MISSING, "Not recorded (missing)"), (EXCLUDE, "Leave these rows out"))
    label = f"What does “{written}” mean?" if written != "*" else "Everything else means"
    if column not in VOCABULARIES:
        return "text", label, ()
    return "select", label, (_NONE, *((word, word) for word in VOCABULARIES[column].values), *rest)


def _constant(name: str) -> tuple[str, str, tuple[Choice, ...]]:
    label = meanings.QUESTIONS.get(name, f"What is {meanings.column(name)}, the same in every row?")
    if name in VOCABULARIES:
        return "select", label, (_NONE, *((word, word) for word in VOCABULARIES[name].values))
    if name == "universe":
        return "text", label, tuple((word, word) for word in UNIVERSES)
    return "text", label, tuple((word, word) for word in meanings.PROGRAMS) if name == "program" else ()


def _candidates(about: Sequence[str]) -> tuple[Choice, ...]:
    """Return the places that a question proposes, from its own words."""
    told = " ".join(text.partition(CANDIDATES)[2] for text in about)
    return tuple((code, f"{name.strip()} ({code})") for name, code in _CANDIDATE.findall(told))


def _offer(here: Path, line: Line) -> Iterator[Control]:
    """Yield a line that the reader may take up, as a box to tick for each of its settings."""
    if line.name:
        settings: list[tuple[Path, Any]] = [(path_of(line), line.value)]
    else:
        try:
            settings = [*offered(line.value)]
        except UsageError:
            return
    asks = any(text.startswith(QUESTION) for text in line.remarks)
    said = tuple(text.removeprefix(QUESTION) for text in line.remarks)
    for path, value in settings:
        if value != "":
            yield from _ticks((*here, *path), value, said, asks=asks)


def _ticks(path: Path, value: Any, said: tuple[str, ...], *, asks: bool) -> Iterator[Control]:
    name = str(path[-1])
    if isinstance(value, bool):
        word = {"day_first": ("Day before month (03/04 is 3 April)", "Month before day (03/04 is March 4)")}
        yes, no = word.get(name, (f"{name.replace('_', ' ')}: yes", f"{name.replace('_', ' ')}: no"))
        choices: tuple[Choice, ...] = (("", "Not said"), ("true", yes), ("false", no))
        yield Control(path, "flag", name.replace("_", " "), said, choices, "", asks, "The file", may_lack=not asks)
        return
    whole = f"{value} holds {meanings.column(name)}" if path[2] == "columns" else f"{name.replace('_', ' ')}: {value}"
    group = "Which columns may be used as well" if path[2] == "columns" else "The file"
    yield Control(path, "offer", whole, said, ((literal(value), ""),), "", asks, group, may_lack=True)
