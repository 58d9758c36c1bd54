"""The event study of a place: the groups' ratio in short steps around a start, over the band of other places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from auditor.findings.review import PlaceReview
from auditor.report import labels, numbers
from auditor.report.cite import Num, cited, say
from auditor.report.figures.axis import Axis, ratio_axis, ratio_ticks
from auditor.report.figures.plot import LEFT, RIGHT, TOP, Plot

SIGNAL = "activation-series"
BOTTOM = 290.0
_BAND = ("band_low", "band_high")
_KEY = ("group", "reference", "event", "start", "date", "months")


def event_studies(place: PlaceReview) -> list[dict[str, Any]]:
    """Work out one figure and its table for every group and start whose steps the review holds.

    Returns
    -------
    list of dict
        For ``figures/plot.svg.j2``, with ``rows`` for the table; pointers are relative to the place.
    """
    table = place.listed.get(SIGNAL)
    if table is None:
        return []
    found: dict[tuple[Any, ...], list[tuple[int, Mapping[str, Any]]]] = {}
    for i, row in enumerate(table.records()):
        found.setdefault(tuple(row[name] for name in _KEY), []).append((i, row))
    where = {name: i for i, name in enumerate(table.columns)}
    return [_study(dict(zip(_KEY, key, strict=True)), rows, where) for key, rows in found.items()]


def _study(
    about: Mapping[str, Any], rows: Sequence[tuple[int, Mapping[str, Any]]], where: Mapping[str, int]
) -> dict[str, Any]:
    banded = rows[0][1]["band_low"] is not None
    return {
        **_plot(about, [row for _, row in rows], banded=banded).model(one=1.0),
        "group": labels.group(about["group"]),
        "event": labels.event(about["event"]),
        "banded": banded,
        "unit": _unit(int(about["months"])),
        "about": _about(about, rows[0], where),
        "rows": [_row(i, row, where) for i, row in rows],
    }


def _plot(about: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], *, banded: bool) -> Plot:
    first, last = rows[0]["step"], rows[-1]["step"]
    x = Axis(first - 0.5, last + 0.5, LEFT + 8, RIGHT - 8)
    ends = [row[name] for row in rows for name in _BAND if row[name] is not None]
    y = ratio_axis([*(row["ratio"] for row in rows), *ends], BOTTOM, TOP)
    made = Plot(x, y, BOTTOM, _plain("page.study.x"), _plain("page.study.y"))
    made.ticks([(step, step_text(step)) for step in _some(first, last)], [(t, tick_text(t)) for t in ratio_ticks(y)])
    if banded:
        steps = [float(row["step"]) for row in rows]
        low, high = (list(zip(steps, [float(row[name]) for row in rows], strict=True)) for name in _BAND)
        made.band(low, high)
    for side in (-1, 1):
        # The line breaks at the start: its months belong to neither side.
        own = [(float(row["step"]), float(row["ratio"])) for row in rows if (row["step"] < 0) == (side < 0)]
        made.line(own, "trend")
        for step, ratio in own:
            made.mark(step, ratio, "control" if side < 0 else "compatible", 7)
    made.rule(-0.5, labels.PROGRAMMES.get(str(about["start"]).split("/")[0], str(about["start"])))
    return made


def _some(first: int, last: int) -> range:
    return range(first, last + 1, max(1, (last - first) // 12))


def step_text(step: int) -> str:
    """Return a step as it is written, with a minus sign before the start."""
    return str(step).replace("-", "\u2212")


def tick_text(value: float) -> str:
    """Return a tick of a ratio axis, as a fraction below one."""
    return f"{value:g}" if value >= 1 else f"1/{1 / value:g}"


def _unit(months: int) -> str:
    return _plain({3: "page.study.quarter", 6: "page.study.half"}.get(months, "page.study.year"))


def _plain(name: str) -> str:
    return say(name).striptags()


def _about(about: Mapping[str, Any], first: tuple[int, Mapping[str, Any]], where: Mapping[str, int]) -> Markup:
    """Say what started when, and how many places the band is of."""
    i, row = first
    at = f"listed/{SIGNAL}/rows/{i}"
    date = cited(about["date"], f"{at}/{where['date']}", numbers.date(str(about["date"])))
    told = Markup("{} {}.").format(say("page.study.started"), date)
    if row["places"] is None:
        return Markup("{} {}").format(told, say("page.study.no-band"))
    return Markup("{} {}").format(told, say("page.study.band", n=Num(row["places"], f"{at}/{where['places']}")))


def _row(i: int, row: Mapping[str, Any], where: Mapping[str, int]) -> dict[str, Any]:
    def shown(name: str) -> Markup:
        value = row[name]
        return Markup("") if value is None else cited(value, str(where[name]), f"{value:.2f}")

    return {
        "at": f"listed/{SIGNAL}/rows/{i}",
        "step": cited(row["step"], str(where["step"]), step_text(row["step"])),
        "ratio": shown("ratio"),
        "low": shown("band_low"),
        "high": shown("band_high"),
    }
