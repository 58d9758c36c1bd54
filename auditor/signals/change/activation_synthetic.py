"""Activation, one place: did the contrast rise against a synthetic control made of places without the programme?"""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from auditor.cells import Bools, Cells, CellSpec, Days, Table
from auditor.findings.card import Card
from auditor.signals.groups import sourced
from auditor.signals.signal import Contrast, Design, Inventory, Lack, Options, Panel, Signal
from auditor.signals.synthetic.draw import arrests, cells_of
from auditor.signals.synthetic.fit import Plan, fit_all
from auditor.signals.synthetic.panel import Column, panel
from auditor.signals.synthetic.units import Timing, outcome, windows
from auditor.stats.synthetic.gate import Gate

CARD = Card(
    name="activation-synthetic",
    family="change",
    section=11,
    title="Synthetic control",
    question="When the programme came, did this place's arrests shift towards the focal group more than those of a "
    "weighted average of places without it?",
    null="What moved this place's arrests after the start is of a kind with what moved those of the places without the "
    "programme: which of them had the start is a matter of chance.",
    needs="Arrests (or bookings) by month, ethnic group and offence for this place and at least 19 others in which the "
    "programme had not started, over two years before and one year after; start dates by place.",
    measures="The mean, after the start, of the log of (H_d / W_d) / (H_s / W_s) less the same of the synthetic "
    "control, as a ratio; without offences the log of H / W.",
    assumptions=(
        "Without the programme the place would have moved as its synthetic control did.",
        "The places without the programme were not touched by it (no spill-over), and nothing else came to this place "
        "alone at the same time.",
        "Ethnicity and offences are recorded alike before and after.",
    ),
    misleads=(
        "The order of the roll-out was chosen (border, Hispanic share): places that started late may differ.",
        "A new law, a new sheriff, a new records system or a local event in the same year looks the same.",
        "A change of enforcement before the start date (anticipation, other programmes) hides in the baseline.",
    ),
    references=(
        "Abadie, A. & Gardeazabal, J. (2003). The economic costs of conflict. American Economic Review 93, 113-132.",
        "Abadie, A., Diamond, A. & Hainmueller, J. (2010). Synthetic control methods for comparative case studies. "
        "JASA 105, 493-505.",
        "Doudchenko, N. & Imbens, G. W. (2016). Balancing, regression, difference-in-differences and synthetic control "
        "methods. NBER Working Paper 22791.",
        "Firpo, S. & Possebom, V. (2018). Synthetic control method: inference, sensitivity analysis and confidence "
        "sets. Journal of Causal Inference 6(2).",
        "Ben-Michael, E., Feller, A. & Rothstein, J. (2021). The augmented synthetic control method. JASA 116.",
        "Arkhangelsky, D. et al. (2021). Synthetic difference-in-differences. American Economic Review 111, 4088-4118.",
    ),
    formulae=(
        "y_t = log[(H_d + .5)(W_s + .5) / ((W_d + .5)(H_s + .5))] by month (quarter when counts are thin), less its "
        "mean before the start",
        "w minimises sum_t (y_t - sum_i w_i y_it)^2 + zeta sum_i w_i^2 before the start, w >= 0, sum w = 1; zeta = "
        "T0 sqrt(T1) Var(first differences)",
        "gap = mean after of y_t - sum_i w_i y_it; ratio = exp(gap); statistic = gap / RMSPE before (signed)",
        "p = (1 + #{donors' statistics >= this place's}) / (donors + 1); the interval inverts the two-sided rank test",
        "refused when RMSPE > 1.25 SD of y before, or RMSPE over sampling SD > 2 x the median unit's, or the "
        "correlation of the gap with time before > 3 x the median unit's; donors alike",
    ),
    controls="The serious offences alone (focal over reference), and a false start date one year before the true one; "
    "both are reported beside the estimate with two-sided p-values.",
)

_EVENTS = ("arrest", "booking", "citation", "stop")
_SIDES = ("discretionary", "serious")


