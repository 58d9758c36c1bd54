"""One way to compare the rates of two groups against a benchmark, in every place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Bools, Cells, Cube, Floats
from auditor.signals.baseline import printable, small, totals_tell
from auditor.signals.exposures import Exposure
from auditor.signals.groups import CountedGroups
from auditor.signals.signal import Contrast, Lack, Panel, blank
from auditor.stats.ratios.rates import rate_difference, rate_ratio, rate_ratio_with_error
from auditor.stats.ratios.sensitivity import missing_group_bounds

AFTER_MATCH = ("match", "detainer", "custody", "removal")
ALIENAGE_UNIVERSES = ("noncitizens", "foreign-born")
_LEVEL = 0.95
_LARGEST_ERROR = 0.3
"""Standard error of the log benchmark ratio above which a place is described and not tested."""
_OLD = 5.0
"""Years between a population and the events beyond which people have moved too much for more than a hint."""
_RECORDED_AT_LEAST = 1 / 3
"""Recorded share over population share below which recorded ethnicity is unusable (Texas, Tampa: see the card)."""


def measure_rates(
    cells: Cells, event: str, g: int, base: Exposure, counted: CountedGroups, *, first: bool
) -> dict[str, Any]:
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
    part["exposure"], part["exposure_reference"] = eh, ew
    part["censored"] = cube.censored[:, g] | cube.censored[:, -1]
    part["first"], part["last"] = counted.first, counted.last
    part["hidden"] = _hidden(cells, base, g, h, w)
    if ok.any():
        _fill(part, ok, h, w, eh, ew, base, g)
    _bound(part, cells, counted, ok, h, w, eh, ew)
    # The share of those of unrecorded group gives the events of all groups.
    part["range_hidden"] |= totals_tell(cells, (event,), unrecorded=True)
    part["after_match"] = ok & (event in AFTER_MATCH and base.name not in ALIENAGE_UNIVERSES)
    part["resident_only"] = ok & (base.kind == "population" and base.name in ("residents", "adults"))
    part["event_exposure"] = ok & (base.kind == "event")
    part["surname"] = ok & counted.surname
    part["imprecise"] = ok & (error > _LARGEST_ERROR)
    part["other_days"] = ok & base.other_days(counted)
    apart = base.years_apart(counted)
    part["other_years"], part["old"] = ok & (apart > 0) & (apart <= _OLD), ok & (apart > _OLD)
    return part


def _log_error(base: Exposure, g: int) -> Floats:
    """Return the standard error of log (E_H / E_W) from the benchmark's margins of error."""
    with np.errstate(divide="ignore", invalid="ignore"):
        squared = (base.error[:, g] / base.values[:, g]) ** 2 + (base.error[:, -1] / base.values[:, -1]) ** 2
    return np.sqrt(np.where(np.isfinite(squared), squared, 0.0))


def _hidden(cells: Cells, base: Exposure, g: int, h: Floats, w: Floats) -> Bools:
    """Return where the numbers may not be printed: a group's count, or an earlier stage's, is small."""
    hidden = ~printable(h, h + w, cells)
    return hidden | ~printable(base.values[:, g], base.values[:, g] + base.values[:, -1], cells)


def _bound(
    part: dict[str, Any], cells: Cells, counted: CountedGroups, ok: Bools, h: Floats, w: Floats, eh: Floats, ew: Floats
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


def _codes(cube: Cube, counted: CountedGroups, base: Exposure, g: int) -> NDArray[np.int64]:
    """Return 0 where measurable, else the number of the reason (1-based into ``_LACKS``)."""
    h, w = cube.values[:, g], cube.values[:, -1]
    eh, ew = base.values[:, g], base.values[:, -1]
    code = np.zeros(len(h), dtype=np.int64)
    if base.kind == "population" and base.name not in ALIENAGE_UNIVERSES:
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


def _contrast(cells: Cells, event: str, group: str, base: Exposure, *, first: bool) -> Contrast:
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
    base: Exposure,
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


def join(signal: str, cells: Cells, parts: Sequence[dict[str, Any]]) -> Panel:
    """Stack what was measured into a panel."""

    def stack(name: str) -> Any:
        return np.column_stack([part[name] for part in parts])

    numeric = {name: stack(name) for name in blank(0, 0)}
    return Panel(
        signal=signal,
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
            "benchmark.caveat-other-years": stack("other_years"),
            "benchmark.caveat-old": stack("old"),
        },
        ranges={"missing-group": (stack("range_low"), stack("range_high"))},
        missing={"group": stack("missing")},
        censored=stack("censored"),
        hidden=stack("hidden"),
        range_hidden=stack("range_hidden"),
        base_error=stack("base_error"),
        extra={"exposure": stack("exposure"), "exposure_reference": stack("exposure_reference")},
        window=(stack("first"), stack("last")),
        stratum=cells.stratum,
        **numeric,
    )
