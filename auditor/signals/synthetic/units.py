"""Places as units of a synthetic control: monthly outcomes, windows around a start, and which places are donors."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Bools, Cells, Days, Floats, Table
from auditor.signals.months import months_of, spread

Ints = NDArray[np.int64]

YEAR = 12
#: Why a place is not tested; positions in the signal's list of reasons, from 1.
ABSENT, SUPPRESSED, UNDATED, GAPS, FEW, THIN, POOR = range(1, 8)


@dataclass(frozen=True)
class Outcome:
    """Monthly counts from which an outcome is made.

    Attributes
    ----------
    months : tuple of str
        ``YYYY-MM``, without gaps.
    counts : (J, T, S) array
        Focal and reference counts of one or two sides: focal, reference; then focal, reference of the serious side.
    known, censored : (J, T) bool arrays
        Where all of them are known; where one is suppressed.
    unknown : (J, T, S / 2) array
        Events of unrecorded group, for each side; NaN where suppressed.
    """

    months: tuple[str, ...]
    counts: Floats
    known: Bools
    censored: Bools
    unknown: Floats

    @cached_property
    def runs(self) -> tuple[Ints, Ints]:
        """How many known months in a row end before each month, and how many begin with it, shapes (J, T + 1)."""
        places, size = self.known.shape
        before, after = np.zeros((places, size + 1), dtype=np.int64), np.zeros((places, size + 1), dtype=np.int64)
        for t in range(size):
            before[:, t + 1] = np.where(self.known[:, t], before[:, t] + 1, 0)
            after[:, size - 1 - t] = np.where(self.known[:, size - 1 - t], after[:, size - t] + 1, 0)
        return before, after

    def side(self, number: int) -> Outcome:
        """Return focal and reference counts of one side alone."""
        counts, unknown = self.counts[:, :, 2 * number : 2 * number + 2], self.unknown[:, :, number : number + 1]
        return dataclasses.replace(self, counts=counts, unknown=unknown)


def outcome(cells: Cells, rows: Table, group: str, sides: Sequence[str]) -> Outcome:
    """Count the focal and the reference group by month, for each side of the offences (``""``: all of them).

    Parameters
    ----------
    cells : Cells
    rows : Table
        With the columns ``group``, ``offence`` and ``month``.
    group : str
        The focal group.
    sides : sequence of str
        ``("discretionary", "serious")`` or ``("",)``.
    """
    offence, offences = rows.codes("offence")
    part = np.array([cells.classes.get(name, "") for name in offences] or [""], dtype=object)
    if tuple(sides) == ("",):
        part[:] = ""
    of_group, groups = rows.codes("group")
    both = np.array([[f"{name}/{side}" for side in part] for name in groups] or [[""]], dtype=object)
    label = both[of_group, offence]
    labelled = rows.beside("label", label)
    wanted = [f"{name}/{part}" for part in sides for name in (group, cells.reference_group)]
    months = months_of(rows)
    cube = spread(labelled, cells.size, months, "label", wanted)
    censored = np.asarray(cube.censored.any(axis=2))
    blind = spread(labelled, cells.size, months, "label", [f"unknown/{part}" for part in sides])
    unknown = np.where(blind.censored, np.nan, blind.values)
    return Outcome(months, cube.values, np.asarray(cube.observed.all(axis=2) & ~censored), censored, unknown)


def log_contrast(counts: Floats) -> Floats:
    """Log focal over reference, and over the same of the serious side where there is one; one half is added to each.

    Parameters
    ----------
    counts : (..., S) array
        As in `Outcome`.

    References
    ----------
    Haldane, J. B. S. (1956). Annals of Human Genetics 20, 309-311 (adding one half).
    """
    logs = np.log(counts + 0.5)
    first = logs[..., 0] - logs[..., 1]
    return first if counts.shape[-1] == 2 else first - (logs[..., 2] - logs[..., 3])


def sampling_sd(counts: Floats) -> Floats:
    """Standard deviation of one period's log contrast by sampling alone, over the periods (second last axis)."""
    return np.asarray(np.sqrt((1 / (counts + 0.5)).sum(axis=-1).mean(axis=-1)))


