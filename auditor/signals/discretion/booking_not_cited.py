"""Booked, not cited: for offences that could be cited, are people of the group taken into custody more often?"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
from pydantic import field_validator

from auditor.cells import Cells, CellSpec, RowSpec, RowTable
from auditor.domain.vocabulary import OFFENCES, SERIOUS
from auditor.errors import unknown_name
from auditor.findings.card import Card
from auditor.signals.cases import merged, other_groups, richest, rows_of
from auditor.signals.citation_columns import CITABLE, citation_column
from auditor.signals.citations import ways_of, with_time
from auditor.signals.citations_simulated import simulate_citations
from auditor.signals.pair_measure import pair_panel
from auditor.signals.signal import Design, Inventory, Lack, Options, Panel, Signal
from auditor.signals.units import UNITS

CARD = Card(
    name="booking-not-cited",
    family="discretion",
    section=9,
    title="Custody instead of a citation",
    question="For offences that an officer could answer with a citation, are people of the group taken into custody "
    "more often than people of the reference group?",
    null="Among citable offences, in cases of this place alike in class of offence, time of day and week, and agency, "
    "the focal group is taken into custody as often as the reference group.",
    needs="Stops, citations or arrests row by row, with ethnic group, offence, date, time and agency, and whether each "
    "ended in a citation (cited) or in jail (booked).",
    measures="The focal group's share of custody among cases that ended in a citation or in custody, over the "
    "reference group's, among cases alike. Who is booked is fingerprinted, and the prints may be checked against "
    "immigration databases; who is cited as a rule is not, so a ratio above 1 is what arrests as a pretext predict.",
    assumptions=(
        "Every class counted as citable is one that this agency's officers may answer with a citation; the option "
        "citable says which are counted.",
        "Cases alike in offence, time and agency leave the officer the same choice in both groups.",
        "Whether a case ended in a citation or in custody is recorded alike for both groups.",
        "One encounter (agency, day, minute and officer), and one officer where six or more are recorded, tells "
        "nothing of how the cases of another end; where neither is recorded, one case does. Simulated without an "
        "effect (benchmarks/results/together_null.csv, 1,000 places a cell), p was at most 5 % as if neither were "
        "recorded in 17 % of places with people met in threes, and in 5 to 10 % with ten or a hundred officers who "
        "differ in whom they meet and in how often they book (SD 0.5 on the log odds each); with both recorded in 3.3 "
        "to 5.8 %.",
    ),
    misleads=(
        "A citation needs a name that can be checked and a promise to appear: people without accepted papers, or from "
        "elsewhere, are booked under rules that name no group. Not being able to get a licence or papers is then part "
        "of the difference.",
        "Outstanding warrants, earlier failures to appear and further charges lead to custody and are not in the "
        "records compared.",
        "The offence is the officer's choice: one charged more heavily to justify custody is not citable any more, and "
        "leaves the comparison.",
        "Classes of offence are wide: the graver cases of a class are booked, and groups may differ in them.",
        "Cases without a counterpart of the reference group are left out: the comparison is about the others alone.",
    ),
    references=(
        "Mantel, N. & Haenszel, W. (1959). JNCI 22, 719-748.",
        "Greenland, S. & Robins, J. M. (1985). Biometrics 41, 55-68.",
        "MacKinnon, J. G., Nielsen, M. O. & Webb, M. D. (2023). Journal of Applied Econometrics 38, 671-694 (CV3).",
        "Cochran, W. G. (1954). Biometrics 10, 417-451.",
        "Robins, J. (1986). Mathematical Modelling 7, 1393-1512, on g-computation.",
        "Rothman, K. J., Greenland, S. & Lash, T. (2008). Modern Epidemiology, 3rd ed., p. 265, on standardisation.",
        "Zou, G. Y. & Donner, A. (2008). Statistics in Medicine 27, 1693-1702, on limits of differences and ratios.",
    ),
    formulae=(
        "share = cases in custody / cases in custody or cited; cases in custody with a citation count as custody",
        "ratio = sum_s (a_s m_s / t_s) / sum_s (c_s n_s / t_s), over strata s of offence, hours of the day, part of "
        "the week and agency: a of n focal and c of m reference cases in custody, t = n + m",
        "p = P(focal cases in custody >= observed | every margin of every stratum): exact, or Cochran-Mantel-Haenszel "
        "where the counts reach far enough (Mantel and Fleiss, 5)",
        "beside it, over the focal group's own mix of strata: sum_s n_s (a_s / n_s) against sum_s n_s (c_s / m_s), "
        "which is g-computation, with limits from each share's own",
        "interval, p and difference no narrower than a jackknife of the same sums, one encounter, and one officer, "
        "left out at a time, by Student's t on units - 1 degrees; no case on one side: limits that invert the "
        "exact test",
        "screen: k of n against the base (k / n) / ratio, with the reference group's own error",
    ),
    controls="The same ratio among serious offences, which are nearly always booked and leave little choice (where "
    "every one of them is booked there is nothing to compare), and between groups that are not asked about at the "
    "same places. The latter are controls only as far as those groups are not booked on less ground too. "
    "Its error rate by itself was measured on simulated places (benchmarks/results/together_null.csv). Joint error "
    "rates with the other signals are not measured, so it is described and decides nothing.",
)

EVENTS = ("stop", "arrest", "citation")
_NEEDED = frozenset({"group", "offence", "cited", "booked"})


class BookingNotCitedOptions(Options):
    """Options under ``[signals.booking-not-cited]``.

    Attributes
    ----------
    event : str
        Whose cases are compared; ``"auto"`` takes the event with most that ended in a citation or in custody.
    citable : tuple of str
        Classes of offence that officers may answer with a citation.
    within : {"offence-time-agency", "offence-agency", "overall"}
        What the cases compared have in common.
    hours : int
        Width of the bands into which the day is cut.
    days : {"weekend", "weekday", "none"}
        Parts of the week: weekend or not, every day by itself, or none.
    """

    event: Literal["auto", "stop", "arrest", "citation"] = "auto"
    citable: tuple[str, ...] = CITABLE
    within: Literal["offence-time-agency", "offence-agency", "overall"] = "offence-time-agency"
    hours: Literal[1, 2, 3, 4, 6, 8, 12, 24] = 6
    days: Literal["weekend", "weekday", "none"] = "weekend"

    @field_validator("citable")
    @classmethod
    def _known(cls, classes: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse classes that are none, or that are always booked and serve as the control."""
        allowed = tuple(name for name in OFFENCES if name not in (*SERIOUS, "unknown"))
        if not classes:
            raise ValueError("citable must name at least one class of offence")
        for name in classes:
            if name not in allowed:
                raise ValueError(unknown_name("citable class of offence", name, list(allowed)))
        return classes


