"""Activation, a whole region: did the contrast rise where the programme started, wave by wave?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from auditor.cells import Cells, CellSpec
from auditor.domain.vocabulary import NATION
from auditor.findings.card import Card
from auditor.signals.region.result import RegionResult
from auditor.signals.rollout.counts import EVENTS, PeriodCounts, best_event, count_event
from auditor.signals.rollout.covariates import COVARIATES, covariates
from auditor.signals.rollout.draw import draw
from auditor.signals.rollout.estimate import Settings
from auditor.signals.rollout.region import Ask, outcomes, region_results
from auditor.signals.rollout.study import BEFORE, REASONS, Rules, Study, outcome_of, restricted, starts, study
from auditor.signals.signal import Contrast, Design, Inventory, Lack, Options, Panel, Signal, blank

CARD = Card(
    name="activation-rollout",
    family="change",
    section=11,
    title="Staggered roll-out",
    question="Over a whole region, did arrests shift towards the focal group in offences where an officer may choose "
    "once the programme started, place after place?",
    null="Had the programme not started, the contrast would have moved in each wave of places as it did in the places "
    "where it had not started yet.",
    needs="Arrests (or bookings) by month, ethnic group and offence for at least 20 places, over two years before the "
    "first start and one year after; the day on which the programme started in each place, in at least two waves of "
    "five places or more.",
    measures="The mean change, from the start on, of the log of (H_d / W_d) / (H_s / W_s) in places that started less "
    "that in places that had not started yet, as a ratio: group by discretion by time. Without offences, of H / W.",
    assumptions=(
        "Parallel trends: without the programme the waves would have moved alike.",
        "Places that had not started were not touched yet (no anticipation beyond the periods allowed for, no "
        "spill-over).",
        "Ethnicity and offences are recorded alike before and after, and the dates are those of the start.",
    ),
    misleads=(
        "The order of the roll-out was chosen (nearness to the border, share of Hispanic residents), not drawn by lot.",
        "Whatever else came to the same places at the same time (laws, recording, other programmes) is part of it.",
        "A whole state that starts on one day is one event, however many counties it has: its counties then move "
        "together and the error stated here is too small.",
        "A mean over places can hide places that moved in opposite directions; it says nothing of any one of them.",
        "It is one number for a region: events of unrecorded group are left out, and no range is shown of what they "
        "could change. The tests of one place's change have one.",
    ),
    references=(
        "Callaway, B. & Sant'Anna, P. H. C. (2021). Difference-in-differences with multiple time periods. Journal of "
        "Econometrics 225, 200-230.",
        "Sant'Anna, P. H. C. & Zhao, J. (2020). Doubly robust difference-in-differences estimators. Journal of "
        "Econometrics 219, 101-122.",
        "Rambachan, A. & Roth, J. (2023). A more credible approach to parallel trends. Review of Economic Studies 90, "
        "2555-2591.",
        "Goodman-Bacon, A. (2021). Difference-in-differences with variation in treatment timing. Journal of "
        "Econometrics 225, 254-277.",
        "Treyger, E., Chalfin, A. & Loeffler, C. (2014). Immigration enforcement, policing, and crime. Criminology & "
        "Public Policy 13, 285-322.",
    ),
    formulae=(
        "y_jt = log[(H_d + .5)(W_s + .5) / ((W_d + .5)(H_s + .5))] by quarter, half an arrest added to each count",
        "ATT(g, t) = mean of y_t - y_(g-1) over wave g less the same over places that have not started by t",
        "mean effect = sum over waves g and t >= g of ATT(g, t), weighted by the number (and weight) of places; "
        "ratio = exp(mean effect)",
        "weights w_j = 1 / (v_j + median v), v_j the mean sampling variance of y before the first start of all",
        "variance: influence functions, residuals over sqrt(1 - h); t with Satterthwaite degrees of freedom over waves",
        "bands: multiplier bootstrap (Rademacher), largest |deviation| / SE",
        "breakdown value: largest M with |mean| > t SE + M x fastest drift before (upper limit) x mean of (e + 1)",
    ),
    controls="Another group against the reference group, and serious offences against a person against those against "
    "property: estimated in the same way and shown beside it. They are not pooled, since there is one region.",
)

_STEP = {"month": 1, "quarter": 3, "half-year": 6}


class ActivationRolloutOptions(Options):
    """Options under ``[signals.activation-rollout]``.

    Attributes
    ----------
    event : str
        ``"auto"`` takes the event whose groups most places tell by month.
    outcome : str
        ``"discretion"`` (discretionary against serious offences), ``"ratio"`` (focal over reference, all offences) or
        ``"auto"``: the contrast where at least half of those places tell offences.
    program : str
        Whose starts count; empty for the programme of which most places have a date.
    kinds : tuple of str
        Which kinds of date count.
    undated : str
        Places without a date: ``"unknown"`` leaves them out, ``"never"`` says that the list is complete.
    control : str
        Compared with places that have not started yet, or only with those that never did.
    period : str
        ``"month"``, ``"quarter"`` or ``"half-year"``. The period of the start counts as after it.
    anticipation : int
        Periods before the start in which something may already have changed.
    window : int
        Periods on either side of the start in the event-time table.
    covariates : tuple of str
        Out of population (log of residents), focal-share and noncitizen-share, as far as the sources hold them.
    adjust : str
        ``"beside"`` shows the adjusted estimate in the table, ``"primary"`` makes it the finding, ``"none"`` omits it.
    method : str
        How to adjust: outcome regression, inverse-probability weights, or both (doubly robust).
    minimum_cohort : int
        Fewest places of a wave; smaller waves are listed and left out.
    minimum_places : int
        Fewest places of the region.
    minimum_waves : int
        Fewest waves that are large enough.
    least : float
        Fewest of each count in a period, on average before anything started, for a place to take part.
    states : bool
        Whether to estimate each state by itself too.
    draws : int
        Draws of the multiplier bootstrap.
    """

    event: Literal["auto", "arrest", "booking", "citation", "stop"] = "auto"
    outcome: Literal["auto", "discretion", "ratio"] = "auto"
    program: str = ""
    kinds: tuple[str, ...] = ("activated",)
    undated: Literal["unknown", "never"] = "unknown"
    control: Literal["not-yet", "never"] = "not-yet"
    period: Literal["month", "quarter", "half-year"] = "quarter"
    anticipation: int = Field(0, ge=0, le=24)
    window: int = Field(8, ge=1, le=120)
    covariates: tuple[Literal["population", "focal-share", "noncitizen-share"], ...] = COVARIATES
    adjust: Literal["beside", "primary", "none"] = "beside"
    method: Literal["reg", "dr", "ipw"] = "reg"
    minimum_cohort: int = Field(5, ge=2)
    minimum_places: int = Field(20, ge=10)
    minimum_waves: int = Field(2, ge=2)
    least: float = Field(5.0, ge=1)
    states: bool = False
    draws: int = Field(999, ge=199, le=100_000)


class ActivationRollout(Signal):
    """The whole region: group-time effects over the waves of a programme."""

    card = CARD
    options = ActivationRolloutOptions
    regional = True

    def lacks(self, inventory: Inventory, options: ActivationRolloutOptions) -> Lack | None:
        """Say what is missing."""
        if not inventory.focal_groups:
            return Lack("benchmark.no-focal", "benchmark.need-focal")
        events = set(EVENTS) if options.event == "auto" else {options.event}
        if not events & inventory.events_with_group:
            return Lack("activation-rollout.no-groups", "activation-rollout.need-months")
        if inventory.places < options.minimum_places:
            return Lack("activation-rollout.few-places", "activation-rollout.need-places", _sizes(options))
        if inventory.months <= BEFORE:
            return Lack("activation-rollout.short", "activation-rollout.need-months")
        return None

    def view(self, options: ActivationRolloutOptions) -> CellSpec:
        """Ask for arrests by month, group and offence, and for the starts."""
        events = EVENTS if options.event == "auto" else (options.event,)
        keys = ("event", "group", "group_source", "offence", "month")
        return CellSpec(keys=keys, events=events, population=options.adjust != "none", activations=True)

    def measure(self, cells: Cells, options: ActivationRolloutOptions, rng: np.random.Generator) -> Panel:
        """Say of every place why it has no number of its own."""
        counts = _counts(cells, options)
        groups = cells.focal_groups
        studies = [_study(cells, counts, group, options)[0] for group in groups]
        code = np.column_stack([item.code for item in studies])
        values = _sizes(options)
        lacks = tuple(
            Lack(f"activation-rollout.{name}", f"activation-rollout.{_NEEDS[name]}", values) for name in REASONS
        )
        contrasts = tuple(_contrast(cells, counts, group, item) for group, item in zip(groups, studies, strict=True))
        arrays: dict[str, Any] = {**blank(*code.shape), "testable": np.zeros(code.shape, dtype=bool)}
        return Panel(CARD.name, cells.ids, contrasts, code=code, lacks=lacks, **arrays)

    def regions(
        self, cells: Cells, options: ActivationRolloutOptions, rng: np.random.Generator
    ) -> Sequence[RegionResult]:
        """Estimate the region (the nation, a state, a common parent) and, if wanted, each state."""
        counts = _counts(cells, options)
        results: list[RegionResult] = []
        for group in cells.focal_groups:
            whole, program = _study(cells, counts, group, options)
            if not whole.used.any():
                continue
            others = tuple(name for name in counts.groups if name not in (*cells.focal_groups, cells.reference_group))
            wanted = outcomes(counts, whole, group, cells.reference_group, others)
            ask = _ask(cells, group, program, options, whole)
            for region, part in _regions(cells, whole, options):
                results.extend(region_results(region, cells, counts, part, wanted, ask, rng))
        return results

    def simulate(self, rng: np.random.Generator, effect: float, design: Design) -> Cells:
        """Draw six years of arrests in six waves; in a planted effect the focal group's discretionary arrests rise."""
        return draw(rng, effect, design.places, design.typical, design.natural_sd, design.planted)


