"""Secure Communities monthly statistics: submissions, matches, custody and removals of a jurisdiction in one row.

A row becomes several counts. Where a total and only some of its levels are printed, what is left of the total is
one count whose level is the union of the levels not printed: 724 removals of which 594 non-criminal are 594 of
level ``none`` and 130 of level ``1/2/3``.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from auditor.records import canonical, interop_levels
from auditor.records.adapter import Adapter
from auditor.records.adapters.activations import note_two_dates
from auditor.records.columns import END, JURISDICTION, PERIOD, PLACE, START, STATE, Column
from auditor.records.place_totals import settle_place_totals
from auditor.records.sheet import EXCLUDED, QUARANTINED, Sheet, literal, times
from auditor.records.totals import settle_totals
from auditor.records.typed import build

PROGRAM = "secure-communities"
BEGAN = date(2008, 10, 27)
"""The day on which the first place (Harris County, Texas) was activated."""
_STEMS = {
    "submissions": (
        "submission",
        "total_submissions",
        "modified_submissions",
        "fingerprint_submissions",
        "total_fingerprint_submissions",
    ),
    "matches": (
        "match",
        "ident_matches",
        "alien_ident_matches",
        "total_alien_ident_matches",
        "alien_matches",
        "total_matches",
    ),
    "booked": (
        "booked_into_ice_custody",
        "total_booked_into_ice_custody",
        "ice_custody",
        "custody",
        "administratively_arrested",
        "administrative_arrests",
        "administratively_arrested_or_booked_into_ice_custody",
        "arrested_or_booked_into_ice_custody",
    ),
    "removed": (
        "removals",
        "removals_and_returns",
        "total_removals_and_returns",
        "removed_and_returned",
        "total_removals",
        "removed_or_returned",
        "removal",
    ),
}
_LEVELS = {
    "l1": ("level_1", "level1", "l1", "lvl1", "lvl_1"),
    "l2": ("level_2", "level2", "l2", "lvl2", "lvl_2"),
    "l3": ("level_3", "level3", "l3", "lvl3", "lvl_3"),
    "none": ("none", "non_criminal", "noncriminal", "non_criminals", "non_criminal_immigration_violators"),
}


def _aliases(stem: str, level: str = "") -> tuple[str, ...]:
    stems = (stem, *_STEMS[stem])
    if not level:
        return (*_STEMS[stem], *(form for s in stems for form in (f"total_{s}", f"{s}_total")))
    words = _LEVELS[level]
    return tuple(form for s in stems for word in words for form in (f"{s}_{word}", f"{word}_{s}"))


def _number_columns() -> Iterable[Column]:
    # Two columns that could both be "matches" are different things: which one is meant is asked.
    yield Column("submissions", "count", _aliases("submissions"), sole=True)
    for stem in ("matches", "booked", "removed"):
        yield Column(stem, "count", _aliases(stem), sole=True)
        for level in _LEVELS:
            yield Column(f"{stem}_{level}", "count", _aliases(stem, level), sole=True)


NUMBERS = tuple(_number_columns())
COLUMNS = (
    PLACE,
    JURISDICTION,
    STATE,
    Column("activation_date", "day", ("activated", "date_activated", "activation", "date_of_activation")),
    PERIOD,
    START,
    END,
    Column("cumulative", "code"),
    *NUMBERS,
    Column("level_regime", "code"),
    Column("level_basis", "code"),
    Column("source", "idle"),
)


def load(sheet: Sheet) -> None:
    """Write a sheet of interoperability statistics into ``counts`` and ``activations``."""
    build(sheet, COLUMNS)
    values = _figures(sheet)
    _complete(sheet)
    settle_totals(sheet, values)
    settle_place_totals(sheet, values)
    canonical.require(sheet, ("place",))
    _before_activation(sheet)
    _unreported(sheet, values)
    _period_needed(sheet, values)
    interop_levels.check(sheet)
    canonical.post(sheet)
    interop_levels.insert(sheet)
    _activations(sheet)


def _complete(sheet: Sheet) -> None:
    """Let a window without a start begin at the activation, and say which windows are cumulative."""
    missing = sheet.sql(
        f'SELECT count(*) FROM {sheet.typed} WHERE start IS NULL AND "end" IS NOT NULL AND activation_date <= "end"'  # noqa: S608
    )[0][0]
    if missing:
        sheet.note(f"{times(missing, 'row')} without a start taken to begin at the activation date")
        sheet.run(
            f"UPDATE {sheet.typed} SET start = activation_date, period_kind = 'interval' "  # noqa: S608
            'WHERE start IS NULL AND activation_date <= "end"'
        )
    _from_the_beginning(sheet)
    unsaid = "cumulative IS NULL AND start IS NOT NULL AND date_diff('day', start, \"end\") > 31"
    rows = sheet.sql(f"SELECT count(*) FROM {sheet.typed} WHERE {unsaid}")[0][0]  # noqa: S608
    if rows:
        sheet.note(f"{times(rows, 'row')} read as cumulative: the window is longer than a month, and nothing says else")
        sheet.run(f"UPDATE {sheet.typed} SET cumulative = 'true' WHERE {unsaid}")  # noqa: S608


def _from_the_beginning(sheet: Sheet) -> None:
    """Let a window of which only the end is known begin with the programme: the tables count from activation on.

    No place was activated before that day, so the window holds everything that is counted.
    """
    bare = "start IS NULL AND activation_date IS NULL AND coalesce(cumulative, 'true') = 'true' AND "
    bare += f"\"end\" >= DATE '{BEGAN}' AND ({_any_number(_figures(sheet))})"
    rows = sheet.sql(f"SELECT count(*) FROM {sheet.typed} WHERE {bare}")[0][0]  # noqa: S608
    if rows:
        sheet.note(
            f"{times(rows, 'row')} without a start and an activation date: read as cumulative since the programme "
            f"began ({BEGAN}); period_start, or cumulative = false with it, says else"
        )
        sheet.run(
            f"UPDATE {sheet.typed} SET start = DATE '{BEGAN}', period_kind = 'interval', cumulative = 'true' "  # noqa: S608
            f"WHERE {bare}"
        )


def _figures(sheet: Sheet) -> tuple[str, ...]:
    return tuple(column.name for column in NUMBERS if column.name in sheet.columns)


def _before_activation(sheet: Sheet) -> None:
    sheet.run(
        f"UPDATE {sheet.typed} SET aside = '{EXCLUDED}period ends before the activation date' "  # noqa: S608
        'WHERE aside IS NULL AND "end" < activation_date'
    )


def _any_number(values: Iterable[str]) -> str:
    return " OR ".join(f"coalesce({name}_state IN ('number', 'suppressed'), false)" for name in values) or "false"


def _unreported(sheet: Sheet, values: Iterable[str]) -> None:
    """A row that reports neither a figure nor an activation says nothing."""
    sheet.run(
        f"UPDATE {sheet.typed} SET aside = '{EXCLUDED}no figure reported (blank)' WHERE aside IS NULL "  # noqa: S608
        f"AND activation_date IS NULL AND NOT ({_any_number(values)})"
    )


def _period_needed(sheet: Sheet, values: Iterable[str]) -> None:
    sheet.run(
        f"UPDATE {sheet.typed} SET aside = '{QUARANTINED}period is blank' WHERE aside IS NULL "  # noqa: S608
        f'AND (start IS NULL OR "end" IS NULL) AND ({_any_number(values)})'
    )


def _activations(sheet: Sheet) -> None:
    rows = (
        f"SELECT _row, place, activation_date FROM {sheet.typed} "  # noqa: S608
        "WHERE aside IS NULL AND activation_date IS NOT NULL"
    )
    columns = {"place": "place", "program": literal(PROGRAM), "kind": "'activated'", "date": "activation_date"}
    canonical.insert(sheet, "activations", columns, rows)
    note_two_dates(sheet)


def recognise(names: frozenset[str]) -> bool:
    """Interoperability statistics have at least two of their figures, or one with an activation or a period's end."""
    figures = names & {column.name for column in NUMBERS} - {"n"}
    dated = "activation_date" in names or ("period_end" in names and not names & {"event", "date", "n", "group"})
    return len(figures) >= 2 or bool(figures and dated)


ADAPTER = Adapter(
    name="interoperability",
    columns=COLUMNS,
    required=(
        ("place", "jurisdiction", "state"),
        ("period", "period_end"),
        tuple(column.name for column in NUMBERS),
    ),
    recognise=recognise,
    load=load,
    national=True,
    sample=(
        "state,jurisdiction,county_fips,activation_date,period_start,period_end,cumulative,submissions,matches,"
        "removed,removed_none,level_regime,level_basis,source\n"
        "TX,Travis,48453,2009-06-16,2009-06-16,2010-06-30,true,,,724,594,offence-type,conviction,an example\n"
    ),
)
