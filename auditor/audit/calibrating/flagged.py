"""What a verdict would call a flag, without building a review: the same rule, on what a replicate decided."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from auditor.audit.evidence import evidence_of
from auditor.audit.measured import Measured
from auditor.audit.screen import Screen
from auditor.audit.screening.complete import Calibrated
from auditor.audit.screening.decide import Decision, Fitted
from auditor.audit.screening.null import LEVEL, Bools, Floats
from auditor.audit.verdict import Rules, flags
from auditor.cells import Cells
from auditor.findings.card import Card
from auditor.signals.signal import Panel


def flagged(
    decision: Decision, panels: Mapping[str, Panel], cards: Mapping[str, Card], cells: Mapping[str, Cells], rules: Rules
) -> Bools:
    """Return which family of which place has a finding that :func:`auditor.audit.verdict.flags` accepts.

    What a verdict asks of the place as a whole (families that do not contradict each other, no control that fired) and
    of its records is not asked here.

    Parameters
    ----------
    decision : Decision
    panels : mapping of str to Panel
        What was screened.
    cards : mapping of str to Card
    cells : mapping of str to Cells
        What was measured.
    rules : Rules

    Returns
    -------
    (J, F) bool array
    """
    result = np.zeros(decision.q_greater.shape, dtype=bool)
    for name, panel in panels.items():
        column = decision.families.index(cards[name].family)
        rows = np.nan_to_num(decision.q_greater[:, column], nan=1.0) <= rules.q
        if not rows.any():
            continue
        calibrated = _calibrated(panel, decision, name, column, rows)
        measured = Measured(cards[name], panel, calibrated, cells[name])
        screen = _screen(decision, name, calibrated)
        for j, c in np.argwhere((calibrated.q <= rules.q) & (calibrated.low > 1)).tolist():
            result[j, column] |= flags(evidence_of(measured, screen, j, c), rules)
    return result


def reversed_flags(decision: Decision, panels: Mapping[str, Panel], cards: Mapping[str, Card], rules: Rules) -> Bools:
    """Return which family of which place is as far out in the other direction: q, and both upper limits below 1.

    No verdict rests on it. It tells how often planted places are met from the wrong side.
    """
    result = np.zeros(decision.q_less.shape, dtype=bool)
    for name, panel in panels.items():
        column = decision.families.index(cards[name].family)
        rows = np.nan_to_num(decision.q_less[:, column], nan=1.0) <= rules.q
        if rows.any():
            _, high = _limits(panel, decision.fitted[name], rows)
            with np.errstate(invalid="ignore"):
                result[:, column] |= rows & ((high < 1) & (panel.high < 1)).any(axis=1)
    return result


def _limits(panel: Panel, fitted: Fitted, rows: Bools) -> tuple[Floats, Floats]:
    """Return the calibrated limits of every contrast whose null decides one of these places; NaN elsewhere."""
    low, high = np.full(panel.k.shape, math.nan), np.full(panel.k.shape, math.nan)
    for c, nulls in enumerate(fitted.nulls):
        for null in nulls:
            if null.decides and bool((null.rows & rows).any()):
                low[null.rows, c], high[null.rows, c] = null.interval(LEVEL)
    return low, high


def _calibrated(panel: Panel, decision: Decision, name: str, column: int, rows: Bools) -> Calibrated:
    """Return what a verdict reads of the screen's result; all that a flag does not depend on is NaN."""
    fitted = decision.fitted[name]
    low, high = _limits(panel, fitted, rows)
    # As in the screen: inside a selected family, tests are held to the level of the selection.
    share = decision.tests / np.maximum(1, decision.selected)
    own = fitted.p_greater * (decision.within[:, column] * share)[:, None]
    q = np.maximum(decision.q_greater[:, [column]], np.minimum(1.0, own))
    shape, places = panel.k.shape, panel.k.shape[0]
    given: dict[str, Any] = {
        "p_greater": fitted.p_greater,
        "p_less": fitted.p_less,
        "low": low,
        "high": high,
        "q": q,
        "nulls": fitted.nulls,
        "ranked": np.zeros(shape, dtype=np.int64),
        "control_p": np.full((places, 0), math.nan),
        "control_q": np.full((places, 0), math.nan),
    }
    names = [field.name for field in dataclasses.fields(Calibrated)]
    return Calibrated(**{name: given.get(name, np.full(shape, math.nan)) for name in names})


def _screen(decision: Decision, name: str, calibrated: Calibrated) -> Screen:
    shared: dict[str, Any] = {
        field.name: getattr(decision, field.name)
        for field in dataclasses.fields(Screen)
        if field.name not in ("panels", "false_bound")
    }
    return Screen(panels={name: calibrated}, false_bound=None, **shared)
