"""The screen: which places stand out from ordinary variation, with the error rate that this run can promise.

Panels go in, arrays come out; findings are built afterwards, once. The screen looks at every place of the
configuration, whatever is chosen for output.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from auditor.audit.protocol import Protocol
from auditor.audit.screening.choose import nulls_of, strata
from auditor.audit.screening.controls import log_estimates
from auditor.audit.screening.null import LEVEL, Null, on_scale
from auditor.cells import is_simulated
from auditor.findings.card import FAMILIES
from auditor.signals.signal import Panel
from auditor.stats.screening.fdp_bound import fdp_bound
from auditor.stats.screening.local_fdr import local_fdr
from auditor.stats.screening.multiple import benjamini_hochberg, partial_conjunction, simes
from auditor.stats.screening.ranks import rank_intervals
from auditor.stats.screening.selection import fcr_level
from auditor.stats.screening.shrink import shrink

Floats = NDArray[np.float64]
_Z = float(ndtri((1 + LEVEL) / 2))
_FEWEST_RANKED = 3
MOST_Q = 0.05
"""The largest rate that the words of the verdicts rest on, whatever the protocol says."""
_RESULTS = (
    "ratio",
    "low",
    "high",
    "detectable",
    "shrunken",
    "shrunken_low",
    "shrunken_high",
    "rank_low",
    "rank_high",
    "q",
    "factor",
    "shift",
    "least",
    "local_fdr",
    "selected_low",
    "selected_high",
)


@dataclass(frozen=True)
class Calibrated:
    """What the screen adds to one panel; all arrays (J, C), NaN where nothing is promised.

    Attributes
    ----------
    p_greater, p_less : arrays
        One-sided calibrated p-values.
    ratio, low, high : arrays
        The ratio to what is ordinary among the places compared, and the interval that inverts the test.
    detectable : array
        Smallest ratio found with 80 % power at the cut-off this run used.
    shrunken, shrunken_low, shrunken_high : arrays
        Empirical-Bayes estimates over the places of the contrast.
    rank_low, rank_high : arrays
        95 % interval of the rank (1 is the largest), NaN where it is not ranked.
    q : array
        Benjamini-Hochberg value of the finding: of its family in that place, and of itself within the family.
    factor, shift : arrays
        lambda* and delta* (log scale): how many times larger, and how far shifted, the systematic error must be than
        the controls show before the flag vanishes; NaN where no control tells.
    least : array
        The smallest calibrated p-value that the entry could have had (the resolution floor).
    local_fdr : array
        Local false discovery rate of the family's test in that place.
    selected_low, selected_high : arrays
        For flagged entries, the interval adjusted for being shown because it was selected (false coverage rate).
    ranked : (J, C) int array
        Among how many places the place is ranked; 0 when it is not.
    nulls : tuple of tuple of Null
        For each contrast, the nulls of its places.
    control_p, control_q : (J, K) arrays
        Two-sided p-values of the place's own negative controls, and their Benjamini-Hochberg values among all places'
        controls; a column for each contrast of the control panel, NaN where there is none.
    """

    p_greater: Floats
    p_less: Floats
    ratio: Floats
    low: Floats
    high: Floats
    detectable: Floats
    shrunken: Floats
    shrunken_low: Floats
    shrunken_high: Floats
    rank_low: Floats
    rank_high: Floats
    q: Floats
    factor: Floats
    shift: Floats
    least: Floats
    local_fdr: Floats
    selected_low: Floats
    selected_high: Floats
    ranked: NDArray[np.int64]
    nulls: tuple[tuple[Null, ...], ...]
    control_p: Floats
    control_q: Floats

    @cached_property
    def fired(self) -> Floats:
        """(J,) smallest ``control_q`` of each place; NaN where it has none."""
        return np.asarray(np.fmin.reduce(self.control_q, axis=1, initial=np.nan))

    def null(self, j: int, c: int) -> Null | None:
        """Return the null that decides an entry."""
        return next((null for null in self.nulls[c] if null.rows[j]), None)


@dataclass(frozen=True)
class Screen:
    """The result over all signals.

    Attributes
    ----------
    panels : mapping of str to Calibrated
        By signal.
    families : tuple of str
        Families with at least one test.
    p_greater, p_less : (J, F) arrays
        Family p-values (Simes within the family).
    q_greater, q_less : (J, F) arrays
        Their Benjamini-Hochberg values over all place x family tests.
    tests, selected : (J,) int arrays
        How many place x family tests were made, and how many of them are rejected, among places of the same kind:
        real and simulated places are families of tests of their own.
    cutoff : (J,) array
        The p-value at which this run rejects; with no rejection, the one that a first rejection would need.
    drawn : (J,) bool array
        Simulated places.
    false_bound : float or None
        Upper bound, with 95 % confidence, on the share of false ones among the rejected; None with no rejection.
    """

    panels: Mapping[str, Calibrated]
    families: tuple[str, ...]
    p_greater: Floats
    p_less: Floats
    q_greater: Floats
    q_less: Floats
    tests: NDArray[np.int64]
    selected: NDArray[np.int64]
    cutoff: Floats
    drawn: NDArray[np.bool_]
    false_bound: float | None

    def total(self) -> tuple[int, int, float]:
        """Return tests, rejections and cut-off of the real places; of the simulated ones where there are no others."""
        real = np.flatnonzero(~self.drawn)
        some = [int(j) for j in (*real, *np.flatnonzero(self.drawn)) if self.tests[j]]
        if not some:
            return 0, 0, float("nan")
        return int(self.tests[some[0]]), int(self.selected[some[0]]), float(self.cutoff[some[0]])

    def corroboration(self, j: int, at_least: int = 2) -> float | None:
        """Return the partial-conjunction p-value that effects exist in this many families of a place; None if fewer.

        Bonferroni, valid whatever the dependence (Benjamini & Heller 2008, Biometrics 64, 1215-1222): families share
        counts.
        """
        known = np.isfinite(self.p_greater[j])
        if int(known.sum()) < at_least:
            return None
        p = np.where(known, self.p_greater[j], 1.0)
        return float(partial_conjunction(p[None], known[None], at_least)[0])


@dataclass(frozen=True)
class Fitted:
    """Nulls of one panel and the p-values that they promise, (J, C) with NaN elsewhere."""

    p_greater: Floats
    p_less: Floats
    nulls: tuple[tuple[Null, ...], ...]


@dataclass(frozen=True)
class Decision:
    """Which family of which place is rejected; the part of the screen that error rates are about.

    Attributes
    ----------
    fitted : mapping of str to Fitted
        By signal.
    families : tuple of str
    p_greater, p_less, q_greater, q_less : (J, F) arrays
    tests, selected : (J,) int arrays
    cutoff : (J,) array
    drawn : (J,) bool array
        Simulated places.
    within : (J, F) array
        How many tests of the family were made in the place.
    """

    fitted: Mapping[str, Fitted]
    families: tuple[str, ...]
    p_greater: Floats
    p_less: Floats
    q_greater: Floats
    q_less: Floats
    tests: NDArray[np.int64]
    selected: NDArray[np.int64]
    cutoff: Floats
    within: Floats
    drawn: NDArray[np.bool_]


def run_screen(
    panels: Mapping[str, Panel],
    controls: Mapping[str, Panel],
    family_of: Mapping[str, str],
    protocol: Protocol,
    seed: int,
    rng: np.random.Generator,
) -> Screen:
    """Screen all panels together.

    Parameters
    ----------
    panels : mapping of str to Panel
        By signal; every panel has the same places.
    controls : mapping of str to Panel
        Negative controls, of the signals that have any in these data.
    family_of : mapping of str to str
        Family of each signal.
    protocol : Protocol
    seed : int
        For the folds of control places.
    rng : Generator
        For rank intervals only.

    Returns
    -------
    Screen
    """
    decision = decide(panels, controls, family_of, protocol, seed)
    known = np.isfinite(decision.p_greater)
    local = np.full(decision.p_greater.shape, np.nan)
    for domain in (decision.drawn, ~decision.drawn):
        own = known & domain[:, None]
        if own.any():
            local[own] = local_fdr(decision.p_greater[own])
    columns = {name: len(controls[name].contrasts) if name in controls else 0 for name in panels}
    results = {
        name: _complete(
            panel,
            name,
            decision,
            local[:, decision.families.index(family_of[name])],
            family_of,
            protocol,
            rng,
            columns[name],
        )
        for name, panel in panels.items()
    }
    bound = _false_bound(decision, family_of, min(protocol.q, MOST_Q))
    return Screen(
        results,
        decision.families,
        decision.p_greater,
        decision.p_less,
        decision.q_greater,
        decision.q_less,
        decision.tests,
        decision.selected,
        decision.cutoff,
        decision.drawn,
        bound,
    )


def _false_bound(decision: Decision, family_of: Mapping[str, str], q: float) -> float | None:
    """Bound the share of false ones among the rejected; None without any, or where one rests on no promise."""
    known, real = np.isfinite(decision.p_greater), ~decision.drawn[:, None]
    told = known & real if (known & real).any() else known
    rejected = told & (decision.q_greater <= q)
    if not rejected.any() or (rejected & _unguarded(decision, family_of)).any():
        return None
    return float(fdp_bound(decision.p_greater[told], rejected[told], 0.05))


def _unguarded(decision: Decision, family_of: Mapping[str, str]) -> NDArray[np.bool_]:
    """(J, F) mask of the tests that a null without a promise decides."""
    result = np.zeros(decision.p_greater.shape, dtype=bool)
    for name, fitted in decision.fitted.items():
        for null in (null for nulls in fitted.nulls for null in nulls):
            if null.decides and not null.promised:
                result[null.rows, decision.families.index(family_of[name])] = True
    return result


def decide(
    panels: Mapping[str, Panel],
    controls: Mapping[str, Panel],
    family_of: Mapping[str, str],
    protocol: Protocol,
    seed: int = 0,
) -> Decision:
    """Fit the nulls, combine within families, and adjust over all place x family tests."""
    fitted = {name: calibrate(panel, controls.get(name), protocol, seed) for name, panel in panels.items()}
    families = tuple(f for f in FAMILIES if any(family_of[name] == f for name in panels))
    greater = _family_p(panels, fitted, families, family_of, "p_greater")
    less = _family_p(panels, fitted, families, family_of, "p_less")
    known = np.isfinite(greater)
    within = np.zeros(greater.shape)
    for column, family in enumerate(families):
        for name in panels:
            if family_of[name] == family:
                within[:, column] += np.isfinite(fitted[name].p_greater).sum(axis=1)
    drawn = _simulated(panels.values(), len(known))
    q_greater, q_less = _adjust(greater, drawn), _adjust(less, drawn)
    q = min(protocol.q, MOST_Q)
    tests, selected = _of_domain(known, drawn), _of_domain(q_greater <= q, drawn)
    # The level at which Benjamini & Hochberg's procedure rejects, with at least one rejection: the largest rejected p
    # may lie far below it.
    with np.errstate(divide="ignore"):
        cutoff = np.where(tests > 0, q * np.maximum(1, selected) / np.maximum(tests, 1), np.nan)
    return Decision(fitted, families, greater, less, q_greater, q_less, tests, selected, cutoff, within, drawn)


def _simulated(panels: Iterable[Panel], places: int) -> NDArray[np.bool_]:
    """Return which places were drawn by a computer: they are a family of tests of their own.

    A flag bought by places that do not exist would lower the bar for those that do.
    """
    for panel in panels:
        if panel.stratum is not None:
            return is_simulated(panel.stratum)
    return np.zeros(places, dtype=bool)


def _of_domain(mask: NDArray[np.bool_], drawn: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Count a mask over all places of each place's own kind, real or simulated."""
    each = mask.sum(axis=1)
    return np.where(drawn, each[drawn].sum(), each[~drawn].sum()).astype(np.int64)