@dataclass(frozen=True)
class Window:
    """Whole years on both sides of a start, as positions among the months.

    Attributes
    ----------
    begin, stop : int
        First month before, and the month that follows the last of them.
    start, end : int
        First month after, and the month that follows the last of them.
    """

    begin: int
    stop: int
    start: int
    end: int

    @property
    def before(self) -> slice:
        """Months before."""
        return slice(self.begin, self.stop)

    @property
    def after(self) -> slice:
        """Months after."""
        return slice(self.start, self.end)


@dataclass(frozen=True)
class Timing:
    """What the options say of windows.

    Attributes
    ----------
    before_most : int
        Most months before that are used.
    after : int
        Months after.
    anticipation : int
        Months before the start that belong to neither side.
    donors_least, donors_wanted : int
        Fewest donors; donors for which a shorter window is preferred.
    """

    before_most: int
    after: int
    anticipation: int
    donors_least: int
    donors_wanted: int


def windows(found: Outcome, dates: Days, stratum: Ints, timing: Timing) -> tuple[list[Window | None], Ints]:
    """Choose each place's window by what is known, never by what it shows, and say why a place has none.

    The months after begin with the first whole month; whole years on either side keep the season out of the
    difference. Of the years before, as many as leave the wanted number of donors; else those with the most donors.

    Parameters
    ----------
    found : Outcome
    dates : (J,) day array
        Starts; NaT where there is none.
    stratum : (J,) int array
    timing : Timing

    Returns
    -------
    windows : list of Window or None
    code : (J,) int array
        0 where there is a window.
    """
    code = np.zeros(len(dates), dtype=np.int64)
    chosen: list[Window | None] = [None] * len(dates)
    memory: dict[tuple[int, Window], int] = {}
    for j, date in enumerate(dates):
        candidates, code[j] = _candidates(found, j, date, timing)
        best = None
        for window in candidates:
            key = (int(stratum[j]), window)
            if key not in memory:
                memory[key] = int(donors(found, dates, stratum, key[0], window).sum())
            if best is None or memory[key] > best[0]:
                best = memory[key], window
            if memory[key] >= timing.donors_wanted:
                break
        if best is not None:
            chosen[j], code[j] = (best[1], 0) if best[0] >= timing.donors_least else (None, FEW)
    return chosen, code


def _candidates(found: Outcome, j: int, date: np.datetime64, timing: Timing) -> tuple[list[Window], int]:
    """Windows of one place from the longest, and the reason when there is none."""
    if not found.known[j].any():
        return [], SUPPRESSED if found.censored[j].any() else ABSENT
    if np.isnat(date):
        return [], UNDATED
    month = date.astype("datetime64[M]")
    partial = date != month.astype("datetime64[D]")
    at = int((month - np.datetime64(found.months[0], "M")).astype(int))
    stop, start = at - timing.anticipation, at + int(partial)
    size = len(found.months)
    if stop < 2 * YEAR or start + timing.after > size:
        return [], GAPS
    before, after = found.runs
    years = min(int(before[j, stop]), timing.before_most) // YEAR
    if years < 2 or after[j, start] < timing.after:
        blind = found.censored[j, stop - 2 * YEAR : start + timing.after].any()
        return [], SUPPRESSED if blind else GAPS
    return [Window(stop - YEAR * n, stop, start, start + timing.after) for n in range(years, 1, -1)], 0


def donors(found: Outcome, dates: Days, stratum: Ints, wanted: int, window: Window) -> Bools:
    """Return the places of a stratum that are known over the window and had no start before its end."""
    end = np.datetime64(found.months[0], "M") + window.end
    later = np.isnat(dates) | (dates >= end.astype("datetime64[D]"))
    whole = found.known[:, window.begin : window.end].all(axis=1)
    return np.asarray(later & whole & (stratum == wanted))


def spaced(noise: Floats, most: int) -> Ints:
    """Return the positions of at most so many units, evenly spaced in the order of their sampling noise."""
    order = np.argsort(noise, kind="stable")
    if len(order) <= most:
        return order
    return order[np.linspace(0, len(order) - 1, most).round().astype(np.int64)]


def quarters(values: Floats, length: int) -> Floats:
    """Add up every so many months along the second axis."""
    places, months = values.shape[:2]
    return values.reshape(places, months // length, length, *values.shape[2:]).sum(axis=2)
