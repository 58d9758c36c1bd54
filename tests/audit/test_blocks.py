"""The time of a place cut into parts: hand-counted months, and rows that straddle the cut."""

from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.audit.robustness.blocks import cut, days
from auditor.cells import CellSpec
from auditor.engine.engine import Engine
from auditor.records.load import load
from auditor.records.spec import SourceSpec
from auditor.records.store import Store

D = np.datetime64


def parts(first: str, last: str, number: int = 2) -> list[tuple[str, str]]:
    pieces = cut(days(np.array([first], dtype=object)), days(np.array([last], dtype=object)), number)
    return [(str(a[0]), str(b[0])) for a, b in pieces]


def test_two_halves_at_a_whole_month():
    """October 2008 to June 2010 are 21 months: the first 10, the last 11."""
    assert parts("2008-10-27", "2010-06-30") == [("2008-10-01", "2009-07-31"), ("2009-08-01", "2010-06-30")]


def test_four_parts_from_48_months_on():
    assert parts("2008-01-01", "2011-12-31") == [(f"{year}-01-01", f"{year}-12-31") for year in range(2008, 2012)]
    assert len(parts("2008-01-01", "2011-11-30")) == 2
    assert len(parts("2008-01-01", "2011-11-30", 3)) == 3
    assert len(parts("2008-01-01", "2011-12-31", 6)) == 6


def test_what_cannot_be_cut():
    assert parts("2010-03-01", "2010-03-31") == []
    assert parts("", "2010-03-31") == []
    first = days(np.array(["2010-01-01", "", "2008-01-01"], dtype=object))
    last = days(np.array(["2010-12-31", "", "2011-12-31"], dtype=object))
    assert [(~np.isnat(a)).tolist() for a, _ in cut(first, last, 2)] == [
        [True, False, True],
        [True, False, True],
        [False, False, True],
        [False, False, True],
    ]


@given(st.integers(0, 400), st.integers(0, 150), st.integers(2, 12))
def test_the_parts_follow_on_one_another_and_cover_the_months(start, length, number):
    begin = D("1990-01", "M") + start
    first, last = begin.astype("datetime64[D]"), (begin + length).astype("datetime64[D]")
    pieces = cut(np.array([first]), np.array([last]), number)
    if length + 1 < number:
        assert pieces == ()
        return
    assert pieces[0][0][0] == first
    assert pieces[-1][1][0] == (begin + length + 1).astype("datetime64[D]") - 1
    months = []
    for (_, end), (following, _) in pairwise(pieces):
        assert following[0] == end[0] + 1
    for a, b in pieces:
        assert str(a[0])[8:] == "01"
        months.append(((b[0] + 1).astype("datetime64[M]") - a[0].astype("datetime64[M]")).astype(int))
    assert max(months) - min(months) <= 1


@pytest.fixture
def engine(tmp_path: Path):
    lines = ["place,period,event,n", "local:a,2010-06-20/2010-07-05,arrest,100", "local:b,2011,arrest,50"]
    lines += [f"local:a,2010-{month:02d},arrest,{month}" for month in range(1, 13) if month not in (6, 7)]
    lines += [f"local:b,2010-{month:02d},arrest,{month}" for month in range(1, 13)]
    (tmp_path / "counts.csv").write_text("\n".join(lines) + "\n")
    (tmp_path / "places.csv").write_text("place,name,state\nlocal:a,A,48\nlocal:b,B,48\n")
    specs = [SourceSpec(path=name, format=name.removesuffix(".csv")) for name in ("counts.csv", "places.csv")]
    with Store() as store:
        yield Engine(load(specs, tmp_path, store, as_of=date(2012, 1, 1)), ("hispanic",), "white")


def total(engine: Engine, first: list[str], last: list[str]) -> list[float]:
    window = tuple(np.array(ends, dtype="datetime64[D]") for ends in (first, last))
    return engine.cells(CellSpec(keys=("event",)), window).counts.total(2).tolist()


def test_rows_that_straddle_an_end_belong_to_no_part(engine: Engine):
    """Place a: January to May are 15, August to December 50; the fortnight's 100 are in neither half. b: 21 and 57."""
    assert total(engine, ["2010-01-01"] * 2, ["2010-06-30"] * 2) == [15, 21]
    assert total(engine, ["2010-07-01"] * 2, ["2010-12-31"] * 2) == [50, 57]
    assert total(engine, ["2010-01-01"] * 2, ["2010-12-31"] * 2) == [165, 78]


def test_each_place_has_its_own_window(engine: Engine):
    assert total(engine, ["2010-02-01", "2011-01-01"], ["2010-03-31", "2011-12-31"]) == [5, 50]
    assert total(engine, ["NaT", "2010-01-01"], ["NaT", "2010-01-31"]) == [0, 1]
    assert total(engine, ["NaT", "NaT"], ["NaT", "NaT"]) == [0, 0]
    assert engine.cells(CellSpec(keys=("event",))).counts.total(2).tolist() == [165, 128]
