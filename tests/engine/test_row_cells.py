"""Single rows grouped in DuckDB: as pandas groups them, with derived keys, and nothing personal coming out."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from auditor.cells import CellSpec, RowSpec, RowTable
from auditor.domain.policy_dates import DATES, PERIODS
from auditor.engine.engine import Engine
from auditor.records.load import load
from auditor.records.spec import SourceSpec
from auditor.records.store import Store
from auditor.row_keys import KEYS


class Ground:
    """Loads one file of person-events and groups its rows."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.stores = folder, []

    def engine(self, text: str, spec: RowSpec, **options: Any) -> Engine:
        (self.folder / "r.csv").write_text(text)
        store = Store()
        self.stores.append(store)
        loaded = load([SourceSpec(path="r.csv", format="records", **options)], self.folder, store, rows=spec.columns)
        return Engine(loaded, ("hispanic",), "white")

    def rows(self, text: str, *keys: str, events: tuple[str, ...] = (), personal: tuple[str, ...] = ()) -> RowTable:
        spec = RowSpec(keys, events, personal)
        rows = self.engine(text, spec).cells(CellSpec(keys=("event",), rows=spec)).rows
        assert rows is not None
        return rows


@pytest.fixture
def ground(tmp_path):
    made = Ground(tmp_path)
    yield made
    for store in made.stores:
        store.close()


def people(seed: int, size: int = 600) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    day = pd.Timestamp("2011-01-01") + pd.to_timedelta(rng.integers(0, 365, size), unit="D")
    minute = rng.integers(0, 1440, size)
    return pd.DataFrame(
        {
            "place": rng.choice(["48453", "48201", "06037"], size),
            "event": rng.choice(["stop", "arrest"], size),
            "date": day.strftime("%Y-%m-%d"),
            "time": [f"{m // 60:02d}:{m % 60:02d}" for m in minute],
            "group": rng.choice(["hispanic", "white"], size),
            "searched": rng.choice(["yes", "no"], size),
            "officer": [f"KANARIE{i}" for i in rng.integers(0, 25, size)],
            "minute": minute,
            "day": day,
        }
    )


def text_of(frame: pd.DataFrame) -> str:
    return frame.drop(columns=["minute", "day"]).to_csv(index=False)


def test_grouping_is_that_of_pandas(ground):
    frame = people(1)
    rows = ground.rows(text_of(frame), "event", "group", "searched", "hour", "weekday", "month")
    frame["hour"], frame["weekday"] = frame["minute"] // 60, frame["day"].dt.day_of_week
    frame["month"], frame["searched"] = frame["day"].dt.strftime("%Y-%m"), (frame["searched"] == "yes").astype(int)
    wanted = frame.groupby(["place", "event", "group", "searched", "hour", "weekday", "month"]).size()
    ids = sorted(frame["place"].unique())
    found = pd.DataFrame({**rows.columns, "place": [ids[i] for i in rows.index], "n": rows.n})
    got = found.set_index(["place", "event", "group", "searched", "hour", "weekday", "month"])["n"].astype(int)
    assert got.index.is_unique
    assert got.to_dict() == wanted.to_dict()


def test_the_order_is_that_of_places_and_keys(ground):
    frame = people(2)
    rows = ground.rows(text_of(frame), "group", "minute")
    found = list(zip(rows.index.tolist(), rows.columns["group"].tolist(), rows.columns["minute"].tolist(), strict=True))
    assert found == sorted(found)


def test_only_the_events_asked_for(ground):
    frame = people(3)
    rows = ground.rows(text_of(frame), "event", "day", events=("stop",))
    assert set(rows.columns["event"]) == {"stop"}
    assert rows.n.sum() == (frame["event"] == "stop").sum()


