"""Counts with a column a group ("Hispanic", "White") or a period ("Jan-14", "2011"): a row for each figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from auditor.records.columns import COUNT, END, GROUP, MONTH, PERIOD, START, Column, find_columns
from auditor.records.dates import read_period
from auditor.records.raw import RawTable
from auditor.records.store import Store
from auditor.records.unfold import Figure, unfold
from auditor.records.wide_headers import GROUPS, figure, words
from auditor.records.words import NOT_HISPANIC

_DATED: tuple[Column, ...] = (PERIOD, MONTH, START, END)
_FEWEST = 2


def figures(headers: Sequence[str]) -> list[Figure]:
    """Return the columns that hold counts of one group or of one period each; empty when there are no two of them.

    Parameters
    ----------
    headers : sequence of str

    Returns
    -------
    list of Figure
        A total beside the groups is one of them, and set aside later; one beside periods is left where it is.
    """
    taken = find_columns(headers, (*_DATED, GROUP, COUNT))
    if COUNT.name in taken:
        return []
    if GROUP.name not in taken:
        found = [item for i, header in enumerate(headers) if (item := figure(header, i)) and not item.universe]
        known = [item for item in found if item.group in GROUPS.values]
        if any(words(header) in NOT_HISPANIC for header in headers):
            return []  # Hispanic people are counted once by origin, and once more by race
        dated = any(column.name in taken for column in _DATED)
        if len(known) >= _FEWEST and not (dated and any(item.period for item in found)):
            return found
    if any(column.name in taken for column in _DATED):
        return []
    periods = [Figure(i, period=header) for i, header in enumerate(headers) if read_period(header) is not None]
    return periods if len(periods) >= _FEWEST else []


def months(headers: Sequence[str]) -> list[str]:
    """Return the headers of the columns that hold counts of one month each."""
    read = ((item.period, read_period(item.period)) for item in figures(headers) if item.period)
    return [header for header, period in read if period is not None and period.kind == "month"]


def reshape(raw: RawTable, store: Store) -> RawTable:
    """Give each such figure a row of its own, beside all other columns of its row."""
    found = figures(raw.columns)
    if not found:
        return raw
    used = {item.n for item in found}
    keep = {name: f"r.c{i}" for i, name in enumerate(raw.columns) if i not in used}
    table = unfold(raw, store, found, keep, always=())
    said = "; ".join(f"{raw.columns[item.n]!r} {_said(item)}" for item in found)
    return replace(table, ledger=table.ledger.note(f"one column a figure: {said}"))


def _said(item: Figure) -> str:
    group = item.group if item.group in (*GROUPS.values, "total", "") else "by values.group"
    return " ".join(part for part in (group, item.period) if part)
