"""Contrasts of two panels of the same places set side by side."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from auditor.signals.signal import Panel, blank

_MASKS = ("censored", "apart", "hidden", "range_hidden", "coarse")


def beside(left: Panel, right: Panel) -> Panel:
    """Return one panel with the contrasts of both, those of ``left`` first.

    Parameters
    ----------
    left, right : Panel
        Of the same signal and places. Notes, numbers and ranges that only one of them has are absent for the other.

    Raises
    ------
    ValueError
        If they are of different signals or places, or one of them is decided by a randomisation of its own.
    """
    if (left.signal, left.places) != (right.signal, right.places):
        raise ValueError(f"panels of {left.signal} and {right.signal} are not of the same signal and places")
    if any(panel.samples or panel.given is not None or panel.preferred is not None for panel in (left, right)):
        raise ValueError(f"{left.signal}: a panel that is decided by itself cannot stand beside another")
    code = np.where(right.code > 0, right.code + len(left.lacks), 0)
    fields: dict[str, Any] = {name: np.hstack([_or(left, name, False), _or(right, name, False)]) for name in _MASKS}
    fields |= {name: np.hstack([getattr(left, name), getattr(right, name)]) for name in blank(0, 0)}
    return dataclasses.replace(
        left,
        contrasts=(*left.contrasts, *right.contrasts),
        code=np.hstack([left.code, code]),
        testable=np.hstack([left.testable, right.testable]),
        lacks=(*left.lacks, *right.lacks),
        notes=_merged(left, right, "notes", False),
        extra=_merged(left, right, "extra", np.nan),
        missing=_merged(left, right, "missing", np.nan),
        ranges=_ranges(left, right),
        window=_windows(left, right),
        base_error=np.hstack([_or(left, "base_error", 0.0), _or(right, "base_error", 0.0)]),
        comparator_period=np.hstack([_or(left, "comparator_period", ""), _or(right, "comparator_period", "")]),
        **fields,
    )


def _or(panel: Panel, name: str, fallback: Any) -> Any:
    value = getattr(panel, name)
    return np.full(panel.code.shape, fallback, dtype=object if fallback == "" else None) if value is None else value


def _merged(left: Panel, right: Panel, name: str, fallback: Any) -> dict[str, Any]:
    both = getattr(left, name), getattr(right, name)
    names = list(dict.fromkeys([*both[0], *both[1]]))
    return {
        key: np.hstack(
            [
                held.get(key, np.full(panel.code.shape, fallback))
                for held, panel in zip(both, (left, right), strict=True)
            ]
        )
        for key in names
    }


def _ranges(left: Panel, right: Panel) -> dict[str, tuple[Any, Any]]:
    nothing = [(np.full(panel.code.shape, np.nan),) * 2 for panel in (left, right)]
    names = list(dict.fromkeys([*left.ranges, *right.ranges]))
    pairs = {name: (left.ranges.get(name, nothing[0]), right.ranges.get(name, nothing[1])) for name in names}
    return {name: (np.hstack([a[0], b[0]]), np.hstack([a[1], b[1]])) for name, (a, b) in pairs.items()}


def _windows(left: Panel, right: Panel) -> tuple[Any, Any] | None:
    if left.window is None or right.window is None:
        return left.window and right.window
    return np.hstack([left.window[0], right.window[0]]), np.hstack([left.window[1], right.window[1]])