_NEEDS = {
    "regional": "need-place",
    "no-dates": "need-starts",
    "undated": "need-starts",
    "suppressed": "need-unsuppressed",
    "absent": "need-months",
    "early": "need-earlier",
    "other-kind": "need-kind",
    "no-covariates": "need-covariates",
    "hidden": "need-shown",
    "small": "need-larger",
    "few-places": "need-places",
    "one-wave": "need-waves",
    "short-after": "need-later",
}


def _sizes(options: ActivationRolloutOptions) -> dict[str, float | int]:
    return {
        "places": options.minimum_places,
        "wave": options.minimum_cohort,
        "waves": options.minimum_waves,
        "gate": options.least,
    }


def _rules(options: ActivationRolloutOptions) -> Rules:
    return Rules(
        options.least, options.minimum_cohort, options.minimum_places, options.minimum_waves, options.anticipation
    )


def _counts(cells: Cells, options: ActivationRolloutOptions) -> PeriodCounts:
    groups = (*cells.focal_groups, cells.reference_group)
    event = best_event(cells, options.event, groups)
    known = cells.counts.where(event=event).levels("group")
    others = tuple(name for name in known if name not in (*groups, "unknown", "other", "multiple"))
    return count_event(cells, event, (*groups, *others), _STEP[options.period])


