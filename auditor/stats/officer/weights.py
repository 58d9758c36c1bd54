"""Weights that give an officer's colleagues the officer's own mix of time, place and offence.

Colleagues' stops in stratum s get weight exp(x_s' b), x_s the indicators of the margins to be matched, and b such that
the weighted margins equal the officer's (entropy balancing, also raking or exponential tilting). These are propensity
weights under a logistic model on the same margins: the odds of being the officer's stop are exp(x' b), and when the
colleagues are many its maximum-likelihood slopes solve exactly these equations (Owen 2007). Unlike the odds of a model
that was fitted to predict, they balance by construction, and a difference of shares that rests on them is right if
either the odds or the outcome is linear in the margins (Zhao & Percival 2017).

References
----------
Ridgeway, G. & MacDonald, J. M. (2009). Doubly robust internal benchmarking and false discovery rates for detecting
    racial bias in police stops. Journal of the American Statistical Association 104, 661-668.
Hainmueller, J. (2012). Entropy balancing for causal effects. Political Analysis 20, 25-46.
Owen, A. B. (2007). Infinitely imbalanced logistic regression. Journal of Machine Learning Research 8, 761-773.
Zhao, Q. & Percival, D. (2017). Entropy balancing is doubly robust. Journal of Causal Inference 5 (1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.stats.checks import Array
from auditor.stats.fit import NotConverged
from auditor.stats.officer.cells import OfficerPool, PairTables, Terms, own

#: Weight of the penalty on the squared log weights, in stops of the officer: a prior SD of 10 for each, which leaves
#: margins off by hundredths of a stop where they can be met, and makes the weights unique where they cannot.
PENALTY = 0.01
_STEPS, _HALVINGS = 100, 40
_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Weighted:
    """Colleagues of one officer, weighted.

    Attributes
    ----------
    rows : ndarray of int, shape (R,)
        Strata in which colleagues have weight.
    weight : ndarray, shape (R,)
        Weight of one stop of a colleague in the stratum; over all their stops the weights sum to 1.
    covered : ndarray of bool, shape (S,)
        Strata whose levels colleagues have as well. The officer's stops elsewhere are not compared.
    stops, uncovered : float
        The officer's stops that are compared, and those that are not.
    effective : float
        Effective number of colleagues' stops, (sum w)^2 / sum w^2.
    imbalance : float
        Largest standardised difference of a balanced level, see `balance_table`.
    """

    rows: NDArray[np.intp]
    weight: Array
    covered: NDArray[np.bool_]
    stops: float
    uncovered: float
    effective: float
    imbalance: float


@dataclass(frozen=True, slots=True)
class Balance:
    """Balance of one officer's comparison, one entry for each of the P levels of the terms.

    Attributes
    ----------
    term, level : ndarray of int, shape (P,)
        Position of the term, and of the level within it.
    officer, weighted, unweighted : ndarray, shape (P,)
        Share of the officer's compared stops, of colleagues' weighted stops, and of colleagues' stops as they are.
    before, after : ndarray, shape (P,)
        Standardised differences: colleagues less officer over the officer's standard deviation sqrt(t (1 - t)), the
        share t held half a stop away from 0 and 1.
    """

    term: NDArray[np.int64]
    level: NDArray[np.int64]
    officer: Array
    weighted: Array
    unweighted: Array
    before: Array
    after: Array


def weigh_colleagues(pool: OfficerPool, design: Terms, officer: int, penalty: float = PENALTY) -> Weighted | None:
    """Weight the colleagues of one officer.

    Parameters
    ----------
    pool : OfficerPool
    design : Terms
        Margins to be balanced, from `terms` of the same pool.
    officer : int
        Position of the officer, 0 ... J-1.
    penalty : float
        See `PENALTY`; above 0.

    Returns
    -------
    Weighted or None
        None where no stop of the officer has colleagues with the same levels, or there is none at all.

    Raises
    ------
    NotConverged
        If the gradient of the dual stays above 1e-9.
    ValueError
        If the officer does not exist or the penalty is not above 0.
    """
    if not 0 <= officer < pool.officers:
        raise ValueError(f"officer must lie between 0 and {pool.officers - 1}, got {officer}")
    if not penalty > 0:
        raise ValueError(f"penalty must be above 0, got {penalty}")
    mine = own(pool.stops, officer)
    others = pool.all_stops - mine
    covered = _covered(design, mine, others)
    stops = float(mine[covered].sum())
    if stops == 0:
        return None
    wanted = _margins(design, mine, covered) / stops
    rows = np.flatnonzero(covered & (others > 0))
    weight = _tilt(design, rows, others[rows], wanted, penalty / stops)
    off = _standardised(design.sums(weight * others[rows], rows), wanted, stops)
    return Weighted(
        rows=rows,
        weight=weight,
        covered=covered,
        stops=stops,
        uncovered=float(mine.sum()) - stops,
        effective=float(1 / (weight**2 * others[rows]).sum()),
        imbalance=float(np.abs(off).max()),
    )


def balance_table(pool: OfficerPool, design: Terms, officer: int, found: Weighted) -> Balance:
    """Margins of an officer and of colleagues before and after weighting (see `weigh_colleagues`)."""
    mine = own(pool.stops, officer)
    others = pool.all_stops - mine
    wanted = _margins(design, mine, found.covered) / found.stops
    every = np.arange(others.size)
    raw = design.sums(others, every) / others.sum()
    reached = design.sums(found.weight * others[found.rows], found.rows)
    sizes = np.diff(design.start)
    return Balance(
        term=np.repeat(np.arange(sizes.size), sizes),
        level=np.concatenate([np.arange(size) for size in sizes]),
        officer=wanted,
        weighted=reached,
        unweighted=raw,
        before=_standardised(raw, wanted, found.stops),
        after=_standardised(reached, wanted, found.stops),
    )


def _covered(design: Terms, mine: Array, others: Array) -> NDArray[np.bool_]:
    """Strata all of whose levels both the officer and colleagues have, colleagues within such strata themselves."""
    covered = np.ones(mine.size, dtype=bool)
    while True:
        both = (_margins(design, mine, covered) > 0) & (_margins(design, others, covered) > 0)
        kept = covered & both[design.codes].all(axis=0)
        if (kept == covered).all():
            return covered
        covered = kept


def _margins(design: Terms, count: Array, where: NDArray[np.bool_]) -> Array:
    rows = np.flatnonzero(where & (count > 0))
    return design.sums(count[rows], rows)


def _standardised(reached: Array, wanted: Array, stops: float) -> Array:
    share = np.clip(wanted, 0.5 / stops, 1 - 0.5 / stops)
    return (reached - wanted) / np.sqrt(share * (1 - share))


def _tilt(design: Terms, rows: NDArray[np.intp], mass: Array, wanted: Array, penalty: float) -> Array:
    """Weights of one stop: Newton on the dual, log sum mass exp(x'b) - wanted'b + penalty b'b / 2, which is convex."""
    codes = design.codes[:, rows]
    b = _start(design, rows, mass, wanted)
    value, weight = _dual(codes, mass, wanted, penalty, b)
    pairs = PairTables(design, rows)
    for _ in range(_STEPS):
        table = pairs.table(weight * mass)
        reached = np.diag(table)
        slope = reached - wanted + penalty * b
        if np.abs(slope).max() <= _TOLERANCE:
            return weight
        curve = table - np.outer(reached, reached)
        curve[np.diag_indices(b.size)] += penalty
        step: Array = np.asarray(np.linalg.solve(curve, slope))
        b, value, weight = _along(codes, mass, wanted, penalty, b, value, step, float(slope @ step))
    raise NotConverged("the weights of the colleagues were not pinned down")


def _start(design: Terms, rows: NDArray[np.intp], mass: Array, wanted: Array) -> Array:
    """Log ratios of the margins: the answer where the terms are independent."""
    now = design.sums(mass, rows) / mass.sum()
    both = (now > 0) & (wanted > 0)
    return np.where(both, np.log(np.where(both, wanted, 1.0) / np.where(both, now, 1.0)), 0.0)


def _dual(codes: NDArray[np.int64], mass: Array, wanted: Array, penalty: float, b: Array) -> tuple[float, Array]:
    """Value of the dual and the weights that go with it."""
    score = b[codes].sum(axis=0)
    top = float(score.max())
    raw = np.exp(score - top)
    whole = float((raw * mass).sum())
    return top + float(np.log(whole)) - float(wanted @ b) + penalty * float(b @ b) / 2, raw / whole


def _along(
    codes: NDArray[np.int64],
    mass: Array,
    wanted: Array,
    penalty: float,
    b: Array,
    value: float,
    step: Array,
    gain: float,
) -> tuple[Array, float, Array]:
    """Newton step, halved until the dual falls by a quarter of what its slope promises."""
    size = 1.0
    for _ in range(_HALVINGS):
        trial = b - size * step
        new, weight = _dual(codes, mass, wanted, penalty, trial)
        # Rounding decides once the promised gain is below it; the gradient's own gate then ends the search.
        if new <= value - 0.25 * size * gain + 1e-13 * (1 + abs(value)):
            return trial, new, weight
        size /= 2
    raise NotConverged("the dual of the weights could not be lowered")
