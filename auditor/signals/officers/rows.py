"""Stops (or arrests) by officer, from single rows, in the order of their places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Bools, Cells, Floats, RowTable
from auditor.signals.searches import rows_of

Ints = NDArray[np.int64]

EVENTS: Final = ("stop", "citation", "arrest")
"""Events that one officer starts, in the order in which they are preferred when equally many are known by officer."""
KEYS: Final = (
    "event", "group", "group_source", "agency", "officer_code", "hour", "weekday", "month", "offence", "area",
    "operation",
)  # fmt: skip
PERSONAL: Final = ("officer", "latitude", "longitude")
UNKNOWN: Final = ("", "unknown")
_WIDE = 100_000
"""What the number of a square counts in one row of squares (see the key ``area``)."""
_SQUARES = 5
"""Squares on a side of a block: where squares are too empty, blocks of a tenth of a degree stand for them."""


@dataclass(frozen=True)
class Records:
    """Rows of one event; arrays of length R, sorted by place.

    Attributes
    ----------
    start : (J + 1,) int array
        First row of each place.
    groups : tuple of str
        Names that ``group`` counts from 0; -1 where it is not recorded.
    group, officer, agency : int arrays
        ``officer`` is -1 where none is named.
    hour, weekday, month, offence, area, operation : int arrays
        -1 where missing. ``month`` counts months, ``operation`` is 1 on a declared operation and else 0.
    n : array
    censored : bool array
    surname : bool
        Whether groups are estimated from surnames.
    """

    start: Ints
    groups: tuple[str, ...]
    group: Ints
    officer: Ints
    agency: Ints
    hour: Ints
    weekday: Ints
    month: Ints
    offence: Ints
    area: Ints
    operation: Ints
    n: Floats
    censored: Bools
    surname: bool

    def place(self, j: int) -> slice:
        """Rows of one place."""
        return slice(int(self.start[j]), int(self.start[j + 1]))

    @staticmethod
    def blocks(area: Ints) -> Ints:
        """Return the block of each square, -1 where there is none."""
        return np.where(area < 0, -1, area // _WIDE // _SQUARES * _WIDE + area % _WIDE // _SQUARES)


def event_of(cells: Cells, wanted: str) -> str:
    """Return the event that is compared: the one with most rows of known officer and group, unless one is asked for."""
    if wanted != "auto" or cells.rows is None:
        return wanted if wanted != "auto" else EVENTS[0]
    known = (cells.rows.columns["officer_code"] >= 0) & ~_one_of(cells.rows, "group", UNKNOWN)
    total = {event: float(cells.rows.n[known & _one_of(cells.rows, "event", (event,))].sum()) for event in EVENTS}
    return max(EVENTS, key=lambda event: (total[event], -EVENTS.index(event)))


def records_of(cells: Cells, event: str) -> Records:
    """Return the rows of an event from one source of ethnicity.

    Raises
    ------
    ValueError
        When the cells hold no single rows.
    """
    rows = rows_of(cells, event)
    rows = rows.take(np.argsort(rows.index, kind="stable"))
    groups, group = _coded(rows, "group")
    known = tuple(name for name in groups if name not in UNKNOWN)
    position = np.array([known.index(name) if name in known else -1 for name in groups] or [-1], dtype=np.int64)
    return Records(
        start=np.searchsorted(rows.index, np.arange(cells.size + 1)),
        groups=known,
        group=position[group],
        officer=rows.columns["officer_code"],
        agency=_coded(rows, "agency")[1],
        hour=rows.columns["hour"],
        weekday=rows.columns["weekday"],
        month=_months(rows),
        offence=_present(rows, "offence"),
        area=rows.columns["area"],
        operation=(_present(rows, "operation") >= 0).astype(np.int64),
        n=rows.n,
        censored=rows.censored,
        surname=bool(_one_of(rows, "group_source", ("surname",)).any()),
    )


def _one_of(rows: RowTable, name: str, wanted: tuple[str, ...]) -> Bools:
    return np.asarray(np.logical_or.reduce([rows.columns[name] == value for value in wanted]), dtype=bool)


def _coded(rows: RowTable, name: str) -> tuple[tuple[str, ...], Ints]:
    """Return the values of a text, sorted, and each row's position among them."""
    texts = rows.columns[name].tolist()
    names = tuple(sorted(set(texts)))
    at = {value: i for i, value in enumerate(names)}
    return names, np.fromiter(map(at.__getitem__, texts), dtype=np.int64, count=len(texts))


def _present(rows: RowTable, name: str) -> Ints:
    """Return codes of a text; -1 where it is missing or unknown."""
    names, codes = _coded(rows, name)
    blank = np.array([value in UNKNOWN for value in names] or [True], dtype=bool)
    return np.where(blank[codes], -1, codes)


def _months(rows: RowTable) -> Ints:
    names, codes = _coded(rows, "month")
    numbers = [12 * int(name[:4]) + int(name[5:]) - 1 if name else -1 for name in names]
    return np.array(numbers or [-1], dtype=np.int64)[codes]