def _study(cells: Cells, counts: PeriodCounts, group: str, options: ActivationRolloutOptions) -> tuple[Study, str]:
    pair = (group, cells.reference_group)
    first, program = starts(cells, options.program, options.kinds, counts.periods, options.undated)
    outcome = outcome_of(counts, options.outcome, pair)
    x = covariates(cells, group, options.covariates) if options.adjust == "primary" else None
    return study(cells, counts, outcome, pair, first, _rules(options), None if x is None else ~x.known), program


def _ask(cells: Cells, group: str, program: str, options: ActivationRolloutOptions, found: Study) -> Ask:
    settings = Settings(
        options.control,
        options.method,
        options.anticipation,
        options.window,
        options.minimum_cohort,
        options.draws,
    )
    x = covariates(cells, group, options.covariates)
    usable = options.adjust != "none" and bool(x.known[found.used].all())
    values = x.values if usable else None
    return Ask(settings, options.least, options.minimum_places, values, options.adjust == "primary", program)


def _regions(cells: Cells, whole: Study, options: ActivationRolloutOptions) -> Iterator[tuple[str, Study]]:
    """Yield the whole under the narrowest name that holds it, then each state that can stand alone."""
    above = np.array([parent or state for parent, state in zip(cells.parents, cells.states, strict=True)], dtype=object)
    names = sorted(set(above[whole.used].tolist()))
    yield (names[0] if len(names) == 1 and names[0] else NATION), whole
    if not options.states or len(names) < 2:
        return
    for name in filter(None, names):
        keep: NDArray[np.bool_] = np.asarray(above == name, dtype=bool)
        part = restricted(whole, keep, _rules(options))
        if part is not None:
            yield str(name), part


def _contrast(cells: Cells, counts: PeriodCounts, group: str, found: Study) -> Contrast:
    what = "discretionary against serious offences" if found.outcome == "discretion" else "focal over reference"
    return Contrast(
        key=f"{group}/{found.outcome}/region",
        group=group,
        reference=cells.reference_group,
        event=counts.event,
        label=f"change with the start of the programme, {what}",
        counted=counts.event,
        among=counts.event,
        comparator="not-yet",
        why="activation-rollout.why-not-yet",
        shape="change",
        method="",
        tested=True,
    )


SIGNAL = ActivationRollout()