def test_officers_are_numbered_by_first_appearance(ground):
    """Renaming every officer changes no code: a code says nothing of the name behind it."""
    frame = people(4)
    keys = ("officer_code", "day", "minute")
    rows = ground.rows(text_of(frame), *keys, personal=("officer",))
    renamed = frame.assign(officer="X" + frame["officer"].str[::-1])
    other = ground.rows(text_of(renamed), *keys, personal=("officer",))
    for key in keys:
        assert (rows.columns[key] == other.columns[key]).all()
    order = frame.sort_values(["place", "day", "minute"], kind="stable")
    names = order.drop_duplicates(["place", "officer"])
    wanted = {(place, name): i for i, (place, name) in enumerate(zip(names["place"], names["officer"], strict=True))}
    counts = frame.groupby([*map(frame.get, ("place", "officer"))]).size()
    got = np.bincount(rows.columns["officer_code"], weights=rows.n)
    assert {code: int(got[code]) for code in range(len(got))} == {wanted[key]: n for key, n in counts.items()}
    assert "KANARIE" not in repr(rows)


def test_officers_of_two_agencies_with_one_badge_are_two(ground):
    text = "place,event,date,agency,officer\n48453,stop,2011-08-15,A,7\n48453,stop,2011-08-16,B,7\n"
    text += "48453,stop,2011-08-17,B,\n"
    rows = ground.rows(text, "agency", "officer_code", personal=("officer",))
    assert list(zip(rows.columns["agency"], rows.columns["officer_code"], strict=True)) == [
        ("A", 0),
        ("B", -1),
        ("B", 1),
    ]


def test_persons_are_followed_over_places(ground):
    text = "place,event,date,person\n48453,stop,2011-08-15,p\n48201,stop,2011-08-16,p\n48201,stop,2011-08-17,q\n"
    rows = ground.rows(text, "person_code", personal=("person",))
    assert list(zip(rows.index.tolist(), rows.columns["person_code"].tolist(), strict=True)) == [(0, 0), (0, 1), (1, 0)]


def test_areas_are_squares_of_a_fiftieth_of_a_degree(ground):
    """By hand: floor(50 x 30.27) + 4500 = 6013 and floor(50 x -97.74) + 9000 = 4113; south of the equator likewise."""
    text = "place,event,date,latitude,longitude\n48453,stop,2011-08-15,30.27,-97.74\n"
    text += "48453,stop,2011-08-15,30.279,-97.73\n48453,stop,2011-08-15,-0.01,179.99\n48453,stop,2011-08-15,30.27,\n"
    rows = ground.rows(text, "area", personal=("latitude", "longitude"))
    assert dict(zip(rows.columns["area"].tolist(), rows.n.tolist(), strict=True)) == {
        -1: 1.0,
        4499 * 100_000 + 17_999: 1.0,
        6013 * 100_000 + 4113: 2.0,
    }


STAYS = (
    "place,event,date,time,release_eligible_date,release_date,transfer_date,detainer_date,conviction_date,disposition"
    """
48453,booking,2011-08-01,10:00,2011-08-02 12:00,2011-08-04 13:30,,2011-08-01 22:00,2011-08-20,convicted
48453,booking,2011-08-02,10:00,2011-08-03,2011-08-04 13:30,2011-08-04 13:30,2011-08-02,2011-08-01,convicted
48453,booking,2011-08-03,10:00,2011-08-05 12:00,2011-08-09 12:00,2011-08-06 00:30,2011-08-04 10:00,,dismissed
48453,booking,2011-08-04,10:00,2011-08-05 12:00,,,2011-08-05,,convicted
48453,booking,2011-08-05,10:00,,2011-08-06,,,,pending
48453,booking,2011-08-06,10:00,2011-08-09 12:00,2011-08-08 12:00,,2011-08-01,2011-08-01,convicted
48453,booking,2011-08-07,10:00,2011-08-09 12:00,nobody knows,,2011-08-07 09:00,2011-08-07,convicted
"""
)