class ActivationSyntheticOptions(Options):
    """Options under ``[signals.activation-synthetic]``.

    Attributes
    ----------
    event : str
        ``"auto"`` takes the event whose groups most places tell.
    outcome : str
        ``"contrast"`` (discretionary against serious offences), ``"ratio"`` (focal over reference, all offences) or
        ``"auto"``: the contrast where at least half of those places tell offences.
    program : str
        Whose first start counts; empty for the first of any programme.
    before_most : int
        Months before the start at most, in whole years.
    after : int
        Months after it, exactly, in whole years.
    anticipation : int
        Months before the start that count on neither side.
    donors_least : int
        Fewest donors; 19 is what p <= .05 takes.
    donors_most : int
        Most donors; beyond that, evenly spaced in the order of precision.
    period : str
        ``"month"``, ``"quarter"`` or ``"auto"``: quarters where the rarest count is below `thin` a month.
    thin : float
        Events a month of the rarest count below which quarters are used.
    least : float
        Fewest of the rarest count a period, on average before the start, for a place to be used at all.
    spread : bool
        Whether the weights are spread by a penalty, or are those of the classical synthetic control.
    lean : bool
        Whether the donors' placebos may lean on the place itself: exact ranks, at the price of a set of fits for
        every place.
    fit_own : float
        A fit before the start is too poor above this many times the place's own spread.
    fit_others : float
        It is too poor above this many times the usual fit of the donors.
    fit_drift : float
        It is too poor where its gap is correlated with time by more than this many times the usual correlation.
    """

    event: Literal["auto", "arrest", "booking", "citation", "stop"] = "auto"
    outcome: Literal["auto", "contrast", "ratio"] = "auto"
    program: str = ""
    before_most: int = Field(60, ge=24, le=240, multiple_of=12)
    after: int = Field(12, ge=12, le=60, multiple_of=12)
    anticipation: int = Field(0, ge=0, le=24)
    donors_least: int = Field(19, ge=19)
    donors_most: int = Field(200, ge=19, le=1000)
    period: Literal["auto", "month", "quarter"] = "auto"
    thin: float = Field(5.0, ge=0)
    least: float = Field(2.0, ge=0)
    spread: bool = True
    lean: bool = False
    fit_own: float = Field(1.25, gt=0)
    fit_others: float = Field(2.0, gt=1)
    fit_drift: float = Field(3.0, gt=1)


class ActivationSynthetic(Signal):
    """Each place that started the programme against its own synthetic control."""

    card = CARD
    options = ActivationSyntheticOptions

    def lacks(self, inventory: Inventory, options: ActivationSyntheticOptions) -> Lack | None:
        """Say what is missing before any place can be measured."""
        wanted = set(_EVENTS if options.event == "auto" else (options.event,))
        if not wanted & inventory.events_with_group or not inventory.focal_groups:
            return Lack("activation-synthetic.no-groups", "activation-synthetic.need-months")
        if not inventory.activated:
            return Lack("activation-synthetic.no-starts", "activation-synthetic.need-starts")
        if inventory.places <= options.donors_least:
            return Lack("activation-synthetic.few-donors", "activation-synthetic.need-donors")
        return None

    def decides_by(self, inventory: Inventory, options: ActivationSyntheticOptions) -> Literal["itself"]:
        """It randomises by itself: classes, or places at the same date."""
        return "itself"

    def view(self, options: ActivationSyntheticOptions) -> CellSpec:
        """Events by group, offence and month, with the programme starts."""
        events = _EVENTS if options.event == "auto" else (options.event,)
        keys = ("event", "group", "group_source", "offence", "month")
        return CellSpec(keys=keys, events=events, activations=True)

    def measure(self, cells: Cells, options: ActivationSyntheticOptions, rng: np.random.Generator) -> Panel:
        """Measure every place that started, for each focal group."""
        event = _event(cells, options)
        rows = sourced(cells, event)
        sides = _SIDES if _contrasts(cells, rows, options) else ("",)
        dates = cells.activations.first(cells.size, options.program)
        columns = [_column(cells, rows, event, group, sides, dates, options) for group in cells.focal_groups]
        surname = "surname" in set(rows.levels("group_source"))
        return panel(CARD.name, cells, columns, _LACKS, _unverified(cells, options, dates), surname=surname)

    def simulate(self, rng: np.random.Generator, effect: float, design: Design) -> Cells:
        """Draw arrests by month; seven places in eight start the programme, and the planted ones bear the effect.

        Natural differences lie between the levels of the places, which a change does not see; months of one place
        share slow movements of their own.
        """
        ids = tuple(f"local:sim-{i:05d}" for i in range(design.places))
        place = np.arange(design.places)
        started = (place % 8 != 7) | (place < round(design.planted * design.places))
        shift = np.where(started & (place < round(design.planted * design.places)), effect, 0.0)
        return cells_of(ids, arrests(rng, design, shift), started)


