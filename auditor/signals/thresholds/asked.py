"""What a threshold model of an audit is asked for, and how its units make up places."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from auditor.signals.thresholds.counts import Ints, Stops
from auditor.stats.mcmc.run import Effort
from auditor.stats.threshold.fit import SCALED

LEVEL = 0.95


@dataclass(frozen=True)
class Asked:
    """What a fit is asked for.

    Attributes
    ----------
    seed : int
    effort : Effort
    least : int
        Fewest units of a model.
    groups : int
        How many of the groups, from the first on, are reported, the reference group last; a unit must have stopped
        people of all of them. Further groups only help to tell what is common to a place.
    scaled : tuple of float
        Scalings of the prior beside 1.
    """

    seed: int
    effort: Effort
    least: int
    groups: int
    scaled: tuple[float, ...] = SCALED

    def stream(self, name: str, *more: int) -> list[int]:
        """Return the seed of a model of its own."""
        return [self.seed, zlib.crc32(name.encode()), *more]


def places_of(units: Stops, rows: Ints) -> Ints:
    """Return to which of the places `rows` (sorted) each unit belongs."""
    return np.searchsorted(rows, units.place)
