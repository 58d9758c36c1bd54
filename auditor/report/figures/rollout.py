"""The event study of a region: the contrast step by step around the start, over all places and waves together."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from markupsafe import Markup

from auditor.findings.review import Region, Review
from auditor.report import labels
from auditor.report.cite import cited, quoted, say
from auditor.report.figures.axis import Axis, ratio_axis, ratio_ticks
from auditor.report.figures.plot import LEFT, RIGHT, TOP, Plot
from auditor.report.figures.study import step_text, tick_text

SIGNAL: Final = "activation-rollout"
MOST: Final = 6
"""Studies drawn on an index: those of most places. The numbers of all are in the table of regions."""
BOTTOM: Final = 290.0
LARGEST: Final = 50.0
"""Log ratio beyond which nothing is a ratio any more."""
_BAND: Final = ("low", "high")
_MODEL: Final = re.compile(
    r"(?P<group>[a-z-]+): contrast: (?P<unit>months|quarters|half-years) since the start \(simultaneous band\)"
)
_TERM: Final = re.compile(r"(?P<n>\d+) (?P<side>before|after)|start")


@dataclass(frozen=True, slots=True)
class _Study:
    """The steps of one group of one region: (position among the models, step, model)."""

    region: int
    name: str
    group: str
    unit: str
    steps: list[tuple[int, int, Mapping[str, Any]]] = field(default_factory=list)

    @property
    def places(self) -> int:
        return max(int(model["places"]) for _, _, model in self.steps)


def region_studies(review: Review) -> tuple[list[dict[str, Any]], bool]:
    """Work out the figures of the regions' event studies, each with its table.

    Returns
    -------
    list of dict
        For ``figures/plot.svg.j2``, with ``rows`` for the table; pointers are relative to ``at``.
    bool
        Whether the review holds more than are drawn.
    """
    found = [study for i, region in enumerate(review.regions) for study in _studies(i, region)]
    found.sort(key=lambda study: (-study.places, study.region))
    return [_drawn(study) for study in found[:MOST]], len(found) > MOST


def _studies(position: int, region: Region) -> list[_Study]:
    made: dict[tuple[str, str], _Study] = {}
    for j, model in enumerate(region.models):
        about, term = _MODEL.fullmatch(str(model.get("model"))), _TERM.fullmatch(str(model.get("term")))
        if model.get("signal") != SIGNAL or about is None or term is None or not _told(model):
            continue
        key = (about["group"], about["unit"])
        study = made.setdefault(key, _Study(position, region.name, *key))
        sign = -1 if term["side"] == "before" else 1
        study.steps.append((j, sign * int(term["n"] or 0), model))
    return [study for study in made.values() if len(study.steps) > 1]


def _told(model: Mapping[str, Any]) -> bool:
    """Say whether a row has a ratio and a number of places: one that could not be estimated has none."""
    value, places = model.get("coefficient"), model.get("places")
    return isinstance(value, int | float) and abs(value) < LARGEST and isinstance(places, int)


def _drawn(study: _Study) -> dict[str, Any]:
    return {
        **_plot(study).model(one=1.0),
        "region": study.name,
        "group": labels.group(study.group),
        "unit": say(f"page.rollout.{study.unit}"),
        "rows": [_row(study, j, model) for j, _, model in study.steps],
    }


def _plot(study: _Study) -> Plot:
    steps = [step for _, step, _ in study.steps]
    x = Axis(min(steps) - 0.5, max(steps) + 0.5, LEFT + 8, RIGHT - 8)
    y = ratio_axis([value for _, _, model in study.steps for value in _ends(model)], BOTTOM, TOP)
    made = Plot(x, y, BOTTOM, say("page.rollout.x").striptags(), say("page.rollout.y").striptags())
    every = range(min(steps), max(steps) + 1, max(1, (max(steps) - min(steps)) // 12))
    made.ticks([(step, step_text(step)) for step in every], [(tick, tick_text(tick)) for tick in ratio_ticks(y)])
    for side in (-1, 1):
        own = [(step, model) for _, step, model in study.steps if (step < 0) == (side < 0)]
        made.line([(float(step), math.exp(model["coefficient"])) for step, model in own], "trend")
        for step, model in own:
            if all(model.get(name) is not None for name in _BAND):
                low, high = (math.exp(min(model[name], LARGEST)) for name in _BAND)
                made.whisker(step, low, high, "whisker")
            made.mark(step, math.exp(model["coefficient"]), "control" if side < 0 else "compatible", 7)
    made.rule(-0.5, say("page.rollout.start").striptags())
    return made


def _ends(model: Mapping[str, Any]) -> list[float]:
    return [math.exp(min(model[name], LARGEST)) for name in ("coefficient", *_BAND) if model.get(name) is not None]


def _row(study: _Study, position: int, model: Mapping[str, Any]) -> dict[str, Any]:
    def shown(name: str) -> Markup:
        if model.get(name) is None or model[name] > LARGEST:
            return Markup("")
        value = math.exp(model[name])
        return cited(value, name, f"{value:.2f}", "exp")

    return {
        "at": f"/regions/{study.region}/models/{position}",
        "step": quoted(str(model["term"]), "term"),
        "ratio": shown("coefficient"),
        "low": shown("low"),
        "high": shown("high"),
        "places": cited(model["places"], "places", str(model["places"])),
    }
