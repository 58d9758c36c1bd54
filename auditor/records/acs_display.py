"""Tables of the American Community Survey as data.census.gov shows them: a row a line, a column a place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from auditor.records import acs_cells, acs_values
from auditor.records.acs_choice import choose, noted, nothing, refusal, said
from auditor.records.acs_names import period_of, table_of
from auditor.records.raw import RawTable
from auditor.records.store import Store, literal, quote
from auditor.records.unfold import replaced


def as_displayed(raw: RawTable, store: Store) -> RawTable:
    """Read a table as data.census.gov shows it: a row a line, columns ``Travis County, Texas!!Estimate`` ..."""
    rows = store.connection.execute(f"SELECT * FROM {quote(raw.table)} ORDER BY _row").fetchall()  # noqa: S608
    table = _table_of_lines(raw, [acs_cells.path(str(row[1])) for row in rows])
    used, notes = choose({(table, number) for number in acs_cells.cells(table)}, raw)
    places = _places(raw.columns)
    if not places:
        raise refusal(raw, "no column of estimates", "only margins or percents are in it")
    found: list[tuple[object, ...]] = []
    for _, number in used:
        cell, row = acs_cells.cells(table)[number], rows[number - 1]
        for name, (n, m) in places.items():
            margin = "" if m is None else row[m + 1]
            found.append((row[0], name, cell.group, cell.universe, cell.age, cell.sex, row[n + 1], margin))
    return noted(_of_lines(raw, store, found, len(used)), [said(used), *notes])


def _places(headers: Sequence[str]) -> dict[str, tuple[int, int | None]]:
    """Return, for each place, the columns of its estimates and of their margins."""
    kinds: dict[str, dict[str, int]] = {}
    for i, header in enumerate(headers[1:], start=1):
        parts = [part.strip() for part in header.split("!!")]
        kinds.setdefault(parts[0], {}).setdefault(parts[-1].casefold(), i)
    return {name: (at["estimate"], at.get("margin of error")) for name, at in kinds.items() if "estimate" in at}


def _table_of_lines(raw: RawTable, labels: Sequence[str]) -> str:
    """Tell which table it is: the one that the file's name says, if its lines agree, or the only one that fits."""
    fits = [
        table
        for table in acs_cells.TABLES
        if all(
            number <= len(labels) and labels[number - 1] == cell.path.split("!!")[-1]
            for number, cell in acs_cells.cells(table).items()
        )
    ]
    whole = [table for table in fits if len(acs_cells.cells(table)) > 1] or fits
    named = table_of(raw.file)
    if named in fits or (len(whole) == 1 and not named):
        return named or whole[0]
    if named and acs_cells.race_alone(named):
        raise nothing(raw, [named], [named])
    what = f"{named}, by the name of the file" if named else "a table that its lines do not tell"
    raise refusal(raw, what, "the number of the table is in the name that data.census.gov gives to the file; keep it")


def _of_lines(raw: RawTable, store: Store, found: Sequence[tuple[object, ...]], lines: int) -> RawTable:
    names = ["jurisdiction", "group", "universe", "age", "sex", "n", "moe", "period"]
    lists = [list(column) for column in zip(*found, strict=True)]
    given = ["unnest(?::BIGINT[]) AS _row", *(f"unnest(?::VARCHAR[]) AS v{i}" for i in range(7))]
    values = [*(f"v{i}" for i in range(5)), acs_values.estimate("v5", "v6"), acs_values.cleaned("v6")]
    columns = ", ".join(f"{value} AS c{i}" for i, value in enumerate(values))
    store.connection.execute(f"CREATE OR REPLACE TEMP TABLE acs_lines AS SELECT {', '.join(given)}", lists)
    period = literal(period_of(raw.file))
    table = replaced(raw, store, f"SELECT _row, {columns}, {period} AS c7 FROM acs_lines", names)  # noqa: S608
    store.drop("acs_lines")
    ledger = table.ledger.step("line of the table that is not used (sums, finer divisions)", table.ledger.used - lines)
    return replace(table, ledger=ledger)
