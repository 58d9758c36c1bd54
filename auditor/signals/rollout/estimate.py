"""From counts to the numbers of a roll-out: mean effect, event times, cohorts, trend test, breakdown value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import t

from auditor.cells import Bools, Floats
from auditor.stats.fit import NotConverged
from auditor.stats.rollout.aggregate import Aggregate, aggregate
from auditor.stats.rollout.errors import Bands, bands, degrees, standard_errors
from auditor.stats.rollout.outcome import log_contrast, precision_weights
from auditor.stats.rollout.study import GroupTime, group_time
from auditor.stats.rollout.trends import Breakdown, Wald, breakdown, joint_test, largest_test

_LEVEL, _POWER = 0.95, 0.8


@dataclass(frozen=True, slots=True)
class Settings:
    """How the effects are estimated.

    Attributes
    ----------
    control : {"not-yet", "never"}
    method : {"dr", "reg", "ipw"}
    anticipation, window, minimum_cohort, draws : int
        ``window``: periods on either side of the start in the event-time table.
    weighted : bool
    """

    control: Literal["not-yet", "never"] = "not-yet"
    method: Literal["dr", "reg", "ipw"] = "reg"
    anticipation: int = 0
    window: int = 8
    minimum_cohort: int = 5
    draws: int = 999
    weighted: bool = True


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean effect on the log scale, with its 95 % interval and one-sided p-value."""

    value: float
    se: float
    df: float
    low: float
    high: float
    p_greater: float
    detectable: float
    places: int


@dataclass(frozen=True)
class Estimated:
    """Everything that is said of one outcome in one region, on the log scale.

    Attributes
    ----------
    mean : Mean
    event, cohorts : Aggregate
    event_bands, cohort_bands : Bands
    trend : float or None
        p-value of the largest change before the start; None with fewer than two periods before.
    wald : Wald or None
        None where the places are too few for it.
    robust : Breakdown or None
    effects : GroupTime
    """

    mean: Mean
    event: Aggregate
    event_bands: Bands
    cohorts: Aggregate
    cohort_bands: Bands
    trend: float | None
    wald: Wald | None
    robust: Breakdown | None
    effects: GroupTime


def effects_of(
    parts: Floats, first: Floats, window: Bools, settings: Settings, covariates: Floats | None = None
) -> GroupTime:
    """Estimate the group-time effects on a log contrast of counts.

    Parameters
    ----------
    parts : (m, J, T) array
        Counts: the first half above the line, the second below it.
    first : (J,) array
    window : (T,) bool array
        Periods before anything started: they alone set the weights.
    settings : Settings
    covariates : (J, P) array, optional
    """
    half = len(parts) // 2
    outcome = log_contrast(parts[:half], parts[half:])
    return group_time(
        outcome.value,
        first,
        control=settings.control,
        anticipation=settings.anticipation,
        covariates=covariates,
        method=settings.method,
        weights=precision_weights(outcome.variance, window) if settings.weighted else None,
        minimum_cohort=settings.minimum_cohort,
        minimum_controls=settings.minimum_cohort,
        correction="hc2",
    )


def mean_of(effects: GroupTime) -> Mean | None:
    """Return the mean over all periods at or after the start; None where nothing could be estimated."""
    found = aggregate(effects)
    if not effects.post.any():
        return None
    se = float(standard_errors(found.overall_influence)[0])
    if not se > 0:
        return None
    df = float(degrees(found.overall_influence, effects.member)[0])
    reach = float(t.isf((1 - _LEVEL) / 2, df))
    return Mean(
        value=found.overall,
        se=se,
        df=df,
        low=found.overall - reach * se,
        high=found.overall + reach * se,
        p_greater=float(t.sf(found.overall / se, df)),
        detectable=(reach + float(t.ppf(_POWER, df))) * se,
        places=int(found.places[0]),
    )


def estimate(effects: GroupTime, settings: Settings, rng: np.random.Generator) -> Estimated | None:
    """Return everything that is said of one outcome; None where no effect could be estimated."""
    mean = mean_of(effects)
    if mean is None:
        return None
    event = aggregate(effects, "event", window=(-settings.window, settings.window))
    cohorts = aggregate(effects, "cohort")
    early = event.keys < -settings.anticipation
    member = effects.member
    return Estimated(
        mean=mean,
        event=event,
        event_bands=bands(event.att, event.influence, member, rng, level=_LEVEL, draws=settings.draws),
        cohorts=cohorts,
        cohort_bands=bands(cohorts.att, cohorts.influence, member, rng, level=_LEVEL, draws=settings.draws),
        trend=_trend(event, early, member, settings, rng),
        wald=_wald(event, early, member),
        robust=_robust(event, early, member, settings, rng),
        effects=effects,
    )


def _trend(
    event: Aggregate, early: Bools, member: Floats, settings: Settings, rng: np.random.Generator
) -> float | None:
    if early.sum() < 2:
        return None
    return largest_test(event.att[early], event.influence[:, early], member, rng, draws=settings.draws)


def _wald(event: Aggregate, early: Bools, member: Floats) -> Wald | None:
    if early.sum() < 2:
        return None
    try:
        return joint_test(event.att[early], event.influence[:, early], member)
    except NotConverged:
        return None


def _robust(
    event: Aggregate, early: Bools, member: Floats, settings: Settings, rng: np.random.Generator
) -> Breakdown | None:
    if early.sum() < 2 or not (event.keys >= 0).any():
        return None
    return breakdown(
        event.keys,
        event.att,
        event.influence,
        member,
        rng,
        anticipation=settings.anticipation,
        level=_LEVEL,
        draws=settings.draws,
    )
