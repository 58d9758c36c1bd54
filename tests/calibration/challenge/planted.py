"""Sets in which some agencies do what the program looks for, each in a way of its own."""

from __future__ import annotations

import numpy as np

from .files import Drawn, table_set
from .nulls import DRUGS, LICENCE, MONTHLY, TRAFFIC, WHITE, border, shock
from .statistics import statistics
from .world import SIDE, World, arrests, staggered, world


def pretext_few(rng: np.random.Generator) -> Drawn:
    drawn = world(rng, 60)
    drawn.plant(drawn.large(4), 4.0)
    return table_set("planted", drawn, arrests(drawn))


def pretext_on_the_road(rng: np.random.Generator) -> Drawn:
    """Traffic and licence arrests six times, drug possession three times; nothing else."""
    drawn = world(rng, 60)
    chosen = drawn.large(4)
    drawn.plant(chosen, 6.0, [TRAFFIC, LICENCE])
    drawn.plant(chosen, 3.0, [DRUGS])
    return table_set("planted", drawn, arrests(drawn))


def pretext_many(rng: np.random.Generator) -> Drawn:
    drawn = world(rng, 300)
    drawn.plant(drawn.large(15), 4.5)
    return table_set("planted", drawn, arrests(drawn))


def _begin(drawn: World, chosen: np.ndarray, times: float) -> None:
    """Plant from the month in which the programme began."""
    assert drawn.starts is not None
    for j in chosen:
        drawn.rate[j, int(drawn.starts[j]) :, 0, SIDE] *= times
    drawn.planted = [int(j) for j in chosen]


def at_activation(rng: np.random.Generator) -> Drawn:
    drawn = world(rng, **MONTHLY)
    staggered(drawn)
    _begin(drawn, drawn.large(4), 3.0)
    return table_set("planted", drawn, arrests(drawn))


def at_activation_and_shock(rng: np.random.Generator) -> Drawn:
    """The same while the whole nation enforces more."""
    drawn = world(rng, **MONTHLY)
    staggered(drawn)
    shock(drawn, 40)
    _begin(drawn, drawn.large(4), 3.0)
    return table_set("planted", drawn, arrests(drawn))


def levels_and_matches(rng: np.random.Generator) -> Drawn:
    return statistics("planted", rng, 80, planted=6)


def several_families(rng: np.random.Generator) -> Drawn:
    """Arrests by class and the programme's figures tell of the same three counties."""
    drawn = world(rng, 60)
    drawn.plant(drawn.large(3), 5.0)
    return statistics("planted", rng, 60, 0, table_set("planted", drawn, arrests(drawn)))


def in_border_counties(rng: np.random.Generator) -> Drawn:
    """Three agencies, one of them at the border of the null set of that name."""
    drawn = world(rng, 60)
    at = border(drawn)
    chosen = np.concatenate([drawn.large(1, at), drawn.large(2, np.setdiff1d(np.arange(60), at))])
    drawn.plant(chosen, 4.0)
    return table_set("planted", drawn, arrests(drawn))


def under_recorded(rng: np.random.Generator) -> Drawn:
    """A fifth of the group is recorded as White, everywhere and in every class."""
    drawn = world(rng, 60)
    drawn.plant(drawn.large(4), 4.5)
    counts = arrests(drawn)
    wrong = rng.binomial(counts[:, :, 0], 0.2)
    counts[:, :, 0] -= wrong
    counts[:, :, WHITE] += wrong
    return table_set("planted", drawn, counts)


def everybody_more(rng: np.random.Generator) -> Drawn:
    """Agencies that arrest everybody 1.6 times as often, and the group four times as often as that."""
    drawn = world(rng, 60)
    chosen = drawn.large(4)
    drawn.rate[chosen, ..., SIDE] *= 1.6
    drawn.plant(chosen, 4.0)
    return table_set("planted", drawn, arrests(drawn))


def one_county_alone(rng: np.random.Generator) -> Drawn:
    drawn = world(rng, 1)
    drawn.plant(np.array([0]), 5.0)
    return table_set("planted", drawn, arrests(drawn))


def fewer(rng: np.random.Generator) -> Drawn:
    """The other way round: a fifth of the arrests. Nobody may be flagged for that."""
    drawn = world(rng, 60)
    drawn.plant(drawn.large(4), 0.2)
    return table_set("reverse", drawn, arrests(drawn))


PLANTED = (
    pretext_few,
    pretext_on_the_road,
    pretext_many,
    at_activation,
    at_activation_and_shock,
    levels_and_matches,
    several_families,
    in_border_counties,
    under_recorded,
    everybody_more,
    one_county_alone,
    fewer,
)
