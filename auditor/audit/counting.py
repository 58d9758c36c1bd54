"""The canonical tables as text, so that anyone can recompute a finding by hand. Unsuppressed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from auditor.audit.reading import config_of, read_sources
from auditor.errors import UsageError, unknown_name
from auditor.records.load import Loaded
from auditor.records.store import Store
from auditor.report.csv_text import cell

if TYPE_CHECKING:
    from auditor.audit.config import Config
    from auditor.cells import Cells, RowTable, Table

COLUMNS: Final = {
    "counts": (
        "place",
        "agency",
        "period",
        "event",
        "group",
        "group_source",
        "offence",
        "level",
        "level_basis",
        "n",
    ),
    "population": ("place", "group", "universe", "period", "age", "sex", "n", "moe"),
    "places": ("place", "name", "state", "kind", "parent", "agency", "area"),
    "activations": ("place", "program", "kind", "date", "agency"),
    "operations": ("place", "date", "agency", "name"),
    "facilities": ("code", "name", "state", "city", "county", "types", "area", "kind", "place", "rule"),
}
"""Header of each table; blank is missing."""

_PERIOD = (
    "CASE WHEN start IS NULL THEN NULL "
    "WHEN period_kind IN ('month', 'day') THEN strftime(start, '%Y-%m') "
    "WHEN start = \"end\" THEN strftime(start, '%Y-%m-%d') "
    "ELSE strftime(start, '%Y-%m-%d') || '/' || strftime(\"end\", '%Y-%m-%d') END"
)
_SPAN = _PERIOD.replace("WHEN period_kind IN ('month', 'day') THEN strftime(start, '%Y-%m') ", "")


def counts(
    inputs: Sequence[Path], format: str | None = None, table: str | None = None, signal: str | None = None
) -> str:
    """Return a canonical table, or the cells that one signal sees, as CSV text.

    Parameters
    ----------
    inputs : sequence of path
        One configuration, or data files.
    format : str, optional
        Read the files as this format.
    table : str, optional
        ``counts`` by default, or the only table that the files hold.
    signal : str, optional
        The exact cells that this signal sees instead.

    Raises
    ------
    DecisionNeeded
        When a person must decide something first (exit 4).
    """
    config = config_of(inputs, format or "auto")
    with Store() as store:
        if signal is not None:
            if table is not None:
                raise UsageError("give --table or --signal, not both")
            return _cells(_seen(config, store, signal))
        loaded = read_sources(config, store, single=False)
        return _table(loaded, table or _held(loaded))


def _seen(config: Config, store: Store, signal: str) -> Cells:
    """Return the cells that a signal sees; the engine and the signals are not needed for anything else here."""
    from auditor.audit.run import open_engine
    from auditor.signals.registry import signal as signal_named

    view = signal_named(signal).view(config.options(signal))
    return open_engine(config, read_sources(config, store, view.rows)).cells(view)


def _held(loaded: Loaded) -> str:
    filled = [name for name in COLUMNS if _rows(loaded, name)]
    return filled[0] if filled else "counts"


def _rows(loaded: Loaded, name: str) -> int:
    row = loaded.store.connection.execute(f"SELECT count(*) FROM {name}").fetchone()  # noqa: S608
    return int(row[0]) if row else 0


def _table(loaded: Loaded, name: str) -> str:
    if name not in COLUMNS:
        raise UsageError(unknown_name("table", name, list(COLUMNS)))
    names = COLUMNS[name]
    period = _PERIOD if name == "counts" else _SPAN
    columns = {"period": period, "date": "CAST(date AS VARCHAR)"}
    if name == "counts":
        # A suppressed count is the interval that it is known to lie in, never a zero.
        columns["n"] = "CASE WHEN hidden THEN n_low || '-' || n_high ELSE CAST(sum(n) AS VARCHAR) END"
    selected = ", ".join(f'{columns.get(column, chr(34) + column + chr(34))} AS "{column}"' for column in names)
    grouped = ""
    if name == "counts":
        keys = ", ".join(str(i + 1) for i, column in enumerate(names) if column != "n")
        grouped = f" GROUP BY {keys}, hidden, n_low, n_high"
        name = "(SELECT *, n IS NULL AS hidden FROM counts)"
    order = ", ".join(f"{i + 1} NULLS FIRST" for i in range(len(names)))
    query = f"SELECT {selected} FROM {name}{grouped} ORDER BY {order}"  # noqa: S608
    return _csv(names, loaded.store.connection.execute(query).fetchall())


def _cells(cells: Cells) -> str:
    """Write the cells of a signal: counts, then populations, then regional rows, then single rows as it groups them."""
    single = () if cells.rows is None else tuple(cells.rows.columns)
    keys = tuple(dict.fromkeys((*cells.counts.columns, *cells.population.columns, *cells.regions.columns, *single)))
    header = ("table", "place", *keys, "n", "suppressed", "moe")
    rows: list[tuple[Any, ...]] = []
    for name, ids, table in (
        ("counts", cells.ids, cells.counts),
        ("population", cells.ids, cells.population),
        ("regions", cells.region_ids, cells.regions),
    ):
        rows += _cell_rows(name, ids, table, keys)
    if cells.rows is not None:
        rows += _single_rows(cells.ids, cells.rows, keys)
    return _csv(header, rows)


def _cell_rows(name: str, ids: Sequence[str], table: Table, keys: Sequence[str]) -> Iterable[tuple[Any, ...]]:
    for i in range(len(table.n)):
        values = [str(table.columns[key][i]) if key in table.columns else "" for key in keys]
        moe = "" if table.moe is None or table.moe[i] != table.moe[i] else float(table.moe[i])
        n = float(table.n[i])
        yield (name, ids[int(table.index[i])], *values, int(n) if n.is_integer() else n, bool(table.censored[i]), moe)


def _single_rows(ids: Sequence[str], table: RowTable, keys: Sequence[str]) -> Iterable[tuple[Any, ...]]:
    for i in range(len(table.n)):
        values = [_written(table.columns[key][i]) if key in table.columns else "" for key in keys]
        yield ("rows", ids[int(table.index[i])], *values, int(table.n[i]), bool(table.censored[i]), "")


def _written(value: Any) -> str:
    """Write a key as the tables do: what is missing (-1, NaN, NaT) is blank."""
    return "" if str(value) in ("-1", "nan", "NaT") else str(value)


def _csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([cell(value) for value in row])
    return out.getvalue()
