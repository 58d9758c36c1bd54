"""Group single rows in DuckDB by the keys of a signal; what leaves it are arrays of grouped rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from auditor.domain.holidays import federal_holidays
from auditor.engine import chances
from auditor.engine.packed import group_packed, told
from auditor.records.event_columns import READINGS
from auditor.row_cells import Columns, RowSpec, RowTable
from auditor.row_keys import JOINS, KEYS, Form, Key

_OUT: dict[Form, str] = {"whole": "coalesce({sql}, -1)", "number": "({sql})::DOUBLE"}
_DTYPES: dict[Form, str] = {"whole": "int64", "number": "float64"}
_UNITS: dict[Form, str] = {"day": "datetime64[D]", "moment": "datetime64[s]"}
_PLACE = Key("i.idx", "whole", frozenset())
# The first of its rows, by day, minute, source and row, as one number: compared far quicker than a tuple.
_ROW, _SOURCE = 2**48, 2**79
_FIRST = (
    "min(i.idx), min((coalesce(e.day - DATE '1900-01-01', 1000000) * 2048 + coalesce(e.minute, 2047))::HUGEINT "
    f"* {_SOURCE} + e.source::HUGEINT * {_ROW} + e.row)"
)
# Codes follow the first appearance, not the spelling: a code tells nothing of the identifier that it stands for.
_CODED = (
    "CREATE TEMP TABLE row_{name} AS SELECT {keys}, row_number() OVER (ORDER BY {first}) - 1 AS code "
    "FROM events e JOIN audit_places i ON i.place = e.place WHERE e.{wanted} IS NOT NULL GROUP BY {keys}"
)
# Whoever was met alone needs no number.
_MET = (
    "CREATE TEMP TABLE row_encounters AS SELECT e.place, e.event, e.agency, e.day, e.minute, e.officer, "
    "row_number() OVER (ORDER BY {first}) AS code FROM events e JOIN audit_places i ON i.place = e.place "
    "WHERE e.day IS NOT NULL GROUP BY ALL HAVING sum(coalesce(e.n, 1)) > 1"
)
_TABLES = {
    "officers": _CODED.format(name="officers", keys="e.place, e.agency, e.officer", first=_FIRST, wanted="officer"),
    "persons": _CODED.format(name="persons", keys="e.source, e.person", first=_FIRST, wanted="person"),
    "encounters": _MET.format(first=_FIRST),
    "grouped": "CREATE TEMP TABLE row_grouped AS SELECT DISTINCT source, event, true AS told FROM counts "
    'WHERE "group" IS NOT NULL',
    "ends": 'CREATE TEMP TABLE row_ends AS SELECT source, max(greatest("end"::TIMESTAMP, disposition_date, '
    "detainer_date, release_date, transfer_date)) AS last FROM events GROUP BY source",
    # `before` counts the Saturdays, Sundays and holidays before a day.
    "days": "CREATE TEMP TABLE row_days AS SELECT day, free, coalesce(sum(free::INTEGER) OVER "
    "(ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before "
    "FROM (SELECT day, isodow(day) >= 6 OR list_contains(?::DATE[], day) AS free "
    "FROM (SELECT unnest(generate_series(?::DATE::TIMESTAMP, ?::DATE::TIMESTAMP, INTERVAL 1 DAY))::DATE AS day))",
}
"""Tables that keys need; one that is made from another stands behind it in a key's ``joins``."""


