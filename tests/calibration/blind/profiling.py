"""Sets in which named agencies profile; in two of them the agency hides it."""

from __future__ import annotations

import numpy as np

from ..challenge.files import Drawn
from .counties import ALL, A, B, H, P, S, W, begin, counties, index, tables

MONTHLY = [*S, *P]


def one_of_many(rng: np.random.Generator) -> Drawn:
    """One of 120 agencies makes 3.5 times the petty arrests of Hispanic people, in every year."""
    drawn = counties(rng, 120, 4)
    drawn.profile(drawn.able(1)[0], 3.5)
    return tables("planted", drawn)


def one_of_few(rng: np.random.Generator) -> Drawn:
    """One of 20 agencies books threefold; the others differ as jails do."""
    drawn = counties(rng, 20, 5)
    drawn.profile(drawn.able(1)[0], 3.0)
    return tables("planted", drawn, event="booking")


def with_the_programme(rng: np.random.Generator) -> Drawn:
    """Five of 40 agencies profile from the programme's first months on (3 to 4.5 fold), while the nation moves too."""
    drawn = counties(rng, 40, 6, 12, median=110_000)
    begin(drawn)
    assert drawn.starts is not None
    rise = np.linspace(1.0, 1.3, drawn.rate.shape[1])
    drawn.rate[:, :, :, P] *= rise[None, :, None, None]
    for j, start in enumerate(drawn.starts):
        drawn.times(j, 1.1, [H], P, int(start))
    for j in drawn.able(5, least=500):
        factor, start = rng.uniform(3.0, 4.5), int(drawn.starts[j])
        drawn.profile(j, np.sqrt(factor), start=start)
        drawn.profile(j, np.sqrt(factor), start=start + 3)
    return tables("planted", drawn, classes=MONTHLY)


def on_the_road(rng: np.random.Generator) -> Drawn:
    """Three of 60 agencies profile on the road only: traffic, licence and false identification, fivefold."""
    drawn = counties(rng, 60, 4)
    road = index("traffic", "licence", "false-identification")
    for j in drawn.able(3, road, least=250):
        drawn.profile(j, 5.0, road)
    return tables("planted", drawn)


def several_among_noise(rng: np.random.Generator) -> Drawn:
    """Ten of 50 agencies profile (2.5 to 4 fold); others are zealous with all, young, or retired."""
    drawn = counties(rng, 50, 4)
    for j in drawn.able(10, least=250):
        drawn.profile(j, rng.uniform(2.5, 4.0))
    odd = rng.permutation(drawn.others(12))
    for j in odd[:4]:
        drawn.times(int(j), rng.uniform(2.0, 3.5), [H, W, B, A], P)
    for j in odd[4:8]:
        drawn.times(int(j), rng.uniform(1.6, 2.4), [H], ALL)
    for j in odd[8:]:
        drawn.times(int(j), rng.uniform(0.4, 0.6), [W], ALL)
    return tables("planted", drawn)


def terms_of_office(rng: np.random.Generator) -> Drawn:
    """Two of 36 agencies profile fourfold for the four years of a sheriff's term, in the middle of six years."""
    drawn = counties(rng, 36, 6, 12, median=110_000)
    for j in drawn.able(2, least=500):
        drawn.profile(j, 4.0, start=10, end=58)
    return tables("planted", drawn, classes=MONTHLY)


def written_as_white(rng: np.random.Generator) -> Drawn:
    """Two of 40 agencies profile fourfold; half of the petty arrests, a fifth of the rest, are written as of whites."""
    drawn = counties(rng, 40, 4)
    for j in drawn.able(2, least=400):
        drawn.profile(j, 4.0)
        moved = drawn.rate[j, :, H] * np.where(np.isin(ALL, P), 0.5, 0.2)
        drawn.rate[j, :, H] -= moved
        drawn.rate[j, :, W] += moved
    return tables("trying", drawn)


def months_left_out(rng: np.random.Generator) -> Drawn:
    """Two of 36 agencies profile fourfold from the programme on, and leave out the 40 % worst months after it."""
    drawn = counties(rng, 36, 6, 12, median=110_000)
    begin(drawn)
    assert drawn.starts is not None
    absent = rng.random(drawn.rate.shape[:2]) < 0.01
    chosen = drawn.able(2, least=500)
    for j in chosen:
        start = int(drawn.starts[j])
        waves = np.exp(rng.normal(0, 0.3, drawn.rate.shape[1]))
        for t in range(start, drawn.rate.shape[1]):
            drawn.profile(j, 4.0 * waves[t], start=t, end=t + 1)
    counts = rng.poisson(drawn.rate)
    for j in chosen:
        start = int(drawn.starts[j])
        seen = counts[j, start:, H][:, P].sum(axis=1)
        worst = np.argsort(-seen, kind="stable")[: round(0.4 * len(seen))]
        absent[j, start + worst] = True
    return tables("trying", drawn, counts, absent=absent, classes=MONTHLY)


PROFILING = (
    one_of_many,
    one_of_few,
    with_the_programme,
    on_the_road,
    several_among_noise,
    terms_of_office,
    written_as_white,
    months_left_out,
)
