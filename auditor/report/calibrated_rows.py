"""Rows of a finding that say what calibrated it, and what would undo it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from auditor.findings.finding import Estimate, Finding
from auditor.report import effects, labels
from auditor.report.cite import Num, cited, say
from auditor.report.context import Context
from auditor.report.words import word

Row = tuple[Markup | str, Markup | str]
KINDS = ("peers", "classes", "controls", "alone", "randomised")
_SMALL = 0.001


def centred_rows(finding: Finding) -> list[Row]:
    """Return the ratio to what is ordinary, its centre, and the interval adjusted for selection."""
    controls = finding.controls or {}
    return [
        ("Limits of the test", _own_limits(finding, controls)),
        ("Middle of the places compared", _centre(finding, controls)),
        ("Ratio to that middle", _to_centre(finding, controls)),
        ("The same, adjusted for being flagged", _selected(finding, controls)),
    ]


def local_row(finding: Finding) -> Row:
    """Return the local false discovery rate of a flag; nothing for what is not flagged."""
    share = finding.local_fdr
    if share is None or finding.outcome != "signal":
        return ("Local false discovery rate", "")
    told = say("page.local.small") if share < _SMALL else say("page.local.text", share=Num(share, "local_fdr"))
    return ("Local false discovery rate", told)


def calibration_rows(context: Context, finding: Finding) -> list[Row]:
    """Return what the calibrated p-value rests on: controls, matching, resolution, and what would undo a flag."""
    controls = finding.controls
    if not controls or "kind" not in controls:
        return []
    return [
        ("Calibrated by", _basis(controls)),
        ("Matching", _matching(controls)),
        ("What would undo the flag", _undone(finding, controls)),
        ("Resolution", _floor(context, controls)),
        ("Negative controls of this place", _fired(controls)),
    ]


def _own_limits(finding: Finding, controls: Mapping[str, Any]) -> Markup:
    """Return the limits that one place's own classes, relabelled, do not reject."""
    low, high = controls.get("low"), controls.get("high")
    if controls.get("kind") != "alone" or (low is None and high is None):
        return Markup("")
    both = Estimate(None, low, high, finding.estimate.level, finding.estimate.scale, "")
    return Markup("{}. {}").format(effects.interval(both, "controls", finding.n), say("page.alone.limits"))


def _to_centre(finding: Finding, controls: Mapping[str, Any]) -> Markup:
    limits, scale = effects.calibrated_interval(finding), effects.peer_scale(finding)
    if not limits:
        return limits
    ratio = controls.get("ratio")
    if ratio is None:
        return Markup("{} ({} to what is ordinary among the places compared)").format(limits, scale)
    value = cited(ratio, "controls/ratio", effects.writer(finding.estimate.scale, finding.n)(ratio))
    return Markup("{} ({}), {} to what is ordinary among the places compared").format(value, limits, scale)


def _centre(finding: Finding, controls: Mapping[str, Any]) -> Markup:
    shift = controls.get("shift")
    if shift is None:
        return Markup("")
    scale = word("an odds ratio") if effects.of_shares(finding) else word("a ratio")
    return say("page.centre.text", scale=scale, centre=Num(math.exp(shift), "controls/shift", "exp"))


def _selected(finding: Finding, controls: Mapping[str, Any]) -> Markup:
    entry = controls.get("selected")
    if not entry:
        return Markup("")
    both = Estimate(None, entry["low"], entry["high"], finding.estimate.level, finding.estimate.scale, "")
    limits = effects.interval(both, "controls/selected", finding.n)
    return Markup("{}. {}").format(limits, say("page.selected.why"))


def _basis(controls: Mapping[str, Any]) -> Markup:
    kind, values = str(controls["kind"]), dict[str, Any]()
    if kind not in KINDS:
        return Markup("")
    if kind in ("classes", "controls", "peers"):
        values["places"] = Num(controls["places"], "controls/places")
    if kind == "classes" and not controls.get("n"):
        kind = "classes-no-controls"
    elif kind in ("classes", "controls"):
        values["n"] = Num(controls["n"], "controls/n")
    return say(f"page.basis.{kind}", **values)


def _matching(controls: Mapping[str, Any]) -> Markup:
    spread, scale = controls.get("spread"), controls.get("scale")
    told = []
    if spread is not None:
        wide = say("page.spread.text", spread=Num(spread, "controls/spread")) if spread else say("page.spread.none")
        told.append(wide)
    if scale is not None and controls.get("code") == "controls-unmatched":
        told.append(say("page.scale.unmatched", scale=Num(scale, "controls/scale")))
    elif scale is not None:
        equal = scale <= 1
        told.append(say("page.scale.equal") if equal else say("page.scale.matched", scale=Num(scale, "controls/scale")))
    return Markup(" ").join(told)


def undoing(finding: Finding) -> tuple[Num | None, Num | None] | None:
    """Return lambda* and delta* of a flag (None where nothing of the kind undoes it); None where no control tells."""
    controls = finding.controls or {}
    if finding.outcome != "signal" or controls.get("kind") not in ("classes", "controls"):
        return None
    values = (controls.get(name) for name in ("lambda", "delta"))
    factor, shift = (
        None if value is None else Num(value, f"controls/{name}")
        for name, value in zip(("lambda", "delta"), values, strict=True)
    )
    return factor, shift


def _undone(finding: Finding, controls: Mapping[str, Any]) -> Markup:
    if finding.outcome != "signal":
        return Markup("")
    found = undoing(finding)
    if found is None or found == (None, None):
        return say("page.undo.none")
    factor, shift = found
    if factor is None:
        return say("page.undo.shift", shift=shift)
    if shift is None:
        return say("page.undo.factor", factor=factor)
    return say("page.undo.both", factor=factor, shift=shift)


def _floor(context: Context, controls: Mapping[str, Any]) -> Markup:
    floor, cutoff = controls.get("floor"), context.review.calibration.get("cutoff")
    if not floor:
        return Markup("")
    told = Num(floor, "controls/floor")
    if cutoff is None:
        return say("page.floor.alone", floor=told)
    name = "blocked" if floor > cutoff else "text"
    return say(f"page.floor.{name}", floor=told, cutoff=Num(cutoff, "/calibration/cutoff"))


def _fired(controls: Mapping[str, Any]) -> Markup:
    fired = controls.get("fired")
    if fired is None:
        return Markup("")
    failed = fired <= labels.CONTROL_FAILS
    told = say(f"page.fired.{'failed' if failed else 'clean'}", fired=Num(fired, "controls/fired"))
    return Markup('{} <a href="#controls">All of them</a>').format(told)
