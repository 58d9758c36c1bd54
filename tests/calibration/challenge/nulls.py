"""Sets in which nobody profiles, each with a structure that has misled somebody."""

from __future__ import annotations

import numpy as np

from .files import Drawn, table_set
from .statistics import statistics
from .world import CLASSES, SIDE, World, arrests, staggered, world

MONTHLY = {"places": 40, "years": 6, "steps": 12}
TRAFFIC, LICENCE, ORDER, DRUNK, DRUGS = (
    CLASSES.index(name) for name in ("traffic", "licence", "public-order", "public-intoxication", "drug-possession")
)
WHITE = 1


def border(drawn: World) -> np.ndarray:
    """Nine counties at a border: mostly Hispanic, with crossers who are arrested and counted by no census."""
    at = drawn.rng.choice(drawn.places, 9, replace=False)
    for j in at:
        share, total = drawn.rng.uniform(0.6, 0.95), drawn.people[j].sum()
        rest = drawn.people[j, 1:] / drawn.people[j, 1:].sum()
        new = np.round(total * np.array([share, *((1 - share) * rest)]))
        drawn.rate[j] *= (new / drawn.people[j])[None, :, None]
        drawn.people[j] = new
        drawn.rate[j, :, 0] *= drawn.rng.uniform(1.3, 2.2)
    return at


def shock(drawn: World, month: int) -> None:
    """From one month on the nation enforces more, whoever it is: a ramp of a quarter, traffic most of all."""
    ramp = np.clip((np.arange(drawn.rate.shape[1]) - month + 1) / 3, 0, 1)[None, :, None]
    drawn.rate[..., SIDE] *= 1 + 0.4 * ramp[..., None]
    drawn.rate[..., TRAFFIC] *= 1 + 0.3 * ramp


def crowd(drawn: World, j: int, months: np.ndarray, classes: list[int], times: float) -> None:
    """Visitors in some months: arrests of some classes, in the mix of the whole region."""
    mix = drawn.people.sum(axis=0) / drawn.people.sum()
    for o in classes:
        usual = drawn.rate[j, :, :, o].sum(axis=1).mean()
        drawn.rate[j, months, :, o] += times * usual * mix


def border_counties(rng: np.random.Generator) -> Drawn:
    drawn = world(rng, 60)
    border(drawn)
    return table_set("null", drawn, arrests(drawn))


def national_shock(rng: np.random.Generator) -> Drawn:
    drawn = world(rng, **MONTHLY)
    staggered(drawn)
    shock(drawn, 40)
    return table_set("null", drawn, arrests(drawn))


def people_leave(rng: np.random.Generator) -> Drawn:
    """A recession: a quarter of the group leaves within a year and a half, unlike from county to county."""
    drawn = world(rng, **MONTHLY)
    staggered(drawn)
    lost = np.clip(0.25 * np.exp(rng.normal(0, 0.3, drawn.places)), 0, 0.6)
    ramp = np.clip((np.arange(drawn.rate.shape[1]) - 32) / 18, 0, 1)
    drawn.rate[:, :, 0] *= (1 - lost[:, None] * ramp)[:, :, None]
    return table_set("null", drawn, arrests(drawn))


def recording_changes(rng: np.random.Generator) -> Drawn:
    """Fourteen agencies learn to record Hispanic people half-way, five of them in the month the programme begins."""
    drawn = world(rng, **MONTHLY)
    staggered(drawn)
    assert drawn.starts is not None
    counts = arrests(drawn)
    chosen = rng.choice(drawn.places, 14, replace=False)
    for i, j in enumerate(chosen):
        month = int(drawn.starts[j]) if i < 5 else int(rng.integers(28, 48))
        wrong = rng.binomial(counts[j, :, 0], np.where(np.arange(counts.shape[1]) < month, 0.65, 0.05)[:, None])
        counts[j, :, 0] -= wrong
        counts[j, :, WHITE] += wrong
    return table_set("null", drawn, counts)


def shared_jail(rng: np.random.Generator) -> Drawn:
    """One jail books for five counties: their bookings stand under its own county, as do their people nowhere."""
    drawn = world(rng, 50)
    counts = arrests(drawn)
    host, *served = rng.choice(drawn.places, 5, replace=False)
    for j in served:
        sent = rng.binomial(counts[j], 0.9)
        counts[j] -= sent
        counts[host] += sent
    return table_set("null", drawn, counts, event="booking")


def festival_month(rng: np.random.Generator) -> Drawn:
    """A festival every July in one county, whose programme began in a July: drink, drugs, disorder of visitors."""
    drawn = world(rng, **MONTHLY)
    staggered(drawn)
    assert drawn.starts is not None
    (j,) = drawn.large(1)
    drawn.starts[j] = 42
    crowd(drawn, int(j), np.arange(6, drawn.rate.shape[1], 12), [ORDER, DRUNK, DRUGS], 8.0)
    return table_set("null", drawn, arrests(drawn))


def batch_dates(rng: np.random.Generator) -> Drawn:
    """A third of the agencies type in a quarter at once, dated in its last month; the months before hold zeros."""
    drawn = world(rng, **MONTHLY)
    staggered(drawn)
    counts = arrests(drawn)
    for j in rng.choice(drawn.places, drawn.places // 3, replace=False):
        quarters = counts[j].reshape(-1, 3, *counts.shape[2:])
        quarters[:, 2] = quarters.sum(axis=1)
        quarters[:, :2] = 0
        counts[j] = quarters.reshape(counts[j].shape)
    return table_set("null", drawn, counts)


def heavy_tails(rng: np.random.Generator) -> Drawn:
    drawn = world(rng, 60, natural=0.3, tails=3.0)
    return table_set("null", drawn, arrests(drawn))


def clustered_counts(rng: np.random.Generator) -> Drawn:
    """Arrests come by operations: each class of each year is drawn with a spread of its own (gamma, shape 8)."""
    drawn = world(rng, 60)
    drawn.rate *= rng.gamma(8.0, 1 / 8.0, drawn.rate.shape)
    return table_set("null", drawn, arrests(drawn))


def noncitizen_shares(rng: np.random.Generator) -> Drawn:
    """Matches follow how many noncitizens live in a county, and those differ twentyfold; levels differ a little."""
    return statistics("null", rng, 80, planted=0)


def young_group(rng: np.random.Generator) -> Drawn:
    """The group is younger everywhere, and the young are arrested more, for lesser things above all."""
    drawn = world(rng, 60)
    drawn.rate[:, :, 0] *= 1.15
    drawn.rate[:, :, 0, SIDE] *= 1.4
    return table_set("null", drawn, arrests(drawn))


def interstate(rng: np.random.Generator) -> Drawn:
    """Six counties with a motorway: five times the traffic arrests, of drivers in the region's mix."""
    drawn = world(rng, 60)
    for j in rng.choice(drawn.places, 6, replace=False):
        crowd(drawn, int(j), np.arange(drawn.rate.shape[1]), [TRAFFIC, LICENCE], 5.0)
    return table_set("null", drawn, arrests(drawn))


def small_counties(rng: np.random.Generator) -> Drawn:
    drawn = world(rng, 60, years=2)
    drawn.rate /= 40
    return table_set("null", drawn, arrests(drawn))


NULLS = (
    border_counties,
    national_shock,
    people_leave,
    recording_changes,
    shared_jail,
    festival_month,
    batch_dates,
    heavy_tails,
    clustered_counts,
    noncitizen_shares,
    young_group,
    interstate,
    small_counties,
)
