"""Threshold models of an audit: which units are pooled, and what comes out by place.

Places of one state are pooled; where it has too few of them, its agencies are, and a place's threshold is then the mean
over its agencies. Every model is fitted under the published prior and with its standard deviations halved and half as
large again, on a stream of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from auditor.cells import Bools, Cells, Floats
from auditor.signals.thresholds.asked import LEVEL, Asked, places_of
from auditor.signals.thresholds.blanks import Reach, fit_blanks
from auditor.signals.thresholds.counts import Ints, Stops
from auditor.stats.fit import NotConverged
from auditor.stats.threshold.data import StopCounts
from auditor.stats.threshold.fit import ThresholdFit, fit_scaled

_HELPING = 100
"""Searches of a further group in a sample from which on it is part of the model."""
_PARTS = ("mean", "low", "high")


@dataclass(frozen=True)
class Values:
    """One quantity by place and group, (J, G), NaN where there is none.

    Attributes
    ----------
    mean : array
        Posterior mean under the prior as it is.
    low, high : arrays
        Widest of the 95 % limits under all scalings of the prior.
    least, most : arrays
        Range of the posterior means under the scalings.
    """

    mean: Floats
    low: Floats
    high: Floats
    least: Floats
    most: Floats

    @classmethod
    def empty(cls, places: int, groups: int) -> Values:
        """Nothing known yet."""
        return cls(*(np.full((places, groups), np.nan) for _ in range(5)))

    def fill(self, rows: Ints, fits: list[ThresholdFit], name: str) -> None:
        """Take over one posterior of each fit; the first is under the prior as it is."""
        each = [getattr(fit, name) for fit in fits]
        groups = self.mean.shape[1]
        means, lows, highs = (np.array([getattr(one, part)[:, :groups] for one in each]) for part in _PARTS)
        self.mean[rows], self.least[rows], self.most[rows] = means[0], means.min(axis=0), means.max(axis=0)
        self.low[rows], self.high[rows] = lows.min(axis=0), highs.max(axis=0)

    @property
    def turns(self) -> Bools:
        """Whether the scaling of the prior changes the sign."""
        with np.errstate(invalid="ignore"):
            return np.asarray((self.least <= 0) & (self.most >= 0))


@dataclass(frozen=True)
class Fitted:
    """What the models say of each place; arrays over J places, NaN where none was fitted.

    Attributes
    ----------
    threshold, log_ratio : Values
        Thresholds, and logs of the reference group's over each group's.
    reach : Reach
        Where stops of unrecorded group could put their means under the prior as it is.
    difference, lower : (J, G) arrays
        Threshold less the reference group's, and the posterior probability that it is the lower one.
    pooled : (J,) bool array
        Places whose sample had enough units.
    converged : (J,) bool array
        Places whose model converged under every prior.
    facts : mapping of str to (J,) array
        Of the place's model: ``units``, ``rhat`` (largest), ``effective`` (fewest draws), ``outside`` (share of the
        numbers of finds outside their predictive limits), ``error`` (of hit rates, percentage points), ``cells``.
    """

    threshold: Values
    log_ratio: Values
    reach: Reach
    difference: Floats
    lower: Floats
    pooled: Bools
    converged: Bools
    facts: dict[str, Floats]


FACTS = ("units", "rhat", "effective", "outside", "error", "cells")


def fit_places(cells: Cells, agencies: Stops, usable: Bools, asked: Asked) -> Fitted:
    """Fit every sample of an audit.

    Parameters
    ----------
    cells : Cells
    agencies : Stops
        By agency of each place.
    usable : (J,) bool array
        Places that may enter a model.
    asked : Asked
    """
    places, groups = cells.size, asked.groups
    nothing = np.zeros(places, dtype=bool)
    fitted = Fitted(
        Values.empty(places, groups),
        Values.empty(places, groups),
        Reach.empty(places, groups),
        np.full((places, groups), np.nan),
        np.full((places, groups), np.nan),
        nothing.copy(),
        nothing.copy(),
        {name: np.full(places, np.nan) for name in FACTS},
    )
    for name, members in _samples(cells, usable):
        units = _pool(agencies, members, asked)
        if units is None:
            continue
        rows = np.unique(units.place)
        fitted.pooled[rows] = True
        fits = fit_units(units, rows, asked, name)
        if all(isinstance(fit, ThresholdFit) for fit in fits):
            found = [fit for fit in fits if isinstance(fit, ThresholdFit)]
            _take(fitted, rows, found, units)
            for focal, ways in fit_blanks(units, rows, asked, name):
                fitted.reach.fill(rows, focal, found[0], ways)
    return fitted


def fit_units(units: Stops, rows: Ints, asked: Asked, name: str) -> list[ThresholdFit | NotConverged]:
    """Fit the units of the places `rows` (sorted), first under the prior as it is."""
    counts = StopCounts.of(units.stops, units.searches, units.hits)
    part, last = places_of(units, rows), asked.groups - 1
    return fit_scaled(
        counts, (1.0, *asked.scaled), asked.stream(name), reference=last, level=LEVEL, part=part, effort=asked.effort
    )


def _samples(cells: Cells, usable: Bools) -> Iterator[tuple[str, Bools]]:
    """Yield the places that are pooled: of one kind and one state."""
    named = np.array([f"{kind}/{state}" for kind, state in zip(cells.stratum, cells.states, strict=True)], dtype=object)
    for name in sorted(set(named[usable].tolist())):
        yield name, np.asarray(usable & (named == name))


def _pool(agencies: Stops, members: Bools, asked: Asked) -> Stops | None:
    """Return the units of a sample: places, or agencies where there are too few; None where those are too few too."""
    own = agencies.take(np.flatnonzero(members[agencies.place]))
    whole = own.by_place(len(members)).take(members)
    for units in (whole, own):
        there = units.take(np.flatnonzero((units.stops[:, : asked.groups] > 0).all(axis=1)))
        if len(there.place) >= asked.least and there.searches[:, : asked.groups].sum() > 0:
            helping = np.flatnonzero(there.searches.sum(axis=0) >= _HELPING)
            kept = there.groups([*range(asked.groups), *helping[helping >= asked.groups].tolist()])
            return kept.take(kept.in_order())
    return None


def _take(fitted: Fitted, rows: Ints, fits: list[ThresholdFit], units: Stops) -> None:
    first, groups = fits[0], fitted.difference.shape[1]
    fitted.threshold.fill(rows, fits, "threshold")
    fitted.log_ratio.fill(rows, fits, "log_ratio")
    fitted.difference[rows] = first.difference.mean[:, :groups]
    fitted.lower[rows] = first.difference.below[:, :groups]
    fitted.converged[rows] = True
    facts = {
        "units": len(units.place),
        "rhat": max(fit.diagnostics.worst_rhat for fit in fits),
        "effective": min(fit.diagnostics.fewest_effective for fit in fits),
        "outside": first.check.hit_outside,
        "error": 100 * first.check.hit_error,
        "cells": int((units.searches > 0).sum()),
    }
    for name, value in facts.items():
        fitted.facts[name][rows] = value
