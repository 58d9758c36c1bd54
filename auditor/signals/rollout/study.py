"""Who takes part in a roll-out, since when, and why others do not: by dates and sizes, before any result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Bools, Cells, Floats
from auditor.signals.baseline import small as unprintable
from auditor.signals.baseline import tainted
from auditor.signals.rollout.counts import ALL, PeriodCounts, Periods
from auditor.stats.rollout.outcome import large_enough

BEFORE, AFTER = 24, 12
"""Months of data that a wave needs before its start, and that at least one wave needs after it."""

REASONS = (
    "regional",
    "no-dates",
    "undated",
    "suppressed",
    "absent",
    "early",
    "other-kind",
    "no-covariates",
    "hidden",
    "small",
    "few-places",
    "one-wave",
    "short-after",
)
"""Why there is no number for a place, in the order of the panel's codes less one; each is in the catalogue."""

_FATAL = ("few-places", "one-wave", "short-after")


@dataclass(frozen=True, slots=True)
class Rules:
    """Sizes that were fixed before the data were seen.

    Attributes
    ----------
    least : float
        Mean count a period, of each count in the outcome, before anything started.
    cohort, places, waves : int
        Fewest places of a wave, of the region, and fewest waves.
    anticipation : int
        Periods before the start that may already be touched.
    """

    least: float
    cohort: int
    places: int
    waves: int
    anticipation: int


@dataclass(frozen=True)
class Study:
    """One region's roll-out, before any estimate.

    Attributes
    ----------
    outcome : str
        ``"discretion"`` or ``"ratio"``.
    periods : Periods
    first : (J,) array
        Period of the start; infinity where there is none within the data; NaN where it is not known.
    used : (J,) bool array
    reason : (J,) object array
        Why a place takes no part; ``"regional"`` for those that do.
    window : (T,) bool array
        Periods before anything started (and was anticipated) in any used place.
    waves : int
        Waves that are large enough.
    """

    outcome: str
    periods: Periods
    first: Floats
    used: Bools
    reason: NDArray[np.object_]
    window: Bools
    waves: int

    @property
    def code(self) -> NDArray[np.int64]:
        """(J,) array: position in :data:`REASONS`, plus one."""
        return np.array([REASONS.index(str(reason)) + 1 for reason in self.reason], dtype=np.int64)


def starts(cells: Cells, program: str, kinds: tuple[str, ...], periods: Periods, undated: str) -> tuple[Floats, str]:
    """Return the period in which each place started, and the programme.

    Without a name it is the programme of which most places have a date. A start after the last period is infinity: the
    place had not started as far as the data reach. A place without a date is NaN, unless ``undated`` says that the list
    is complete, so that it never started.
    """
    table = cells.activations
    names = sorted(set(table.program.astype(str).tolist()))
    if not program and names:
        program = max(names, key=lambda name: (_dated(cells, name, kinds).sum(), name))
    days = table.first(cells.size, program, kinds)
    known = ~np.isnat(days)
    month = np.where(known, days, np.datetime64("1970-01-01")).astype("datetime64[M]").astype(np.int64)
    first = np.floor((month - periods.first) / periods.step)
    first = np.where(month >= periods.end, np.inf, first)
    return np.where(known, first, np.inf if undated == "never" and known.any() else np.nan), program


def _dated(cells: Cells, program: str, kinds: tuple[str, ...]) -> Bools:
    return ~np.isnat(cells.activations.first(cells.size, program, kinds))


def outcome_of(counts: PeriodCounts, wanted: str, groups: tuple[str, str]) -> str:
    """Return ``"discretion"`` where at least half of the places with both groups tell both sides of offences."""
    if wanted != "auto":
        return wanted
    whole, both = (_seen(counts, sides, groups).sum() for sides in ((ALL,), ("discretionary", "serious")))
    return "discretion" if both > 0 and 2 * both >= whole else "ratio"


def _seen(counts: PeriodCounts, sides: tuple[str, ...], groups: tuple[str, str]) -> Bools:
    # In a source of single events, offences that it never states would look like observed zeros: some must be counted.
    parts = [np.nansum(counts.of(side, group), axis=1) > 0 for side in sides for group in groups]
    return np.asarray(np.all(parts, axis=0))


