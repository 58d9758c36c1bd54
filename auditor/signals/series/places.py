"""The controlled interrupted series of every place, ranked among comparison places at the same calendar date."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from auditor.cells import Bools, Cells, Floats
from auditor.signals.series.counts import MOST_MISSING, Monthly, sums
from auditor.signals.series.event_study import Row, study
from auditor.signals.series.parts import FEW_COMPARISONS, FEW_EVENTS, NO_FIT, ROUGHER, Change, Cut, cut
from auditor.signals.series.starts import Ints, Start, Windows, month_number, others_within
from auditor.stats.series.change import (
    LevelChange,
    less,
    level_change,
    normal_limits,
    rank_change,
    rougher,
    slope_change,
)

LEAST_EVENTS = 20.0
"""Expected events of each group on each side of the start that a regression with six coefficients needs."""

Within = Literal["auto", "state", "all"]
Span = tuple[int, int, int, int]


@dataclass(frozen=True)
class Rules:
    """How comparison places are chosen and what a decision needs."""

    within: Within
    alpha: float
    level: float
    anticipation: int
    harmonics: int
    sides: tuple[int, ...]


@dataclass(frozen=True)
class _Window:
    """All places over the months of one window: those tested in it, and those in which nothing started."""

    tested: Bools
    compared: Bools
    focal: Floats
    total: Floats
    serious: tuple[Floats, Floats] | None
    start: int
    edge: int

    @property
    def rows(self) -> Ints:
        """Positions of the places that are fitted."""
        return np.flatnonzero(self.tested | self.compared)

    def fit(self, harmonics: int, *, slope: bool) -> LevelChange:
        """Fit all of them; discretionary less serious where both are told."""
        model, rows = (slope_change if slope else level_change), self.rows
        change = model(self.focal[rows], self.total[rows], self.start, harmonics)
        if self.serious is None:
            return change
        return less(change, model(self.serious[0][rows], self.serious[1][rows], self.start, harmonics))


@dataclass(frozen=True)
class Slopes:
    """Change of the yearly trend at the start, on the log scale, with 95 % limits; (J,), NaN where there is none."""

    value: Floats
    low: Floats
    high: Floats


Studies = dict[int, list[Row]]


def series_change(cells: Cells, made: Cut, rules: Rules, *, studied: bool = False) -> tuple[Change, Slopes, Studies]:
    """Return the change of level (decided by ranks), that of slope and, if ``studied``, the steps (described)."""
    size = cells.size
    level, slope = _empty(made, size), Slopes(*np.full((3, size), np.nan))
    studies: Studies = {}
    level.code[(made.code == 0) & (made.expected() < LEAST_EVENTS)] = FEW_EVENTS
    for window in _windows(cells, made, level.code == 0, rules):
        free = window.fit(rules.harmonics, slope=True)
        _rank(cells, made, window, rules, free, level)
        _slopes(window, rules, free, slope, level)
        if studied:
            _study(cells, made, window, level, studies)
    return level, slope, studies


def _study(cells: Cells, made: Cut, window: _Window, level: Change, into: Studies) -> None:
    about = {
        "group": cells.focal_groups[made.group],
        "reference": cells.reference_group,
        "event": made.data.event,
        "start": made.start.key,
    }
    cut, reference = (window.edge, window.start), window.total - window.focal
    for j in np.flatnonzero(window.tested & (level.code == 0)).tolist():
        date = {"date": str(made.start.date[j].astype("datetime64[D]"))}
        into[j] = study(j, window.focal, reference, cut, window.compared, {**about, **date})


def _empty(made: Cut, size: int) -> Change:
    value, low, high, greater, less_p, least, statistic, detectable, units = np.full((9, size), np.nan)
    notes = {name: np.zeros(size, dtype=bool) for name in _NOTES}
    none = np.zeros(size, dtype=bool)
    return Change(value, low, high, greater, less_p, least, statistic, detectable, units, made.code.copy(), none, notes)


_NOTES = (
    "activation-series.caveat-comparisons",
    "activation-series.caveat-wide",
    "activation-series.caveat-other-start",
    "activation-series.caveat-one-side",
)


def _windows(cells: Cells, made: Cut, large: Bools, rules: Rules) -> Iterator[_Window]:
    spans: dict[Span, list[int]] = {}
    win = made.windows
    for j in np.flatnonzero(large):
        span = (int(win.first[j]), int(win.start[j]), int(win.after[j]), int(win.last[j]))
        spans.setdefault(span, []).append(int(j))
    for span, members in sorted(spans.items()):
        tested = np.zeros(cells.size, dtype=bool)
        tested[members] = True
        yield _window(cells, made, rules, span, tested)


def _window(cells: Cells, made: Cut, rules: Rules, span: Span, tested: Bools) -> _Window:
    everywhere = [np.full(cells.size, value, dtype=np.int64) for value in span]
    win, data = Windows(*everywhere), made.data
    parts = sums(data, win.before_mask(len(data.months)), win.after_mask(len(data.months)))
    whole = cut(cells, data, made.start, win, parts, made.group)
    quiet = _quiet(cells, made.start, data, span, rules)
    observed = np.nan_to_num(parts.missing, nan=1.0) <= MOST_MISSING
    compared = quiet & observed & (whole.expected() >= LEAST_EVENTS) & ~tested
    compared &= np.isin(cells.stratum, cells.stratum[tested])
    months = slice(span[0], span[3] + 1)
    counts = data.counts[:, months] * (parts.takes_part[:, None, :] & parts.used[:, months, None])[..., None]
    first, *rest = (_pair(counts, data, sign, made.group) for sign in rules.sides)
    return _Window(tested, compared, *first, rest[0] if rest else None, span[2] - span[0], span[1] - span[0])


def _pair(counts: Floats, data: Monthly, sign: int, group: int) -> tuple[Floats, Floats]:
    side = counts[:, :, data.side == sign].sum(axis=2)
    return side[..., group], side[..., group] + side[..., -1]


def _quiet(cells: Cells, start: Start, data: Monthly, span: Span, rules: Rules) -> Bools:
    """Say in which places nothing started in the months of the window, nor before, nor in the months just after."""
    begun = np.zeros(cells.size, dtype=bool)
    table = cells.activations
    reached = month_number(table.date) <= data.origin + span[3] + rules.anticipation
    same = table.program.astype(str) == start.program
    begun[table.index[reached & same & ~np.isnat(table.date) & (table.kind != "ended")]] = True
    edges = [np.full(cells.size, data.origin + at, dtype=np.int64) for at in (span[0], span[3])]
    return ~begun & ~others_within(cells, start, *edges)


def _rank(cells: Cells, made: Cut, window: _Window, rules: Rules, free: LevelChange, into: Change) -> None:
    """Rank each tested place among its comparisons, and write what came out.

    How noisy a place is, is read from the fit in which trends may change: an effect that grows is no noise.
    """
    change, rows = window.fit(rules.harmonics, slope=False), window.rows
    fitted = np.zeros(cells.size, dtype=bool)
    fitted[rows] = change.fitted
    statistic, value, se, natural, dispersion = (np.full(cells.size, np.nan) for _ in range(5))
    statistic[rows], value[rows], se[rows] = change.statistic, change.estimate, change.se
    natural[rows], dispersion[rows] = free.natural, free.dispersion
    least = math.ceil(1 / rules.alpha - 1e-9) - 1
    label = cells.stratum
    states = np.unique(np.array(("", *cells.states)), return_inverse=True)[1][1:]
    usable = window.compared & fitted & np.isfinite(natural)
    for j in np.flatnonzero(window.tested):
        if not fitted[j]:
            into.code[j] = NO_FIT
            continue
        others, wide = _comparisons(label, states, usable, int(j), rules, least)
        if others.sum() < least:
            into.code[j] = FEW_COMPARISONS
            continue
        if rougher((natural[j], dispersion[j]), (natural[others], dispersion[others])):
            into.code[j] = ROUGHER
            continue
        ranked = rank_change(value[[j]], se[[j]], statistic[others], rules.level)
        into.value[j], into.low[j], into.high[j] = value[j], ranked.low[0], ranked.high[0]
        into.greater[j], into.less[j], into.least[j] = ranked.greater[0], ranked.less[0], ranked.least
        into.statistic[j], into.detectable[j] = statistic[j], ranked.detectable[0]
        into.units[j], into.testable[j] = others.sum(), True
        into.notes["activation-series.caveat-comparisons"][j] = True
        into.notes["activation-series.caveat-wide"][j] = wide
        into.notes["activation-series.caveat-other-start"][j] = made.other[j]
        into.notes["activation-series.caveat-one-side"][j] = window.serious is None


def _comparisons(label: Ints, states: Ints, fitted: Bools, j: int, rules: Rules, least: int) -> tuple[Bools, bool]:
    """Return the comparison places of one place, and whether they lie outside its state too."""
    peers = fitted & (label == label[j])
    near = peers & (states == states[j])
    if rules.within == "state" or (rules.within == "auto" and states[j] > 0 and near.sum() >= least):
        return near, False
    return peers, bool(states[j] > 0) and bool((peers & ~near).any())


def _slopes(window: _Window, rules: Rules, change: LevelChange, into: Slopes, level: Change) -> None:
    rows = window.rows
    for at in np.flatnonzero(window.tested[rows] & change.fitted):
        j = int(rows[at])
        if level.code[j] == 0:
            d, s = float(change.estimate[at]), float(change.se[at])
            into.value[j] = d
            into.low[j], into.high[j], _, _ = normal_limits(d, s, rules.level)