def test_times_held(ground):
    """By hand. The fourth has no end and is censored on the last day that the source speaks of (9 August, whole days);
    the fifth has no beginning, the sixth ends before it begins, the last end cannot be read.
    """
    rows = ground.rows(STAYS, "day", "held_hours", "ended")
    assert rows.columns["ended"].tolist() == ["release", "transfer", "transfer", "censored", "", "release", ""]
    expected = [49.5, 24.0, 12.5, 96.0, np.nan, np.nan, np.nan]
    np.testing.assert_array_equal(rows.columns["held_hours"], expected)


HELD = """place,event,date,release_eligible_date,release_date,transfer_date,detainer,detainer_date
48453,booking,2011-08-01,2011-08-05 12:00,2011-08-09 13:30,,yes,2011-08-01 22:00
48453,booking,2011-08-02,2011-08-06 12:00,2011-08-07 13:30,,yes,2011-08-06 22:00
48453,booking,2011-08-03,2011-09-01 12:00,2011-09-06 12:00,,no,
48453,booking,2011-08-04,2011-08-05,2011-08-09,,,
48453,booking,2011-08-05,2011-08-06,2011-08-09,,yes,
48453,booking,2011-08-06,2011-12-30 18:00,,2012-01-03 06:00,no,2011-12-01
48453,booking,2011-08-07,2012-01-02 18:00,,,yes,2012-01-02
48453,booking,2011-08-08,,2011-08-09,,yes,
"""


def test_hours_of_the_regulation(ground):
    """By hand, 8 CFR 287.7(d). Friday noon to Tuesday 13:30 less two days; all within a weekend; Thursday to Tuesday
    over Labor Day; Friday to Tuesday by days; from a Saturday; Friday to Tuesday over New Year, kept on Monday 2
    January 2012; a stay without an end on that Monday, to the last day of the source.
    """
    rows = ground.rows(HELD, "day", "held_hours", "held_hours_regulation", "followed_hours")
    expected = [97.5, 25.5, 120.0, 96.0, 72.0, 84.0, 24.0, np.nan]
    np.testing.assert_array_equal(rows.columns["held_hours"], expected)
    expected = [49.5, 0.0, 48.0, 48.0, 24.0, 12.0, 0.0, np.nan]
    np.testing.assert_array_equal(rows.columns["held_hours_regulation"], expected)
    # To 3 January 2012 06:00; whole days where the beginning has no time of day.
    expected = [3618.0, 3594.0, 2970.0, 3624.0, 3600.0, 84.0, 12.0, np.nan]
    np.testing.assert_array_equal(rows.columns["followed_hours"], expected)


def test_a_hold_that_came_after_release_fell_due_was_none_then(ground):
    """The second came in the evening (2); without a date the flag decides; none, but with a date: not known."""
    rows = ground.rows(HELD, "day", "hold_when_due")
    assert rows.columns["hold_when_due"].tolist() == [1, 2, 0, -1, 1, -1, 1, -1]


def test_rows_without_stays_have_no_calendar(ground):
    rows = ground.rows("place,event,date\n48453,stop,2011-08-01\n", "held_hours_regulation")
    assert np.isnan(rows.columns["held_hours_regulation"]).all()


def test_times_to_a_detainer(ground):
    """12 hours with both times; whole days where one has none; before the arrest is an error of the record."""
    rows = ground.rows(STAYS, "day", "hours_to_detainer", "before_conviction")
    np.testing.assert_array_equal(rows.columns["hours_to_detainer"], [12.0, 0.0, 24.0, 24.0, np.nan, np.nan, 0.0])
    assert rows.columns["before_conviction"].tolist() == [1, 0, 1, -1, -1, 0, 0]


def test_whom_immigration_custody_took(ground):
    """A date that cannot be read is a transfer, or a detainer, all the same; a blank flag alone says nothing."""
    text = (
        "place,event,date,detainer,detainer_date,transfer_date,disposition\n"
        "48453,booking,2011-01-01,no,,,transferred-to-ice\n48453,booking,2011-01-02,no,,2011-01-05,\n"
        "48453,booking,2011-01-03,,,soon,dismissed\n48453,booking,2011-01-04,yes,,,dismissed\n"
        "48453,booking,2011-01-05,no,later,,\n48453,booking,2011-01-06,no,,,dismissed\n"
        "48453,booking,2011-01-07,,,,dismissed\n"
    )
    rows = ground.rows(text, "day", "ice")
    assert rows.columns["ice"].tolist() == ["taken", "taken", "taken", "detainer", "detainer", "no", ""]


