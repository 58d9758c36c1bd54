"""Rows that sum other rows: found by their label, checked by arithmetic, set aside with a note.

A total beside its parts would count everybody twice. A total without parts is no total: it is the figure for all
groups (offences, levels ...) together and stays, with that column blank.
"""

from __future__ import annotations

from collections.abc import Sequence

from auditor.records.labels_once import ask_labels_once
from auditor.records.sheet import EXCLUDED, Row, Sheet, quote, times

TOLERANCE = 0.01
"""Relative difference between a total and its parts that is noted only; beyond it a person must look."""

_TOTAL = "'\x01'"
_BLANK_IN = ("group", "offence", "level")
"""Columns that programs leave blank in the rows that sum the others (ROLLUP, pivot tables)."""

_CELLS, _PEOPLE = 2, 10
"""Cells in which a row without a label must equal its parts; of one cell alone, how many people it must hold."""


def dimensions_of(sheet: Sheet) -> list[str]:
    """Return the coded and text columns of a sheet: what tells its rows apart besides place and period."""
    return [column.name for column in sheet.adapter.columns if column.kind in ("code", "text")]


def settle_totals(sheet: Sheet, values: Sequence[str]) -> None:
    """Set aside the total rows of each coded or text column.

    Parameters
    ----------
    sheet : Sheet
        Its typed table is changed: ``aside`` of the totals is filled.
    values : sequence of str
        Number columns to compare; empty where rows are persons.
    """
    dimensions = dimensions_of(sheet)
    for name in dimensions:
        if name in _BLANK_IN and name in sheet.columns.positions and "n" in values:
            _ask_blank(sheet, name, dimensions)
            ask_labels_once(sheet, name)
        if sheet.sql(f"SELECT 1 FROM {sheet.typed} WHERE {quote(name + '_total')} LIMIT 1"):  # noqa: S608
            _settle(sheet, name, dimensions, values)


def _ask_blank(sheet: Sheet, name: str, dimensions: Sequence[str]) -> None:
    """Ask whether rows with a blank label are totals, where each of them is the sum of the labelled ones beside it."""
    keys = [*key_columns(dimensions, without=name), *time_keys(sheet)]
    blank = f"{quote(name)} IS NULL AND NOT {quote(name + '_total')}"
    cells = (
        f"SELECT {', '.join(f'{text} AS k{i}' for i, text in enumerate(keys))}, sum(n) FILTER ({blank}) AS bare, "  # noqa: S608
        f"sum(n) FILTER ({quote(name)} IS NOT NULL) AS parts, min(_row) FILTER ({blank}) AS _row "
        f"FROM {sheet.typed} WHERE aside IS NULL GROUP BY ALL "
        f"HAVING count(*) FILTER ({blank}) = 1 AND count({quote(name)}) > 1 AND bool_and(n IS NOT NULL)"
    )
    found, equal, people, row = sheet.sql(
        f"SELECT count(*), count(*) FILTER (bare = parts), max(bare), min(_row) FROM ({cells}) WHERE bare + parts > 0"  # noqa: S608
    )[0]
    if not found or equal < found or (found < _CELLS and people < _PEOPLE) or sheet.spec.totals == "keep":
        return
    if "totals" in sheet.spec.model_fields_set:
        sheet.run(
            f"UPDATE {sheet.typed} SET {quote(name + '_total')} = true WHERE _row IN "  # noqa: S608
            f"(SELECT _row FROM ({cells}) WHERE bare + parts > 0)"
        )
        return
    sheet.ask(
        f"{times(found, 'row')} with a blank {name}, each the sum of the rows beside it that name theirs",
        "a total without a label: beside its parts it would count everybody twice, as people of whom none is recorded",
        'say totals = "exclude" if they are totals, totals = "keep" if they are other people',
        column=name,
        row=row,
        line='totals = "exclude"  # or "keep"',
    )


def key_columns(dimensions: Sequence[str], *, without: str) -> list[str]:
    """Return the SQL of what must agree between a total and its parts."""
    keys = [
        f"coalesce({quote(name)}, CASE WHEN {quote(name + '_total')} THEN {_TOTAL} ELSE '' END)"
        for name in dimensions
        if name != without
    ]
    if without != "place":
        keys.append(f"coalesce(place, {_TOTAL} || place_total, '')")
    return keys


def sums(values: Sequence[str]) -> str:
    """Return the SQL of the least and the largest sum that rows can have, suppressed cells counted as intervals."""
    parts = []
    for value in values:
        for bound, name in (("_low", "_lo"), ("_high", "_hi")):
            parts.append(f"sum(coalesce({quote(value)}, {quote(value + bound)})) AS {quote(value + name)}")
    return "".join(f", {part}" for part in parts)


