"""Totals and levels of interoperability statistics: what is printed, and what is left of the total."""

from __future__ import annotations

from auditor.records import canonical
from auditor.records.sheet import Sheet, literal, times
from auditor.records.totals import TOLERANCE

EVENTS = {"submissions": "submission", "matches": "match", "booked": "custody", "removed": "removal"}
LEVELS = {"l1": "1", "l2": "2", "l3": "3", "none": "none"}


def _given(column: str) -> str:
    return f"coalesce({column}_state IN ('number', 'suppressed'), false)"


def _low(column: str) -> str:
    return f"coalesce({column}, {column}_low, 0)"


def _high(column: str) -> str:
    return f"coalesce({column}, {column}_high, 0)"


def _sum(stem: str, bound: str) -> str:
    read = _low if bound == "low" else _high
    return " + ".join(f"CASE WHEN {_given(f'{stem}_{level}')} THEN {read(f'{stem}_{level}')} ELSE 0 END"
                      for level in LEVELS)  # fmt: skip


def _number_given(stem: str) -> str:
    return " + ".join(f"CASE WHEN {_given(f'{stem}_{level}')} THEN 1 ELSE 0 END" for level in LEVELS)


def check(sheet: Sheet) -> None:
    """Compare printed totals with their levels: a question beyond one percent, a note below.

    With all levels printed they must sum to the total; with some, they must not exceed it.
    """
    for stem in ("matches", "booked", "removed"):
        low, high, given = _sum(stem, "low"), _sum(stem, "high"), _number_given(stem)
        rows = sheet.sql(
            f"SELECT _row, {stem} AS total, {low} AS low, {high} AS high FROM {sheet.typed} "  # noqa: S608
            f"WHERE aside IS NULL AND {stem} IS NOT NULL AND ({given}) > 0 "
            f"AND (total < low OR (({given}) = 4 AND total > high)) "
            "ORDER BY _row"
        )
        far = [row for row in rows if max(row[2] - row[1], row[1] - row[3]) > TOLERANCE * row[1]]
        some = "; ".join(f"row {row}: total {total:,}, levels {least:,}" for row, total, least, _ in (far or rows)[:5])
        first = ", ".join(f"row {row[0]}" for row in rows[:5])
        if far and "totals" not in sheet.spec.model_fields_set:
            sheet.ask(
                f"{times(len(far), 'total')} of {stem} over {TOLERANCE:.0%} away from the sum of the levels: {some}",
                "a level is missing or misprinted, or the total means something else",
                'mend the file, or say totals = "exclude" to use the levels as they are',
                column=stem if stem in sheet.columns else "",
                row=far[0][0],
                line='totals = "exclude"',
            )
        elif rows:
            sheet.note(f"{times(len(rows), 'total')} of {stem} not equal to the levels, which are used: "
                       f"{some if sheet.spec.published else first}")  # fmt: skip


def insert(sheet: Sheet) -> None:
    """Write each figure of each row as a count of its own."""
    parts = [_plain("submissions", "submission", None, "true")]
    for stem in ("matches", "booked", "removed"):
        event, given = EVENTS[stem], _number_given(stem)
        parts.append(_plain(stem, event, None, f"({given}) = 0"))
        parts += [_plain(f"{stem}_{level}", event, name, "true") for level, name in LEVELS.items()]
        parts.append(_rest(stem, event))
    rows = " UNION ALL ".join(part.format(table=sheet.typed) for part in parts)
    same = ("place", "start", "end", "period_kind", "event", "level", "n", "n_low", "n_high")
    columns = {name: f'"{name}"' for name in same}
    columns |= {
        "level_basis": "CASE WHEN event <> 'submission' THEN level_basis END",
        "level_regime": "CASE WHEN event <> 'submission' THEN level_regime END",
        "cumulative": "cumulative = 'true'",
        "published": literal(str(sheet.spec.published)) + "::BOOLEAN",
    }
    canonical.insert(sheet, "counts", columns, rows)
    _note_rest(sheet)


_SAME = '_row, place, start, "end", period_kind, cumulative, level_basis, level_regime'


def _plain(column: str, event: str, level: str | None, when: str) -> str:
    name = "NULL::VARCHAR" if level is None else literal(level)
    return (
        f"SELECT {_SAME}, {literal(event)} AS event, {name} AS level, {column} AS n, {column}_low AS n_low, "  # noqa: S608
        f"{column}_high AS n_high FROM {{table}} WHERE aside IS NULL AND {_given(column)} AND {when}"
    )


def _union(stem: str) -> str:
    """Return the SQL of the levels that a row does not print, as one level."""
    names = (f"CASE WHEN NOT {_given(f'{stem}_{level}')} THEN {literal(name)} END" for level, name in LEVELS.items())
    return f"concat_ws('/', {', '.join(names)})"


def _rest(stem: str, event: str) -> str:
    """What is left of a total when some of its levels are printed, as the union of those that are not."""
    least = f"greatest(0, {_low(stem)} - ({_sum(stem, 'high')}))"
    most = f"greatest(0, {_high(stem)} - ({_sum(stem, 'low')}))"
    return (
        f"SELECT {_SAME}, {literal(event)} AS event, {_union(stem)} AS level, "  # noqa: S608
        f"CASE WHEN {least} = {most} THEN {most} END AS n, CASE WHEN {least} < {most} THEN {least} END AS n_low, "
        f"CASE WHEN {least} < {most} THEN {most} END AS n_high FROM {{table}} WHERE aside IS NULL "
        f"AND {_given(stem)} AND ({_number_given(stem)}) BETWEEN 1 AND 3"
    )


def _note_rest(sheet: Sheet) -> None:
    for stem in ("matches", "booked", "removed"):
        rows = sheet.sql(
            f"SELECT {_union(stem)} AS level, count(*) FROM {sheet.typed} WHERE aside IS NULL AND {_given(stem)} "  # noqa: S608
            f"AND ({_number_given(stem)}) BETWEEN 1 AND 3 GROUP BY 1 ORDER BY 1"
        )
        for level, count in rows:
            sheet.note(f"{stem}: {times(count, 'row')} with a total and some levels; the rest is level {level}")
