"""The negative controls of one place as rows, and whether any failed."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from auditor.findings.finding import Estimate
from auditor.findings.review import Control, PlaceReview
from auditor.report import effects, labels, names, numbers
from auditor.report.cite import maybe
from auditor.report.context import Context

LEVEL = 0.95


def controls_view(context: Context, place: PlaceReview, at: str) -> list[dict[str, Any]]:
    """Return one row a control.

    Parameters
    ----------
    context : Context
    place : PlaceReview
    at : str
        JSON Pointer of the place.
    """
    return [_row(context, control, f"{at}/controls/{i}") for i, control in enumerate(place.controls)]


def failed(control: Control) -> bool:
    """Say whether a control stands out among all places' controls."""
    return control.q is not None and control.q <= labels.CONTROL_FAILS


def estimate_of(control: Control) -> Estimate:
    """Return a control's ratio as an estimate."""
    return Estimate(control.ratio, control.low, control.high, LEVEL, "ratio", "")


def _row(context: Context, control: Control, at: str) -> dict[str, Any]:
    return {
        "at": at,
        "title": context.title(control.signal),
        "section": context.card(control.signal).get("section"),
        "name": names.control_name(control),
        "suppressed": control.suppressed,
        "ratio": maybe(control.ratio, "ratio", numbers.plain_ratio),
        "interval": Markup("") if control.ratio is None else effects.interval(estimate_of(control), "", None),
        "p": maybe(control.p, "p", numbers.p),
        "q": maybe(control.q, "q", numbers.p),
        "failed": failed(control),
        "told": control.q is not None,
    }
