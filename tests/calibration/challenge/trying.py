"""Agencies that profile, and hand in what makes them look as if they did not. None of them may be cleared."""

from __future__ import annotations

import numpy as np

from .files import Drawn, table_set
from .nulls import WHITE
from .world import CLASSES, SERIOUS, SIDE, World, arrests, world


def _one_of(rng: np.random.Generator, places: int, times: float, steps: int = 1) -> tuple[World, int, np.ndarray]:
    drawn = world(rng, places, steps=steps)
    chosen = drawn.large(1)
    drawn.plant(chosen, times)
    return drawn, int(chosen[0]), arrests(drawn)


def chosen_months(rng: np.random.Generator) -> Drawn:
    """One agency of forty hands in the two fifths of its months in which the group's share was lowest."""
    drawn, j, counts = _one_of(rng, 40, 1.6, steps=12)
    share = counts[j, :, 0, SIDE].sum(axis=1) / counts[j][..., SIDE].sum(axis=(1, 2))
    absent = np.zeros(counts.shape[:2], dtype=bool)
    absent[j] = share > np.quantile(share, 0.4)
    return table_set("trying", drawn, counts, absent=absent)


def recorded_as_white(rng: np.random.Generator) -> Drawn:
    """One agency records most of the group as White where an officer chose, so that its ratio is that of others."""
    drawn, j, counts = _one_of(rng, 60, 3.0)
    wrong = rng.binomial(counts[j, :, 0, SIDE], 0.6)
    counts[j, :, 0, SIDE] -= wrong
    counts[j, :, WHITE, SIDE] += wrong
    return table_set("trying", drawn, counts)


def everywhere_as_white(rng: np.random.Generator) -> Drawn:
    """One agency records nine in ten of the group as White, whatever the offence."""
    drawn, j, counts = _one_of(rng, 60, 3.0)
    wrong = rng.binomial(counts[j, :, 0], 0.9)
    counts[j, :, 0] -= wrong
    counts[j, :, WHITE] += wrong
    return table_set("trying", drawn, counts)


def few_controls(rng: np.random.Generator) -> Drawn:
    """One agency by itself, two groups, three serious classes and three others; half the group recorded as White."""
    drawn, j, counts = _one_of(rng, 1, 2.5)
    wrong = rng.binomial(counts[j, :, 0, SIDE], 0.5)
    counts[j, :, 0, SIDE] -= wrong
    counts[j, :, WHITE, SIDE] += wrong
    kept = ("burglary", "aggravated-assault", "theft", "traffic", "drug-possession", "public-order")
    return table_set("trying", drawn, counts, groups=2, classes=tuple(CLASSES.index(name) for name in kept))


def diluted(rng: np.random.Generator) -> Drawn:
    """One agency hands in a year in which it behaved and buries it under many thefts that were never its own."""
    drawn, j, counts = _one_of(rng, 60, 2.5)
    counts[j, 0] = rng.poisson(drawn.rate[j, 0] / np.where(np.arange(15) >= len(SERIOUS), 2.5, 1.0))
    counts[j, :, 0, CLASSES.index("theft")] *= 3
    absent = np.zeros(counts.shape[:2], dtype=bool)
    absent[j, 2:] = True
    return table_set("trying", drawn, counts, absent=absent)


TRYING = (chosen_months, recorded_as_white, everywhere_as_white, few_controls, diluted)
