"""Sets in which nobody profiles, although something else makes it look so."""

from __future__ import annotations

import numpy as np

from ..challenge.files import Drawn
from .counties import ALL, A, B, Counties, H, P, S, W, begin, counties, index, tables

EVERYONE = [H, W, B, A]
MONTHLY = [*S, *P]


def tourism(rng: np.random.Generator) -> Drawn:
    """Ten of 60 places hold visitors of every group whom no census counts; they drink more than they steal."""
    drawn = counties(rng, 60, 4)
    for j in drawn.others(10):
        for g in EVERYONE:
            crowd = rng.uniform(0.3, 1.4)
            drawn.times(j, 1 + 0.7 * crowd, [g], S)
            drawn.times(j, 1 + 1.2 * crowd, [g], P)
            drawn.times(j, 1 + 1.2 * crowd, [g], index("dui"))
    return tables("null", drawn)


def young_and_old(rng: np.random.Generator) -> Drawn:
    """In 12 of 60 places the Hispanic residents are young men (camps); in ten others white residents are retired."""
    drawn = counties(rng, 60, 4)
    odd = rng.permutation(drawn.others(22))
    for j in odd[:12]:
        drawn.times(j, rng.uniform(1.6, 2.8), [H], ALL)
        drawn.times(j, 1.2, [H], index("public-intoxication", "public-order", "traffic", "licence"))
    for j in odd[12:]:
        drawn.times(j, rng.uniform(0.35, 0.55), [W], ALL)
    return tables("null", drawn)


def zero_tolerance(rng: np.random.Generator) -> Drawn:
    """In eight of 40 places police arrest everyone for petty offences, from about the programme's first month on."""
    drawn = counties(rng, 40, 6, 12, median=110_000)
    begin(drawn)
    assert drawn.starts is not None
    for j in drawn.others(8):
        first = int(drawn.starts[j]) + int(rng.integers(-2, 3))
        factor = rng.uniform(2.2, 4.0)
        for g in EVERYONE:
            drawn.times(j, factor * np.exp(rng.normal(0, 0.08)), [g], P, first)
    return tables("null", drawn, classes=MONTHLY)


def new_records(rng: np.random.Generator) -> Drawn:
    """Nine of 40 places wrote most Hispanic people down as white, until a new system came with the screening."""
    drawn = counties(rng, 40, 6, 12, median=110_000)
    begin(drawn)
    assert drawn.starts is not None
    for j in range(drawn.places):
        _called_white(drawn, j, rng.uniform(0.02, 0.08), 0, 0)
    for j in drawn.others(9):
        _called_white(drawn, int(j), rng.uniform(0.55, 0.7), 0, int(drawn.starts[j]) + int(rng.integers(-1, 2)))
    return tables("null", drawn, classes=MONTHLY)


def _called_white(drawn: Counties, j: int, share: float, start: int, end: int) -> None:
    span = slice(start, end or None)
    part = np.clip(share + drawn.rng.normal(0, 0.02, drawn.rate.shape[3]), 0, 0.8)
    moved = drawn.rate[j, span, H] * part
    drawn.rate[j, span, H] -= moved
    drawn.rate[j, span, W] += moved


def one_jail(rng: np.random.Generator) -> Drawn:
    """Five of 45 places take the bookings of two neighbours each from the third year on, with room for petty ones."""
    drawn = counties(rng, 45, 5)
    absent = np.zeros((45, 5), dtype=bool)
    chosen = rng.permutation(drawn.others(15))
    for host, *sent in zip(chosen[:5], chosen[5:10], chosen[10:], strict=True):
        for other in sent:
            drawn.rate[host, 2:] += drawn.rate[other, 2:]
            absent[other, 2:] = True
        drawn.times(int(host), rng.uniform(1.4, 1.8), EVERYONE, P, 2)
    return tables("null", drawn, event="booking", absent=absent)


def small_and_wild(rng: np.random.Generator) -> Drawn:
    """Draw 150 small places with few arrests; what is natural has heavy tails."""
    return tables("null", counties(rng, 150, 3, median=11_000, natural=0.3, together=0.15, tails=4))


def crowds(rng: np.random.Generator) -> Drawn:
    """Four in five petty arrests come one by one, the others in crowds of one group (parties, fights, matches)."""
    drawn = counties(rng, 70, 4)
    counts = rng.poisson(drawn.rate * np.where(np.isin(ALL, P), 0.8, 1.0))
    kinds = index("public-order", "public-intoxication", "trespass", "drug-possession")
    expected = 0.2 * drawn.rate[:, :, :, P].sum(axis=3) / 15
    for (j, t, g), n in np.ndenumerate(rng.poisson(expected)):
        for _ in range(n):
            counts[j, t, g, rng.choice(kinds)] += 3 + rng.geometric(1 / 12)
    return tables("null", drawn, counts)


def boom_town(rng: np.random.Generator) -> Drawn:
    """One place of 50 has five times the Hispanic residents that the census saw (oil), two others twice as many."""
    drawn = counties(rng, 50, 4)
    for j, factor in zip(drawn.able(3, least=600), (5.0, 2.2, 1.8), strict=True):
        for t in range(4):
            drawn.times(int(j), factor * (0.85 + 0.1 * t), [H], ALL, t, t + 1)
        drawn.times(int(j), 1.15, [H], P)
        drawn.times(int(j), 1.3, [W, B, A], ALL)
    return tables("null", drawn)


def licence_law(rng: np.random.Generator) -> Drawn:
    """From the third of six years the law denies licences to some residents: such arrests rise threefold everywhere."""
    drawn = counties(rng, 50, 6)
    for j in range(drawn.places):
        drawn.times(j, 3.0 * np.exp(rng.normal(0, 0.25)), [H], index("licence"), 2)
        drawn.times(j, 1.3 * np.exp(rng.normal(0, 0.1)), [H], index("traffic", "false-identification"), 2)
        drawn.times(j, 1.1, [W, B, A], index("licence"), 2)
    return tables("null", drawn)


INNOCENT = (
    tourism,
    young_and_old,
    zero_tolerance,
    new_records,
    one_jail,
    small_and_wild,
    crowds,
    boom_town,
    licence_law,
)
