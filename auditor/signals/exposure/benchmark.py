"""Benchmark: are there more of the group among those arrested than the population at risk predicts?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from auditor.cells import Bools, Cells, CellSpec, Cube, Floats, Table, Texts, table
from auditor.findings.card import Card
from auditor.signals.baseline import printable, small
from auditor.signals.signal import (
    Contrast,
    Design,
    Inventory,
    Lack,
    Options,
    Panel,
    RegionResult,
    Signal,
    blank,
)
from auditor.stats.fit import NotConverged
from auditor.stats.rates import rate_difference, rate_ratio, rate_ratio_with_error
from auditor.stats.sensitivity import missing_group_bounds
from auditor.stats.stratified import StratifiedFit, poisson_stratified

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
    controls="None in this version: the screen compares each place with its peers, and no place can rise above "
    "pattern-worth-examining on it.",
)

_NUMERATORS = ("arrest", "booking", "stop", "citation", "detainer", "custody", "removal", "match")
_AFTER_MATCH = ("match", "detainer", "custody", "removal")
_ALIENAGE_UNIVERSES = ("noncitizens", "foreign-born")
_GROUP_SOURCES = ("recorded", "perceived", "mixed", "surname")
_LEVEL = 0.95
_LARGEST_ERROR = 0.3
"""Standard error of the log benchmark ratio above which a place is described and not tested."""
_RECORDED_AT_LEAST = 1 / 3
"""Recorded share over population share below which recorded ethnicity is unusable (Texas, Tampa: see the card)."""
_Z = float(ndtri(0.975))
_UNIVERSES = ("drivers", "adults", "residents", "foreign-born", "noncitizens")


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


@dataclass(frozen=True)
class _Base:
    """One benchmark: exposure over place x (focal groups, then the reference)."""

    name: str
    label: str
    why: str
    values: Floats
    observed: Bools
    error: Floats
    kind: str
    first: Texts
    last: Texts

    def other_days(self, counted: _Counted) -> Bools:
        """Return where an earlier stage covers other days than the event."""
        known = (self.first != "") & (counted.first != "")
        return np.asarray(known & ((self.first != counted.first) | (self.last != counted.last)), dtype=bool)


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
        if event in _AFTER_MATCH and not _admissible(inventory, options):
            return Lack("benchmark.no-rates", "benchmark.need-noncitizens", {"event": event})
        known = set(inventory.universes) | set(inventory.events_with_group) - {event}
        if options.exposure not in ("auto", *known):
            return Lack("benchmark.no-exposure", "benchmark.need-exposure", {"exposure": options.exposure})
        if options.exposure == "auto" and not set(inventory.universes):
            return Lack("benchmark.no-population", "benchmark.need-population")
        return None

    def view(self, options: BenchmarkOptions) -> CellSpec:
        """Counts by event and group, with the population baselines."""
        return CellSpec(keys=("event", "group", "group_source"), population=True)

    def measure(self, cells: Cells, options: BenchmarkOptions, rng: np.random.Generator) -> Panel:
        """Measure every place against every benchmark."""
        event = _event_of(cells, options)
        groups = (*cells.focal_groups, cells.reference_group)
        counted = _counted(cells, event, groups)
        bases = tuple(_bases(cells, options, event, groups))
        parts = [
            _measure_one(cells, event, g, base, counted, first=(b == 0))
            for b, base in enumerate(bases)
            for g in range(len(cells.focal_groups))
        ]
        return _joined(cells, parts)

    def regions(self, cells: Cells, options: BenchmarkOptions) -> Sequence[RegionResult]:
        """Estimate the place-adjusted ratio of each region that has at least two measured places."""
        if not options.regional:
            return ()
        event = _event_of(cells, options)
        groups = _all_groups(cells, event)
        base = next(iter(_bases(cells, options, event, groups)), None)
        if base is None or cells.reference_group not in groups:
            return ()
        cube = _sourced(cells, event).cube(cells.size, "group", groups)
        usable = (cube.observed & ~cube.censored & base.observed).all(axis=1) & (base.values > 0).all(axis=1)
        regions = np.array([parent or state for parent, state in zip(cells.parents, cells.states, strict=True)])
        results: list[RegionResult] = []
        for region in sorted(set(regions[usable]) - {""}):
            rows = usable & (regions == region)
            if rows.sum() >= 2:
                results.extend(_region(str(region), event, groups, cells, cube.values[rows], base, rows))
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
        return Cells(
            ids,
            ids,
            ("",) * len(ids),
            ("",) * len(ids),
            table(rows, ids, ("event", "group")),
            table(base, ids, ("universe", "group")),
            (),
            table([], (), ("event", "group")),
            ("hispanic",),
            "white",
        )


def numerator(inventory: Inventory, options: BenchmarkOptions) -> str:
    """Return the event that is counted, or "" when no event carries groups."""
    if options.numerator != "auto":
        return options.numerator if options.numerator in inventory.events_with_group else ""
    return next((event for event in _NUMERATORS if event in inventory.events_with_group), "")


def _admissible(inventory: Inventory, options: BenchmarkOptions) -> bool:
    """Say whether a count of matched or detained people has a denominator that is not merely residents."""
    if options.exposure != "auto":
        return options.exposure in inventory.events_with_group or options.exposure in _ALIENAGE_UNIVERSES
    return bool(set(_ALIENAGE_UNIVERSES) & inventory.universes)


def _event_of(cells: Cells, options: BenchmarkOptions) -> str:
    if options.numerator != "auto":
        return options.numerator
    known = cells.counts.take(~np.isin(cells.counts.columns["group"].astype(str), ("", "unknown")))
    present = known.levels("event")
    return next(event for event in _NUMERATORS if event in present)


def _sourced(cells: Cells, event: str) -> Table:
    """Return the rows of an event from one source of ethnicity: recorded and estimated groups are never added.

    Rows by nationality are no statement about ethnicity and are left out.
    """
    rows = cells.counts.where(event=event)
    if "group_source" not in rows.columns:
        return rows
    source = rows.columns["group_source"].astype(str)
    reach = {
        name: len(np.unique(rows.index[(source == name) | (source == "")]))
        for name in _GROUP_SOURCES
        if (source == name).any()
    }
    if not reach:
        return rows.take(source != "nationality")
    best = max(reach, key=lambda name: (reach[name], -_GROUP_SOURCES.index(name)))
    return rows.take((source == best) | (source == ""))


@dataclass(frozen=True)
class _Counted:
    """The event in every place.

    Attributes
    ----------
    cube : Cube
        Focal groups, then the reference.
    unknown : (J,) array
        Events of unrecorded group; NaN where that number is suppressed in the source.
    everyone : (J,) array
    apart : (J,) bool array
        Where the groups cover different days.
    surname : bool
        Whether groups are estimated from surnames.
    first, last : (J,) object arrays
    """

    cube: Cube
    unknown: Floats
    everyone: Floats
    apart: Bools
    surname: bool
    first: Texts
    last: Texts


def _counted(cells: Cells, event: str, groups: Sequence[str]) -> _Counted:
    rows = _sourced(cells, event)
    grouped = rows.take(rows.columns["group"].astype(str) != "")
    blind = rows.where(group="unknown").cube(cells.size, "group", ("unknown",))
    unknown = np.where(blind.censored[:, 0], np.nan, blind.values[:, 0])
    windows = [rows.where(group=group).window(cells.size) for group in groups]
    apart = np.zeros(cells.size, dtype=bool)
    for first, last in windows[:-1]:
        both = (first != "") & (windows[-1][0] != "")
        apart |= both & ((first != windows[-1][0]) | (last != windows[-1][1]))
    sources = set(rows.columns["group_source"].astype(str)) if "group_source" in rows.columns else set()
    first, last = grouped.window(cells.size)
    cube = rows.cube(cells.size, "group", groups)
    return _Counted(cube, unknown, grouped.total(cells.size), apart, "surname" in sources, first, last)


def _all_groups(cells: Cells, event: str) -> tuple[str, ...]:
    present = set(_sourced(cells, event).levels("group")) - {"unknown", "other"}
    rest = sorted(present - {cells.reference_group})
    return (cells.reference_group, *rest)


def _bases(cells: Cells, options: BenchmarkOptions, event: str, groups: Sequence[str]) -> Iterator[_Base]:
    """Yield the benchmarks, the primary one first."""
    names = [options.exposure] if options.exposure != "auto" else []
    order = _ALIENAGE_UNIVERSES if event in _AFTER_MATCH else (options.order or cells.order)
    present = cells.population.levels("universe")
    names += [name for name in order if name in present and name not in names]
    names += [name for name in present if name not in names]
    events = cells.counts.levels("event")
    for name in names:
        if name in present:
            yield _population(cells, name, groups)
        elif name in events:
            yield _stage(cells, name, groups)


def _population(cells: Cells, name: str, groups: Sequence[str]) -> _Base:
    rows = cells.population.where(universe=name)
    cube = rows.cube(cells.size, "group", groups)
    error = np.zeros_like(cube.values)
    if rows.moe is not None and np.isfinite(rows.moe).any():
        variance = np.where(np.isfinite(rows.moe), (rows.moe / 1.645) ** 2, 0.0)
        squared = type(rows)(rows.index, rows.columns, variance, rows.censored, rows.complete)
        error = np.sqrt(squared.cube(cells.size, "group", groups).values)
    label = cells.baselines.get(name, name)
    never = np.full(cells.size, "", dtype=object)
    why = f"benchmark.why-{_kind(name)}"
    return _Base(name, label, why, cube.values, cube.observed, error, "population", never, never)


def _stage(cells: Cells, event: str, groups: Sequence[str]) -> _Base:
    rows = _sourced(cells, event)
    cube = rows.cube(cells.size, "group", groups)
    first, last = rows.window(cells.size)
    none = np.zeros_like(cube.values)
    seen = cube.observed & ~cube.censored
    return _Base(event, event, "benchmark.why-stage", cube.values, seen, none, "event", first, last)


def _kind(universe: str) -> str:
    return universe if universe in _UNIVERSES else "other"


def _measure_one(cells: Cells, event: str, g: int, base: _Base, counted: _Counted, *, first: bool) -> dict[str, Any]:
    """Measure one focal group against one benchmark in every place."""
    cube, group = counted.cube, cells.focal_groups[g]
    h, w = cube.values[:, g], cube.values[:, -1]
    eh, ew = base.values[:, g], base.values[:, -1]
    part: dict[str, Any] = {name: column[:, 0] for name, column in blank(cells.size, 1).items()}
    code = _codes(cube, counted, base, g)
    ok = code == 0
    part["code"], part["contrast"] = code, _contrast(cells, event, group, base, first=first)
    expected = (h + w) * eh / np.where(eh + ew > 0, eh + ew, 1.0)
    error = _log_error(base, g)
    sized = np.minimum(expected, h + w - expected) >= cells.gates["expected"]
    part["testable"] = ok & sized & (error <= _LARGEST_ERROR)
    part["base_error"] = error
    part["censored"] = cube.censored[:, g] | cube.censored[:, -1]
    part["first"], part["last"] = counted.first, counted.last
    part["hidden"] = _hidden(cells, base, g, h, w)
    if ok.any():
        _fill(part, ok, h, w, eh, ew, base, g)
    _bound(part, cells, counted, ok, h, w, eh, ew)
    part["after_match"] = ok & (event in _AFTER_MATCH and base.name not in _ALIENAGE_UNIVERSES)
    part["resident_only"] = ok & (base.kind == "population" and base.name in ("residents", "adults"))
    part["event_exposure"] = ok & (base.kind == "event")
    part["surname"] = ok & counted.surname
    part["imprecise"] = ok & (error > _LARGEST_ERROR)
    part["other_days"] = ok & base.other_days(counted)
    return part


def _log_error(base: _Base, g: int) -> Floats:
    """Return the standard error of log (E_H / E_W) from the benchmark's margins of error."""
    with np.errstate(divide="ignore", invalid="ignore"):
        squared = (base.error[:, g] / base.values[:, g]) ** 2 + (base.error[:, -1] / base.values[:, -1]) ** 2
    return np.sqrt(np.where(np.isfinite(squared), squared, 0.0))


