"""Programme starts that a series is cut at, and the whole years around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Bools, Cells, Days

Ints = NDArray[np.int64]
YEAR = 12


@dataclass(frozen=True)
class Start:
    """One kind of date of one programme, over places.

    Attributes
    ----------
    program, kind : str
    which : str
        ``""``, or ``"latest"`` where a source gives several dates for the same thing and this is the last of them.
    date : (J,) day array
        NaT where the place has none.
    verified : (J,) bool array
        Whether the source says which kind of date it is.
    """

    program: str
    kind: str
    which: str
    date: Days
    verified: Bools

    @property
    def key(self) -> str:
        """Short and stable name."""
        return "/".join(part for part in (self.program or "programme", self.kind, self.which) if part)


def starts(cells: Cells, program: str, kinds: Sequence[str]) -> list[Start]:
    """Return the dates to cut at, the one that is tested first.

    The tested one is the first of ``kinds`` of the named programme, or of the programme that most places have. Other
    kinds, other programmes and later dates for the same thing follow, to be described.
    """
    table = cells.activations
    programs = sorted(set(table.program.astype(str).tolist()))
    reach = {name: int((~np.isnat(table.first(cells.size, name, kinds[:1]))).sum()) for name in programs}
    order = sorted(programs, key=lambda name: (name != program, -reach[name], name))
    pairs = [(name, kind) for name in order for kind in kinds]
    # An empty name asks for any programme: a source without names is a programme of its own.
    found = [_start(cells, name, kind, latest=late) for name, kind in pairs for late in (False, True)]
    return [start for i, start in enumerate(found) if i == 0 or not np.isnat(start.date).all()]


def _start(cells: Cells, program: str, kind: str, *, latest: bool) -> Start:
    table = cells.activations
    stated = np.where(table.kind == "", "activated", table.kind).astype(str)
    rows = table.take((table.program.astype(str) == program) & (stated == kind) & ~np.isnat(table.date))
    first = np.full(cells.size, np.datetime64("9999-12-31"), dtype="datetime64[D]")
    last = np.full(cells.size, np.datetime64("0001-01-01"), dtype="datetime64[D]")
    np.minimum.at(first, rows.index, rows.date)
    np.maximum.at(last, rows.index, rows.date)
    some = np.isin(np.arange(cells.size), rows.index)
    if latest:
        some &= last > first
    date = np.where(some, last if latest else first, np.datetime64("NaT"))
    stated_rows = rows.take((rows.kind != "") & (rows.date == date[rows.index]))
    verified = np.isin(np.arange(cells.size), stated_rows.index)
    return Start(program, kind, "latest" if latest else "", date, some & verified & (program != ""))


def others_within(cells: Cells, start: Start, first: Ints, last: Ints) -> Bools:
    """Say where another programme, or another kind of date, falls into the months ``first`` to ``last`` of a place."""
    table = cells.activations
    stated = np.where(table.kind == "", "activated", table.kind).astype(str)
    own = (table.program.astype(str) == start.program) & (stated == start.kind)
    rows = table.take(~own & ~np.isnat(table.date))
    month = month_number(rows.date)
    inside = (month >= first[rows.index]) & (month <= last[rows.index])
    result = np.zeros(cells.size, dtype=bool)
    result[rows.index[inside]] = True
    return result


def month_number(days: Days) -> Ints:
    """Return months since January 1970; the smallest integer for NaT."""
    return days.astype("datetime64[M]").astype(np.int64)


@dataclass(frozen=True)
class Windows:
    """The months of each place around its start, as positions on a common axis of months; -1 where there are none.

    Attributes
    ----------
    first, start, after, last : (J,) int arrays
        First month; first month that no longer counts as before; first month after; last month (inclusive). Months
        from ``start`` to ``after`` (exclusive) belong to neither side.
    """

    first: Ints
    start: Ints
    after: Ints
    last: Ints

    @property
    def known(self) -> Bools:
        """(J,) mask of the places that have a window."""
        return self.first >= 0

    def before_mask(self, months: int) -> Bools:
        """(J, T) mask of the months before."""
        at = np.arange(months)
        return self.known[:, None] & (at >= self.first[:, None]) & (at < self.start[:, None])

    def after_mask(self, months: int) -> Bools:
        """(J, T) mask of the months after."""
        at = np.arange(months)
        return self.known[:, None] & (at >= self.after[:, None]) & (at <= self.last[:, None])


def windows(
    start: Start,
    origin: int,
    spans: tuple[Ints, Ints],
    anticipation: int,
    least: tuple[int, int],
    most: tuple[int, int],
) -> Windows:
    """Lay whole years on both sides of each start.

    Whole years keep the season out of sums before and after. The month of the start belongs to neither side unless
    it starts on its first day, and neither do the months of anticipation.

    Parameters
    ----------
    start : Start
    origin : int
        Month number of position 0 of the axis.
    spans : pair of (J,) int arrays
        First and last position at which the place was observed; -1 where never.
    anticipation : int
        Months before the start that are left out.
    least, most : pairs of int
        Fewest and most months before and after.
    """
    none = np.isnat(start.date)
    date = np.where(none, np.datetime64("1970-01-01"), start.date)
    at = month_number(date) - origin
    whole = date == date.astype("datetime64[M]").astype("datetime64[D]")
    after = at + np.where(whole, 0, 1)
    edge = at - anticipation
    before_years = np.minimum(edge - spans[0], most[0]) // YEAR
    after_years = np.minimum(spans[1] - after + 1, most[1]) // YEAR
    ok = ~none & (spans[0] >= 0) & (before_years * YEAR >= least[0]) & (after_years * YEAR >= least[1])
    gone = np.full(len(at), -1, dtype=np.int64)
    return Windows(
        np.where(ok, edge - before_years * YEAR, gone),
        np.where(ok, edge, gone),
        np.where(ok, after, gone),
        np.where(ok, after + after_years * YEAR - 1, gone),
    )
