"""Detainer selectivity: given match and level, is a detainer lodged more often on people of the group?"""

from __future__ import annotations

import dataclasses
from typing import Literal

import numpy as np

from auditor.cells import Cells, CellSpec, RowSpec
from auditor.findings.card import Card
from auditor.signals.detainer_sides import DetainerSelectivityOptions, columns_of, controls_of, found_of
from auditor.signals.lodged import EVENTS
from auditor.signals.lodged_draw import simulate_lodged
from auditor.signals.pair_measure import pair_panel
from auditor.signals.signal import Design, Inventory, Lack, Panel, Signal

CARD = Card(
    name="detainer-selectivity",
    family="match",
    section=13,
    title="On whom detainers are lodged",
    question="Among matches of one level, is a detainer lodged more often on people of the group than on people of the "
    "reference group?",
    null="Among matches of one level (or cases of one class of offence) in this place, a detainer is lodged on people "
    "of the focal group as often as on people of the reference group.",
    needs="Matches row by row, with ethnic group, level, and whether a detainer was lodged; or matches and detainers "
    "of the same days counted by group and level. Bookings by group and offence serve where matches are not to be had.",
    measures="The focal group's share of matches with a detainer over the reference group's, within levels; for "
    "bookings and arrests within classes of offence. Where only a nationality is recorded, citizens of named countries "
    "over citizens of all others, and never as an ethnic group.",
    assumptions=(
        "Among matches of one level, people of both groups are noncitizens, and within the immigration agency's "
        "priorities, as often as each other.",
        "Levels (or offences) are assigned alike to both groups.",
        "Where detainers and cases come as two counts, they are of the same people.",
    ),
    misleads=(
        "Detainers are lodged on people whom the immigration agency takes for noncitizens who can be removed. Against "
        "bookings or arrests the ratio is large wherever more of one group are noncitizens: in Pierce County WA it is "
        "112, and that is no evidence of profiling by itself.",
        "A match says that fingerprints are on file, not that somebody can be removed: naturalised citizens and "
        "lawful residents match too, and groups differ in how many of their matches they are.",
        "Prior removals, pending cases and orders weigh in the decision and are rarely in the file.",
        "The decision is the immigration agency's; a local agency decides whom it books, and whom it holds.",
        "A nationality names no ethnic group: citizens of one country are of many groups, and most of a group may be "
        "citizens of this one.",
    ),
    references=(
        "University of Washington Center for Human Rights: table of immigration holds by race, Pierce County.",
        "Mantel, N. & Haenszel, W. (1959). JNCI 22, 719-748.",
        "Greenland, S. & Robins, J. M. (1985). Biometrics 41, 55-68.",
        "Breslow, N. E. & Day, N. E. (1980). Statistical Methods in Cancer Research 1; Tarone, R. E. (1985). "
        "Biometrika 72, 91-95.",
        "Miettinen, O. & Nurminen, M. (1985). Statistics in Medicine 4, 213-226.",
    ),
    formulae=(
        "share = cases with a detainer / cases of which it is known (or detainers / cases, from two counts)",
        "ratio = sum_s (a_s m_s / t_s) / sum_s (c_s n_s / t_s), over levels (or offences) s: a of n focal and c of m "
        "reference cases, t = n + m; one stratum: (a / n) / (c / m) with its score interval",
        "p = P(focal cases with a detainer >= observed | every margin of every stratum): exact, or "
        "Cochran-Mantel-Haenszel where the counts reach far enough (Mantel and Fleiss, 5)",
        "strata of the test: levels for matches, offences for bookings and arrests, if at least 70 % of the cases have "
        "one; else the other; else none",
        "screen: k of n against the base (k / n) / ratio, with the reference group's own error",
    ),
    controls="The same ratio between groups that are not asked about (other recorded groups against the reference "
    "group), at the same places. They are controls only as far as those groups' matches are as often of people who can "
    "be removed; where they are not, the screen asks for more than it should. There is none by nationality.",
)


class DetainerSelectivity(Signal):
    """Shares of cases with a detainer, the focal side's over the reference side's, within levels or offences."""

    card = CARD
    options = DetainerSelectivityOptions

    def lacks(self, inventory: Inventory, options: DetainerSelectivityOptions) -> Lack | None:
        """Say what is missing before any place can be measured."""
        if not inventory.focal_groups and not options.nationalities:
            return Lack("detainer-selectivity.no-focal", "detainer-selectivity.need-focal")
        events = _events(options)
        side = options.nationality_of if options.nationalities else "group"
        gaps = [_gap(inventory.row_columns.get(event, frozenset()), side) for event in events]
        least = min(gaps, key=len)
        counted = inventory.events_with_group
        if not least or (not options.nationalities and "detainer" in counted and counted & set(events)):
            return None
        columns = {"columns": ", ".join(least)}
        return Lack("detainer-selectivity.no-columns", "detainer-selectivity.need-columns", columns)

    def view(self, options: DetainerSelectivityOptions) -> CellSpec:
        """Rows and counts by event, group, level, offence, and whether a detainer was lodged."""
        keys = ("event", "group", "group_source", "level", "offence")
        own = (options.nationality_of,) if options.nationalities else ()
        events = _events(options)
        return CellSpec(keys, (*events, "detainer"), rows=RowSpec((*keys, "lodged", *own), events))

    def decides_by(self, inventory: Inventory, options: DetainerSelectivityOptions) -> Literal["peers", "controls"]:
        """Groups that are not asked about are controls."""
        others = inventory.groups - {"unknown", "other", *inventory.focal_groups}
        return "controls" if len(others) >= 2 and not options.nationalities else "peers"

    def measure(self, cells: Cells, options: DetainerSelectivityOptions, rng: np.random.Generator) -> Panel:
        """Compare each focal group with the reference group: the test, and beside it by other strata and overall."""
        found = found_of(cells, _events(options), options)
        return _named(pair_panel(CARD.name, cells, columns_of(cells, found, options), cells.window(found.event)))

    def controls(self, cells: Cells, options: DetainerSelectivityOptions, rng: np.random.Generator) -> Panel | None:
        """Compare the groups that are not asked about with the reference group."""
        if options.nationalities:
            return None
        found = found_of(cells, _events(options), options)
        columns = controls_of(cells, found, options)
        return _named(pair_panel(CARD.name, cells, columns, cells.window(found.event))) if columns else None

    def simulate(self, rng: np.random.Generator, effect: float, design: Design) -> Cells:
        """Draw matches of three groups at four levels, with an effect on the focal group's odds of a detainer.

        Levels differ in those odds and, within a place, in the groups' shares of them; that is no selection by group.
        """
        return simulate_lodged(rng, effect, design)


def _events(options: DetainerSelectivityOptions) -> tuple[str, ...]:
    return EVENTS if options.event == "auto" else (options.event,)


def _gap(held: frozenset[str], side: str) -> list[str]:
    """Return what the rows of an event lack."""
    gap = [] if side in held else [side]
    return gap if held & {"detainer", "detainer_date"} else [*gap, "detainer or detainer_date"]


def _named(panel: Panel) -> Panel:
    """Name what is missing after what it is."""
    missing = {"group": panel.missing["group"], "detainer": panel.missing["outcome"]}
    return dataclasses.replace(panel, missing=missing)


SIGNAL = DetainerSelectivity()
