"""Which columns of a file somebody will read, told from its header before the rows are loaded."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.errors import InputError, Problem
from auditor.records.adapter import choose
from auditor.records.columns import IDS, ColumnMap, key, map_columns
from auditor.records.docket import Docket
from auditor.records.event_columns import MOMENTS, READINGS, source_column
from auditor.records.folding import NONE, NUMBERS
from auditor.records.spec import SourceSpec
from auditor.records.wanted import Wanted

_SINGLE = frozenset({"n", "program", "birth_country", "facility", "facility_name"})
"""Columns that make somebody look at single rows, whatever is asked for."""

_FOR_ROWS = frozenset(
    {"time", "age", "sex", "operation", "cited", "booked", "disposition", "prior_conviction", "detainer_type",
     "lift_reason", "citizenship", "officer", "person", "surname", *MOMENTS}
)  # fmt: skip
"""Columns that nobody reads but for single rows."""


def wanted_columns(spec: SourceSpec, at: int, rows: frozenset[str], headers: Sequence[str]) -> Wanted | None:
    """Return what of a file may be read; None where that cannot be told yet, or all of it may be.

    Parameters
    ----------
    spec : SourceSpec
        How the file is to be read.
    at : int
        Number of its ``[[sources]]`` table.
    rows : frozenset of str
        Columns of the table ``events`` that the signals ask for.
    headers : sequence of str
        Names of the file's columns.
    """
    where = Problem("", "", "")
    try:
        adapter = choose(spec, headers, where)
    except InputError:
        return None
    if not adapter.by_name or adapter.reshape is not None:
        return None
    if spec.fill_down or spec.fold not in ("", NONE):
        return None
    spec = adapter.completed(spec, headers)
    found = map_columns(headers, spec, adapter.columns, Docket(), at=at, where=where)
    mapped = frozenset(found.positions.values())
    numbers = frozenset(i for i, header in enumerate(headers) if key(header) in IDS | NUMBERS) - mapped
    idle = {found.positions[name] for name in _FOR_ROWS & {*found.positions}}
    return Wanted(mapped | numbers, numbers, mapped - idle, _alike(found, rows))


def _alike(columns: ColumnMap, rows: frozenset[str]) -> bool:
    """Tell whether rows may be counted as soon as they are read; the adapter has the last word on it."""
    asked = {source_column(name) for name in rows if READINGS[name] != "free"}
    return not any(name in columns for name in (*_SINGLE, *asked))
