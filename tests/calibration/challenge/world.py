"""Counties as they might be: people, arrest rates, and how they differ with nobody profiling.

Nothing of the package is imported here or in the other files that draw (tests/calibration/test_challenge.py checks it):
a fault that the program and its test data shared would be seen by neither.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

GROUPS = ("hispanic", "white", "black", "asian")
SERIOUS = (
    "homicide",
    "sexual-assault",
    "robbery",
    "aggravated-assault",
    "burglary",
    "arson",
    "vehicle-theft",
    "theft",
)
DISCRETIONARY = (
    "traffic",
    "licence",
    "public-order",
    "public-intoxication",
    "trespass",
    "drug-possession",
    "false-identification",
)
CLASSES = (*SERIOUS, *DISCRETIONARY)
# Arrests a year per 100,000 residents, rounded from the order of national figures around 2010.
PER_YEAR = np.array([4, 6, 30, 110, 80, 4, 20, 330, 260, 130, 170, 150, 90, 350, 20]) / 1e5
SIDE = slice(len(SERIOUS), None)
"""The discretionary classes."""
FIRST_YEAR = 2006


@dataclass
class World:
    """What a set is drawn from; the functions that spoil or plant change it in place.

    Attributes
    ----------
    rng : numpy.random.Generator
    people : array, shape (places, groups)
    rate : array, shape (places, times, groups, classes)
        Expected arrests in each stretch of time.
    starts : list of int
        Month in which a programme began, by place; empty where none is told.
    steps : int
        Stretches a year: 1 or 12.
    """

    rng: np.random.Generator
    people: np.ndarray
    rate: np.ndarray
    steps: int
    starts: np.ndarray | None = None
    planted: list[int] = field(default_factory=list)

    @property
    def places(self) -> int:
        return len(self.people)

    def large(self, n: int, among: np.ndarray | None = None) -> np.ndarray:
        """Choose places whose records could show an effect: 200 discretionary arrests of the group are expected."""
        able = np.flatnonzero(self.rate[:, :, 0, SIDE].sum(axis=(1, 2)) >= 200)
        able = able if among is None else np.intersect1d(able, among)
        return np.sort(self.rng.choice(able, min(n, len(able)), replace=False))

    def plant(self, chosen: np.ndarray, times: float, classes: slice | list[int] = SIDE) -> None:
        """Multiply the group's arrests of some classes in some places."""
        for j in chosen:
            self.rate[j, :, 0, classes] *= times
        self.planted = sorted({*self.planted, *(int(j) for j in chosen)})


def people(rng: np.random.Generator, places: int) -> np.ndarray:
    """Draw residents by group: counties of 8,000 to 1.5 million, a tenth to a third of them Hispanic in most."""
    total = np.clip(rng.lognormal(11.3, 0.9, places), 8_000, 1_500_000)
    odds = np.exp(rng.normal([-1.2, 0.0, -1.9, -3.0], [0.7, 0.0, 0.8, 0.6], (places, 4)))
    return np.round(total[:, None] * odds / odds.sum(axis=1, keepdims=True))


def world(
    rng: np.random.Generator, places: int, years: int = 4, steps: int = 1, natural: float = 0.2, tails: float = 8.0
) -> World:
    """Draw counties with nobody profiling.

    Enforcement of each class differs by county (SD .4 on the log), each group's exposure by county (.2), each class
    between the groups everywhere (.25), and what is left by ``natural``, with t tails of ``tails`` degrees of freedom.
    A twentieth of that spread moves all discretionary classes of a group in one county together.
    """
    residents = people(rng, places)
    heavy = rng.standard_t(tails, (places, 4, len(CLASSES))) / np.sqrt(tails / (tails - 2)) * natural
    log_rate = (
        np.log(residents)[:, :, None]
        + np.log(PER_YEAR / steps)
        + rng.normal(0, 0.4, (places, 1, len(CLASSES)))
        + rng.normal(0, 0.2, (places, 4, 1))
        + rng.normal(0, 0.25, (1, 4, len(CLASSES)))
        + np.clip(heavy, -2.5, 2.5)
    )
    log_rate[:, :, SIDE] += rng.normal(0, 0.05, (places, 4, 1))
    time = np.arange(years * steps) / steps
    trend = rng.normal(0, 0.02, (places, 1)) * time
    season = 0.1 * np.cos(2 * np.pi * (time - rng.uniform(0, 1, (places, 1)))) if steps > 1 else 0.0
    rate = np.exp(log_rate[:, None] + (trend + season)[:, :, None, None])
    return World(rng, residents, rate, steps)


def staggered(drawn: World) -> None:
    """Let a programme begin in every county, in one of six months between the third and the fifth year."""
    waves = np.array([30, 34, 38, 42, 46, 52])
    drawn.starts = drawn.rng.choice(waves, drawn.places)


def arrests(drawn: World) -> np.ndarray:
    """Draw the counts, (places, times, groups, classes)."""
    return drawn.rng.poisson(drawn.rate)
