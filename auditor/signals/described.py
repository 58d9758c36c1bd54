"""Columns of numbers about places, stacked into a panel; most of them describe records and test nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Bools, Cells, Floats, Texts
from auditor.signals.baseline import small
from auditor.signals.signal import Contrast, Lack, Panel, blank

Window = tuple[Sequence[str] | Texts, Sequence[str] | Texts]


@dataclass(frozen=True)
class Column:
    """One contrast over places; arrays of shape (J,), and what is not given is not there.

    Attributes
    ----------
    contrast : Contrast
    code : int array
        0 where measured, else 1 + index into the signal's lacks.
    values : mapping of str to array
        Of the panel's numbers, by the panel's names; ``k`` and ``n`` at least. A base that is not given is the
        comparator held inside (0, 1), one half where there is none.
    extra : mapping of str to array
    testable : bool array or None
        Where the sentence states the comparison rather than that it is too small; by default where it was measured.
    notes, missing, ranges : mappings
        As in :class:`Panel`, one column each.
    printed : mapping of str to sequence of array
        Every count of people that a reader of this column knows or can work out from it alone, by the kind of people;
        where one of them is 1 to 10 the column is hidden there, and so is a later column of which a count differs by
        so little from one of the same kind here: one may be a part of the other.
    censored : bool array or None
    coarse : bool array or None
    hidden : bool array or None
        Where the column is hidden for another reason than a count in ``printed``.
    range_hidden : bool array or None
    base_error : array or None
    window : pair of text arrays or None
        Days of the very rows that were counted; the panel's window where not given.
    """

    contrast: Contrast
    code: NDArray[np.int64]
    values: Mapping[str, Floats]
    extra: Mapping[str, Floats] = field(default_factory=dict)
    testable: Bools | None = None
    notes: Mapping[str, Bools] = field(default_factory=dict)
    missing: Mapping[str, Floats] = field(default_factory=dict)
    ranges: Mapping[str, tuple[Floats, Floats]] = field(default_factory=dict)
    printed: Mapping[str, Sequence[Floats]] = field(default_factory=dict)
    censored: Bools | None = None
    coarse: Bools | None = None
    hidden: Bools | None = None
    range_hidden: Bools | None = None
    base_error: Floats | None = None


def stacked(signal: str, cells: Cells, columns: Sequence[Column], lacks: Sequence[Lack], window: Window) -> Panel:
    """Stack columns into a panel.

    Parameters
    ----------
    signal : str
    cells : Cells
    columns : sequence of Column
    lacks : sequence of Lack
        What the codes of every column point into.
    window : pair of (J,) text arrays
        First and last day of the rows that were counted.

    Returns
    -------
    Panel
        Numbers stand only where a column's code is 0.
    """
    size, width = cells.size, len(columns)
    numbers: dict[str, Any] = dict(blank(size, width))
    for c, column in enumerate(columns):
        for name, values in _filled(column).items():
            numbers[name][:, c] = np.where(column.code == 0, values, np.nan)
    none = np.zeros(size, dtype=bool)

    def masks(name: str) -> Bools:
        found = [getattr(column, name) for column in columns]
        return np.column_stack([none if mask is None else mask for mask in found])

    code = np.column_stack([column.code for column in columns])
    told = [(c.code == 0) & (True if c.testable is None else c.testable) for c in columns]
    return Panel(
        signal=signal,
        places=cells.ids,
        contrasts=tuple(column.contrast for column in columns),
        code=code,
        testable=np.column_stack(told),
        lacks=tuple(lacks),
        notes={name: _notes(columns, name) & (code == 0) for name in _names(columns, "notes")},
        extra={name: _gathered(columns, "extra", name, size) for name in _names(columns, "extra")},
        missing={name: _gathered(columns, "missing", name, size) for name in _names(columns, "missing")},
        ranges={name: _ranges(columns, name, size) for name in _names(columns, "ranges")},
        window=(_repeated(window[0], width), _repeated(window[1], width)),
        censored=masks("censored"),
        coarse=masks("coarse"),
        hidden=hidden(cells, columns),
        range_hidden=masks("range_hidden"),
        base_error=np.column_stack([np.zeros(size) if c.base_error is None else c.base_error for c in columns]),
        stratum=cells.stratum,
        **numbers,
    )


def _repeated(days: Sequence[str] | Texts, width: int) -> Texts:
    return np.column_stack([np.array(list(days), dtype=object)] * width)


def hidden(cells: Cells, columns: Sequence[Column]) -> Bools:
    """Return, (J, C), where a column holds a count of 1 to 10, or one differs by so little from an earlier column's."""
    result = np.zeros((cells.size, len(columns)), dtype=bool)
    for c, column in enumerate(columns):
        for count in (count for counts in column.printed.values() for count in counts):
            result[:, c] |= small(np.nan_to_num(count), cells)
        if column.hidden is not None:
            result[:, c] |= column.hidden
    for c, column in enumerate(columns):
        for d in range(c):
            both = (column.code == 0) & (columns[d].code == 0) & ~result[:, d]
            result[:, c] |= both & _revealing(cells, column, columns[d])
    return result


def _revealing(cells: Cells, column: Column, earlier: Column) -> Bools:
    """Return where two counts of one kind of people differ by 1 to 10."""
    found = np.zeros(cells.size, dtype=bool)
    for kind in set(column.printed) & set(earlier.printed):
        for one in column.printed[kind]:
            for other in earlier.printed[kind]:
                found |= small(np.nan_to_num(np.abs(one - other)), cells)
    return found


def unmeasured(column: Column, where: Bools, code: int) -> Column:
    """Return the column with a reason for having no number at some places."""
    return replace(column, code=np.where(where, code, column.code))


def _filled(column: Column) -> dict[str, Floats]:
    values = {name: np.asarray(column.values[name], dtype=float) for name in column.values}
    size = len(column.code)
    comparator = values.setdefault("comparator", np.full(size, np.nan))
    if "base" not in values:
        values["base"] = np.clip(np.where(np.isfinite(comparator), comparator, 0.5), 1e-6, 1 - 1e-6)
    return values


def _names(columns: Sequence[Column], kind: str) -> list[str]:
    return sorted({name for column in columns for name in getattr(column, kind)})


def _notes(columns: Sequence[Column], name: str) -> Bools:
    nowhere = np.zeros(len(columns[0].code), dtype=bool)
    return np.column_stack([column.notes.get(name, nowhere) for column in columns])


def _gathered(columns: Sequence[Column], kind: str, name: str, size: int) -> Floats:
    nothing = np.full(size, np.nan)
    found = [np.where(c.code == 0, getattr(c, kind).get(name, nothing), np.nan) for c in columns]
    return np.column_stack(found)


def _ranges(columns: Sequence[Column], name: str, size: int) -> tuple[Floats, Floats]:
    nothing = (np.full(size, np.nan), np.full(size, np.nan))
    sides = [[np.where(c.code == 0, c.ranges.get(name, nothing)[side], np.nan) for c in columns] for side in (0, 1)]
    return np.column_stack(sides[0]), np.column_stack(sides[1])
