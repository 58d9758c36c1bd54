"""Sources with what became of each row, and how to reproduce the audit: shared by the index and every place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from auditor.report import numbers, rules
from auditor.report.cite import cited, maybe
from auditor.report.context import Context, words


def sources_view(context: Context) -> list[dict[str, Any]]:
    """Return one entry a source: read = used + left out by reason + set aside."""
    return [_source(context, i, source) for i, source in enumerate(context.review.sources)]


def _source(context: Context, index: int, source: Mapping[str, Any]) -> dict[str, Any]:
    at = f"/sources/{index}"
    rows = source["rows"]
    steps = [
        (words(step["reason"], f"{at}/rows/excluded/{i}/reason", context.language),
         cited(step["n"], f"{at}/rows/excluded/{i}/n", numbers.count(step["n"])))
        for i, step in enumerate(rows["excluded"])
    ]  # fmt: skip
    left_out = rules.excluded([rows["excluded"]])
    return {
        "path": source["path"],
        "sheet": source.get("sheet") or "",
        "format": source["format"],
        "sha256": source["sha256"],
        "citation": source.get("citation") or "",
        "published": bool(source.get("published")),
        "read": cited(rows["read"], f"{at}/rows/read", numbers.count(rows["read"])),
        "used": cited(rows["used"], f"{at}/rows/used", numbers.count(rows["used"])),
        "excluded": cited(left_out, f"{at}/rows/excluded", numbers.count(left_out), "excluded"),
        "steps": steps,
        "quarantined": cited(rows["quarantined"], f"{at}/rows/quarantined", numbers.count(rows["quarantined"])),
        "notes": [words(note, f"{at}/notes/{i}", context.language) for i, note in enumerate(source.get("notes", ()))],
    }


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
        "software": [(str(name), str(version)) for name, version in sorted(software.items())],
        "version": str(software.get("auditor", "")),
        "focal": list(audit.get("focal_groups") or ()),
        "reference": audit.get("reference_group") or "",
    }


def _day(value: Any) -> str | None:
    return None if value is None else str(value)


def calibration_view(context: Context) -> dict[str, Any]:
    """Return the statement on error rates, what is promised, and the controls."""
    entry = context.review.calibration
    controls = entry.get("negative_controls") or ()
    return {
        "statement": words(entry.get("statement"), "/calibration/statement", context.language),
        "promised": entry.get("promised"),
        "controls": [
            words(c if isinstance(c, str) or "text" in c else c.get("name", ""),
                  f"/calibration/negative_controls/{i}" + ("" if isinstance(c, str) or "text" in c else "/name"),
                  context.language)
            for i, c in enumerate(controls)
        ],
        "notes": [
            words(note, f"/calibration/notes/{i}", context.language)
            for i, note in enumerate(entry.get("notes") or ())
        ],
    }  # fmt: skip