def calibrate(panel: Panel, control: Panel | None, protocol: Protocol, seed: int = 0) -> Fitted:
    """Fit the nulls of every tested contrast and take p-values where they may promise them."""
    greater, less = np.full(panel.k.shape, np.nan), np.full(panel.k.shape, np.nan)
    nulls = nulls_of(panel, control, protocol, seed)
    for c, found in enumerate(nulls):
        for null in found:
            if null.decides:
                greater[null.rows, c], less[null.rows, c] = null.tails()
    return Fitted(greater, less, nulls)


def _family_p(
    panels: Mapping[str, Panel],
    fitted: Mapping[str, Fitted],
    families: Sequence[str],
    family_of: Mapping[str, str],
    side: str,
) -> Floats:
    places = len(next(iter(panels.values())).places) if panels else 0
    result = np.full((places, len(families)), np.nan)
    for column, family in enumerate(families):
        parts = [getattr(fitted[name], side) for name in panels if family_of[name] == family]
        p = np.concatenate(parts, axis=1)
        known = np.isfinite(p)
        some = known.any(axis=1)
        if some.any():
            result[some, column] = simes(np.where(known, p, 1.0)[some], known[some])
    return result


def _adjust(p: Floats, drawn: NDArray[np.bool_]) -> Floats:
    q = np.full(p.shape, np.nan)
    for domain in (drawn, ~drawn):
        known = np.isfinite(p) & domain.reshape(-1, *[1] * (p.ndim - 1))
        if known.any():
            q[known] = benjamini_hochberg(p[known])
    return q


