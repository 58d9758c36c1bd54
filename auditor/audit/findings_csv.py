"""``tables/findings.csv``: one row a finding, with the names of review.json flattened with dots."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from auditor.findings.finding import Estimate, Finding
from auditor.findings.review import Review
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
            row.update(_flat(name, [dataclasses.asdict(entry) for entry in value]))
        elif name in _STATIC and value is not None:
            row.update(_flat(name, value if isinstance(value, Mapping) else dataclasses.asdict(value)))
        else:
            row.update(_flat(name, value))
    return row


def _flat(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(f"{name}.{key}", inner)
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _flat(f"{name}.{index}", inner)
    elif value is not None or name in _FIELDS:
        yield name, value


def header(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the columns: the fields in their order, each with its parts; parts that vary in sorted order."""
    met = {name for row in rows for name in row}
    columns: list[str] = []
    for name in _FIELDS:
        always = _STATIC.get(name, () if name in _VARYING else (name,))
        columns.extend(always)
        columns.extend(sorted(part for part in met if part.startswith(f"{name}.") and part not in always))
    return columns


def findings_table(review: Review) -> tuple[list[str], list[list[str]]]:
    """Return the header and the rows, findings of places first, then those of regions."""
    rows = [flatten(finding) for finding in review.findings()]
    columns = header(rows)
    return columns, [[cell(row.get(name)) for name in columns] for row in rows]


def findings_csv(review: Review) -> str:
    """Return the text of ``findings.csv`` (commas, LF, UTF-8)."""
    columns, rows = findings_table(review)
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows([columns, *rows])
    return stream.getvalue()