def _hidden(cells: Cells, base: _Base, g: int, h: Floats, w: Floats) -> Bools:
    """Return where the numbers may not be printed: a group's count, or an earlier stage's, is small."""
    hidden = ~printable(h, h + w, cells)
    if base.kind == "event":
        hidden |= ~printable(base.values[:, g], base.values[:, g] + base.values[:, -1], cells)
    return hidden


def _bound(
    part: dict[str, Any], cells: Cells, counted: _Counted, ok: Bools, h: Floats, w: Floats, eh: Floats, ew: Floats
) -> None:
    """Bound the ratio over every way in which the events of unrecorded group may be shared out."""
    unknown = counted.unknown
    low, high = np.full(cells.size, np.nan), np.full(cells.size, np.nan)
    some = ok & (np.nan_to_num(unknown) > 0)
    if some.any():
        bounds = missing_group_bounds(h[some], eh[some], w[some], ew[some], unknown[some])
        low[some], high[some] = bounds.low, bounds.high
    # A suppressed number of unrecorded groups bounds nothing.
    part["range_low"], part["range_high"] = np.where(ok & np.isnan(unknown), 0.0, low), high
    part["range_high"] = np.where(ok & np.isnan(unknown), np.inf, part["range_high"])
    share = np.divide(unknown, counted.everyone, out=np.full(cells.size, np.nan), where=counted.everyone > 0)
    part["missing"] = share
    rest = counted.everyone - h - w - np.nan_to_num(unknown)
    part["range_hidden"] = small(np.nan_to_num(unknown), cells) | small(rest, cells)