def _event(cells: Cells, options: ActivationSyntheticOptions) -> str:
    if options.event != "auto":
        return options.event
    grouped = cells.counts.take(~cells.counts.isin("group", "", "unknown"))
    reach = {event: len(np.unique(grouped.where(event=event).index)) for event in _EVENTS}
    return max(_EVENTS, key=lambda event: (reach[event], -_EVENTS.index(event)))


def _contrasts(cells: Cells, rows: Table, options: ActivationSyntheticOptions) -> bool:
    if options.outcome != "auto":
        return options.outcome == "contrast"
    grouped = rows.take(~rows.isin("group", "", "unknown"))
    offences = [[offence for offence, side in cells.classes.items() if side == name] for name in _SIDES]
    told = [set(grouped.index[grouped.isin("offence", *of_side)].tolist()) for of_side in offences]
    return 2 * len(told[0] & told[1]) >= len(np.unique(grouped.index)) > 0


def _unverified(cells: Cells, options: ActivationSyntheticOptions, dates: Days) -> Bools:
    """Where the source does not say that the date is one of activation, or of which programme."""
    known = (cells.activations.kind != "") & (cells.activations.program != "")
    stated = cells.activations.take(np.asarray(known, dtype=bool)).first(cells.size, options.program)
    return np.asarray(~np.isnat(dates) & (np.isnat(stated) | (stated != dates)))


def _column(
    cells: Cells,
    rows: Table,
    event: str,
    group: str,
    sides: tuple[str, ...],
    dates: Days,
    options: ActivationSyntheticOptions,
) -> Column:
    found = outcome(cells, rows, group, sides)
    timing = Timing(options.before_most, options.after, options.anticipation, options.donors_least, 39)
    chosen, code = windows(found, dates, cells.stratum, timing)
    plan = Plan(
        None if options.period == "auto" else options.period == "quarter",
        options.thin,
        options.least,
        options.donors_most,
        options.donors_least,
        options.spread,
        options.lean,
        Gate(options.fit_own, options.fit_others, options.fit_drift),
    )
    fits = fit_all(found, chosen, dates, cells.stratum, code, plan)
    return Column(_contrast(cells, event, group, sides), found, chosen, fits)


def _contrast(cells: Cells, event: str, group: str, sides: tuple[str, ...]) -> Contrast:
    kind = "contrast" if len(sides) == 2 else "ratio"
    return Contrast(
        key=f"{group}/{event}/{kind}",
        group=group,
        reference=cells.reference_group,
        event=event,
        label=f"synthetic-{kind}",
        counted=f"synthetic-{kind}",
        among=event,
        comparator="synthetic",
        why="activation-synthetic.why-synthetic",
        shape="change",
        method="placebo ranks (two-sided test inverted)",
        tested=True,
        definitions=(f"activation-synthetic.define-{kind}", "activation-synthetic.define-synthetic"),
    )


_LACKS = tuple(
    Lack(f"activation-synthetic.{reason}", f"activation-synthetic.need-{need}")
    for reason, need in (
        ("absent", "months"),
        ("suppressed", "unsuppressed"),
        ("undated", "starts"),
        ("gaps", "months"),
        ("few-donors", "donors"),
        ("thin", "larger"),
        ("poor-fit", "other-places"),
    )
)


SIGNAL = ActivationSynthetic()
