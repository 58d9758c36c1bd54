"""Benchmark: are there more of the group among those arrested than the population at risk predicts?"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np

from auditor.cells import Cells, CellSpec
from auditor.findings.card import Card
from auditor.signals.drawn import drawn_cells
from auditor.signals.exposures import Exposure, population_exposure, stage_exposure
from auditor.signals.groups import count_groups, sourced
from auditor.signals.rates import AFTER_MATCH, ALIENAGE_UNIVERSES, join, measure_rates
from auditor.signals.region.ratio import region_ratios
from auditor.signals.signal import Design, Inventory, Lack, Options, Panel, RegionResult, Signal

CARD = Card(
    name="benchmark",
    family="exposure",
    section=10,
    title="Group rates against benchmarks",
    question="Is the group found among those counted more often than a benchmark of the people at risk predicts?",
    null="Given the benchmark, the rate per person at risk is the same in the focal and the reference group.",
    needs="Counts of one event by place and ethnic group, and a benchmark (residents, adults, noncitizens, drivers, "
    "or an earlier stage such as bookings) by the same places and groups.",
    measures="The rate ratio: events of the focal group per person of its benchmark, over the same for the reference "
    "group; exact, given the sum of both counts.",
    assumptions=(
        "The benchmark counts the people who could have been met by the event, in both groups alike.",
        "Group is recorded alike in the counts and in the benchmark.",
        "The benchmark's period is that of the counts.",
    ),
    misleads=(
        "Commuters, visitors, borders and census undercount make residents a poor measure of who is on the street.",
        "A resident benchmark says nothing of differences in offending or in calls to the police.",
        "Where the recorded share of the group is below a third of its population share, ethnicity is as a rule not "
        "recorded faithfully (Texas and Tampa are known cases), and the test is withheld.",
        "Detainers and matches depend on citizenship: against residents or bookings the ratio is large wherever "
        "noncitizens are of the focal group, with nobody profiling.",
    ),
    references=(
        "Garwood, F. (1936). Fiducial limits for the Poisson distribution. Biometrika 28, 437-442.",
        "Clopper, C. J. & Pearson, E. S. (1934). The use of confidence or fiducial limits. Biometrika 26, 404-413.",
        "Gelman, A., Fagan, J. & Kiss, A. (2007). An analysis of the New York City Police Department's "
        "stop-and-frisk policy in the context of claims of racial bias. JASA 102, 813-823.",
        "Chavez v. Illinois State Police, 251 F.3d 612 (7th Cir. 2001), on population benchmarks.",
    ),
    formulae=(
        "theta = (H / E_H) / (W / E_W)",
        "H | H + W ~ Binomial(H + W, theta E_H / (theta E_H + E_W)); limits by Clopper-Pearson on that share",
        "benchmark error: SE = MOE / 1.645; the limits are widened on the log scale",
        "missing group U: lowest (H / E_H) / ((W + U) / E_W), highest ((H + U) / E_H) / (W / E_W)",
        "tipping point: the factor by which E_H / E_W must be wrong before the lower limit reaches 1",
        "region: log mu_jg = a_j + b_g + log E_jg; standard errors widened by the Pearson dispersion",
    ),
    controls="The same ratio for serious offences, which victims report: property and violent ones apart. They carry "
    "the same errors of the benchmark, and no officer's choice. Where the data hold no offence classes, the screen "
    "compares each place with its peers, and no place can rise above pattern-worth-examining on it.",
)

_NUMERATORS = ("arrest", "booking", "stop", "citation", "detainer", "custody", "removal", "match")


_CONTROLS = {
    "property": ("burglary", "vehicle-theft", "theft", "arson"),
    "violent": ("homicide", "sexual-assault", "robbery", "aggravated-assault"),
}
"""Serious classes of the control contrasts; of several classes each, so that their counts resemble the focal ones."""


class BenchmarkOptions(Options):
    """Options under ``[signals.benchmark]``.

    Attributes
    ----------
    numerator : str
        The event that is counted; ``"auto"`` takes the first of arrest, booking, stop, citation that has groups.
    exposure : str
        An event or a universe that is the primary benchmark; ``"auto"`` takes the protocol's order.
    order : tuple of str
        Universes in order of preference, in place of the protocol's order.
    regional : bool
        Whether to estimate the place-adjusted ratio of each region too.
    interval : {"exact"}
        How the limits of the ratio are made.
    level : float
        Level of the intervals.
    """

    numerator: str = "auto"
    exposure: str = "auto"
    order: tuple[str, ...] = ()
    regional: bool = True


class Benchmark(Signal):
    """Exact rate ratios against several benchmarks side by side."""

    card = CARD
    options = BenchmarkOptions

    def lacks(self, inventory: Inventory, options: BenchmarkOptions) -> Lack | None:
        """Say what is missing before any place can be measured."""
        if not inventory.focal_groups:
            return Lack("benchmark.no-focal", "benchmark.need-focal")
        event = numerator(inventory, options)
        if not event:
            return Lack("benchmark.no-group", "benchmark.need-group")
        if event in AFTER_MATCH and not _admissible(inventory, options):
            return Lack("benchmark.no-rates", "benchmark.need-noncitizens", {"event": event})
        known = set(inventory.universes) | set(inventory.events_with_group) - {event}
        if options.exposure not in ("auto", *known):
            return Lack("benchmark.no-exposure", "benchmark.need-exposure", {"exposure": options.exposure})
        if options.exposure == "auto" and not set(inventory.universes):
            return Lack("benchmark.no-population", "benchmark.need-population")
        return None

    def decides_by(self, inventory: Inventory, options: BenchmarkOptions) -> Literal["peers", "controls"]:
        """Serious offences of the same event are controls."""
        serious = any(set(classes) & inventory.offences for classes in _CONTROLS.values())
        return "controls" if serious and numerator(inventory, options) in inventory.events_with_offence else "peers"

    def view(self, options: BenchmarkOptions) -> CellSpec:
        """Counts by event and group, with the population baselines."""
        return CellSpec(keys=("event", "group", "group_source", "offence"), population=True)

    def measure(self, cells: Cells, options: BenchmarkOptions, rng: np.random.Generator) -> Panel:
        """Measure every place against every benchmark."""
        event = _event_of(cells, options)
        groups = (*cells.focal_groups, cells.reference_group)
        counted = count_groups(cells, event, groups)
        bases = tuple(_bases(cells, options, event, groups))
        parts = [
            measure_rates(cells, event, g, base, counted, first=(b == 0))
            for b, base in enumerate(bases)
            for g in range(len(cells.focal_groups))
        ]
        return join(CARD.name, cells, parts)

    def controls(self, cells: Cells, options: BenchmarkOptions, rng: np.random.Generator) -> Panel | None:
        """Measure serious offences against the same benchmark: it errs alike for them, and no officer chose them."""
        event = _event_of(cells, options)
        groups = (*cells.focal_groups, cells.reference_group)
        base = next(iter(_bases(cells, options, event, groups)), None)
        if base is None or "offence" not in cells.counts.columns:
            return None
        parts = []
        for name, classes in _CONTROLS.items():
            serious = [offence for offence in classes if cells.classes.get(offence) == "serious"]
            rows = cells.counts.where(offence=serious, event=event)
            if not len(rows.n):
                continue
            counted = count_groups(dataclasses.replace(cells, counts=rows), event, groups)
            for g in range(len(cells.focal_groups)):
                part = measure_rates(cells, event, g, base, counted, first=False)
                whole = part["contrast"]
                key, label = f"{whole.key}/{name}", f"{whole.label}, {name} offences"
                part["contrast"] = dataclasses.replace(whole, key=key, label=label)
                parts.append(part)
        return join(CARD.name, cells, parts) if parts else None

    def regions(self, cells: Cells, options: BenchmarkOptions, rng: np.random.Generator) -> Sequence[RegionResult]:
        """Estimate the place-adjusted ratio of each region that has at least two measured places."""
        if not options.regional:
            return ()
        event = _event_of(cells, options)
        groups = _all_groups(cells, event)
        base = next(iter(_bases(cells, options, event, groups)), None)
        if base is None or cells.reference_group not in groups:
            return ()
        cube = sourced(cells, event).cube(cells.size, "group", groups)
        usable = (cube.observed & ~cube.censored & base.observed).all(axis=1) & (base.values > 0).all(axis=1)
        regions = np.array([parent or state for parent, state in zip(cells.parents, cells.states, strict=True)])
        results: list[RegionResult] = []
        for region in sorted(set(regions[usable]) - {""}):
            rows = usable & (regions == region)
            if rows.sum() >= 2:
                results.extend(region_ratios(str(region), event, groups, cells, cube.values, base, rows))
        return results

    def simulate(self, rng: np.random.Generator, effect: float, design: Design) -> Cells:
        """Draw arrests of two groups with equal rates, natural differences, and an effect in the planted places."""
        ids = tuple(f"local:sim-{i:05d}" for i in range(design.places))
        people = np.maximum(rng.lognormal(np.log(design.typical * 25), 1.0, design.places), 50).round()
        share = 1 / (1 + np.exp(-rng.normal(-1.5, 0.6, design.places)))
        focal = np.maximum((people * share).round(), 5)
        planted = np.arange(design.places) < round(design.planted * design.places)
        log_ratio = rng.normal(0, design.natural_sd, design.places) + np.where(planted, effect, 0.0)
        odds = focal / people * np.exp(log_ratio)
        n = rng.poisson(people * 0.04)
        h = rng.binomial(n, odds / (1 + odds))
        rows = [
            {"place": place, "event": "arrest", "group": group, "n": value, "complete": True}
            for place, a, b in zip(ids, h, n - h, strict=True)
            for group, value in (("hispanic", a), ("white", b))
        ]
        base = [
            {"place": place, "group": group, "universe": "residents", "n": value}
            for place, a, b in zip(ids, focal, people, strict=True)
            for group, value in (("hispanic", a), ("white", b))
        ]
        return drawn_cells(ids, rows, ("event", "group"), population=base)


def numerator(inventory: Inventory, options: BenchmarkOptions) -> str:
    """Return the event that is counted, or "" when no event carries groups."""
    if options.numerator != "auto":
        return options.numerator if options.numerator in inventory.events_with_group else ""
    return next((event for event in _NUMERATORS if event in inventory.events_with_group), "")


def _admissible(inventory: Inventory, options: BenchmarkOptions) -> bool:
    """Say whether a count of matched or detained people has a denominator that is not merely residents."""
    if options.exposure != "auto":
        return options.exposure in inventory.events_with_group or options.exposure in ALIENAGE_UNIVERSES
    return bool(set(ALIENAGE_UNIVERSES) & inventory.universes)


def _event_of(cells: Cells, options: BenchmarkOptions) -> str:
    if options.numerator != "auto":
        return options.numerator
    known = cells.counts.take(~cells.counts.isin("group", "", "unknown"))
    present = known.levels("event")
    return next(event for event in _NUMERATORS if event in present)


def _all_groups(cells: Cells, event: str) -> tuple[str, ...]:
    present = set(sourced(cells, event).levels("group")) - {"unknown", "other"}
    rest = sorted(present - {cells.reference_group})
    return (cells.reference_group, *rest)


def _bases(cells: Cells, options: BenchmarkOptions, event: str, groups: Sequence[str]) -> Iterator[Exposure]:
    """Yield the benchmarks, the primary one first."""
    names = [options.exposure] if options.exposure != "auto" else []
    order = ALIENAGE_UNIVERSES if event in AFTER_MATCH else (options.order or cells.order)
    present = cells.population.levels("universe")
    names += [name for name in order if name in present and name not in names]
    names += [name for name in present if name not in names]
    events = cells.counts.levels("event")
    for name in names:
        if name in present:
            yield population_exposure(cells, name, groups)
        elif name in events:
            yield stage_exposure(cells, name, groups)


SIGNAL = Benchmark()
