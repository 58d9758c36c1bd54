"""What a set of files lacks that an audit would use: baselines by their Census tables, programme dates."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from auditor.records.load import Loaded

FIRST_FIVE_YEARS = 2009
"""The first five years of the American Community Survey end in 2009 (2005-2009)."""

AFTER_MATCH = frozenset({"match", "detainer", "custody", "removal"})


@dataclass(frozen=True, slots=True)
class Held:
    """What the files hold.

    Attributes
    ----------
    kinds : collection of str
        Canonical formats.
    events, universes : collection of str
        What occurs, as far as the files could be read.
    grouped : bool
        Whether any file has an ethnic group.
    start, end : date or None
        First and last day of the counts.
    """

    kinds: Collection[str] = ()
    events: Collection[str] = ()
    grouped: bool = False
    universes: Collection[str] = ()
    start: date | None = None
    end: date | None = None


def held_of(
    loaded: Loaded, kinds: Collection[str] = (), events: Collection[str] = (), *, grouped: bool = False
) -> Held:
    """Return what loaded tables hold, with what else is known of files that could not be loaded yet."""
    sql = loaded.store.connection
    ((found, groups, start, end),) = sql.execute(
        'SELECT list_sort(list(DISTINCT event)), bool_or("group" IS NOT NULL), min(start), max("end") FROM counts'
    ).fetchall()
    universes = sql.execute("SELECT DISTINCT coalesce(universe, 'residents') FROM population ORDER BY 1").fetchall()
    return Held(
        {*kinds, *(source.kind or source.format for source in loaded.sources)},
        {*events, *(found or ())},
        grouped or bool(groups),
        [str(row[0]) for row in universes],
        start,
        end,
    )


def missing(held: Held) -> Iterator[str]:
    """Yield what is missing, each with where it is found."""
    counted = {"counts", "records", "interoperability"} & set(held.kinds)
    if not counted:
        yield "no events: an audit needs arrests, bookings, stops, matches or removals (counts, records ...)"
        return
    years = _years(held.start, held.end)
    matched = bool(AFTER_MATCH & set(held.events)) or "interoperability" in held.kinds
    by_group = held.grouped and (not held.events or bool(set(held.events) - AFTER_MATCH - {"submission"}))
    if by_group and not {"residents", "adults", "drivers"} & set(held.universes):
        yield (
            f"no baseline of residents by group: Census table B03002 (Hispanic or Latino Origin by Race), {years}, for "
            "every place here; without it residents of Census 2010 are used, which the program holds (labelled so)"
        )
    if matched and not {"noncitizens", "foreign-born"} & set(held.universes):
        yield (
            "no baseline of noncitizens, the only people whom a match, a detainer or a removal can meet: Census table "
            f"B05001 (Nativity and Citizenship Status in the United States), {years}, row not a U.S. citizen"
        )
    if "activations" not in held.kinds and "interoperability" not in held.kinds:
        yield (
            "no programme dates: a table of when Secure Communities, 287(g) or another programme began here (format "
            "activations) lets the program look before and after"
        )
    if counted and not held.grouped:
        yield "no ethnic group in any file: nothing can be said of groups, only of levels, offences, time and practice"


def _years(start: date | None, end: date | None) -> str:
    if start is None or end is None:
        return "ACS 5-year estimates around the middle of the data"
    last = max(FIRST_FIVE_YEARS, (start.year + end.year) // 2 + 2)
    return f"ACS 5-year estimates {last - 4}-{last} (or the latest there are)"
