"""Checks on ``[[sources]]`` that look across fields: formats, closed vocabularies, a table given twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from auditor.audit.toml_text import Toml
from auditor.domain.periods import parse_period
from auditor.domain.vocabulary import EXCLUDE, parse_level
from auditor.errors import Problem, nearest
from auditor.records.adapter import AUTO, found_adapters, not_built
from auditor.records.crosswalk import MISSING, TOTAL
from auditor.records.words import VOCABULARIES

_CLOSED = {name for name in VOCABULARIES if name != "kind"}
"""``kind`` is closed in activations and free in places."""


def source_problems(toml: Toml) -> Iterator[tuple[str, Problem]]:
    """Yield each problem with its kind (``not_built`` for a format of the contract that is to come)."""
    sources = toml.data.get("sources")
    seen: list[Any] = []
    for index, source in enumerate(sources if isinstance(sources, list) else []):
        if not isinstance(source, dict):
            continue
        path = ("sources", index)
        if source in seen:
            why, remedy = "its rows would count twice", "take one of the two out"
            yield "twice", toml.problem(path, f"source {index + 1} is given twice", why, remedy)
        seen.append(source)
        yield from _format(toml, (*path, "format"), source.get("format", "auto"))
        for place in ("values", "constants"):
            if isinstance(source.get(place), dict):
                yield from _vocabulary(toml, (*path, place), source[place])


def _format(toml: Toml, path: tuple[str | int, ...], name: Any) -> Iterator[tuple[str, Problem]]:
    formats = (AUTO, *found_adapters())
    if not isinstance(name, str) or not name.strip() or name in formats:
        return
    if name in not_built():
        found = f"the format {name!r} is not built yet"
        remedy = "bring the file into the layout of `counts`, `records` or `population` (README)"
        yield "not_built", toml.problem(path, found, "this version does not read it", remedy)
        return
    close = nearest(name, (*formats, *not_built()))
    remedy = f'write: format = "{close}"' if close else f"known: {', '.join(formats)}"
    yield "format", toml.problem(path, f"unknown format {name!r}", "no adapter bears this name", remedy)


def _vocabulary(toml: Toml, path: tuple[str | int, ...], given: Mapping[str, Any]) -> Iterator[tuple[str, Problem]]:
    """Check our side of ``values.COLUMN = { theirs = ours }``, or of ``constants.COLUMN = ours``."""
    for column, entry in given.items():
        pairs = entry.items() if isinstance(entry, dict) else [("", entry)]
        also = (EXCLUDE, MISSING, TOTAL) if isinstance(entry, dict) else ()
        for theirs, ours in pairs:
            if isinstance(ours, str) and ours and ours not in also and not known(column, ours):
                where = (*path, column, theirs) if theirs else (*path, column)
                yield "value", toml.problem(where, *_unknown_value(column, ours, also))


def known(column: str, value: str) -> bool:
    """Say whether a canonical column may hold this value; columns without a closed list take any."""
    if column == "level":
        return parse_level(value) is not None
    if column == "period":
        try:
            parse_period(value)
        except ValueError:
            return False
    return column not in _CLOSED or value in VOCABULARIES[column].values


def _unknown_value(column: str, value: str, also: tuple[str, ...]) -> tuple[str, str, str]:
    found = f"{value!r} is no {column}"
    if column == "period":
        return found, "a period must be dated", "write 2011, FY2011, 2011-Q3 or 2008-10-27/2010-06-30"
    choices = (*VOCABULARIES[column].values, *also)
    close = nearest(value.lower(), choices)
    remedy = f"did you mean {close!r}?" if close else f"choose among {', '.join(choices)}"
    return found, f"the values of {column} are a closed list", remedy
