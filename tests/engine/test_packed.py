"""Rows grouped as one packed number: the same rows, in the same order, as DuckDB groups the keys one by one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from auditor.cells import CellSpec, RowSpec, RowTable
from auditor.engine import packed
from auditor.engine.engine import Engine
from auditor.engine.packed import Part
from auditor.records.load import load
from auditor.records.spec import SourceSpec
from auditor.records.store import Store
from auditor.row_packed import NO_DAY, PackedColumns, PackedField

COARSE = RowSpec(("event", "group", "agency", "searched", "hour"))
FINE = RowSpec(
    ("event", "group", "group_source", "agency", "minute", "day", "evening_day", "evening_officer"),
    personal=("officer",),
)
AREAS = RowSpec(("area", "month", "weekday"), ("stop",), personal=("latitude", "longitude"))


def file(seed: int, size: int = 800, counted: bool = False) -> str:
    """Stops of four places, with blanks in every column that may hold one; `counted` adds numbers, some suppressed."""
    rng = np.random.default_rng(seed)
    lines = ["place,event,date,time,group,agency,officer,searched,latitude,longitude" + (",n" if counted else "")]
    for _ in range(size):
        day = f"2011-{rng.integers(1, 13):02d}-{rng.integers(1, 28):02d}"
        time = f"{rng.integers(0, 24):02d}:{rng.integers(0, 60, 1)[0]:02d}" if rng.random() < 0.9 else ""
        line = [
            rng.choice(["48453", "48201", "06037", "53053"]),
            rng.choice(["stop", "arrest"]),
            day,
            time,
            rng.choice(["hispanic", "white", ""]),
            rng.choice(["Zebra", "alpha", ""]),
            f"KANARIE{rng.integers(0, 9)}" if rng.random() < 0.8 else "",
            rng.choice(["yes", "no", ""]),
            *(("-33.9", "179.99") if rng.random() < 0.2 else ("30.27", "-97.74")),
        ]
        lines.append(",".join([*line, str(rng.choice(["1", "2", "7", "<11"]))] if counted else line))
    return "\n".join(lines) + "\n"


def grouped(folder: Path, text: str, spec: RowSpec, **options: str) -> RowTable:
    (folder / "r.csv").write_text(text)
    store = Store()
    try:
        source = SourceSpec(path="r.csv", format="records", **options)
        engine = Engine(load([source], folder, store, rows=spec.columns), ("hispanic",), "white")
        rows = engine.cells(CellSpec(keys=("event",), rows=spec)).rows
    finally:
        store.close()
    assert rows is not None
    return rows


def same(one: RowTable, other: RowTable) -> None:
    np.testing.assert_array_equal(one.index, other.index)
    np.testing.assert_array_equal(one.n, other.n)
    np.testing.assert_array_equal(one.censored, other.censored)
    assert one.n.dtype == other.n.dtype == float
    for name in other.columns:
        np.testing.assert_array_equal(one.columns[name], other.columns[name])
        assert one.columns[name].dtype == other.columns[name].dtype


@pytest.mark.parametrize("spec", [COARSE, FINE, AREAS], ids=["coarse", "fine", "areas"])
@pytest.mark.parametrize("counted", [False, True])
def test_packed_as_one_by_one(spec, counted, tmp_path, monkeypatch):
    text = file(1, counted=counted)
    alone = grouped(tmp_path, text, spec)
    monkeypatch.setattr(packed, "_AT_ONCE", 0)
    in_duckdb = grouped(tmp_path, text, spec)
    monkeypatch.setattr(packed, "_BITS", 0)
    same(alone, grouped(tmp_path, text, spec))
    same(in_duckdb, alone)
    assert alone.censored.any() == counted


def test_rows_without_any_day_or_officer(tmp_path, monkeypatch):
    text = "place,event,date,time\n48453,stop,2011-08-15,09:30\n48453,stop,2011-08-16,09:30\n"
    rows = grouped(tmp_path, text, RowSpec(FINE.keys[4:], personal=("officer",)))
    monkeypatch.setattr(packed, "_BITS", 0)
    same(rows, grouped(tmp_path, text, RowSpec(FINE.keys[4:], personal=("officer",))))
    assert np.isnat(rows.columns["evening_day"]).all()


def test_a_missing_day_stands_last():
    part = Part("x", -3, 5, "day")
    assert part.bits == 4
    packed = PackedColumns(np.array([0, 7, 8]) << 3, {"day": PackedField(3, 4, -3, 5, "day")})
    days = packed.values("day")
    assert days[:2].astype(int).tolist() == [-3, 4]
    assert np.isnat(days[2])
    assert packed.narrow("day").tolist() == [-3, 4, NO_DAY]


@pytest.mark.parametrize(("least", "most", "kind"), [(-1, 32767, "int16"), (-1, 32768, "int32"), (0, 2**40, "int64")])
def test_numbers_are_as_narrow_as_they_can_be(least, most, kind):
    field = PackedField(2, (most - least).bit_length(), least, most, "whole")
    packed = PackedColumns(np.array([0, most - least]) << 2, {"x": field})
    assert packed.narrow("x").dtype == kind
    assert packed.narrow("x").tolist() == packed.values("x").tolist() == [least, most]


@pytest.mark.parametrize("size", [1, 7, 40_000])
def test_columns_are_read_block_by_block(size):
    low, high = np.arange(size) % 5 - 1, np.arange(size) % 3
    fields = {"low": PackedField(0, 3, -1, 3, "whole"), "high": PackedField(3, 2, 0, 2, "text")}
    packed = PackedColumns((low + 1) | (high << 3), fields)
    np.testing.assert_array_equal(packed.values("low"), low)
    np.testing.assert_array_equal(packed.values("high"), high)
    keep = np.arange(size) % 2 == 0
    np.testing.assert_array_equal(packed.take(keep).values("low"), low[keep])


@pytest.mark.parametrize("codes", [[4], [1, 2, 3], [5, 5, 5], [1, 1, 2, 3, 3, 3, 9], [0, 1, 1]])
def test_repeated_rows_are_counted(codes):
    distinct, n = packed._counted(np.array(codes))
    expected, times = np.unique(codes, return_counts=True)
    np.testing.assert_array_equal(distinct, expected)
    np.testing.assert_array_equal(n, times)


def test_a_column_is_the_same_narrow_as_wide(tmp_path):
    rows = grouped(tmp_path, file(2), FINE)
    narrow = {name: rows.narrow(name) for name in ("minute", "evening_officer", "evening_day")}
    assert narrow["minute"].dtype == np.int16
    for name in ("minute", "evening_officer"):
        np.testing.assert_array_equal(narrow[name], rows.columns[name])
    days = rows.columns["evening_day"]
    np.testing.assert_array_equal(narrow["evening_day"] == NO_DAY, np.isnat(days))
    np.testing.assert_array_equal(narrow["evening_day"][~np.isnat(days)], days[~np.isnat(days)].astype(int))
    np.testing.assert_array_equal(rows.narrow("evening_day"), narrow["evening_day"])  # once read, no longer packed