def test_a_detainer_is_lodged_on_the_day_of_its_own_event(ground):
    """An arrest without a date of the detainer tells none; one of its own that cannot be read gives way to the day."""
    text = (
        "place,event,date,detainer_date,conviction_date\n"
        "48453,detainer,2012-04-26,,2012-04-27\n48453,detainer,2012-04-27,,2012-04-27\n"
        "48453,arrest,2012-04-26,,2012-05-01\n48453,arrest,2012-04-26,2012-04-27,2012-05-01\n"
        "48453,detainer,2012-05,,2012-06-01\n48453,detainer,2012-04,,2012-06-01\n"
    )
    rows = ground.rows(
        text, "event", "start", "detainer_date", "before_conviction", "detainer_month", "detainer_period",
        "policy_period",
    )  # fmt: skip
    names = ("before_conviction", "detainer_month", "detainer_period", "policy_period")
    found = set(zip(rows.columns["event"], *(rows.columns[name].tolist() for name in names), strict=True))
    early, late = "discretion-2011", "minor-traffic-2012"
    assert found == {
        ("detainer", 1, "2012-04", early, early),
        ("detainer", 0, "2012-04", late, late),
        ("arrest", -1, "", "", early),
        ("arrest", 1, "2012-04", late, early),
        # A month gives no day to hold against the conviction, and one that holds a change of the rules no period.
        ("detainer", -1, "2012-05", late, late),
        ("detainer", -1, "2012-04", "", ""),
    }


@pytest.mark.parametrize("entry", DATES, ids=[entry.name for entry in DATES])
def test_a_rule_holds_from_its_day_on(ground, entry):
    """The day before belongs to the time before."""
    days = (entry.start - timedelta(days=1), entry.start)
    text = "place,event,date\n" + "".join(f"48453,detainer,{day}\n" for day in days)
    rows = ground.rows(text, "start", "policy_period", "detainer_period")
    before = PERIODS[PERIODS.index(entry.name) - 1]
    for key in ("policy_period", "detainer_period"):
        assert rows.columns[key].tolist() == [before, entry.name]


def test_what_is_missing_is_marked_as_missing(ground):
    personal = ("officer", "person", "latitude", "longitude", "surname")
    rows = ground.rows("place,event,date,age\n48453,stop,2011-08,\n", *KEYS, personal=personal)
    for name, key in KEYS.items():
        value = rows.columns[name][0]
        if name in ("event", "start", "end", "month", "policy_period"):
            continue
        assert {"text": value == "", "whole": value == -1}.get(key.form, pd.isna(value)), name


def test_a_suppressed_number_is_marked(ground):
    rows = ground.rows("place,event,date,sex,n\n48453,stop,2011-08-15,M,<11\n48453,stop,2011-08-15,F,20\n", "sex")
    assert list(zip(rows.columns["sex"], rows.n, rows.censored, strict=True)) == [
        ("female", 20, False),
        ("male", 0, True),
    ]


def test_windows_cut_the_rows(ground):
    frame = people(5)
    spec = RowSpec(("day",))
    engine = ground.engine(text_of(frame), spec)
    first, last = np.datetime64("2011-03-01"), np.datetime64("2011-05-31")
    none = np.datetime64("NaT")
    window = (np.array([first, none, first]), np.array([last, none, last]))
    rows = engine.cells(CellSpec(keys=("event",), rows=spec), window).rows
    inside = frame["day"].between(pd.Timestamp(first), pd.Timestamp(last)) & (frame["place"] != "48201")
    assert rows.n.sum() == inside.sum()
    assert rows.columns["day"].min() >= first
    assert 1 not in rows.index


