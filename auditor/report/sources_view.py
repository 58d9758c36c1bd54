"""Sources with what became of each row, and how to reproduce the audit: shared by the index and every place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from auditor.report import names, numbers, rules
from auditor.report.cite import Num, cited, maybe, say
from auditor.report.context import Context, words
from auditor.report.measured_view import measured_view


def sources_view(context: Context) -> list[dict[str, Any]]:
    """Return one entry a source: read = used + left out by reason + set aside."""
    return [_source(context, i, source) for i, source in enumerate(context.review.sources)]


def _source(context: Context, index: int, source: Mapping[str, Any]) -> dict[str, Any]:
    at = f"/sources/{index}"
    rows = source["rows"]
    left_out, hidden = rules.excluded([rows["excluded"]]), say("page.p.suppressed")
    notes = [words(note, f"{at}/notes/{i}", context.language) for i, note in enumerate(source.get("notes", ()))]
    steps = _steps(context, rows, "excluded", f"{at}/rows/excluded")
    unread = _steps(context, rows, "quarantined_reasons", f"{at}/rows/quarantined_reasons")
    return {
        "path": source["path"],
        "sheet": source.get("sheet") or "",
        "format": source["format"],
        "sha256": source["sha256"],
        "citation": source.get("citation") or "",
        "published": bool(source.get("published")),
        "read": maybe(rows["read"], f"{at}/rows/read", numbers.count, hidden),
        "used": maybe(rows["used"], f"{at}/rows/used", numbers.count, hidden),
        "excluded": cited(left_out, f"{at}/rows/excluded", numbers.count(left_out), "excluded"),
        "steps": steps,
        "unread": unread,
        "simulated": bool(source.get("simulated")),
        "quarantined": cited(rows["quarantined"], f"{at}/rows/quarantined", numbers.count(rows["quarantined"])),
        "notes": notes,
        "foreign": any(' lang="en"' in text for text in (*notes, *(reason for reason, _ in (*steps, *unread)))),
    }


_FACTS = (
    ("missing_group", "without a group"),
    ("unknown_level", "without a level"),
    ("suppressed", "cells suppressed"),
    ("missing_months", "months missing"),
)


def quality_view(context: Context) -> list[dict[str, Any]]:
    """Return the grade of every source that has one, with the facts behind it."""
    return [
        _quality(context, f"/sources/{i}/quality", source, source["quality"])
        for i, source in enumerate(context.review.sources)
        if source.get("quality")
    ]


def _quality(context: Context, at: str, source: Mapping[str, Any], entry: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "path": source["path"],
        "sheet": source.get("sheet") or "",
        "grade": words(entry["grade"], f"{at}/grade", context.language),
        "reasons": [words(reason, f"{at}/reasons/{i}", context.language) for i, reason in enumerate(entry["reasons"])],
        "places": maybe(entry.get("places"), f"{at}/places", numbers.count),
        "facts": [(title, maybe(entry.get(name), f"{at}/{name}", numbers.percent)) for name, title in _FACTS],
    }


def _steps(context: Context, rows: Mapping[str, Any], name: str, at: str) -> list[tuple[Markup, Markup]]:
    return [
        (
            words(step["reason"], f"{at}/{i}/reason", context.language),
            cited(step["n"], f"{at}/{i}/n", numbers.count(step["n"])),
        )
        for i, step in enumerate(rows.get(name) or ())
    ]


def run_view(context: Context) -> dict[str, Any]:
    """Return what was run: title, dates, seed, protocol, hashes, versions."""
    audit = context.review.audit
    protocol = audit.get("protocol") or {}
    software = audit.get("software") or {}
    seed = audit.get("seed")
    return {
        "title": audit.get("title", ""),
        "as_of": maybe(_day(audit.get("as_of")), "/audit/as_of", numbers.date, "not stated"),
        "data_opened": maybe(_day(audit.get("data_opened")), "/audit/data_opened", numbers.date, "not declared"),
        "seed": Markup("") if seed is None else cited(seed, "/audit/seed", str(seed)),
        "protocol": protocol.get("name", ""),
        "protocol_sha256": protocol.get("sha256", ""),
        "config_sha256": audit.get("config_sha256", ""),
        "version": f"{software.get('name', 'auditor')} {software.get('version', '(version not stated)')}",
        "notes": [
            words(note, f"/audit/notes/{i}", context.language) for i, note in enumerate(audit.get("notes") or ())
        ],
        "focal": list(audit.get("focal_groups") or ()),
        "reference": audit.get("reference_group") or "",
    }


def _day(value: Any) -> str | None:
    return None if value is None else str(value)


def calibration_view(context: Context) -> dict[str, Any]:
    """Return the statement on error rates, what is promised, the peer nulls that were fitted, and the controls."""
    entry = context.review.calibration
    controls = entry.get("negative_controls") or ()
    at = "/calibration"
    flagged, bound = entry.get("selected"), entry.get("false_bound")
    return {
        "bound": say("page.false-bound", n=Num(flagged, f"{at}/selected"), share=Num(bound, f"{at}/false_bound"))
        if bound is not None and flagged and flagged > 1
        else Markup(""),
        "measured": measured_view(context),
        "statement": words(entry.get("statement"), f"{at}/statement", context.language),
        "promise": _promise(entry),
        "q": maybe(entry.get("q"), f"{at}/q", numbers.p),
        "tests": maybe(entry.get("tests"), f"{at}/tests", numbers.count),
        "cutoff": maybe(entry.get("cutoff"), f"{at}/cutoff", numbers.brief),
        "nulls": [_null(context, i, null) for i, null in enumerate(entry.get("nulls") or ())],
        "controls": [words(c, f"{at}/negative_controls/{i}", context.language) for i, c in enumerate(controls)],
    }


CONTROLLED = ("classes", "controls")
"""Kinds of nulls that rest on control contrasts (none, of classes, where there are no other groups)."""


def _promise(entry: Mapping[str, Any]) -> str:
    """Return whether an error rate is promised for all comparisons, for some, or for none."""
    if entry.get("promised"):
        return "promised"
    return "mixed" if any(null.get("promised") for null in entry.get("nulls") or ()) else "not-promised"


def _controls_of(null: Mapping[str, Any]) -> int | None:
    return null.get("controls") if null.get("kind") in CONTROLLED else None


def _null(context: Context, index: int, null: Mapping[str, Any]) -> dict[str, Any]:
    """Return one null: what it rests on, how places differ by nature, and what it promises."""
    return {
        "at": f"/calibration/nulls/{index}",
        "title": context.title(str(null["signal"])),
        "contrast": names.contrast_name(str(null["contrast"])),
        "simulated": bool(null.get("simulated")),
        "places": cited(null["places"], "places", numbers.count(null["places"])),
        "centre": maybe(null.get("centre"), "centre", lambda value: numbers.number(value, 2)),
        "sigma": maybe(null.get("sigma"), "sigma", lambda value: numbers.number(value, 2)),
        "controls": maybe(_controls_of(null), "controls", numbers.count),
        "scale": maybe(null.get("scale"), "scale", numbers.brief),
        "floor": maybe(null.get("floor") or None, "floor", numbers.brief),
        "adequate": bool(null.get("adequate")),
        "promised": bool(null.get("promised")),
        "reason": words(null.get("reason"), "reason", context.language),
    }
