"""The officers of one place who stand out, under their pseudonyms, as rows."""

from __future__ import annotations

from typing import Any, Final

from markupsafe import Markup

from auditor.findings.review import PlaceReview
from auditor.report import labels, numbers
from auditor.report.cite import cited

SIGNAL: Final = "officer-benchmark"
SHOWN: Final = 30
"""More officers than these are in the table beside the page, so that a page stays small."""


def officers_view(place: PlaceReview, at: str) -> dict[str, Any] | None:
    """Return those who stand out; None where no officers are listed.

    Parameters
    ----------
    place : PlaceReview
    at : str
        JSON Pointer of the place.
    """
    table = place.listed.get(SIGNAL)
    if table is None:
        return None
    where = {name: i for i, name in enumerate(table.columns)}
    rows = [(i, row) for i, row in enumerate(table.records()) if row["stands_out"]]
    shown = [_row(row, where, f"{at}/listed/{SIGNAL}/rows/{i}") for i, row in rows[:SHOWN]]
    bounded = any(row["bounded"] for row in shown)
    return {"name": SIGNAL, "rows": shown, "more": len(rows) > SHOWN, "bounded": bounded}


def _row(row: dict[str, Any], where: dict[str, int], at: str) -> dict[str, Any]:
    return {
        "at": at,
        "officer": row["officer"],
        "group": f"{labels.group(row['group'])}, {labels.event(row['event'])}",
        "events": _band(row, where, "events", numbers.count),
        "odds": _band(row, where, "odds", _class),
        "bounded": Markup("") if row.get("bounded_low") is None else _band(row, where, "bounded", _class),
    }


def _class(value: float) -> str:
    return numbers.number(value, 3).rstrip("0").rstrip(".")


def _band(row: dict[str, Any], where: dict[str, int], name: str, write: Any) -> Markup:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    first = cited(low, str(where[f"{name}_low"]), write(low))
    if high is None:
        return Markup("{} or more").format(first)
    last = cited(high, str(where[f"{name}_high"]), write(high))
    return Markup("{} to under {}").format(first, last)