def needed(counts: PeriodCounts, outcome: str, groups: tuple[str, str]) -> Floats:
    """Return the counts that the outcome is made of, (m, J, T): those above its line, then those below it."""
    focal, reference = groups
    if outcome == "ratio":
        return np.stack([counts.of(ALL, focal), counts.of(ALL, reference)])
    pairs = (("discretionary", focal), ("serious", reference), ("discretionary", reference), ("serious", focal))
    return np.stack([counts.of(side, group) for side, group in pairs])


def study(
    cells: Cells,
    counts: PeriodCounts,
    outcome: str,
    groups: tuple[str, str],
    first: Floats,
    rules: Rules,
    without: Bools | None = None,
) -> Study:
    """Decide who takes part, by dates and by counts before anything started.

    Parameters
    ----------
    cells : Cells
    counts : PeriodCounts
    outcome : str
    groups : pair of str
        Focal and reference group.
    first : (J,) array
        As :func:`starts` gives it.
    rules : Rules
    without : (J,) bool array, optional
        Places without the covariates that the estimate needs.
    """
    parts = needed(counts, outcome, groups)
    reason = _unfit(counts, parts, first, rules)
    used = reason == "regional"
    if used.any():
        kinds, sizes = np.unique(cells.stratum[used], return_counts=True)
        reason[used & (cells.stratum != kinds[np.argmax(sizes)])] = "other-kind"
    if without is not None:
        reason[(reason == "regional") & without] = "no-covariates"
    reason[(reason == "regional") & hidden(cells, parts)] = "hidden"
    used = reason == "regional"
    # The gate looks only at periods before the first start of all, so that no result can choose who takes part.
    window = np.arange(parts.shape[2]) < np.min(first[used], initial=np.inf) - rules.anticipation
    small = used & ~large_enough(parts, window, rules.least)
    reason[small] = np.where(counts.censored[small], "suppressed", "small")
    used = reason == "regional"
    large = _waves(first[used], rules)
    reason[used] = _region(used, large, parts.shape[2], counts.periods.step, rules)
    return Study(outcome, counts.periods, first, reason == "regional", reason, window, len(large))


def hidden(cells: Cells, parts: Floats) -> Bools:
    """Return the places of which the total of some count may not be printed.

    They take no part: the sums of a region are printed, and so are totals of its other places.

    Parameters
    ----------
    cells : Cells
    parts : (m, J, T) array
        Counts; NaN where a period was not observed.
    """
    return np.asarray(unprintable(np.nansum(parts, axis=2).T, cells).any(axis=1) | tainted(cells))


def _unfit(counts: PeriodCounts, parts: Floats, first: Floats, rules: Rules) -> NDArray[np.object_]:
    """Return why each place is out by its dates and gaps; ``"regional"`` for the others."""
    reason = np.full(len(first), "regional", dtype=object)
    seen: Bools = np.asarray(np.isfinite(parts).all(axis=0))
    some: Bools = np.asarray(seen.any(axis=1))
    before = BEFORE // counts.periods.step + rules.anticipation
    opened = np.where(some, np.argmax(seen, axis=1) if seen.shape[1] else 0, 0)
    tests: Mapping[str, Bools] = {
        "no-dates": np.full(len(first), not np.isfinite(first).any()),
        "undated": np.isnan(first),
        "suppressed": counts.censored & ~some,
        "absent": ~some,
        "early": first < opened + before,
    }
    for name, out in tests.items():
        reason[(reason == "regional") & out] = name
    return reason


def _waves(first: Floats, rules: Rules) -> Floats:
    """Return the starts of the waves that are large enough."""
    waves, sizes = np.unique(first[np.isfinite(first)], return_counts=True)
    return np.asarray(waves[sizes >= rules.cohort])


def _region(used: Bools, waves: Floats, length: int, step: int, rules: Rules) -> str:
    """Say why there is no number for the region, or that there is one."""
    if used.sum() < rules.places:
        return "few-places"
    if len(waves) < rules.waves:
        return "one-wave"
    if not (length - waves >= AFTER // step).any():
        return "short-after"
    return "regional"


def restricted(whole: Study, keep: Bools, rules: Rules) -> Study | None:
    """Return the study of some of the places (a state); None where they are too few or began together."""
    used = whole.used & keep
    large = _waves(whole.first[used], rules)
    length = len(whole.periods.labels)
    if _region(used, large, length, whole.periods.step, rules) in _FATAL:
        return None
    window = np.arange(length) < np.min(whole.first[used]) - rules.anticipation
    # What is said of places left out is said of the part's own.
    reason = np.where(keep, whole.reason, "other-kind")
    return Study(whole.outcome, whole.periods, whole.first, used, reason, window, len(large))
