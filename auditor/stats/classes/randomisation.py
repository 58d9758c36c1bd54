"""The place as its own control: deviations of offence classes exchanged between discretionary and serious ones.

Under the null, whatever moves a group's arrests in a place moves it alike for offences where an officer may choose and
for serious ones; the classes' deviations, each over its own standard deviation, are then exchangeable between the two
sides (Fisher 1935; for studentised statistics Chung & Romano 2013, Annals of Statistics 41, 484-507). Standardised
deviations are exchanged, not the deviations themselves: where one side's classes are much smaller, theirs are wider by
chance alone, and plain relabelling rejected a true null in up to 60 % of such places. The standard error is that of the
place's own residuals, moderated towards what the natural variance predicts (Smyth 2004, Stat. Appl. Genet. Mol. Biol.
3, 3).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import digamma, polygamma

from auditor.stats.checks import Array

MOST = 2000
"""Orders of the classes taken at most: all of them up to six classes; beyond, a fixed sample with the true one."""
EDGES = np.linspace(-16.0, 16.0, 1601)
"""Bins of the pooled statistics; what lies outside stands in the outermost bins."""
STRATA = (7, 9, 11, 13)
"""Upper numbers of classes of the precision strata; the last stratum has more."""
_DEFAULT_PRIOR = 10.0
_MOST_PRIOR = 200.0
_TIE = 1e-9
_BLOCK = 2_000_000

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Randomised:
    """Class-randomised contrasts of J places; NaN (0 for counts) where a place has too few classes.

    Attributes
    ----------
    difference, se, statistic : ndarray, shape (J,)
        Weighted mean over discretionary classes less that over serious ones (log scale), its standard error from the
        place's own moderated residual variance, and their quotient.
    p_greater, p_less : ndarray, shape (J,)
        The place's own permutation p-values (the true order counts, ties count).
    relabellings : ndarray of int, shape (J,)
        How many orders of the classes those rest on.
    least : ndarray, shape (J,)
        No p can be smaller: one over the orders. With classes of equal size it is one over the ways to divide them.
    discretionary, serious : ndarray of int, shape (J,)
        Classes used on each side.
    stratum : ndarray of int, shape (J,)
        Precision stratum, by the number of classes; -1 where unused.
    pooled : ndarray, shape (S, B)
        For each stratum, the share of relabelled statistics of all its places in each bin of :data:`EDGES`.
    pooled_count : ndarray of int, shape (S,)
        How many relabelled statistics those are.
    prior : float
        Degrees of freedom by which residual variances are moderated.
    """

    difference: Array
    se: Array
    statistic: Array
    p_greater: Array
    p_less: Array
    relabellings: Ints
    least: Array
    discretionary: Ints
    serious: Ints
    stratum: Ints
    pooled: Array
    pooled_count: Ints
    prior: float

    @property
    def used(self) -> NDArray[np.bool_]:
        """(J,) mask of the places that have a statistic."""
        return self.stratum >= 0


@cache
def orders(serious: int, discretionary: int, most: int = MOST) -> Ints:
    """Return orders of the classes, the true one first; serious classes stand first in each.

    Parameters
    ----------
    serious, discretionary : int
        Classes on each side, at least one.
    most : int
        All orders are returned where there are no more than this. Else every way to divide the classes between the
        sides is taken equally often where there are no more than this, with the order inside each side drawn; else
        orders are drawn. With classes of equal size this is the exact permutation over all divisions.

    Returns
    -------
    ndarray, shape (R, serious + discretionary)
    """
    classes = serious + discretionary
    # A fixed seed: which orders are drawn carries nothing about the data.
    rng = np.random.default_rng(0)
    if math.factorial(classes) <= most:
        result = np.array(list(itertools.permutations(range(classes))))
    elif math.comb(classes, serious) <= most:
        divided = [_divided(first, classes, rng) for first in itertools.combinations(range(classes), serious)]
        times = most // len(divided)
        again = [_divided(tuple(first[:serious]), classes, rng) for _ in range(times - 1) for first in divided]
        result = np.array(divided + again)
        result[0] = np.arange(classes)
    else:
        drawn = np.argsort(rng.random((most - 1, classes)), axis=1)
        result = np.vstack([np.arange(classes), drawn])
    result.setflags(write=False)
    return result


def _divided(first: tuple[int, ...], classes: int, rng: np.random.Generator) -> Ints:
    """Return an order that puts some classes first, each part in a drawn order."""
    rest = [at for at in range(classes) if at not in first]
    return np.concatenate([rng.permutation(np.array(first)), rng.permutation(np.array(rest))])


def randomise_classes(
    x: ArrayLike, variance: ArrayLike, use: ArrayLike, side: ArrayLike, natural: ArrayLike, most: int = MOST
) -> Randomised:
    """Contrast the two sides of every place, and exchange the standardised deviations of its classes.

    Parameters
    ----------
    x : array_like of float, shape (J, O)
        Deviations of the classes (log ratios less the classes' centres, or log changes).
    variance : array_like of float, shape (J, O)
        Their sampling variances, above 0 wherever used; they must not depend on the deviation itself.
    use : array_like of bool, shape (J, O)
        Classes used; a place needs one class of each side and three in all, else it is left out.
    side : array_like of int, shape (O,)
        +1 discretionary, -1 serious, 0 neither.
    natural : float or array_like of float, shape (J,)
        Natural variance between classes, of all places or of each; weights are 1 / (variance + natural).
    most : int
        Orders of the classes at most; fewer suffice where only the pooled null is wanted.

    Returns
    -------
    Randomised
    """
    values, sides = np.asarray(x, dtype=float), np.asarray(side)
    used = np.asarray(use, dtype=bool) & (sides != 0)
    spread = np.broadcast_to(np.asarray(natural, dtype=float), (len(values),))[:, None]
    weight = np.where(used, 1 / (np.where(used, variance, 1.0) + spread), 0.0)
    values = np.where(used, values, 0.0)
    groups = list(_groups(values, weight, used, sides))
    prior = _prior(groups)
    return _gather(groups, prior, most, len(values), used, sides)


@dataclass(frozen=True, slots=True)
class _Group:
    """Places with the same number of classes on each side, their classes packed: serious first."""

    rows: Ints
    serious: int
    discretionary: int
    x: Array
    weight: Array


def _groups(x: Array, weight: Array, used: NDArray[np.bool_], side: Ints) -> Iterator[_Group]:
    order = np.argsort(side, kind="stable")  # serious (-1) before discretionary (+1)
    x, weight, used, side = x[:, order], weight[:, order], used[:, order], side[order]
    few, many = used[:, side < 0].sum(axis=1), used[:, side > 0].sum(axis=1)
    for s, d in sorted({(int(a), int(b)) for a, b in zip(few, many, strict=True)}):
        if s < 1 or d < 1 or s + d < 3:
            continue
        rows = np.flatnonzero((few == s) & (many == d))
        packed = np.argsort(~used[rows], axis=1, kind="stable")[:, : s + d]
        yield _Group(
            rows, s, d, np.take_along_axis(x[rows], packed, axis=1), np.take_along_axis(weight[rows], packed, axis=1)
        )


def _statistics(group: _Group, part: slice, order: Ints, prior: float) -> tuple[Array, Array, Array]:
    """Return difference, standard error and residual sum of squares for every place and order, (J, R) each."""
    x, weight = group.x[part], group.weight[part]
    root = np.sqrt(weight)
    mean = (weight * x).sum(axis=1, keepdims=True) / weight.sum(axis=1, keepdims=True)
    standard = root * (x - mean)
    exchanged = standard[:, order]
    off, on = weight[:, : group.serious].sum(axis=1)[:, None], weight[:, group.serious :].sum(axis=1)[:, None]
    sums = [
        np.einsum("jrc,jc->jr", exchanged[:, :, chosen], root[:, chosen])
        for chosen in (slice(None, group.serious), slice(group.serious, None))
    ]
    # The sum of squares does not change with the order: only what the two means take out of it does.
    squares = (standard**2).sum(axis=1)[:, None]
    residual = np.maximum(squares - sums[0] ** 2 / off - sums[1] ** 2 / on, 0.0)
    spread = (prior + residual) / (prior + x.shape[1] - 2)
    return sums[1] / on - sums[0] / off, np.sqrt((1 / on + 1 / off) * spread), residual


def _true_order(group: _Group) -> Ints:
    return np.arange(group.serious + group.discretionary)[None]


_ALL = slice(None)


def _prior(groups: list[_Group]) -> float:
    """Degrees of freedom of the prior of residual variances, from those of the true order."""
    found = []
    for group in groups:
        residual = _statistics(group, _ALL, _true_order(group), _DEFAULT_PRIOR)[2][:, 0]
        found.append((residual, group.serious + group.discretionary - 2))
    return prior_of(found)


def prior_of(residuals: Sequence[tuple[Array, int]]) -> float:
    """Degrees of freedom of the prior of residual variances, from the spread of their logarithms (Smyth 2004).

    Parameters
    ----------
    residuals : sequence of (ndarray, int)
        Residual sums of squares, of variance 1 but for natural differences, and their degrees of freedom.

    Returns
    -------
    float
        Between 0.5 and 200; 10 where fewer than 20 places tell it.
    """
    logs, sampling = [], []
    for squares, freedom in residuals:
        logs.append(np.log(np.maximum(squares / freedom, 1e-6)) - digamma(freedom / 2) + np.log(freedom / 2))
        sampling.append(np.full(len(squares), polygamma(1, freedom / 2)))
    if sum(len(part) for part in logs) < 20:
        return _DEFAULT_PRIOR
    excess = float(np.concatenate(logs).var(ddof=1) - np.concatenate(sampling).mean())
    low, high = 0.5, _MOST_PRIOR
    if excess <= float(polygamma(1, high / 2)):
        return high
    for _ in range(60):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if polygamma(1, middle / 2) > excess else (low, middle)
    return low


def _gather(
    groups: list[_Group], prior: float, most: int, places: int, used: NDArray[np.bool_], side: Ints
) -> Randomised:
    floats = {name: np.full(places, np.nan) for name in ("difference", "se", "statistic", "p_greater", "p_less")}
    floats["least"] = np.full(places, np.nan)
    relabelled, stratum = np.zeros(places, dtype=np.int64), np.full(places, -1, dtype=np.int64)
    pooled, count = np.zeros((len(STRATA) + 1, len(EDGES) - 1)), np.zeros(len(STRATA) + 1, dtype=np.int64)
    for group in groups:
        classes = group.serious + group.discretionary
        difference, error, _ = _statistics(group, _ALL, _true_order(group), prior)
        true = (difference / error)[:, 0]
        drawn, which = orders(group.serious, group.discretionary, most), stratum_of(classes)
        above, below, bins = _compare(group, drawn, prior, true)
        for name, part in (("difference", difference[:, 0]), ("se", error[:, 0]), ("statistic", true)):
            floats[name][group.rows] = part
        floats["p_greater"][group.rows], floats["p_less"][group.rows] = above / len(drawn), below / len(drawn)
        floats["least"][group.rows] = 1 / len(drawn)
        relabelled[group.rows], stratum[group.rows] = len(drawn), which
        # Every place weighs alike in the pool, however many orders it has.
        pooled[which] += bins * (len(group.rows) / bins.sum())
        count[which] += int(bins.sum())
    sums = pooled.sum(axis=1, keepdims=True)
    return Randomised(
        **floats,
        relabellings=relabelled,
        discretionary=used[:, side > 0].sum(axis=1),
        serious=used[:, side < 0].sum(axis=1),
        stratum=stratum,
        pooled=np.divide(pooled, sums, out=np.zeros_like(pooled), where=sums > 0),
        pooled_count=count,
        prior=prior,
    )


def _compare(group: _Group, order: Ints, prior: float, true: Array) -> tuple[Array, Array, Array]:
    """Count statistics of other orders at least as far out as the true one, and bin them all; in blocks of places."""
    above, below = np.zeros(len(true)), np.zeros(len(true))
    bins = np.zeros(len(EDGES) - 1)
    step = max(1, _BLOCK // order.size)
    for start in range(0, len(true), step):
        part = slice(start, start + step)
        difference, error, _ = _statistics(group, part, order, prior)
        drawn, own = difference / error, true[part, None]
        slack = _TIE * (1 + np.abs(own))
        above[part], below[part] = (drawn >= own - slack).sum(axis=1), (drawn <= own + slack).sum(axis=1)
        bins += histogram(drawn)
    return above, below, bins


def histogram(values: Array) -> Array:
    """Count values by bin of :data:`EDGES`; what lies outside is counted in the outermost bins."""
    width = EDGES[1] - EDGES[0]
    position = np.clip((values.ravel() - EDGES[0]) / width, 0, len(EDGES) - 2).astype(np.int64)
    return np.bincount(position, minlength=len(EDGES) - 1).astype(float)


def stratum_of(classes: int) -> int:
    """Return the precision stratum of a number of classes."""
    return int(np.searchsorted(STRATA, classes))
