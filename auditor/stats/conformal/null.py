"""The null that negative controls make: their scores, and how an estimate is scored against them.

A score is the chance, under the model of natural differences, of an estimate at least as extreme given its own
standard error. The model only orders the estimates; the error rate comes from the rank among the controls' scores.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from auditor.stats.checks import Array, inside_unit
from auditor.stats.fit import bisect
from auditor.stats.screening.mixture import NormalMixture

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ConformalNull:
    """Scores of the controls and the model that made them.

    Attributes
    ----------
    natural : NormalMixture
        Natural differences of the controls, fitted on fold 0.
    shift, scale : float
        What the focal estimates are centred by, and what their natural differences are multiplied by, 1 or more.
    weight : float
        How much independent information one control adds, in (0, 1].
    above, below : tuple of ndarray
        Ordered control scores of the upper and of the lower tail, one array a stratum.
    """

    natural: NormalMixture
    shift: float
    scale: float
    weight: float
    above: tuple[Array, ...]
    below: tuple[Array, ...]

    def p_of_counts(self, controls: ArrayLike, count: ArrayLike) -> Array:
        """(1 + weight x count) / (1 + weight x controls)."""
        p: Array = (1 + self.weight * np.asarray(count)) / (1 + self.weight * np.asarray(controls))
        return p

    def p(self, estimate: Array, se: Array, stratum: Ints, tail: str = "above", factor: ArrayLike = 1.0) -> Array:
        """Split-conformal p-values.

        Parameters
        ----------
        estimate, se : ndarray, shape (J,)
        stratum : ndarray of int, shape (J,)
            Index into the strata.
        tail : {"above", "below"}
        factor : array_like of float
            Further multiplier of the natural differences (lambda of `systematic`).

        Returns
        -------
        ndarray, shape (J,)
        """
        score = self.score(estimate, se, tail, factor)
        p = np.empty(score.shape)
        for index, controls in enumerate(getattr(self, tail)):
            rows = stratum == index
            p[rows] = self.p_of_counts(controls.size, np.searchsorted(controls, score[rows], side="right"))
        return p

    def score(self, estimate: Array, se: Array, tail: str = "above", factor: ArrayLike = 1.0) -> Array:
        """Tail probability of each focal estimate under the matched model."""
        centred = estimate - self.shift
        tail_of = self.natural.upper if tail == "above" else self.natural.lower
        return tail_of(centred, se, self.scale * np.asarray(factor))

    def critical(self, level: float, tail: str = "above") -> Array:
        """Score below which p is at most the level, one a stratum.

        Returns
        -------
        ndarray, shape (S,)
            0 where no estimate, however extreme, has so small a p; infinite where every one has.
        """
        level = float(inside_unit("level", level)[0])
        found = []
        for controls in getattr(self, tail):
            every = self.p_of_counts(controls.size, np.arange(controls.size + 1))
            most = int(np.searchsorted(every, level, side="right")) - 1
            found.append(0.0 if most < 0 else controls[most] if most < controls.size else np.inf)
        return np.array(found)

    def reach(self, se: Array, stratum: Ints, level: float, tail: str = "above") -> Array:
        """How far above (below) the shifted centre an estimate must lie for p at most the level.

        Returns
        -------
        ndarray, shape (J,)
            Infinite where no estimate is far enough; minus infinity where every one is.
        """
        critical = self.critical(level, tail)[stratum]
        result = np.where(critical <= 0, np.inf, -np.inf)
        some = (critical > 0) & (critical < 1)
        if not some.any():
            return result
        own, wanted = se[some], critical[some]
        span = self.natural.widest(own, self.scale)
        tail_of = self.natural.upper if tail == "above" else lambda x, e, f: self.natural.lower(-x, e, f)
        result[some] = bisect(lambda x: tail_of(x, own, self.scale) - wanted, -span, span)
        return result

    def floor(self, stratum: Ints) -> Array:
        """Smallest p that any estimate can have, for each place."""
        size = np.array([controls.size for controls in self.above])
        return self.p_of_counts(size, 0)[stratum]
