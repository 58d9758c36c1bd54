"""One place's comparison: cells, a logit with the clock as a spline, and an error that allows for clusters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Floats
from auditor.signals.veil.curve import Stretch, curve_of
from auditor.signals.veil.designs import Refusal, Sample
from auditor.stats.clock.spline import NaturalSpline, spline_of_rows
from auditor.stats.clock.veil import LIGHT
from auditor.stats.clusters.grouped_logit import GroupedLogit, fit_grouped_logit
from auditor.stats.clusters.robust import FEWEST, Clustered, TooFewClusters, cluster_robust
from auditor.stats.fit import NotConverged
from auditor.stats.numbering import distinct, numbered, summed

CLOCK = 5
"""Minutes of the clock that make one cell: who drives hardly changes within them. Light or dark goes by the minute."""
_A_COLUMN = 15
"""Stops of the smaller group for each column of the model; fewer knots where there are fewer."""
_LEAST_KNOTS = 2
LEVEL = 0.95
_OFFICER, _DAY = "officer", "day"
DECIDED = ("caveat-officers-decide", "caveat-days-decide", "caveat-officers-alone", "caveat-days")
"""Caveats that say which clusters an interval allows for: of both kinds the wider, or of one kind alone."""
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
        Log odds ratio of being focal in daylight against darkness, with the error that decides.
    officers : bool
        Whether the clusters of that error are officers, else days.
    other : Clustered or None
        The same with the error of the other kind of cluster, where both were looked at; its interval is no wider.
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
    other: Clustered | None = None

    @property
    def decided(self) -> str:
        """Caveat that says which clusters the interval allows for."""
        alone = 2 * (self.other is None)
        return DECIDED[alone + (not self.officers)]

    @property
    def df(self) -> float:
        """Degrees of freedom: the fewer, where two errors were looked at."""
        return min(each.df for each in (self.effect, self.other) if each is not None)

    @property
    def spans(self) -> float:
        """Upper over lower limit of the interval."""
        low, high = self.effect.interval(LEVEL)
        return float(np.exp(high - low))

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
        Focal stops, all stops and position of the cell of entries that are compared.
    """

    k: Floats
    n: Floats
    intercept: Whole
    row: Whole
    light: Floats
    stretch: Whole
    covariates: Floats
    parts: tuple[Whole, Whole, Whole]


def compare(sample: Sample | Refusal, knots: int, cluster: str) -> Compared | Refusal:
    """Fit one place.

    Parameters
    ----------
    sample : Sample or Refusal
    knots : int
        Columns of the clock at most.
    cluster : {"auto", "officer", "day"}

    Returns
    -------
    Compared or Refusal
    """
    if isinstance(sample, Refusal):
        return sample
    counts = sample.counts
    if (counts.sum(axis=0) == 0).any():
        return Refusal("one-group")
    kept = sample.kept[sample.pair.at]
    clusters = _clusters(sample, kept, cluster)
    cells = gather(sample, kept)
    spline = clock_spline(cells, counts, knots)
    try:
        if spline is None:
            raise NotConverged("too few times of day for a curve")
        fit = fit_cells(cells, spline)
        effects = {name: cluster_robust(fit, *cells.parts, codes) for name, codes in clusters.items()}
    except NotConverged:
        few = any(len(numbered(codes)[0]) < FEWEST for codes in clusters.values())
        return Refusal("few-clusters" if few else "no-fit")
    except TooFewClusters:
        return Refusal("few-clusters")
    first, last = np.datetime_as_string(sample.span).tolist()
    wider = max(effects, key=lambda name: float(np.ptp(effects[name].interval(LEVEL))))
    other = next((each for name, each in effects.items() if name != wider), None)
    return Compared(
        counts=counts,
        effect=effects[wider],
        officers=wider == _OFFICER,
        knots=spline.width,
        cells=len(cells.n),
        first=first,
        last=last,
        curve=curve_of(sample),
        other=other,
    )


def log_ratio(sample: Sample | Refusal, knots: int) -> float | None:
    """Return the log odds ratio alone, without an error; None where it cannot be had."""
    if isinstance(sample, Refusal):
        return None
    cells = gather(sample, sample.kept[sample.pair.at])
    spline = clock_spline(cells, sample.counts, knots)
    try:
        return None if spline is None else float(fit_cells(cells, spline).coefficients[0])
    except NotConverged:
        return None


def gather(sample: Sample, kept: NDArray[np.bool_]) -> Cells:
    """Group the stops that a mask keeps by intercept, minute, daylight and season."""
    moments, compared = sample.pair.moments, sample.kept
    row = np.zeros(len(compared), dtype=np.int32)
    light = sample.seen[compared] == LIGHT
    row[compared], (when, stretch, bright) = distinct(sample.when[compared], moments.minute[compared] // CLOCK, light)
    stops, at = sample.pair.stops, sample.pair.at[kept]
    intercept = [] if sample.unit is None else [sample.unit[kept]]
    intercept += [] if sample.mark is None else [sample.mark[at]]
    cell, (*which, row_of) = distinct(*intercept, row[at])
    n = stops.n[kept]
    k = n * (stops.group[kept] == sample.pair.focal)
    names, back = numbered(when)
    return Cells(
        k=summed(cell, k, len(row_of)),
        n=summed(cell, n, len(row_of)),
        intercept=distinct(*which)[0] if which else np.zeros(len(row_of), dtype=np.int64),
        row=row_of,
        light=bright.astype(float),
        stretch=stretch,
        covariates=sample.columns(names)[back],
        parts=(k, n, cell),
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


def _minute(stretch: Whole) -> Floats:
    """Return the middle of stretches of the clock, in minutes."""
    return (CLOCK * stretch + CLOCK // 2).astype(float)


def _clusters(sample: Sample, kept: NDArray[np.bool_], wanted: str) -> dict[str, Whole]:
    """Return the cluster of each stop by officer, by day, or both; a stop of no known officer goes by its day."""
    pair = sample.pair
    officer, n = pair.stops.officer[kept], pair.stops.n[kept]
    known = officer >= 0
    enough = n[known].sum() >= _KNOWN * n.sum()
    officers = wanted == _OFFICER or (wanted == "auto" and enough)
    found: dict[str, Whole] = {}
    if officers and known.all():
        found[_OFFICER] = officer
    elif officers:
        found[_OFFICER] = np.where(known, officer, -1 - _days(sample, kept))
    if wanted != _OFFICER:
        # Beside officers, the days of each place: days across hundreds of places would cost more than all else.
        found[_DAY] = pair.moments.evening[pair.at[kept]] if officers else _days(sample, kept)
    return found


def _days(sample: Sample, kept: NDArray[np.bool_]) -> Whole:
    """Return the day of each stop, the same in all places that are compared together."""
    return sample.pair.moments.day.astype(np.int64).astype(np.int32)[sample.pair.at[kept]]
