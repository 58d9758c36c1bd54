"""The interval plot: ratios with their intervals on a logarithmic axis, and the line of no difference."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from auditor.findings.finding import Estimate, Finding
from auditor.report import effects, labels, names
from auditor.report.cite import cited
from auditor.report.figures.axis import Axis, coordinate, ratio_axis, ratio_ticks
from auditor.report.figures.glyphs import mark
from auditor.report.figures.matrix import shortened
from auditor.report.figures.paths import drawn
from auditor.report.numbers import plain_ratio

LONGEST = 78
WIDTH, ROW, TOP, LEFT, RIGHT = 720.0, 46.0, 44.0, 18.0, 540.0


@dataclass(frozen=True, slots=True)
class Extra:
    """A thinner line below an interval: what the peers, or an assumption, make of it."""

    css: str
    word: str
    ref: str
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the plot.

    Attributes
    ----------
    at : str
        JSON Pointer that the row's sources continue.
    id, name : str
    estimate : Estimate
    mark, word : str
        Shape of the mark (a key of ``labels.OUTCOME_MARKS``), and the word beside the number.
    value, interval : Markup
        As they are printed.
    extras : tuple of Extra
    """

    at: str
    id: str
    name: str
    estimate: Estimate
    mark: str
    word: str
    value: Markup
    interval: Markup
    extras: tuple[Extra, ...]


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
    made = draw([line_of(*entry) for entry in drawn])
    del made["axis"]
    return made


def line_of(at: str, finding: Finding) -> Line:
    """Return a finding as a row."""
    state = effects.cell(finding)
    return Line(
        at=at,
        id=finding.id,
        name=shortened(names.finding_name(finding), LONGEST),
        estimate=finding.estimate,
        mark=state,
        word=labels.OUTCOME_MARKS[state][1],
        value=effects.value(finding.estimate, "estimate", finding.n, svg=True),
        interval=effects.interval(finding.estimate, "estimate", finding.n, svg=True),
        extras=tuple(_extras(finding)),
    )


def draw(lines: Sequence[Line]) -> dict[str, Any]:
    """Place rows on a common axis; the axis itself is returned as ``axis``."""
    axis = ratio_axis(_extent(lines), LEFT, RIGHT)
    rows, y = [], TOP
    for line in lines:
        rows.append(_row(line, axis, y))
        y += ROW + 15.0 * len(line.extras)
    return {
        "width": coordinate(WIDTH),
        "height": coordinate(y + 30),
        "left": coordinate(LEFT),
        "right": coordinate(RIGHT),
        "top": coordinate(TOP - 12),
        "bottom": coordinate(y - 6),
        "axis_text": coordinate(y + 12),
        "one": coordinate(axis.at(1.0)),
        "centre": "",
        "ticks": [{"x": coordinate(axis.at(tick)), "text": _tick(tick)} for tick in ratio_ticks(axis)],
        "rows": rows,
        "any_ranges": any(row["ranges"] for row in rows),
        "count": len(rows),
        "axis": axis,
    }


def _extent(lines: Iterable[Line]) -> list[float]:
    """Return what must fit: estimates, and limits and ranges within a factor of eight of them."""
    values: list[float] = []
    for line in lines:
        middle = line.estimate.value or 1.0
        limits = [line.estimate.low, line.estimate.high]
        limits += [limit for extra in line.extras for limit in (extra.low, extra.high)]
        values.append(middle)
        values += [min(max(limit, middle / 8), middle * 8) for limit in limits if limit is not None]
    return values


def _tick(value: float) -> str:
    return f"{value:g}" if value >= 1 else f"1/{1 / value:g}"


def _row(line: Line, axis: Axis, top: float) -> dict[str, Any]:
    estimate, y = line.estimate, top + 22
    low = axis.at(estimate.low) if estimate.low is not None and estimate.low > 0 else axis.start
    high = axis.at(estimate.high) if estimate.high is not None else axis.end
    return {
        "at": line.at,
        "id": line.id,
        "name": line.name,
        "text_y": coordinate(top + 8),
        "y": coordinate(y),
        "bar": drawn(
            f"M{coordinate(low)} {coordinate(y)}H{coordinate(high)}"
            f"{_limit(low, y, 6, is_open=estimate.low is None or not axis.holds(estimate.low))}"
            f"{_limit(high, y, -6, is_open=estimate.high is None or not axis.holds(estimate.high))}"
        ),
        "open_low": estimate.low is None or not axis.holds(estimate.low),
        "open_high": estimate.high is None or not axis.holds(estimate.high),
        "mark": mark(line.mark, axis.at(estimate.value or 1.0), y, 7),
        "word": line.word,
        "value": line.value,
        "interval": line.interval,
        "value_x": coordinate(RIGHT + 16),
        "ranges": [_thin(extra, axis, y + 17 + 15 * i) for i, extra in enumerate(line.extras)],
    }


def _limit(x: float, y: float, inward: float, *, is_open: bool) -> str:
    """Return the end of a bar: a short line across, or an arrow where the interval goes on."""
    if not is_open:
        return f"M{coordinate(x)} {coordinate(y - 4)}v8"
    return f"M{coordinate(x + inward)} {coordinate(y - 4)}L{coordinate(x)} {coordinate(y)}l{coordinate(inward)} 4"


def _extras(finding: Finding) -> Iterator[Extra]:
    """Yield the lines below an interval: the peers' interval, then what each assumption could do.

    The peers' interval of an odds ratio is in the table only: the plot is of ratios.
    """
    controls = {} if effects.of_odds(finding) else (finding.controls or {})
    if controls.get("kind") == "alone":
        yield Extra("peer", "test", "controls", controls.get("low"), controls.get("high"))
    elif controls.get("kind") == "randomised":
        pass  # its limits are those of the interval itself
    elif controls.get("low") is not None or controls.get("high") is not None:
        yield Extra("peer", "peers", "controls", controls.get("low"), controls.get("high"))
    for i, entry in enumerate(finding.ranges):
        yield Extra("range", "if", f"ranges/{i}", entry.low, entry.high)


def _thin(extra: Extra, axis: Axis, y: float) -> dict[str, Any]:
    low, high = extra.low, extra.high
    ends = [
        axis.at(low) if low is not None and low > 0 else axis.start,
        axis.at(high) if high is not None else axis.end,
    ]
    return {
        "css": extra.css,
        "word": extra.word,
        "y": coordinate(y),
        "text_y": coordinate(y + 4),
        "low": coordinate(ends[0]),
        "high": coordinate(ends[1]),
        "ends": drawn("".join(f"M{coordinate(end)} {coordinate(y - 3)}v6" for end in ends)),
        "from": _end(low, f"{extra.ref}/low"),
        "to": _end(high, f"{extra.ref}/high"),
    }


def _end(value: float | None, ref: str) -> Any:
    return "open" if value is None else cited(value, ref, plain_ratio(value), svg=True)
