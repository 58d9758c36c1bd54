"""Log-rank comparison of few events: the groups' labels are exchanged among the persons of each stratum.

Labels are exchangeable, and the p-value exact, when under the null hypothesis both groups leave alike *and* are
censored alike. Groups transferred to immigration custody at different rates are not censored alike; the statistic is
therefore studentised, for which the exchange stays right in large samples (Neuhaus 1993), and its size was measured
to hold in small ones (tests/stats/survival/test_log_rank_exact.py).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from auditor.stats.checks import Array
from auditor.stats.survival.log_rank import hypergeometric_variance
from auditor.stats.survival.risk_sets import Bools, Ints, RiskSets, Rows, codes, flags, read_rows, risk_sets

MOST_EXACT = 20_000
"""Exchanges listed in full, over all strata of a place; beyond, a fixed sample is drawn."""
_TIE = 1e-9
_BLOCK = 4_000_000


@dataclass(frozen=True, slots=True)
class Exchanged:
    """Permutation log-rank test of J places, arrays of shape (J,).

    Attributes
    ----------
    z : ndarray
        Log-rank statistic, positive where the focal group is held longer; 0 where nothing was compared.
    p_greater, p_less, p_two_sided : ndarray
        Share of exchanges with a statistic at least as high, as low, as far from 0; the true labels count as one of
        them. 1 where nothing was compared.
    exact : ndarray of bool
        True where all exchanges were listed.
    exchanges : ndarray of int
        How many the p-values rest on; none can be below one over this.
    """

    z: Array
    p_greater: Array
    p_less: Array
    p_two_sided: Array
    exact: Bools
    exchanges: Ints


def log_rank_exact(
    time: ArrayLike,
    event: ArrayLike,
    focal: ArrayLike,
    stratum: ArrayLike | None = None,
    place: ArrayLike | None = None,
    places: int | None = None,
    count: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    draws: int = 9_999,
    seed: int = 0,
) -> Exchanged:
    """Permutation p-values of the studentised log-rank statistic, place by place.

    Parameters
    ----------
    time, event, focal, stratum, place, places, count, entry
        As in `log_rank.log_rank`. Rows that stand for several persons are spread out: meant for small samples; the
        work grows as persons times draws.
    draws : int
        Exchanges drawn where there are too many to list.
    seed : int
        Every place starts from it, so that its p-value does not depend on the other places.

    Returns
    -------
    Exchanged

    Raises
    ------
    ValueError
        As `log_rank.log_rank`, and if draws is below 1.

    References
    ----------
    Neuhaus, G. (1993). Annals of Statistics 21, 1760-1779. Phipson, B. & Smyth, G. K. (2010). Statistical
    Applications in Genetics and Molecular Biology 9, 39 (the true labels counted).
    """
    if draws < 1:
        raise ValueError(f"draws must be 1 or more, got {draws}")
    rows = read_rows(time, event, count, entry)
    label = flags("focal", focal, rows.time.size)
    layer, owner = codes("stratum", stratum, label.size), codes("place", place, label.size, places)
    size = int(owner.max()) + 1 if places is None else places
    results = []
    for j in range(size):
        mine = np.flatnonzero(owner == j)
        strata = [_Stratum.of(rows, label, mine[layer[mine] == s]) for s in np.unique(layer[mine])]
        results.append(_place([s for s in strata if s is not None], draws, np.random.default_rng(seed)))
    z, greater, less, two_sided, exact, exchanges = zip(*results, strict=True)
    return Exchanged(
        z=np.array(z, dtype=float),
        p_greater=np.array(greater, dtype=float),
        p_less=np.array(less, dtype=float),
        p_two_sided=np.array(two_sided, dtype=float),
        exact=np.array(exact, dtype=np.bool_),
        exchanges=np.array(exchanges, dtype=np.int64),
    )


@dataclass(frozen=True, slots=True)
class _Stratum:
    """Persons of one stratum that has both groups and at least one event."""

    label: Bools
    sets: RiskSets
    n: Array
    d: Array
    own_event: Ints

    @classmethod
    def of(cls, rows: Rows, label: Bools, mine: Ints) -> _Stratum | None:
        spread = np.repeat(mine, rows.count[mine].astype(np.int64))
        entry = None if rows.entry is None else rows.entry[spread]
        few = Rows(rows.time[spread], rows.event[spread], np.ones(spread.size), entry)
        focal = label[spread]
        if not few.event.any() or focal.all() or not focal.any():
            return None
        sets = risk_sets(few, np.zeros(spread.size, dtype=np.int64), 1)
        own = np.where(few.event, sets.last - 1, -1)
        return cls(focal, sets, sets.at_risk(few.count), sets.at_event(few, few.count), own)

    @property
    def ways(self) -> int:
        return math.comb(self.label.size, int(self.label.sum()))

    def sums(self, labels: NDArray[np.bool_]) -> tuple[Array, Array]:
        """Expected less observed events of the focal group, and variance, for each row of labels (B, N)."""
        parts = [self._sums(labels[a : a + self._step]) for a in range(0, len(labels), self._step)]
        gap, variance = zip(*parts, strict=True)
        return np.concatenate(gap), np.concatenate(variance)

    @property
    def _step(self) -> int:
        return max(1, _BLOCK // self.label.size)

    def _sums(self, labels: NDArray[np.bool_]) -> tuple[Array, Array]:
        times = self.n.size
        observed = labels[:, self.own_event >= 0].sum(axis=1)
        share = (self._entered(labels, self.sets.first, times) - self._entered(labels, self.sets.last, times)) / self.n
        variance = hypergeometric_variance(self.n, self.d, share)
        return share @ self.d - observed, variance.sum(axis=1)

    @staticmethod
    def _entered(labels: NDArray[np.bool_], index: Ints, times: int) -> Array:
        """(B, T) focal persons whose index is at or before each event time."""
        order = np.argsort(index, kind="stable")
        running = np.cumsum(labels[:, order], axis=1, dtype=np.float64)
        upto = np.searchsorted(index[order], np.arange(times), side="right")
        return np.where(upto > 0, running[:, np.maximum(upto - 1, 0)], 0.0)

    def every(self) -> NDArray[np.bool_]:
        """(ways, N) all labellings with as many focal persons."""
        chosen = np.array(list(combinations(range(self.label.size), int(self.label.sum()))))
        labels = np.zeros((len(chosen), self.label.size), dtype=np.bool_)
        np.put_along_axis(labels, chosen, True, axis=1)
        return labels

    def drawn(self, draws: int, rng: np.random.Generator) -> Iterator[NDArray[np.bool_]]:
        for a in range(0, draws, self._step):
            key = rng.random((min(self._step, draws - a), self.label.size))
            chosen = np.argpartition(key, int(self.label.sum()) - 1, axis=1)[:, : int(self.label.sum())]
            labels = np.zeros(key.shape, dtype=np.bool_)
            np.put_along_axis(labels, chosen, True, axis=1)
            yield labels


def _place(
    strata: list[_Stratum], draws: int, rng: np.random.Generator
) -> tuple[float, float, float, float, bool, int]:
    """Statistic, three p-values, whether all exchanges were listed, and how many."""
    gap, variance = np.zeros(1), np.zeros(1)
    for s in strata:
        own_gap, own_variance = s.sums(s.label[None, :])
        gap, variance = gap + own_gap, variance + own_variance
    true = float(_studentised(gap, variance)[0])
    if not variance[0] > 0:
        return 0.0, 1.0, 1.0, 1.0, True, 1
    exact = math.prod(s.ways for s in strata) <= MOST_EXACT
    others = _listed(strata) if exact else _sampled(strata, draws, rng)
    extra = 0 if exact else 1
    total = others.size + extra
    tails = (others >= true - _TIE, others <= true + _TIE, np.abs(others) >= abs(true) - _TIE)
    greater, less, two_sided = (float((x.sum() + extra) / total) for x in tails)
    return true, greater, less, two_sided, exact, total


def _listed(strata: list[_Stratum]) -> Array:
    gap, variance = np.zeros(1), np.zeros(1)
    for s in strata:
        own_gap, own_variance = s.sums(s.every())
        gap = np.add.outer(gap, own_gap).ravel()
        variance = np.add.outer(variance, own_variance).ravel()
    return _studentised(gap, variance)


def _sampled(strata: list[_Stratum], draws: int, rng: np.random.Generator) -> Array:
    gap, variance = np.zeros(draws), np.zeros(draws)
    for s in strata:
        parts = [s.sums(labels) for labels in s.drawn(draws, rng)]
        gap = gap + np.concatenate([g for g, _ in parts])
        variance = variance + np.concatenate([v for _, v in parts])
    return _studentised(gap, variance)


def _studentised(gap: Array, variance: Array) -> Array:
    """Gap over its standard error; 0 where no variance is left, for then observed and expected agree."""
    some = variance > 1e-12
    return np.where(some, gap / np.sqrt(np.where(some, variance, 1.0)), 0.0)
