"""Text files with delimiters: which delimiter, and the records with the row number an editor shows."""

from __future__ import annotations

import csv
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from auditor.errors import ConfigError, InputError, Problem
from auditor.records.encoding import recognise
from auditor.records.grid import GIANT, Grid, Row, Tally, Where, blank
from auditor.records.header import Header
from auditor.records.header_text import kind
from auditor.records.lines import Encoding, Lines
from auditor.records.load_table import Staged
from auditor.records.plain import stage_plain, survey
from auditor.records.spec import SourceSpec
from auditor.records.stage_coded import stage_coded
from auditor.records.store import Store
from auditor.records.wanted import Wanted

CANDIDATES = (",", "\t", ";", "|", " ")
SAMPLE = 400
_NAMED = {"\t": "tab", " ": "blank", ",": "comma", ";": "semicolon", "|": "pipe"}
QUOTING = "quotes that do not fit together"
CUT = "cut in two by a stray carriage return"
UNENDED = "the last line does not end as a line does: if the file was cut off there, its last cells may be cut too"
SEPARATORS = "line separators (U+2028 and the like) stand inside cells; they do not begin a row"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How cells are separated.

    Attributes
    ----------
    delimiter : str
        One character.
    spaced : bool
        True when blanks follow the delimiter before a quote.
    width : int
        Usual number of cells of a record, as far as the first lines tell.
    declared : bool
        True when the user named the delimiter.
    """

    delimiter: str
    spaced: bool = False
    width: int = 0
    declared: bool = False

    def reader(self, lines: Iterator[str], *, strict: bool) -> Any:
        """Return a reader of records over lines; the csv module itself refuses cells of more than ``MAX_CELL``."""
        return csv.reader(lines, delimiter=self.delimiter, skipinitialspace=self.spaced, strict=strict)


def open_delimited(path: Path, where: Where, spec: SourceSpec) -> Grid:
    """Prepare a text file for reading.

    Parameters
    ----------
    path : pathlib.Path
        The file, unpacked.
    where : Where
        For messages.
    spec : SourceSpec
        Its ``delimiter`` and ``encoding``.

    Returns
    -------
    Grid

    Raises
    ------
    InputError
        When the file is not text, or has one column only.
    DecisionNeeded
        When its letters need a person's decision.
    """
    encoding = recognise(path, where, spec.encoding)
    dialect = sniff(_sample(path, encoding), where, spec.delimiter)
    grid = Grid(where, rows=lambda: iter(()), notes=list(encoding.notes))
    if dialect.delimiter != ",":
        grid.notes.append(f"delimiter: {_NAMED.get(dialect.delimiter, repr(dialect.delimiter))}")
    if _cut_off(path):
        grid.notes.append(UNENDED)
    grid.rows = lambda: _records(path, encoding, dialect, grid)
    grid.least = 1 if dialect.declared else 2
    if encoding.name in ("utf-8", "utf-8-sig") and not encoding.twice and not dialect.spaced:
        grid.load = lambda header, store, wanted: _short_way(path, encoding, dialect, grid, header, store, wanted)
    return grid


def _cut_off(path: Path) -> bool:
    """Tell whether the last of several lines lacks the line end that the others have."""
    with path.open("rb") as handle:
        handle.seek(0, os.SEEK_END)
        handle.seek(max(0, handle.tell() - 4))
        tail = handle.read().rstrip(b"\0")
        handle.seek(0)
        return not tail.endswith((b"\n", b"\r")) and any(end in handle.read(1 << 16) for end in (b"\n", b"\r"))


def _short_way(
    path: Path,
    encoding: Encoding,
    dialect: Dialect,
    grid: Grid,
    header: Header,
    store: Store,
    wanted: Wanted | None,
) -> Staged | None:
    marked = encoding.name == "utf-8-sig"
    if wanted is not None:
        coded = stage_coded(path, dialect.delimiter, header, store, wanted, marked=marked)
        if coded is not None:
            return coded
    found = survey(path, dialect.delimiter, header, marked=marked)
    if found is None:
        return None
    if found.separators:
        grid.notes.append(SEPARATORS)
    return stage_plain(path, dialect.delimiter, header, found, store, wanted.columns if wanted else None)


def _sample(path: Path, encoding: Encoding) -> list[str]:
    lines = Lines(path, encoding)
    try:
        return list(islice(lines, SAMPLE))
    finally:
        lines.close()


def sniff(sample: list[str], where: Where, declared: str = "") -> Dialect:
    """Tell the delimiter from the first lines.

    The one wins that cuts most records into the same number of cells, at least two, below a first such record that
    can be a header.

    Raises
    ------
    ConfigError
        When the declared delimiter is not one character.
    InputError
        When none cuts the lines into columns, or two do so equally well.
    """
    if declared:
        if len(declared) != 1 or declared in '"\r\n\0':
            problem = where.problem(
                f"delimiter = {declared!r}", "a delimiter is one character", 'write for example "," or "\\t"'
            )
            raise ConfigError("the delimiter cannot be used", [problem])
        return Dialect(declared, _spaced(sample, declared), _score(sample, declared)[1], declared=True)
    scores = sorted(((*_score(sample, delimiter), delimiter) for delimiter in CANDIDATES[:4]), reverse=True)
    best, second = scores[0], scores[1]
    if best[0] > 0:
        if best[0] > 0.9 and second[:2] == best[:2]:
            raise InputError(f"{where.file} cannot be read", [_two_ways(where, best[2], second[2])])
        return Dialect(best[2], _spaced(sample, best[2]), best[1])
    share, width = _score(sample, " ")
    if share >= 0.9 and width >= 3:
        return Dialect(" ", width=width)
    raise InputError(f"{where.file} cannot be read", [_one_column(where)])


def _score(sample: list[str], delimiter: str) -> tuple[float, int]:
    """Return the share of records with the usual number of cells, and that number."""
    dialect = Dialect(delimiter, _spaced(sample, delimiter))
    records = list(_lenient(dialect.reader(iter(sample), strict=False)))
    widths = Counter(len(record) for record in records if len(record) > 1)
    if not widths:
        return 0.0, 0
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
    first = next(record for record in records if len(record) == width)
    named = all(kind(cell) in ("text", "year", "blank") for cell in first)
    return round(count / len(records) * (1.0 if named else 0.5), 2), width


def _lenient(reader: Any) -> Iterator[list[str]]:
    """Give the records that can be cut, but for blank ones."""
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error:
            continue
        if not blank(record):
            yield record


def _spaced(sample: list[str], delimiter: str) -> bool:
    if delimiter == " ":
        return False
    pattern = re.compile(re.escape(delimiter) + r" +\"")
    return sum(1 for line in sample if pattern.search(line)) * 2 > len(sample)


def _one_column(where: Where) -> Problem:
    return where.problem(
        "the file has one column only: no comma, tab, semicolon, pipe or blank cuts its lines alike",
        "a table needs at least two columns; the delimiter may be unusual",
        'set delimiter for this source (also where one column is right, such as delimiter = ",")',
        row=1,
    )


def _two_ways(where: Where, one: str, other: str) -> Problem:
    return where.problem(
        f"both {_NAMED[one]} and {_NAMED[other]} cut the lines into columns",
        "it is not known which is the delimiter",
        f"set delimiter = {one!r} or delimiter = {other!r} for this source",
        row=1,
    )


def _records(path: Path, encoding: Encoding, dialect: Dialect, grid: Grid) -> Iterator[Row]:
    """Give the records; those that cannot be understood are counted in the grid's tally instead."""
    grid.tally = Tally()
    lines = Lines(path, encoding)
    reader = dialect.reader(lines, strict=True)
    try:
        while True:
            start = reader.line_num + 1
            cut = lines.cut
            lines.fault = ""
            try:
                record = next(reader)
            except StopIteration:
                break
            except csv.Error as error:
                grid.tally.add(_reason(error, start, reader.line_num, grid.where), start)
                continue
            fault = lines.fault or _cut(lines, record, dialect, before=cut)
            if fault:
                grid.tally.add(fault, start)
                continue
            if reader.line_num > start:
                _refuse_swallowed(record, dialect.delimiter, start, reader.line_num, grid.where)
            yield start, record
    finally:
        lines.close()
    if lines.separators and SEPARATORS not in grid.notes:
        grid.notes.append(SEPARATORS)


