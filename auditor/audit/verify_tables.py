"""The tables of an output folder against those that its review gives."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

from auditor.audit.findings_csv import NAME, findings_csv
from auditor.audit.verify_files import AGAIN, content
from auditor.errors import Problem
from auditor.findings.review import Review
from auditor.report.tables import tables

_EXCERPT = 60
_WHY = "the tables hold what review.json holds"


def expected_tables(review: Review, *, same: bool) -> dict[str, str]:
    """Return the text of every table of a review; of another version's only the findings, whose columns are fixed."""
    return {NAME: findings_csv(review), **(dict(tables(review)) if same else {})}


def table_problems(root: Path, name: str, expected: str, *, same: bool) -> Iterator[Problem]:
    """Compare one table cell by cell and then, when this version wrote it, byte by byte.

    Parameters
    ----------
    root : path
    name : str
        Path of the table inside the folder; nothing is yielded when it is not there, for that is a problem of the
        lists.
    expected : str
        The table as the review gives it.
    same : bool
        Whether this version wrote the folder.
    """
    raw = content(root, name)
    if raw is None or raw == expected.encode():
        return
    try:
        found = list(csv.reader(io.StringIO(raw.decode("utf-8"), newline="")))
    except (UnicodeDecodeError, csv.Error):
        yield Problem("it cannot be read", "a table is CSV in UTF-8", AGAIN, file=name)
        return
    problems = list(_cell_problems(name, found, list(csv.reader(io.StringIO(expected, newline="")))))
    yield from problems
    if same and not problems:
        yield Problem("the same cells, written otherwise", "tables are compared byte for byte", AGAIN, file=name)


def _cell_problems(name: str, found: list[list[str]], expected: list[list[str]]) -> Iterator[Problem]:
    columns = expected[0]
    if not found or found[0] != columns:
        yield Problem("other columns than the review gives", _WHY, AGAIN, file=name)
        return
    if len(found) != len(expected):
        what = f"{len(found) - 1:,} rows, the review gives {len(expected) - 1:,}"
        yield Problem(what, _WHY, AGAIN, file=name)
        return
    for number, (line, right) in enumerate(zip(found[1:], expected[1:], strict=True), 2):
        if len(line) != len(right):
            what = f"{len(line)} cells for {len(right)} columns"
            yield Problem(what, _WHY, AGAIN, file=name, row=number)
            continue
        for column, here, there in zip(columns, line, right, strict=True):
            if here != there:
                yield Problem(excerpts(here, there), _WHY, AGAIN, file=name, row=number, column=column)


def excerpts(here: str, there: str) -> str:
    """Say how two texts differ, from shortly before the first character that does."""
    pairs = enumerate(zip_longest(here, there))
    start = max(next((i for i, (a, b) in pairs if a != b), 0) - _EXCERPT // 3, 0)
    return f"{here[start : start + _EXCERPT]!r}, the review {there[start : start + _EXCERPT]!r}"
