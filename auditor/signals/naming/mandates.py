"""Did recording change with a law that required it: the step at the month of a mandate."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Cells, Floats
from auditor.domain.vocabulary import NATION
from auditor.signals.described import Column
from auditor.signals.naming.counts import FOCAL, Named
from auditor.signals.signal import Contrast
from auditor.stats.recording.bins import FIRST_ABOVE
from auditor.stats.recording.breaks import recording_break


def mandate_column(
    cells: Cells,
    named: Named,
    mandates: Mapping[str, date],
    contrast: Contrast,
    code: NDArray[np.int64],
    few: int,
) -> Column:
    """Return the step, at the mandate, of the share recorded as of the group among persons above the threshold.

    Parameters
    ----------
    cells : Cells
    named : Named
        With the key ``month``; rows of no single month are passed over.
    mandates : mapping of str to date
        First day under the mandate, by place, by two-digit state, or for all places (``US``).
    contrast : Contrast
    code : int array
        Why a place has no number; 0 elsewhere.
    few : int
        Code of places without a mandate, or without enough months on both sides of it.
    """
    k, n, first = monthly(cells, named)
    start = _starts(cells, mandates, first)
    inside = (start > 0) & (start < k.shape[1])
    found = recording_break(k, n, np.where(inside, start, 0))
    later = np.arange(k.shape[1]) >= start[:, None]
    after, before = (n * later).sum(axis=1), (n * ~later).sum(axis=1)
    hits, hits_before = (k * later).sum(axis=1), (k * ~later).sum(axis=1)
    nothing = np.full(cells.size, np.nan)
    values = {
        "k": hits, "n": after, "estimate": found.step, "low": nothing, "high": nothing, "comparator": found.before,
        "comparator_n": before, "absolute": np.rint(1000 * found.step), "absolute_low": nothing,
        "absolute_high": nothing,
    }  # fmt: skip
    extra = {
        "before": found.before, "after": found.after, "step": found.step, "p_break": found.p_two_sided,
        "arrangements": np.rint(1 / found.least), "months": (n > 0).sum(axis=1).astype(float),
        "n_before": before, "n_after": after, "mandate_year": _years(cells, mandates),
    }  # fmt: skip
    return Column(
        contrast,
        np.where((code == 0) & ~(inside & found.tested), few, code),
        values,
        extra,
        printed={"all": (after, before), "as": (hits, hits_before), "not": (after - hits, before - hits_before)},
        censored=named.censored,
    )


def monthly(cells: Cells, named: Named) -> tuple[Floats, Floats, np.datetime64]:
    """Persons above the threshold by place and month, recorded as of the group and all, and the first month."""
    rows = named.rows
    month = rows.columns["month"].astype(str)
    keep = (month != "") & (rows.columns["chance_bin"] >= FIRST_ABOVE)
    if not keep.any():
        nothing = np.zeros((cells.size, 1))
        return nothing, nothing, np.datetime64("1970-01", "M")
    when = month[keep].astype("datetime64[M]")
    first = when.min()
    at = (when - first).astype(np.int64)
    shape = (cells.size, int(at.max()) + 1)
    k, n = np.zeros(shape), np.zeros(shape)
    hit = rows.columns["side"][keep] == FOCAL
    np.add.at(n, (rows.index[keep], at), rows.n[keep])
    np.add.at(k, (rows.index[keep][hit], at[hit]), rows.n[keep][hit])
    return k, n, first


def _of(cells: Cells, mandates: Mapping[str, date], j: int) -> date | None:
    keys = (cells.ids[j], cells.parents[j], cells.states[j], NATION)
    return next((mandates[key] for key in keys if key and key in mandates), None)


def _starts(cells: Cells, mandates: Mapping[str, date], first: np.datetime64) -> NDArray[np.int64]:
    """Month of each place's mandate, counted from the first; -1 where there is none."""
    days = [_of(cells, mandates, j) for j in range(cells.size)]
    # A mandate in the middle of a month leaves that month on the side before it.
    months = [None if day is None else (day.year - 1970) * 12 + day.month - 1 + (day.day > 1) for day in days]
    origin = int(first.astype("datetime64[M]").astype(np.int64))
    return np.array([-1 if month is None else max(month - origin, -1) for month in months], dtype=np.int64)


def _years(cells: Cells, mandates: Mapping[str, date]) -> Floats:
    days = [_of(cells, mandates, j) for j in range(cells.size)]
    return np.array([np.nan if day is None else float(day.year) for day in days])
