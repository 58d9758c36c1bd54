"""``tables/findings.csv``: one row a finding, with the names of review.json flattened with dots."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from auditor.findings.finding import Estimate, Finding
from auditor.findings.review import Review, field_names
from auditor.report import tables

NAME = "tables/findings.csv"
_FIELDS = tuple(field.name for field in dataclasses.fields(Finding))
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
            row.update(_flat(name, [_fields(entry) for entry in value]))
        elif name in _STATIC and value is not None:
            row.update(_flat(name, value if isinstance(value, Mapping) else _fields(value)))
        else:
            row.update(_flat(name, value))
    return row


def _fields(value: Any) -> dict[str, Any]:
    kind: type = type(value)
    return {name: getattr(value, name) for name in field_names(kind)}


def _flat(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(f"{name}.{key}", inner)
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _flat(f"{name}.{index}", inner)
    elif value is not None or name in _FIELDS:
        yield name, value


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
    rows = (dict(zip(names, values, strict=True)) for names, values in held)
    return columns, ([cell(row.get(name)) for name in columns] for row in rows)


def findings_csv(review: Review) -> str:
    """Return the text of ``findings.csv`` (commas, LF, UTF-8)."""
    columns, rows = findings_table(review)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return stream.getvalue()
