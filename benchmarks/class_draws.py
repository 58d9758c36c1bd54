"""Arrests by county, group and offence class as they might come, with nobody profiling or with effects planted.

A generator that shares no code with the library's tests: counties with the residents of the 2010 Census (the package's
own table), usual arrest rates, four years. Natural differences are drawn for every place, group and class (SD 0.25
unless the scenario says otherwise); a county's own enforcement of each class varies by SD 0.5 and its groups by SD 0.3,
none of which is profiling.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from auditor.baselines import census2010

SERIOUS, DISCRETIONARY = 8, 7
SIDE = np.array([-1] * SERIOUS + [1] * DISCRETIONARY)
LICENCE = 9
# Arrests per 100,000 residents and year, of the order of the FBI's national figures of 2010: homicide, sexual assault,
# robbery, aggravated assault, burglary, arson, vehicle theft, theft; traffic, licence, public order, public
# intoxication, trespass, drug possession, false identification.
RATES = np.array([3, 5, 27, 100, 71, 3, 17, 314, 228, 114, 152, 137, 84, 326, 15]) / 1e5 * 4
GROUPS = ("hispanic", "white", "black", "asian")


@dataclass(frozen=True)
class Scenario:
    """What is drawn.

    Attributes
    ----------
    tails : str
        Law of natural differences: normal, t3, t4, contaminated, lognormal, skew-right, skew-left, exponential.
    sd : float
        Their standard deviation.
    unequal : float
        SD of the log of each place's own standard deviation.
    large : float
        What is added to the SD in places of more than 5,000 arrests (size-dependent differences).
    discretionary : float
        How many times more variable discretionary classes are.
    licence : float
        Scale of a half-normal excess of the focal group's licence offences (the law, not profiling).
    factor, factor_tails : float, str
        SD and law of what moves all discretionary classes of a group in common, innocently.
    steady_reference : bool
        The reference group has no such factor, so that a law with a long upper tail reaches the contrast as it is.
    focal_factor : float
        How many times more variable that is for the focal group.
    correlation : float
        Correlation of the factors of the control groups within a place.
    shift : float
        A shift of the focal group's discretionary classes everywhere.
    thin : float
        Control groups are this many times smaller.
    small : float
        All counts are this many times smaller.
    groups : int
        2 leaves no control group.
    sign : bool
        Planted effects go both ways.
    raised : tuple of int
        Classes that a planted effect raises; all discretionary ones where empty.
    campaign, campaign_log : float, float
        Share of places with a campaign against one discretionary class, a drawn one, and its log effect on the focal
        group: not profiling, as the signals understand it.
    pair, pair_sd : float, float
        Share of places in which a pair of discretionary classes of the focal group moves together, innocently, and by
        how much.
    pattern : int
        Seed of how the groups differ by class everywhere. Many places show it, and it is taken out; one place by
        itself cannot tell it from its own differences, so that its error rate is an average over patterns.
    """

    tails: str = "normal"
    sd: float = 0.25
    unequal: float = 0.0
    large: float = 0.0
    discretionary: float = 1.0
    licence: float = 0.0
    factor: float = 0.0
    factor_tails: str = "normal"
    steady_reference: bool = False
    focal_factor: float = 1.0
    correlation: float = 0.0
    shift: float = 0.0
    thin: float = 1.0
    small: float = 1.0
    groups: int = 4
    sign: bool = False
    raised: tuple[int, ...] = ()
    campaign: float = 0.0
    campaign_log: float = 0.0
    pair: float = 0.0
    pair_sd: float = 0.0
    pattern: int = 5


@dataclass(frozen=True)
class Drawn:
    """Counts (J, G, O), the log effect planted in each place, and its people by group (J, G)."""

    counts: np.ndarray
    effect: np.ndarray = field(repr=False)
    people: np.ndarray = field(repr=False)


def population() -> np.ndarray:
    """Return residents of every county by group, (counties, 4)."""
    table: dict[str, dict[str, float]] = {}
    for county, group, n in census2010.load().rows:
        table.setdefault(county, {})[group] = float(n)
    return np.array([[entry.get(group, 0.0) for group in GROUPS] for _, entry in sorted(table.items())])


def standard(rng: np.random.Generator, shape: tuple[int, ...], tails: str) -> np.ndarray:
    """Draw from a law of mean 0 and variance 1."""
    if tails in ("t3", "t4"):
        df = int(tails[1])
        # A county whose natural difference is beyond twelve standard deviations is not drawn.
        return np.clip(rng.standard_t(df, shape) / np.sqrt(df / (df - 2)), -12, 12)
    if tails == "contaminated":
        return np.where(rng.random(shape) < 0.05, 3.0, 1.0) * rng.normal(size=shape) / np.sqrt(0.95 + 0.05 * 9)
    if tails == "lognormal":
        drawn = np.exp(0.5 * rng.normal(size=shape))
        return (drawn - np.exp(0.125)) / np.sqrt((np.exp(0.25) - 1) * np.exp(0.25))
    if tails == "exponential":
        return rng.exponential(1.0, shape) - 1.0
    if tails in ("skew-right", "skew-left"):
        return (rng.gamma(4.0, 1.0, shape) - 4) / 2 * (1 if tails == "skew-right" else -1)
    return rng.normal(size=shape)


def draw(
    rng: np.random.Generator, people: np.ndarray, places: int, scenario: Scenario, effect: float, share: float
) -> Drawn:
    """Draw one data set of some counties, with a log effect in a share of them."""
    chosen = people[rng.choice(len(people), places, replace=places > len(people)), : scenario.groups]
    chosen = chosen / np.array([1.0, 1.0, scenario.thin, scenario.thin])[: scenario.groups] / scenario.small
    groups, classes = chosen.shape[1], len(RATES)
    sd = scenario.sd + scenario.large * (chosen.sum(axis=1) * RATES.sum() > 5000)
    sd = (sd * np.exp(scenario.unequal * rng.normal(size=places)))[:, None, None]
    natural = standard(rng, (places, groups, classes), scenario.tails) * sd
    natural[:, :, SERIOUS:] *= scenario.discretionary
    level = rng.normal(0, 0.5, (places, 1, classes)) + rng.normal(0, 0.3, (places, groups, 1))
    # How the groups differ by class everywhere: fixed, the same in every data set.
    level = level + np.random.default_rng(scenario.pattern).normal(0, 0.3, (1, len(GROUPS), classes))[:, :groups]
    planted = np.zeros(places)
    hit = rng.choice(places, round(share * places), replace=False)
    planted[hit] = effect * (rng.choice((-1, 1), len(hit)) if scenario.sign else 1)
    common = _factors(rng, places, groups, scenario)
    common[:, 0] += scenario.shift + (0.0 if scenario.raised else planted)
    log_mean = np.log(np.maximum(chosen[:, :, None], 1e-9) * RATES) + level + natural
    log_mean[:, :, SERIOUS:] += common[:, :, None]
    if scenario.raised:
        log_mean[:, 0, list(scenario.raised)] += planted[:, None]
    _few(rng, log_mean, scenario)
    log_mean[:, 0, LICENCE] += np.abs(rng.normal(size=places)) * scenario.licence
    return Drawn(rng.poisson(np.exp(np.minimum(log_mean, 14.0))), planted, chosen)


def _few(rng: np.random.Generator, log_mean: np.ndarray, scenario: Scenario) -> None:
    """Add what moves one class, or a pair of them, of the focal group in some places."""
    places = len(log_mean)
    able = np.array([o for o in range(SERIOUS, len(RATES)) if o != LICENCE])
    # Nothing is drawn where nothing is asked for: other scenarios' data stay what they were.
    for j in rng.choice(places, round(scenario.campaign * places), replace=False) if scenario.campaign else ():
        log_mean[j, 0, rng.choice(able)] += scenario.campaign_log
    for j in rng.choice(places, round(scenario.pair * places), replace=False) if scenario.pair else ():
        log_mean[j, 0, rng.choice(able, 2, replace=False)] += rng.normal(0, scenario.pair_sd)


def _factors(rng: np.random.Generator, places: int, groups: int, scenario: Scenario) -> np.ndarray:
    drawn = standard(rng, (places, groups), scenario.factor_tails)
    if scenario.correlation and groups > 2:
        rho = scenario.correlation
        drawn[:, 2:] = np.sqrt(rho) * drawn[:, 2:3] + np.sqrt(1 - rho) * drawn[:, 2:]
    drawn = drawn * scenario.factor
    drawn[:, 0] *= scenario.focal_factor
    drawn[:, 1] *= not scenario.steady_reference
    return drawn
