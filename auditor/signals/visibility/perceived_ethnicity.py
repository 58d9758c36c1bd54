"""Perceived ethnicity: is the same person searched more often on occasions on which an officer saw the group?"""

from __future__ import annotations

from typing import Literal

import numpy as np

from auditor.cells import Bools, Cells, CellSpec, RowSpec, RowTable
from auditor.findings.card import Card
from auditor.signals.persons.counts import (
    EVENTS,
    OUTCOMES,
    Occasions,
    blank_persons,
    choose,
    occasions,
    perceived,
)
from auditor.signals.persons.draw import draw
from auditor.signals.persons.measure import PersonColumn, person_panel
from auditor.signals.signal import Contrast, Design, Inventory, Lack, Options, Panel, Signal

CARD = Card(
    name="perceived-ethnicity",
    family="visibility",
    section=10,
    title="The same person, perceived differently",
    question="Is the same person searched more often on occasions on which an officer took the person to be of the "
    "focal group?",
    null="Which of a person's occasions the person was perceived as of the focal group has nothing to do with which of "
    "them led to a search.",
    needs="Stops (or arrests) row by row, with an identifier of the person that is the same on every occasion, the "
    "group as it was written down on that occasion, and whether a search was made (or the person booked, or cited).",
    measures="The share of occasions with a search when perceived as focal over that when perceived as the reference "
    "group, within persons. The difference, in percentage points, is the person fixed-effects estimate.",
    assumptions=(
        "The group on record is what the officer perceived on that occasion, not copied from a licence or an earlier "
        "record.",
        "The identifier is one person's: two persons under one identifier could differ in both.",
        "What else differs between a person's occasions (hour, road, reason, agency) does not go with both perception "
        "and search.",
    ),
    misleads=(
        "A search may come first: an officer who has searched somebody has looked at papers, and may record the group "
        "otherwise.",
        "Officers differ: if those who search more also record the group more often, the difference is one between "
        "officers. Where officers are recorded they are held fixed. Where they are not, and few officers meet many "
        "persons, a true null is rejected too often: with 10 officers whose log odds of a search, and of writing the "
        "group down, differ by SDs of .8, in .11 of runs (benchmarks/person_null.py).",
        "Persons perceived both ways are few, and unlike others: nothing is said about people whom everybody perceives "
        "alike.",
        "Errors of writing (a slip between two codes) dilute the difference.",
        "Persons are compared within the place that the records are given: give statewide records the state as their "
        "place, or persons who were stopped in two counties count in neither.",
    ),
    references=(
        "Gera, N. & Pierson, E. (2024). Testing for racial bias using inconsistent perceptions of race. arXiv "
        "2409.11269.",
        "Mantel, N. & Haenszel, W. (1959). JNCI 22, 719-748.",
        "Fisher, R. A. (1935). The Design of Experiments, chapter 2.",
        "Birch, M. W. (1964). Journal of the Royal Statistical Society B 26, 313-324.",
        "Bell, R. M. & McCaffrey, D. F. (2002). Survey Methodology 28, 169-181.",
        "Fieller, E. C. (1954). Journal of the Royal Statistical Society B 16, 175-185.",
    ),
    formulae=(
        "person i: a of n occasions perceived as focal and c of m perceived as reference led to a search, t = n + m; "
        "only persons with n > 0 and m > 0",
        "difference = sum_i (a m - c n) / t / sum_i n m / t: least squares with an effect of every person; limits by "
        "Student's t, errors clustered by person (CR2)",
        "ratio = sum_i a m / t / sum_i c n / t: the quotient of the same two weighted shares; limits: the r at which "
        "(sum_i (a m - r c n) / t)^2 = q^2 sum_i ((a m - r c n) / t)^2",
        "officers recorded for at least half of these occasions: the same least squares with an effect of every "
        "officer too; p is the larger of the two, and limits reach as far as either's (a difference d is a ratio of "
        "1 + d / the reference share)",
        "occasions of unrecorded group: the smallest and the largest such ratio over every way to give each person's "
        "to the two groups",
        "p = P(sum_i a >= observed | perceptions shuffled within each person): sum of hypergeometric counts, convolved",
        "screen: focal searches k of n against b = (k / n) / ratio, with what is left of the ratio's error (rather too "
        "large an error, since persons are alike to themselves)",
        "measured (benchmarks/person_null.py): a true null rejected at .05 in .026 to .037 of runs (two-sided); 95 % "
        "limits of the ratio covered it in .942 to .966. With 5 to 50 officers who differ (SD of .8 or 1.2): .020 to "
        ".037 with officers held fixed, .092 to .547 without",
    ),
    controls="The same ratio between groups that are not asked about (other recorded groups against the reference "
    "group), among persons perceived as one and as the other. They are controls only as far as nobody is searched on "
    "being taken for one of those groups.",
)

_SHOWN: dict[str, tuple[str, ...]] = {"person": (), "agency": ("agency",)}


class PerceivedEthnicityOptions(Options):
    """Options under ``[signals.perceived-ethnicity]``.

    Attributes
    ----------
    event : str
        Occasions that are compared; ``"auto"`` takes the event with most occasions of identified persons.
    outcome : {"auto", "searched", "booked", "cited"}
        What may follow; ``"auto"`` takes the one that is recorded for most of those occasions.
    within : {"person", "agency"}
        What is compared: all occasions of a person, or those with one agency.
    """

    event: Literal["auto", "stop", "citation", "arrest", "booking"] = "auto"
    outcome: Literal["auto", "searched", "booked", "cited"] = "auto"
    within: Literal["person", "agency"] = "person"