def _complete(
    panel: Panel,
    name: str,
    decision: Decision,
    local: Floats,
    family_of: Mapping[str, str],
    protocol: Protocol,
    rng: np.random.Generator,
    controls: int,
) -> Calibrated:
    fitted, column = decision.fitted[name], decision.families.index(family_of[name])
    family_q, tests_of = decision.q_greater[:, column], decision.within[:, column]
    arrays = {result: np.full(panel.k.shape, np.nan) for result in _RESULTS}
    ranked = np.zeros(panel.k.shape, dtype=np.int64)
    # Benjamini & Bogomolov (2014): inside a selected family, tests are held to the level of the selection.
    share = decision.tests / np.maximum(1, decision.selected)
    for c, nulls in enumerate(fitted.nulls):
        if panel.contrasts[c].tested:
            _rank(panel, c, arrays, ranked, rng)
        for null in nulls:
            if not null.decides:
                continue
            rows = null.rows
            _limits(null, c, decision, arrays)
            arrays["local_fdr"][rows, c] = local[rows]
            own = fitted.p_greater[rows, c] * tests_of[rows] * share[rows]
            arrays["q"][rows, c] = np.maximum(family_q[rows], np.minimum(1.0, own))
            _select(null, c, decision, arrays, protocol)
    control_p, control_q = _control_tests(panel, fitted, controls)
    return Calibrated(
        fitted.p_greater,
        fitted.p_less,
        nulls=fitted.nulls,
        ranked=ranked,
        control_p=control_p,
        control_q=control_q,
        **arrays,
    )


