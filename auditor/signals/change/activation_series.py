"""Activation series: did arrests of the group change, at an officer's choice, when the programme came to this place?"""

from __future__ import annotations

from typing import Literal

import numpy as np

from auditor.cells import Cells, CellSpec
from auditor.findings.card import Card
from auditor.signals.series.counts import EVENTS, event_of, monthly
from auditor.signals.series.measure import Asked, nothing, panel, placebos
from auditor.signals.series.simulate import simulated
from auditor.signals.series.starts import starts
from auditor.signals.signal import Design, Inventory, Lack, Options, Panel, Signal

CARD = Card(
    name="activation-series",
    family="change",
    section=11,
    title="Change when the programme came",
    question="When the programme came to this place, did arrests of the group rise where an officer may choose, beyond "
    "what serious offences, other groups and other places did?",
    null="The programme's start left the focal group's share of discretionary arrests where serious offences and "
    "comparison places at the same date would put it.",
    needs="Monthly counts of one event by place and ethnic group, at best by offence class, from 24 months before a "
    "programme's start to 12 months after it; the date and kind of that start; for the series, comparison places in "
    "which nothing started.",
    measures="The ratio of after to before in the focal group's discretionary arrests, over the same ratio in the "
    "reference group and in serious offences (triple difference).",
    assumptions=(
        "Without the programme, whatever moved one group's arrests moved them alike in discretionary and in serious "
        "offences (classes), or the place would be exchangeable with its comparison places (series).",
        "The date is that of the start, and nothing else of that kind came in the same months.",
        "Ethnicity and offence classes were recorded alike before and after.",
    ),
    misleads=(
        "Units share common factors: a change that moves all discretionary classes of one group together for another "
        "reason (a licence law, a festival, drivers who adapt) cannot be told from the programme's by relabelling "
        "classes. With a common factor of SD 0.1 a 5 % test errs in 9 % of places, with SD 0.2 in 10 to 17 % "
        '(benchmarks/results/series.csv); comparison places carry that factor too, and decide = "both" asks them as '
        "well.",
        "A place five times as large as its comparison places is called a change in 7 % at 5 %. One whose months are "
        "twice as noisy is withheld.",
        "Cooperation often began before activation (state signing, 287(g), the Criminal Alien Program): a change that "
        "came earlier is missed or halved.",
        "Roll-out began near the border and where many Hispanic people live: later places differ from earlier ones.",
        "Group or offence recording that changed with the programme looks like a change of arrests.",
        "A slow change is no step: the series sees the average of the months after, the slope is described only.",
    ),
    references=(
        "Bernal, J. L., Cummins, S. & Gasparrini, A. (2018). The use of controls in interrupted time series studies of "
        "public health interventions. International Journal of Epidemiology 47, 2082-2093.",
        "MacKinnon, J. G. & Webb, M. D. (2020). Randomization inference for difference-in-differences with few treated "
        "clusters. Journal of Econometrics 218, 435-450.",
        "Chung, E. & Romano, J. P. (2013). Exact and asymptotically robust permutation tests. Annals of Statistics 41, "
        "484-507.",
        "Treyger, E., Chalfin, A. & Loeffler, C. (2014). Immigration enforcement, policing, and crime: evidence from "
        "the Secure Communities program. Criminology & Public Policy 13, 285-322.",
    ),
    formulae=(
        "classes: r_o = log(H_after / H_before) - log(W_after / W_before); T = weighted mean over discretionary less "
        "serious classes, over its standard error from this place's own residuals; deviations exchanged",
        "series: log(H / W)_t = level + two harmonics of the year + trend + change x 1[t after the start], "
        "quasi-binomial; trends drawn towards the comparison places' median; change of discretionary less serious",
        "scale: phi x sandwich with correlation rho^|s - t|; p = (1 + #{comparisons with T_k >= T}) / (K + 1), at "
        "the same calendar date; limits invert the same test",
        "windows: whole years, at least 24 months before and 12 after; the month of the start and the months of "
        "anticipation belong to neither side",
    ),
    controls="The same contrasts at a date one year early, within the months before the start, where 36 months before "
    "it are held.",
)


