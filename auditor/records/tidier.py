"""Tidy a staged table: blank rows, notes, repeated headers, cut-off rows; columns without a name or named twice.

Everything is decided in SQL over the whole table, so that it is the same for ten rows and ten million.
"""

from __future__ import annotations

from collections.abc import Sequence

from auditor.domain.source import Ledger
from auditor.errors import Problem
from auditor.records.damage import DAMAGED, TWICE, damage_question, mend, repaired
from auditor.records.grid import EXAMPLES, Grid, Row, letter, listed, numbered, shorten
from auditor.records.header import Header
from auditor.records.header_text import kind
from auditor.records.load_table import ERROR_MARK, PAGE_MARKS, SHORT, Staged, names
from auditor.records.notes_below import LONGEST_TAIL, PAGE, lone, note_text, notes_at_end
from auditor.records.store import Store, quote

EXCEL_ERRORS = ("#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#N/A", "#SPILL!", "#CALC!")
SPACES = "".join(chr(code) for code in range(0x3001) if chr(code).isspace()) + "\u200b\ufeff"
_RESTARTS = 2000
_GEO_LABELS = ("Geography", "id", "Id")
_BATCH = 64


class Tidier:
    """Works through one staged table; see :func:`auditor.records.tidy.tidy`."""

    def __init__(self, staged: Staged, header: Header, grid: Grid, store: Store) -> None:
        self.staged, self.header, self.grid, self.store = staged, header, grid, store
        self.table = quote(staged.table)
        self.cells = names(staged.width)
        self.problems: list[Problem] = []
        self.ledger = Ledger(0)
        self.blank = " AND ".join(f"trim({name}, $spaces) = ''" for name in self.cells)

    def sql(self, statement: str, **values: object) -> list[tuple]:
        """Run a statement in which names are ours (``c0`` ...) and values are parameters."""
        used = {name: value for name, value in {"spaces": SPACES, **values}.items() if f"${name}" in statement}
        return self.store.connection.execute(statement, used).fetchall()

    def rows(self, condition: str, order: str = "_row", limit: int = LONGEST_TAIL, **values: object) -> list[Row]:
        """Return some rows with their cells, in the order of their numbers."""
        # The numbers first: to sort whole rows takes much memory where there are thousands of columns.
        found = self.sql(
            f"SELECT _row FROM {self.table} WHERE {condition} ORDER BY {order} LIMIT {int(limit)}",  # noqa: S608
            **values,
        )
        if not found:
            return []
        chosen = self.sql(
            f"SELECT _row, {', '.join(self.cells)} FROM {self.table} "  # noqa: S608
            "WHERE _row BETWEEN $low AND $high AND _row IN (SELECT unnest($numbers))",
            low=min(row[0] for row in found),
            high=max(row[0] for row in found),
            numbers=[row[0] for row in found],
        )
        return sorted((row[0], list(row[1:])) for row in chosen)

    def count(self, condition: str = "true", **values: object) -> int:
        """Count rows."""
        return int(self.sql(f"SELECT count(*) FROM {self.table} WHERE {condition}", **values)[0][0])  # noqa: S608

    def each(self, aggregate: str, indices: Sequence[int]) -> dict[int, int]:
        """Return an aggregate of each of some columns; a statement over thousands at once would take minutes."""
        found: dict[int, int] = {}
        for start in range(0, len(indices), _BATCH):
            batch = indices[start : start + _BATCH]
            parts = ", ".join(aggregate.format(cell=f"c{index}") for index in batch)
            found |= zip(batch, self.sql(f"SELECT {parts} FROM {self.table}")[0], strict=True)  # noqa: S608
        return found

    def delete(self, numbers: Sequence[int]) -> None:
        """Take rows out by their numbers."""
        self.sql(f"DELETE FROM {self.table} WHERE _row IN (SELECT unnest($rows))", rows=list(numbers))  # noqa: S608

    def blanks(self) -> None:
        """Take out blank rows, after a look at what begins below them: a second table is not read as data."""
        if not self.count(self.blank):
            return
        below = f"_row - 1 IN (SELECT _row FROM {self.table} WHERE {self.blank}) AND NOT ({self.blank})"  # noqa: S608
        starts = self.rows(below, limit=_RESTARTS)
        restarts = [row for row in (self._restart(start) for start in starts) if row]
        if restarts:
            self.problems.append(self._several(restarts))
        self.sql(f"DELETE FROM {self.table} WHERE {self.blank}")  # noqa: S608

    def _restart(self, start: Row) -> Row | None:
        """Return the row that names the columns of another table, if one begins here (perhaps below a title)."""
        candidates = [start]
        if lone(start[1]):
            candidates += self.rows("_row = $row", row=start[0] + 1)
        for number, cells in candidates:
            kinds = [kind(cell) for cell in cells if cell.strip()]
            if len(kinds) < 2 or any(k not in ("text", "year") for k in kinds) or self._is_header(cells):
                continue
            below = self.rows("_row > $row", limit=3, row=number)
            for column, cell in enumerate(cells):
                typed = [kind(row[1][column]) in ("number", "date") for row in below if row[1][column].strip()]
                if kind(cell) != "text" or not typed or not all(typed):
                    continue
                if self._typed(column, number) or (len(typed) > 1 and self._worded(column, number)):
                    return number, cells
        return None

    def _typed(self, column: int, number: int) -> bool:
        """Tell whether a column holds numbers or dates at the top of the table, so that words there are odd."""
        top = self.rows(f"_row < $row AND trim(c{column}, $spaces) <> ''", limit=20, row=number)
        kinds = [kind(row[1][column]) for row in top]
        return bool(kinds) and sum(k in ("number", "date", "year") for k in kinds) * 2 > len(kinds)

    def _worded(self, column: int, number: int) -> bool:
        """Tell whether a column holds nothing but words at the top of the table, so that numbers below are odd."""
        top = self.rows(f"_row < $row AND trim(c{column}, $spaces) <> ''", limit=20, row=number)
        return bool(top) and all(kind(row[1][column]) == "text" for row in top)

    def _is_header(self, cells: Sequence[str]) -> bool:
        given = tuple(" ".join(cell.split()) for cell in cells)
        return given in self.header.lines

    def _several(self, restarts: list[Row]) -> Problem:
        tables = [(self.header.row, [name for name in self.header.names if name])]
        tables += [(number, [cell.strip() for cell in cells if cell.strip()]) for number, cells in restarts]
        shown = "; ".join(
            f"from row {row} ({', '.join(shorten(name, 24) for name in given[:6])})" for row, given in tables[:EXAMPLES]
        )
        return self.grid.where.problem(
            f"{len(tables)} tables stand below one another: {shown}",
            "rows of one would be read under the names of another",
            "save each table as a sheet or file of its own and name the one to be read",
            row=restarts[0][0],
        )

    def cut_off(self) -> None:
        """Refuse a table of exactly as many rows as its program can hold."""
        most = self.grid.most_rows
        last = self.sql(f"SELECT coalesce(max(_row), 0) FROM {self.table} WHERE NOT ({self.blank})")[0][0]  # noqa: S608
        records = self.header.row and self.header.row + self.count() + self.staged.tally.total
        if last == most or records == most:
            self.problems.append(
                self.grid.where.problem(
                    f"the table ends at row {most:,}, the most that a spreadsheet can hold",
                    "what came after was probably cut off",
                    "get the records as CSV straight from the system, or in several sheets",
                    row=most,
                )
            )

    def repeats(self) -> None:
        """Exclude lines of the header that stand again among the data, and page lines."""
        for line in self.header.lines:
            index = next(i for i, name in enumerate(line) if name)
            near = self.rows(f"contains(c{index}, $part)", limit=100_000, part=line[index].split()[0])
            self._exclude("header repeated among the rows", [row for row in near if self._is_header(row[1])])
        marks = [mark.decode() for mark in PAGE_MARKS if mark not in self.staged.absent]
        starts = " OR ".join(f"starts_with({name}, '{mark}')" for name in self.cells for mark in marks)
        pages = self.rows(starts, limit=100_000) if starts else []
        self._exclude("page line", [row for row in pages if PAGE.fullmatch(lone(row[1]))])

    def labels(self) -> None:
        """Exclude the line of labels that data.census.gov puts below the names."""
        if self.header.names[0] == "GEO_ID":
            first = self.rows("true", limit=1)
            self._exclude("second header line of labels", [row for row in first if row[1][0] in _GEO_LABELS])

    def notes(self) -> None:
        """Exclude the notes below the table and keep their text."""
        tail = self.rows("true", order="_row DESC", limit=LONGEST_TAIL)
        found = notes_at_end(tail)
        if found:
            texts = "; ".join(repr(shorten(note_text(cells), 80)) for _, cells in found)
            self._exclude(f"note below the table: {texts}", found)

    def _exclude(self, reason: str, rows: Sequence[Row]) -> None:
        if rows:
            numbers = [number for number, _ in rows]
            self.delete(numbers)
            self.ledger = self.ledger.step(reason, len(numbers), example=numbered(numbers))

    def shorts(self) -> None:
        """Quarantine rows that end before the last named column."""
        numbers = [row[0] for row in self.sql(f"SELECT _row FROM {self.table} WHERE _odd = 'short' ORDER BY _row")]  # noqa: S608
        if numbers:
            self.sql(f"DELETE FROM {self.table} WHERE _odd = 'short'")  # noqa: S608
            self.ledger = self.ledger.step(SHORT, len(numbers), quarantined=True, example=numbered(numbers))

    def excel_errors(self) -> None:
        """Blank the cells that hold a spreadsheet's error value, and say which."""
        if ERROR_MARK in self.staged.absent:
            return
        marked = self.each("count(*) FILTER (contains({cell}, '#'))", range(len(self.cells)))
        for index, count in marked.items():
            if count:
                self._blank_errors(index)

    def _blank_errors(self, index: int) -> None:
        bad = f"trim(c{index}, $spaces) IN (SELECT unnest($errors))"
        query = f"SELECT _row FROM {self.table} WHERE {bad} ORDER BY _row"  # noqa: S608
        numbers = [row[0] for row in self.sql(query, errors=list(EXCEL_ERRORS))]
        if numbers:
            self.sql(f"UPDATE {self.table} SET c{index} = '' WHERE {bad}", errors=list(EXCEL_ERRORS))  # noqa: S608
            self.ledger = self.ledger.note(
                f"spreadsheet error values such as #REF! in column {self.label(index)} set aside as missing: "
                f"{listed(numbers[:EXAMPLES], len(numbers))}"
            )

    def damage(self) -> None:
        """Ask about, or repair, letters that were encoded twice, in files that do not come as text."""
        if not self.grid.damage:
            return
        marks = "count(*) FILTER (contains({cell}, 'Ã') OR contains({cell}, 'Â') OR contains({cell}, 'â€'))"
        for index, count in self.each(marks, range(len(self.cells))).items():
            if count:
                self._mend(f"c{index}")

    def _mend(self, cell: str) -> None:
        query = f"SELECT {cell}, count(*), min(_row) FROM {self.table} WHERE NOT regexp_full_match({cell}, '[ -~]*') "  # noqa: S608
        found = [row for row in self.sql(query + "GROUP BY 1 ORDER BY 3, 1") if mend(row[0]) != row[0]]
        if found and self.grid.damage == "ask":
            spots = [match[0] for match in DAMAGED.finditer(found[0][0]) if repaired(match[0]) != match[0]]
            rows = [row[2] for row in found[:EXAMPLES]]
            raise damage_question(self.grid.where, spots[0], rows, sum(row[1] for row in found))
        for text, _, _ in found:
            self.sql(f"UPDATE {self.table} SET {cell} = $new WHERE {cell} = $old", new=mend(text), old=text)  # noqa: S608
        if found:
            self.ledger = self.ledger.note(f"text encoded twice was repaired, as declared ({TWICE})")

    def label(self, index: int) -> str:
        """Name a column by letter and header."""
        name = self.header.names[index] if index < len(self.header.names) else ""
        spot = letter(index + self.grid.first_column)
        return f"{spot} ({shorten(name, 40)})" if name else spot
