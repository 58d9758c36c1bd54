"""Counties of the blind challenge: residents, arrest rates, and how they differ while nobody profiles.

Written by someone who has read neither the program nor how the other challenge spoils or plants.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..challenge.files import Drawn, Row, named, period, place

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
PETTY = (
    "traffic",
    "licence",
    "public-order",
    "public-intoxication",
    "trespass",
    "drug-possession",
    "false-identification",
)
OTHER = ("simple-assault", "dui", "warrant")
CLASSES = (*SERIOUS, *PETTY, *OTHER)
PER_YEAR = (
    np.array([4, 22, 36, 130, 94, 4, 23, 410, 210, 160, 200, 180, 75, 430, 12, 420, 460, 300]) / 1e5
)  # arrests a year for each resident, all groups, about 2010
S = list(range(len(SERIOUS)))
P = list(range(len(SERIOUS), len(SERIOUS) + len(PETTY)))
ALL = list(range(len(CLASSES)))
H, W, B, A = range(4)


def index(*names: str) -> list[int]:
    return [CLASSES.index(name) for name in names]


@dataclass
class Counties:
    """What a set is drawn from.

    Attributes
    ----------
    residents : array, shape (places, groups)
    rate : array, shape (places, times, groups, classes)
    steps : int
        1 or 12 stretches a year.
    starts : array of int, optional
        Month in which the jail-screening programme began, by place.
    """

    rng: np.random.Generator
    residents: np.ndarray
    rate: np.ndarray
    steps: int
    starts: np.ndarray | None = None
    planted: list[int] = field(default_factory=list)

    @property
    def places(self) -> int:
        return len(self.residents)

    def able(self, n: int, classes: list[int] = P, least: float = 300.0, most: float = 6000.0) -> np.ndarray:
        """Draw places where the group's arrests of these classes, with nobody profiling, are some hundreds or more."""
        expected = self.rate[:, :, H][:, :, classes].sum(axis=(1, 2))
        serious = self.rate[:, :, H][:, :, S].sum(axis=(1, 2))
        fit = np.flatnonzero((expected >= least) & (expected <= most) & (serious >= 120))
        if len(fit) < n:
            raise ValueError(f"only {len(fit)} places are large enough")
        return np.sort(self.rng.choice(fit, n, replace=False))

    def others(self, n: int) -> np.ndarray:
        """Draw places in which nothing was planted."""
        free = np.setdiff1d(np.arange(self.places), self.planted)
        return np.sort(self.rng.choice(free, n, replace=False))

    def times(self, j: int, factor: float, groups: list[int], classes: list[int], start: int = 0, end: int = 0) -> None:
        """Multiply the rates of a place in the times from ``start`` up to ``end`` (0: to the last)."""
        span = np.arange(start, end or self.rate.shape[1])
        self.rate[np.ix_(np.array([j]), span, np.array(groups), np.array(classes))] *= factor

    def profile(self, j: int, factor: float, classes: list[int] = P, start: int = 0, end: int = 0) -> None:
        """Let an agency profile: the group's arrests of some classes are multiplied."""
        self.times(int(j), factor, [H], classes, start, end)
        self.planted = sorted({*self.planted, int(j)})


