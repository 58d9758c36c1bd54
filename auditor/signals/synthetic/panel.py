"""The panel of a synthetic control: ratios, limits and ranks over places, and what stands beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from auditor.cells import Bools, Cells, Floats, Texts
from auditor.signals.baseline import small, tainted
from auditor.signals.signal import Contrast, Lack, Panel, blank
from auditor.signals.synthetic.fit import Fits
from auditor.signals.synthetic.units import SUPPRESSED, Outcome, Window
from auditor.stats.ratios.intervals import wilson

_CAVEATS = ("undated", "quarterly", "serious", "date")
UNVERIFIED = "activation.caveat-unverified"
EXTRA = (
    "share",
    "share_low",
    "share_high",
    "z",
    "observed",
    "expected",
    "months_before",
    "months_after",
    "units",
    "rmspe",
    "fit_own",
    "fit_others",
    "fit_drift",
    "p_ratio",
    "augmented",
    "serious_p",
    "serious_ratio",
    "false_date_p",
    "false_date_ratio",
)


@dataclass(frozen=True)
class Column:
    """One contrast over places: what was fitted, and the counts beside it."""

    contrast: Contrast
    found: Outcome
    chosen: Sequence[Window | None]
    fits: Fits

    @property
    def ok(self) -> Bools:
        """(J,) mask of the places that were measured."""
        return np.asarray(self.fits.code == 0)


def panel(
    signal: str, cells: Cells, columns: Sequence[Column], lacks: Sequence[Lack], unverified: Bools, *, surname: bool
) -> Panel:
    """Stack the columns.

    Parameters
    ----------
    signal : str
    cells : Cells
    columns : sequence of Column
    lacks : sequence of Lack
        In the order of the codes of :mod:`auditor.signals.synthetic.units`.
    unverified : (J,) bool array
        Where the source does not say that the start is an activation.
    surname : bool
        Whether groups are estimated from surnames.
    """
    parts = [_measured(cells, column) for column in columns]

    def stack(name: str) -> Any:
        return np.column_stack([part[name] for part in parts])

    ok = np.column_stack([column.ok for column in columns])
    notes = {f"activation-synthetic.caveat-{name}": stack(f"caveat_{name}") & ok for name in _CAVEATS}
    notes[UNVERIFIED] = ok & unverified[:, None]
    notes["activation-synthetic.caveat-why"] = ok.copy()
    notes["activation-synthetic.caveat-surname"] = ok & surname
    return Panel(
        signal=signal,
        places=cells.ids,
        contrasts=tuple(column.contrast for column in columns),
        code=np.column_stack([column.fits.code for column in columns]),
        testable=ok,
        lacks=tuple(lacks),
        notes=notes,
        extra={name: stack(name) for name in EXTRA},
        ranges={"missing-group": (stack("range_low"), stack("range_high"))},
        missing={"group": stack("missing")},
        window=(stack("first"), stack("last")),
        censored=np.column_stack([column.fits.code == SUPPRESSED for column in columns]),
        hidden=stack("hidden"),
        range_hidden=stack("range_hidden"),
        coarse=ok.copy(),
        given=ok.copy(),
        least_p=np.where(ok, 1 / (stack("units") + 1), np.nan),
        stratum=cells.stratum,
        **{name: stack(name) for name in blank(0, 0)},
    )


def _measured(cells: Cells, column: Column) -> dict[str, Any]:
    fits, ok = column.fits, column.ok
    part: dict[str, Any] = {name: values[:, 0] for name, values in blank(cells.size, 1).items()}
    part |= {name: np.full(cells.size, np.nan) for name in EXTRA}
    before, after = _totals(column, column.found.counts)
    ratio, low, high = (np.exp(fits[name][ok]) for name in ("gap", "low", "high"))
    k, n = after[ok, 0], before[ok, 0] + after[ok, 0]
    odds = (k + 0.5) / (n - k + 0.5)
    part["k"][ok], part["n"][ok], part["base"][ok] = k, n, odds / ratio / (1 + odds / ratio)
    part["estimate"][ok], part["low"][ok], part["high"][ok] = ratio, low, high
    part["p_greater"][ok], part["p_less"][ok] = fits["p_greater"][ok], fits["p_less"][ok]
    with np.errstate(divide="ignore"):
        for name, value in (("absolute", ratio), ("absolute_low", low), ("absolute_high", high)):
            part[name][ok] = 1000 * (1 - 1 / value)
    lengths = _lengths(column)
    per_month = (lengths[0] / np.maximum(lengths[1], 1))[ok]
    part["observed"][ok], part["expected"][ok] = odds * per_month, odds * per_month / ratio
    part["comparator"][ok], part["comparator_n"][ok] = odds * per_month / ratio, fits["donor_n"][ok]
    part["months_before"][ok], part["months_after"][ok] = lengths[0][ok], lengths[1][ok]
    part["share"][ok] = k / n
    if ok.any():
        part["share_low"][ok], part["share_high"][ok] = wilson(k, n, 0.95)
    part["first"], part["last"] = _days(column, cells.size)
    part["hidden"] = np.asarray((_any_small(before, cells) | _any_small(after, cells) | tainted(cells)) & ok)
    return part | _missing(cells, column, before, after) | _extras(fits, ok)


def _missing(cells: Cells, column: Column, before: Floats, after: Floats) -> dict[str, Any]:
    """Share of unrecorded group, and the estimate with all of it counted to one group before and the other after."""
    ok, blind = column.ok, _totals(column, column.found.unknown)
    unknown, everyone = sum(part.sum(axis=1) for part in blind), before.sum(axis=1) + after.sum(axis=1)
    low, high = np.zeros(len(ok)), np.zeros(len(ok))
    for side in range(blind[0].shape[1]):
        focal = [part[:, 2 * side] + 0.5 for part in (before, after)]
        other = [part[:, 2 * side + 1] + 0.5 for part in (before, after)]
        down = _fall(other[1], blind[1][:, side]) + _fall(focal[0], blind[0][:, side])
        up = -_fall(focal[1], blind[1][:, side]) - _fall(other[0], blind[0][:, side])
        # What raises the serious side lowers the contrast.
        low, high = (low + down, high + up) if side == 0 else (low - up, high - down)
    whole = np.asarray(unknown + everyone, dtype=float)
    return {
        "missing": np.divide(unknown, whole, out=np.full(len(ok), np.nan), where=ok & (whole > 0)),
        "range_low": np.where(ok, np.exp(column.fits["gap"] + low), np.nan),
        "range_high": np.where(ok, np.exp(column.fits["gap"] + high), np.nan),
        "range_hidden": small(np.nan_to_num(unknown), cells) | tainted(cells),
    }


def _fall(count: Floats, added: Floats) -> Floats:
    """How much a log ratio falls when so many are added below its line, where `count` stands."""
    return np.asarray(np.log(count) - np.log(count + added))


def _any_small(values: Floats, cells: Cells) -> Bools:
    return np.logical_or.reduce([small(column, cells) for column in values.T])


def _extras(fits: Fits, ok: Bools) -> dict[str, Any]:
    part: dict[str, Any] = {name: np.where(ok, fits[name], np.nan) for name in ("p_ratio", "serious_p", "false_date_p")}
    part["z"], part["units"] = np.where(ok, fits["statistic"], np.nan), np.where(ok, fits["donors"], np.nan)
    # What kept a place out for a poor fit is stated although nothing else is.
    part |= {name: fits[name] for name in ("rmspe", "fit_own", "fit_others", "fit_drift")}
    ratios = (("augmented", "augmented"), ("serious_ratio", "serious_gap"), ("false_date_ratio", "false_date_gap"))
    for name, source in ratios:
        part[name] = np.where(ok, np.exp(fits[source]), np.nan)
    part["caveat_undated"], part["caveat_quarterly"] = fits["undated"] > 0, fits["quarterly"] > 0
    part["caveat_serious"], part["caveat_date"] = fits["serious_p"] <= 0.05, fits["false_date_p"] <= 0.05
    return part


def _totals(column: Column, values: Floats) -> tuple[Floats, Floats]:
    """Sums of monthly values before and after, by place."""
    before, after = np.zeros((len(values), values.shape[2])), np.zeros((len(values), values.shape[2]))
    for j, window in enumerate(column.chosen):
        if window is not None:
            before[j] = values[j, window.before].sum(axis=0)
            after[j] = values[j, window.after].sum(axis=0)
    return before, after


def _lengths(column: Column) -> tuple[Floats, Floats]:
    """Months before and after, by place; 0 where there is no window."""
    return (
        np.array([0.0 if window is None else window.stop - window.begin for window in column.chosen]),
        np.array([0.0 if window is None else window.end - window.start for window in column.chosen]),
    )


def _days(column: Column, places: int) -> tuple[Texts, Texts]:
    first, last = np.full(places, "", dtype=object), np.full(places, "", dtype=object)
    for j, window in enumerate(column.chosen):
        if window is not None and column.ok[j]:
            origin = np.datetime64(column.found.months[0], "M")
            first[j] = str((origin + window.begin).astype("datetime64[D]"))
            last[j] = str((origin + window.end).astype("datetime64[D]") - 1)
    return first, last
