"""Measure a signal under the alternative specifications of the protocol."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from auditor.audit.robustness.again import Again
from auditor.audit.robustness.alternatives import SERIOUS_EVENT, Alternative
from auditor.audit.robustness.matching import Matched, matched, same_numbers
from auditor.cells import Bools, Cells, CellSpec, Floats, Table
from auditor.signals.signal import Panel


@dataclass(frozen=True)
class Tried:
    """Which specifications could be measured for an entry and changed something; which of these agree; (J, C, S)."""

    counted: Bools
    agrees: Bools


def respecify(again: Again, alternatives: Sequence[Alternative], direction: str, rng: np.random.Generator) -> Tried:
    """Measure a signal under alternative specifications.

    A specification agrees where its own limit (sampling error alone) lies beyond 1 on the side that profiling would
    predict: the lower limit above 1, or for ``"less"`` the upper one below it; for ``"two-sided"`` on the side of the
    main estimate. One that cannot be measured, or that gives the very same numbers, is not counted.

    Parameters
    ----------
    again : Again
    alternatives : sequence of Alternative
    direction : {"greater", "less", "two-sided"}
    rng : numpy.random.Generator
    """
    panel, sign = again.panel, _sign(again.panel, direction)
    counted = np.zeros((*panel.code.shape, len(alternatives)), dtype=bool)
    agrees = np.zeros_like(counted)
    recounted: dict[CellSpec, Cells] = {}
    for s, (alternative, own) in enumerate(zip(alternatives, rng.spawn(len(alternatives)), strict=True)):
        other = again.measure(_cells(again, alternative, recounted), alternative.options, own)
        if other is None:
            continue
        for c in _tested(panel):
            found = matched(other, panel.contrasts[c], same_event=alternative.options == again.options)
            told = panel.measured[:, c] & panel.speaks[:, c] & found.measured
            counted[:, c, s] = told & ~same_numbers(panel, c, found)
            agrees[:, c, s] = counted[:, c, s] & _beyond(found, sign[:, c])
    return Tried(counted, agrees)


def _sign(panel: Panel, direction: str) -> Floats:
    """Return on which side of 1 a specification must lie: +1 above, -1 below; (J, C)."""
    if direction == "two-sided":
        return np.where(panel.estimate < 1, -1.0, 1.0)
    return np.full(panel.code.shape, -1.0 if direction == "less" else 1.0)


def _beyond(found: Matched, sign: Floats) -> Bools:
    return np.where(sign > 0, found.low > 1, found.high < 1)


def _tested(panel: Panel) -> Iterator[int]:
    return (c for c, contrast in enumerate(panel.contrasts) if contrast.tested)


def _cells(again: Again, alternative: Alternative, recounted: dict[CellSpec, Cells]) -> Cells:
    """Return what a specification counts; cells of one view are counted once."""
    spec = again.signal.view(alternative.options)
    if alternative.recounts and "offence" not in spec.keys:
        spec = dataclasses.replace(spec, keys=(*spec.keys, "offence"))
    if spec == again.signal.view(again.options):
        cells = again.cells
    else:
        if spec not in recounted:
            recounted[spec] = again.engine.cells(spec)
        cells = recounted[spec]
    if alternative.without:
        cells = without_offences(cells, alternative.without)
    return against_serious(cells, _event(again.panel)) if alternative.against_serious else cells


def _event(panel: Panel) -> str:
    return next((contrast.event for contrast in panel.contrasts if contrast.tested), "")


def without_offences(cells: Cells, classes: tuple[str, ...]) -> Cells:
    """Return the cells without some offence classes, which then stand on neither side of a contrast."""

    def kept(table: Table) -> Table:
        return table.take(~table.isin("offence", *classes))

    sides = {name: "neutral" if name in classes else side for name, side in cells.classes.items()}
    return dataclasses.replace(cells, counts=kept(cells.counts), regions=kept(cells.regions), classes=sides)


def against_serious(cells: Cells, event: str) -> Cells:
    """Return the cells with the serious offences of an event laid beside it as an event of their own."""
    classes = tuple(name for name, side in cells.classes.items() if side == "serious")
    serious = cells.counts.where(event=event, offence=classes)
    serious = serious.beside("event", np.full(len(serious.n), SERIOUS_EVENT, dtype=object))
    return dataclasses.replace(cells, counts=_joined(cells.counts, serious))


def _joined(one: Table, two: Table) -> Table:
    def both(a: Any, b: Any) -> Any:
        return None if a is None or b is None else np.concatenate([a, b])

    columns = {name: both(values, two.columns[name]) for name, values in one.columns.items()}
    names = ("index", "n", "censored", "complete", "moe", "first", "last")
    return Table(columns=columns, **{name: both(getattr(one, name), getattr(two, name)) for name in names})
