"""Figures of a fingerprint programme by county: prints sent, matches by level, and noncitizens who live there."""

from __future__ import annotations

import numpy as np

from .files import Drawn, Row, named, place
from .world import people

LEVELS = ("1", "2", "3", "none")
HEADER = "place period event level level_basis level_regime n"


def logistic(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def statistics(kind: str, rng: np.random.Generator, places: int, planted: int, more: Drawn | None = None) -> Drawn:
    """Draw the figures of three years; in ``planted`` counties more prints match, and lesser cases are more of them.

    Matches follow the share of noncitizens (2 to 40 % of residents) with a spread of .15 on the log odds. Planted are
    log odds of .9 on a match and 1.0 on a low level.

    Parameters
    ----------
    more : Drawn, optional
        A set of the same places that the figures are added to; its planted places are planted here too.
    """
    residents = people(rng, places).sum(axis=1)
    hit = np.zeros(places, dtype=bool)
    if more is not None:
        hit[[int(name.removeprefix("local:c")) for name in more.planted]] = True
    elif planted:
        hit[rng.choice(np.flatnonzero(residents > np.median(residents)), planted, replace=False)] = True
    share = logistic(rng.normal(-2.2, 0.7, places))
    sent = rng.poisson(residents * 0.12)
    match = logistic(np.log(share) + rng.normal(-0.5, 0.15, places) + 0.9 * hit)
    low = logistic(rng.normal(0.2, 0.15, places) + 1.0 * hit)
    made = more or Drawn(kind, [place(j) for j in np.flatnonzero(hit)])
    if more is None:
        made.add("places", "places", "place name kind", named(places))
    rows: list[Row] = []
    for j in range(places):
        matched = rng.binomial(sent[j], match[j])
        few = rng.binomial(matched, low[j])
        third, first = rng.binomial(few, 0.5), rng.binomial(matched - few, 0.55)
        levels = (first, matched - few - first, third, few - third)
        rows.append([place(j), "2009/2011", "submission", "", "", "", int(sent[j])])
        for level, n in zip(LEVELS, levels, strict=True):
            rows.append([place(j), "2009/2011", "match", level, "conviction", "conviction-based", int(n)])
    made.add("statistics", "counts", HEADER, rows)
    living = np.round(residents * share * np.exp(rng.normal(0, 0.1, places)))
    told: list[Row] = []
    for j, n in enumerate(living):
        told += [[place(j), "hispanic", "noncitizens", "2010", round(0.6 * n)]]
        told += [[place(j), "other", "noncitizens", "2010", round(0.4 * n)]]
        if more is None:
            told += [[place(j), "hispanic", "residents", "2010", round(0.2 * residents[j])]]
            told += [[place(j), "white", "residents", "2010", round(0.8 * residents[j])]]
    made.add("noncitizens", "population", "place group universe period n", told)
    return made
