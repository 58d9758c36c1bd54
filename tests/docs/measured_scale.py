"""What docs/scale.md says was measured, made again from the tables of speed and memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditor.records.coded import _IN_MEMORY
from auditor.records.warehouse.fetch import MOST_CELLS
from tests.docs.tables import Row, chosen, one, table

MILLION = 1e6
PLACES, MONTHS, GROUPS, CLASSES = 3_100, 96, 6, 14
"""A nation as the page means it: counties, months, groups and classes of offence."""


def scale() -> Iterator[str]:
    """Yield the tables of the page, and the sentences that rest on them."""
    yield f"{PLACES:,} counties, {MONTHS} months, six groups and fourteen classes of offence"
    assert MOST_CELLS == 20 * MILLION, "more than twenty million cells are refused"
    yield from _files()
    yield from _parquet()
    yield from _cells()
    yield from _engines()
    yield from _plan()


def _line(what: str, values: Sequence[str]) -> str:
    return f"| {what} | {' | '.join(values)} |"


def _millions(rows: Sequence[Row], column: str = "rows") -> list[str]:
    return [f"{int(row[column]) / MILLION:g}" for row in rows]


def _files() -> Iterator[str]:
    rows = list(table("reading"))
    yield _line("million records", _millions(rows))
    yield _line("CPU seconds", [f"{float(row['ours_cpu_seconds']):.1f}" for row in rows])
    yield _line("peak, MiB", [f"{float(row['ours_peak_mib']):,.0f}" for row in rows])
    *_, small, large = rows
    seconds, memory = _slopes()
    yield f"that is {seconds:.2f} CPU seconds and {memory:.0f} MiB for each million"
    yield f"Eleven million take {small['cpu_ratio']} times the CPU seconds of bare DuckDB (median of five pairs"
    assert (small["rows"], small["pairs"]) == ("11000000", "5")
    bare, peak = float(large["bare_cpu_seconds"]), float(large["bare_peak_mib"])
    yield f"With {int(large['rows']) / MILLION:g} million bare DuckDB"
    yield f"took {bare:.1f} CPU seconds and {peak:.0f} MiB beside it"
    yield f"stand for more than {_IN_MEMORY // 1_000_000} million rows wait on disk"


def _slopes() -> tuple[float, float]:
    """Return CPU seconds and MiB of another million records from CSV, from the two largest files."""
    *_, small, large = table("reading")
    more = (int(large["rows"]) - int(small["rows"])) / MILLION
    of = ("ours_cpu_seconds", "ours_peak_mib")
    seconds, memory = ((float(large[name]) - float(small[name])) / more for name in of)
    return seconds, memory


def _parquet() -> Iterator[str]:
    rows = chosen("warehouse", step="parquet")
    (cells,) = {int(row["cells"]) for row in rows}
    yield f"{cells:,} cells at every size"
    yield _line("million records", _millions(rows))
    yield _line("CPU seconds", [row["cpu_seconds"] for row in rows])
    yield _line("peak, MiB", [f"{float(row['peak_mib']):.0f}" for row in rows])
    yield f"the time grows by {_parquet_slope():.1f} CPU seconds for each million"


def _parquet_slope() -> float:
    first, *_, last = chosen("warehouse", step="parquet")
    return (float(last["cpu_seconds"]) - float(first["cpu_seconds"])) / ((int(last["rows"]) - int(first["rows"])) / 1e6)


def _cells() -> Iterator[str]:
    rows = chosen("warehouse", step="cells", engine="duckdb")
    yield _line("million records", _millions(rows))
    yield _line("million cells", [f"{int(row['cells']) / MILLION:.2f}" for row in rows])
    yield _line("CPU seconds", [row["cpu_seconds"] for row in rows])
    yield _line("peak, MiB", [f"{float(row['peak_mib']):,.0f}" for row in rows])
    seconds, memory = _cell_slopes()
    yield f"About {seconds:.0f} CPU seconds and {100 * round(memory / 100)} MiB for each million cells"


def _cell_slopes() -> tuple[float, float]:
    first, *_, last = chosen("warehouse", step="cells", engine="duckdb")
    more = (int(last["cells"]) - int(first["cells"])) / MILLION
    seconds, memory = ((float(last[name]) - float(first[name])) / more for name in ("cpu_seconds", "peak_mib"))
    return seconds, memory


def _engines() -> Iterator[str]:
    rows = {row["engine"]: row for row in chosen("warehouse", step="cells", rows=1_000_000)}
    (cells,) = {int(row["cells"]) for row in rows.values()}
    yield f"**One million records, {cells:,} cells, by each engine**"
    about = rows["file"]
    names = {
        "file": "CSV file",
        "duckdb": "DuckDB",
        "postgres": f"PostgreSQL {about['postgres'].partition('.')[0]}",
        "pyspark": f"PySpark {'.'.join(about['pyspark'].split('.')[:2])}, local",
    }
    for engine, name in names.items():
        row = rows[engine]
        own = float(row["engine_mib"])
        beside = "(the same process)" if engine == "duckdb" else f"{own:,.0f}" if own else ""
        yield f"| {name} | {row['cpu_seconds']} | {float(row['peak_mib']):.0f} | {beside}".rstrip()


def _plan() -> Iterator[str]:
    wanted = 250
    last = chosen("warehouse", step="parquet")[-1]
    counting = float(last["cpu_seconds"]) + _parquet_slope() * (wanted - int(last["rows"]) / MILLION)
    seconds, memory = _cell_slopes()
    yield f"## {wanted} million records: a plan"
    yield f"about {10 * round(counting / 10)} CPU seconds to count {wanted} million records, and {seconds:.0f} seconds"
    yield f"and {100 * round(memory / 100)} MiB for each million cells that come of them"
    each = GROUPS * CLASSES
    most = PLACES * MONTHS * each / MILLION
    yield f"at most {most:.0f} million cells ({PLACES:,} x {MONTHS} x {each})"
    whole = one("reading", rows=44_000_000)
    held = float(whole["ours_peak_mib"]) + _slopes()[1] * (wanted - 44)
    yield f"{wanted} million would need some {held / 1024:.0f} GiB here"