def _limits(null: Null, c: int, decision: Decision, arrays: dict[str, Floats]) -> None:
    low, high = null.interval(LEVEL)
    # The places of one null are all real, or all simulated.
    cutoff = float(decision.cutoff[null.rows][0])
    factor, shift = null.systematic(cutoff)
    values = {
        "ratio": null.ratio(),
        "low": low,
        "high": high,
        # A flag needs the two-sided interval above 1 as well.
        "detectable": null.detectable(min(cutoff, (1 - LEVEL) / 2)),
        "factor": factor,
        "shift": shift,
        "least": null.least(),
    }
    for name, value in values.items():
        arrays[name][null.rows, c] = value


def _select(null: Null, c: int, decision: Decision, arrays: dict[str, Floats], protocol: Protocol) -> None:
    """Widen the intervals of what is shown because it was selected (Benjamini & Yekutieli 2005, JASA 100, 71-81)."""
    chosen = arrays["q"][null.rows, c] <= min(protocol.q, MOST_Q)
    if not chosen.any():
        return
    at = int(np.flatnonzero(null.rows)[0])
    level = fcr_level(1 - LEVEL, int(decision.selected[at]), int(decision.tests[at]))
    low, high = null.interval(level)
    rows = np.flatnonzero(null.rows)[chosen]
    arrays["selected_low"][rows, c], arrays["selected_high"][rows, c] = low[chosen], high[chosen]


