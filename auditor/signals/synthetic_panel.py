"""The panel of a synthetic control: ratios, limits and ranks over places, and what stands beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from auditor.cells import Bools, Cells, Floats, Texts
from auditor.signals.baseline import small
from auditor.signals.signal import Contrast, Lack, Panel, blank
from auditor.signals.synthetic_fit import Fits
from auditor.signals.synthetic_units import SUPPRESSED, Outcome, Window

_CAVEATS = ("undated", "quarterly", "serious", "date")


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


def panel(signal: str, cells: Cells, columns: Sequence[Column], lacks: Sequence[Lack], unverified: Bools) -> Panel:
    """Stack the columns.

    Parameters
    ----------
    signal : str
    cells : Cells
    columns : sequence of Column
    lacks : sequence of Lack
        In the order of the codes of :mod:`auditor.signals.synthetic_units`.
    unverified : (J,) bool array
        Where the source does not say that the start is an activation.
    """
    parts = [_measured(cells, column) for column in columns]

    def stack(name: str) -> Any:
        return np.column_stack([part[name] for part in parts])

    extras = ("donors", "rmspe", "fit_own", "fit_others", "p_ratio", "augmented", "serious_p", "serious_ratio")
    ok = np.column_stack([column.ok for column in columns])
    notes = {f"activation-synthetic.caveat-{name}": stack(f"caveat_{name}") & ok for name in _CAVEATS}
    notes["activation-synthetic.caveat-unverified"] = ok & unverified[:, None]
    notes["activation-synthetic.caveat-why"] = ok.copy()
    return Panel(
        signal=signal,
        places=cells.ids,
        contrasts=tuple(column.contrast for column in columns),
        code=np.column_stack([column.fits.code for column in columns]),
        testable=ok,
        lacks=tuple(lacks),
        notes=notes,
        extra={name: stack(name) for name in (*extras, "placebo_date_p", "placebo_date_ratio")},
        window=(stack("first"), stack("last")),
        censored=np.column_stack([column.fits.code == SUPPRESSED for column in columns]),
        hidden=stack("hidden"),
        coarse=ok.copy(),
        given=ok.copy(),
        least_p=np.where(ok, 1 / (stack("donors") + 1), np.nan),
        stratum=cells.stratum,
        **{name: stack(name) for name in blank(0, 0)},
    )


def _measured(cells: Cells, column: Column) -> dict[str, Any]:
    fits, ok = column.fits, column.ok
    part: dict[str, Any] = {name: values[:, 0] for name, values in blank(cells.size, 1).items()}
    before, after = _totals(column, cells.size)
    ratio, low, high = (np.exp(fits[name][ok]) for name in ("gap", "low", "high"))
    k, n = after[ok, 0], after[ok, 0] + after[ok, 1]
    part["k"][ok], part["n"][ok] = k, n
    part["estimate"][ok], part["low"][ok], part["high"][ok] = ratio, low, high
    part["p_greater"][ok], part["p_less"][ok] = fits["p_greater"][ok], fits["p_less"][ok]
    share = [_expected(k, n, value) for value in (ratio, low, high)]
    part["base"][ok], part["comparator"][ok], part["comparator_n"][ok] = share[0], share[0], fits["donor_n"][ok]
    for name, value in zip(("absolute", "absolute_low", "absolute_high"), share, strict=True):
        part[name][ok] = 1000 * (np.divide(k, n, out=np.zeros(len(k)), where=n > 0) - value)
    part["hidden"] = np.asarray((_small_any(before, cells) | _small_any(after, cells)) & ok)
    part["first"], part["last"] = _days(column, cells.size)
    return part | _extras(fits, ok)


def _expected(k: Floats, n: Floats, ratio: Floats) -> Floats:
    """Share of the focal group after the start, had its odds been smaller by the ratio."""
    odds = (k + 0.5) / (n - k + 0.5)
    with np.errstate(divide="ignore"):
        return np.asarray(1 / (1 + ratio / odds))


def _small_any(values: Floats, cells: Cells) -> Bools:
    return np.logical_or.reduce([small(column, cells) for column in values.T])


def _extras(fits: Fits, ok: Bools) -> dict[str, Any]:
    part: dict[str, Any] = {
        name: np.where(ok, fits[name], np.nan)
        for name in ("donors", "p_ratio", "serious_p", "placebo_date_p")
    }
    # What kept a place out for a poor fit is stated although nothing else is.
    part |= {name: fits[name] for name in ("rmspe", "fit_own", "fit_others")}
    ratios = (("augmented", "augmented"), ("serious_ratio", "serious_gap"), ("placebo_date_ratio", "placebo_date_gap"))
    for name, source in ratios:
        part[name] = np.where(ok, np.exp(fits[source]), np.nan)
    part["caveat_undated"], part["caveat_quarterly"] = fits["undated"] > 0, fits["quarterly"] > 0
    part["caveat_serious"], part["caveat_date"] = fits["serious_p"] <= 0.05, fits["placebo_date_p"] <= 0.05
    return part


def _totals(column: Column, places: int) -> tuple[Floats, Floats]:
    """Sums of the counts before and after, by place."""
    sides = column.found.counts.shape[2]
    before, after = np.zeros((places, sides)), np.zeros((places, sides))
    for j, window in enumerate(column.chosen):
        if window is not None:
            before[j] = column.found.counts[j, window.before].sum(axis=0)
            after[j] = column.found.counts[j, window.after].sum(axis=0)
    return before, after


def _days(column: Column, places: int) -> tuple[Texts, Texts]:
    first, last = np.full(places, "", dtype=object), np.full(places, "", dtype=object)
    for j, window in enumerate(column.chosen):
        if window is not None and column.ok[j]:
            origin = np.datetime64(column.found.months[0], "M")
            first[j] = str((origin + window.begin).astype("datetime64[D]"))
            last[j] = str((origin + window.end).astype("datetime64[D]") - 1)
    return first, last