def test_cells_of_some_places_take_their_rows_along(ground):
    frame = people(6)
    spec = RowSpec(("group",))
    cells = ground.engine(text_of(frame), spec).cells(CellSpec(keys=("event",), rows=spec))
    chosen = cells.select([2, 0])
    assert chosen.ids == (cells.ids[2], cells.ids[0])
    assert chosen.rows.n[chosen.rows.index == 0].sum() == cells.rows.n[cells.rows.index == 2].sum()


def test_the_inventory_says_which_columns_hold_values(ground):
    text = "place,event,date,searched,age,officer\n48453,stop,2011-08-15,yes,,7\n48453,arrest,2011-08-15,,30,\n"
    engine = ground.engine(text, RowSpec(("searched", "age", "sex", "officer_code"), personal=("officer",)))
    assert engine.ground.inventory.row_columns == {
        "stop": frozenset({"searched", "officer", "day"}),
        "arrest": frozenset({"age", "day"}),
    }


def test_without_rows_asked_for_there_are_none(ground):
    cells = ground.engine(text_of(people(7)), RowSpec(("group",))).cells(CellSpec(keys=("event",)))
    assert cells.rows is None


@pytest.mark.parametrize("key", ["officer", "person", "surname", "latitude", "longitude"])
def test_what_is_personal_is_no_key(key):
    with pytest.raises(ValueError, match="may point to a person"):
        RowSpec((key,), personal=(key,))


def test_what_is_read_must_be_declared():
    with pytest.raises(ValueError, match=r"personal columns \['officer'\], declared are \[\]"):
        RowSpec(("officer_code",))
    with pytest.raises(ValueError, match="declared are"):
        RowSpec(("hour",), personal=("person",))


def test_an_unknown_key_is_refused_with_the_nearest():
    with pytest.raises(ValueError, match="weekday"):
        RowSpec(("weekdy",))


STOPS = (
    "place,event,date,agency,operation,group\n"
    "48453,stop,2011-08-05,Sheriff,Cave Creek,hispanic\n"
    "48453,stop,2011-08-06,Sheriff,no,hispanic\n"
    "48453,stop,2011-08-06,Police,,hispanic\n"
    "48453,stop,2011-08-07,,,white\n"
    "48201,stop,2011-08-06,Sheriff,,white\n"
)


def test_days_of_operations_are_marked_or_declared(ground):
    """Declared: 6 August for the Sheriff, 7 August for nobody in particular; 6 August of another place is not."""
    (ground.folder / "days.csv").write_text(
        "place,date,agency,name\n48453,2011-08-06, SHERIFF ,x\n48453,2011-08-07,Police,y\n"
    )
    (ground.folder / "r.csv").write_text(STOPS)
    spec = RowSpec(("day", "agency", "in_operation", "operation_day"))
    store = Store()
    ground.stores.append(store)
    sources = [SourceSpec(path="r.csv", format="records"), SourceSpec(path="days.csv", format="operations")]
    engine = Engine(load(sources, ground.folder, store, rows=spec.columns), ("hispanic",), "white")
    rows = engine.cells(CellSpec(keys=("event",), rows=spec)).rows
    assert rows is not None
    found = {
        (int(j), str(day), agency): (marked, declared)
        for j, day, agency, marked, declared in zip(rows.index, *rows.columns.values(), strict=True)
    }
    assert found == {
        (0, "2011-08-06", "Sheriff"): (-1, 0),
        (1, "2011-08-05", "Sheriff"): (1, 0),
        (1, "2011-08-06", "Sheriff"): (0, 1),
        (1, "2011-08-06", "Police"): (-1, 0),
        # Whose stop it was is not known, so that the Police's day is one of it.
        (1, "2011-08-07", ""): (-1, 1),
    }
    assert engine.ground.inventory.operated == 1
    assert "operation" in engine.ground.inventory.row_columns["stop"]


