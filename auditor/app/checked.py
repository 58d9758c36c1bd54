"""What `check` says of the configuration, with the names of the places, as plain data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from auditor.app.recognised import said
from auditor.audit.checking import check
from auditor.domain.places import gazetteer
from auditor.report import labels


def checked(config: Path) -> dict[str, Any]:
    """Read and validate; run no statistics.

    Returns
    -------
    dict
        What ``auditor check --json`` prints, with ``names`` of places, the ``label`` of the highest verdict, and the
        questions as sentences.
    """
    report = check([config])
    found = report.to_dict()
    codes = found["keys"].get("place", {}).get("values", [])
    known = gazetteer()
    names = {code: str(place) if (place := known.place(code)) else code for code in codes}
    verdict = found["ceiling"]["verdict"]
    label = labels.verdict(verdict).label if verdict else ""
    return {**found, "names": names, "label": label, "questions": [said(problem) for problem in report.questions]}
