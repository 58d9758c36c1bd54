"""Agency tables of arrests, unfolded: one row an agency, period, offence and group of one marginal.

Nothing here knows a month that was not reported from a month without arrests but the number of months that the file
says were reported: without it the tables are refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from auditor.domain.source import Ledger
from auditor.errors import InputError, Problem
from auditor.records.canonical import examples
from auditor.records.derive import cell, position
from auditor.records.nibrs_columns import ETHNICITIES, RACES, Measure, measures
from auditor.records.nibrs_keys import REPORTED, put_keys
from auditor.records.raw import RawTable
from auditor.records.sheet import literal, quote
from auditor.records.store import Store

MARGINALS = {"race": tuple(dict.fromkeys(RACES.values())), "ethnicity": tuple(dict.fromkeys(ETHNICITIES.values()))}
UNKNOWN = "unknown"
_YEAR = 12
_EXAMPLES = 5


@dataclass(frozen=True)
class Tables:
    """One file on its way: what its columns say, and the table of its rows with their keys (``k_`` columns)."""

    raw: RawTable
    store: Store
    found: Sequence[Measure]
    monthly: bool

    @property
    def name(self) -> str:
        """The raw table, quoted."""
        return quote(self.raw.table)

    def run(self, query: str) -> list[tuple]:
        """Run a statement whose names are ours and fetch its rows."""
        return self.store.connection.execute(query).fetchall()


def unfold(raw: RawTable, store: Store) -> RawTable:
    """Return the figures of a file, one a row, with the rows that say nothing set aside.

    Raises
    ------
    InputError
        When the file does not say how many months were reported, or counts no arrests by race or ethnicity.
    """
    found = [measure for measure in measures(raw.columns) if measure.has([*MARGINALS["race"], *MARGINALS["ethnicity"]])]
    _check(raw, found)
    tables = Tables(raw, store, found, position(raw, "month") is not None)
    put_keys(raw, store, found, monthly=tables.monthly)
    tables = _set_aside(tables)
    unfolded = _figures(tables)
    store.drop(raw.table)
    return unfolded


def _check(raw: RawTable, found: Sequence[Measure]) -> None:
    problems = []
    if position(raw, *REPORTED) is None:
        problems.append(
            Problem(
                "no column of how many months each agency reported (number_of_months_reported)",
                "a month that was not reported looks like one without arrests: the figures say nothing of what is "
                "missing",
                "take the column over from the file that these figures were made of",
                file=raw.file,
                sheet=raw.sheet,
            )
        )
    if not found:
        problems.append(
            Problem(
                "no column of arrests by race or ethnicity, such as murder_tot_white or total_hispanic",
                "offences known to the police, incidents and officers say nothing of who was arrested",
                'use the table of arrests by race; a table with one row an arrest is format = "records"',
                file=raw.file,
                sheet=raw.sheet,
            )
        )
    if problems:
        raise InputError("a table of arrests cannot be used", problems)


def _set_aside(tables: Tables) -> Tables:
    """Book and take out the rows of which it is not known, or known not, that they are what they seem."""
    same = "PARTITION BY k_ori, k_year"
    whole = f"count(*) FILTER (k_sum > 0) OVER ({same}) = 1 AND k_sum > 0 AND k_period LIKE '%-12'"
    some = "k_months > 0 AND k_months < 12 AND k_sum = 0"
    others = [f"c{i}" for i in range(len(tables.raw.columns))]
    rules = [
        ("a figure that is no number", "k_odd", True),
        ("a figure below 0 (a correction of an earlier month)", "k_below", True),
        (
            "copy of a row, cell by cell",
            f"row_number() OVER (PARTITION BY hash({', '.join(others)}) ORDER BY _row) > 1",
            True,
        ),
        (
            "the agency stands twice for the same period and offence",
            "count(*) OVER (PARTITION BY k_ori, k_period, k_offence) > 1",
            True,
        ),
        ("no month reported, or not said how many", "k_months IS NULL OR k_months <= 0", False),
    ]
    if tables.monthly:
        rules += [
            ("figures in December alone: the whole year's, or the only month reported", whole, True),
            ("every figure is 0 in a year not reported whole: perhaps a month without a report", some, False),
        ]
    else:
        rules.append((f"fewer than {_YEAR} months reported: no figure of a year", f"k_months < {_YEAR}", False))
    tables = _noted(tables)
    for reason, where, quarantined in rules:
        tables = _taken(tables, reason, where, quarantined=quarantined)
    return tables


def _noted(tables: Tables) -> Tables:
    """Note how much of the time was reported at all: a fact about agencies, not about people."""
    years, whole, share = tables.run(
        "SELECT count(*), count(*) FILTER (m >= 12), avg(least(m, 12)) / 12 FROM "  # noqa: S608
        f"(SELECT max(coalesce(k_months, 0)) AS m FROM {tables.name} GROUP BY k_ori, k_year)"
    )[0]
    note = (
        f"NIBRS: coverage: {share or 0:.1%} of the months of the agencies in this file were reported; {whole:,} of "
        f"{years:,} years of an agency whole"
    )
    return replace(tables, raw=replace(tables.raw, ledger=tables.raw.ledger.note(note)))


def _taken(tables: Tables, reason: str, where: str, *, quarantined: bool) -> Tables:
    rows = f"SELECT _row FROM {tables.name} QUALIFY {where}" if "OVER" in where else ""  # noqa: S608
    rows = rows or f"SELECT _row FROM {tables.name} WHERE {where}"  # noqa: S608
    found = tables.run(f"SELECT count(*), list(_row ORDER BY _row)[1:{_EXAMPLES}] FROM ({rows})")[0]  # noqa: S608
    if not found[0]:
        return tables
    tables.run(f"DELETE FROM {tables.name} WHERE _row IN ({rows})")  # noqa: S608
    ledger = tables.raw.ledger.step(reason, found[0], quarantined=quarantined, example=examples(found[1], found[0]))
    return replace(tables, raw=replace(tables.raw, ledger=ledger))


def _figures(tables: Tables) -> RawTable:
    """Unfold the rows that are left, and keep of their zeros as many as say that a group was counted."""
    long, out = tables.store.fresh("long"), tables.store.fresh("raw")
    there = [name for name, labels in MARGINALS.items() if any(m.has(labels) for m in tables.found)]
    parts = ", ".join(_struct(m, marginal, label) for m in tables.found for marginal in there
                      for label in (*MARGINALS[marginal], UNKNOWN))  # fmt: skip
    agency = cell(tables.raw, "agency_name", "agency")
    tables.run(
        f"CREATE TEMP TABLE {long} AS SELECT _row, k_place, k_ori, k_period, "  # noqa: S608
        f"CASE {agency} WHEN '' THEN k_ori ELSE {agency} || ' (' || k_ori || ')' END AS agency, f.* "
        f"FROM (SELECT *, unnest([{parts}]) AS f FROM {tables.name}) WHERE f.n IS NOT NULL"
    )
    tables = _more_than_all(tables, long)
    there = [name for name in there if _counted(tables, long, name)] or there[:1]
    # Where no arrest of a period has a group, the marginal was not reported: its zeros are no zeros.
    of = "PARTITION BY k_ori, k_period, m"
    told = f"sum(n) FILTER (l <> '{UNKNOWN}') OVER ({of}) > 0 OR sum(n) OVER ({of}) = 0"
    kept = ", ".join(literal(name) for name in there)
    columns = [*(f"CASE m WHEN '{name}' THEN l ELSE '' END" for name in there), "n::BIGINT::VARCHAR"]
    headers = ("place", "agency", "period", "offence", *there, "n")
    cells = ["k_place", "agency", "k_period", "o", *columns]
    tables.run(
        f"CREATE TABLE {quote(out)} AS SELECT _row, {', '.join(f'{sql} AS c{i}' for i, sql in enumerate(cells))} FROM "  # noqa: S608
        f"(SELECT * FROM {long} WHERE m IN ({kept}) QUALIFY (l = '{UNKNOWN}' OR {told}) AND (n > 0 OR row_number() "
        "OVER (PARTITION BY _row, m, l ORDER BY n DESC, o) = 1))"
    )
    tables.store.drop(long)
    return replace(tables.raw, table=out, columns=headers, ledger=_booked(tables, out), unfolded=True)


def _more_than_all(tables: Tables, long: str) -> Tables:
    """Note where the groups add up to more than everybody: the rest cannot be told, and is not made up."""
    row = tables.run(f"SELECT min(_row) FROM {long} WHERE n < 0")[0][0]  # noqa: S608
    if row is None:
        return tables
    tables.run(f"DELETE FROM {long} WHERE n < 0")  # noqa: S608
    note = f"NIBRS: the groups of an offence add up to more than its total, first in row {row}; the groups are used"
    return replace(tables, raw=replace(tables.raw, ledger=tables.raw.ledger.note(note)))


def _counted(tables: Tables, long: str, marginal: str) -> bool:
    """Tell whether a marginal was reported by anybody at all."""
    query = f"SELECT 1 FROM {long} WHERE m = {literal(marginal)} AND l <> '{UNKNOWN}' AND n > 0 LIMIT 1"  # noqa: S608
    return bool(tables.run(query))


def _struct(measure: Measure, marginal: str, label: str) -> str:
    offence = literal(measure.offence) if measure.offence else "k_offence"
    labels = [name for name in MARGINALS[marginal] if name in measure.cells]
    if label == UNKNOWN:
        total = measure.number("arrests")
        number = f"{total} - ({' + '.join(map(measure.number, labels))})" if labels else "NULL::DOUBLE"
    else:
        number = measure.number(label)
    return f"{{'o': {offence}, 'm': {literal(marginal)}, 'l': {literal(label)}, 'n': {number}}}"


def _booked(tables: Tables, out: str) -> Ledger:
    """Book the rows of which no figure is left: every one of them is blank."""
    count, first = tables.run(
        f"SELECT count(*), list(_row ORDER BY _row)[1:{_EXAMPLES}] FROM {tables.name} "  # noqa: S608
        f"WHERE _row NOT IN (SELECT _row FROM {quote(out)})"
    )[0]
    return tables.raw.ledger.step("no figure reported (blank)", count, example=examples(first or [], count))
