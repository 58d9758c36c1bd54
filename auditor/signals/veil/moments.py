"""One place's stops of two groups, counted by the minutes at which any was made.

Whether it is light, which stops are compared and what the model knows of the time are the same for all stops of one
minute: they are worked out for minutes, of which there are few, and no design walks over millions of stops.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Bools, Days, Floats
from auditor.signals.veil.stops import NAMELESS, Evenings, Stops
from auditor.stats.clock.veil import DARK, LIGHT, visibility
from auditor.stats.numbering import distinct, summed

Whole = NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Moments:
    """Minutes of evenings at which anybody was stopped, in their order; arrays of shape (U,).

    Attributes
    ----------
    evening : int array
        Position among ``evenings``.
    minute : int array
        By the local clock, after midnight.
    n, k : arrays
        Stops, and those of the focal group.
    evenings : Evenings
    """

    evening: Whole
    minute: Whole
    n: Floats
    k: Floats
    evenings: Evenings

    @property
    def day(self) -> Days:
        """Day of each moment."""
        return self.evenings.day[self.evening]

    @property
    def sunset(self) -> Floats:
        """Sunset of each moment's day."""
        return self.evenings.sunset[self.evening]

    @property
    def dusk(self) -> Floats:
        """Where darkness begins on each moment's day."""
        return self.evenings.dusk[self.evening]

    def met(self, keep: Bools | None = None) -> Bools:
        """Return the mask of the evenings that hold any of the moments, or of those that a mask keeps."""
        found = np.zeros(len(self.evenings.day), dtype=bool)
        found[self.evening if keep is None else self.evening[keep]] = True
        return found

    def counts(self, light: Bools, dark: Bools) -> Floats:
        """Return stops by daylight and in darkness (rows), of the focal and the reference group (columns)."""
        return np.array([[self.k[side].sum(), (self.n - self.k)[side].sum()] for side in (light, dark)])


@dataclass(frozen=True)
class Pair:
    """Stops of two groups.

    Attributes
    ----------
    stops : Stops
    focal : int
        Code of the focal group; every other stop is of the reference group.
    at : (R,) int array
        Position of each stop among the moments.
    moments : Moments
    """

    stops: Stops
    focal: int
    at: Whole
    moments: Moments

    @property
    def varies(self) -> bool:
        """Whether there are stops of both groups."""
        focal = self.moments.k.sum()
        return bool(0 < focal < self.moments.n.sum())


def completed(stops: Stops, focal: str, reference: str, *, up: bool) -> Pair:
    """Count the stops of two groups as if those of unrecorded group were of them.

    Parameters
    ----------
    stops : Stops
    focal, reference : str
    up : bool
        Whether those by daylight are the focal group's and those after dark the reference group's, which makes the
        ratio largest; else the other way round.
    """
    every = stops.of(focal, reference, *NAMELESS)
    codes = every.code(focal), every.code(reference)
    blind = every.named(*NAMELESS)
    light = every.minute < every.evenings.sunset[every.evening]
    group = np.where(blind, np.where(light == up, *codes), every.group)
    return paired(replace(every, group=group), codes[0])


def blind_counts(stops: Stops) -> Floats:
    """Return the stops of unrecorded group by daylight and in darkness, shape (2,)."""
    blind = paired(stops.of(*NAMELESS), -1).moments
    seen = visibility(blind.minute, blind.evening, blind.evenings.sunset, blind.evenings.dusk)
    return np.array([blind.n[seen == side].sum() for side in (LIGHT, DARK)])


def pair_of(stops: Stops, focal: str, reference: str) -> Pair:
    """Count the stops of two groups."""
    return paired(stops.of(focal, reference), stops.code(focal))


def paired(stops: Stops, focal: int) -> Pair:
    """Count stops that are of two groups."""
    at, (evening, minute) = distinct(stops.evening, stops.minute)
    n, k = (summed(at, each, len(minute)) for each in (stops.n, stops.n * (stops.group == focal)))
    return Pair(stops, focal, at, Moments(evening, minute, n, k, stops.evenings))
