"""Two sides' shares compared in every place, within strata: what the shapes "hits" and "pair" have in common.

A shape says how its numbers are written (which share is on top, against which base); when a place cannot be measured,
what is missing, and what would give small counts away is the same for both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Bools, Cells, Floats
from auditor.signals.baseline import printable, small
from auditor.signals.signal import Contrast, Lack, Panel, blank
from auditor.signals.units import Together
from auditor.signals.ways import few_ways_of_strata

LEVEL = 0.95
BLANK = "missing-group"
"""Name of the range that rests on the cases of unrecorded group."""
_UNRECORDED = 0.5
"""Share of cases without the recorded outcome above which a side is withheld."""
_ABSENT, _SUPPRESSED, _NOTHING, _ONE_SIDE, _UNKNOWN, _ONE_OUTCOME, _NO_OVERLAP = range(1, 8)

Part = dict[str, Any]
"""Arrays over places of one comparison, by name."""
Fill = Callable[[Part, Bools, Floats, Floats, float], None]
"""Writes the numbers of the measured places: part, their mask, k and n (J', 2, S), least expected count."""


@dataclass(frozen=True)
class Counted:
    """Cases of the focal side (0) and the reference side (1), by place, side (and stratum).

    Attributes
    ----------
    k, n : (J, 2, S) arrays
        Cases with the outcome, and all of which it is recorded; 0 in strata that are not there.
    unrecorded : (J, 2) array
        Cases of which it is not recorded.
    censored : (J,) bool array
        Where a suppressed number is part of them.
    """

    k: Floats
    n: Floats
    unrecorded: Floats
    censored: Bools

    def shared(self) -> tuple[Floats, Floats]:
        """Return k and n of the strata that hold both sides, 0 elsewhere."""
        both = np.all(self.n > 0, axis=1)[:, None, :]
        return np.where(both, self.k, 0.0), np.where(both, self.n, 0.0)


@dataclass(frozen=True)
class Blank:
    """What the cases of unrecorded group could do; arrays over places.

    Attributes
    ----------
    low, high : (J,) arrays
        Ends of the focal group's pooled share over the reference group's; NaN where there is no such case.
    parts : (J, 2) array
        Those cases with and without the outcome.
    few : (J,) bool array
        Where the ends would let 1 to 10 of them be worked out.
    """

    low: Floats
    high: Floats
    parts: Floats
    few: Bools

    def reversed(self) -> Blank:
        """Return the same with the reference group's share on top."""
        with np.errstate(divide="ignore"):
            return Blank(1 / self.high, 1 / self.low, self.parts, self.few)


@dataclass(frozen=True)
class PairColumn:
    """One comparison of two sides.

    Attributes
    ----------
    contrast : Contrast
    counted : Counted
    present : (J,) bool array
        Where any row of the event is in the sources.
    unknown : (J,) array
        Cases of which it is not known to which side they belong.
    notes : mapping of str to bool array
    extra : mapping of str to (J,) array
        Further numbers; what is not given for a column is NaN in it.
    ranges : mapping of str to (low, high) of (J,) arrays
        What assumptions could do to the estimate.
    withheld : tuple of (Lack, bool array)
        Further reasons to say nothing of a place. They go before an unrecorded outcome, one outcome only and strata
        without both sides, and after an absent, suppressed or empty side.
    hidden, range_hidden, missing_hidden : (J,) bool arrays or None
        Places whose numbers, ranges, or missing shares may not be printed for further reasons.
    blank : Blank or None
        What cases of unrecorded group could do to the estimate: the range "missing-group".
    units : Together or None
        The same cases by encounter and by officer.
    sides : pair of str or None
        Names of the sides, by which comparisons that share one are known; the contrast's groups where None.
    whole : (J, 3) array or None
        All cases of each side and of neither, whatever their outcome, where other signals print them.
    counted_elsewhere : bool
        Whether other signals print how many cases have the outcome, in all.
    beside : (J, m) array or None
        Cases beside those compared, in the strata compared and in those left out, where other signals print all cases
        by stratum.
    """

    contrast: Contrast
    counted: Counted
    present: Bools
    unknown: Floats
    notes: Mapping[str, Bools] = field(default_factory=dict)
    extra: Mapping[str, Floats] = field(default_factory=dict)
    ranges: Mapping[str, tuple[Floats, Floats]] = field(default_factory=dict)
    withheld: Sequence[tuple[Lack, Bools]] = ()
    hidden: Bools | None = None
    range_hidden: Bools | None = None
    missing_hidden: Bools | None = None
    blank: Blank | None = None
    units: Together | None = None
    sides: tuple[str, str] | None = None
    whole: Floats | None = None
    counted_elsewhere: bool = True
    beside: Floats | None = None

    @property
    def names(self) -> tuple[str, str]:
        """Names of the focal and the reference side."""
        return self.sides or (self.contrast.group or "", self.contrast.reference or "")


@dataclass(frozen=True)
class Shape:
    """How a signal writes its comparisons.

    Attributes
    ----------
    lacks : tuple of Lack
        Seven, in this order: no row; a suppressed number; no case of either side; none of one side; the outcome
        unrecorded for more than half of a side; one outcome only; no stratum with both sides.
    fill : callable
    extra : tuple of str
        Numbers that ``fill`` writes besides those of every panel.
    missing : str
        Name of the share of cases without a recorded outcome.
    """

    lacks: tuple[Lack, ...]
    fill: Fill
    extra: tuple[str, ...]
    missing: str


def side_panel(
    signal: str, cells: Cells, columns: Sequence[PairColumn], window: tuple[Sequence[str], Sequence[str]], shape: Shape
) -> Panel:
    """Measure the columns and stack them; what is printed beside another must not give small strata away."""
    lacks = (*shape.lacks, *_further(columns))
    parts = [_measure(cells, column, shape, lacks) for column in columns]
    for i, part in enumerate(parts):
        for earlier, column in zip(parts[:i], columns, strict=False):
            part["hidden"] = part["hidden"] | _revealing(cells, part, earlier, columns[i].names, column.names)
            part["range_hidden"] |= telling(cells, columns[i].blank, column.blank)
            gap = np.abs(part["silent"] - earlier["silent"])
            part["missing_hidden"] |= small(gap, cells).any(axis=1)
            if columns[i].names == column.names:
                part["hidden"] |= _beside_differ(cells, columns[i].beside, column.beside)

    def stack(name: str) -> Any:
        return np.column_stack([part[name] for part in parts])

    code = stack("code")
    return Panel(
        signal=signal,
        places=cells.ids,
        contrasts=tuple(column.contrast for column in columns),
        code=code,
        testable=stack("testable"),
        lacks=lacks,
        notes=_notes(cells, columns, code),
        extra={name: stack(name) for name in shape.extra} | _extra(cells, columns, code),
        ranges=_ranges(cells, columns, code),
        missing={"group": stack("missing_group"), shape.missing: stack("missing_outcome")},
        window=(_wide(window[0], len(columns)), _wide(window[1], len(columns))),
        censored=np.column_stack([column.counted.censored for column in columns]),
        hidden=stack("hidden"),
        range_hidden=stack("range_hidden"),
        missing_hidden=stack("missing_hidden"),
        base_error=stack("base_error"),
        coarse=stack("strata") > 1,
        stratum=cells.stratum,
        **{name: stack(name) for name in blank(0, 0)},
    )


def _further(columns: Sequence[PairColumn]) -> tuple[Lack, ...]:
    found: list[Lack] = []
    for column in columns:
        found += [lack for lack, _ in column.withheld if lack not in found]
    return tuple(found)


def _notes(cells: Cells, columns: Sequence[PairColumn], code: NDArray[np.int64]) -> dict[str, Bools]:
    names = sorted({name for column in columns for name in column.notes})
    none = np.zeros(cells.size, dtype=bool)
    return {name: np.column_stack([c.notes.get(name, none) for c in columns]) & (code == 0) for name in names}


def _extra(cells: Cells, columns: Sequence[PairColumn], code: NDArray[np.int64]) -> dict[str, Floats]:
    names = sorted({name for column in columns for name in column.extra})
    none = np.full(cells.size, np.nan)
    return {name: _where(code == 0, [c.extra.get(name, none) for c in columns]) for name in names}


def _ranges(cells: Cells, columns: Sequence[PairColumn], code: NDArray[np.int64]) -> dict[str, tuple[Floats, Floats]]:
    known = [c.ranges if c.blank is None else {**c.ranges, BLANK: (c.blank.low, c.blank.high)} for c in columns]
    names = sorted({name for ranges in known for name in ranges})
    none = np.full(cells.size, np.nan)
    both = {name: [ranges.get(name, (none, none)) for ranges in known] for name in names}
    return {
        name: (_where(code == 0, [low for low, _ in pairs]), _where(code == 0, [high for _, high in pairs]))
        for name, pairs in both.items()
    }


def _where(measured: Bools, columns: Sequence[Floats]) -> Floats:
    return np.where(measured, np.column_stack(columns), np.nan)


def _wide(days: Sequence[str], columns: int) -> NDArray[np.object_]:
    return np.column_stack([np.array(days, dtype=object)] * columns)


def _measure(cells: Cells, column: PairColumn, shape: Shape, lacks: Sequence[Lack]) -> Part:
    counted = column.counted
    k, n = counted.shared()
    part: Part = {name: values[:, 0] for name, values in blank(cells.size, 1).items()}
    part |= {name: np.full(cells.size, np.nan) for name in shape.extra}
    part["base_error"] = np.zeros(cells.size)
    part["code"] = _codes(column, n, lacks)
    ok = part["code"] == 0
    part["testable"] = np.zeros(cells.size, dtype=bool)
    part["strata"] = np.where(ok, (n[:, 0] > 0).sum(axis=1), np.nan)
    part["whole"] = np.concatenate([counted.k.sum(axis=2), (counted.n - counted.k).sum(axis=2)], axis=1)
    part["compared"] = np.concatenate([k.sum(axis=2), (n - k).sum(axis=2)], axis=1)
    part["hidden"] = _small_parts(cells, part["compared"]) | few_ways_of_strata(cells, k, n)
    if column.hidden is not None:
        part["hidden"] |= column.hidden
    if column.whole is not None:
        part["hidden"] |= small(column.whole[:, :2] - n.sum(axis=2), cells).any(axis=1)
        if column.counted_elsewhere:
            part["hidden"] |= _left_out(cells, part["whole"] - part["compared"])
    if column.beside is not None:
        part["hidden"] |= small(column.beside, cells).any(axis=1)
    if ok.any():
        shape.fill(part, ok, k[ok], n[ok], cells.gates["expected"])
    _missing(part, cells, column, ok)
    return part


def _codes(column: PairColumn, shared: Floats, lacks: Sequence[Lack]) -> NDArray[np.int64]:
    """Return 0 where measurable, else the number of the reason (1-based into the lacks)."""
    counted = column.counted
    whole, some = counted.n.sum(axis=2), counted.k.sum(axis=2)
    cases = whole + counted.unrecorded
    code = np.zeros(len(whole), dtype=np.int64)
    code[shared.sum(axis=(1, 2)) == 0] = _NO_OVERLAP
    code[(some.sum(axis=1) == 0) | (some.sum(axis=1) == whole.sum(axis=1))] = _ONE_OUTCOME
    code[(counted.unrecorded > _UNRECORDED * cases).any(axis=1)] = _UNKNOWN
    for lack, where in column.withheld:
        code[where] = list(lacks).index(lack) + 1
    code[(cases == 0).any(axis=1)] = _ONE_SIDE
    code[(cases == 0).all(axis=1)] = _NOTHING
    code[counted.censored] = _SUPPRESSED
    code[~column.present] = _ABSENT
    return code


def _small_parts(cells: Cells, counts: Floats) -> Bools:
    """Return where either count of either side may not be printed; counts are with, then without, by side."""
    hidden = ~printable(counts[:, 0], counts[:, 0] + counts[:, 2], cells)
    return hidden | ~printable(counts[:, 1], counts[:, 1] + counts[:, 3], cells)


def _left_out(cells: Cells, rest: Floats) -> Bools:
    """Return where 1 to 10 cases of one outcome stand in strata with one side, on either side or both together.

    Other signals print how many cases of an outcome there are in all.
    """
    both = np.column_stack([rest, rest[:, :2].sum(axis=1), rest[:, 2:].sum(axis=1)])
    return np.asarray(small(both, cells).any(axis=1), dtype=bool)


def _revealing(cells: Cells, part: Part, earlier: Part, names: tuple[str, str], others: tuple[str, str]) -> Bools:
    """Return where the counts of two comparisons differ by 1 to 10: whoever has both would know that number.

    Comparisons of two focal groups share the reference group only. A side may be focal here and reference there.
    """
    pairs = [(i, j) for i, name in enumerate(names) for j, other in enumerate(others) if name == other]
    found = np.zeros(cells.size, dtype=bool)
    for i, j in pairs:
        gap = np.abs(part["compared"][:, [i, i + 2]] - earlier["compared"][:, [j, j + 2]])
        found |= np.asarray(small(gap, cells).any(axis=1), dtype=bool)
    return found


def _beside_differ(cells: Cells, one: Floats | None, other: Floats | None) -> Bools:
    """Return where what stands beside two comparisons differs by 1 to 10.

    Where one is of some classes of offence of the other, the two leave the cases compared of the rest of the classes,
    and other signals print all cases of those.
    """
    if one is None or other is None:
        return np.zeros(cells.size, dtype=bool)
    return np.asarray(small(np.abs(one - other), cells).any(axis=1), dtype=bool)


def telling(cells: Cells, one: Blank | None, other: Blank | None) -> Bools:
    """Return where the cases of unrecorded group of two comparisons differ by 1 to 10."""
    if one is None or other is None:
        return np.zeros(cells.size, dtype=bool)
    return np.asarray(small(np.abs(one.parts - other.parts), cells).any(axis=1), dtype=bool)


def _missing(part: Part, cells: Cells, column: PairColumn, ok: Bools) -> None:
    cases = part["whole"].sum(axis=1) + column.counted.unrecorded.sum(axis=1)
    silent = column.counted.unrecorded.sum(axis=1)
    for name, count, base in (
        ("missing_group", column.unknown, cases + column.unknown),
        ("missing_outcome", silent, cases),
    ):
        part[name] = np.divide(count, base, out=np.full(cells.size, np.nan), where=ok & (base > 0))
    # A missing share tells how many cases there are in all, those of strata with one side included.
    beyond = (part["whole"] - part["compared"]).sum(axis=1)
    bare = small(column.unknown, cells) | small(silent, cells) | small(beyond, cells)
    if column.blank is not None:
        bare |= small(column.unknown - column.blank.parts.sum(axis=1), cells)
    if column.whole is not None:
        bare |= small(column.whole[:, 2] - column.unknown, cells)
        # Other signals print all cases of each side: less those with and without an outcome, they are of no such kind.
        bare |= small(column.whole[:, :2].sum(axis=1) - cases, cells)
    # What two missing shares tell besides what is compared.
    part["silent"] = np.column_stack([column.unknown, silent, cases])
    part["missing_hidden"] = bare if column.missing_hidden is None else bare | column.missing_hidden
    part["range_hidden"] = bare if column.range_hidden is None else bare | column.range_hidden
    if column.blank is not None:
        part["range_hidden"] = part["range_hidden"] | column.blank.few
