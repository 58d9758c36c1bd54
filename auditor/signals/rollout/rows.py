"""The table behind a regional roll-out estimate: one row a number, on the log scale."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from auditor.cells import Bools, Floats
from auditor.signals.rollout.counts import Periods
from auditor.signals.rollout.estimate import Estimated, Mean
from auditor.stats.rollout.aggregate import Aggregate
from auditor.stats.rollout.errors import Bands

Row = dict[str, Any]

_UNIT = {1: "months", 3: "quarters", 6: "half-years"}
_LEFT_OUT = {
    "few-places": "left out: too few places",
    "few-controls": "left out: too few places had not started",
    "not-estimable": "left out: the covariates separate the places",
}


def rounded(value: float, digits: int = 4) -> float:
    """Return a number to a few significant digits: more would be false, and small counts could be worked out."""
    return float(f"{value:.{digits}g}")


def rows_of(what: str, found: Estimated, periods: Periods) -> Iterator[Row]:
    """Yield the rows of one outcome.

    Parameters
    ----------
    what : str
        Which outcome: stands at the head of the model's name.
    found : Estimated
    periods : Periods
    """
    yield mean_row(what, "mean after the start", found.mean)
    unit = _UNIT[periods.step]
    # Words instead of signs: a table must not hold text that begins like a formula.
    labels = [f"{abs(int(key))} {'before' if key < 0 else 'after'}" if key else "start" for key in found.event.keys]
    yield from _several(f"{what}: {unit} since the start", labels, found.event, found.event_bands)
    names = [periods.labels[int(key)] for key in found.cohorts.keys]
    yield from _several(f"{what}: wave", names, found.cohorts, found.cohort_bands)
    yield from _left_out(what, found, periods)
    yield from _trends(what, found, unit)


def mean_row(what: str, term: str, mean: Mean) -> Row:
    """Return the row of one mean effect."""
    return {
        "model": what,
        "term": term,
        "coefficient": rounded(mean.value),
        "se": rounded(mean.se),
        "low": rounded(mean.low),
        "high": rounded(mean.high),
        "df": rounded(mean.df),
        "places": mean.places,
        "p_value": rounded(mean.p_greater),
    }


def _several(model: str, labels: list[str], part: Aggregate, band: Bands) -> Iterator[Row]:
    for i, label in enumerate(labels):
        yield {
            "model": f"{model} (simultaneous band)",
            "term": label,
            "coefficient": rounded(part.att[i]),
            "se": rounded(band.se[i]),
            "low": rounded(band.low[i]),
            "high": rounded(band.high[i]),
            "df": rounded(band.df[i]),
            "places": int(part.places[i]),
        }


def _left_out(what: str, found: Estimated, periods: Periods) -> Iterator[Row]:
    whole: dict[tuple[str, str], list[str]] = {}
    size: dict[tuple[str, str], int] = {}
    for item in found.effects.left_out:
        key = (periods.labels[int(item.cohort)], _LEFT_OUT[item.reason])
        size[key] = max(size.get(key, 0), item.places)
        whole.setdefault(key, []).extend([] if item.period is None else [periods.labels[int(item.period)]])
    for (wave, reason), spans in whole.items():
        where = f", {spans[0]} to {spans[-1]}" if spans else ""
        yield {"model": f"{what}: wave ({reason})", "term": f"{wave}{where}", "places": size[wave, reason]}


def _trends(what: str, found: Estimated, unit: str) -> Iterator[Row]:
    if found.trend is not None:
        yield {"model": f"{what}: before the start", "term": "largest change", "p_value": rounded(found.trend)}
    if found.wald is not None:
        wald = found.wald
        yield {
            "model": f"{what}: before the start",
            "term": f"all {wald.restrictions} changes jointly",
            "df": rounded(wald.df),
            "p_value": rounded(wald.p_value),
        }
    if found.robust is not None and np.isfinite(found.robust.value):
        robust = found.robust
        yield {
            "model": f"{what}: breakdown value",
            "term": f"drift after the start over the fastest before it (limits: at 1; a unit of drift adds "
            f"{rounded(robust.reach)} {unit})",
            "coefficient": rounded(robust.value),
            "low": rounded(robust.low),
            "high": rounded(robust.high),
        }


def counted(parts: Floats, used: Bools) -> tuple[float, float]:
    """Return the focal count above the line, and the focal and reference counts of that kind of offence."""
    inside = np.nansum(parts[:, used], axis=(1, 2))
    return float(inside[0]), float(inside[0] + inside[len(inside) // 2])


def started(first: Floats, length: int) -> Bools:
    """(J, T) mask of the periods at or after the start."""
    return np.asarray(np.arange(length) >= first[:, None])


def with_group(rows: Iterator[Row], group: str) -> tuple[Mapping[str, Any], ...]:
    """Put the group before the model's name, so that rows of two groups never look alike."""
    return tuple({**row, "model": f"{group}: {row['model']}"} for row in rows)
