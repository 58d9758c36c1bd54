"""One place's comparison: cells, a logit with the clock as a spline, and an error that allows for clusters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Floats
from auditor.signals.veil.curve import Stretch, curve_of
from auditor.signals.veil.designs import Refusal, Sample
from auditor.signals.veil.stops import Stops
from auditor.stats.clock.spline import NaturalSpline, spline_of_rows
from auditor.stats.clusters.grouped_logit import GroupedLogit, fit_grouped_logit
from auditor.stats.clusters.robust import FEWEST, Clustered, TooFewClusters, cluster_robust
from auditor.stats.fit import NotConverged
from auditor.stats.numbering import combined, numbered

CLOCK = 5
"""Minutes of the clock that make one cell: who drives hardly changes within them. Light or dark goes by the minute."""
_A_COLUMN = 15
"""Stops of the smaller group for each column of the model; fewer knots where there are fewer."""
_LEAST_KNOTS = 2
_KNOWN = 0.8
"""Share of stops with an officer from which officers are the clusters."""

Whole = NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Compared:
    """What one comparison found.

    Attributes
    ----------
    counts : (2, 2) array
        Stops in daylight and in darkness (rows), of the focal and the reference group (columns).
    effect : Clustered
        Log odds ratio of being focal in daylight against darkness.
    officers : bool
        Whether the clusters are officers, else days.
    knots : int
        Columns of the clock.
    cells : int
        Distinct covariates that were fitted.
    first, last : str
        Days of the first and the last stop.
    curve : tuple of Stretch
        The same stops along the clock.
    """

    counts: Floats
    effect: Clustered
    officers: bool
    knots: int
    cells: int
    first: str
    last: str
    curve: tuple[Stretch, ...] = ()

    @property
    def expected(self) -> float:
        """Smallest count that the margins of the four counts lead to expect."""
        sides, groups = self.counts.sum(axis=1), self.counts.sum(axis=0)
        return float(np.outer(sides, groups).min() / self.counts.sum())


@dataclass(frozen=True)
class Cells:
    """Stops grouped by everything that the model knows of them.

    Arrays over cells have shape (N,), over distinct covariates (M,), over parts (R,).

    Attributes
    ----------
    k, n : (N,) arrays
        Focal stops, all stops.
    intercept : (N,) int array
    row : (N,) int array
        Position of the cell's covariates.
    light : (M,) float array
    stretch : (M,) int array
        Of the clock, in steps of :data:`CLOCK` minutes from midnight.
    covariates : (M, P) array
    parts : tuple of arrays, shape (R,)
        Focal stops, all stops, position of the cell, and cluster, of parts of cells that lie in one cluster each.
    """

    k: Floats
    n: Floats
    intercept: Whole
    row: Whole
    light: Floats
    stretch: Whole
    covariates: Floats
    parts: tuple[Floats, Floats, Whole, Whole]


def compare(sample: Sample | Refusal, focal: int, knots: int, cluster: str) -> Compared | Refusal:
    """Fit one place.

    Parameters
    ----------
    sample : Sample or Refusal
    focal : int
        Code of the focal group; every other stop is of the reference group.
    knots : int
        Columns of the clock at most.
    cluster : {"auto", "officer", "day"}

    Returns
    -------
    Compared or Refusal
    """
    if isinstance(sample, Refusal):
        return sample
    stops = sample.stops
    counts = _counts(sample, focal)
    if (counts.sum(axis=0) == 0).any():
        return Refusal("one-group")
    clusters, officers = _clusters(stops, cluster)
    if len(numbered(clusters)[0]) < FEWEST:
        return Refusal("few-clusters")
    cells = gather(sample, focal, clusters)
    spline = clock_spline(cells, counts, knots)
    if spline is None:
        return Refusal("no-fit")
    try:
        fit = fit_cells(cells, spline)
        effect = cluster_robust(fit, *cells.parts)
    except NotConverged:
        return Refusal("no-fit")
    except TooFewClusters:  # groups that do not vary hold no clusters that count
        return Refusal("few-clusters")
    days = np.datetime_as_string(stops.span)
    curve = curve_of(sample, focal)
    return Compared(counts, effect, officers, spline.width, len(cells.n), str(days[0]), str(days[1]), curve)


def gather(sample: Sample, focal: int, clusters: Whole) -> Cells:
    """Group stops by intercept, minute, daylight and season, and each cell by cluster."""
    stops = sample.stops
    stretch = stops.minute // CLOCK
    which, one = combined(sample.when, stretch, sample.light)
    cell, first = combined(sample.intercept, which)
    k, n = stops.n * (stops.group == focal), stops.n
    when, back = numbered(sample.when[one])
    parts = (k, n, cell, clusters)
    if len(first) * (int(np.ptp(clusters)) + 1) < len(n):  # else most stops are a part of their own
        part, at = combined(cell, clusters)
        parts = (_sums(part, k), _sums(part, n), cell[at], clusters[at])
    return Cells(
        k=_sums(cell, k),
        n=_sums(cell, n),
        intercept=sample.intercept[first],
        row=which[first],
        light=sample.light[one].astype(float),
        stretch=stretch[one],
        covariates=sample.columns(when)[back],
        parts=parts,
    )


def fit_cells(cells: Cells, spline: NaturalSpline) -> GroupedLogit:
    """Fit the logit of being focal; the first coefficient is that of daylight."""
    stretch, back = numbered(cells.stretch)
    design = np.column_stack([cells.light, spline.basis(_minute(stretch))[back], cells.covariates])
    return fit_grouped_logit(cells.k, cells.n, design, cells.intercept, cells.row)


def clock_spline(cells: Cells, counts: Floats, knots: int) -> NaturalSpline | None:
    """Place as many knots as the stops can carry, at quantiles of the stops; None where times hardly differ."""
    spare = int(counts.sum(axis=0).min() // _A_COLUMN) - 1 - cells.covariates.shape[1]
    stretch, back = numbered(cells.stretch)
    rows = np.bincount(back[cells.row], cells.n)
    for df in range(min(knots, max(spare, _LEAST_KNOTS)), 0, -1):
        try:
            return spline_of_rows(_minute(stretch), rows, df)
        except ValueError:  # too many stops share a minute for so many knots
            continue
    return None


def _sums(code: Whole, values: Floats) -> Floats:
    return np.bincount(code, values).astype(float)


def _minute(stretch: Whole) -> Floats:
    """Return the middle of stretches of the clock, in minutes."""
    return (CLOCK * stretch + CLOCK // 2).astype(float)


def _counts(sample: Sample, focal: int) -> Floats:
    own = sample.stops.group == focal
    return np.array(
        [[sample.stops.n[side & group].sum() for group in (own, ~own)] for side in (sample.light, ~sample.light)]
    )


def _clusters(stops: Stops, wanted: str) -> tuple[Whole, bool]:
    """Return the cluster of each stop, and whether they are officers; a stop of no known officer goes by its day."""
    known = stops.officer >= 0
    share = stops.n[known].sum() / stops.n.sum()
    officers = wanted == "officer" or (wanted == "auto" and share >= _KNOWN)
    if officers and known.all():
        return stops.officer, True
    days = stops.day.astype(np.int64)
    return (np.where(known, stops.officer, -1 - days), True) if officers else (days, False)
