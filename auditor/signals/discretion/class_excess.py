"""Class excess: do two kinds of offences in which an officer may choose stand out from all others in a place?"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from auditor.cells import Cells, CellSpec
from auditor.findings.card import Card
from auditor.signals.class_columns import (
    class_column,
    class_columns,
    counts_of,
    lacks_classes,
    lacks_classes_everywhere,
)
from auditor.signals.class_contrast import ClassColumn
from auditor.signals.class_counts import EVENTS
from auditor.signals.class_draw import simulate_classes
from auditor.signals.signal import Design, Inventory, Lack, Options, Panel, Signal
from auditor.signals.single_classes import FEWEST_PLACES, single_class_panel

CARD = Card(
    name="class-excess",
    family="discretion",
    section=9,
    title="Two offence classes in excess",
    question="Do two kinds of offences in which an officer may choose stand out from the place's other offences, for "
    "this group?",
    null="At most one kind of these offences stands further from the place's other offences, for this group, than such "
    "kinds do in other places and for other groups.",
    needs="Arrests (or bookings, citations) by ethnic group and offence class, of ten places or more and of at least "
    "three groups, with three classes or more of each kind.",
    measures="The ratio of the focal to the reference group in the second most outstanding discretionary class, over "
    "the same ratio in the place's serious classes or, where that is higher, in its two lowest discretionary ones.",
    assumptions=(
        "What moves two classes of a group together, with nobody profiling, is as common for the other groups as for "
        "the focal one.",
        "The focal group's classes differ by nature as those of the other groups and as its serious ones do, but for "
        "a shift and a scale.",
        "Other groups' classes are controls only where nothing of the kind befalls those groups too.",
    ),
    misleads=(
        "A campaign against one offence is not found, and is not meant to be; two campaigns at once look the same as "
        "pretext.",
        "What raises all discretionary classes alike is not found here: the contrast of the two kinds of classes is "
        "for that.",
        "Two classes that are one activity by another name (public order and public intoxication) count as two. "
        "Licence offences stand outside.",
        "Visitors of the group alone, on a motorway say, who are arrested for two kinds of offences.",
        "Where places differ much in how variable their classes are, fewer of them are found: what one place's spread "
        "leaves open moves all of its classes at once, and is allowed for.",
        "Below the smallest rank among the controls the tail is a model.",
    ),
    references=(
        "Benjamini, Y. & Heller, R. (2008). Screening for partial conjunction hypotheses. Biometrics 64, 1215-1222.",
        "Bates, S. et al. (2023). Testing for outliers with conformal p-values. Ann. Stat. 51, 149-178.",
        "Stephens, M. (2017). False discovery rates: a new deal. Biostatistics 18, 275-294.",
        "Smyth, G. K. (2004). Linear models and empirical Bayes methods. Stat. Appl. Genet. Mol. Biol. 3, 3.",
        "Demarta, S. & McNeil, A. J. (2005). The t copula and related copulas. Int. Stat. Rev. 73, 111-129.",
    ),
    formulae=(
        "r_o = log((H_o + 1/2) / (W_o + 1/2)) - e_o, e_o the class's median over places",
        "d_o = (r_o - c) / s: c the higher of the weighted mean over serious classes and the mean of the two lowest "
        "discretionary ones; s the spread of the place's serious classes, moderated",
        "p_o: rank of d_o's tail probability among the other groups' discretionary classes and the focal group's "
        "serious ones; below the smallest rank the upper limit of a generalised Pareto tail",
        "t the second smallest of m p_o; p = pi(t) (1 - (1 - t)^(m - 1)) + (k(t) - 1) m (m - 1) / 2 t^2",
        "pi(t) the share of places with a single class as small; k(t) how much more often than independent ones two "
        "classes of a place are: a t copula, its degrees of freedom those of the places' variances, its correlation "
        "that of pairs of the other groups' classes",
        "printed ratio = exp(r_o - c) of the second class, or its reciprocal where two classes stand further below",
    ),
    controls="The same statistic for the other recorded groups against the reference group, at the same places; and "
    "their classes, and the focal group's serious ones, are what single classes are ranked among.",
)


class ClassExcessOptions(Options):
    """Options under ``[signals.class-excess]``.

    Attributes
    ----------
    event : str
        The event whose classes are looked at; ``"auto"`` takes the first of arrest, booking, citation, stop that has
        groups and classes.
    """

    event: str = "auto"


class ClassExcess(Signal):
    """The second most outstanding discretionary class, ranked among controls."""

    card = CARD
    options = ClassExcessOptions

    def lacks(self, inventory: Inventory, options: ClassExcessOptions) -> Lack | None:
        """Say what is missing before any place can be measured."""
        found = lacks_classes(inventory, options.event)
        if found is None and not inventory.groups - {"unknown", "other", *inventory.focal_groups}:
            return Lack("class-excess.no-third", "class-excess.need-third")
        if found is None and inventory.places < FEWEST_PLACES:
            return Lack("class-excess.few-places", "class-excess.need-places")
        return found

    def lacks_places(self, cells: Cells, options: ClassExcessOptions) -> Lack | None:
        """Say that too many events carry no offence everywhere, or that no place has classes of both sides."""
        return lacks_classes_everywhere(cells, options.event, licence=False)

    def decides_by(self, inventory: Inventory, options: ClassExcessOptions) -> Literal["controls"]:
        """Other groups than the focal ones and a reference are controls; without them nothing is decided."""
        return "controls"

    def view(self, options: ClassExcessOptions) -> CellSpec:
        """Counts by event, group and offence class."""
        events = EVENTS if options.event == "auto" else (options.event,)
        return CellSpec(keys=("event", "group", "group_source", "offence"), events=events)

    def measure(self, cells: Cells, options: ClassExcessOptions, rng: np.random.Generator) -> Panel:
        """Measure the focal groups in every place."""
        counts, event = counts_of(cells, options.event)
        columns = [c for g in cells.focal_groups for c in class_columns(cells, counts, event, g, licence=False)]
        kept = [at for at, column in enumerate(columns) if column.contrast.tested]
        return single_class_panel(CARD.name, cells, counts, [_told(column) for column in columns], kept)

    def controls(self, cells: Cells, options: ClassExcessOptions, rng: np.random.Generator) -> Panel | None:
        """Measure the other groups against the reference group: no immigration pretext is expected there."""
        counts, event = counts_of(cells, options.event)
        others = [g for g in counts.groups if g not in (*cells.focal_groups, cells.reference_group)]
        columns = [class_column(cells, counts, event, group, licence=False, tested=False) for group in others]
        told = [_told(column) for column in columns]
        return single_class_panel(CARD.name, cells, counts, told, range(len(told))) if told else None

    def simulate(self, rng: np.random.Generator, effect: float, design: Design) -> Cells:
        """Draw arrests by group and class, with an effect on three classes in the planted places."""
        return simulate_classes(rng, effect, design, ("traffic", "drug-possession", "public-order"))


def _told(column: ClassColumn) -> ClassColumn:
    """Return a contrast with what this signal says of it."""
    contrast = replace(
        column.contrast,
        why="class-excess.why",
        method="ranks of offence classes among controls; limits by inverting the test",
        definitions=("class-contrast.define-sides", "class-excess.define"),
        words=CARD.name,
    )
    return replace(column, contrast=contrast)


SIGNAL = ClassExcess()
