"""The Deportation Data Project's own checks of ICE's tables, as notes: what does not fit together, and where first."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.records.absent import cut, given, moment
from auditor.records.ice.levels import CONVICTED, CRIMINALITY, OTHER, PENDING, criminality
from auditor.records.private import said_of
from auditor.records.rearrange import Rearranged

EARLIEST = "2022-09-01"
"""First day that the project expects in the releases of 2023 and later."""

LOOKED_AT = ("departed_date", "departure_country", "final_order_date", "final_order_yes_no")
"""Columns that are looked at here and nowhere else."""

_OLD = 0.05
_FISCAL = re.compile(r"FY *((?:19|20)?\d\d)", re.IGNORECASE)


def note_checks(work: Rearranged, day: tuple[str, ...]) -> None:
    """Note what does not pass.

    Parameters
    ----------
    work : Rearranged
        The table.
    day : tuple of str
        Columns of the day of the event, the first that is there.
    """
    rows = work.count("true")[0]
    for words, condition in (*_pairs(work, day), *_days(work, day, rows)):
        found, first = work.count(condition)
        if found:
            work.note(f"{words}: {said_of(found, rows)}, first in row {first:,}; used as they are")


def _pairs(work: Rearranged, day: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    departed, country = work.cell("departed_date"), work.cell("departure_country")
    if work.header("departed_date") and work.header("departure_country"):
        yield "a departed date and no departure country", f"{given(departed)} AND NOT {given(country)}"
    ordered, order = work.cell("final_order_date"), work.cell("final_order_yes_no")
    if work.header("final_order_date") and work.header("final_order_yes_no"):
        yield (
            "a date of a final order, of which it is not said that there is one",
            f"{given(ordered)} AND upper({cut(order)}) <> 'YES'",
        )
    if work.header("departed_date") and work.header(*day) and work.header(*day) != work.header("departed_date"):
        before = f"{moment(departed)}::DATE < {moment(work.cell(*day))}::DATE"
        yield f"a departed date before the day of the event ({work.header(*day)})", before
    if work.header(*CRIMINALITY):
        known = f"{criminality(work)} IN ('{CONVICTED}', '{PENDING}', '{OTHER}')"
        yield (
            f"another value of {work.header(*CRIMINALITY)} than the three known ones",
            f"{given(work.cell(*CRIMINALITY))} AND NOT {known}",
        )


def _days(work: Rearranged, day: tuple[str, ...], rows: int) -> Iterator[tuple[str, str]]:
    if not work.header(*day):
        return
    when = f"{moment(work.cell(*day))}::DATE"
    old, _ = work.count(f"{when} < DATE '{EARLIEST}'")
    # A release of earlier years holds nothing else.
    if old <= _OLD * rows:
        yield f"dated before {EARLIEST}, the earliest that these releases should hold", f"{when} < DATE '{EARLIEST}'"
    found = _FISCAL.search(work.raw.sheet)
    if found:
        year = int(found[1]) + (2000 if len(found[1]) == 2 else 0)
        span = f"BETWEEN DATE '{year - 1}-10-01' AND DATE '{year}-09-30'"
        yield f"dated outside the fiscal year that the sheet {work.raw.sheet!r} names", f"{when} NOT {span}"
