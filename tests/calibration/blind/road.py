"""Stops with searches, and programme statistics without any arrests."""

from __future__ import annotations

import numpy as np

from ..challenge.files import Drawn, Row, named, place
from .counties import GROUPS, H, census, counties

YEARS = ("2008", "2009", "2010", "2011")


def _stops(rng: np.random.Generator, places: int, few: int, profiling: bool) -> Drawn:
    """Draw stops: officers search whoever looks suspicious enough to them; some searches follow a rule instead.

    Suspicion is normal; a search finds something with log-odds -3.6 + 1.2 x suspicion. Agencies search above a bar
    of their own, the same for all groups. In the chosen places either the towing of unlicensed drivers' cars brings
    searches that find little (nobody profiles), or the bar is lower for Hispanic drivers, who are stopped more.
    """
    residents = counties(rng, places, 1, median=130_000).residents
    volume = residents * 0.05 * np.exp(rng.normal(0, 0.2, residents.shape))
    able = np.flatnonzero((volume[:, H] * len(YEARS) > 4000) & (volume[:, 1] * len(YEARS) > 8000))
    chosen = np.sort(rng.choice(able, few, replace=False))
    grid = np.linspace(-5, 6, 2201)
    made = Drawn("planted" if profiling else "null", [place(int(j)) for j in chosen] if profiling else [])
    made.add("places", "places", "place name kind", named(places))
    rows: list[Row] = []
    for j in range(places):
        bar, slope = rng.normal(1.9, 0.12), rng.normal(-3.6, 0.12)
        for g, group in enumerate(GROUPS):
            mean, sd = rng.normal([0.1, 0.0, 0.15, -0.15][g], 0.07), rng.normal(1.0, 0.03)
            rule = 0.004 * np.exp(rng.normal(0, 0.2)) * (1.5 if g == H else 1.0)
            own, stopped = bar, volume[j, g]
            if j in chosen and profiling and g == H:
                own, stopped = bar - 0.85, stopped * 1.5
            elif j in chosen and not profiling:
                rule *= 2.5
            weight = np.exp(-((grid - mean) ** 2) / (2 * sd**2))
            weight /= weight.sum()
            finds = 1 / (1 + np.exp(-(slope + 1.2 * grid)))
            above = grid > own
            hit = float((weight * finds)[above].sum() + rule * (weight * finds)[~above].sum())
            miss = float((weight * (1 - finds))[above].sum() + rule * (weight * (1 - finds))[~above].sum())
            for year in YEARS:
                n = rng.poisson(stopped * np.exp(rng.normal(0, 0.05)))
                found, nothing, left = rng.multinomial(n, [hit, miss, 1 - hit - miss])
                rows.append([place(j), year, "stop", group, "true", "true", int(found)])
                rows.append([place(j), year, "stop", group, "true", "false", int(nothing)])
                rows.append([place(j), year, "stop", group, "false", "", int(left)])
    made.add("stops", "counts", "place period event group searched contraband n", rows)
    made.add("population", "population", "place group universe period n", census(rng, residents))
    return made


def towed_cars(rng: np.random.Generator) -> Drawn:
    """Six of 30 places search every towed car, whoever drove it; nobody's bar differs by group."""
    return _stops(rng, 30, 6, profiling=False)


def lower_bar(rng: np.random.Generator) -> Drawn:
    """Three of 24 agencies search Hispanic drivers on far less suspicion, and stop half as many again."""
    return _stops(rng, 24, 3, profiling=True)


def low_level_matches(rng: np.random.Generator) -> Drawn:
    """Programme statistics alone: two of 20 places send five times as many without a crime, 2.5 times Level 3."""
    places, quarters = 20, ("2010-Q4", "2011-Q1", "2011-Q2", "2011-Q3", "2011-Q4")
    residents = counties(rng, places, 1, median=150_000).residents
    sent = 0.006 * residents.sum(axis=1) * np.exp(rng.normal(0, 0.2, places))
    usual = np.array([0.26, 0.24, 0.29, 0.21]) * np.exp(rng.normal(0, 0.18, (places, 4)))
    matched = sent * 0.06 * np.exp(rng.normal(0, 0.3, places)) * residents[:, H] / residents.sum(axis=1) / 0.2
    expected = matched[:, None] * usual / usual.sum(axis=1, keepdims=True)
    able = np.flatnonzero((len(quarters) * matched > 150) & (len(quarters) * matched < 2500))
    chosen = np.sort(rng.choice(able, 2, replace=False))
    expected[chosen, 2:] *= [2.5, 5.0]
    made = Drawn("described", [place(int(j)) for j in chosen], "level-mix")
    made.add("places", "places", "place name kind", named(places))
    rows: list[Row] = []
    for j in range(places):
        for quarter in quarters:
            found = rng.poisson(expected[j])
            prints = int(found.sum() + rng.poisson(sent[j]))
            rows.append([place(j), quarter, "submission", "", "", prints])
            rows += [
                [place(j), quarter, "match", level, "charge", int(n)]
                for level, n in zip(("1", "2", "3", "none"), found, strict=True)
            ]
    made.add("programme", "counts", "place period event level level_basis n", rows)
    made.add("population", "population", "place group universe period n", census(rng, residents))
    began: list[Row] = [
        [place(j), "Secure Communities", "activated", f"2010-{int(rng.integers(1, 9)):02d}-10"] for j in range(places)
    ]
    made.add("starts", "activations", "place program kind date", began)
    return made


NO_ARRESTS = (towed_cars, lower_bar, low_level_matches)
