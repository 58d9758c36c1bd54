"""``tables/findings.csv``: one row a finding, with the names of review.json flattened with dots."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from auditor.findings.finding import Estimate, Finding
from auditor.findings.review import Review, field_names
from auditor.report import tables

NAME = "tables/findings.csv"
_FIELDS = tuple(field.name for field in dataclasses.fields(Finding))
_NAMES = frozenset(_FIELDS)
_PLAIN = frozenset((str, int, float, bool))
_ESTIMATE = tuple(field.name for field in dataclasses.fields(Estimate))
_STATIC = {
    **{name: tuple(f"{name}.{part}" for part in _ESTIMATE) for name in ("estimate", "absolute", "shrunken")},
    "comparator": tuple(f"comparator.{part}" for part in ("value", "n", "why", "label", "source")),
    "period": ("period.start", "period.end"),
    "sentence": ("sentence.id", "sentence.text.en"),
}
_VARYING = {"missing", "controls", "robustness", "ranges"}


def cell(value: Any) -> str:
    """Write one value: as in the other tables, but floats so that they read back exactly."""
    return repr(value) if isinstance(value, float) else tables.cell(value)


def flatten(finding: Finding) -> dict[str, Any]:
    """Return one finding as flat names and values.

    Sentences are given by id and English text; definitions and caveats by their ids, separated by a space.
    """
    row: dict[str, Any] = {}
    for name in _FIELDS:
        value = getattr(finding, name)
        if name == "sentence":
            row["sentence.id"] = None if value is None else value.id
            row["sentence.text.en"] = None if value is None else value.text.get("en")
        elif name in {"definitions", "caveats"}:
            row[name] = " ".join(entry.id for entry in value)
        elif name == "ranges":
            _flatten(row, name, [_fields(entry) for entry in value])
        elif name in _STATIC and value is not None:
            _flatten(row, name, value if isinstance(value, Mapping) else _fields(value))
        else:
            _flatten(row, name, value)
    return row


def _fields(value: Any) -> dict[str, Any]:
    kind: type = type(value)
    return {name: getattr(value, name) for name in field_names(kind)}


def _flatten(row: dict[str, Any], name: str, value: Any) -> None:
    """Put a value, and what is inside it, into a row."""
    if value is None:
        if name in _NAMES:
            row[name] = None
    elif type(value) in _PLAIN:
        row[name] = value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            _flatten(row, f"{name}.{key}", inner)
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            _flatten(row, f"{name}.{index}", inner)
    else:
        row[name] = value


def header(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the columns: the fields in their order, each with its parts; parts that vary in sorted order."""
    met = set().union(*rows)
    columns: list[str] = []
    for name in _FIELDS:
        always = _STATIC.get(name, () if name in _VARYING else (name,))
        columns.extend(always)
        columns.extend(sorted(part for part in met if part.startswith(f"{name}.") and part not in always))
    return columns


def findings_table(review: Review) -> tuple[list[str], Iterator[list[str]]]:
    """Return the header and the rows, findings of places first, then those of regions.

    A nation's rows are many and their names few: each row holds its values, and shares its names with others.
    """
    shared: dict[tuple[str, ...], tuple[str, ...]] = {}
    held = []
    for flat in map(flatten, review.findings()):
        names = tuple(flat)
        held.append((shared.setdefault(names, names), tuple(flat.values())))
    columns = header(dict.fromkeys(names) for names in shared)
    places = {names: _places(names, columns) for names in shared}
    return columns, (["" if at is None else cell(values[at]) for at in places[names]] for names, values in held)


def _places(names: Sequence[str], columns: Sequence[str]) -> list[int | None]:
    """Return where a row of these names holds each column; None where it does not."""
    at = {name: i for i, name in enumerate(names)}
    return [at.get(column) for column in columns]


def findings_csv(review: Review) -> str:
    """Return the text of ``findings.csv`` (commas, LF, UTF-8)."""
    columns, rows = findings_table(review)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return stream.getvalue()
