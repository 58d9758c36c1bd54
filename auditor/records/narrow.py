"""The shortest way: of a large file that needs no tidying, only the columns that somebody will read are loaded.

Everything for which tidying looks at whole rows is looked for here by other means (in the bytes, in the last lines, in
the columns that are loaded). Where any of it may be there, the file goes one of the longer ways instead, so that all
ways give the same ledger (a test holds them to it).
"""

from __future__ import annotations

import csv
import io
from collections import deque

import duckdb

from auditor.records.columns import IDS, key
from auditor.records.hashes import hashes
from auditor.records.load_table import MARKS, MAX_LINE, Staged
from auditor.records.notes_below import LONGEST_TAIL, notes_at_end
from auditor.records.plain_file import PlainFile
from auditor.records.store import quote

FEWEST = 1_000_000
"""Rows below which a file goes a longer way: all of it is loaded soon enough, and more can be said of its rows."""

_TAIL = 1 << 18
_SPREADSHEET = 1_048_576
_LABELLED = "GEO_ID"


def possible(file: PlainFile, keep: frozenset[int]) -> bool:
    """Tell from what is known of a file's bytes and names whether it may go this way.

    Parameters
    ----------
    file : PlainFile
        The file.
    keep : frozenset of int
        Positions of the columns that will be read.
    """
    return file.found.absent == MARKS and len(keep) < len(file.header.names) and plain(file)


def plain(file: PlainFile) -> bool:
    """Tell whether a large file has no quotes, a name of its own for every column, and no notes below."""
    given = file.header.names
    named = all(given) and len({name.casefold() for name in given}) == len(given) and given[0] != _LABELLED
    whole = _SPREADSHEET not in (file.found.lines, file.found.lines + 1)
    large = file.found.lines >= FEWEST
    return large and file.header.row == 1 and not file.found.quoted and named and whole and not _notes(file)


def _notes(file: PlainFile) -> bool:
    """Tell whether notes stand below the table, or its last lines are too long to say."""
    with file.path.open("rb") as handle:
        size = handle.seek(0, io.SEEK_END)
        handle.seek(max(0, size - _TAIL))
        data = handle.read()
    lines = data.decode("ascii").splitlines()
    lines = lines[1:]  # the first one is cut off, or is the header
    if len(lines) < min(LONGEST_TAIL, file.found.lines):
        return True
    last = deque(csv.reader(lines, delimiter=file.delimiter), maxlen=LONGEST_TAIL)
    return bool(notes_at_end(list(enumerate(last))))


def stage_narrow(file: PlainFile, keep: frozenset[int]) -> Staged | None:
    """Load some columns of a file; None when it must go a longer way.

    Parameters
    ----------
    file : PlainFile
        A file for which this way is possible.
    keep : frozenset of int
        Positions of its columns to load.

    Returns
    -------
    Staged or None
        A table with ``_row`` and the columns kept, under the names that they have in whole tables.
    """
    table = file.store.fresh("raw")
    kept = [f"c{index}" for index in sorted(keep)]
    try:
        file.store.connection.execute(
            f"CREATE TABLE {quote(table)} AS SELECT row_number() OVER () + $above AS _row, {', '.join(kept)} "  # noqa: S608
            f"FROM {file.reading(file.columns())}",
            file.options,
        )
        copies, content = hashed(file)
    except duckdb.Error:
        file.store.drop(table)
        return None
    if not file.whole(table):
        return None
    if _untidy(file, table, keep) or (copies and _numbered(file)):
        file.store.drop(table)
        return None
    return Staged(table, len(file.columns()), absent=MARKS, narrow=keep, copies=copies, content=content)


def _untidy(file: PlainFile, table: str, keep: frozenset[int]) -> bool:
    """Tell whether some row may be blank, or the header once more."""
    blank = " AND ".join(f"trim(c{index}, $blanks) = ''" for index in sorted(keep))
    again = " AND ".join(f"starts_with(ltrim(c{index}), $word{index})" for index in sorted(keep))
    words = {f"word{index}": file.header.names[index].split()[0] for index in keep}
    found = file.store.connection.execute(
        f"SELECT 1 FROM {quote(table)} WHERE ({blank}) OR ({again}) LIMIT 1",  # noqa: S608
        {"blanks": " \t", **words},
    )
    return bool(found.fetchall())


def _numbered(file: PlainFile) -> bool:
    """Tell whether some column may number the records: copies of those are told cell by cell."""
    return any(key(name) in IDS for name in file.header.names)


def hashed(file: PlainFile) -> tuple[int, str]:
    """Return how many lines repeat an earlier one, and what tells the content of the file."""
    reading = (
        "read_csv($path, auto_detect=false, header=false, skip=$above, delim=$unseen, quote='', escape='', "
        f"new_line=$ends, columns={{'line': 'VARCHAR'}}, max_line_size={MAX_LINE})"
    )
    # A character of control, of which the survey has found none.
    options = {**file.options, "unseen": "\x01"}
    del options["delim"]
    found = hashes(file.store, "line", reading, file.found.lines, options)
    content = f"{found.rows} {found.total}"
    if not found.repeated:
        return 0, content
    again = f"SELECT count(*) AS k FROM {reading} WHERE hash(line) IN (SELECT unnest($alike)) GROUP BY line"  # noqa: S608
    rows = file.store.connection.execute(
        f"SELECT coalesce(sum(k - 1), 0) FROM ({again}) WHERE k > 1",  # noqa: S608
        {**options, "alike": list(found.repeated)},
    ).fetchall()
    return int(rows[0][0]), content
