"""Which columns of a warehouse's table are grouped by: those of the counts, and nothing that points to a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auditor.errors import ConfigError, InputError, Problem
from auditor.records.adapter import Adapter, choose
from auditor.records.columns import map_columns
from auditor.records.docket import Docket
from auditor.records.folding import NONE
from auditor.records.only_detained import AS_DETAINERS
from auditor.records.spec import SourceSpec
from auditor.records.warehouse.expression import dated, plain

_GROUPED = frozenset({"place", "jurisdiction", "state", "period", "code", "text"})
"""Kinds of columns that the counts are made of."""

_SINGLE = ("n", "birth_country", "facility", "facility_name", "facility_city")
"""Constants for which single rows would be looked at."""

_NOT_HERE = frozenset(
    {"sheet", "header_row", "delimiter", "encoding", "fill_down", "thousands", "day_first", "fold", "issues"}
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is asked of a table.

    Attributes
    ----------
    spec : SourceSpec
        Without the columns that are left where they are.
    columns : tuple of str
        Names of the table's columns, in its order.
    period : str
        The one of them that holds days or periods; empty where none does.
    left : tuple of str
        The others, which stay in the warehouse.
    """

    spec: SourceSpec
    columns: tuple[str, ...]
    period: str
    left: tuple[str, ...]


def chosen(spec: SourceSpec, at: int, kinds: Mapping[str, Any], docket: Docket) -> Chosen | None:
    """Choose what a table is grouped by.

    Parameters
    ----------
    spec : SourceSpec
    at : int
        Number of its ``[[sources]]`` table.
    kinds : mapping of str to Ibis data type
        The table's columns.
    docket : Docket
        Takes what is wrong or open about the columns.

    Returns
    -------
    Chosen or None
        None when something went onto the docket.

    Raises
    ------
    ConfigError
        When the source has options of files, or programmes to leave out, which is asked of single rows.
    InputError
        When its format is not one of single events, or a column's type has not one text everywhere.
    """
    spec, where = spec.answered(), Problem("", "", "", file=spec.path)
    headers = tuple(kinds)
    _refuse_options(spec)
    adapter = choose(spec, headers, where)
    _refuse_format(spec, adapter)
    before = _length(docket)
    found = map_columns(headers, adapter.completed(spec, headers), adapter.columns, docket, at=at, where=where)
    if _length(docket) > before:
        return None
    event = found.constants.get("event", "")
    offence = "offence" in found
    wanted = {
        column.name
        for column in adapter.columns
        if column.kind in _GROUPED
        or (column.name == "charge" and not offence)
        or (column.name == "detainer" and event in AS_DETAINERS)
    }
    _refuse_counted(spec, found.header("n"))
    named = {found.header(name): name for name in found.positions if name in wanted}
    _refuse_kinds(spec, named, kinds)
    kept = {name: header for name, header in spec.columns.items() if name in wanted}
    narrowed = spec.model_copy(update={"format": adapter.name, "columns": kept})
    columns = tuple(header for header in headers if header in named)
    return Chosen(narrowed, columns, found.header("date"), tuple(h for h in headers if h not in named))


def _length(docket: Docket) -> int:
    return len(docket.config) + len(docket.input) + len(docket.questions)


def _refuse_options(spec: SourceSpec) -> None:
    given = [name for name in spec.describe() if name in _NOT_HERE and (name, spec.fold) != ("fold", NONE)]
    given += ["values.program"] if spec.values.get("program") else []
    given += [f"constants.{name}" for name in _SINGLE if name in spec.constants]
    if given:
        problem = Problem(
            f"{', '.join(given)}: not with an engine",
            "it is for files, or asks to look at single rows, and those stay in the warehouse",
            "take it out; make a view in the warehouse that does what it would do",
            file=spec.path,
        )
        raise ConfigError(f"{spec.path} cannot be counted where it lies", [problem])


def _refuse_format(spec: SourceSpec, adapter: Adapter) -> None:
    if adapter.kind == "records" and adapter.by_name and adapter.reshape is None and not adapter.fold:
        return
    problem = Problem(
        f"the format {adapter.name!r} is not counted in a warehouse",
        "only tables in which one row is one event are; everything else is small, or needs its rows rearranged",
        'write format = "records", or export the table and hand it in as a file',
        file=spec.path,
    )
    raise InputError(f"{spec.path} cannot be counted where it lies", [problem])


def _refuse_counted(spec: SourceSpec, header: str) -> None:
    if header:
        problem = Problem(
            f"column {header!r} is a number of events (n)",
            "in a warehouse rows are counted, each as one event: this table was counted already",
            "export it and hand it in as a file, or leave the column out by a view",
            file=spec.path,
            column=header,
        )
        raise InputError(f"{spec.path} cannot be counted where it lies", [problem])


def _refuse_kinds(spec: SourceSpec, named: Mapping[str, str], kinds: Mapping[str, Any]) -> None:
    problems = [
        Problem(
            f"column {header!r} ({name}) is of the type {kinds[header]}",
            _why(kinds[header]),
            "cast it in a view to " + ("a date, in the time zone of its place" if name == "date" else "text"),
            file=spec.path,
            column=header,
        )
        for header, name in named.items()
        if not (plain(kinds[header]) or (name == "date" and dated(kinds[header])))
    ]
    if problems:
        raise InputError(f"{spec.path} cannot be counted where it lies", problems)


def _why(kind: Any) -> str:
    if kind.is_timestamp() and kind.timezone is not None:
        return "which day a moment is depends on where, and that is not in the table"
    return "engines write its values in different ways, so that the same event would be two"
