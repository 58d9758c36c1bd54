"""One row a charge to one row an event: rows that bear the same number of a booking (or arrest) become one record.

The offence of the event is that of its most serious charge (serious before neutral before discretionary), so that it
is discretionary only if every charge is, and traffic only if every charge is traffic; or, as the declared alternative,
that of the charge listed first. A detainer of the immigration service that stands among the charges is none of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from auditor.records.canonical import examples
from auditor.records.charges import tells_offence
from auditor.records.columns import ColumnMap, key
from auditor.records.crosswalk import comparable
from auditor.records.docket import toml_text
from auditor.records.fold_lines import make_lines, set_aside_torn
from auditor.records.hashes import hashes
from auditor.records.sheet import BLANKS, Sheet, literal, quote
from auditor.records.words import VOCABULARIES

NONE = "none"
_WITH_CHARGE = ("charge", "offence", "level", "level_basis", "disposition", "disposition_date", "conviction_date")
_FLAGS = ("detainer", "searched", "contraband", "cited", "booked", "prior_conviction")
_EXAMPLES = 5
_FEWEST = 11
NUMBERS = frozenset(
    f"{event}{number}" for event in ("booking", "book", "arrest") for number in ("id", "no", "num", "number", "nbr")
)
_FOLDED = "further lines of an event whose record is made of all of them (one row is one charge)"


def fold(sheet: Sheet) -> bool:
    """Make one row of the rows of each event, where the source names the column that tells events apart.

    Parameters
    ----------
    sheet : Sheet
        Its raw table is replaced; the number of a record's row is that of the event's first line. Its ledger takes
        the further lines, and those of events whose lines contradict each other.

    Returns
    -------
    bool
        False when there is no such column, which is on the docket.
    """
    if sheet.spec.fold in ("", NONE):
        if not sheet.spec.fold and "fold" not in sheet.docket.unanswered.get(sheet.at, frozenset()):
            _ask(sheet)
        return True
    at = _position(sheet)
    if at is None:
        return False
    lines = make_lines(sheet, at)
    set_aside_torn(sheet, lines)
    table = quote(sheet.store.fresh("folded"))
    made = _columns(sheet)
    cells = ", ".join(f"{'a' if index in made else 'f'}.c{index}" for index in range(len(sheet.raw.columns)))
    combined = "".join(f", {value} AS c{index}" for index, value in made.items())
    raw = quote(sheet.raw.table)
    sheet.run(
        f"CREATE TABLE {table} AS SELECT a.id AS _row, {cells} FROM (SELECT l.id{combined} FROM {lines} l "  # noqa: S608
        f"JOIN {raw} r ON r._row = l._row GROUP BY l.id) a JOIN {raw} f ON f._row = a.id"
    )
    before, after = (sheet.sql(f"SELECT count(*) FROM {name}")[0][0] for name in (lines, table))  # noqa: S608
    rows = sheet.sql(
        f"SELECT _row FROM {lines} WHERE _row NOT IN (SELECT _row FROM {table}) ORDER BY 1 LIMIT {_EXAMPLES}"  # noqa: S608
    )
    sheet.ledger = sheet.ledger.step(_FOLDED, before - after, example=examples([r[0] for r in rows], before - after))
    sheet.store.drop(sheet.raw.table)
    sheet.raw = replace(sheet.raw, table=table.strip('"'))
    _with_detainers(sheet, lines)
    _say(sheet, lines, sheet.raw.columns[at])
    sheet.run(f"DROP TABLE {lines}")
    return True


def _ask(sheet: Sheet) -> None:
    """Ask where rows with different charges bear the same number of a booking or arrest: what is one row?"""
    name = "charge" if tells_offence(sheet) else "offence"
    if name not in sheet.columns.positions:
        return
    text = f"lower(trim({sheet.text(name)}, {literal(BLANKS)}))"
    for at, header in enumerate(sheet.raw.columns):
        if key(header) not in NUMBERS or (sheet.raw.coded is not None and at in sheet.raw.coded.wanted.numbers):
            continue
        numbers = hashes(sheet.store, f"c{at}", quote(sheet.raw.table), sheet.raw.ledger.read)
        if not numbers.repeated:
            continue
        row = sheet.sql(
            f"SELECT min(row) FROM (SELECT max(r._row) AS row FROM {quote(sheet.raw.table)} r "  # noqa: S608
            f"WHERE trim(r.c{at}) <> '' GROUP BY trim(r.c{at}) HAVING count(DISTINCT {text}) > 1)"
        )[0][0]
        if row is not None:
            sheet.ask(
                f"rows with different charges bear the same {header}",
                "if one row is one charge, a booking with five charges would be counted as five bookings",
                f'say that they are one event with fold = "{header}", or several with fold = "{NONE}"',
                column=name,
                row=row,
                line=f'fold = {toml_text(header)}  # or "{NONE}"',
            )
            return


def _position(sheet: Sheet) -> int | None:
    wanted = sheet.spec.fold
    found = [i for i, name in enumerate(sheet.raw.columns) if name == wanted]
    found = found or [i for i, name in enumerate(sheet.raw.columns) if key(name) == key(wanted)]
    if len(found) == 1:
        return found[0]
    sheet.refuse(
        f"there is {'more than one' if found else 'no'} column {wanted!r}; the file has {', '.join(sheet.raw.columns)}",
        "fold names the column that says which charges belong to one event",
        "correct fold",
    )
    return None


def _columns(sheet: Sheet) -> dict[int, str]:
    """Return the SQL of each cell of the folded row that more than the first line of its event may tell, by place."""
    out = {}
    for name, index in sheet.columns.positions.items():
        cell = f"r.c{index}"
        if name in _WITH_CHARGE:
            # The last line of the deciding charge: reports repeat a charge for each step of its disposition.
            latest = "l._row" if name in ("charge", "offence") else "-l._row"
            out[index] = f"arg_min({cell}, (l.rank, l.listed, {latest}))"
        elif name == "release_eligible_date":
            # Nobody goes before the last charge is settled; the line of a detainer is what holds them after that.
            moment = f"coalesce(TRY_CAST(trim({cell}, {literal(BLANKS)}) AS TIMESTAMP), TIMESTAMP '1900-01-01')"
            out[index] = f"coalesce(arg_max({cell}, ({moment}, -l._row)) FILTER (NOT l.hold), '')"
        elif name in _FLAGS:
            out[index] = f"arg_min({cell}, ({_certainty(sheet, name, cell)}, l._row))"
        else:
            out[index] = f"arg_min({cell}, (trim({cell}, {literal(BLANKS)}) = '', l._row))"
    return out


def _certainty(sheet: Sheet, name: str, cell: str) -> str:
    """Return the SQL that puts what says yes before what says no, and this before what says nothing."""
    words = VOCABULARIES[name].words
    decided = {comparable(text): value for text, value in sheet.spec.values.get(name, {}).items()}
    own = {comparable(text): value for text, value in sheet.adapter.values.get(name, {}).items()}
    meaning: Mapping[str, str] = {**words, **own, **decided}
    text = f"lower(trim({cell}, {literal(BLANKS)}))"
    said = {value: _listed([word for word, meant in meaning.items() if meant == value]) for value in ("yes", "no")}
    return (
        f"CASE WHEN {text} IN ({said['yes']}) THEN 0 WHEN {text} IN ({said['no']}) THEN 2 WHEN {text} = '' THEN 3 "
        "ELSE 1 END"
    )


def _listed(words: Sequence[str]) -> str:
    return ", ".join(literal(word) for word in sorted(words)) or "NULL"


def _with_detainers(sheet: Sheet, lines: str) -> None:
    """Let a detainer among the charges tell that there is one, in the column for it or in a new one."""
    if not sheet.sql(f"SELECT bool_or(hold) FROM {lines}")[0][0]:  # noqa: S608
        return
    table, at = quote(sheet.raw.table), sheet.columns.positions.get("detainer")
    if at is None:
        at = len(sheet.raw.columns)
        sheet.run(f"ALTER TABLE {table} ADD COLUMN c{at} VARCHAR DEFAULT 'no'")
        sheet.raw = replace(sheet.raw, columns=(*sheet.raw.columns, "detainer"))
        positions = {**sheet.columns.positions, "detainer": at}
        constants = {name: text for name, text in sheet.columns.constants.items() if name != "detainer"}
        sheet.columns = ColumnMap(positions, constants, sheet.raw.columns, sheet.columns.notes)
        sheet.note(
            "detainer: told by the lines for it among the charges, which are no charges; an event without such a line "
            "is read as one without a detainer"
        )
    else:
        sheet.note("detainer: also told by the lines for it among the charges, which are no charges")
    held = f"SELECT min(_row) FROM {lines} GROUP BY id HAVING bool_or(hold)"  # noqa: S608
    sheet.run(f"UPDATE {table} SET c{at} = 'yes' WHERE _row IN ({held})")  # noqa: S608


def _say(sheet: Sheet, lines: str, header: str) -> None:
    serious = "that is the most serious (serious before neutral before discretionary)"
    rule = serious if sheet.spec.offence_rule == "most-serious" else "that is listed first"
    sheet.note(
        f"one row is one charge: rows with the same {header} are one event, whose offence is that of the charge "
        f"{rule}; its disposition is that of the last line of this charge, a flag is yes where any line says so, "
        "release is possible once the last charge is settled, and everything else is what the first line that says "
        "anything says"
    )
    events, charges = sheet.sql(
        f"SELECT count(DISTINCT id), count(DISTINCT (id, charge)) FILTER (charge <> '' AND NOT hold) FROM {lines}"  # noqa: S608
    )[0]
    if events >= _FEWEST and charges:
        sheet.note(
            f"{events:,} events with {charges:,} different charges; a charge that is repeated within an event counts "
            "once, a detainer is none"
        )
