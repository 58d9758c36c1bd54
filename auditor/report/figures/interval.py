"""The interval plot: ratios with their intervals on a logarithmic axis, and the line of no difference."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
        limits += [_peers(finding).get(name) for name in ("low", "high")]
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
        "ranges": _extras(finding, axis, line + 17),
    }


def _peers(finding: Finding) -> Mapping[str, Any]:
    """Return the peers' interval where it is on the scale of the plot; odds ratios are in the table only."""
    return (finding.controls or {}) if effects.peer_scale(finding) == "ratio" else {}


def _extras(finding: Finding, axis: Axis, y: float) -> list[dict[str, Any]]:
    """Return the lines below an interval: the peers' interval, then what each assumption could do."""
    controls = _peers(finding)
    lines = []
    if controls.get("low") is not None or controls.get("high") is not None:
        lines.append(("peer", "peers", "controls", controls.get("low"), controls.get("high")))
    lines += [("range", "if", f"ranges/{i}", entry.low, entry.high) for i, entry in enumerate(finding.ranges)]
    return [_extra(line, axis, y + 15 * i) for i, line in enumerate(lines)]


def _extra(line: tuple[str, str, str, float | None, float | None], axis: Axis, y: float) -> dict[str, Any]:
    css, word, ref, low, high = line
    return {
        "css": css,
        "word": word,
        "y": coordinate(y),
        "text_y": coordinate(y + 4),
        "low": coordinate(axis.at(low) if low is not None and low > 0 else axis.start),
        "high": coordinate(axis.at(high) if high is not None else axis.end),
        "top": coordinate(y - 3),
        "bottom": coordinate(y + 3),
        "from": _end(low, f"{ref}/low"),
        "to": _end(high, f"{ref}/high"),
    }


def _end(value: float | None, ref: str) -> Any:
    return "open" if value is None else cited(value, ref, plain_ratio(value), svg=True)
