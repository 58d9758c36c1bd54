"""Operation days: is the group a larger part of those stopped on days of an operation than on ordinary days?"""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from auditor.cells import Bools, Cells, CellSpec, Floats, RowSpec
from auditor.findings.card import Card
from auditor.signals.operations.counts import (
    EVENTS,
    Calendar,
    blind,
    calendar,
    completed,
    event_of,
    officers_recorded,
    parts,
)
from auditor.signals.operations.draw import draw
from auditor.signals.operations.measure import DayColumn, day_panel
from auditor.signals.searches import rows_of
from auditor.signals.signal import Contrast, Design, Inventory, Lack, Options, Panel, Signal

CARD = Card(
    name="operation-days",
    family="visibility",
    section=10,
    title="Days of operations",
    question="Is the group a larger part of those stopped on days of a saturation patrol or joint operation than on "
    "ordinary days of the same officers?",
    null="Which of the matched days were days of the operation has nothing to do with which group was stopped.",
    needs="Stops (or arrests, bookings) row by row with the day and the ethnic group, and which days were days of an "
    "operation: a column `operation`, or a table of days (format `operations`). Where rows name officers, each officer "
    "is held against himself.",
    measures="The odds of the focal group, against the reference group, among those stopped on operation days over the "
    "same odds on matched ordinary days: the same agency, weekday and season, and the same officers where they are "
    "recorded.",
    assumptions=(
        "But for the operation, its days would have been like the ordinary days around them.",
        "The days of operations are listed completely: an operation that is not listed counts as an ordinary day.",
        "Stops of both groups are recorded alike on both kinds of days.",
    ),
    misleads=(
        "An operation goes to a place and an hour that were chosen: where another mix of people is on the road there, "
        "the share differs whoever the officers stop.",
        "An operation after complaints, or at an event, meets other people than an ordinary day does.",
        "Where officers are not recorded, those who are sent on operations may differ from those who are not.",
        "A few operations leave few ways in which the days could have fallen: then only a very large difference can be "
        "told from chance.",
        "What an operation looks for (licences, drugs) has a mix of its own.",
    ),
    references=(
        "Ortega Melendres v. Arpaio, 989 F. Supp. 2d 822 (D. Ariz. 2013): saturation-patrol days against other days of "
        "the same officers, as put before the court.",
        "Rosenbaum, P. R. (2002). Observational Studies, 2nd ed., sections 2.4 and 2.6.",
        "Phipson, B. & Smyth, G. K. (2010). Permutation p-values should never be zero. Statistical Applications in "
        "Genetics and Molecular Biology 9, 39.",
    ),
    formulae=(
        "stratum s: an operation day of an agency with the ordinary days of its weekday within 4 weeks; level (s, o): "
        "officer o's stops in it, o having worked on both kinds of days",
        "operation days at most 3 days apart are one unit d, and so are the ordinary days as many weeks from it; any "
        "other day is a unit by itself; shares p_so by weekday",
        "unit d: z_d = (k_d - sum_o n_do p_so) / sqrt(sum_o n_do p_so (1 - p_so) (1 + (n_d - 1) rho)); rho: the "
        "correlation of one unit's stops, from Pearson's chi-square",
        "T = sum_s w_s (mean z of operation days - mean z of ordinary days); p = share of the ways to choose the "
        "operation days of every stratum with T as large (all, up to 20,000; else 9,999 drawn and the true one)",
        "odds ratio: the theta at which T(theta) = 0, operation days' log odds being raised by log theta; 95 % limits: "
        "those theta that neither one-sided test rejects at .025",
        "stops of unrecorded group: the ratio again with all of them on operation days counted as the focal group's "
        "and all on ordinary days as the reference group's, and the other way round",
        "detectable: the theta that lifts T by (1.96 + 0.84) of its standard deviation over the exchanges",
        "measured (benchmarks/days_null.py): a true null rejected at .05 in .036 to .058 of runs (two-sided), officers "
        "told apart .023 to .067; the last is for 10 operations of 6 officers and is a little too often. Operations of "
        "3 or 7 days in a row or on Monday, Wednesday and Friday, days near each other having .4 (SD of the log odds) "
        "in common: .025 to .063 with such days taken together, .085 to .153 one by one (400 runs each)",
    ),
    controls="The same odds ratio between groups that are not asked about and the reference group, on the same days; "
    "and for the focal group on false days, one week after each operation, among the ordinary days alone.",
)

_LABELS = {"same-days": "on the same days", "false-days": "on false days, a week after each operation"}
_SHOWN = ("same-officers", "all-officers")


class OperationDaysOptions(Options):
    """Options under ``[signals.operation-days]``.

    Attributes
    ----------
    event : str
        What is counted; ``"auto"`` takes the event of which most rows fall on operation days.
    weeks : int
        Farthest an ordinary day may be from its operation day, in weeks.
    draws : int
        Exchanges of days drawn where there are more than 20,000 in all.
    """

    event: Literal["auto", "stop", "citation", "arrest", "booking"] = "auto"
    weeks: int = Field(4, ge=1, le=12)
    draws: int = Field(9999, ge=999, le=99_999)


