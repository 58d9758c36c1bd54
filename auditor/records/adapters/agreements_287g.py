"""ICE's lists of 287(g) agreements, participating and pending, in the layouts of their three eras.

One agency signs up to three agreements (jail enforcement, task force, warrant service): a row is an agreement, and
agencies are counted apart. The programme of a row is the agreement's model, its date the day of signature.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from auditor.records import agreement_places
from auditor.records.adapter import Adapter
from auditor.records.adapters import activations
from auditor.records.agreement_places import Placed, tidy
from auditor.records.columns import aliased
from auditor.records.derive import position
from auditor.records.raw import RawTable
from auditor.records.sheet import Sheet, quote, times
from auditor.records.store import Store
from auditor.records.words import is_missing, normal

MODELS = {
    "jail enforcement model": "287(g) jail enforcement",
    "task force model": "287(g) task force",
    "warrant service officer": "287(g) warrant service",
    "warrant service office": "287(g) warrant service",
}
"""What ICE calls its models, and a slip of its pen."""

_HEADERS = {
    "state": ("state",),
    "agency": ("law_enforcement_agency", "agency"),
    "kind": ("type",),
    "county": ("county",),
    "model": ("support_type", "support"),
    "date": ("signed", "date_signed"),
}
_MADE = ("state", "place", "jurisdiction", "agency", "program", "date")

Rows = dict[tuple[str, ...], Placed]
"""State, agency, type, county and model as written, and where that is."""


def reshape(raw: RawTable, store: Store) -> RawTable:
    """Give each agreement its place, its model as the programme, and its day of signature (blank while pending)."""
    at = {name: position(raw, *headers) for name, headers in _HEADERS.items()}
    cells = {name: "''" if found is None else f"trim(c{found})" for name, found in at.items()}
    keys = [cells[name] for name in ("state", "agency", "kind", "county", "model")]
    query = f"SELECT DISTINCT {', '.join(keys)} FROM {quote(raw.table)} ORDER BY ALL"  # noqa: S608
    found = store.connection.execute(query).fetchall()
    placed = {row: agreement_places.place(row[0], row[1], row[2], _county(row[3])) for row in found}
    rest = {name: f"c{i}" for i, name in enumerate(raw.columns) if i not in at.values()}
    values = [cells["state"], "m5", "m6", "m7", "m8", cells["date"], *rest.values()]
    table = _rewritten(raw, store, placed, keys, values)
    ledger = raw.ledger
    for note in _notes(placed, dated=at["date"] is not None):
        ledger = ledger.note(note)
    return replace(raw, table=table, columns=(*_MADE, *rest), ledger=ledger)


def _county(text: str) -> str:
    return "" if is_missing(text) else text


def _rewritten(raw: RawTable, store: Store, placed: Rows, keys: list[str], values: list[str]) -> str:
    """Join what was found out about each agency and model to the rows, and return the name of the new table."""
    rows = [
        (*row, item.place, item.name, tidy(row[1]), MODELS.get(normal(row[4]), row[4])) for row, item in placed.items()
    ]
    lists = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(9)]
    spread = ", ".join(f"unnest(?::VARCHAR[]) AS m{i}" for i in range(9))
    store.connection.execute(f"CREATE OR REPLACE TEMP TABLE agreements AS SELECT {spread}", lists)
    same = " AND ".join(f"m{i} = {cell}" for i, cell in enumerate(keys))
    columns = ", ".join(f"{value} AS c{i}" for i, value in enumerate(values))
    table = store.fresh("raw")
    store.connection.execute(
        f"CREATE TABLE {quote(table)} AS SELECT _row, {columns} FROM {quote(raw.table)} JOIN agreements ON {same}"  # noqa: S608
    )
    store.drop(raw.table)
    store.drop("agreements")
    return table


def _notes(placed: Rows, *, dated: bool) -> list[str]:
    """Return what is to be said of agencies that are no county, and of slips of the pen."""
    kinds: dict[str, set[str]] = {"state": set(), "local": set()}
    for row, item in placed.items():
        kinds.setdefault(item.kind, set()).add(f"{tidy(row[1])}, {row[0]}")
    notes = sorted({item.note for item in placed.values() if item.note})
    if kinds["state"]:
        said = "of a state placed at the state, which says nothing of its counties"
        notes.append(f"{_agencies(len(kinds['state']))} {said}")
    if kinds["local"]:
        said = "of a city or the like: each a place of its own (local:...), no county"
        notes.append(f"{_agencies(len(kinds['local']))} {said}")
    if any(normal(row[4]) == "warrant service office" for row in placed):
        notes.append("'Warrant Service Office' read as Warrant Service Officer")
    if not dated:
        notes.append("no column SIGNED: a list of pending agreements, none of which has begun")
    return notes


def _agencies(count: int) -> str:
    return f"{count:,} {'agency' if count == 1 else 'agencies'}"


def load(sheet: Sheet) -> None:
    """Write a sheet of agreements into ``activations``; a model that is not known is a question."""
    decided = {" ".join(text.split()).casefold() for text in sheet.spec.values.get("program", {})}
    signed = f"CASE WHEN NOT ({activations.undated(sheet)}) THEN {sheet.text('program')} END"
    models = sheet.distinct(signed, "program") if "program" in sheet.columns.positions else []
    unknown = [item for item in models if item[0] not in MODELS.values() and item[0].casefold() not in decided]
    if unknown:
        sheet.ask(
            f"unknown model of agreement: {sheet.listed('program', unknown)}",
            "what an agency may do under it differs from model to model",
            f"say which in values.program: {', '.join(dict.fromkeys(MODELS.values()))}, or another name",
            column="program",
            row=unknown[0][2],
        )
        answers: Mapping[str, str] = {text: "" for text, _, _ in unknown}
        sheet.docket.answers(sheet.at, sheet.spec).values.setdefault("program", {}).update(answers)
    activations.load(sheet)
    ((rows, agencies),) = sheet.sql(
        f"SELECT count(*), count(DISTINCT ({sheet.text('state')}, {sheet.text('agency')})) "  # noqa: S608
        f"FROM {quote(sheet.raw.table)} r JOIN activations a ON a.row = r._row AND a.source = ?",
        [sheet.index],
    )
    if rows:
        sheet.note(f"{times(rows, 'agreement')} of {_agencies(agencies)}, told apart by state and name")


ADAPTER = Adapter(
    name="agreements-287g",
    base="activations",
    columns=aliased(activations.COLUMNS, {}),
    required=(("place", "jurisdiction"), ("program",), ("date",)),
    recognise=lambda names: False,  # by its signatures
    load=load,
    signatures=(
        frozenset({"state", "lawenforcementagency", "supporttype"}),
        frozenset({"state", "agency", "support", "signed"}),
    ),
    constants={"kind": "signed"},
    reshape=reshape,
    remarks=(
        "287(g): an agreement is signed months before its officers are trained and at work; the day of signature is no "
        "day of activation",
        "287(g): a list holds the agreements in force (or pending) on its day; those that had ended by then are not in "
        "it",
    ),
    sample=(
        "STATE,LAW ENFORCEMENT AGENCY,TYPE,COUNTY,SUPPORT TYPE,SIGNED,MOA,ADDENDUM\n"
        "TEXAS,Bee County Sheriff's Office,County,Bee County ,Jail Enforcement Model ,2025-02-24 00:00:00,link,\n"
        "TEXAS,Texas National Guard,State Agency,#N/A,Task Force Model,2025-04-10 00:00:00,link,\n"
    ),
)
