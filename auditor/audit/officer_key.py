"""The private file that says which officer has which pseudonym: written only when the user asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Final

from auditor.audit.config import Config
from auditor.audit.out_file import check_target, write_whole
from auditor.audit.reading import read_sources
from auditor.audit.run import open_engine
from auditor.domain.pseudonyms import KeyEntry, sorted_key
from auditor.engine.engine import Engine
from auditor.errors import Problem, UsageError
from auditor.findings.listed import Listed, listed
from auditor.findings.review import Review
from auditor.records.store import Store
from auditor.report.tables import csv_text
from auditor.signals.exposure.officer_benchmark import SIGNAL, OfficerBenchmarkOptions, find_officers

COLUMNS: Final = tuple(entry.name for entry in fields(KeyEntry))


def officer_key(config: Config, review: Review, file: Path) -> int:
    """Write who is behind the pseudonyms of a review, readable by the file's owner only.

    The records are read and compared once more. A key of other records or options would name the wrong people, so it
    is written only where every list comes out as it stands in the review.

    Parameters
    ----------
    config : Config
        The configuration that the review was made from.
    review : Review
    file : path
        Never inside an output folder.

    Returns
    -------
    int
        Number of entries.

    Raises
    ------
    UsageError
        When the review lists no officers or others than these records give, when the file would lie inside an output
        folder, or when it cannot be written.
    """
    check_target(file, private=True)
    wanted = {place.place: place.listed[_NAME] for place in review.places if _NAME in place.listed}
    if not wanted:
        raise _refusal(file, "the review lists no officers", "there is nobody to name", "nothing needs to be done")
    with Store() as store:
        engine = open_engine(config, read_sources(config, store))
        made, entries = _lists(config, engine)
    if made != wanted:
        why = "pseudonyms are those of one review of one set of records; a key of another names the wrong people"
        raise _refusal(file, "these records give other lists than the review", why, "run the audit again, then ask")
    write_officer_key(file, entries)
    return len(entries)


def write_officer_key(file: Path, entries: Iterable[KeyEntry]) -> None:
    """Write a key, readable by the file's owner only and never inside an output folder.

    Raises
    ------
    UsageError
        When the file would lie inside an output folder or cannot be written.
    ValueError
        When within a list a pseudonym or an officer stands twice.
    """
    rows = ([getattr(entry, name) for name in COLUMNS] for entry in sorted_key(entries))
    write_whole(file, csv_text(COLUMNS, rows), private=True)


_NAME: Final = SIGNAL.card.name


def _lists(config: Config, engine: Engine) -> tuple[dict[str, Listed], list[KeyEntry]]:
    """Return the lists as these records give them, by place, and who is behind each row."""
    options = OfficerBenchmarkOptions.model_validate(config.options(_NAME).model_dump())
    cells = engine.cells(SIGNAL.view(options))
    found = find_officers(cells, options)
    names = engine.officers()
    made: dict[str, Listed] = {}
    entries: list[KeyEntry] = []
    for place, own in zip(cells.ids, found.listings, strict=True):
        rows = [row for one in own.values() for row in one.rows]
        if rows:
            made[place] = listed(rows)
        codes = (code for one in own.values() for code in one.codes)
        entries.extend(_entries(place, zip(rows, codes, strict=True), names))
    return made, entries


def _entries(
    place: str, rows: Iterable[tuple[dict[str, object], int]], names: dict[int, tuple[str, str]]
) -> Iterator[KeyEntry]:
    for row, code in rows:
        agency, identifier = names[code]
        yield KeyEntry(place, str(row["group"]), str(row["officer"]), agency, identifier)


def _refusal(file: Path, found: str, why: str, remedy: str) -> UsageError:
    return UsageError("the key of the officers cannot be written", [Problem(found, why, remedy, file=file.name)])
