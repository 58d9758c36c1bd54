"""Coverage: in how many places each test could be made, and in how many it was withheld."""

from __future__ import annotations

from typing import Any

from auditor.report import labels, numbers, rules
from auditor.report.cite import cited
from auditor.report.context import Context
from auditor.report.trace import literal


def coverage_view(context: Context) -> list[dict[str, Any]]:
    """Return a row for every test of the review, by family, those that spoke of no place included."""
    plain = [
        {
            "findings": [{"signal": f.signal, "tested": f.tested} for f in place.findings],
            "withheld": [{"signal": w.signal} for w in place.withheld],
        }
        for place in context.review.places
    ]
    order = tuple(labels.FAMILIES)
    rows = [_row(context, name, plain) for name in context.signals]
    return sorted(rows, key=lambda row: order.index(row["key"]) if row["key"] in order else len(order))


def _row(context: Context, name: str, plain: list[dict[str, Any]]) -> dict[str, Any]:
    family = str(context.card(name).get("family", ""))
    cells = []
    for how in ("tested", "described", "withheld"):
        value = rules.covered([plain, name, how])
        cells.append(cited(value, f"/places {literal(name)} {literal(how)}", numbers.count(value), "covered"))
    return {"key": family, "family": labels.FAMILIES.get(family, family), "title": context.title(name), "cells": cells}
