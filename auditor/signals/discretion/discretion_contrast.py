"""Discretion contrast: is a group's excess in arrests where an officer may choose, rather than in serious crime?"""

from __future__ import annotations

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
from auditor.signals.class_contrast import class_panel
from auditor.signals.class_counts import EVENTS
from auditor.signals.class_draw import simulate_classes
from auditor.signals.signal import Design, Inventory, Lack, Options, Panel, Signal

CARD = Card(
    name="discretion-contrast",
    family="discretion",
    section=9,
    title="Discretion against serious crime",
    question="Is the group's excess in arrests where an officer may choose, rather than in serious crime reported by "
    "victims?",
    null="Whatever moves the group's arrests in this place moves them alike for offences where an officer may choose "
    "and for serious ones.",
    needs="Arrests (or bookings, citations) by ethnic group and offence class, of several classes on each side.",
    measures="The pretext ratio: the focal over the reference group in discretionary classes, over the same in serious "
    "classes. Population, exposure and how much the place enforces each class cancel.",
    assumptions=(
        "The groups' relative exposure to arrest is the same for both kinds of classes.",
        "Serious arrests are not themselves biased; where they are, the ratio understates.",
        "What moves all discretionary classes of a group in common, with nobody profiling, is no larger for the focal "
        "group than the other groups' own contrasts and the lower half of the focal ones show.",
    ),
    misleads=(
        "Where a group may not hold a licence, licence offences are mechanically high: they stand outside the test, "
        "and the ratio with them is shown beside it.",
        "A campaign against one offence that one group commits more often looks the same.",
        "One place by itself, or fewer than ten: what moves all its discretionary classes in common, and how the "
        "groups differ by class everywhere, cannot be told from pretext. No error rate is promised.",
        "With two groups alone nothing shows how far such movements reach upwards: no error rate is promised. With a "
        "third group a long upper tail is allowed for as far as that group's contrasts leave room for one.",
        "A few small classes can outweigh a large one: where all classes added up deny the contrast nothing is "
        "flagged.",
        "Other groups' contrasts are controls only where nothing of the kind befalls those groups too.",
    ),
    references=(
        "Fisher, R. A. (1935). The Design of Experiments, on randomisation tests.",
        "Chung, E. & Romano, J. P. (2013). Exact and asymptotically robust permutation tests. Ann. Stat. 41, 484-507.",
        "Smyth, G. K. (2004). Linear models and empirical Bayes methods. Stat. Appl. Genet. Mol. Biol. 3, 3.",
        "Schuemie, M. J. et al. (2014). Interpreting observational studies: why empirical calibration is needed to "
        "correct p-values. Statistics in Medicine 33, 209-218.",
    ),
    formulae=(
        "r_o = log((H_o + 1/2) / (W_o + 1/2)) - e_o, e_o the class's median over places (0 where there are under ten)",
        "D = weighted mean of r_o over discretionary classes - over serious classes, weights 1 / (v_o + tau^2), "
        "v_o = 1 / (n_o p (1 - p)), n_o = H_o + W_o, p the focal share over all classes of the place",
        "T = D / se, se from the residuals within the place, moderated towards what tau^2 predicts",
        "one place: the classes' deviations, each over its own standard deviation, are exchanged between the sides; p "
        "is the share of orders with a T as large (every division of the classes alike; exact for classes of one size)",
        "many places: T is held against all places' exchanged T plus c / se, with the law of c weighed by the other "
        "groups' contrasts, and by the lower half of the focal ones; the larger tail of the two decides",
        "withheld where more than 30 % of the events of either group carry no offence",
        "printed ratio = exp(D) with e_o = 0; crude ratio = (H_d / W_d) / (H_s / W_s)",
    ),
    controls="The same contrast for the other recorded groups against the reference group, at the same places: no "
    "immigration pretext is expected there.",
)


class DiscretionOptions(Options):
    """Options under ``[signals.discretion-contrast]``.

    Attributes
    ----------
    event : str
        The event whose classes are contrasted; ``"auto"`` takes the first of arrest, booking, citation, stop that
        has groups and classes.
    licence : {"apart", "within"}
        ``"apart"`` keeps licence offences out of the test and shows the ratio with them beside it.
    """

    event: str = "auto"
    licence: Literal["apart", "within"] = "apart"


class DiscretionContrast(Signal):
    """Ratios of ratios between discretionary and serious classes, decided by class randomisation."""

    card = CARD
    options = DiscretionOptions

    def lacks(self, inventory: Inventory, options: DiscretionOptions) -> Lack | None:
        """Say what is missing before any place can be measured."""
        return lacks_classes(inventory, options.event)

    def lacks_places(self, cells: Cells, options: DiscretionOptions) -> Lack | None:
        """Say that too many events carry no offence everywhere, or that no place has classes of both sides."""
        return lacks_classes_everywhere(cells, options.event, licence=options.licence == "within")

    def decides_by(self, inventory: Inventory, options: DiscretionOptions) -> Literal["controls", "itself"]:
        """Other groups than the focal ones and a reference are controls; else a place's own classes decide."""
        others = inventory.groups - {"unknown", "other", *inventory.focal_groups}
        return "controls" if len(others) >= 2 else "itself"

    def view(self, options: DiscretionOptions) -> CellSpec:
        """Counts by event, group and offence class."""
        events = EVENTS if options.event == "auto" else (options.event,)
        return CellSpec(keys=("event", "group", "group_source", "offence"), events=events)

    def measure(self, cells: Cells, options: DiscretionOptions, rng: np.random.Generator) -> Panel:
        """Contrast the focal groups with the reference group in every place."""
        counts, event = counts_of(cells, options.event)
        within = options.licence == "within"
        columns = [
            column
            for group in cells.focal_groups
            for column in class_columns(cells, counts, event, group, licence=within)
        ]
        return class_panel(CARD.name, cells, counts, columns)

    def controls(self, cells: Cells, options: DiscretionOptions, rng: np.random.Generator) -> Panel | None:
        """Contrast the other groups with the reference group: no immigration pretext is expected there."""
        counts, event = counts_of(cells, options.event)
        others = [g for g in counts.groups if g not in (*cells.focal_groups, cells.reference_group)]
        within = options.licence == "within"
        columns = [class_column(cells, counts, event, group, licence=within, tested=False) for group in others]
        return class_panel(CARD.name, cells, counts, columns) if columns else None

    def simulate(self, rng: np.random.Generator, effect: float, design: Design) -> Cells:
        """Draw arrests by group and class with natural differences, and an effect in the planted places."""
        return simulate_classes(rng, effect, design)


SIGNAL = DiscretionContrast()