class PerceivedEthnicity(Signal):
    """Within persons, occasions perceived as focal against occasions perceived as the reference group."""

    card = CARD
    options = PerceivedEthnicityOptions

    def lacks(self, inventory: Inventory, options: PerceivedEthnicityOptions) -> Lack | None:
        """Say what is missing before any place can be measured."""
        if not inventory.focal_groups:
            return Lack("perceived-ethnicity.no-focal", "perceived-ethnicity.need-focal")
        events = EVENTS if options.event == "auto" else (options.event,)
        outcomes = OUTCOMES if options.outcome == "auto" else (options.outcome,)
        gaps = []
        for event in events:
            held = inventory.row_columns.get(event, frozenset())
            gap = {"group", "person"} - held
            gaps.append(gap if held & set(outcomes) else gap | {outcomes[0]})
        least = min(gaps, key=len)
        if not least:
            return None
        named = {"columns": ", ".join(sorted(least))}
        return Lack("perceived-ethnicity.no-columns", "perceived-ethnicity.need-columns", named)

    def decides_by(
        self, inventory: Inventory, options: PerceivedEthnicityOptions
    ) -> Literal["peers", "controls", "itself"]:
        """Groups that are not asked about are controls."""
        others = inventory.groups - {"unknown", "other", *inventory.focal_groups}
        return "controls" if len(others) >= 2 else "peers"

    def view(self, options: PerceivedEthnicityOptions) -> CellSpec:
        """Rows by event, group, agency, outcomes, person and officer; of these two only numbers without meaning."""
        events = EVENTS if options.event == "auto" else (options.event,)
        keys = ("event", "group", "group_source", "agency", *OUTCOMES, "person_code", "officer_code")
        rows = RowSpec(keys, events, personal=("person", "officer"))
        return CellSpec(keys=("event", "group", "group_source"), events=events, rows=rows)

    def measure(self, cells: Cells, options: PerceivedEthnicityOptions, rng: np.random.Generator) -> Panel:
        """Compare each focal group with the reference group within persons; beside that within person and agency."""
        event, outcome = choose(cells, options.event, options.outcome)
        rows = perceived(cells, event)
        names = [options.within]
        if options.within == "person" and _several_agencies(rows):
            names.append("agency")
        columns = [
            _column(cells, rows, event, group, outcome, name, tested=name == options.within, bounded=True)
            for group in cells.focal_groups
            for name in names
        ]
        return person_panel(cells, columns, cells.window(event))

    def controls(self, cells: Cells, options: PerceivedEthnicityOptions, rng: np.random.Generator) -> Panel | None:
        """Compare the groups that are not asked about with the reference group."""
        event, outcome = choose(cells, options.event, options.outcome)
        rows = perceived(cells, event)
        asked = {"", "unknown", "other", cells.reference_group, *cells.focal_groups}
        known = rows.take(rows.columns["person_code"] >= 0)
        others = sorted(set(known.columns["group"].astype(str).tolist()) - asked)
        columns = [_column(cells, rows, event, group, outcome, options.within, tested=False) for group in others]
        return person_panel(cells, columns, cells.window(event)) if columns else None

    def simulate(self, rng: np.random.Generator, effect: float, design: Design) -> Cells:
        """Draw persons who are met several times, with an effect of being perceived as Hispanic."""
        return draw(rng, effect, design)


def _several_agencies(rows: RowTable) -> bool:
    """Say whether some place has several agencies: else persons within an agency are the persons of the test."""
    pairs = {(int(j), str(agency)) for j, agency in zip(rows.index, rows.columns["agency"], strict=True)}
    return len(pairs) > len(np.unique(rows.index))


def _column(
    cells: Cells,
    rows: RowTable,
    event: str,
    group: str,
    outcome: str,
    within: str,
    *,
    tested: bool,
    bounded: bool = False,
) -> PersonColumn:
    contrast = Contrast(
        key=f"{group}/{cells.reference_group}/{outcome}/{within}",
        group=group,
        reference=cells.reference_group,
        event=event,
        label=within,
        counted=outcome,
        among=event,
        comparator="other-occasions",
        why=f"perceived-ethnicity.why-{within}",
        shape="pair",
        method="ratio within persons (Mantel-Haenszel weights; Fieller's limits, clustered by person)",
        tested=tested,
        definitions=("perceived-ethnicity.define-persons", "perceived-ethnicity.define-ratio"),
        words=CARD.name,
    )
    every = np.ones(cells.size, dtype=bool)
    groups = (group, cells.reference_group)
    counted = occasions(rows, cells.size, groups, outcome, _SHOWN[within])
    notes = {
        "perceived-ethnicity.caveat-few": every,
        "perceived-ethnicity.caveat-order": every,
        "perceived-ethnicity.caveat-else": every & (within == "person"),
        "perceived-ethnicity.caveat-officers": counted.named & _identified(counted),
        "perceived-ethnicity.caveat-no-officers": ~counted.named,
        "perceived-ethnicity.caveat-officers-tell": counted.named & ~_identified(counted),
    }
    bounds = blank_persons(rows, cells, groups, outcome, _SHOWN[within], counted.varied > 0) if bounded else None
    return PersonColumn(contrast, counted, notes, bounds)


def _identified(counted: Occasions) -> Bools:
    """Return where perceptions differ between occasions of a person by more than the officers do."""
    if counted.officers is None:
        return np.zeros(len(counted.named), dtype=bool)
    return np.isfinite(counted.officers.effect)


SIGNAL = PerceivedEthnicity()
