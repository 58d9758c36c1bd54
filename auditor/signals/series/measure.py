"""The panel of the activation series: which contrasts there are, and which of them speaks for a place."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Bools, Cells
from auditor.findings.listed import Listed
from auditor.signals.baseline import small, tainted
from auditor.signals.series.bounds import bounds
from auditor.signals.series.classes import class_change
from auditor.signals.series.counts import Monthly, sums
from auditor.signals.series.event_study import Row, tables
from auditor.signals.series.parts import EXTRA, LACKS, NO_MONTHS, NO_START, Change, Cut, cut, part, stricter
from auditor.signals.series.places import Rules, Within, series_change
from auditor.signals.series.starts import YEAR, Ints, Start, windows
from auditor.signals.signal import Contrast, Panel, blank

NAME = "activation-series"
LEVEL = 0.95
LEAST_BEFORE, LEAST_AFTER = 24, 12
UNVERIFIED = "activation.caveat-unverified"


@dataclass(frozen=True)
class Asked:
    """Options, as :class:`auditor.signals.change.activation_series.ActivationSeriesOptions` explains them."""

    anticipation: int
    most: tuple[int, int]
    within: Within
    harmonics: int
    alpha: float
    decide: Literal["classes", "series", "both"]


def panel(cells: Cells, data: Monthly, cuts: Sequence[Start], asked: Asked) -> Panel:
    """Measure every start; the first is tested, the others are described."""
    parts: list[dict[str, Any]] = []
    for number, start in enumerate(cuts):
        for g in range(len(cells.focal_groups)):
            parts += _parts(cells, _cut(cells, data, start, g, data.spans(), asked), asked, tested=number == 0)
    return _stack(cells, data, parts)


def placebos(cells: Cells, data: Monthly, start: Start, asked: Asked) -> Panel:
    """Measure the first start as if it had come one year earlier, with the months up to the true one only."""
    early = start.date.astype("datetime64[M]") - YEAR
    first, last = data.spans()
    edge = start.date.astype("datetime64[M]").astype(np.int64) - data.origin - 1 - asked.anticipation
    clipped = np.where(np.isnat(start.date), last, np.minimum(last, edge))
    moved = dataclasses.replace(start, date=early.astype("datetime64[D]"), which="placebo")
    # A span that ends before it begins is no span.
    spans = (np.where(clipped >= first, first, -1), np.where(clipped >= first, clipped, -1))
    parts: list[dict[str, Any]] = []
    for g in range(len(cells.focal_groups)):
        made = _cut(cells, data, moved, g, spans, dataclasses.replace(asked, anticipation=0))
        parts += _parts(cells, made, asked, tested=True)
    return _stack(cells, data, parts)


def nothing(cells: Cells, event: str, *, no_start: bool) -> Panel:
    """Return a panel that says of every place that there is no start, or that there are no monthly counts."""
    contrast = _contrast(cells, event, "none", cells.focal_groups[0], "series", tested=True)
    shape = (cells.size, 1)
    code = np.full(shape, NO_START if no_start else NO_MONTHS, dtype=np.int64)
    nowhere = np.zeros(shape, dtype=bool)
    empty: dict[str, Any] = dict(blank(*shape))
    return Panel(
        signal=NAME,
        places=cells.ids,
        contrasts=(contrast,),
        code=code,
        testable=nowhere,
        lacks=LACKS,
        given=nowhere,
        stratum=cells.stratum,
        **empty,
    )


def _cut(cells: Cells, data: Monthly, start: Start, group: int, spans: tuple[Ints, Ints], asked: Asked) -> Cut:
    least = (LEAST_BEFORE, LEAST_AFTER)
    win = windows(start, data.origin, spans, asked.anticipation, least, asked.most)
    length = len(data.months)
    return cut(cells, data, start, win, sums(data, win.before_mask(length), win.after_mask(length)), group)


def _parts(cells: Cells, made: Cut, asked: Asked, *, tested: bool) -> list[dict[str, Any]]:
    """Return the class contrast (where classes are told) and the series; the change of slope is a remark on both."""
    sides = (1, -1) if made.data.sided else (1,)
    rules = Rules(asked.within, asked.alpha, LEVEL, asked.anticipation, asked.harmonics, sides)
    series, slope, studies = series_change(cells, made, rules, studied=tested)
    kinds: list[tuple[str, Change]] = [("series", series)]
    if made.data.sided:
        classes = class_change(cells, made, asked.alpha, LEVEL)
        kinds.insert(0, ("classes", stricter(classes, series) if asked.decide == "both" else classes))
    order = ("series", "classes") if asked.decide == "series" else ("classes", "series")
    speaker = _speaker([(kind, dict(kinds)[kind]) for kind in order if kind in dict(kinds)], cells.size)
    found = []
    for kind, change in kinds:
        group = cells.focal_groups[made.group]
        contrast = _contrast(cells, made.data.event, made.start.key, group, kind, tested=tested, sided=len(sides) > 1)
        column = part(cells, made, change, contrast)
        column["range_low"], column["range_high"] = bounds(made, change)
        column["notes"][UNVERIFIED] = (change.code == 0) & ~made.start.verified
        for name, values in (("slope", slope.value), ("slope_low", slope.low), ("slope_high", slope.high)):
            column[name] = np.where(change.code == 0, np.exp(values), np.nan)
        column["notes"]["activation-series.caveat-slope"] = np.isfinite(column["slope"])
        column["preferred"] = speaker == kind
        column["studies"] = {}
        if kind == "series":
            closed = column["hidden"] | tainted(cells)
            column["studies"] = {j: rows for j, rows in studies.items() if rows and not closed[j]}
        found.append(column)
    return found


def _speaker(designs: Sequence[tuple[str, Change]], places: int) -> NDArray[np.object_]:
    """Say which design speaks for each place: the first that was measured there, else the last with its reason."""
    result = np.full(places, designs[-1][0], dtype=object)
    for kind, change in reversed(designs):
        result[change.code == 0] = kind
    return result


_METHODS = {
    "classes": "relabelled offence classes (exact; limits by inversion)",
    "series": "controlled interrupted series (rank among comparison places; limits by inversion)",
}


def _contrast(
    cells: Cells, event: str, start: str, group: str, kind: str, *, tested: bool, sided: bool = True
) -> Contrast:
    counted = f"change-{kind}" if sided else f"change-{kind}-all"
    return Contrast(
        key=f"{event}/{start}/{group}/{kind}",
        group=group,
        reference=cells.reference_group,
        event=event,
        label=kind,
        counted=counted,
        among=event,
        comparator=f"change-{kind}" if sided or kind == "classes" else f"change-{kind}-all",
        why=f"activation-series.why-{kind}",
        shape="change",
        method=_METHODS[kind],
        tested=tested,
        definitions=("activation-series.define-change", f"activation-series.define-{kind}"),
    )


def _stack(cells: Cells, data: Monthly, parts: Sequence[dict[str, Any]]) -> Panel:
    def stack(name: str) -> Any:
        return np.column_stack([part[name] for part in parts])

    names = sorted({name for part in parts for name in part["notes"]})
    none = np.zeros(cells.size, dtype=bool)
    notes = {name: np.column_stack([part["notes"].get(name, none) for part in parts]) for name in names}
    notes["activation-series.caveat-surname"] = (stack("code") == 0) & data.surname
    return Panel(
        signal=NAME,
        places=cells.ids,
        contrasts=tuple(part["contrast"] for part in parts),
        code=stack("code"),
        testable=stack("testable"),
        lacks=LACKS,
        notes=notes,
        extra={name: stack(name) for name in (*EXTRA, "slope", "slope_low", "slope_high")},
        ranges={"missing-group": (stack("range_low"), stack("range_high"))},
        missing={"group": stack("missing")},
        window=(stack("first"), stack("last")),
        censored=stack("censored"),
        hidden=stack("hidden") | _differences(cells, parts),
        range_hidden=stack("range_hidden"),
        stratum=cells.stratum,
        preferred=stack("preferred"),
        given=stack("given"),
        least_p=stack("least_p"),
        listed=_listed(cells, parts),
        samples={c: part["samples"] for c, part in enumerate(parts) if part["samples"]},
        **{name: stack(name) for name in blank(0, 0)},
    )


def _listed(cells: Cells, parts: Sequence[dict[str, Any]]) -> tuple[Listed, ...]:
    rows: dict[int, list[Row]] = {}
    for column in parts:
        for j, own in column["studies"].items():
            rows.setdefault(j, []).extend(own)
    return tables(rows, cells.size)


def _differences(cells: Cells, parts: Sequence[dict[str, Any]]) -> Bools:
    """Hide what would leave a count of 1 to 10 when taken from the same count over the months of another start."""
    hidden = np.zeros((cells.size, len(parts)), dtype=bool)
    for c, later in enumerate(parts):
        for earlier in parts[:c]:
            if earlier["contrast"].group != later["contrast"].group:
                continue
            for name in ("k", "n", "comparator_n"):
                gap = np.abs(np.nan_to_num(later[name]) - np.nan_to_num(earlier[name]))
                both = (later["code"] == 0) & (earlier["code"] == 0)
                hidden[:, c] |= both & small(gap, cells)
            rest = np.abs((later["n"] - later["k"]) - (earlier["n"] - earlier["k"]))
            hidden[:, c] |= small(np.nan_to_num(rest), cells)
    return hidden
