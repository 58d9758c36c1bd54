"""The five tables of North Carolina's stop reports, and the persons of each stop with what the others say of them.

The columns and widths are those of the key that the State Bureau of Investigation gives out with the data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from auditor.records.bundle import Bundle, Member
from auditor.records.canonical import examples
from auditor.records.derive import cell
from auditor.records.headless import Headless
from auditor.records.raw import RawTable
from auditor.records.sheet import quote
from auditor.records.store import Store

_EXAMPLES = 5
_STOP = {
    "StopID": 12, "AgencyDescription": 100, "StopDate": 24, "Purpose": 5, "Action": 5, "DriverArrest": 3,
    "PassengerArrest": 3, "EncounterForce": 3, "EngageForce": 3, "OfficerInjury": 3, "DriverInjury": 3,
    "PassengerInjury": 3, "OfficerId": 10, "StopLocation": 15, "StopCity": 20,
}  # fmt: skip
_PERSON = {"PersonID": 12, "StopID": 12, "Type": 1, "Age": 5, "Gender": 1, "Ethnicity": 1, "Race": 1}
_SEARCH = {
    "SearchID": 12, "StopID": 12, "PersonID": 12, "Type": 5, "VehicleSearch": 3, "DriverSearch": 3,
    "PassengerSearch": 3, "PropertySearch": 3, "VehicleSeized": 3, "PersonalPropertySeized": 3,
    "OtherPropertySeized": 3,
}  # fmt: skip
_CONTRABAND = {
    "ContrabandID": 12, "SearchID": 12, "PersonID": 12, "StopID": 12, "Ounces": 41, "Pounds": 41, "Pints": 41,
    "Gallons": 41, "Dosages": 41, "Grams": 41, "Kilos": 41, "Money": 41, "Weapons": 41, "DollarAmt": 41,
}  # fmt: skip
_BASIS = {"SearchBasisID": 12, "SearchID": 12, "PersonID": 12, "StopID": 12, "Basis": 10}

OF_STOP = tuple(name for name in _STOP if name != "StopID")
SEARCH_OF_STOP, SEARCH_OF_PERSON = "a search of the stop", "a search under this PersonID"
FOUND_IN_STOP, FOUND_ON_PERSON = "contraband of the stop", "contraband under this PersonID"
PASSENGER_ALONE = "a passenger alone was searched"
_MARKS = (SEARCH_OF_STOP, SEARCH_OF_PERSON, FOUND_IN_STOP, FOUND_ON_PERSON, PASSENGER_ALONE)


def join(tables: Mapping[str, RawTable], store: Store) -> dict[str, RawTable]:
    """Join the tables to that of the persons.

    Parameters
    ----------
    tables : mapping of str to RawTable
        ``PERSON``, ``STOP``, ``SEARCH``, ``CONTRABAND``, and ``SEARCHBASIS`` where it is given.
    store : Store
        Where they live.

    Returns
    -------
    dict of str to RawTable
        ``PERSON`` with the columns of the stop and marks (``1`` or ``''``) for searches and what was found; a person
        whose stop is not there, or is there in two versions, is quarantined, as is a row of another table that belongs
        to no person.
    """
    person, stop = tables["PERSON"], tables["STOP"]
    out = dict(tables)
    versions = _versions(stop, store)
    person = _quarantined(person, store, f"NOT IN (SELECT stop FROM {versions})", "no stop with this StopID")  # noqa: S608
    torn = f"IN (SELECT stop FROM {versions} WHERE k > 1)"  # noqa: S608
    person = _quarantined(person, store, torn, "its StopID stands in STOP with two different stops")
    known = f"NOT IN (SELECT {cell(person, 'StopID')} FROM {quote(person.table)})"  # noqa: S608
    for name, raw in tables.items():
        if name != "PERSON":
            out[name] = _quarantined(raw, store, known, "no person with this StopID")
    out["STOP"] = _repeats(out["STOP"], store)
    out["PERSON"] = _joined(person, out, versions, store)
    return out


def _versions(stop: RawTable, store: Store) -> str:
    """Count the different rows under each StopID, and remember the first."""
    name, columns = store.fresh("stops"), ", ".join(f"c{i}" for i in range(len(stop.columns)))
    store.connection.execute(
        f"CREATE TEMP TABLE {name} AS SELECT {cell(stop, 'StopID')} AS stop, min(_row) AS first, "  # noqa: S608
        f"count(DISTINCT hash({columns})) AS k FROM {quote(stop.table)} GROUP BY 1"
    )
    return name


def _quarantined(raw: RawTable, store: Store, where: str, reason: str) -> RawTable:
    """Take out the rows whose StopID is (not) in a list, and book them."""
    condition = f"{cell(raw, 'StopID')} {where}"
    count, first = store.connection.execute(
        f"SELECT count(*), list(_row ORDER BY _row)[1:{_EXAMPLES}] FROM {quote(raw.table)} WHERE {condition}"  # noqa: S608
    ).fetchall()[0]
    if not count:
        return raw
    store.connection.execute(f"DELETE FROM {quote(raw.table)} WHERE {condition}")  # noqa: S608
    return replace(raw, ledger=raw.ledger.step(reason, count, quarantined=True, example=examples(first, count)))


def _repeats(stop: RawTable, store: Store) -> RawTable:
    """Note stops that stand twice in the same words: they are joined once."""
    row = store.connection.execute(
        f"SELECT min(later) FROM (SELECT max(_row) AS later FROM {quote(stop.table)} "  # noqa: S608
        f"GROUP BY {cell(stop, 'StopID')} HAVING count(*) > 1)"
    ).fetchall()[0][0]
    if row is None:
        return stop
    return replace(
        stop, ledger=stop.ledger.note(f"stops that stand twice in the same words, e.g. in row {row}: joined once")
    )


def _joined(person: RawTable, tables: Mapping[str, RawTable], versions: str, store: Store) -> RawTable:
    stop, search, found = tables["STOP"], tables["SEARCH"], tables["CONTRABAND"]
    own = [f"p.c{i} AS c{i}" for i in range(len(person.columns))]
    of_stop = [f"{cell(stop, name)} AS {quote(name)}" for name in OF_STOP]
    taken = [*(f"coalesce(s.{quote(name)}, '')" for name in OF_STOP), *(_mark(mark) for mark in _MARKS)]
    parts = [*own, *(f"{sql} AS c{len(own) + i}" for i, sql in enumerate(taken))]
    table = store.fresh("raw")
    stops = f"SELECT {cell(stop, 'StopID')} AS stop, {', '.join(of_stop)} FROM {quote(stop.table)} r "  # noqa: S608
    stops += f"SEMI JOIN {versions} v ON r._row = v.first"
    store.connection.execute(
        f"CREATE TABLE {quote(table)} AS SELECT p._row, {', '.join(parts)} FROM (SELECT *, "  # noqa: S608
        f"{cell(person, 'StopID')} AS stop, {cell(person, 'PersonID')} AS person FROM {quote(person.table)}) p "
        f"LEFT JOIN ({stops}) s ON s.stop = p.stop "
        f"LEFT JOIN ({_searches(search)}) x ON x.stop = p.stop "
        f"LEFT JOIN (SELECT DISTINCT {cell(search, 'PersonID')} AS person FROM {quote(search.table)}) xp "
        "ON xp.person = p.person "
        f"LEFT JOIN (SELECT DISTINCT {cell(found, 'StopID')} AS stop FROM {quote(found.table)}) f ON f.stop = p.stop "
        f"LEFT JOIN (SELECT DISTINCT {cell(found, 'PersonID')} AS person FROM {quote(found.table)}) fp "
        "ON fp.person = p.person"
    )
    for name in (versions, person.table):
        store.drop(name)
    return replace(person, table=table, columns=(*person.columns, *OF_STOP, *_MARKS))


def _searches(search: RawTable) -> str:
    """Return the SQL of the searches by stop, with whether all of them were of passengers and nothing else."""
    others = (f"{cell(search, name)} IN ('1', '1.0')" for name in ("VehicleSearch", "DriverSearch", "PropertySearch"))
    alone = f"{cell(search, 'PassengerSearch')} IN ('1', '1.0') AND NOT ({' OR '.join(others)})"
    return f"SELECT {cell(search, 'StopID')} AS stop, bool_and({alone}) AS alone FROM {quote(search.table)} GROUP BY 1"  # noqa: S608


def _mark(name: str) -> str:
    there = {
        SEARCH_OF_STOP: "x.stop IS NOT NULL",
        SEARCH_OF_PERSON: "xp.person IS NOT NULL",
        FOUND_IN_STOP: "f.stop IS NOT NULL",
        FOUND_ON_PERSON: "fp.person IS NOT NULL",
        PASSENGER_ALONE: "coalesce(x.alone, false)",
    }[name]
    return f"CASE WHEN {there} THEN '1' ELSE '' END"


def _member(name: str, columns: Mapping[str, int], *, needed: bool = True) -> Member:
    return Member(name, Headless(tuple(columns), tuple(columns.values())), needed)


BUNDLE = Bundle(
    (
        _member("PERSON", _PERSON),
        _member("STOP", _STOP),
        _member("SEARCH", _SEARCH),
        _member("CONTRABAND", _CONTRABAND),
        _member("SEARCHBASIS", _BASIS, needed=False),
    ),
    join,
)
