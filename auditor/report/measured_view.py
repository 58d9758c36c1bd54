"""Measured error rates of the protocol: the statement beside every flag, and the table behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup

from auditor.findings.alarm import alarm_positions
from auditor.findings.finding import Finding
from auditor.report import numbers
from auditor.report.cite import cited, maybe, say
from auditor.report.context import Context, sentences_of, words

_AT = "/calibration/measured"
_NATURAL = {
    "normal": "normal",
    "beta": "beta-binomial",
    "t4": "heavy tails (t, four degrees of freedom)",
    "t3": "heavy tails (t, three degrees of freedom)",
}
_OWN = {"labels": "of the fitted size", "controls": "those of the data", "placebo": "those of the data"}
_SIZES = ("small", "middle", "large")


def alarm_view(context: Context) -> list[Markup]:
    """Return what was measured of the protocol's false alarms, for every flag; nothing in reviews that lack it."""
    measured = context.review.calibration.get("measured")
    return [] if not measured else sentences_of(measured["sentences"], f"{_AT}/sentences", context.language)


def alarm_of(context: Context, findings: Iterable[Finding]) -> list[Markup]:
    """Return those of them that are true of some flagged findings."""
    told = context.once("alarm_view", alarm_view)
    return [told[i] for i in alarm_positions(context.review.calibration.get("measured"), findings)]


def measured_view(context: Context) -> dict[str, Any] | None:
    """Return the table of measured rates, with what each null is; None in reviews that lack it."""
    measured = context.review.calibration.get("measured")
    if not measured:
        return None
    rows = [_row(context, i, row) for i, row in enumerate(measured["rows"])]
    for row, before in zip(rows[:0:-1], rows[-2::-1], strict=True):
        # The tests are named once where the same ones follow each other.
        same = all(row[name] == before[name] for name in ("title", "signals"))
        row["signals"] = "" if same else row["signals"]
    kinds = dict.fromkeys(str(row["what"]) for row in measured["rows"])
    return {
        "said": context.once("alarm_view", alarm_view),
        "rows": rows,
        "powers": [row for row in rows if row["power"]],
        "nulls": [say(f"calibrate.null.{kind}") for kind in kinds],
        "protocol": measured["protocol_sha256"],
        "version": measured["version"],
        "seed": maybe(measured.get("seed"), f"{_AT}/seed", str),
        "file": measured["file"]["name"] if measured.get("file") else "",
    }


def _row(context: Context, index: int, row: Mapping[str, Any]) -> dict[str, Any]:
    natural = row["natural"]
    return {
        "at": f"{_AT}/rows/{index}",
        "title": say(f"calibrate.title.{row['what']}"),
        "signals": ", ".join(row["signals"]),
        "places": cited(row["places"], "places", numbers.count(row["places"])),
        "natural": _OWN.get(row["what"], "") if natural is None else _NATURAL.get(natural, natural),
        "amount": maybe(row["amount"], "amount", numbers.number),
        "effect": maybe(row["effect"], "effect", numbers.number),
        "any": _of(row["any"], "any"),
        "flags": maybe(row["flags"], "flags", numbers.number),
        "fdr": _rate(row["fdr"], "fdr"),
        "power": _rate(row["power"], "power"),
        "sizes": [
            (size, _rate(rate, f"power_by_size/{i}"))
            for i, (size, rate) in enumerate(zip(_SIZES, row["power_by_size"] or (), strict=False))
        ],
        "wrong": _of(row["sign_errors"], "sign_errors"),
        "reason": words(row["reason"], "reason", context.language),
    }


def _rate(rate: Mapping[str, Any] | None, at: str) -> Markup:
    """Return a rate with its interval."""
    if rate is None:
        return Markup("")
    shown = (cited(rate[name], f"{at}/{name}", numbers.percent(rate[name])) for name in ("value", "low", "high"))
    return Markup("{} ({} to {})").format(*shown)


def _of(rate: Mapping[str, Any] | None, at: str) -> Markup:
    """Return how often of how many, with the rate and its interval."""
    if rate is None:
        return Markup("")
    counts = (cited(rate[name], f"{at}/{name}", numbers.count(rate[name])) for name in ("k", "n"))
    return Markup("{} of {}: {}").format(*counts, _rate(rate, at))
