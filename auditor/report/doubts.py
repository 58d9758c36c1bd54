"""How far a finding bears other choices, in sentences whose numbers name their source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from auditor.findings.finding import Finding
from auditor.report.cite import Num, quoted, say


def specifications(finding: Finding) -> Markup:
    """Return under how many alternative specifications the finding holds, and the names of the others."""
    found = _of(finding)
    if not found.get("of"):
        return say("page.robustness.none")
    passed, of = (Num(found[name], f"robustness/{name}") for name in ("passed", "of"))
    text = say("page.robustness.text", passed=passed, of=of)
    names = [quoted(name, f"robustness/failed/{i}") for i, name in enumerate(found["failed"])]
    return Markup("{} {} {}.").format(text, say("page.robustness.failed"), Markup(", ").join(names)) if names else text


def blocks(finding: Finding) -> Markup:
    """Return in how many parts of the time the figure lies on the side of the whole."""
    parts = _of(finding).get("blocks")
    if not parts:
        return say("page.blocks.none")
    same, of = (Num(parts[name], f"robustness/blocks/{name}") for name in ("same", "of"))
    return say("page.blocks.text", same=same, of=of)


def e_value(finding: Finding) -> Markup:
    """Return the E-values of the estimate and of its limit; nothing where there is none."""
    found = _of(finding)
    point, limit = finding.e_value, found.get("e_value_limit")
    values: dict[str, Any] = {}
    if point is not None:
        values["e"] = Num(point, "e_value")
    if limit is not None and limit > 1:
        values["limit"] = Num(limit, "robustness/e_value_limit")
    names = {("e", "limit"): "text", ("limit",): "limit", ("e",): "inside"}
    if not values or limit is None:
        return Markup("")
    text = say(f"page.e-value.{names[tuple(values)]}", **values)
    if found.get("e_value_of") != "square-root":
        return text
    return Markup("{} {}").format(text, say("page.e-value.root"))


def groups(finding: Finding) -> Markup:
    """Return how many events must be of the other group before the interval reaches no difference."""
    found = _of(finding)
    parts = [
        say(f"page.tipping.{name}", share=Num(found[key], f"robustness/{key}"))
        for name, key in (("unrecorded", "unrecorded_share"), ("misrecorded", "misrecorded_share"))
        if found.get(key) is not None
    ]
    return Markup(" ").join(parts)


_SHOWN = ("value", "low", "high", "k", "n")


def by_surname(finding: Finding) -> Markup:
    """Return the same comparison with groups by surname and place; nothing where there is none."""
    found = _of(finding).get("by_surname")
    if not found:
        return Markup("")
    if found["suppressed"]:
        return say("page.by-surname.suppressed")
    shown = {name: Num(found[name], f"robustness/by_surname/{name}") for name in _SHOWN if found[name] is not None}
    if {"low", "high"} <= set(shown):
        text = say("page.by-surname.text", value=shown["value"], low=shown["low"], high=shown["high"])
    else:
        text = say("page.by-surname.open", value=shown["value"])
    if "n" not in shown:
        return text
    return Markup("{} {}").format(text, say("page.by-surname.counts", k=shown["k"], n=shown["n"]))


def _of(finding: Finding) -> Mapping[str, Any]:
    return finding.robustness or {}
