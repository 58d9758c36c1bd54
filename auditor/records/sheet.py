"""One sheet on its way to the canonical tables: what is known of it, and the tools every step needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from auditor.domain.source import Ledger
from auditor.errors import Problem
from auditor.records.coded import read_in
from auditor.records.columns import ColumnMap
from auditor.records.docket import Docket
from auditor.records.lookups import Lookups
from auditor.records.personal import is_personal
from auditor.records.spec import SourceSpec
from auditor.records.store import Store, quote

if TYPE_CHECKING:
    from auditor.records.adapter import Adapter
    from auditor.records.own_crosswalk import OwnCrosswalk
    from auditor.records.raw import RawTable

__all__ = ["EXCLUDED", "QUARANTINED", "Row", "Sheet", "literal", "quote", "times"]

BLANKS = " \t\r\n\u00a0\u2007\u202f\u200b\ufeff"
QUARANTINED = "Q:"
EXCLUDED = "X:"
SHOWN = 20
"""How many values or places one message lists."""

MOST_DISTINCT = 200_000
"""A column to be mapped that holds more different values than this is the wrong column."""

Row = tuple[Any, ...]


def literal(text: str) -> str:
    """Quote a text for SQL."""
    return "'" + text.replace("'", "''") + "'"


def times(count: int, noun: str) -> str:
    """Return a number with its noun: 1 row, 1,204 rows."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


