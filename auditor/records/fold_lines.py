"""The lines of events before they are folded: to which event each belongs, and how grave its charge is."""

from __future__ import annotations

from auditor.domain.vocabulary import DISCRETIONARY, NEUTRAL, SERIOUS
from auditor.records.canonical import examples
from auditor.records.charges import map_charges, tells_offence
from auditor.records.crosswalk import map_codes
from auditor.records.sheet import BLANKS, Sheet, literal, quote

RANKED = (*SERIOUS, *NEUTRAL, *reversed(DISCRETIONARY))
"""Offence classes, the one that stands for an event first."""

_SAME = ("place", "jurisdiction", "state", "event", "date", "group")
_EXAMPLES = 5


def make_lines(sheet: Sheet, at: int) -> str:
    """Make the table of lines and return its name.

    Parameters
    ----------
    sheet : Sheet
        Its charges (or offences) are mapped.
    at : int
        Position of the column that numbers the events. Rows without a number are events of their own: nothing says
        that they belong together.

    Returns
    -------
    str
        Table of _row, id (row of the first line of the event), rank (of the charge within it, the smallest decides),
        hold (it is a detainer, and no charge), charge (comparable), listed (row in which this charge stands first).
    """
    name = "charge" if tells_offence(sheet) else "offence"
    table = ""
    if name in sheet.columns:
        table = map_charges(sheet) if name == "charge" else map_codes(sheet, name)
    raw, lines, numbers = quote(sheet.raw.table), f"lines_{sheet.index}", f"numbers_{sheet.index}"
    hold = "coalesce(m.detainer, false)" if table and name == "charge" else "false"
    join = f"LEFT JOIN {table} m ON m.raw = {sheet.text(name)}" if table else ""
    number = f"nullif(trim(r.c{at}, {literal(BLANKS)}), '')"
    sheet.run(
        f"CREATE OR REPLACE TEMP TABLE {numbers} AS SELECT {number} AS number, min(_row) AS id FROM {raw} r "  # noqa: S608
        "GROUP BY number HAVING number IS NOT NULL"
    )
    sheet.run(
        f"CREATE OR REPLACE TEMP TABLE {lines} AS SELECT r._row, coalesce(e.id, r._row) AS id, "  # noqa: S608
        f"{_rank(sheet, hold) if table else '0'} AS rank, {hold} AS hold, "
        f"lower(trim({sheet.text(name)}, {literal(BLANKS)})) AS charge "
        f"FROM {raw} r LEFT JOIN {numbers} e ON e.number = {number} {join}"
    )
    sheet.run(f"DROP TABLE {numbers}")
    sheet.run(
        f"CREATE OR REPLACE TEMP TABLE {lines} AS SELECT l.*, f.listed FROM {lines} l JOIN (SELECT id, charge, "  # noqa: S608
        f"min(_row) AS listed FROM {lines} GROUP BY ALL) f ON f.id = l.id AND f.charge IS NOT DISTINCT FROM l.charge"
    )
    return lines


def _rank(sheet: Sheet, hold: str) -> str:
    """Return the SQL of the rank of a line; a detainer, and a line without a charge, stand where there is no other."""
    last = len(RANKED)
    if sheet.spec.offence_rule == "top-listed":
        return f"CASE WHEN {hold} THEN {last} WHEN m.value IS NULL THEN {last + 1} ELSE 0 END"
    cases = " ".join(f"WHEN {literal(value)} THEN {position}" for position, value in enumerate(RANKED))
    return f"CASE WHEN {hold} THEN {last} ELSE CASE m.value {cases} ELSE {last + 1} END END"


def set_aside_torn(sheet: Sheet, lines: str) -> None:
    """Quarantine the events whose lines contradict each other about where, when, or of which group it was."""
    names = [name for name in _SAME if name in sheet.columns.positions]
    if not names:
        return
    cells = {name: f"nullif(lower(trim({sheet.text(name)}, {literal(BLANKS)})), '')" for name in names}
    cases = " ".join(f"WHEN min({cell}) <> max({cell}) THEN {literal(name)}" for name, cell in cells.items())
    torn = f"torn_{sheet.index}"
    sheet.run(
        f"CREATE OR REPLACE TEMP TABLE {torn} AS SELECT l.id, CASE {cases} END AS name FROM {lines} l "  # noqa: S608
        f"JOIN {quote(sheet.raw.table)} r ON r._row = l._row GROUP BY l.id HAVING name IS NOT NULL"
    )
    for name in names:
        rows = sheet.sql(
            f"DELETE FROM {lines} WHERE id IN (SELECT id FROM {torn} WHERE name = {literal(name)}) RETURNING _row"  # noqa: S608
        )
        numbers = sorted(row[0] for row in rows)
        sheet.ledger = sheet.ledger.step(
            f"the lines of one event differ in {name}",
            len(numbers),
            quarantined=True,
            example=examples(numbers[:_EXAMPLES], len(numbers)),
        )
    sheet.run(f"DROP TABLE {torn}")
