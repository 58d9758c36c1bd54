"""Find in another measurement of a signal what belongs to one of its contrasts."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Bools, Floats, Table
from auditor.signals.signal import Contrast, Inventory, Panel

_SAME = 1e-12


@dataclass(frozen=True)
class Matched:
    """One contrast of another measurement, over places, (J,) each."""

    measured: Bools
    k: Floats
    n: Floats
    estimate: Floats
    low: Floats
    high: Floats


def matched(other: Panel, contrast: Contrast, *, same_event: bool) -> Matched:
    """Return what another measurement says in place of a tested contrast.

    The contrast of the same key where that is tested there too; else, place by place, the first tested contrast of the
    same group that was measured. (A key that is only described there would be the main specification again.)

    Parameters
    ----------
    other : Panel
    contrast : Contrast
    same_event : bool
        Whether only the same event will do.
    """
    fitting = [
        i
        for i, found in enumerate(other.contrasts)
        if found.tested and found.group == contrast.group and (not same_event or found.event == contrast.event)
    ]
    own = [i for i in fitting if other.contrasts[i].key == contrast.key]
    return _first(other, own or fitting)


def _first(other: Panel, columns: Sequence[int]) -> Matched:
    places = len(other.places)
    names = ("k", "n", "estimate", "low", "high")
    values = {name: np.full(places, np.nan) for name in names}
    measured = np.zeros(places, dtype=bool)
    for c in columns:
        new = ~measured & other.measured[:, c] & other.speaks[:, c]
        new &= ~(np.isnan(other.estimate[:, c]) | np.isnan(other.low[:, c]) | np.isnan(other.high[:, c]))
        for name in names:
            values[name][new] = getattr(other, name)[new, c]
        measured |= new
    return Matched(measured, **values)


def same_numbers(panel: Panel, c: int, found: Matched) -> Bools:
    """Return where the other measurement gave the very numbers of contrast c: it changed nothing there."""
    names = ("k", "n", "estimate", "low", "high")
    equal = [np.isclose(getattr(panel, name)[:, c], getattr(found, name), rtol=_SAME, atol=0.0) for name in names]
    return np.asarray(np.logical_and.reduce(equal), dtype=bool)


def held(counts: Table, known: Inventory) -> Inventory:
    """Return the inventory of counts that are a part of what is known; columns they do not have stay as known."""
    columns = {name: values.astype(str) for name, values in counts.columns.items()}
    if "event" not in columns:
        return known
    every = np.ones(len(counts.n), dtype=bool)
    changes: dict[str, Any] = {"events": _values(columns["event"], every)}
    if "group" in columns:
        grouped = ~np.isin(columns["group"], ("", "unknown"))
        changes["groups"] = _values(columns["group"], every)
        changes["events_with_group"] = _values(columns["event"], grouped)
        if "offence" in columns:
            changes["events_with_offence"] = _values(columns["event"], grouped & (columns["offence"] != ""))
    if "level" in columns:
        leveled = ~np.isin(columns["level"], ("", "unknown"))
        changes["events_with_level"] = _values(columns["event"], leveled)
    return dataclasses.replace(known, **changes)


def _values(column: NDArray[np.str_], rows: Bools) -> frozenset[str]:
    return frozenset(np.unique(column[rows]).tolist()) - {""}
