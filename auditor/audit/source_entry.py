"""What the review says of one source: its rows, its quality, and no share that a small count could be worked out of."""

from __future__ import annotations

from typing import Any, Final

from auditor.domain.source import Source
from auditor.records.private import unquoted
from auditor.records.quality import Quality, reason
from auditor.records.unseen import visible

_STEPS: Final = (0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5)
"""To what the shares of a source are rounded."""

_SHARES: Final = {"missing_group": "events without a group", "unknown_level": "events without a level"}
"""Shares of people, with their names among the reasons of a grade."""


def source_entry(
    source: Source, quality: Quality, least: int, *, telling: bool = False, bare: bool = False
) -> dict[str, Any]:
    """Return a source's entry in ``review.json``.

    Parameters
    ----------
    source : Source
    quality : Quality
    least : int
        The smallest count that may be printed.
    telling : bool
        Whether the number of its rows would give a small count away: then neither rows read nor used are told.
    bare : bool
        Whether its share of people without a group would: then that is not told.
    """
    ledger = source.ledger
    shares = {
        "missing_group": (quality.missing_group, quality.of_group),
        "unknown_level": (quality.unknown_level, quality.of_level),
    }
    told = {
        name: share if source.published else rounded(share, total, least) for name, (share, total) in shares.items()
    }
    if bare and not source.published:
        told["missing_group"] = None
    return {
        "path": source.name,
        "sheet": source.sheet or None,
        "sha256": source.sha256,
        "format": source.format,
        "published": source.published,
        "simulated": source.simulated,
        "citation": visible(source.citation) or None,
        "rows": {
            "read": None if telling else ledger.read,
            "used": None if telling else ledger.used,
            "excluded": _steps(source, quarantined=False),
            "quarantined": ledger.quarantined,
            "quarantined_reasons": _steps(source, quarantined=True),
        },
        "notes": [note if source.published else unquoted(note) for note in ledger.notes],
        "quality": {
            "grade": quality.grade,
            "reasons": _reasons(quality, told),
            "places": quality.places,
            "months": quality.months,
            **told,
            "suppressed": quality.suppressed,
            "missing_months": quality.missing_months,
        },
    }


def rounded(share: float | None, total: float, least: int) -> float | None:
    """Return a share of the people of a whole source, so coarse that a place's small count does not follow from it.

    A reader who has the shares of all places but one takes them from that of the source. What is left must leave open
    at least twice as many people as may not be printed; with too few people there is no such share, and none is told.
    """
    if share is None:
        return None
    step = next((step for step in _STEPS if step * total >= 2 * least), None)
    return None if step is None else round(round(share / step) * step, 3)


def _reasons(quality: Quality, told: dict[str, float | None]) -> list[str]:
    """Word the facts behind a grade once more with the shares that are told."""
    names = {name: key for key, name in _SHARES.items()}
    return [
        reason(name, told[names[name]]) if (name := text.partition(":")[0]) in names else text
        for text in quality.reasons
    ]


def _steps(source: Source, *, quarantined: bool) -> list[dict[str, Any]]:
    return [
        {"reason": step.reason if source.published else unquoted(step.reason), "n": step.rows, "rows": step.example}
        for step in source.ledger.steps
        if step.quarantined is quarantined
    ]
