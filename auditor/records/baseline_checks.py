"""What a baseline must not be, and what its reader should know: percents, wide margins, no universe, no period."""

from __future__ import annotations

import re

from auditor.records.sheet import Sheet, times

UNIVERSES = ("residents", "adults", "drivers", "noncitizens", "foreign-born")
"""What baselines are usually of; any other word is a baseline of its own."""

_FEWEST = 4
"""Fewer figures than this may all be small by chance."""


def before(sheet: Sheet) -> None:
    """Refuse percents, and ask whose baseline it is where the name of the file contradicts what is assumed."""
    _refuse_percents(sheet)
    if "universe" not in sheet.columns and re.search(r"adult|18plus|voting", sheet.raw.file, re.I):
        sheet.ask(
            f"the name of the file speaks of adults, its columns do not: {sheet.raw.file!r}",
            "a baseline that says nothing else is taken as all residents, children and all",
            'say constants.universe = "adults", or "residents" if it is everybody',
            column="universe",
            line='constants = { universe = "adults" }',
        )


def _refuse_percents(sheet: Sheet) -> None:
    ((figures, most, broken, row),) = sheet.sql(
        "SELECT count(n), max(n), count(*) FILTER (n <> floor(n)), min(_row) FILTER (n <> floor(n)) "  # noqa: S608
        f'FROM {sheet.typed} WHERE aside IS NULL AND "group" IS NOT NULL'
    )
    if figures >= _FEWEST and most <= 100 and broken:
        sheet.refuse(
            f"none of {times(figures, 'figure')} is above 100 and {broken:,} have decimals",
            "these look like percents; a baseline is a number of people",
            "get the table of counts (estimates), or multiply out and round",
            column="n",
            row=row,
        )


def after(sheet: Sheet) -> None:
    """Note what limits the use of a baseline."""
    ((total, wider, margins, unsaid, undated),) = sheet.sql(
        "SELECT count(*), count(*) FILTER (moe > n), count(moe), count(*) FILTER (universe IS NULL), "
        "count(*) FILTER (start IS NULL) FROM population WHERE source = ?",
        [sheet.index],
    )
    if wider:
        sheet.note(
            f"{wider:,} of {times(margins, 'estimate')} with a margin have one larger than the estimate itself: what "
            "is divided by them has limits so wide that it says little"
        )
    if margins:
        sheet.note("margins of error are read as those of the Census Bureau, at 90 %")
    if unsaid:
        sheet.note(
            f"{times(unsaid, 'figure')} without a universe: taken as residents; constants.universe says otherwise "
            "(adults, noncitizens, foreign-born, drivers)"
        )
    _note_own_words(sheet)
    if undated and total:
        sheet.note(
            f"{times(undated, 'figure')} without a period: how far the baseline lies from the counts cannot be told; "
            'say constants.period = "2010"'
        )


def _note_own_words(sheet: Sheet) -> None:
    known = ", ".join(f"'{name}'" for name in UNIVERSES)
    rows = sheet.sql(
        f"SELECT DISTINCT universe FROM population WHERE source = ? AND universe NOT IN ({known}) ORDER BY 1 LIMIT 5",  # noqa: S608
        [sheet.index],
    )
    if rows:
        sheet.note(
            f"universe {', '.join(repr(name) for (name,) in rows)} is none of {', '.join(UNIVERSES)}: a baseline of "
            "its own, which no test uses unless the protocol names it"
        )
