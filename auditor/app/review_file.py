"""The review file of a case: found right by the reader of the command line, and said in a line what it holds."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import BinaryIO, Final

from auditor.app.case import Case
from auditor.app.names import records_name, taken
from auditor.app.recognised import said
from auditor.audit.records_file import read_records
from auditor.errors import ConfigError

KINDS: Final = {
    "investigations": ("investigation", "investigations"),
    "lawsuits": ("lawsuit", "lawsuits"),
    "training": ("record on training", "records on training"),
    "complaints": ("record on complaints", "records on complaints"),
    "agreements": ("agreement", "agreements"),
    "detainer_policy": ("detainer policy", "detainer policies"),
    "community_choice": ("record on the community's choice", "records on the community's choice"),
    "supervision": ("record on supervision", "records on supervision"),
    "agency_response": ("answer of the agency", "answers of the agency"),
}
"""What one, and what several records of a kind are called."""


def take_in(case: Case, name: str, stream: BinaryIO) -> list[str]:
    """Keep a review file once it is found right; return what is wrong with it, or nothing.

    It is read as `auditor run` reads it, before the one that is there gives way to it.
    """
    try:
        own = records_name(name)
    except ValueError as error:
        return [f"{error}."]
    if taken(own, [path.name for path in case.files()]):
        return [f"{own}: a data file has this name; rename the review file."]
    trial = case.root / "tmp" / own
    try:
        trial.touch(0o600)
        trial.write_bytes(stream.read())
        read_records(trial)
        case.put_records(trial)
    except ConfigError as error:
        return [said(problem) for problem in error.problems]
    finally:
        trial.unlink(missing_ok=True)
    return []


def held(file: Path | None) -> str:
    """Return in a line what a review file holds: "2 lawsuits, 1 agreement; about 2 places"; empty without one."""
    if file is None:
        return ""
    by_place = read_records(file)
    counts = Counter(dict.fromkeys(KINDS, 0))
    for records in by_place.values():
        counts.update({kind: len(entries) for kind, entries in records.items()})
    told = [f"{n:,} {KINDS[kind][n != 1]}" for kind, n in counts.items() if n]
    about = "1 place" if len(by_place) == 1 else f"{len(by_place):,} places"
    return f"{', '.join(told)}; about {about}" if told else "no records"