def counties(
    rng: np.random.Generator,
    places: int,
    years: int,
    steps: int = 1,
    median: float = 90_000,
    natural: float = 0.2,
    together: float = 0.12,
    tails: float = 0.0,
) -> Counties:
    """Draw counties in which nobody profiles.

    Parameters
    ----------
    natural : float
        SD on the log of a group's rate of one class in one place, beside what place, group and class explain.
    together : float
        SD on the log by which all petty classes of a group move together in one place.
    tails : float
        Degrees of freedom of both, 0 for normal.
    """

    def spread(sd: float, shape: tuple[int, ...]) -> np.ndarray:
        if not tails:
            return rng.normal(0, sd, shape)
        drawn: np.ndarray = np.clip(rng.standard_t(tails, shape) * sd / np.sqrt(tails / (tails - 2)), -1.5, 1.5)
        return drawn

    k = len(CLASSES)
    total = np.clip(rng.lognormal(np.log(median), 0.8, places), 2_500, 1_800_000)
    odds = np.exp(rng.normal([-1.1, 0.0, -1.9, -3.2], [0.75, 0.0, 0.9, 0.6], (places, 4)))
    residents = np.round(total[:, None] * odds / odds.sum(axis=1, keepdims=True))
    between = rng.normal(0, 0.2, (4, k))
    between[:, S] += np.log([1.2, 1.0, 2.5, 0.5])[:, None]
    between[:, P] += np.log([1.4, 1.0, 2.0, 0.4])[:, None]
    between[H, index("licence", "false-identification", "public-intoxication")] += 0.35
    local = (
        rng.normal(0, 0.35, (places, 1, k))
        + rng.normal(0, 0.22, (places, 4, 1))
        + np.where(np.isin(ALL, P), 1.0, 0.0) * rng.normal(0, 0.3, (places, 1, 1))
        + np.where(np.isin(ALL, P), 1.0, 0.0) * spread(together, (places, 4, 1))
        + spread(natural, (places, 4, k))
    )
    base = np.log(residents)[:, :, None] + np.log(PER_YEAR / steps) + between + local
    clock = np.arange(years * steps) / steps
    growth = rng.normal([0.02, 0.0, 0.0, 0.02], [0.02, 0.01, 0.01, 0.02], (places, 4))
    policing = rng.normal(0, 0.08, (places, years, 1, 1)) * np.where(np.isin(ALL, P), 1.0, 0.4)
    years_own = rng.normal(0, 0.05, (places, years, 4, k))
    moving = np.repeat(policing + years_own, steps, axis=1)
    moving = moving + growth[:, None, :, None] * clock[None, :, None, None]
    if steps > 1:
        peak = rng.uniform(0.4, 0.7, (places, 1))
        moving = moving + (0.12 * np.cos(2 * np.pi * (clock - peak)))[:, :, None, None]
    return Counties(rng, residents, np.exp(base[:, None] + moving), steps)


def begin(drawn: Counties) -> None:
    """Let jail screening begin place by place, between the 30th and the 54th month."""
    drawn.starts = drawn.rng.integers(30, 55, drawn.places)


def tables(
    kind: str,
    drawn: Counties,
    counts: np.ndarray | None = None,
    event: str = "arrest",
    absent: np.ndarray | None = None,
    classes: list[int] = ALL,
) -> Drawn:
    """Return the tables of a set: places, counts, residents as the census has them, programme starts."""
    if counts is None:
        counts = drawn.rng.poisson(drawn.rate)
    made = Drawn(kind, [place(j) for j in drawn.planted])
    made.add("places", "places", "place name kind", named(drawn.places))
    rows: list[Row] = []
    for j in range(drawn.places):
        for t in range(counts.shape[1]):
            if absent is not None and absent[j, t]:
                continue
            when = period(t, drawn.steps)
            rows += [
                [place(j), when, event, group, CLASSES[o], int(counts[j, t, g, o])]
                for g, group in enumerate(GROUPS)
                for o in classes
            ]
    made.add("arrests", "counts", "place period event group offence n", rows)
    made.add("population", "population", "place group universe period n", census(drawn.rng, drawn.residents))
    if drawn.starts is not None:
        began: list[Row] = [
            [place(j), "Secure Communities", "activated", f"{period(int(t), 12)}-{1 + 7 * (j % 4):02d}"]
            for j, t in enumerate(drawn.starts)
        ]
        made.add("starts", "activations", "place program kind date", began)
    return made


def census(rng: np.random.Generator, residents: np.ndarray) -> list[Row]:
    """Count the residents as a census does: some are missed, more among Hispanic residents."""
    seen = residents * np.array([0.93, 1.0, 0.98, 0.99]) * np.exp(rng.normal(0, 0.07, residents.shape))
    return [[place(j), GROUPS[g], "residents", "2010", round(n)] for (j, g), n in np.ndenumerate(seen)]