class BookingNotCited(Signal):
    """Custody instead of a citation, the focal group's share over the reference group's, among cases alike."""

    card = CARD
    options = BookingNotCitedOptions

    def lacks(self, inventory: Inventory, options: BookingNotCitedOptions) -> Lack | None:
        """Say what is missing before any place can be measured."""
        if not inventory.focal_groups:
            return Lack("booking-not-cited.no-focal", "booking-not-cited.need-focal")
        gaps = [_NEEDED - inventory.row_columns.get(event, frozenset()) for event in _events(options)]
        least = min(gaps, key=len)
        if not least:
            return None
        values = {"columns": ", ".join(sorted(least))}
        return Lack("booking-not-cited.no-columns", "booking-not-cited.need-columns", values)

    def decides_by(self, inventory: Inventory, options: BookingNotCitedOptions) -> Literal["peers", "controls"]:
        """Serious offences, and groups that are not asked about, are controls."""
        others = inventory.groups - {"unknown", "other", *inventory.focal_groups}
        return "controls" if len(others) >= 2 or inventory.offences & set(SERIOUS) else "peers"

    def view(self, options: BookingNotCitedOptions) -> CellSpec:
        """Rows by event, group, agency, offence, time, how each ended, encounter and officer."""
        keys = ("event", "group", "group_source", "agency", "offence", "hour", "weekday", "cited", "booked", *UNITS)
        rows = RowSpec(keys, _events(options), personal=("officer",))
        return CellSpec(keys=("event", "group", "group_source"), events=_events(options), rows=rows)

    def measure(self, cells: Cells, options: BookingNotCitedOptions, rng: np.random.Generator) -> Panel:
        """Compare each focal group with the reference group: the test, and beside it plainly and for traffic alone."""
        event, units = _rows(cells, options)
        rows = merged(units, UNITS)
        shown = ("overall", "traffic") if "traffic" in options.citable else ("overall",)
        names = (options.within, *(name for name in shown if name != options.within))
        columns = [
            citation_column(
                cells, rows, event, group, name, options.citable, tested=name == options.within, units=units
            )
            for group in cells.focal_groups
            for name in names
        ]
        return _covered_where_whole(pair_panel(CARD.name, cells, columns, cells.window(event)))

    def controls(self, cells: Cells, options: BookingNotCitedOptions, rng: np.random.Generator) -> Panel | None:
        """Compare serious offences, and the groups that are not asked about."""
        event, units = _rows(cells, options)
        rows = merged(units, UNITS)
        asked = [(group, "serious") for group in cells.focal_groups]
        asked += [(group, options.within) for group in other_groups(cells, rows)]
        columns = [
            citation_column(cells, rows, event, group, name, options.citable, tested=False, units=units)
            for group, name in asked
        ]
        return pair_panel(CARD.name, cells, columns, cells.window(event)) if columns else None

    def simulate(self, rng: np.random.Generator, effect: float, design: Design) -> Cells:
        """Draw encounters of three groups, with an effect on the focal group's odds of custody for citable offences.

        Offences, agencies and times differ in those odds and in whom they befall; that is no profiling.
        """
        return simulate_citations(rng, effect, design)


def _events(options: BookingNotCitedOptions) -> tuple[str, ...]:
    return EVENTS if options.event == "auto" else (options.event,)


def _rows(cells: Cells, options: BookingNotCitedOptions) -> tuple[str, RowTable]:
    """Return the event whose cases are compared, and its rows with their times."""
    event = _events(options)[0]
    if options.event == "auto" and cells.rows is not None:
        citable = cells.rows.isin("offence", *options.citable)
        event = richest(cells, EVENTS, ways_of(cells.rows).told & citable)
    return event, with_time(rows_of(cells, event), options.hours, options.days)


def _covered_where_whole(panel: Panel) -> Panel:
    """Say which part of a group's cases is compared only where the number of all of them is printed as well.

    The part tells that number, and with it how many cases have no outcome, or are for other offences.
    """
    name, masks = "booking-not-cited.caveat-covered", dict(panel.notes)
    if name not in masks:
        return panel
    contrasts, shown = panel.contrasts, panel.code == 0
    if panel.hidden is not None:
        shown &= ~panel.hidden
    told = np.zeros_like(shown)
    for c, contrast in enumerate(contrasts):
        whole = contrast.key.rpartition("/")[0] + "/overall"
        alike = [i for i, other in enumerate(contrasts) if other.key == whole and not contrast.key.endswith("/traffic")]
        told[:, c] = shown[:, alike].any(axis=1)
    masks[name] = masks[name] & told
    return replace(panel, notes=masks)


SIGNAL = BookingNotCited()