def _codes(cube: Cube, counted: _Counted, base: _Base, g: int) -> NDArray[np.int64]:
    """Return 0 where measurable, else the number of the reason (1-based into ``_LACKS``)."""
    h, w = cube.values[:, g], cube.values[:, -1]
    eh, ew = base.values[:, g], base.values[:, -1]
    code = np.zeros(len(h), dtype=np.int64)
    if base.kind == "population" and base.name not in _ALIENAGE_UNIVERSES:
        with np.errstate(divide="ignore", invalid="ignore"):
            code[(h + w > 0) & (h / (h + w) < _RECORDED_AT_LEAST * eh / (eh + ew))] = 5
    code[counted.apart] = 6
    code[h + w <= 0] = 4
    code[~((eh > 0) & (ew > 0))] = 3
    code[~(base.observed[:, g] & base.observed[:, -1])] = 3
    code[cube.censored[:, g] | cube.censored[:, -1]] = 2
    code[~(cube.observed[:, g] & cube.observed[:, -1])] = 1
    return code


_LACKS = (
    Lack("benchmark.group-absent", "benchmark.need-group"),
    Lack("benchmark.suppressed", "benchmark.need-unsuppressed"),
    Lack("benchmark.no-baseline-here", "benchmark.need-population"),
    Lack("benchmark.nobody", "benchmark.need-more"),
    Lack("benchmark.ethnicity-unusable", "benchmark.need-ethnicity"),
    Lack("benchmark.windows", "benchmark.need-windows"),
)


