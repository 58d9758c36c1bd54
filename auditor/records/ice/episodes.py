"""One person listed twice for one event: marked, noted, and left to the user; only exact copies are set aside.

The Deportation Data Project counts arrests of one person within 24 hours of the one before as one episode, and
detainers of one person on one day as one; where an arrest was processed again ("ERO Reprocessed Arrest") at the same
moment, the other row comes first. A row without an identifier is a person of its own.
"""

from __future__ import annotations

from auditor.records.absent import given, moment
from auditor.records.private import said_of
from auditor.records.rearrange import Rearranged

COLUMN = "repeat"
IDENTIFIERS = ("unique_identifier", "anonymized_identifier", "anonymized_unique_identifier", "bln_person_id")
_ORIGIN = ("file_original", "sheet_original", "row_original", "orig_row_number", "file", "sheet", "row")
FLAGS = {
    "duplicate_likely": "of an episode of several rows",
    "duplicate_drop_row": "that repeat an earlier one",
}
"""The publisher's own marks, and of what."""
_REPROCESSED = "ERO Reprocessed Arrest"


def settle_copies(work: Rearranged) -> None:
    """Quarantine rows that equal an earlier one in every column, the person's identifier among them."""
    if not work.header(*IDENTIFIERS):
        return
    origin = {work.position(name) for name in _ORIGIN}
    cells = [f"r.c{index}" for index in work.positions() if index not in origin]
    person = work.cell(*IDENTIFIERS)
    # Whole rows are hashed only of people who have several.
    several = f"SELECT {person} FROM {work.table} r GROUP BY 1 HAVING count(*) > 1"  # noqa: S608
    numbers = (
        f"SELECT _row FROM (SELECT r._row, row_number() OVER (PARTITION BY hash({', '.join(cells)}) ORDER BY r._row) "  # noqa: S608
        f"AS k FROM {work.table} r WHERE {given(person)} AND {person} IN ({several})) WHERE k > 1"
    )
    if work.sql(f"SELECT 1 FROM ({numbers}) LIMIT 1"):  # noqa: S608
        work.set_aside("the same record again: every column equal, the person's identifier among them", numbers)


def mark_repeats(work: Rearranged, what: str, day: tuple[str, ...], *, hours: int) -> None:
    """Add the column ``repeat``: yes where a row is of the same person and episode as an earlier one.

    Parameters
    ----------
    work : Rearranged
        What its own column ``duplicate_drop_row`` says stands before the rule.
    what : str
        Noun of the event, in the plural.
    day : tuple of str
        Columns of the day (and time), the first that is there.
    hours : int
        Longest gap to the person's row before; 0 for the same day.
    """
    rows = work.count("true")[0]
    if not work.header(*IDENTIFIERS):
        work.note(f"no identifier of persons: {what} of one person cannot be told from those of several")
        return
    table = _marks(work, day, hours)
    work.join(f"LEFT JOIN {table} d ON d._row = r._row")
    work.add(COLUMN, "CASE WHEN d.again THEN 'yes' ELSE 'no' END")
    again = int(work.sql(f"SELECT count(*) FILTER (again) FROM {table}")[0][0])  # noqa: S608
    rule = f"within {hours} hours of the one before" if hours else "on the same day"
    if again:
        work.note(
            f"{what} of one person {rule} are one episode: {said_of(again, rows)} repeat an earlier one, which leaves "
            f'{said_of(rows - again, rows)}; all are counted; values.repeat = {{ yes = "exclude" }} counts episodes'
        )
    else:
        work.note(f"no person is listed again {rule}: rows and episodes are the same")
    alone, _ = work.count(f"NOT {given(work.cell(*IDENTIFIERS))}")
    if alone:
        work.note(f"without a person's identifier: {said_of(alone, rows)}, each taken for a person of its own")


def note_flags(work: Rearranged) -> None:
    """Note what the publisher flags: likely duplicates, and arrests that were processed again."""
    rows = work.count("true")[0]
    for name, words in FLAGS.items():
        if work.header(name):
            flagged, _ = work.count(f"lower({work.cell(name)}) = 'true'")
            work.note(f"{name}, the publisher's own flag of rows {words}: {said_of(flagged, rows)}")
    method = work.cell("apprehension_method")
    again, _ = work.count(f"lower({method}) = lower('{_REPROCESSED}')")
    if again:
        work.note(f"method {_REPROCESSED!r}: {said_of(again, rows)}, which may be earlier arrests entered again")


def _marks(work: Rearranged, day: tuple[str, ...], hours: int) -> str:
    """Make the table of which rows repeat an earlier one, and return its name."""
    table = work.store.fresh("marks")
    person, when = work.cell(*IDENTIFIERS), moment(work.cell(*day))
    if work.header("duplicate_drop_row"):
        again = f"lower({work.cell('duplicate_drop_row')}) = 'true'"
        select = f"SELECT r._row, {again} AS again FROM {work.table} r"  # noqa: S608
    else:
        last = f"lower({work.cell('apprehension_method')}) = lower('{_REPROCESSED}')"
        known = (
            f"SELECT r._row, {person} AS person, {when} AS moment, {last} AS late FROM {work.table} r "  # noqa: S608
            f"WHERE {given(person)}"
        )
        before = "lag(moment) OVER (PARTITION BY person ORDER BY moment, late, _row)"
        near = f"moment - before <= INTERVAL {hours} HOUR" if hours else "moment::DATE = before::DATE"
        select = (
            f"SELECT _row, coalesce({near}, false) AS again FROM (SELECT *, {before} AS before FROM ({known}) "  # noqa: S608
            "WHERE moment IS NOT NULL)"
        )
    work.store.connection.execute(f"CREATE TEMP TABLE {table} AS {select}")
    return table
