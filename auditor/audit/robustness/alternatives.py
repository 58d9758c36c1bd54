"""Alternative specifications, as the protocol declares them before the data are seen.

``[alternatives.SIGNAL]`` holds ``name = { option = value, ... }``: options of that signal, and two keys that change
what is counted instead: ``without_offences = [...]`` leaves offence classes out of everything, and ``against_serious =
true`` takes the same event's serious offences as the benchmark.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from auditor.audit.complaints import complaints
from auditor.domain.vocabulary import OFFENCES
from auditor.errors import Problem, nearest

if TYPE_CHECKING:
    from auditor.audit.toml_text import Toml

BUILT_IN = ("without_offences", "against_serious")
SERIOUS_EVENT = "serious"
"""The event that ``against_serious`` lays down as a benchmark."""

Declared = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""Signal to name to what the specification changes."""

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LOST = "the specification would be the main one again, and would always agree"


@dataclass(frozen=True)
class Alternative:
    """One alternative specification of one signal.

    Attributes
    ----------
    name : str
    options : BaseModel
        The options of the audit with those of the specification.
    without : tuple of str
        Offence classes that are left out.
    against_serious : bool
        Whether serious offences of the same event are the benchmark.
    """

    name: str
    options: BaseModel
    without: tuple[str, ...] = ()
    against_serious: bool = False

    @property
    def recounts(self) -> bool:
        """Whether other events are counted, not only other options used."""
        return bool(self.without) or self.against_serious


def alternatives_of(declared: Declared, signal: str, options: BaseModel) -> tuple[Alternative, ...]:
    """Return the specifications of one signal that differ from the audit's own, in the order of the protocol."""
    found = []
    for name, table in declared.get(signal, {}).items():
        given = {key: value for key, value in table.items() if key not in BUILT_IN}
        serious = bool(table.get("against_serious", False))
        if serious:
            given["exposure"] = SERIOUS_EVENT
        chosen = type(options).model_validate({**options.model_dump(), **given})
        alternative = Alternative(name, chosen, tuple(table.get("without_offences", ())), serious)
        if alternative.recounts or chosen != options:
            found.append(alternative)
    return tuple(found)


def alternative_problems(declared: Declared, models: Mapping[str, type[BaseModel]], toml: Toml) -> Iterator[Problem]:
    """Yield what is wrong in the table of alternatives.

    Parameters
    ----------
    declared : mapping
    models : mapping of str to type of BaseModel
        Options class of every signal.
    toml : Toml
        Where the table comes from, for the line numbers.
    """
    for signal, tables in declared.items():
        path = ("alternatives", signal)
        if signal not in models:
            why = "its specifications would never be run"
            yield toml.problem(path, f"unknown signal {signal!r}", why, _nearest(signal, list(models)))
            continue
        for name, table in tables.items():
            yield from _problems(name, table, models[signal], toml, (*path, name))


def _problems(
    name: str, table: Mapping[str, Any], model: type[BaseModel], toml: Toml, path: tuple[str, ...]
) -> Iterator[Problem]:
    if not _NAME.fullmatch(name):
        remedy = "write it like without-theft: small letters, digits and hyphens"
        yield toml.problem(path, f"{name!r} is no name of a specification", "it is printed in the review", remedy)
    if not table:
        remedy = f"name an option: {name} = {{ option = value }}"
        yield toml.problem(path, f"{name!r} changes nothing", _LOST, remedy)
    known = [*model.model_fields, *(key for key in BUILT_IN if key != "against_serious" or _benchmarked(model))]
    for key in table:
        if key not in known:
            why = "nothing would come of it, and you would not notice"
            yield toml.problem((*path, key), f"unknown key {key!r} in {name!r}", why, _nearest(key, known))
    yield from _offences(table, toml, path)
    yield from _benchmark(table, toml, path)
    options = {key: value for key, value in table.items() if key in model.model_fields}
    try:
        model.model_validate_json(json.dumps(options), strict=True)
    except ValidationError as error:
        yield from (problem for _, problem in complaints(error, model, toml, path))


def _benchmarked(model: type[BaseModel]) -> bool:
    return "exposure" in model.model_fields


def _offences(table: Mapping[str, Any], toml: Toml, path: tuple[str, ...]) -> Iterator[Problem]:
    if "without_offences" not in table:
        return
    here, classes = (*path, "without_offences"), table["without_offences"]
    if not isinstance(classes, list | tuple) or not classes or not all(isinstance(entry, str) for entry in classes):
        remedy = 'write: without_offences = ["theft"]'
        yield toml.problem(here, "without_offences is no list of offence classes", _LOST, remedy)
        return
    for entry in classes:
        if entry not in OFFENCES:
            found = f"unknown offence class {entry!r}"
            yield toml.problem(here, found, "nothing would be left out", _nearest(entry, list(OFFENCES)))


def _benchmark(table: Mapping[str, Any], toml: Toml, path: tuple[str, ...]) -> Iterator[Problem]:
    here = (*path, "against_serious")
    if "against_serious" in table and table["against_serious"] is not True:
        yield toml.problem(here, "against_serious is not true", _LOST, "write: against_serious = true")
    elif "against_serious" in table and "exposure" in table:
        why = "a specification has one benchmark"
        yield toml.problem(here, "against_serious stands beside exposure", why, "take one of the two out")


def _nearest(name: str, known: list[str]) -> str:
    close = nearest(name, known)
    return f"did you mean {close!r}?" if close else f"choose among {', '.join(known)}"
