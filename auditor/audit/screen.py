"""The screen: which places stand out among their peers, with the error rate that this run can promise.

Panels go in, arrays come out; findings are built afterwards, once. The screen looks at every place of the
configuration, whatever is chosen for output.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri

from auditor.audit.protocol import Protocol
from auditor.findings.card import FAMILIES
from auditor.signals.signal import Panel
from auditor.stats.multiple import benjamini_hochberg, bh_cutoff, simes
from auditor.stats.peer import PeerNull, fit_peer_null, peer_detectable, peer_interval, peer_p
from auditor.stats.ranks import rank_intervals
from auditor.stats.shrink import shrink

Floats = NDArray[np.float64]
LEVEL = 0.95
POWER = 0.8
_NODES = 15
_Z, _Z_POWER = float(ndtri(0.975)), float(ndtri(POWER))


@dataclass(frozen=True)
class Calibrated:
    """What the screen adds to one panel; all arrays (J, C), NaN where nothing is promised.

    Attributes
    ----------
    p_greater, p_less : arrays
        One-sided p-values under the peer null (of a place's peers, itself left out).
    ratio, low, high : arrays
        The ratio to the peers' centre (of rates or of shares) and the interval that inverts that test.
    detectable : array
        Smallest ratio found with 80 % power at the cut-off this run used.
    shrunken, shrunken_low, shrunken_high : arrays
        Empirical-Bayes estimates over the places of the contrast.
    rank_low, rank_high : arrays
        95 % interval of the rank (1 is the largest), NaN where it is not ranked.
    ranked : (J, C) int array
        Among how many places the place is ranked; 0 when it is not.
    nulls : tuple of mapping of int to PeerNull
        One mapping for each contrast, from stratum to the null of its places; empty where none was fitted.
    q : array
        Benjamini-Hochberg value of the finding: of its family in that place, and of itself within the family.
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
    ranked: NDArray[np.int64]
    nulls: tuple[Mapping[int, PeerNull], ...]
    q: Floats


@dataclass(frozen=True)
class Screen:
    """The result over all signals.

    Attributes
    ----------
    panels : mapping of str to Calibrated
        By signal.
    families : tuple of str
        Families with at least one test.
    q_greater, q_less : (J, F) arrays
        Benjamini-Hochberg values of the family p-values (Simes within the family), over all place x family tests.
    tests : int
        How many place x family tests were made.
    cutoff : float
        The p-value at which this run rejects; with no rejection, the one that a first rejection would need.
    """

    panels: Mapping[str, Calibrated]
    families: tuple[str, ...]
    q_greater: Floats
    q_less: Floats
    tests: int
    cutoff: float

    def promised(self) -> bool:
        """Whether at least one test has a calibrated p-value."""
        return self.tests > 0


def run_screen(
    panels: Mapping[str, Panel],
    family_of: Mapping[str, str],
    protocol: Protocol,
    rng: np.random.Generator,
) -> Screen:
    """Screen all panels together.

    Parameters
    ----------
    panels : mapping of str to Panel
        By signal; every panel has the same places.
    family_of : mapping of str to str
        Family of each signal.
    protocol : Protocol
    rng : Generator
        For rank intervals only.

    Returns
    -------
    Screen
    """
    decision = decide(panels, family_of, protocol)
    results = {}
    for name, panel in panels.items():
        column = decision.families.index(family_of[name])
        family_q, tests_of = decision.q_greater[:, column], decision.within[:, column]
        fitted = decision.fitted[name]
        results[name] = _complete(panel, fitted, family_q, tests_of, decision, rng, protocol.q)
    return Screen(results, decision.families, decision.q_greater, decision.q_less, decision.tests, decision.cutoff)


@dataclass(frozen=True)
class Fitted:
    """Peer nulls of one panel and the p-values that they promise, (J, C) with NaN elsewhere."""

    p_greater: Floats
    p_less: Floats
    nulls: tuple[Mapping[int, PeerNull], ...]


@dataclass(frozen=True)
class Decision:
    """Which family of which place is rejected; the part of the screen that error rates are about.

    Attributes
    ----------
    fitted : mapping of str to Fitted
        By signal.
    families : tuple of str
    q_greater, q_less : (J, F) arrays
    tests : int
    cutoff : float
    within : (J, F) array
        How many tests of the family were made in the place.
    """

    fitted: Mapping[str, Fitted]
    families: tuple[str, ...]
    q_greater: Floats
    q_less: Floats
    tests: int
    cutoff: float
    within: Floats


def decide(panels: Mapping[str, Panel], family_of: Mapping[str, str], protocol: Protocol) -> Decision:
    """Fit the peer nulls, combine within families, and adjust over all place x family tests."""
    fitted = {name: calibrate(panel, protocol) for name, panel in panels.items()}
    families = tuple(f for f in FAMILIES if any(family_of[name] == f for name in panels))
    greater = _family_p(panels, fitted, families, family_of, "p_greater")
    less = _family_p(panels, fitted, families, family_of, "p_less")
    known = np.isfinite(greater)
    cutoff = float(bh_cutoff(greater[known], protocol.q)) if known.any() else float("nan")
    within = np.zeros(greater.shape)
    for column, family in enumerate(families):
        for name in panels:
            if family_of[name] == family:
                within[:, column] += np.isfinite(fitted[name].p_greater).sum(axis=1)
    return Decision(fitted, families, _adjust(greater), _adjust(less), int(known.sum()), cutoff, within)


def calibrate(panel: Panel, protocol: Protocol) -> Fitted:
    """Fit the peer null of every tested contrast and take p-values where it may promise them."""
    greater, less = np.full(panel.k.shape, np.nan), np.full(panel.k.shape, np.nan)
    nulls: list[Mapping[int, PeerNull]] = []
    rule = protocol.rule(panel.signal)
    wanted = rule is not None and rule.role == "test"
    for c, contrast in enumerate(panel.contrasts):
        found: dict[int, PeerNull] = {}
        for stratum, rows in strata(panel, c) if contrast.tested and wanted else ():
            k, n, base = panel.k[rows, c], panel.n[rows, c], panel.base[rows, c]
            null = found[stratum] = fit_peer_null(k, n, base)
            if null.promised and rows.sum() >= protocol.gates.minimum_peers:
                error = np.zeros(len(k)) if panel.base_error is None else panel.base_error[rows, c]
                greater[rows, c], less[rows, c] = _tails(null, k, n, base, error)
        nulls.append(found)
    return Fitted(greater, less, tuple(nulls))


def _tails(null: PeerNull, k: Floats, n: Floats, base: Floats, error: Floats) -> tuple[Floats, Floats]:
    """Tail probabilities, averaged over the benchmark's own error where it has one (Gauss-Hermite)."""
    upper, lower = peer_p(null, k, n, base)
    some = np.flatnonzero(error > 0)
    if not len(some):
        return upper, lower
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    weights = weights / weights.sum()
    upper[some], lower[some] = 0.0, 0.0
    for node, weight in zip(nodes, weights, strict=True):
        moved = expit(logit(base[some]) + node * error[some])
        above, below = peer_p(null, k[some], n[some], moved, member=some)
        upper[some] += weight * above
        lower[some] += weight * below
    return upper, lower


def strata(panel: Panel, c: int) -> Iterator[tuple[int, NDArray[np.bool_]]]:
    """Yield each stratum with the mask of its places that enter the screen."""
    rows = panel.entered[:, c]
    if panel.stratum is None:
        if rows.any():
            yield 0, rows
        return
    for stratum in np.unique(panel.stratum[rows]):
        yield int(stratum), rows & (panel.stratum == stratum)


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


def _adjust(p: Floats) -> Floats:
    q = np.full(p.shape, np.nan)
    known = np.isfinite(p)
    if known.any():
        q[known] = benjamini_hochberg(p[known])
    return q


def _complete(
    panel: Panel,
    fitted: Fitted,
    family_q: Floats,
    tests_of: Floats,
    decision: Decision,
    rng: np.random.Generator,
    q: float,
) -> Calibrated:
    shape = panel.k.shape
    names = (
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
    )
    arrays = {name: np.full(shape, np.nan) for name in names}
    ranked = np.zeros(shape, dtype=np.int64)
    tested = np.array([contrast.tested for contrast in panel.contrasts])
    # Benjamini & Bogomolov (2014): inside a selected family, tests are held to the level of the selection.
    rejected = max(1, int((decision.q_greater <= q).sum()))
    for c in map(int, np.flatnonzero(tested)):
        for stratum, rows in strata(panel, c):
            if rows.sum() >= 3:
                _shrink(panel, c, rows, arrays, rng)
                ranked[rows, c] = int(rows.sum())
            if not np.isfinite(fitted.p_greater[rows, c]).all():
                continue
            null = fitted.nulls[c][stratum]
            for name, values in _limits(panel, c, rows, null, decision.cutoff).items():
                arrays[name][rows, c] = values
            own = fitted.p_greater[rows, c] * tests_of[rows] * decision.tests / rejected
            arrays["q"][rows, c] = np.maximum(family_q[rows], np.minimum(1.0, own))
    return Calibrated(fitted.p_greater, fitted.p_less, nulls=fitted.nulls, ranked=ranked, **arrays)


def _limits(panel: Panel, c: int, rows: NDArray[np.bool_], null: PeerNull, cutoff: float) -> dict[str, Floats]:
    """Return ratio, limits and detectable ratio against the centre of the peers, on the contrast's own scale."""
    k, n, base = panel.k[rows, c], panel.n[rows, c], panel.base[rows, c]
    low, high = peer_interval(null, k, n, base, LEVEL)
    least = peer_detectable(null, n, base, cutoff, POWER)
    if panel.base_error is not None:
        low, high, least = _widened(low, high, least, panel.base_error[rows, c])
    centre = expit(logit(base) + null.mu)
    if panel.contrasts[c].shape == "rates":
        with np.errstate(divide="ignore"):
            ratio = (k / (n - k)) / (centre / (1 - centre))
        return {"ratio": ratio, "low": low, "high": high, "detectable": least}
    values = {"low": low, "high": high, "detectable": least}
    return {"ratio": k / n / centre} | {name: share_ratio_of(odds, centre) for name, odds in values.items()}


def share_ratio_of(odds_ratio: Floats, share: Floats) -> Floats:
    """Turn an odds ratio against a share into a ratio of shares (Zhang & Yu 1998, JAMA 280, 1690-1691)."""
    with np.errstate(invalid="ignore", over="ignore"):
        ratio = odds_ratio / (1 - share + share * odds_ratio)
    return np.where(np.isinf(odds_ratio), np.inf, ratio)


def _widened(low: Floats, high: Floats, least: Floats, error: Floats) -> tuple[Floats, Floats, Floats]:
    """Add the benchmark's own error to the limits, in quadrature on the log scale about their middle."""
    with np.errstate(divide="ignore", invalid="ignore"):
        a, b = np.log(low), np.log(high)
        middle = np.where(np.isfinite(a) & np.isfinite(b), (a + b) / 2, 0.0)
        wide = error > 0
        reach = _Z * error
        below = np.exp(middle - np.hypot(middle - a, reach))
        above = np.exp(middle + np.hypot(b - middle, reach))
        found = np.exp(np.hypot(np.log(least), (_Z + _Z_POWER) * error))
    return np.where(wide, below, low), np.where(wide, above, high), np.where(wide, found, least)


def _shrink(panel: Panel, c: int, rows: NDArray[np.bool_], arrays: dict[str, Floats], rng: np.random.Generator) -> None:
    """Shrink log odds ratios (log rate ratios for rates) towards their mean, and rank them.

    What is kept is on the contrast's own scale: the ratio to its comparator.
    """
    k, n, base = panel.k[rows, c], panel.n[rows, c], panel.base[rows, c]
    # Half an event is added on each side so that an empty cell has a finite log odds (Haldane 1956).
    log_ratio = np.log((k + 0.5) / (n - k + 0.5)) - logit(base)
    error = np.sqrt(1 / (k + 0.5) + 1 / (n - k + 0.5))
    if panel.base_error is not None:
        error = np.hypot(error, panel.base_error[rows, c])
    result = shrink(log_ratio, error)
    low, high = result.mean - _Z * result.sd, result.mean + _Z * result.sd
    for name, value in (("shrunken", result.mean), ("shrunken_low", low), ("shrunken_high", high)):
        odds = np.exp(value)
        arrays[name][rows, c] = odds if panel.contrasts[c].shape == "rates" else share_ratio_of(odds, base)
    low, high = rank_intervals(result.mean, result.sd, level=LEVEL, rng=rng)
    arrays["rank_low"][rows, c], arrays["rank_high"][rows, c] = low, high