@dataclass
class Sheet:
    """One sheet being read.

    Attributes
    ----------
    index : int
        Number of the source: the ``source`` column of the canonical tables.
    at : int
        Which ``[[sources]]`` table asked for it.
    spec, raw, store, docket, adapter, columns
        How it is to be read, what was read, where it lives, where problems go, who reads it, what is where.
    as_of : date or None
        Day the report bears; later days lie in the future.
    ledger : Ledger
        What became of its rows so far.
    wanted : frozenset of str
        Columns of the table ``events`` that some signal asks for.
    together : bool
        Whether its typed table holds rows alike, and days of a month, in one row.
    split : bool
        Whether its typed table is a view, of which only the rows that stand alone can be changed.
    spared : str
        SQL over the raw table ``r`` of the rows that are left out whatever else they say: nobody is asked about them.
    numbered : str
        Comparable name of the column that numbers its records; copies of them are gone, and what it shares with
        another sheet so numbered are other records.
    maps : dict of str to str
        Tables that map its coded columns and charges, once they are made; its rows may be folded after that.
    match_words : tuple of str
        How its events write matches, where nobody decided what the words mean.
    crosswalk : OwnCrosswalk or None
        The user's own list of charges and their classes.
    answered : set of str
        Written places that the source's own ``places`` was asked about.
    lookups : Lookups
        What the user decided and what the user's tables describe; one for all sheets of a run.
    """

    index: int
    at: int
    spec: SourceSpec
    raw: RawTable
    store: Store
    docket: Docket
    adapter: Adapter
    columns: ColumnMap
    as_of: date | None
    ledger: Ledger
    names: dict[str, str] = field(default_factory=dict)
    open: bool = False
    spellings: dict[str, set[str]] = field(default_factory=dict)
    wanted: frozenset[str] = frozenset()
    together: bool = False
    split: bool = False
    spared: str = ""
    numbered: str = ""
    maps: dict[str, str] = field(default_factory=dict)
    match_words: tuple[str, ...] = ()
    crosswalk: OwnCrosswalk | None = None
    answered: set[str] = field(default_factory=set)
    lookups: Lookups = field(default_factory=Lookups)

    @property
    def typed(self) -> str:
        """Name of the table (or view) with typed, canonical columns."""
        return f"typed_{self.index}"

    @property
    def single(self) -> str:
        """Name of the table of the typed rows that may yet be changed: of rows alike nothing is left to be said."""
        return quote(f"map_{self.index}_single") if self.split else self.typed

    @property
    def row_id(self) -> str:
        """Column that tells the rows of :attr:`single` apart."""
        return "_row" if self.split else "rowid"

    @property
    def rows(self) -> str:
        """SQL that counts rows of the file over the raw table ``r``, where one may stand often, or many once."""
        if self.raw.weighed:
            return "sum(r.file_rows)::BIGINT"
        return "count(DISTINCT _row)" if self.raw.unfolded else "count(*)"

    def sql(self, query: str, values: Sequence[Any] | None = None) -> list[Row]:
        """Run a query and fetch its rows."""
        rows: list[Row] = self.store.connection.execute(query, values).fetchall()
        return rows

    def run(self, query: str) -> None:
        """Run a statement without an answer."""
        self.store.connection.execute(query)

    def text(self, name: str) -> str:
        """Return the SQL of a canonical column as the file writes it (blanks and all), NULL when absent."""
        if name in self.columns.positions:
            return f"r.c{self.columns.positions[name]}"
        return literal(self.columns.constants[name]) if name in self.columns.constants else "NULL::VARCHAR"

    def alike(self, *texts: str) -> tuple[str, str]:
        """Return a relation with what SQL over the raw table reads, and the SQL that counts rows of the file in it.

        Where the raw table is one of small numbers, rows that are alike in those columns stand in one row of it, whose
        ``_row`` is that of the first.
        """
        if self.raw.coded is None:
            return quote(self.raw.table), self.rows
        return self.raw.coded.alike(read_in(texts)), "sum(r.file_rows)::BIGINT"

    def as_text(self) -> None:
        """Load the raw table as text, where it is one of small numbers: for whoever looks at single rows."""
        if self.raw.coded is not None:
            self.raw = replace(self.raw, table=self.raw.coded.whole(), coded=None)

    def distinct(self, expression: str, name: str = "", most: int = MOST_DISTINCT) -> list[tuple[str, int, int]]:
        """Return the distinct texts of an expression with their counts and first rows, in order of the file.

        Blanks at the ends are cut off here, once for each spelling, rather than in every row; blank ones are left
        out. A column of more than ``most`` is refused, and only its first values are returned.
        """
        table, rows = self.alike(expression)
        query = (
            f"SELECT {expression} AS v, {rows}, min(_row) FROM {table} r "  # noqa: S608
            f"GROUP BY v HAVING v IS NOT NULL ORDER BY 3, 1 LIMIT {most + 1}"
        )
        found = self._merged(self.sql(query))
        if len(found) > most:
            self.refuse(
                f"more than {most:,} different values",
                "a column that is read by its values has far fewer: this looks like another one",
                f"name the right column with columns.{name}",
                column=name,
            )
            return found[:SHOWN]
        return found

    def _merged(self, rows: list[Row]) -> list[tuple[str, int, int]]:
        merged: dict[str, tuple[str, int, int]] = {}
        for raw, count, row in rows:
            text = raw.strip(BLANKS)
            if text:
                self.spellings.setdefault(text, {text}).add(raw)
                _, before, first = merged.get(text, (text, 0, row))
                merged[text] = (text, before + count, min(first, row))
        return list(merged.values())

    def mapping(self, name: str, columns: str, rows: Iterable[Row]) -> str:
        """Make a small table that maps written values to canonical ones, and return its name.

        Parameters
        ----------
        name : str
            What it maps.
        columns : str
            Names and types, as in SQL.
        rows : iterable of tuple
            Its rows. Where the first column is called ``raw``, each row stands for every spelling of its text.
        """
        table = quote(f"map_{self.index}_{name}")
        types = [part.strip().split()[-1] for part in columns.split(",")]
        self.run(f"CREATE OR REPLACE TEMP TABLE {table} ({columns})")
        found = list(rows)
        if columns.startswith("raw "):
            found = [(raw, *row[1:]) for row in found for raw in sorted(self.spellings.get(row[0], {row[0]}))]
        if found:
            lists = [list(values) for values in zip(*found, strict=True)]
            spread = ", ".join(f"unnest(?::{kind}[])" for kind in types)
            self.store.connection.execute(f"INSERT INTO {table} SELECT {spread}", lists)
        return table

    def clear(self) -> None:
        """Drop the raw table and everything made from it: what is personal in a file stays no longer than needed."""
        if self.split:
            self.run(f"DROP VIEW {self.typed}")
        if self.raw.coded is not None:
            self.raw.coded.release()
        names = self.sql(
            "SELECT table_name FROM duckdb_tables() WHERE starts_with(table_name, ?) OR table_name IN (?, ?, ?)",
            [f"map_{self.index}_", self.raw.table, self.typed, f"months_{self.index}"],
        )
        for (name,) in names:
            self.store.drop(name)

    def note(self, text: str) -> None:
        """Add a note to the ledger."""
        self.ledger = self.ledger.note(text)

    def problem(self, found: str, why: str, remedy: str, *, column: str = "", row: int = 0) -> Problem:
        """Word a problem with this file and sheet; ``column`` is canonical and shown as the file writes it."""
        header = self.columns.header(column) or column
        return Problem(found, why, remedy, file=self.raw.file, sheet=self.raw.sheet, row=row, column=header)

    def refuse(self, found: str, why: str, remedy: str, *, column: str = "", row: int = 0) -> None:
        """Put on the docket that the file cannot be used."""
        self.open = True
        self.docket.input.append(self.problem(found, why, remedy, column=column, row=row))

    def ask(
        self, found: str, why: str, remedy: str, *, column: str = "", row: int = 0, line: str = "", comment: str = ""
    ) -> None:
        """Put an open question on the docket, with the line of TOML that would settle it."""
        self.open = True
        self.docket.questions.append(self.problem(found, why, remedy, column=column, row=row))
        answers = self.docket.answers(self.at, self.spec)
        if line:
            answers.lines.append(line)
        if comment:
            answers.comments.append(comment)

    def shown(self, column: str, text: str) -> str:
        """Return a value as a message may show it: masked when it may point to a person.

        A word where a number or a day belongs may be a name, in a file that holds names: its cells were moved.
        """
        moved = column in self._measured and any(map(str.isalpha, text)) and self._named
        if moved or is_personal(column, self.columns.header(column)):
            return f"[hidden: {len(text)} characters]"
        return repr(text if len(text) <= 60 else text[:57] + "...")

    @property
    def _measured(self) -> set[str]:
        kinds = ("count", "amount", "period", "month", "start", "end", "day")
        return {column.name for column in self.adapter.columns if column.kind in kinds}

    @property
    def _named(self) -> bool:
        return any(is_personal("", header) for header in self.raw.columns)

    def listed(self, column: str, values: Sequence[tuple[str, int, int]]) -> str:
        """Return values with their counts, as a message shows them."""
        some = [f"{self.shown(column, text)} in {times(count, 'row')}" for text, count, _ in values[:SHOWN]]
        more = f" and {times(len(values) - SHOWN, 'more value')}" if len(values) > SHOWN else ""
        return ", ".join(some) + more
