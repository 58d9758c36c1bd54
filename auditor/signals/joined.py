"""Panels of one signal side by side: contrasts that were measured in different ways."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from auditor.signals.signal import Panel, blank

_FILLED: dict[str, Any] = {
    "comparator_period": "",
    "censored": False,
    "apart": True,
    "hidden": False,
    "range_hidden": False,
    "base_error": 0.0,
    "given": False,
    "least_p": np.nan,
    "coarse": False,
    "preferred": True,
}
"""What an array that a panel does not have means, entry by entry."""


def joined(panels: Sequence[Panel]) -> Panel:
    """Put the contrasts of several panels of the same places beside each other.

    Raises
    ------
    ValueError
        When the places differ, or a panel holds samples of classes, which are numbered by contrast.
    """
    first = panels[0]
    if any(panel.places != first.places or panel.signal != first.signal for panel in panels):
        raise ValueError("only panels of one signal and the same places can be joined")
    if any(panel.samples for panel in panels):
        raise ValueError("a panel with samples of classes cannot be joined")
    arrays: dict[str, Any] = {name: np.hstack([getattr(panel, name) for panel in panels]) for name in blank(0, 0)}
    arrays |= {name: _filled(panels, name, value) for name, value in _FILLED.items()}
    if any(panel.missing_hidden is not None for panel in panels):
        arrays["missing_hidden"] = np.hstack([panel.bare for panel in panels])
    return Panel(
        signal=first.signal,
        places=first.places,
        contrasts=tuple(contrast for panel in panels for contrast in panel.contrasts),
        code=_codes(panels),
        testable=np.hstack([panel.testable for panel in panels]),
        lacks=tuple(lack for panel in panels for lack in panel.lacks),
        notes=_named(panels, "notes", False),
        extra=_named(panels, "extra", np.nan),
        missing=_named(panels, "missing", np.nan),
        ranges=_pairs(panels),
        window=_windows(panels),
        stratum=first.stratum,
        **arrays,
    )


def _codes(panels: Sequence[Panel]) -> Any:
    """Return the codes, which point into the lacks of all panels one after the other."""
    before = np.cumsum([0, *(len(panel.lacks) for panel in panels)])
    return np.hstack([panel.code + (panel.code > 0) * shift for panel, shift in zip(panels, before, strict=False)])


def _full(panel: Panel, value: Any) -> Any:
    return np.full(panel.code.shape, value, dtype=object if isinstance(value, str) else None)


def _filled(panels: Sequence[Panel], name: str, value: Any) -> Any:
    """Return one of the arrays that a panel need not have; None where none has it."""
    arrays = [getattr(panel, name) for panel in panels]
    if all(array is None for array in arrays):
        return None
    pairs = zip(panels, arrays, strict=True)
    return np.hstack([_full(panel, value) if array is None else array for panel, array in pairs])


def _named(panels: Sequence[Panel], field: str, value: Any) -> dict[str, Any]:
    names = dict.fromkeys(name for panel in panels for name in getattr(panel, field))
    return {
        name: np.hstack([getattr(panel, field).get(name, _full(panel, value)) for panel in panels]) for name in names
    }


def _pairs(panels: Sequence[Panel]) -> dict[str, tuple[Any, Any]]:
    names = dict.fromkeys(name for panel in panels for name in panel.ranges)
    found = {}
    for name in names:
        both = [panel.ranges.get(name, (_full(panel, np.nan), _full(panel, np.nan))) for panel in panels]
        found[name] = (np.hstack([low for low, _ in both]), np.hstack([high for _, high in both]))
    return found


def _windows(panels: Sequence[Panel]) -> Any:
    if all(panel.window is None for panel in panels):
        return None
    both = [panel.window or (_full(panel, ""), _full(panel, "")) for panel in panels]
    return tuple(np.hstack([window[i] for window in both]) for i in range(2))
