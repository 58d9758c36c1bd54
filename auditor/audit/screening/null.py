"""A null: what ordinary variation looks like for some places on one contrast, and what a p-value rests on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from auditor.cells import is_simulated
from auditor.signals.signal import Contrast

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

LEVEL = 0.95
POWER = 0.8


class Null(ABC):
    """Ordinary variation of one contrast over some places; arrays are over these places, in order.

    Attributes
    ----------
    kind : str
        ``"peers"``, ``"classes"``, ``"controls"``, ``"alone"`` or ``"randomised"``.
    rows : (J,) bool array
        The places that it decides.
    stratum : int
    controls : int
        Negative-control contrasts behind it; 0 where there are none.
    control_columns : tuple of int
        Columns of the signal's control panel that :meth:`fired` speaks of, in its order.
    """

    kind: ClassVar[str]
    rows: Bools
    stratum: int
    controls: int = 0
    control_columns: tuple[int, ...] = ()

    @property
    def simulated(self) -> bool:
        """Whether its places were drawn by a computer."""
        return bool(is_simulated(np.array(self.stratum)))

    @property
    @abstractmethod
    def promised(self) -> bool:
        """Whether its p-values carry an error rate."""

    @property
    def decides(self) -> bool:
        """Whether its p-values enter the screen; some do although they hold under a stated assumption only."""
        return self.promised

    @abstractmethod
    def tails(self) -> tuple[Floats, Floats]:
        """Return upper and lower tail probabilities."""

    @abstractmethod
    def interval(self, level: float) -> tuple[Floats, Floats]:
        """Return limits of the ratio that invert the test at this level; 0 and infinity where a side is open."""

    @abstractmethod
    def ratio(self) -> Floats:
        """Return the ratio to what is ordinary among the places compared."""

    @abstractmethod
    def detectable(self, cutoff: float) -> Floats:
        """Return the smallest ratio found with 80 % power at a cut-off; infinite where none is."""

    @property
    def matched(self) -> bool:
        """Whether the focal contrasts' scale could be matched to the controls' (true where there are none)."""
        return True

    def systematic(self, cutoff: float) -> tuple[Floats, Floats]:
        """Return lambda* and delta* (log scale) at a cut-off; NaN where no control tells them."""
        nothing = np.full(int(self.rows.sum()), np.nan)
        return nothing, nothing

    def fired(self) -> tuple[Floats, ...]:
        """Return two-sided p-values of the places' own negative controls, an array (NaN where none) for each."""
        return ()

    def least(self) -> Floats:
        """Return the smallest p-value that each place could have had."""
        return np.zeros(int(self.rows.sum()))

    @abstractmethod
    def facts(self) -> Mapping[str, Any]:
        """Return numbers about the null for the review (see docs/review-json.md), unrounded."""


def share_ratio_of(odds_ratio: Floats, share: Floats) -> Floats:
    """Turn an odds ratio against a share into a ratio of shares (Zhang & Yu 1998, JAMA 280, 1690-1691)."""
    with np.errstate(invalid="ignore", over="ignore"):
        ratio = odds_ratio / (1 - share + share * odds_ratio)
    return np.where(np.isinf(odds_ratio), np.inf, ratio)


def on_scale(contrast: Contrast, odds_ratio: Floats, share: Floats) -> Floats:
    """Return an odds ratio on the contrast's own scale.

    A ratio of shares for shares and pairs of them; for hits, where the odds are those of a miss, the base's hit rate
    over the own one, (1 - b) / (1 - p) = 1 - b + b theta; itself for all others.
    """
    if contrast.shape == "hits":
        return 1 - share + share * odds_ratio
    return share_ratio_of(odds_ratio, share) if contrast.shape in ("share", "pair") else odds_ratio
