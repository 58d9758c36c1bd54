"""Marks whose shape says what their colour says."""

from __future__ import annotations

from auditor.report.figures.axis import coordinate


def mark(state: str, x: float, y: float, size: float = 6.0) -> dict[str, str]:
    """Return the path and the class of a mark.

    Parameters
    ----------
    state : str
        A key of ``labels.OUTCOME_MARKS``, ``"control"`` or ``"control-failed"``.
    x, y : float
        Its middle.
    size : float
        Half its width.
    """
    return {"d": _PATHS.get(state, _dash)(x, y, size), "css": f"m-{state}"}


def _c(*values: float) -> str:
    return " ".join(coordinate(value) for value in values)


def _up(x: float, y: float, r: float) -> str:
    return f"M{_c(x, y - r)}L{_c(x + r, y + 0.8 * r)}L{_c(x - r, y + 0.8 * r)}Z"


def _down(x: float, y: float, r: float) -> str:
    return f"M{_c(x, y + r)}L{_c(x + r, y - 0.8 * r)}L{_c(x - r, y - 0.8 * r)}Z"


def _circle(x: float, y: float, r: float) -> str:
    return f"M{_c(x - r, y)}a{_c(r, r)} 0 1 0 {_c(2 * r, 0)}a{_c(r, r)} 0 1 0 {_c(-2 * r, 0)}Z"


def _dot(x: float, y: float, r: float) -> str:
    return _circle(x, y, 0.62 * r)


def _ring(x: float, y: float, r: float) -> str:
    return _circle(x, y, 0.72 * r)


def _cross(x: float, y: float, r: float) -> str:
    s = 0.6 * r
    return f"M{_c(x - s, y - s)}L{_c(x + s, y + s)}M{_c(x - s, y + s)}L{_c(x + s, y - s)}"


def _dash(x: float, y: float, r: float) -> str:
    return f"M{_c(x - 0.6 * r, y)}L{_c(x + 0.6 * r, y)}"


def _square(x: float, y: float, r: float) -> str:
    s = 0.7 * r
    return f"M{_c(x - s, y - s)}h{_c(2 * s)}v{_c(2 * s)}h{_c(-2 * s)}Z"


def _diamond(x: float, y: float, r: float) -> str:
    return f"M{_c(x, y - 0.8 * r)}L{_c(x + 0.8 * r, y)}L{_c(x, y + 0.8 * r)}L{_c(x - 0.8 * r, y)}Z"


_PATHS = {
    "higher": _up,
    "lower": _down,
    "compatible": _dot,
    "inconclusive": _ring,
    "uncalibrated": lambda x, y, r: _circle(x, y, 0.7 * r),
    "insufficient": _cross,
    "suppressed": _square,
    "control": lambda x, y, r: _square(x, y, 0.8 * r),
    "control-failed": lambda x, y, r: _square(x, y, 0.9 * r) + _cross(x, y, 0.9 * r),
    "light": _ring,
    "dark": _square,
    "withheld": _dash,
    "beside": _diamond,
    "absent": lambda x, y, r: _circle(x, y, 0.16 * r),
}
