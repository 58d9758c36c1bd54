"""Which family of which place is rejected: nulls, p-values, and their adjustment over all tests of the run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.audit.protocol import Protocol
from auditor.audit.screening.choose import nulls_of
from auditor.audit.screening.null import Null
from auditor.cells import is_simulated
from auditor.findings.card import FAMILIES
from auditor.signals.signal import Panel
from auditor.stats.screening.multiple import benjamini_hochberg, simes

Floats = NDArray[np.float64]
MOST_Q = 0.05
"""The largest rate that the words of the verdicts rest on, whatever the protocol says."""


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
    drawn = simulated(panels.values(), len(known))
    q_greater, q_less = adjust(greater, drawn), adjust(less, drawn)
    q = min(protocol.q, MOST_Q)
    tests, selected = _of_domain(known, drawn), _of_domain(q_greater <= q, drawn)
    # The level at which Benjamini & Hochberg's procedure rejects, with at least one rejection: the largest rejected p
    # may lie far below it.
    with np.errstate(divide="ignore"):
        cutoff = np.where(tests > 0, q * np.maximum(1, selected) / np.maximum(tests, 1), np.nan)
    return Decision(fitted, families, greater, less, q_greater, q_less, tests, selected, cutoff, within, drawn)


def simulated(panels: Iterable[Panel], places: int) -> NDArray[np.bool_]:
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


def adjust(p: Floats, drawn: NDArray[np.bool_]) -> Floats:
    """Return Benjamini-Hochberg values, of real and of simulated places (rows) apart; NaN where there is no p."""
    q = np.full(p.shape, np.nan)
    for domain in (drawn, ~drawn):
        known = np.isfinite(p) & domain.reshape(-1, *[1] * (p.ndim - 1))
        if known.any():
            q[known] = benjamini_hochberg(p[known])
    return q
