"""Group-time effects added up: over everything, by time since the beginning, by cohort, by calendar period."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from auditor.stats.checks import Array
from auditor.stats.rollout.study import GroupTime

Kind = Literal["simple", "event", "cohort", "calendar"]

__all__ = ["Aggregate", "aggregate"]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """Weighted means of group-time effects, with influence functions.

    Attributes
    ----------
    keys : (K,) array
        Periods since the beginning, cohorts or periods; empty for the simple mean.
    att : (K,) array
    influence : (J, K) array
        The variance of ``att`` is the sum of its squares over J squared.
    cells, places : (K,) int arrays
        How many cells enter; how many treated places there are in the cohorts that enter.
    overall : float
        Over all cells at or after the beginning (simple), or the mean over the keys at or after it.
    overall_influence : (J,) array
    """

    keys: Array
    att: Array
    influence: Array
    cells: NDArray[np.int64]
    places: NDArray[np.int64]
    overall: float
    overall_influence: Array


def aggregate(
    effects: GroupTime,
    kind: Kind = "simple",
    *,
    window: tuple[float, float] = (-np.inf, np.inf),
    balance: float | None = None,
) -> Aggregate:
    """Add up group-time effects with weights that follow the sizes of the cohorts.

    The influence functions allow for the cohort sizes being estimates themselves (Callaway & Sant'Anna 2021, theorem
    4 and corollary 2), as R's ``did::aggte`` does.

    Parameters
    ----------
    effects : GroupTime
    kind : {"simple", "event", "cohort", "calendar"}
        ``simple``: all cells at or after the beginning, each with its cohort's size; ``event``: by periods since the
        beginning; ``cohort``: the mean of each cohort's effects, then over cohorts; ``calendar``: by period.
    window : pair of float
        Least and most periods since the beginning to use.
    balance : float, optional
        Only cohorts observed at least so many periods after their beginning, and no later periods, so that the mix of
        cohorts is the same at every key from 0 to it.

    Returns
    -------
    Aggregate
        Without a cell to add up, ``overall`` is NaN ("not applicable") and ``keys`` is empty.

    Raises
    ------
    ValueError
        When the kind is unknown.
    """
    if kind not in ("simple", "event", "cohort", "calendar"):
        raise ValueError(f"kind must be simple, event, cohort or calendar, not {kind!r}")
    use = (effects.event >= window[0]) & (effects.event <= window[1])
    if balance is not None:
        long = [g for g in np.unique(effects.cohort) if effects.event[effects.cohort == g].max() >= balance]
        use &= np.isin(effects.cohort, long) & (effects.event <= balance)
    cells = np.flatnonzero(use)
    if kind == "simple":
        return _simple(effects, cells[effects.post[cells]])
    key = {"event": effects.event, "cohort": effects.cohort, "calendar": effects.period}[kind]
    if kind != "event":
        cells = cells[effects.post[cells]]
    keys = np.unique(key[cells])
    mean = _plain if kind == "cohort" else _sized
    parts = [_mean(effects, cells[key[cells] == k], mean) for k in keys]
    att = np.array([part[0] for part in parts])
    influence = np.column_stack([part[1] for part in parts]) if parts else np.zeros((len(effects.member), 0))
    counts = np.array([part[2] for part in parts], dtype=np.int64)
    places = np.array([part[3] for part in parts], dtype=np.int64)
    if kind == "cohort":
        overall, overall_influence = _over_cohorts(effects, keys, att, influence)
    else:
        late = keys >= 0 if kind == "event" else np.ones(len(keys), dtype=bool)
        overall, overall_influence = _flat(att[late], influence[:, late])
    return Aggregate(keys, att, influence, counts, places, overall, overall_influence)


def _simple(effects: GroupTime, cells: NDArray[np.int64]) -> Aggregate:
    att, influence, count, places = _mean(effects, cells, _sized)
    nothing = np.zeros((len(effects.member), 0))
    return Aggregate(np.array([]), np.array([]), nothing, np.array([count]), np.array([places]), att, influence)


_Weigh = Callable[[GroupTime, Array], tuple[Array, Array]]


def _mean(effects: GroupTime, cells: NDArray[np.int64], weigh: _Weigh) -> tuple[float, Array, int, int]:
    """Return the mean of some cells, its influence, how many cells and how many treated places."""
    if not len(cells):
        return float("nan"), np.full(len(effects.member), np.nan), 0, 0
    weights, movement = weigh(effects, effects.cohort[cells])
    att = effects.att[cells]
    influence = effects.influence[:, cells] @ weights + movement @ att
    places = int(np.isin(effects.member, effects.cohort[cells]).sum())
    return float(weights @ att), influence, len(cells), places


def _plain(effects: GroupTime, cohorts: Array) -> tuple[Array, Array]:
    size = len(cohorts)
    return np.full(size, 1 / size), np.zeros((len(effects.member), size))


def _sized(effects: GroupTime, cohorts: Array) -> tuple[Array, Array]:
    """Weights in proportion to the cohorts' sizes, and the influence of each place on them."""
    own, position = np.unique(cohorts, return_inverse=True)
    indicator = effects.weights[:, None] * (effects.member[:, None] == own)
    size = indicator.mean(axis=0)
    moved, cells = indicator - size, np.bincount(position)
    total = float(size @ cells)
    movement = moved / total - (moved @ cells)[:, None] * (size / total**2)
    return size[position] / total, movement[:, position]


def _over_cohorts(effects: GroupTime, cohorts: Array, att: Array, influence: Array) -> tuple[float, Array]:
    if not len(cohorts):
        return _flat(att, influence)
    weights, movement = _sized(effects, cohorts)
    return float(weights @ att), influence @ weights + movement @ att


def _flat(att: Array, influence: Array) -> tuple[float, Array]:
    if not len(att):
        return float("nan"), np.full(len(influence), np.nan)
    return float(att.mean()), influence.mean(axis=1)