def _contrast(cells: Cells, event: str, group: str, base: _Base, *, first: bool) -> Contrast:
    return Contrast(
        key=f"{group}/{base.name}",
        group=group,
        reference=cells.reference_group,
        event=event,
        label=base.label,
        counted=group,
        among=event,
        comparator=base.label,
        why=base.why,
        shape="rates",
        method="exact conditional (Clopper-Pearson)"
        if not base.error.any()
        else "exact conditional, widened by the benchmark's margin of error",
        tested=first,
        definitions=("benchmark.define-ratio",),
    )


def _fill(
    part: dict[str, Any],
    ok: Bools,
    h: Floats,
    w: Floats,
    eh: Floats,
    ew: Floats,
    base: _Base,
    g: int,
) -> None:
    a, b, c, d = h[ok], w[ok], eh[ok], ew[ok]
    if base.error.any():
        result = rate_ratio_with_error(a, b, c, d, base.error[ok, g] / c, base.error[ok, -1] / d, _LEVEL)
    else:
        result = rate_ratio(a, b, c, d, _LEVEL)
    part["k"][ok], part["n"][ok], part["base"][ok] = a, a + b, c / (c + d)
    part["estimate"][ok], part["low"][ok], part["high"][ok] = result.ratio, result.low, result.high
    part["p_greater"][ok], part["p_less"][ok] = result.p_greater, result.p_less
    part["comparator"][ok], part["comparator_n"][ok] = b / d, d
    per = rate_difference(a, b, c, d, 1000.0, _LEVEL)
    part["absolute"][ok], part["absolute_low"][ok], part["absolute_high"][ok] = per.difference, per.low, per.high


