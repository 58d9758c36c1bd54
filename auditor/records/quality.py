"""How good the data are: the facts of each source that bear on what can be concluded, and a grade."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from auditor.domain.periods import months_between
from auditor.records.bundle import JOINED

if TYPE_CHECKING:
    from auditor.records.load import Loaded

GRADES = ("A", "B", "C", "D")

RULE = (
    "the worst of five facts. A: at most 1 % of rows not understood, 5 % of events without a group or a level, 1 % of "
    "cells suppressed, no month missing; B: at most 5, 20, 10 and 10 %; C: at most 20, 50, 20 and 30 %; D: worse."
)
"""How a source is graded, in words."""

# For each fact, the largest share that still is A, B and C. Twenty percent without a group is where claims end and
# bounds begin; ten percent of months missing is where a series is refused; twenty percent of suppressed cells caps
# the verdict.
_LIMITS: dict[str, tuple[float, float, float]] = {
    "rows quarantined": (0.01, 0.05, 0.20),
    "events without a group": (0.05, 0.20, 0.50),
    "events without a level": (0.05, 0.20, 0.50),
    "cells suppressed": (0.01, 0.10, 0.20),
    "months missing": (0.0, 0.10, 0.30),
}


@dataclass(frozen=True, slots=True)
class Quality:
    """The data-quality ledger of one source.

    Attributes
    ----------
    source : int
        Its number; ``file``, ``sheet`` and ``format`` name it.
    read, used, excluded, quarantined : int
        Rows: read = used + excluded + quarantined.
    places, months : int
        How many places it speaks of, and how many months (0 when it has no monthly counts).
    start, end : date or None
        First and last day of its counts (or baselines).
    events, groups : tuple of str
        Which of them occur.
    missing_group, unknown_level, suppressed, missing_months : float or None
        Shares from 0 to 1: of events whose group is blank or unknown (None when the source records no group at
        all); of events whose level is blank or unknown, among the kinds of event that have levels (None when none
        has); of cells that are intervals; of place-months between the first and the last that have no row (None
        without monthly counts).
    grade : str
        The worst over these facts:

        - A: at most 1 % of rows quarantined, 5 % of events without group or level, 1 % of cells suppressed, no month
          missing;
        - B: at most 5 %, 20 %, 10 % and 10 % of months;
        - C: at most 20 %, 50 %, 20 % and 30 % of months;
        - D: anything worse, or no row used.
    reasons : tuple of str
        The facts that set the grade; empty for an A.
    of_group, of_level : float
        People (or events) that ``missing_group`` and ``unknown_level`` are shares of.
    """

    source: int
    file: str
    sheet: str
    format: str
    read: int
    used: int
    excluded: int
    quarantined: int
    places: int
    months: int
    start: date | None
    end: date | None
    events: tuple[str, ...]
    groups: tuple[str, ...]
    missing_group: float | None
    unknown_level: float | None
    suppressed: float | None
    missing_months: float | None
    grade: str
    reasons: tuple[str, ...]
    of_group: float = 0.0
    of_level: float = 0.0


def assess(loaded: Loaded) -> tuple[Quality, ...]:
    """Return the data-quality ledger of every source, in their order."""
    return tuple(_assess(loaded, index) for index in range(len(loaded.sources)))


def grade(facts: dict[str, float | None], used: int) -> tuple[str, tuple[str, ...]]:
    """Grade the facts of a source (see :class:`Quality`).

    Parameters
    ----------
    facts : dict
        Share from 0 to 1 by fact; None where it does not apply.
    used : int
        Rows used.

    Returns
    -------
    grade : str
        ``A`` to ``D``.
    reasons : tuple of str
        The facts that are as bad as the grade, unless it is an A.
    """
    if used == 0:
        return "D", ("no row of it could be used",)
    marks = {name: sum(share > limit for limit in _LIMITS[name]) for name, share in facts.items() if share is not None}
    worst = max(marks.values(), default=0)
    reasons = tuple(reason(name, facts[name]) for name, mark in marks.items() if mark == worst and worst > 0)
    return GRADES[worst], reasons


def reason(name: str, share: float | None) -> str:
    """Word a fact that sets a grade, with its share from 0 to 1; without it where it may not be told."""
    return name if share is None else f"{name}: {share:.1%}"


def _assess(loaded: Loaded, index: int) -> Quality:
    source = loaded.sources[index]
    ledger = source.ledger
    places, start, end, events, groups = _extent(loaded, index)
    months, missing_months = _months(loaded, index)
    missing_group, suppressed, of_group = _groups(loaded, index, groups)
    unknown_level, of_level = _levels(loaded, index)
    facts = {
        "rows quarantined": ledger.quarantined / ledger.read if ledger.read else None,
        "events without a group": missing_group,
        "events without a level": unknown_level,
        "cells suppressed": suppressed,
        "months missing": missing_months,
    }
    # The rows of a table that was joined to another stand in the rows of that one.
    joined = sum(step.rows for step in ledger.steps if step.reason.startswith(JOINED))
    letter, reasons = grade(facts, ledger.used + joined)
    return Quality(
        index, source.name, source.sheet, source.format, ledger.read, ledger.used, ledger.excluded,
        ledger.quarantined, places, months, start, end, events, groups, missing_group, unknown_level, suppressed,
        missing_months, letter, reasons, of_group, of_level,
    )  # fmt: skip


def _row(loaded: Loaded, query: str, index: int) -> tuple[Any, ...]:
    found: tuple[Any, ...] = loaded.store.connection.execute(query, [index]).fetchall()[0]
    return found


def _extent(loaded: Loaded, index: int) -> tuple[int, date | None, date | None, tuple[str, ...], tuple[str, ...]]:
    both = (
        'SELECT source, place, start, "end", event, "group" FROM counts UNION ALL '
        'SELECT source, place, start, "end", NULL, "group" FROM population UNION ALL '
        "SELECT source, place, date, date, NULL, NULL FROM activations UNION ALL "
        "SELECT source, place, date, date, NULL, NULL FROM operations UNION ALL "
        "SELECT source, place, NULL, NULL, NULL, NULL FROM places"
    )
    places, start, end, events, groups = _row(
        loaded,
        'SELECT count(DISTINCT place), min(start), max("end"), list_sort(list(DISTINCT event)), '  # noqa: S608
        f'list_sort(list(DISTINCT "group")) FROM ({both}) t WHERE source = ?',
        index,
    )
    return places, start, end, tuple(e for e in events or () if e), tuple(g for g in groups or () if g)


def _groups(loaded: Loaded, index: int, groups: tuple[str, ...]) -> tuple[float | None, float | None, float]:
    total, without, cells, hidden = _row(
        loaded,
        'SELECT sum(n), coalesce(sum(n) FILTER ("group" IS NULL OR "group" = \'unknown\'), 0), count(*), '
        "count(*) FILTER (n IS NULL) FROM counts WHERE source = ?",
        index,
    )
    missing = float(without) / float(total) if groups and total else None
    return missing, hidden / cells if cells else None, float(total or 0)


def _levels(loaded: Loaded, index: int) -> tuple[float | None, float]:
    total, without = _row(
        loaded,
        "SELECT sum(n), coalesce(sum(n) FILTER (level IS NULL OR level = 'unknown'), 0) FROM counts c "
        "WHERE source = ? AND EXISTS (SELECT 1 FROM counts l WHERE l.source = c.source AND l.event = c.event "
        "AND l.level IS NOT NULL)",
        index,
    )
    return float(without) / float(total) if total else None, float(total or 0)


def _months(loaded: Loaded, index: int) -> tuple[int, float | None]:
    seen, first, last, months = _row(
        loaded,
        "SELECT count(DISTINCT (place, event, start)), min(start), max(start), count(DISTINCT start) FROM counts "
        "WHERE source = ? AND period_kind = 'month'",
        index,
    )
    if not seen:
        return 0, None
    series = _row(
        loaded,
        "SELECT count(DISTINCT (place, event)) FROM counts WHERE source = ? AND period_kind = 'month'",
        index,
    )[0]
    return months, 1 - seen / (series * months_between(first, last))