def _settle(sheet: Sheet, name: str, dimensions: Sequence[str], values: Sequence[str]) -> None:
    flag, table = quote(name + "_total"), sheet.typed
    keys = [*key_columns(dimensions, without=name), *time_keys(sheet)]
    aliased = ", ".join(f"{text} AS k{i}" for i, text in enumerate(keys))
    listed = ", ".join(f"k{i}" for i in range(len(keys)))
    same = " AND ".join(f"a.k{i} = p.k{i}" for i in range(len(keys)))
    sheet.run(
        f"CREATE OR REPLACE TEMP TABLE tot AS WITH k AS (SELECT *, {sheet.row_id} AS _id, {aliased} FROM {table} "  # noqa: S608
        "WHERE aside IS NULL), "
        f"p AS (SELECT {listed}, count({quote(name)}) AS parts{sums(values)} FROM k WHERE NOT {flag} GROUP BY ALL) "
        f"SELECT a._row, a._id, coalesce(p.parts, 0) AS parts{_pairs(values)} "
        f"FROM k a LEFT JOIN p ON {same} WHERE a.{flag}"
    )
    alone = sheet.sql("SELECT count(*) FROM tot WHERE parts = 0")[0][0]
    if alone:
        sheet.note(f"{name}: {times(alone, 'row')} labelled as a total without parts beside; kept, with {name} blank")
    if sheet.spec.totals == "keep":
        sheet.note(f"{name}: totals kept beside their parts (configuration)")
        return
    _compare(sheet, name, values)
    sheet.run(
        f"UPDATE {sheet.single} s SET aside = '{EXCLUDED}totals row ({name})' "  # noqa: S608
        f"FROM tot WHERE tot._id = s.{sheet.row_id} AND tot.parts > 0"
    )


def time_keys(sheet: Sheet) -> list[str]:
    """Return the SQL of the period, as part of what must agree.

    Cumulative windows begin on each place's own activation day: only their ends must agree.
    """
    if not any(column.kind == "period" for column in sheet.adapter.columns):
        return []
    start = "CAST(start AS VARCHAR)"
    if any(column.name == "cumulative" for column in sheet.adapter.columns):
        start = f"CASE WHEN cumulative = 'true' THEN 'activation' ELSE {start} END"
    return [f"coalesce({start}, '')", "coalesce(CAST(\"end\" AS VARCHAR), '')"]


def _pairs(values: Sequence[str]) -> str:
    return "".join(
        f", a.{quote(v)} AS {quote(v)}, p.{quote(v + '_lo')} AS {quote(v + '_lo')}, "
        f"p.{quote(v + '_hi')} AS {quote(v + '_hi')}"
        for v in values
    )


def _compare(sheet: Sheet, name: str, values: Sequence[str]) -> None:
    for value in values:
        total, low, high = quote(value), quote(value + "_lo"), quote(value + "_hi")
        rows = sheet.sql(
            f"SELECT _row, {total}, {low}, {high}, CASE WHEN {total} < {low} THEN {low} - {total} "  # noqa: S608
            f"WHEN {total} > {high} THEN {total} - {high} ELSE 0 END AS gap FROM tot "
            f"WHERE parts > 0 AND {total} IS NOT NULL AND {low} IS NOT NULL ORDER BY gap DESC, _row"
        )
        _report(sheet, name, value, rows)


def _report(sheet: Sheet, name: str, value: str, rows: list[Row]) -> None:
    off = [row for row in rows if row[4] > 0]
    far = [row for row in off if row[4] > TOLERANCE * max(row[1], 1) and not _partial(sheet, row)]
    if len(rows) > len(off):
        exact = times(len(rows) - len(off), "total")
        sheet.note(f"{name}: {exact} of {value} equal to the sum of the parts; set aside")
    some = "; ".join(f"row {row[0]}: {_said(row)}" for row in off[:5])
    if far and "totals" not in sheet.spec.model_fields_set:
        sheet.ask(
            f"{times(len(far), 'total')} of {value} over {TOLERANCE:.0%} away from the parts' sum: {some}",
            "parts are missing, counted twice, or the total means something else",
            'mend the file, or say totals = "exclude" to use the parts as they are',
            column=name,
            row=far[0][0],
            line='totals = "exclude"',
        )
    elif off:
        shown = some if sheet.spec.published else ", ".join(f"row {row[0]}" for row in off[:5])
        sheet.note(f"{name}: totals of {value} that differ from their parts were set aside: {shown}")


def _partial(sheet: Sheet, row: Row) -> bool:
    return sheet.adapter.partial and bool(row[1] > row[3])


def _said(row: Row) -> str:
    low, high = row[2], row[3]
    parts = f"{low:,.10g}" if low == high else f"{low:,.10g} to {high:,.10g}"
    return f"the total says {row[1]:,.10g}, its parts sum to {parts}"
