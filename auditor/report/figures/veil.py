"""The veil-of-darkness curve of a place: the group's share of stops along the clock, in daylight and in darkness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from auditor.findings.review import PlaceReview
from auditor.report import labels, numbers
from auditor.report.cite import cited, say
from auditor.report.figures.axis import Axis, share_axis, share_ticks
from auditor.report.figures.plot import LEFT, RIGHT, TOP, Plot

SIGNAL = "veil-of-darkness"
BOTTOM = 290.0
SIDES = ("light", "dark")
_APART = 2.5
"""Minutes by which the two sides are drawn apart, so that their intervals do not hide each other."""


def veil_curves(place: PlaceReview) -> list[dict[str, Any]]:
    """Work out one figure and its table for every group whose stretches of the clock the review holds.

    Returns
    -------
    list of dict
        For ``figures/plot.svg.j2``, with ``rows`` for the table; pointers are relative to the place.
    """
    table = place.listed.get(SIGNAL)
    if table is None or "light_share" not in table.columns:
        return []
    where = {name: i for i, name in enumerate(table.columns)}
    found: dict[tuple[str, str, str], list[tuple[int, Mapping[str, Any]]]] = {}
    for i, row in enumerate(table.records()):
        found.setdefault((row["group"], row["reference"], row["event"]), []).append((i, row))
    return [
        {
            **_plot([row for _, row in rows]).model(),
            "group": labels.group(group),
            "reference": labels.group(reference),
            "event": labels.event(event),
            "rows": [_row(i, row, where) for i, row in rows],
        }
        for (group, reference, event), rows in found.items()
    ]


def _minute(text: str) -> float:
    hour, minute = text.split(":")
    return 60.0 * int(hour) + int(minute)


def _plot(rows: Sequence[Mapping[str, Any]]) -> Plot:
    first, last = _minute(rows[0]["from"]), _minute(rows[-1]["to"])
    x = Axis(first, last, LEFT, RIGHT)
    y = share_axis([row[f"{side}_high"] for row in rows for side in SIDES], BOTTOM, TOP)
    made = Plot(x, y, BOTTOM, say("page.veil.x").striptags(), say("page.veil.y").striptags())
    hours = [60.0 * hour for hour in range(int(first // 60), int(last // 60) + 1) if first <= 60 * hour <= last]
    made.ticks(
        [(hour, f"{int(hour) // 60:02d}:00") for hour in hours],
        [(tick, numbers.percent(tick, decimals=0)) for tick in share_ticks(y)],
    )
    middle = [(_minute(row["from"]) + _minute(row["to"])) / 2 for row in rows]
    for side, shift in zip(SIDES, (-_APART, _APART), strict=True):
        points = [(at + shift, float(row[f"{side}_share"])) for at, row in zip(middle, rows, strict=True)]
        for (at, _), row in zip(points, rows, strict=True):
            made.whisker(at, row[f"{side}_low"], row[f"{side}_high"], f"whisker {side}")
        made.line(points, f"trend {side}")
        for at, share in points:
            made.mark(at, share, side, 7)
    ends = {side: float(rows[-1][f"{side}_share"]) for side in SIDES}
    for side in SIDES:
        text = say(f"page.veil.{side}").striptags()
        made.word(last, ends[side], text, anchor="end", below=ends[side] < max(ends.values()))
    return made


def _row(i: int, row: Mapping[str, Any], where: Mapping[str, int]) -> dict[str, Any]:
    def shown(name: str) -> Markup:
        value = row[name]
        text = value if isinstance(value, str) else numbers.percent(value, decimals=0)
        return cited(value, str(where[name]), text)

    def share(side: str) -> Markup:
        return Markup("{} ({} to {})").format(*(shown(f"{side}_{part}") for part in ("share", "low", "high")))

    at = f"listed/{SIGNAL}/rows/{i}"
    return {"at": at, "from": shown("from"), "to": shown("to"), **{side: share(side) for side in SIDES}}
