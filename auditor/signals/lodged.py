"""Cases in which a detainer was lodged, by place, side and stratum: from single rows, or from two counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from auditor.cells import Bools, Cells, Floats, RowTable
from auditor.signals.cases import rows_of, spread
from auditor.signals.sides import Counted

EVENTS = ("match", "booking", "arrest")
"""Events in which a detainer can be lodged, in the order in which they are preferred."""
STRATA = {"level": ("level",), "offence": ("offence",), "overall": ()}
UNCLASSED = ("", "unknown")
_LEAST_CLASSED = 0.7
_SOURCES = ("recorded", "perceived", "mixed", "surname")


@dataclass(frozen=True)
class Lodged:
    """Cases of one event, and on which of them a detainer was lodged; masks over the rows.

    Attributes
    ----------
    event : str
    rows : RowTable
        With the keys ``group``, ``level`` and ``offence``.
    cases : (R,) bool array
        Cases of which it is known whether a detainer was lodged.
    hits : (R,) bool array
        Detainers. From single rows these are cases; from counts they are rows of their own.
    silent : (R,) bool array
        Cases of which it is not known.
    linked : bool
        Whether case and detainer stand in one row: else two totals are set against each other.
    source : str
        Where the groups come from.
    """

    event: str
    rows: RowTable
    cases: Bools
    hits: Bools
    silent: Bools
    linked: bool
    source: str

    def take(self, keep: Bools) -> Lodged:
        """Return the rows that a mask keeps."""
        return replace(
            self, rows=self.rows.take(keep), cases=self.cases[keep], hits=self.hits[keep], silent=self.silent[keep]
        )

    def classed(self, name: str) -> Bools:
        """Return the rows that have a stratum; all, where there are none to be told apart."""
        known = np.ones(len(self.rows.n), dtype=bool)
        for key in STRATA[name]:
            known &= ~np.isin(self.rows.columns[key].astype(str), UNCLASSED)
        return known

    def within(self, wanted: str) -> str:
        """Return the strata of the test: what is wanted, else levels or offences if most cases have one."""
        if wanted != "auto":
            return wanted
        total = float(self.rows.n[self.cases].sum())
        order = ("level", "offence") if self.event == "match" else ("offence", "level")
        known = {name: float(self.rows.n[self.cases & self.classed(name)].sum()) for name in order}
        return next((name for name in order if total and known[name] >= _LEAST_CLASSED * total), "overall")


def by_rows(cells: Cells, events: Sequence[str], group: str = "") -> Lodged | None:
    """Return the cases of the event with most rows that tell of a detainer; None where no row does.

    Parameters
    ----------
    cells : Cells
        With the row keys ``event``, ``group``, ``group_source``, ``level``, ``offence`` and ``lodged``.
    events : sequence of str
        In the order in which they are preferred.
    group : str
        Key that says to which side a case belongs; the ethnic group where empty.
    """
    if cells.rows is None:
        return None
    key = group or "group"
    told = (cells.rows.columns["lodged"] >= 0) & ~np.isin(cells.rows.columns[key].astype(str), ("", "unknown"))
    reach = {event: float(cells.rows.take(told).where(event=event).n.sum()) for event in events}
    best = max(events, key=lambda event: (reach[event], -list(events).index(event)))
    if not reach[best]:
        return None
    rows = cells.rows.where(event=best) if group else rows_of(cells, best)
    lodged = rows.columns["lodged"]
    sources = sorted(set(rows.columns["group_source"].astype(str).tolist()) - {""})
    return Lodged(best, rows, lodged >= 0, lodged == 1, lodged < 0, True, sources[0] if sources else "")


def by_counts(cells: Cells, events: Sequence[str]) -> Lodged | None:
    """Return detainers set against the cases of the event that most places count by group beside them; None if none."""
    known = cells.counts.take(~cells.counts.isin("group", "", "unknown"))
    places = {event: set(known.where(event=event).index.tolist()) for event in (*events, "detainer")}
    reach = {event: len(places[event] & places["detainer"]) for event in events}
    best = max(events, key=lambda event: (reach[event], -list(events).index(event)))
    if not reach[best]:
        return None
    table = cells.counts.where(event=(best, "detainer"))
    table = table.take(~table.isin("group", ""))
    source = table.columns["group_source"].astype(str)
    some = {name: len(np.unique(table.index[np.isin(source, (name, ""))])) for name in _SOURCES if name in source}
    chosen = max(some, key=lambda name: (some[name], -_SOURCES.index(name))) if some else ""
    table = table.take(np.isin(source, (chosen, "")))
    columns = {name: table.columns[name] for name in ("event", "group", "group_source", "level", "offence")}
    rows = RowTable(table.index, columns, table.n, table.censored)
    detainer = rows.columns["event"].astype(str) == "detainer"
    return Lodged(best, rows, ~detainer, detainer, np.zeros(len(rows.n), dtype=bool), False, chosen)


def count(found: Lodged, places: int, sides: Sequence[str], name: str) -> Counted:
    """Count cases and detainers by place, side and stratum.

    Parameters
    ----------
    found : Lodged
    places : int
    sides : pair of str
        Focal and reference side, as in the column ``group``.
    name : str
        Of :data:`STRATA`; rows without a stratum are left out.
    """
    kept = found.classed(name)
    used = (found.cases | found.hits) & kept
    cases, hits, silent = found.cases & kept, found.hits & kept, found.silent & kept
    k, n, blind = spread(found.rows, places, sides, (hits, cases, silent), STRATA[name], within=used)
    censored = np.zeros(places, dtype=bool)
    mine = np.isin(found.rows.columns["group"].astype(str), tuple(sides))
    censored[found.rows.index[found.rows.censored & mine & (used | silent)]] = True
    return Counted(k, n, blind.sum(axis=2), censored)


def unclassed(found: Lodged, places: int, sides: Sequence[str], name: str) -> Bools:
    """Return where too many cases of a side have no stratum to be compared within strata."""
    total = [spread(found.rows, places, sides, (found.cases & kept,), (), within=kept)[0][:, :, 0] for kept in (
        np.ones(len(found.rows.n), dtype=bool), found.classed(name))]  # fmt: skip
    return np.asarray((total[1] < _LEAST_CLASSED * total[0]).any(axis=1), dtype=bool)


def too_many(numbers: Counted) -> Bools:
    """Return where a stratum has more detainers than cases: the two totals are not of the same people."""
    return np.asarray((numbers.k > numbers.n).any(axis=(1, 2)), dtype=bool)


def of_no_side(found: Lodged, places: int, sides: Sequence[str], *, groups: bool) -> Floats:
    """Return the cases that cannot be given to a side, by place: of unrecorded group, or of unrecorded country."""
    column = found.rows.columns["group"].astype(str)
    lost = np.isin(column, UNCLASSED) if groups else ~np.isin(column, tuple(sides))
    kept = lost & (found.cases | found.silent)
    return np.bincount(found.rows.index[kept], found.rows.n[kept], places).astype(np.float64)
