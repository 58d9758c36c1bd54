"""Choose the null of every tested contrast: relabelled classes, a signal's own randomisation, controls, then peers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from auditor.audit.protocol import Protocol
from auditor.audit.screening.classes import AloneNull, ClassesNull
from auditor.audit.screening.controls import ControlsNull, usable_columns
from auditor.audit.screening.given import GivenNull
from auditor.audit.screening.null import Bools, Null
from auditor.audit.screening.peers import PeersNull
from auditor.audit.screening.ranked import RankedNull
from auditor.signals.signal import Panel
from auditor.stats.conformal.screen import TooFewControlsError
from auditor.stats.fit import NotConverged

FEWEST_WITH_CONTROLS = 20
"""Places with a control of their own from which a spread may be learnt; below, peers decide or nothing does."""


def nulls_of(panel: Panel, control: Panel | None, protocol: Protocol, seed: int) -> tuple[tuple[Null, ...], ...]:
    """Return, for each contrast, the nulls of its places (none where it does not enter the screen).

    Parameters
    ----------
    panel : Panel
    control : Panel or None
        The signal's negative controls at the same places.
    protocol : Protocol
    seed : int
        Folds of control places depend on it.
    """
    rule = protocol.rule(panel.signal)
    wanted = rule is not None and rule.role == "test"
    return tuple(
        tuple(_nulls(panel, c, control, protocol, seed)) if contrast.tested and wanted else ()
        for c, contrast in enumerate(panel.contrasts)
    )


def _nulls(panel: Panel, c: int, control: Panel | None, protocol: Protocol, seed: int) -> Iterator[Null]:
    for stratum, rows in strata(panel, c):
        for null in _relabelled(panel, c, rows, stratum, control):
            rows = rows & ~null.rows
            yield null
        for sample in panel.ranked.get(c, ()):
            if (own := rows & sample.rows).any():
                yield RankedNull(panel, c, own, stratum, sample, control)
                rows = rows & ~own
        if not rows.any():
            continue
        given = np.zeros(len(rows), dtype=bool) if panel.given is None else rows & panel.given[:, c]
        if given.any():
            yield GivenNull(panel, c, given, stratum)
        rest = rows & ~given
        if rest.any():
            found = _controlled(panel, c, rest, stratum, control, seed)
            yield found or PeersNull(panel, c, rest, stratum, protocol.gates.minimum_peers)


def _relabelled(panel: Panel, c: int, rows: Bools, stratum: int, control: Panel | None) -> Iterator[Null]:
    for sample in panel.samples.get(c, ()):
        own = rows & sample.rows
        if not own.any():
            continue
        # Controls of the same stratum only: another one's were relabelled among other places.
        others = [
            (column, item.contrast)
            for column, samples in (control.samples.items() if control is not None else ())
            for item in samples
            if item.alone is sample.alone
            and (_same(panel, item.rows, stratum) if not item.alone else item.rows[own].any())
        ]
        yield (AloneNull if sample.alone else ClassesNull)(panel, c, own, stratum, sample, others)


def _same(panel: Panel, rows: Bools, stratum: int) -> bool:
    return panel.stratum is None or bool((panel.stratum[rows] == stratum).all())


def _controlled(
    panel: Panel, c: int, rows: Bools, stratum: int, control: Panel | None, seed: int
) -> ControlsNull | None:
    """Return the null that controls give; None where there are too few, or no model of them converged."""
    if control is None:
        return None
    columns = usable_columns(panel, c, control)
    there = control.testable[:, columns].any(axis=1)
    if control.stratum is not None:
        there = there & (control.stratum == stratum)
    if int(there.sum()) < FEWEST_WITH_CONTROLS:
        return None
    try:
        null = ControlsNull(panel, c, rows, stratum, control, columns, seed)
        # Too few controls could flag nobody however extreme: a gate on sizes, looked at before any p-value.
        return null if null.resolves else None
    except (TooFewControlsError, NotConverged):
        # Peers decide instead, and what they promise is said: the verdict is then capped for want of a control.
        return None


def strata(panel: Panel, c: int) -> Iterator[tuple[int, Bools]]:
    """Yield each stratum with the mask of its places that enter the screen."""
    rows = panel.entered[:, c]
    if panel.stratum is None:
        if rows.any():
            yield 0, rows
        return
    for stratum in np.unique(panel.stratum[rows]):
        yield int(stratum), rows & (panel.stratum == stratum)
