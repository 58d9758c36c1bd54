"""The ``[review]`` file: records that no statistic can give, kept verbatim."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from auditor.audit.named_toml import not_tables, read_named
from auditor.audit.toml_text import Toml
from auditor.errors import Problem, nearest

Records = dict[str, list[dict[str, str]]]

KINDS: Final = (
    "investigations",
    "lawsuits",
    "training",
    "complaints",
    "agreements",
    "detainer_policy",
    "community_choice",
    "supervision",
    "agency_response",
)
"""The tables of the file; each is a list of records."""

FIELDS: Final = ("place", "date", "title", "status", "outcome", "source", "text")
"""What a record may hold. ``place`` is required, and ``title`` or ``text``."""


def read_records(path: Path) -> dict[str, Records]:
    """Read the file and group its records by place.

    Parameters
    ----------
    path : pathlib.Path

    Returns
    -------
    dict
        Place to kind to records, in the order of the file; dates as ISO text, everything else verbatim.

    Raises
    ------
    ConfigError
        With every problem, each with its line.
    """
    toml, _ = read_named(path, "the review file", "[review] names it", _problems)
    return _grouped(toml.data)


def _problems(toml: Toml) -> Iterator[Problem]:
    for kind, entries in toml.data.items():
        if kind not in KINDS:
            yield _unknown(toml, (kind,), kind, KINDS, f"[[{kind}]]", "[[{}]]")
        elif broken := list(not_tables(toml, kind)):
            yield from broken
        else:
            for index, entry in enumerate(entries):
                yield from _entry_problems(toml, (kind, index), entry)


def _unknown(
    toml: Toml, path: tuple[str | int, ...], name: str, known: tuple[str, ...], typed: str, form: str
) -> Problem:
    close = nearest(name, known)
    remedy = f"did you mean {form.format(close)}?" if close else f"known: {', '.join(known)}"
    return toml.problem(path, f"unknown {typed}", "it would not be shown", remedy)


def _entry_problems(toml: Toml, path: tuple[str | int, ...], entry: Mapping[str, Any]) -> Iterator[Problem]:
    label = f"[[{path[0]}]]"
    for key, value in entry.items():
        if key not in FIELDS:
            yield _unknown(toml, (*path, key), key, FIELDS, f"key {key!r} in {label}", "{!r}")
        elif isinstance(value, date) or (isinstance(value, str) and value.strip()):
            continue
        elif isinstance(value, str):
            yield toml.problem((*path, key), f"`{key}` is empty", "an empty record says nothing", "leave the key out")
        else:
            yield toml.problem(
                (*path, key),
                f"`{key}` is {value}",
                "records are shown verbatim, as text",
                f'write: {key} = "{value}"',
            )
    if "place" not in entry:
        why = "a record belongs to one place"
        yield toml.problem(path, f"a record of {label} names no place", why, 'write: place = "48453"')
    if "title" not in entry and "text" not in entry:
        yield toml.problem(path, f"a record of {label} says nothing", "it has no title and no text", "give one of them")


def _grouped(data: Mapping[str, list[dict[str, Any]]]) -> dict[str, Records]:
    grouped: dict[str, Records] = {}
    for kind in KINDS:
        for entry in data.get(kind, []):
            record: dict[str, str] = {key: _text(entry[key]) for key in FIELDS if key in entry}
            grouped.setdefault(record["place"], {}).setdefault(kind, []).append(record)
    return dict(sorted(grouped.items()))


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