class OperationDays(Signal):
    """Days of operations against ordinary days, decided by exchanging days."""

    card = CARD
    options = OperationDaysOptions

    def lacks(self, inventory: Inventory, options: OperationDaysOptions) -> Lack | None:
        """Say what is missing before any place can be measured."""
        if not inventory.focal_groups:
            return Lack("operation-days.no-focal", "operation-days.need-focal")
        events = EVENTS if options.event == "auto" else (options.event,)
        held = [inventory.row_columns.get(event, frozenset()) for event in events]
        gaps = [{"group", "day"} - columns for columns in held]
        least = min(gaps, key=len)
        if least:
            named = {"columns": ", ".join(sorted({"day": "date (to the day)"}.get(name, name) for name in least))}
            return Lack("operation-days.no-columns", "operation-days.need-columns", named)
        marked = any("operation" in columns for columns, gap in zip(held, gaps, strict=True) if not gap)
        if not marked and not inventory.operated:
            return Lack("operation-days.no-operations", "operation-days.need-operations")
        return None

    def decides_by(self, inventory: Inventory, options: OperationDaysOptions) -> Literal["itself"]:
        """Days are exchanged within the place."""
        return "itself"

    def view(self, options: OperationDaysOptions) -> CellSpec:
        """Rows by event, group, agency, day and operation; of the officer only a number without meaning."""
        events = EVENTS if options.event == "auto" else (options.event,)
        keys = ("event", "group", "group_source", "agency", "day", "in_operation", "operation_day", "officer_code")
        rows = RowSpec(keys, events, personal=("officer",))
        return CellSpec(keys=("event", "group", "group_source"), events=events, rows=rows)

    def measure(self, cells: Cells, options: OperationDaysOptions, rng: np.random.Generator) -> Panel:
        """Compare each focal group: the same officers, and beside that (or, without officers, instead) all of them."""
        event = event_of(cells, options.event)
        dates = calendar(cells, event, options.weeks)
        columns = [_column(cells, dates, event, group, name) for group in cells.focal_groups for name in _shown(dates)]
        return day_panel(cells, columns, cells.window(event), options.draws, int(rng.integers(2**32)))

    def controls(self, cells: Cells, options: OperationDaysOptions, rng: np.random.Generator) -> Panel | None:
        """Compare groups that are not asked about on the same days, and the focal ones on false days."""
        event = event_of(cells, options.event)
        dates = calendar(cells, event, options.weeks)
        asked = {"", "unknown", "other", cells.reference_group, *cells.focal_groups}
        others = sorted(set(dates.rows.columns["group"].astype(str).tolist()) - asked)
        columns = [_column(cells, dates, event, group, "same-days", tested=False) for group in others]
        false = dates.shifted(1, options.weeks)
        columns += [_column(cells, false, event, group, "false-days", tested=False) for group in cells.focal_groups]
        return day_panel(cells, columns, cells.window(event), options.draws, int(rng.integers(2**32)))

    def simulate(self, rng: np.random.Generator, effect: float, design: Design) -> Cells:
        """Draw the days around three operations, with an effect on the focal group's odds on those days."""
        return draw(rng, effect, design)


def _shown(dates: Calendar) -> tuple[str, ...]:
    """Return the comparisons to make: one only where no officer is recorded at all."""
    return _SHOWN if (dates.rows.columns["officer_code"] >= 0).any() else _SHOWN[1:]


def _column(cells: Cells, dates: Calendar, event: str, group: str, name: str, *, tested: bool = True) -> DayColumn:
    """Lay out one comparison; a control holds officers against themselves wherever they are recorded."""
    groups = (group, cells.reference_group)
    own = officers_recorded(dates, groups, cells.size)
    every = np.ones(cells.size, dtype=bool)
    by_officer = None if name == "all-officers" else own
    wanted, preferred = (own, own) if name == "same-officers" else (every, every if not tested else ~own)
    if not (dates.rows.columns["officer_code"] >= 0).any():
        preferred = every
    present, censored, whole = _present(cells, event, groups)
    surname = "surname" in set(dates.rows.columns["group_source"].astype(str).tolist())
    notes = {
        "operation-days.caveat-chosen": every,
        "operation-days.caveat-officers": every if name == "all-officers" else np.zeros(cells.size, dtype=bool),
        "operation-days.caveat-surname": every & surname,
    }
    contrast = _contrast(groups, event, name, tested=tested)
    bounds = None
    if tested and blind(dates.rows).any():
        low, high = (parts(completed(dates, groups, up=up), groups, by_officer) for up in (False, True))
        bounds = (low, high)
    own_parts = parts(dates, groups, by_officer)
    return DayColumn(contrast, dates, own_parts, wanted, present, censored, whole, preferred, notes, bounds)


def _present(cells: Cells, event: str, groups: tuple[str, str]) -> tuple[Bools, Bools, Floats]:
    """Return where the event has any row, where a suppressed number is part of it, and all rows of both groups."""
    rows = rows_of(cells, event)
    present, censored = np.zeros(cells.size, dtype=bool), np.zeros(cells.size, dtype=bool)
    present[rows.index] = True
    told = np.isin(rows.columns["group"].astype(str), (*groups, "unknown"))
    censored[rows.index[told & rows.censored]] = True
    masks = [rows.columns["group"] == name for name in groups]
    whole = np.column_stack([np.bincount(rows.index[m], rows.n[m], cells.size).astype(float) for m in masks])
    return present, censored, whole


def _contrast(groups: tuple[str, str], event: str, name: str, *, tested: bool) -> Contrast:
    return Contrast(
        key=f"{groups[0]}/{groups[1]}/{name}",
        group=groups[0],
        reference=groups[1],
        event=event,
        label=name if tested else _LABELS[name],
        counted="operation-odds",
        among=event,
        comparator="ordinary-days",
        why=f"operation-days.why-{name}",
        shape="odds",
        method="randomisation of days within strata; limits by inverting the test",
        tested=tested,
        scale="odds-ratio",
        definitions=("operation-days.define-days", "operation-days.define-ratio"),
        words=CARD.name,
    )


SIGNAL = OperationDays()
