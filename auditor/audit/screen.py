"""The screen: which places stand out from ordinary variation, with the error rate that this run can promise.

Panels go in, arrays come out; findings are built afterwards, once. The screen looks at every place of the
configuration, whatever is chosen for output.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.audit.protocol import Protocol
from auditor.audit.screening.complete import Calibrated, complete
from auditor.audit.screening.decide import MOST_Q, Decision, decide
from auditor.signals.signal import Panel
from auditor.stats.screening.fdp_bound import fdp_bound
from auditor.stats.screening.local_fdr import local_fdr
from auditor.stats.screening.multiple import partial_conjunction

Floats = NDArray[np.float64]


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
    results = {}
    for name, panel in panels.items():
        column = decision.families.index(family_of[name])
        results[name] = complete(panel, name, column, decision, local[:, column], protocol, rng, columns[name])
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
