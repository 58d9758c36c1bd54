"""The interval plot: ratios with their intervals on a logarithmic axis, and the line of no difference."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from auditor.findings.finding import Finding
from auditor.report import effects, labels
from auditor.report.cite import cited
from auditor.report.figures.axis import Axis, coordinate, ratio_axis, ratio_ticks
from auditor.report.figures.glyphs import mark
from auditor.report.numbers import plain_ratio

WIDTH, ROW, TOP, LEFT, RIGHT = 720.0, 46.0, 44.0, 18.0, 540.0


def interval_plot(findings: Iterable[tuple[str, Finding]]) -> dict[str, Any] | None:
    """Work out the interval plot of a place.

    Parameters
    ----------
    findings : iterable of (str, Finding)
        JSON Pointer of the finding, and the finding.

    Returns
    -------
    dict or None
        For ``figures/interval.svg.j2``; None when no finding has a ratio to draw.
    """
    drawn = [entry for entry in findings if effects.is_ratio(entry[1]) and entry[1].estimate.value is not None]
    if not drawn:
        return None
    axis = ratio_axis(_extent(finding for _, finding in drawn), LEFT, RIGHT)
    rows, y = [], TOP
    for pointer, finding in drawn:
        rows.append(_row(pointer, finding, axis, y))
        y += ROW + 15.0 * len(rows[-1]["ranges"])
    return {
        "width": coordinate(WIDTH),
        "height": coordinate(y + 30),
        "left": coordinate(LEFT),
        "right": coordinate(RIGHT),
        "top": coordinate(TOP - 12),
        "bottom": coordinate(y - 6),
        "axis_text": coordinate(y + 12),
        "one": coordinate(axis.at(1.0)),
        "ticks": [{"x": coordinate(axis.at(tick)), "text": _tick(tick)} for tick in ratio_ticks(axis)],
        "rows": rows,
        "any_ranges": any(row["ranges"] for row in rows),
        "count": len(rows),
    }


def _extent(findings: Iterable[Finding]) -> list[float]:
    """Return what must fit: estimates, limits within a factor of eight of them, and ranges."""
    values: list[float] = []
    for finding in findings:
        middle = finding.estimate.value or 1.0
        limits = [finding.estimate.low, finding.estimate.high]
        limits += [limit for entry in finding.ranges for limit in (entry.low, entry.high)]
        values.append(middle)
        values += [min(max(limit, middle / 8), middle * 8) for limit in limits if limit is not None]
    return values


def _tick(value: float) -> str:
    return f"{value:g}" if value >= 1 else f"1/{1 / value:g}"


def _row(pointer: str, finding: Finding, axis: Axis, y: float) -> dict[str, Any]:
    estimate = finding.estimate
    state = effects.cell(finding)
    line = y + 22
    low = axis.at(estimate.low) if estimate.low is not None and estimate.low > 0 else axis.start
    high = axis.at(estimate.high) if estimate.high is not None else axis.end
    return {
        "at": pointer,
        "id": finding.id,
        "name": labels.finding_name(finding),
        "text_y": coordinate(y + 8),
        "y": coordinate(line),
        "low": coordinate(low),
        "high": coordinate(high),
        "open_low": estimate.low is None or not axis.holds(estimate.low),
        "open_high": estimate.high is None or not axis.holds(estimate.high),
        "arrow_low": f"M{coordinate(low + 6)} {coordinate(line - 4)}L{coordinate(low)} {coordinate(line)}"
        f"L{coordinate(low + 6)} {coordinate(line + 4)}",
        "arrow_high": f"M{coordinate(high - 6)} {coordinate(line - 4)}L{coordinate(high)} {coordinate(line)}"
        f"L{coordinate(high - 6)} {coordinate(line + 4)}",
        "tick_top": coordinate(line - 4),
        "tick_bottom": coordinate(line + 4),
        "mark": mark(state, axis.at(estimate.value or 1.0), line, 7),
        "word": labels.OUTCOME_MARKS[state][1],
        "value": effects.value(estimate, "estimate", finding.n, svg=True),
        "interval": effects.interval(estimate, "estimate", finding.n, svg=True),
        "value_x": coordinate(RIGHT + 16),
        "ranges": [_range(i, finding, axis, line + 17 + 15 * i) for i, _ in enumerate(finding.ranges)],
    }


def _range(index: int, finding: Finding, axis: Axis, y: float) -> dict[str, Any]:
    entry = finding.ranges[index]
    low = axis.at(entry.low) if entry.low is not None and entry.low > 0 else axis.start
    high = axis.at(entry.high) if entry.high is not None else axis.end
    return {
        "y": coordinate(y),
        "text_y": coordinate(y + 4),
        "low": coordinate(low),
        "high": coordinate(high),
        "top": coordinate(y - 3),
        "bottom": coordinate(y + 3),
        "name": entry.assumption,
        "ref": f"ranges/{index}/assumption",
        "from": _end(entry.low, f"ranges/{index}/low"),
        "to": _end(entry.high, f"ranges/{index}/high"),
    }


def _end(value: float | None, ref: str) -> Any:
    return "open" if value is None else cited(value, ref, plain_ratio(value), svg=True)