@dataclass
class Events:
    """The rows of the audited places, in the table ``events``.

    Attributes
    ----------
    sql : DuckDBPyConnection
        With the tables ``events``, ``counts`` and ``audit_places``.
    """

    sql: duckdb.DuckDBPyConnection
    _made: set[str] = field(default_factory=set)

    def table(self, spec: RowSpec, *, cut: bool = False) -> RowTable:
        """Group the rows.

        Parameters
        ----------
        spec : RowSpec
        cut : bool
            Only rows that lie within the days of ``audit_window``.
        """
        keys = {name: KEYS[name] for name in spec.keys}
        joins = list(dict.fromkeys(join for key in keys.values() for join in key.joins))
        for join in joins:
            self._make(join)
        texts = {name: self._texts(name) for name, key in keys.items() if key.form == "text"}
        within = 'JOIN audit_window w ON w.idx = i.idx AND e.start >= w.first AND e."end" <= w.last ' if cut else ""
        wanted = "WHERE list_contains(?::VARCHAR[], e.event) " if spec.events else ""

        def source(names: Sequence[str]) -> str:
            joined = " ".join(JOINS[name] for name in names)
            return f"FROM events e JOIN audit_places i ON i.place = e.place {within}{joined} {wanted}"

        of_rows = {join for key in keys.values() if key.form != "text" and not key.codes for join in key.joins}
        given = [list(spec.events)] if spec.events else []
        sizes = {name: len(values) for name, values in texts.items()}
        every = {"idx": ("i.idx", _PLACE)} | {name: (_grouped(name, key), key) for name, key in keys.items()}
        bounded = source([join for join in joins if join in of_rows])
        packed = group_packed(self.sql, source(joins), bounded, every, given, sizes)
        if packed is not None:
            of = packed.columns
            columns = Columns({name: (of.values(name), texts[name]) if name in texts else of for name in keys})
            return RowTable(of.values("idx"), columns, packed.n, packed.censored)
        found = self._grouped(source(joins), every, given)
        columns = Columns({name: (found[name], texts[name]) if name in texts else found[name] for name in keys})
        return RowTable(found["idx"], columns, found["n"], found["censored"])

    def _grouped(self, source: str, every: Mapping[str, tuple[str, Key]], given: Sequence[Any]) -> dict[str, Any]:
        """Return the rows by column, in order, grouped by all keys one by one."""
        keys = {name: key for name, (_, key) in every.items() if name != "idx"}
        by = ", ".join(f'{text} AS "{name}"' for name, (text, _) in every.items())
        rows = (
            f"SELECT {by}, sum(coalesce(e.n, 0))::DOUBLE AS n, bool_or(e.n IS NULL) AS censored "
            f"{source}GROUP BY ALL ORDER BY ALL"
        )
        coded = {name: f'enum_code("{name}")' if key.form == "text" else f'"{name}"' for name, key in keys.items()}
        out = "".join(f', {text} AS "{name}"' for name, text in coded.items())
        found = self.sql.execute(f"SELECT idx{out}, n, censored FROM ({rows})", given).fetchnumpy()  # noqa: S608
        columns = {
            name: told(found[name]) if key.form == "text" else _array(found[name], key.form)
            for name, key in keys.items()
        }
        whole = {"idx": _array(found["idx"], "whole"), "n": _array(found["n"], "number")}
        return columns | whole | {"censored": np.asarray(found["censored"], dtype=bool)}

    def _texts(self, name: str) -> NDArray[np.object_]:
        """Return the values of a key in order, and lay down the type that stands for them while rows are grouped.

        Texts are long and few: millions of rows are grouped, sorted and handed over as small numbers.
        """
        key = KEYS[name]
        values = (
            f"SELECT DISTINCT coalesce({key.sql}, '') AS value FROM events e "  # noqa: S608
            f"JOIN audit_places i ON i.place = e.place {' '.join(JOINS[join] for join in key.joins)} "
            "UNION SELECT '' ORDER BY 1"
        )
        # Another engine of the same store may have laid it down for other places.
        self.sql.execute(f"DROP TYPE IF EXISTS row_{name}_text")
        self.sql.execute(f"CREATE TYPE row_{name}_text AS ENUM ({values})")
        found = self.sql.execute(f"SELECT unnest(enum_range(NULL::row_{name}_text))").fetchall()
        return np.array([row[0] for row in found], dtype=object)

    def held(self) -> dict[str, frozenset[str]]:
        """Return, for each event, the columns that hold any value in the rows of the audited places."""
        names = [name for name in READINGS if name not in ("place", "event", "start", "end", "n")]
        counted = ", ".join(f'count(e."{name}")' for name in names)
        rows = self.sql.execute(
            f"SELECT e.event, {counted} FROM events e JOIN audit_places i ON i.place = e.place GROUP BY 1 ORDER BY 1"  # noqa: S608
        ).fetchall()
        return {row[0]: frozenset(name for name, k in zip(names, row[1:], strict=True) if k) for row in rows}

    def officers(self) -> dict[int, tuple[str, str]]:
        """Return the agency ("" where none is recorded) and the identifier behind each ``officer_code``."""
        self._make("officers")
        found = self.sql.execute(
            "SELECT code, coalesce(agency, ''), officer FROM row_officers ORDER BY code"
        ).fetchall()
        return {int(code): (str(agency), str(name)) for code, agency, name in found}

    def _make(self, name: str) -> None:
        if name not in self._made:
            self.sql.execute(f"DROP TABLE IF EXISTS row_{name}")
            if name == "chances":
                chances.fill(self.sql)
            else:
                self.sql.execute(_TABLES[name], self._calendar() if name == "days" else [])
            self._made.add(name)

    def _calendar(self) -> list[Any]:
        """Return the holidays, and the first and last day on which anybody could be held."""
        first, last = self.sql.execute(
            "SELECT min(release_eligible_date)::DATE, (SELECT max(last) FROM row_ends)::DATE FROM events"
        ).fetchall()[0]
        if first is None or last is None:
            return [[], None, None]
        return [[day.isoformat() for day in federal_holidays(first.year, last.year)], first, last]


def _grouped(name: str, key: Key) -> str:
    """Return the SQL of one key as rows are grouped by it."""
    if key.form == "text":
        # Every value is one of the type's. A cast that may fail is done once for each distinct text, a plain one row by
        # row: five times as slow.
        return f"try_cast(coalesce({key.sql}, '') AS row_{name}_text)"
    return _OUT.get(key.form, "{sql}").format(sql=key.sql)


def _array(values: Any, form: Form) -> Any:
    """Return one column; what is missing was filled in by the statement, but for numbers, days and moments."""
    if form in _UNITS:
        kept = values.filled(np.datetime64("NaT")) if isinstance(values, np.ma.MaskedArray) else values
        return np.asarray(kept).astype(_UNITS[form])
    kept = values.filled(np.nan) if form == "number" and isinstance(values, np.ma.MaskedArray) else values
    return np.asarray(kept, dtype=_DTYPES[form])


def asked(specs: Sequence[RowSpec | None]) -> frozenset[str]:
    """Return the columns of ``events`` that some signals need."""
    return frozenset().union(*(spec.columns for spec in specs if spec is not None))
