"""The canonical tables, and the last steps of a sheet before its rows go in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from auditor.domain.periods import PERIOD_KINDS
from auditor.records.event_columns import table_columns
from auditor.records.sheet import EXCLUDED, QUARANTINED, Sheet, literal, quote, times
from auditor.records.words import VOCABULARIES

if TYPE_CHECKING:
    from auditor.records.store import Store

TABLES: dict[str, str] = {
    "counts": 'source INTEGER, row BIGINT, place VARCHAR, agency VARCHAR, start DATE, "end" DATE, '
    'period_kind word_period_kind, event word_event, "group" word_group, group_source word_group_source, '
    "offence word_offence, level VARCHAR, level_basis word_level_basis, level_regime word_level_regime, "
    "searched word_searched, contraband word_contraband, n BIGINT, n_low BIGINT, n_high BIGINT, cumulative BOOLEAN, "
    "published BOOLEAN",
    "population": 'source INTEGER, row BIGINT, place VARCHAR, "group" VARCHAR, universe VARCHAR, start DATE, '
    '"end" DATE, age VARCHAR, sex VARCHAR, n DOUBLE, moe DOUBLE',
    "places": "source INTEGER, row BIGINT, place VARCHAR, name VARCHAR, state VARCHAR, kind VARCHAR, "
    "parent VARCHAR, agency VARCHAR, area VARCHAR",
    "facilities": "source INTEGER, row BIGINT, code VARCHAR, name VARCHAR, state VARCHAR, city VARCHAR, "
    "county VARCHAR, types VARCHAR, area VARCHAR, kind VARCHAR, place VARCHAR, rule VARCHAR",
    "activations": "source INTEGER, row BIGINT, place VARCHAR, program VARCHAR, kind VARCHAR, date DATE, "
    "agency VARCHAR",
    "operations": "source INTEGER, row BIGINT, place VARCHAR, date DATE, agency VARCHAR, name VARCHAR",
    "events": table_columns(),
}
"""Columns of each canonical table, as SQL. Blank is NULL; ``n`` NULL with bounds is a suppressed cell."""

# How many rows of a file stand behind a canonical row that was aggregated, for the ledger.
_MERGED = "source INTEGER, row BIGINT, file_rows BIGINT"
# Values of single rows that were read as missing, by reason: private, since these are counts of people.
_FAULTS = "source INTEGER, name VARCHAR, reason VARCHAR, rows BIGINT, first_row BIGINT"
_EXAMPLES = 5


def create_tables(store: Store) -> None:
    """Make the canonical tables, empty, where they are not there yet."""
    for name in VOCABULARIES:
        if kind := word_type(name):
            _words(store, kind, VOCABULARIES[name].values)
    _words(store, "word_period_kind", PERIOD_KINDS)
    for name, columns in TABLES.items():
        store.connection.execute(f"CREATE TABLE IF NOT EXISTS {name} ({columns})")
    store.connection.execute(f"CREATE TABLE IF NOT EXISTS merged ({_MERGED})")
    store.connection.execute(f"CREATE TABLE IF NOT EXISTS row_faults ({_FAULTS})")


def _words(store: Store, kind: str, words: Sequence[str]) -> None:
    # In the order of the alphabet, so that codes sort as their texts do.
    listed = ", ".join(literal(word) for word in sorted(words))
    store.connection.execute(f"CREATE TYPE IF NOT EXISTS {kind} AS ENUM ({listed})")


def word_type(name: str) -> str | None:
    """Return the type of one byte for the words of a coded column; None for levels, which may be several at once."""
    return None if name == "level" else f"word_{name}"


def require(sheet: Sheet, names: Sequence[str]) -> None:
    """Quarantine the rows that lack what every row of the format must have."""
    for name in names:
        sheet.run(
            f"UPDATE {sheet.single} SET aside = '{QUARANTINED}{_word(name)} is blank' "  # noqa: S608
            f"WHERE aside IS NULL AND {quote(name)} IS NULL"
        )


def _word(name: str) -> str:
    return {"start": "period", "end": "period"}.get(name, name)


def drop_unreported(sheet: Sheet, values: Sequence[str]) -> None:
    """Leave out the rows in which no number is reported: an absent count is absent, never zero."""
    blank = " AND ".join(f"{quote(value)} IS NULL AND {quote(value + '_high')} IS NULL" for value in values)
    sheet.run(
        f"UPDATE {sheet.typed} SET aside = '{EXCLUDED}{' and '.join(values[:1])} not reported (blank)' "  # noqa: S608
        f"WHERE aside IS NULL AND {blank}"
    )


def post(sheet: Sheet) -> None:
    """Write the rows set aside into the ledger, each under its reason, with the first few row numbers."""
    rows = sheet.sql(
        f"SELECT aside, sum(file_rows)::BIGINT, list(_row ORDER BY _row)[1:{_EXAMPLES}], min(_row) "  # noqa: S608
        f"FROM {_asides(sheet)} WHERE aside IS NOT NULL GROUP BY aside ORDER BY 4, 1"
    )
    for aside, count, first, _ in rows:
        sheet.ledger = sheet.ledger.step(
            aside[2:], count, quarantined=aside.startswith(QUARANTINED), example=examples(first, count)
        )


def _asides(sheet: Sheet) -> str:
    """Return the table of rows and why they are set aside: of an unfolded sheet one entry a row of the file.

    Such a row is set aside when all that it became is, under the first of the reasons; of the others a part is used,
    which is noted.
    """
    if not sheet.raw.unfolded:
        return sheet.typed
    partly = sheet.sql(
        f"SELECT aside, count(*), list(DISTINCT _row ORDER BY _row)[1:{_EXAMPLES}], count(DISTINCT _row) "  # noqa: S608
        f"FROM {sheet.typed} WHERE aside IS NOT NULL AND _row IN "
        f"(SELECT _row FROM {sheet.typed} WHERE aside IS NULL) GROUP BY 1 ORDER BY 3, 1"
    )
    for aside, count, first, rows in partly:
        sheet.note(f"{times(count, 'figure')} of rows used otherwise left out: {aside[2:]} ({examples(first, rows)})")
    return (
        f"(SELECT _row, CASE WHEN bool_and(aside IS NOT NULL) THEN min(aside) END AS aside, 1 AS file_rows "  # noqa: S608
        f"FROM {sheet.typed} GROUP BY 1)"
    )


def examples(rows: Sequence[int | str], count: int) -> str:
    """Return row numbers (or places) as a ledger shows them."""
    return ", ".join(map(str, rows)) + (", ..." if count > len(rows) else "")


def insert(sheet: Sheet, table: str, columns: dict[str, str], source: str = "") -> None:
    """Insert the rows that are left of a sheet.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    table : str
        Canonical table.
    columns : dict
        Canonical column = SQL over the typed table; those not named become NULL.
    source : str
        Another query in place of the typed table (its rows must not be set aside).
    """
    names = ", ".join(quote(name) for name in ("source", "row", *columns))
    values = ", ".join([str(sheet.index), "_row", *columns.values()])
    rows = source or f"SELECT * FROM {sheet.typed} WHERE aside IS NULL"  # noqa: S608
    order = "" if sheet.together else " ORDER BY _row"  # what was grouped has no order to keep, and millions of rows
    sheet.run(f"INSERT INTO {table} ({names}) SELECT {values} FROM ({rows}) t{order}")  # noqa: S608
