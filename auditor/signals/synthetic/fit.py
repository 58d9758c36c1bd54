"""Fit the synthetic controls of all places, batch by batch: places with one window and one pool of donors together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from auditor.cells import Days, Floats
from auditor.signals.synthetic.units import (
    FEW,
    POOR,
    THIN,
    YEAR,
    Ints,
    Outcome,
    Window,
    donors,
    log_contrast,
    quarters,
    sampling_sd,
    spaced,
)
from auditor.stats.synthetic.gate import Gate
from auditor.stats.synthetic.penalty import choose_lambdas, level_off
from auditor.stats.synthetic.placebo import Placebos, placebo_test
from auditor.stats.synthetic.ridge import ridge_added
from auditor.stats.synthetic.simplex import spreading_penalty

_QUARTER = 3
_RIDGE_FITS = 9


@dataclass(frozen=True)
class Plan:
    """How the options want the fits made.

    Attributes
    ----------
    quarterly : bool or None
        None: quarters where the median unit's rarest count has fewer than `thin` a month.
    thin, least : float
        `least`: fewest of the rarest count, a period on average before the start, that a unit must have.
    most, fewest : int
        Donors.
    penalised, lean : bool
    gate : Gate
    """

    quarterly: bool | None
    thin: float
    least: float
    most: int
    fewest: int
    penalised: bool
    lean: bool
    gate: Gate


@dataclass
class Fits:
    """What the fits say of J places; NaN where there is none."""

    size: int
    code: Ints
    numbers: dict[str, Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in NAMES:
            self.numbers[name] = np.full(self.size, np.nan)

    def __getitem__(self, name: str) -> Floats:
        return self.numbers[name]


NAMES = (
    "gap",
    "statistic",
    "low",
    "high",
    "p_greater",
    "p_less",
    "p_ratio",
    "donors",
    "rmspe",
    "fit_own",
    "fit_others",
    "fit_drift",
    "augmented",
    "quarterly",
    "donor_n",
    "undated",
    "serious_p",
    "serious_gap",
    "false_date_p",
    "false_date_gap",
)


def fit_all(
    found: Outcome, chosen: Sequence[Window | None], dates: Days, stratum: Ints, code: Ints, plan: Plan
) -> Fits:
    """Fit every place that has a window.

    Parameters
    ----------
    found : Outcome
    chosen : sequence of Window or None
        Of each place.
    dates : (J,) day array
    stratum, code : (J,) int arrays
        `code` is 0 where there is a window.
    plan : Plan
    """
    fits = Fits(len(dates), code.copy())
    for window, kind, places in _batches(chosen, stratum, code):
        pool = np.flatnonzero(donors(found, dates, stratum, kind, window))
        _fit_batch(found, window, places, pool, dates, fits, plan)
    return fits


def _batches(chosen: Sequence[Window | None], stratum: Ints, code: Ints) -> Iterator[tuple[Window, int, Ints]]:
    groups: dict[tuple[Window, int], list[int]] = {}
    for j, window in enumerate(chosen):
        if window is not None and code[j] == 0:
            groups.setdefault((window, int(stratum[j])), []).append(j)
    for (window, kind), places in groups.items():
        yield window, kind, np.array(places, dtype=np.int64)


def _fit_batch(found: Outcome, window: Window, places: Ints, pool: Ints, dates: Days, fits: Fits, plan: Plan) -> None:
    before = found.counts[:, window.before]
    rarest = before.mean(axis=1).min(axis=1)
    quarterly = bool(np.median(rarest[pool]) < plan.thin) if plan.quarterly is None else plan.quarterly
    length = _QUARTER if quarterly else 1
    enough = rarest * length >= plan.least
    fits.code[places[~enough[places]]] = THIN
    places, pool = places[enough[places]], pool[enough[pool]]
    if not len(places):
        return
    pool = pool[spaced(sampling_sd(before[pool]), plan.most)] if len(pool) else pool
    if len(pool) < plan.fewest:
        fits.code[places] = FEW
        return
    result = _placebos(found, window, places, pool, length, plan)
    _store(fits, places, pool, result, found, window, dates, plan)
    fits["quarterly"][places] = quarterly
    fits["augmented"][places] = _augmented(found, window, places, pool, length, plan, result)
    if found.counts.shape[2] == 4:
        serious = _placebos(found.side(1), window, places, pool, length, plan)
        fits["serious_p"][places], fits["serious_gap"][places] = _two_sided(serious), serious.gap
    if window.stop - window.begin >= 3 * YEAR:
        earlier = Window(window.begin, window.stop - YEAR, window.stop - YEAR, window.stop)
        sham = _placebos(found, earlier, places, pool, length, plan)
        fits["false_date_p"][places], fits["false_date_gap"][places] = _two_sided(sham), sham.gap


def _two_sided(result: Placebos) -> Floats:
    return np.asarray(np.minimum(1.0, 2 * np.minimum(result.p_greater, result.p_less)))


def _series(found: Outcome, units: Ints, part: slice, length: int) -> Floats:
    return log_contrast(quarters(found.counts[units, part], length))


def _placebos(found: Outcome, window: Window, places: Ints, pool: Ints, length: int, plan: Plan) -> Placebos:
    d0, d1 = (_series(found, pool, part, length) for part in (window.before, window.after))
    return placebo_test(
        _series(found, places, window.before, length),
        _series(found, places, window.after, length),
        d0,
        d1,
        noise=sampling_sd(quarters(found.counts[places, window.before], length)),
        donors_noise=sampling_sd(quarters(found.counts[pool, window.before], length)),
        penalty=spreading_penalty(d0, d1.shape[1]) if plan.penalised else 0.0,
        lean=plan.lean,
        gate=plan.gate,
    )


def _store(
    fits: Fits, places: Ints, pool: Ints, result: Placebos, found: Outcome, window: Window, dates: Days, plan: Plan
) -> None:
    poor, few = result.poor, ~result.poor & (result.donors < plan.fewest)
    fits.code[places[poor]], fits.code[places[few]] = POOR, FEW
    for name in ("gap", "statistic", "low", "high", "p_greater", "p_less", "p_ratio", "donors", "rmspe"):
        fits[name][places] = getattr(result, name)
    fits["fit_own"][places], fits["fit_others"][places] = result.own, result.others
    fits["fit_drift"][places] = result.drift
    fits["donor_n"][places] = found.counts[pool, window.after, :2].sum()
    fits["undated"][places] = float(np.isnat(dates[pool]).sum())


def _augmented(
    found: Outcome, window: Window, places: Ints, pool: Ints, length: int, plan: Plan, fitted: Placebos
) -> Floats:
    """Mean gaps of the augmented form; the ridge is the median of what some donors, fitted to the rest, choose."""
    d0, d1 = (_series(found, pool, part, length) for part in (window.before, window.after))
    y0, y1 = (_series(found, places, part, length) for part in (window.before, window.after))
    zeta = spreading_penalty(d0, d1.shape[1]) if plan.penalised else 0.0
    some = spaced(_order_free(d0), _RIDGE_FITS)
    strength = float(np.median(choose_lambdas(d0, some, zeta, centre=True)))
    y0, y1, d0, d1 = *level_off(y0, y1), *level_off(d0, d1)
    weights = ridge_added(y0, d0, fitted.weights, strength)
    return np.asarray((y1 - weights @ d1).mean(axis=1))


def _order_free(series: Floats) -> Floats:
    """A number for each unit by which they are put in an order that does not depend on their names."""
    return np.asarray(series.std(axis=1))
