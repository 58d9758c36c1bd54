"""The sensitivity curve: what is left of a ratio when the comparison is wrong by a factor."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from markupsafe import Markup

from auditor.findings.finding import Finding
from auditor.report import effects, names, numbers, rules
from auditor.report.cite import Num, cited, say
from auditor.report.figures.axis import Axis, ratio_axis, ratio_ticks
from auditor.report.figures.plot import LEFT, RIGHT, TOP, Plot
from auditor.report.trace import literal

BOTTOM = 290.0
FACTORS: Final = (1.0, 1.1, 1.25, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0)
"""Errors of the comparison that the table lists, as far as the curve is drawn."""


def sensitivity(findings: Iterable[tuple[str, Finding]]) -> dict[str, Any] | None:
    """Work out the curve of the finding that says most, among the tested ratios with a tipping point.

    Parameters
    ----------
    findings : iterable of (str, Finding)
        JSON Pointer of the finding, and the finding.

    Returns
    -------
    dict or None
        For ``figures/plot.svg.j2``, with ``rows`` for the table; None when no finding has a tipping point to draw.
    """
    usable = [entry for entry in findings if _drawable(entry[1])]
    if not usable:
        return None
    pointer, finding = max(usable, key=lambda entry: effects.strength(entry[1]))
    tipping = float(finding.tipping_point or 1.0)
    last = next((factor for factor in FACTORS if factor >= 1.15 * max(tipping, 1.2)), FACTORS[-1])
    return {
        **_plot(finding, tipping, last).model(one=1.0),
        "at": pointer,
        "id": finding.id,
        "name": names.finding_name(finding),
        "said": say("page.sensitivity.tips", r=Num(tipping, "tipping_point")),
        "rows": [_row(finding, factor) for factor in FACTORS if factor <= last],
    }


def _drawable(finding: Finding) -> bool:
    whole = (finding.estimate.value, finding.estimate.low, finding.tipping_point)
    inside = all(value is not None and value > 0 for value in whole) and (finding.tipping_point or 0) > 1
    return finding.tested and not finding.suppressed and effects.is_ratio(finding) and inside and _above(finding)


def _above(finding: Finding) -> bool:
    """Say whether the interval lies above "no difference": an error of the comparison then pulls it down to it."""
    return (finding.estimate.low or 0.0) > 1


def _plot(finding: Finding, tipping: float, last: float) -> Plot:
    estimate = finding.estimate
    value, low = float(estimate.value or 1.0), float(estimate.low or 1.0)
    high = min(estimate.high if estimate.high is not None else 8 * value, 8 * value)
    x = Axis(1.0, last * 1.02, LEFT + 8, RIGHT - 8, log=True)
    y = ratio_axis([low / last, high], BOTTOM, TOP)
    made = Plot(x, y, BOTTOM, say("page.sensitivity.x").striptags(), say("page.sensitivity.y").striptags())
    made.ticks(
        [(f, f"{f:g}") for f in FACTORS if f <= last and not (last > 4 and f in (1.1, 1.25))],
        [(t, _tick(t)) for t in ratio_ticks(y)],
    )
    ends = (1.0, last)
    made.band([(f, low / f) for f in ends], [(f, high / f) for f in ends])
    made.line([(f, value / f) for f in ends], "trend")
    made.line([(f, low / f) for f in ends], "edge")
    if tipping <= last:
        shown = cited(tipping, "tipping_point", numbers.plain_ratio(tipping), svg=True)
        made.rule(tipping, Markup("{} {}").format(say("page.sensitivity.tipping").striptags(), shown))
        made.mark(tipping, low / tipping, "beside", 7)
    return made


def _tick(value: float) -> str:
    return f"{value:g}" if value >= 1 else f"1/{1 / value:g}"


def _row(finding: Finding, factor: float) -> dict[str, Markup]:
    def over(name: str, value: float | None) -> Markup:
        if value is None:
            return Markup("no limit")
        by = f"{factor:g}"
        left = rules.over([value, by])
        return cited(left, f"estimate/{name} {literal(by)}", numbers.plain_ratio(left, finding.n), "over")

    estimate = finding.estimate
    return {
        "factor": Markup('<span data-fixed="factor">{}</span>').format(f"{factor:g}"),
        "value": over("value", estimate.value),
        "low": over("low", estimate.low),
        "high": over("high", estimate.high),
    }