def _control_tests(panel: Panel, fitted: Fitted, controls: int) -> tuple[Floats, Floats]:
    """Return the p-values of all places' own controls, and those adjusted together over places and controls.

    A control that serves several contrasts keeps its smallest adjusted value.
    """
    p, q = (np.full((len(panel.places), controls), np.nan) for _ in range(2))
    for nulls in fitted.nulls:
        own = np.full(p.shape, np.nan)
        for null in nulls:
            for column, values in zip(null.control_columns, null.fired(), strict=False):
                own[null.rows, column] = np.fmin(own[null.rows, column], values)
        known = np.isfinite(own)
        if not known.any():
            continue
        adjusted = _adjust(own, _simulated([panel], len(own)))
        less = known & ~(q <= adjusted)
        p[less], q[less] = own[less], adjusted[less]
    return p, q


def _rank(panel: Panel, c: int, arrays: dict[str, Floats], ranked: NDArray[np.int64], rng: np.random.Generator) -> None:
    if panel.contrasts[c].shape == "change":
        # A change has the limits of its randomisation, open more often than not: there is nothing to shrink by.
        return
    for _, rows in strata(panel, c):
        if rows.sum() >= _FEWEST_RANKED:
            _shrink(panel, c, rows, arrays, rng)
            ranked[rows, c] = int(rows.sum())


def _shrink(panel: Panel, c: int, rows: NDArray[np.bool_], arrays: dict[str, Floats], rng: np.random.Generator) -> None:
    """Shrink log ratios towards their mean, and rank them; what is kept is on the contrast's own scale."""
    value, error = _logs(panel, c, rows)
    result = shrink(value, error)
    low, high = result.mean - _Z * result.sd, result.mean + _Z * result.sd
    for name, log_value in (("shrunken", result.mean), ("shrunken_low", low), ("shrunken_high", high)):
        arrays[name][rows, c] = on_scale(panel.contrasts[c], np.exp(log_value), panel.base[rows, c])
    low, high = rank_intervals(result.mean, result.sd, level=LEVEL, rng=rng)
    arrays["rank_low"][rows, c], arrays["rank_high"][rows, c] = low, high


def _logs(panel: Panel, c: int, rows: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return log ratios with standard errors that include the natural differences inside a place, where it has any."""
    for sample in panel.samples.get(c, ()):
        if not sample.alone and bool((sample.rows | ~rows).all()):
            return sample.contrast.difference[rows], sample.contrast.se[rows]
    if panel.contrasts[c].shape in ("share", "rates", "hits", "pair", "odds"):
        return log_estimates(panel, rows, c)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.log(panel.estimate[rows, c])
        error = (np.log(panel.high[rows, c]) - np.log(panel.low[rows, c])) / (2 * _Z)
    return value, np.where(np.isfinite(error) & (error > 0), error, 10.0)
