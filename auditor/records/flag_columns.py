"""Columns called like a yes or no that hold days: "Booked" is a flag in one file, the day of booking in another."""

from __future__ import annotations

from dataclasses import replace

from auditor.records.proposing.profile import LOOKED_AT, kind_of
from auditor.records.sheet import BLANKS, Sheet, literal
from auditor.records.words import is_missing

FLAGS = ("searched", "contraband", "cited", "booked", "detainer", "prior_conviction")
"""Canonical columns that say yes or no."""

_DAYS = frozenset({"day", "moment"})
_DAY_OF = {"detainer": "detainer_date"}


def drop_days(sheet: Sheet) -> None:
    """Leave out columns that their header makes a yes or no and their values a day, unless they were decided on.

    Parameters
    ----------
    sheet : Sheet
        With its columns mapped. What is left out is noted.
    """
    kept = dict(sheet.columns.positions)
    for name in FLAGS:
        if name in kept and name not in sheet.spec.columns and _holds_days(sheet, name):
            header, own = sheet.columns.headers[kept.pop(name)], _DAY_OF.get(name)
            taken = f"; columns.{own} = {header!r} reads it as the day of one" if own and own not in kept else ""
            sheet.note(f"column {header!r} holds days, not yes or no: it is not read as {name}{taken}")
    if len(kept) < len(sheet.columns.positions):
        sheet.columns = replace(sheet.columns, positions=kept)


def _holds_days(sheet: Sheet, name: str) -> bool:
    text = f"trim({sheet.text(name)}, {literal(BLANKS)})"
    table, _ = sheet.alike(text)
    rows = sheet.sql(f"SELECT DISTINCT {text} AS v FROM {table} r WHERE {text} <> '' ORDER BY v LIMIT {LOOKED_AT}")  # noqa: S608
    values = [value for (value,) in rows if not is_missing(value)]
    return kind_of(values, len(values)) in _DAYS