class ActivationSeriesOptions(Options):
    """Options under ``[signals.activation-series]``.

    Attributes
    ----------
    event : str
        What is counted; ``"auto"`` takes the first of arrest, booking, stop, citation with monthly counts by group.
    program : str
        The programme whose start is tested; empty takes the one that most places have. Others are described.
    kinds : tuple of str
        Kinds of date: the first is tested, the others (``"signed"``) are described.
    anticipation : int
        Months before the start that are left out.
    most_before : int
        Longest span in months that is looked at before the start.
    most_after : int
        Longest span in months that is looked at after it.
    within : {"auto", "state", "all"}
        Where comparison places may lie; ``"auto"`` keeps to the state where it has enough.
    decide : {"classes", "both", "series"}
        Which design speaks for a place: its offence classes where they can, else the series; both (the larger p-value,
        which a factor common to the classes cannot make small) where both can; or the series first.
    harmonics : int
        Pairs of sine and cosine of the year in the series.
    alpha : float
        Fewer than 1 / alpha admissible assignments withhold a test.
    """

    event: Literal["auto", "arrest", "booking", "stop", "citation"] = "auto"
    program: str = ""
    kinds: tuple[str, ...] = ("activated",)
    anticipation: int = 0
    most_before: int = 60
    most_after: int = 36
    within: Literal["auto", "state", "all"] = "auto"
    decide: Literal["classes", "both", "series"] = "classes"
    harmonics: int = 2
    alpha: float = 0.05


class ActivationSeries(Signal):
    """One place at a time: classes relabelled where offences are held, else a controlled interrupted series."""

    card = CARD
    options = ActivationSeriesOptions

    def lacks(self, inventory: Inventory, options: ActivationSeriesOptions) -> Lack | None:
        """Say what is missing before any place can be measured."""
        wanted = EVENTS if options.event == "auto" else (options.event,)
        if not inventory.focal_groups:
            return Lack("activation-series.no-focal", "activation-series.need-focal")
        if not set(wanted) & inventory.events_with_group:
            return Lack("activation-series.no-group", "activation-series.need-months")
        if inventory.months < 36:
            return Lack("activation-series.too-short", "activation-series.need-longer")
        return None

    def decides_by(self, inventory: Inventory, options: ActivationSeriesOptions) -> Literal["itself"]:
        """It randomises by itself: classes, or places at the same date."""
        return "itself"

    def view(self, options: ActivationSeriesOptions) -> CellSpec:
        """Counts by event, group, class and month, with the programme starts."""
        keys = ("event", "group", "group_source", "offence", "month")
        return CellSpec(keys=keys, events=EVENTS, activations=True)

    def measure(self, cells: Cells, options: ActivationSeriesOptions, rng: np.random.Generator) -> Panel:
        """Measure every place at its own start, by classes and as a series."""
        event = event_of(cells, options.event)
        cuts = starts(cells, options.program, options.kinds)
        if not event or not cuts:
            return nothing(cells, event or EVENTS[0], no_start=not cuts)
        return panel(cells, monthly(cells, event), cuts, _asked(options))

    def controls(self, cells: Cells, options: ActivationSeriesOptions, rng: np.random.Generator) -> Panel | None:
        """Measure the same contrasts one year before the start, on the months before it alone."""
        event = event_of(cells, options.event)
        cuts = starts(cells, options.program, options.kinds)[:1]
        if not event or not cuts:
            return None
        return placebos(cells, monthly(cells, event), cuts[0], _asked(options))

    def simulate(self, rng: np.random.Generator, effect: float, design: Design) -> Cells:
        """Draw monthly arrests by group and class; three places in four start in month 24, the others never."""
        return simulated(rng, effect, design)


def _asked(options: ActivationSeriesOptions) -> Asked:
    return Asked(
        options.anticipation,
        (options.most_before, options.most_after),
        options.within,
        options.harmonics,
        options.alpha,
        options.decide,
    )


SIGNAL = ActivationSeries()