def test_texts_are_kept_as_codes_and_come_out_as_text(ground):
    rows = ground.rows(STOPS, "agency", "day", "group")
    assert list(rows.columns) == ["agency", "day", "group"]
    codes, names = rows.codes("agency")
    assert [names[code] for code in codes] == rows.columns["agency"].tolist()
    assert rows.columns["agency"].dtype == object
    police = rows.where(agency="Police")
    assert police.columns["agency"].tolist() == ["Police"]
    assert police.codes("agency")[1] == names
    assert rows.isin("agency", "Police", "").tolist() == [name in ("Police", "") for name in rows.columns["agency"]]
    assert rows.take(np.ones(len(rows.n), dtype=bool)) is rows
    plain = RowTable(rows.index, dict(rows.columns), rows.n)
    again = [plain.codes("agency")[1][code] for code in plain.codes("agency")[0]]
    assert again == rows.columns["agency"].tolist()
    with pytest.raises(KeyError):
        rows.columns["place"]


def test_weekends_and_halves_of_the_year(ground):
    """Saturday and Sunday; October to March."""
    frame = people(4)
    rows = ground.rows(text_of(frame), "weekend", "cold_half")
    frame["weekend"] = (frame["day"].dt.day_of_week >= 5).astype(int)
    frame["cold_half"] = frame["day"].dt.month.isin((10, 11, 12, 1, 2, 3)).astype(int)
    wanted = frame.groupby(["place", "weekend", "cold_half"]).size()
    ids = sorted(frame["place"].unique())
    found = pd.DataFrame({**rows.columns, "place": [ids[i] for i in rows.index], "n": rows.n})
    got = found.set_index(["place", "weekend", "cold_half"])["n"].astype(int)
    assert got.to_dict() == wanted.to_dict()


MET = """place,agency,event,date,time,officer,group,searched
48453,A,stop,2011-01-01,10:00,7,hispanic,yes
48453,A,stop,2011-01-01,10:00,7,white,no
48453,A,stop,2011-01-01,10:00,8,white,yes
48453,B,stop,2011-01-01,10:00,7,white,yes
48453,A,arrest,2011-01-01,10:00,7,white,yes
48453,A,stop,2011-01-01,10:01,7,white,yes
48453,A,stop,2011-01-02,,,white,yes
48453,A,stop,2011-01-02,,,white,yes
48201,A,stop,2011-01-01,10:00,7,white,yes
"""


def test_people_met_together(ground):
    """One agency, day, minute and officer (or what is recorded of them), one kind of event: 1 and 2; alone is 0."""
    keys = ("event", "agency", "day", "encounter", "search_encounter", "search_officer")
    rows = ground.rows(MET, *keys, personal=("officer",))
    told = [rows.columns[key].tolist() for key in ("event", "agency", "encounter")]
    found = sorted(zip(*told, rows.n, strict=True))
    assert found == [
        ("arrest", "A", 0, 1), ("stop", "A", 0, 1), ("stop", "A", 0, 1), ("stop", "A", 0, 1), ("stop", "A", 1, 1),
        ("stop", "A", 1, 1), ("stop", "A", 2, 2), ("stop", "B", 0, 1),
    ]  # fmt: skip
    unsearched = rows.columns["search_encounter"] == -1
    assert rows.n[unsearched].tolist() == [1]
    assert rows.columns["search_officer"][unsearched].tolist() == [-1]


def test_where_everybody_was_met_alone(ground):
    rows = ground.rows("\n".join(MET.splitlines()[:2]), "agency", "encounter", personal=("officer",))
    assert (rows.columns["agency"].tolist(), rows.columns["encounter"].tolist()) == (["A"], [0])


def test_rows_without_a_day_tell_no_encounter(ground):
    rows = ground.rows("place,event,date\n48453,stop,2011-01\n48453,stop,2011-01\n", "encounter", personal=("officer",))
    assert (rows.columns["encounter"].tolist(), rows.n.tolist()) == ([-1], [2.0])
