"""Class randomisation as a null: pooled over many places, or one place by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from auditor.audit.screening.null import POWER, Bools, Floats, Null
from auditor.signals.signal import ClassSample, Panel
from auditor.stats.classes.pooled_null import PooledNull, fit_pooled_null, fit_relabelled_null
from auditor.stats.classes.randomisation import Randomised


class ClassesNull(Null):
    """Many places: relabelled statistics with the common factor that the controls, and the lower half, show."""

    kind: ClassVar[str] = "classes"

    def __init__(
        self,
        panel: Panel,
        c: int,
        rows: Bools,
        stratum: int,
        sample: ClassSample,
        controls: Sequence[tuple[int, Randomised]],
    ) -> None:
        self.rows, self.stratum = rows, stratum
        self.control_columns = tuple(column for column, _ in controls)
        self._sample, self._own = sample, tuple(item for _, item in controls)
        result = sample.contrast
        self.controls = sum(int(item.used.sum()) for item in self._own)
        self._difference, self._se = result.difference[rows], result.se[rows]
        self._statistic, self._stratum = result.statistic[rows], result.stratum[rows]
        self.null: PooledNull = self._fit(result, self._own)

    def _fit(self, result: Randomised, controls: Sequence[Randomised]) -> PooledNull:
        return fit_pooled_null(result, controls)

    @property
    def promised(self) -> bool:
        """What moves all classes in common must have been measured, and on groups in which nothing is expected.

        The lower half of the focal contrasts alone says nothing of the upper tail of that movement.
        """
        return self.controls > 0

    @property
    def decides(self) -> bool:
        """A permutation always decides: what it assumes is said, and the verdict is capped."""
        return True

    def tails(self) -> tuple[Floats, Floats]:
        """Return pooled tail probabilities."""
        return self.null.p(self._statistic, self._se, self._stratum)

    def ratio(self) -> Floats:
        """Return the ratio to the places' common centre."""
        return np.exp(self._difference)

    def interval(self, level: float) -> tuple[Floats, Floats]:
        """Return the limits that the pooled test does not reject."""
        low, high = self.null.interval(self._difference, self._se, self._stratum, level)
        return np.exp(low), np.exp(high)

    def detectable(self, cutoff: float) -> Floats:
        """Return the smallest ratio found."""
        return np.exp(self.null.detectable(self._se, self._stratum, cutoff, POWER))

    def systematic(self, cutoff: float) -> tuple[Floats, Floats]:
        """Return how much larger, and how far shifted, the null must be before the p-value exceeds the cut-off."""
        return self.null.excess(self._statistic, self._se, self._stratum, cutoff)

    def fired(self) -> tuple[Floats, ...]:
        """Return two-sided p-values of the other groups' contrasts under the same null."""
        found = []
        for control in self._own:
            p = np.full(int(self.rows.sum()), np.nan)
            some = control.used[self.rows]
            at = np.flatnonzero(self.rows)[some]
            if len(at):
                above, below = self.null.p(control.statistic[at], control.se[at], control.stratum[at])
                p[some] = np.minimum(1.0, 2 * np.minimum(above, below))
            found.append(p)
        return tuple(found)

    def least(self) -> Floats:
        """Return one over the pooled relabelled statistics."""
        return np.asarray(1.0 / (self.null.count[self._stratum] + 1.0), dtype=float)

    def facts(self) -> Mapping[str, Any]:
        """Return what the common factor was measured on and how large it is."""
        null = self.null
        known = np.isfinite(null.control_spread)
        return {
            "n": null.controls,
            "places": null.places,
            "shift": self._sample.centre,
            "spread": max(null.focal_spread, null.control_spread) if known else null.focal_spread,
            "spread_focal": null.focal_spread,
            "spread_controls": null.control_spread if known else None,
            "scale": null.scale if known else None,
            "adequate": True,
            "code": "classes" if known else "classes-no-controls",
            "tail": "relabelled classes",
        }


class AloneNull(ClassesNull):
    """One place by itself: its own relabelled classes, with nothing known of what moves them in common."""

    kind: ClassVar[str] = "alone"

    def _fit(self, result: Randomised, controls: Sequence[Randomised]) -> PooledNull:
        return fit_relabelled_null(result)

    def tails(self) -> tuple[Floats, Floats]:
        """Return the place's own exact permutation p-values."""
        result = self._sample.contrast
        return result.p_greater[self.rows], result.p_less[self.rows]

    @property
    def promised(self) -> bool:
        """Nothing tells what moves the classes of one place in common."""
        return False

    def fired(self) -> tuple[Floats, ...]:
        """Return two-sided p-values of the place's other groups, relabelled in the same way."""
        return tuple(np.minimum(1.0, 2 * np.minimum(c.p_greater, c.p_less))[self.rows] for c in self._own)

    def systematic(self, cutoff: float) -> tuple[Floats, Floats]:
        """Return NaN: nothing tells how large a common factor is."""
        return Null.systematic(self, cutoff)

    def least(self) -> Floats:
        """Return one over the number of relabellings."""
        return self._sample.contrast.least[self.rows]

    def facts(self) -> Mapping[str, Any]:
        """Return how many relabellings there are."""
        return {
            "n": self.controls,
            "places": 1,
            "shift": None,
            "spread": None,
            "scale": None,
            "adequate": True,
            "code": "alone",
            "tail": "relabelled classes",
        }