def _cut(lines: Lines, record: list[str], dialect: Dialect, *, before: bool) -> str:
    """Tell whether a stray carriage return cut this record in two, or left it as the second half of one."""
    lines.cut = lines.stray and len(record) < dialect.width
    return CUT if lines.cut or before else ""


def _reason(error: csv.Error, start: int, end: int, where: Where) -> str:
    """Word a record that cannot be cut; one that runs over several lines has swallowed others."""
    if end > start or "unexpected end" in str(error):
        raise InputError(f"{where.file} cannot be read", [_unclosed(where, start, end)])
    return GIANT if "field limit" in str(error) else QUOTING


def _unclosed(where: Where, start: int, end: int) -> Problem:
    return where.problem(
        f"a quote opens here and is not closed properly; what follows, to row {end}, would be one cell",
        "the rows in between would be lost",
        "close or remove the quote in this row, or have the file exported again",
        row=start,
    )


def _refuse_swallowed(record: list[str], delimiter: str, start: int, end: int, where: Where) -> None:
    """Refuse a quoted cell whose inner lines look like rows of this very table."""
    if len(record) < 3:
        return
    for cell in record:
        inner = cell.replace("\r\n", "\n").replace("\r", "\n").split("\n")[1:-1]
        if sum(1 for line in inner if line.count(delimiter) == len(record) - 1) >= 3:
            raise InputError(f"{where.file} cannot be read", [_unclosed(where, start, end)])
