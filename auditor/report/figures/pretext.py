"""The figure of the pretext indicators: the group's ratio of ratios beside the controls of the same place."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from auditor.findings.finding import Finding
from auditor.findings.review import Control, PlaceReview
from auditor.report import effects, names
from auditor.report.controls_view import estimate_of, failed
from auditor.report.figures.axis import coordinate
from auditor.report.figures.interval import Line, draw, line_of


def pretext_plot(findings: Iterable[tuple[str, Finding]], place: PlaceReview, at: str) -> dict[str, Any] | None:
    """Work out the figure of the pretext indicators.

    Parameters
    ----------
    findings : iterable of (str, Finding)
        JSON Pointer of the finding, and the finding.
    place : PlaceReview
        Whose controls are drawn below.
    at : str
        JSON Pointer of the place.

    Returns
    -------
    dict or None
        For ``figures/interval.svg.j2``; None when no contrast of offences has a number.
    """
    own = [entry for entry in findings if names.is_contrast(entry[1]) and entry[1].estimate.value is not None]
    if not own:
        return None
    signals = {finding.signal for _, finding in own}
    lines = [line_of(*entry) for entry in own]
    lines += [
        _control(f"{at}/controls/{i}", control)
        for i, control in enumerate(place.controls)
        if control.signal in signals and control.ratio is not None
    ]
    made = draw(lines)
    centre = next((value for _, finding in own if (value := _centre(finding)) is not None), None)
    axis = made.pop("axis")
    if centre is not None and axis.holds(centre):
        made["centre"] = coordinate(axis.at(centre))
    return made


def _centre(finding: Finding) -> float | None:
    shift = (finding.controls or {}).get("shift")
    return None if shift is None else math.exp(shift)


def _control(at: str, control: Control) -> Line:
    return Line(
        at=at,
        id="",
        name=names.control_name(control),
        estimate=estimate_of(control),
        mark="control-failed" if failed(control) else "control",
        word="control failed" if failed(control) else "control",
        value=effects.value(estimate_of(control), "", None, svg=True, name="ratio"),
        interval=effects.interval(estimate_of(control), "", None, svg=True),
        extras=(),
    )