def _joined(cells: Cells, parts: Sequence[dict[str, Any]]) -> Panel:
    def stack(name: str) -> Any:
        return np.column_stack([part[name] for part in parts])

    numeric = {name: stack(name) for name in blank(0, 0)}
    return Panel(
        signal=CARD.name,
        places=cells.ids,
        contrasts=tuple(part["contrast"] for part in parts),
        code=stack("code"),
        testable=stack("testable"),
        lacks=_LACKS,
        notes={
            "benchmark.caveat-alienage": stack("after_match"),
            "benchmark.caveat-residents": stack("resident_only"),
            "benchmark.caveat-stage": stack("event_exposure"),
            "benchmark.caveat-surname": stack("surname"),
            "benchmark.caveat-imprecise": stack("imprecise"),
            "benchmark.caveat-other-days": stack("other_days"),
        },
        ranges={"missing-group": (stack("range_low"), stack("range_high"))},
        missing={"group": stack("missing")},
        censored=stack("censored"),
        hidden=stack("hidden"),
        range_hidden=stack("range_hidden"),
        base_error=stack("base_error"),
        window=(stack("first"), stack("last")),
        stratum=cells.stratum,
        **numeric,
    )


def _region(
    region: str,
    event: str,
    groups: Sequence[str],
    cells: Cells,
    counts: Floats,
    base: _Base,
    rows: Bools,
) -> Iterator[RegionResult]:
    """Yield the place-adjusted ratios of one region; nothing where the fit did not converge."""
    exposure = base.values[rows]
    try:
        fit = poisson_stratified(counts, exposure)
    except NotConverged:
        return
    rates = counts.sum(axis=0) / exposure.sum(axis=0)
    models = tuple(_models(fit, groups))
    both = fit.places_and_groups
    for group in cells.focal_groups:
        if group not in groups:
            continue
        g = groups.index(group)
        value = float(both.coefficients[g])
        # Under-dispersion is no reason to claim more than Poisson variance gives.
        error = float(np.fmax(both.se[g], both.se_scaled[g]))
        yield RegionResult(
            region=region,
            group=group,
            reference=groups[0],
            event=event,
            k=float(counts[:, g].sum()),
            n=float(counts[:, [0, g]].sum()),
            estimate=float(np.exp(value)),
            low=float(np.exp(value - _Z * error)),
            high=float(np.exp(value + _Z * error)),
            comparator=float(rates[g] / rates[0]),
            places=fit.places_used,
            dispersion=both.dispersion,
            method="Poisson with place effects, standard errors widened by the Pearson dispersion",
            p_value=float(ndtr(-value / error)),
            printable=_printable(cells, counts, rows),
            models=models,
        )


def _models(fit: StratifiedFit, groups: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield the coefficients of the three nested models, a row each."""
    for name, model in (("constant", fit.constant), ("group", fit.groups), ("group and place", fit.places_and_groups)):
        about = {"model": name, "deviance": model.deviance, "df": model.df, "dispersion": model.dispersion}
        if model.intercept is not None:
            yield {**about, "term": "intercept", "coefficient": model.intercept, "se": None, "se_scaled": None}
        for g in range(1, len(model.coefficients)):
            term = f"{groups[g]} against {groups[0]}"
            errors = {"se": float(model.se[g]), "se_scaled": float(model.se_scaled[g])}
            yield {**about, "term": term, "coefficient": float(model.coefficients[g]), **errors}


def _printable(cells: Cells, counts: Floats, rows: Bools) -> bool:
    """Say whether every count is 0, at least 11, or public."""
    least = cells.gates["persons"]
    small = ((counts > 0) & (counts < least)).any(axis=1)
    public = np.array(cells.published, dtype=bool)[rows] if cells.published else np.zeros(len(counts), dtype=bool)
    return not bool((small & ~public).any())


SIGNAL = Benchmark()
