"""Run the audit into the case's own folder, as the command line does, and say what came out, as plain data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from auditor.app.case import Case
from auditor.audit import api
from auditor.audit.crew import processors
from auditor.audit.out_file import write_whole
from auditor.report import labels


def ran(root: Path, places: Sequence[str], language: str, told: Callable[[str, int, int], None]) -> dict[str, Any]:
    """Run the audit; an interrupted one goes on where it stopped.

    Parameters
    ----------
    root : path
        Of the case.
    places : sequence of str
        Whose pages are wanted; all when empty.
    language : str
        Of the pages with the plain names; empty for that of the configuration.
    told : callable
        Told how far the work has come.
    """
    case = Case(root)
    records = case.records_mark()
    outcome = api.run_to_folder(
        case.config,
        case.out,
        places=places,
        workers=processors(),
        quiet=True,
        language=language or None,
        resume=True,
        progress=told,
    )
    write_whole(case.ran_records, records)
    wanted = set(places)
    return {
        "places": [
            {
                "place": entry.place,
                "name": f"{entry.name}, {entry.state}" if entry.state else entry.name,
                "verdict": entry.verdict,
                "label": labels.verdict(entry.verdict).label,
                "flagged": entry.place in outcome.flagged,
                "page": entry.page if not wanted or entry.place in wanted else "",
            }
            for entry in outcome.review.places
        ],
        "failures": [dict(failure) for failure in outcome.failures],
    }
