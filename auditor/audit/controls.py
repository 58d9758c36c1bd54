"""The negative controls of one place as the review lists them, without what would give a small count away."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from auditor.audit.measured import Measured
from auditor.audit.written import pooled
from auditor.findings.review import Control
from auditor.signals.baseline import public
from auditor.signals.signal import Panel

LEAST_OF_THREE_DIGITS = 1000
"""The smallest count that the limits of a ratio, written to three digits, leave open by more than ten.

A limit is known to 1 in 2,000 at best, so the standard error to 0.00027, and a count c, the inverse of its square, to
0.00054 c^1.5 either way: 17 of 1,000, but 4 of 400.
"""


def controls_of(measured: Measured, j: int) -> Iterator[Control]:
    """Yield the controls that one signal could measure in the place at position j, in the order of their contrasts.

    Numbers have three significant digits at most: controls are parts of what other findings count.
    """
    panel = measured.control
    if panel is None:
        return
    result = measured.calibrated
    shown = [k for k in range(len(panel.contrasts)) if not panel.code[j, k] and panel.testable[j, k]]
    for k in shown:
        contrast = panel.contrasts[k]
        hidden = _hidden(measured, panel, j, k)
        numbers = (panel.estimate, panel.low, panel.high)
        ratio, low, high = (None if hidden else pooled(values[j, k]) for values in numbers)
        p, q = (None if hidden else pooled(values[j, k], 2) for values in (result.control_p, result.control_q))
        yield Control(
            signal=measured.card.name,
            contrast=contrast.key,
            group=contrast.group,
            reference=contrast.reference,
            event=contrast.event,
            label=contrast.label,
            ratio=ratio,
            low=low,
            high=high,
            p=p,
            q=q,
            suppressed=hidden,
        )


def _hidden(measured: Measured, panel: Panel, j: int, k: int) -> bool:
    """Say whether a control's numbers would give a small count away.

    Controls of one group share its counts, and the group's whole is printed with its finding: one small part, or a
    small rest, hides all of them. So do counts that three digits tell: other signals print what they are part of, and
    no signal knows what is left of that.
    """
    if _told(measured, panel, j, k):
        return True
    own = panel.contrasts[k]
    same = [
        i
        for i, other in enumerate(panel.contrasts)
        if (other.group, other.event) == (own.group, own.event) and not panel.code[j, i]
    ]
    if panel.hidden is not None and any(panel.hidden[j, i] for i in same):
        return True
    return any(_small_rest(measured, panel, j, c, same) for c in range(len(measured.panel.contrasts)))


def _told(measured: Measured, panel: Panel, j: int, k: int) -> bool:
    """Say whether a ratio and its limits, of three digits, would tell the counts that they are made of."""
    share, base = panel.comparator[j, k], panel.comparator_n[j, k]
    pairs = [(panel.k[j, k], panel.n[j, k])]
    if panel.contrasts[k].reference is not None and panel.contrasts[k].shape != "rates":
        pairs.append((share * base, base))
    counts = np.array([count for part, whole in pairs for count in (part, whole - part)])
    # A model's control has no counts of its own.
    return bool((counts < LEAST_OF_THREE_DIGITS).any() and not public(measured.cells)[j])


def _small_rest(measured: Measured, panel: Panel, j: int, c: int, same: list[int]) -> bool:
    """Say whether a finding's counts, less those of its group's controls (each, or all), leave one to ten people."""
    whole, cells = measured.panel, measured.cells
    contrast, control = whole.contrasts[c], panel.contrasts[same[0]]
    if whole.code[j, c] or contrast.shape not in ("rates", "share") or contrast.shape != control.shape:
        return False
    if (contrast.group, contrast.event) != (control.group, control.event):
        return False
    parts = np.array([[panel.k[j, i], panel.n[j, i] - panel.k[j, i]] for i in same])
    left = np.array([whole.k[j, c], whole.n[j, c] - whole.k[j, c]]) - np.vstack([parts, parts.sum(axis=0)])
    return bool(((left > 0) & (left < cells.gates["persons"])).any() and not public(cells)[j])
