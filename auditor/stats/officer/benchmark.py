"""Each officer against colleagues weighted to the same mix of time, place and offence, doubly robust.

The expected share of an officer's stops is what colleagues' stops would show in the officer's own mix:
the mean over the officer's stops of a model of colleagues' outcomes, plus the weighted mean of what that model leaves
unexplained in colleagues' stops. It is right if the model or the weights are. The difference from it has two errors:
that of the officer's own stops (binomial, at the expected share), and that of the weighted colleagues, clustered by
colleague, because stops of one officer are alike.

A z-score here is not N(0, 1) when nobody profiles: officers differ in what they are assigned to and in what no record
holds. `officer_null` decides what stands out.

References
----------
Ridgeway, G. & MacDonald, J. M. (2009). Doubly robust internal benchmarking and false discovery rates for detecting
    racial bias in police stops. Journal of the American Statistical Association 104, 661-668.
Robins, J. M., Rotnitzky, A. & Zhao, L. P. (1994). Journal of the American Statistical Association 89, 846-866.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from auditor.stats.checks import Array
from auditor.stats.fit import NotConverged
from auditor.stats.officer.cells import OfficerPool, Terms, terms
from auditor.stats.officer.expected import Batch
from auditor.stats.officer.outcome import OutcomeModel, fit_outcome
from auditor.stats.officer.weights import PENALTY, Weighted, weigh_colleagues

#: Why an officer is not compared; the first that applies.
FEW_STOPS, NO_COLLEAGUES, UNCOVERED, NOT_CONVERGED, UNBALANCED, FEW_EFFECTIVE, FEW_COLLEAGUES, NO_VARIATION = (
    "few-stops",
    "no-colleagues",
    "uncovered",
    "not-converged",
    "unbalanced",
    "few-effective",
    "few-effective-colleagues",
    "no-variation",
)
#: Officers whose weights are held at once.
_BATCH = 64


@dataclass(frozen=True, slots=True)
class Gates:
    """What a comparison needs; sizes and balance only, so that nothing is chosen by its outcome.

    Attributes
    ----------
    stops : int
        Fewest stops of the officer.
    effective : float
        Fewest effective stops of colleagues.
    colleagues : float
        Fewest effective colleagues, below which an error clustered by colleague means nothing.
    imbalance : float
        Largest standardised difference of a balanced level.
    uncovered : float
        Largest share of the officer's stops whose levels no colleague has.
    """

    stops: int = 50
    effective: float = 30.0
    colleagues: float = 6.0
    imbalance: float = 0.1
    uncovered: float = 0.1


@dataclass(frozen=True, slots=True)
class OfficerBenchmark:
    """Comparison of J officers with their colleagues; NaN ("not applicable") where there is a reason not to compare.

    Attributes
    ----------
    reason : tuple of str, length J
        Empty where the officer is compared, otherwise one of the names of this module.
    stops, focal : ndarray, shape (J,)
        The officer's stops that have colleagues with the same levels, and those of the focal group among them.
    uncovered : ndarray, shape (J,)
        Share of the officer's stops left out because no colleague has their levels.
    effective, colleagues, imbalance : ndarray, shape (J,)
        Effective stops of colleagues, effective number of colleagues, largest standardised difference.
    share, expected : ndarray, shape (J,)
        Share of the focal group in the officer's stops, and as expected from weighted colleagues.
    difference, se : ndarray, shape (J,)
        share - expected, and its standard error when the officer is like the colleagues.
    error : ndarray, shape (J,)
        The part of se that comes from the colleagues.
    z : ndarray, shape (J,)
        difference / se. Not N(0, 1) when nobody profiles.
    control, control_se : ndarray, shape (J, K)
        Difference and standard error of each negative control, by the same weights.
    control_expected, control_error : ndarray, shape (J, K)
        Expected share of each control, and the part of its error that comes from the colleagues.
    """

    reason: tuple[str, ...]
    stops: Array
    focal: Array
    uncovered: Array
    effective: Array
    colleagues: Array
    imbalance: Array
    share: Array
    expected: Array
    difference: Array
    se: Array
    error: Array
    z: Array
    control: Array
    control_se: Array
    control_expected: Array
    control_error: Array

    @property
    def compared(self) -> NDArray[np.bool_]:
        """Officers with a comparison, shape (J,)."""
        return np.array([not why for why in self.reason], dtype=bool)


def benchmark_officers(
    pool: OfficerPool,
    margins: Sequence[Sequence[int]] | None = None,
    *,
    unit: ArrayLike | None = None,
    gates: Gates | None = None,
    penalty: float = PENALTY,
) -> OfficerBenchmark:
    """Compare every officer with weighted colleagues.

    Parameters
    ----------
    pool : OfficerPool
    margins : sequence of sequences of int, optional
        Terms to be balanced, see `terms`.
    unit : array_like of int, shape (J,), optional
        Unit of each officer; colleagues are then those of the same unit.
    gates : Gates, optional
    penalty : float
        See `weigh_colleagues`.

    Returns
    -------
    OfficerBenchmark

    Raises
    ------
    ValueError
        If unit is not one whole number for each officer, or a margin does not exist.
    NotConverged
        If the model of colleagues' outcomes does not settle.
    """
    need = gates or Gates()
    units = np.zeros(pool.officers, dtype=np.int64) if unit is None else np.asarray(unit)
    if units.shape != (pool.officers,) or units.dtype.kind not in "iu":
        raise ValueError(f"unit must hold one whole number for each of {pool.officers} officers")
    sheet = _Sheet(pool.officers, len(pool.outcomes))
    for name in np.unique(units):
        rows = np.flatnonzero(units == name)
        part = pool if rows.size == pool.officers else pool.among(rows)
        if part.all_stops.sum() > 0:
            _compare(part, terms(part, margins), need, penalty, sheet, rows)
    return sheet.result()


class _Sheet:
    """The comparison while it is filled in, unit by unit and batch by batch."""

    def __init__(self, officers: int, outcomes: int) -> None:
        self.reason = np.full(officers, FEW_STOPS, dtype=object)
        self.single = {name: np.full(officers, np.nan) for name in ("stops", "uncovered", "effective", "colleagues",
                                                                    "imbalance")}  # fmt: skip
        self.double = {name: np.full((officers, outcomes), np.nan) for name in ("count", "expected", "error", "se")}

    def result(self) -> OfficerBenchmark:
        """Everything measured is shown of the officers compared; of the others only why."""
        kept = self.reason == ""
        single = {name: np.where(kept, value, np.nan) for name, value in self.single.items()}
        double = {name: np.where(kept[:, None], value, np.nan) for name, value in self.double.items()}
        share = double["count"] / single["stops"][:, None]
        difference = share - double["expected"]
        return OfficerBenchmark(
            reason=tuple(str(why) for why in self.reason),
            focal=double["count"][:, 0],
            share=share[:, 0],
            expected=double["expected"][:, 0],
            difference=difference[:, 0],
            se=double["se"][:, 0],
            error=double["error"][:, 0],
            z=difference[:, 0] / double["se"][:, 0],
            control=difference[:, 1:],
            control_se=double["se"][:, 1:],
            control_expected=double["expected"][:, 1:],
            control_error=double["error"][:, 1:],
            **single,
        )


def _compare(
    pool: OfficerPool, design: Terms, need: Gates, penalty: float, sheet: _Sheet, rows: NDArray[np.intp]
) -> None:
    """Fill in the officers of one pool, who stand at ``rows`` of the sheet."""
    models = [
        fit_outcome(design, pool.all_stops, k) if 0 < k.sum() < pool.all_stops.sum() else None
        for k in pool.all_outcomes
    ]
    if models[0] is None:
        sheet.reason[rows] = NO_VARIATION
        return
    stops = np.asarray(pool.stops.sum(axis=1))
    enough = np.flatnonzero(stops >= need.stops)
    for first in range(0, enough.size, _BATCH):
        _batch(pool, design, models, need, penalty, sheet, rows, enough[first : first + _BATCH])


def _batch(
    pool: OfficerPool,
    design: Terms,
    models: list[OutcomeModel | None],
    need: Gates,
    penalty: float,
    sheet: _Sheet,
    rows: NDArray[np.intp],
    officers: NDArray[np.intp],
) -> None:
    weights, kept = [], []
    for officer in officers:
        found, why = _weights(pool, design, int(officer), need, penalty)
        sheet.reason[rows[officer]] = why
        if found is not None:
            weights.append(found)
            kept.append(int(officer))
    if not kept:
        return
    at = rows[kept]
    batch = Batch(pool, kept, weights)
    colleagues = batch.colleagues()
    stops = np.array([found.stops for found in weights])
    sheet.single["stops"][at], sheet.single["colleagues"][at] = stops, colleagues
    sheet.single["uncovered"][at] = [found.uncovered / (found.stops + found.uncovered) for found in weights]
    sheet.single["effective"][at] = [found.effective for found in weights]
    sheet.single["imbalance"][at] = [found.imbalance for found in weights]
    sheet.reason[at[colleagues < need.colleagues]] = FEW_COLLEAGUES
    for column, (matrix, model) in enumerate(zip(pool.outcomes, models, strict=True)):
        if model is None:
            continue
        answer = batch.expect(matrix, model)
        p = answer.expected
        inside = (p > 0) & (p < 1) & np.isfinite(answer.error)
        variance = np.where(inside, answer.within * p * (1 - p) / stops, np.nan)
        se = np.sqrt(variance + answer.error**2)
        values = {"count": answer.count, "expected": p, "error": answer.error, "se": se}
        for name, value in values.items():
            sheet.double[name][at, column] = np.where(inside, value, np.nan)
        if column == 0:
            sheet.reason[at[~inside & (colleagues >= need.colleagues)]] = NO_VARIATION


def _weights(
    pool: OfficerPool, design: Terms, officer: int, need: Gates, penalty: float
) -> tuple[Weighted | None, str]:
    """Weights of the colleagues, or why there are none."""
    try:
        found = weigh_colleagues(pool, design, officer, penalty)
    except NotConverged:
        return None, NOT_CONVERGED
    if found is None:
        return None, NO_COLLEAGUES
    if found.uncovered > need.uncovered * (found.stops + found.uncovered):
        return None, UNCOVERED
    if found.stops < need.stops:
        return None, FEW_STOPS
    if found.imbalance > need.imbalance:
        return None, UNBALANCED
    if found.effective < need.effective:
        return None, FEW_EFFECTIVE
    return found, ""
