"""Take some contrasts of a panel, as if they were the ones that the audit asks about."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from auditor.signals.signal import ClassSample, Panel


def chosen(panel: Panel, columns: Sequence[int], *, tested: bool) -> Panel:
    """Return a panel of some of the contrasts.

    Parameters
    ----------
    panel : Panel
    columns : sequence of int
    tested : bool
        Whether they enter the screen.
    """
    at = list(columns)
    shape = panel.code.shape

    def pick(value: Any) -> Any:
        if isinstance(value, np.ndarray) and value.shape == shape:
            return value[:, at]
        return value

    fields = {field.name: pick(getattr(panel, field.name)) for field in dataclasses.fields(panel)}
    return Panel(
        **fields
        | {
            "contrasts": tuple(dataclasses.replace(panel.contrasts[c], tested=tested) for c in at),
            "notes": {},
            "extra": {name: pick(values) for name, values in panel.extra.items()},
            "ranges": {},
            "missing": {},
            "window": None,
            "samples": _samples(panel, at),
            "ranked": {new: panel.ranked[old] for new, old in enumerate(at) if old in panel.ranked},
            "preferred": None,
        }
    )


def _samples(panel: Panel, at: Sequence[int]) -> dict[int, tuple[ClassSample, ...]]:
    return {new: panel.samples[old] for new, old in enumerate(at) if old in panel.samples}
