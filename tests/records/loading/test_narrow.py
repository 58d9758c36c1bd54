"""The shortest way into the store gives the same counts and the same ledger as the longer ones."""

from __future__ import annotations

import itertools

import pytest

from auditor.records import delimited, narrow
from auditor.records.event_columns import READINGS
from auditor.records.load import load
from auditor.records.spec import SourceSpec
from auditor.records.store import Store

HEADER = "stop_id,place,event,date,group,offence,remark"
ROWS = [
    f"{i},4845{i % 2 * 2 + 1},arrest,2011-0{1 + i % 9}-{10 + i % 15},{('hispanic', 'white')[i % 2]},traffic,note {i}"
    for i in range(60)
]

FILES = {
    "plain": ROWS,
    "no final line end": [*ROWS, "60,48453,arrest,2011-05-05,white,traffic,"],
    "a row again, with its number": [*ROWS, ROWS[3], ROWS[3]],
    "a blank row": [*ROWS[:20], "", *ROWS[20:]],
    "a row of delimiters": [*ROWS[:20], ",,,,,,", *ROWS[20:]],
    "a row of blanks": [*ROWS[:20], " , ,\t, , ,,", *ROWS[20:]],
    "the header again": [*ROWS[:30], HEADER, *ROWS[30:]],
    "a page line": [*ROWS[:30], "Page 3 of 41,,,,,,", *ROWS[30:]],
    "a note below": [*ROWS, "Source: the sheriff's office,,,,,,"],
    "a lone cell below": [*ROWS, "records returned 60"],
    "a row that is longer": [*ROWS[:30], ROWS[30] + ",more", *ROWS[31:]],
    "a row that is shorter": [*ROWS[:30], "30,48453,arrest", *ROWS[31:]],
    "an unused column's spreadsheet error": [*ROWS[:30], ROWS[30].replace("note", "#REF!"), *ROWS[31:]],
    "a letter": [*ROWS[:30], ROWS[30].replace("note", "Peña"), *ROWS[31:]],
    "a control character": [*ROWS[:30], ROWS[30].replace("note", "no\x07te"), *ROWS[31:]],
    "quotes": [*ROWS[:30], ROWS[30].replace("note 30", '"a, b"'), *ROWS[31:]],
    "a total": [*ROWS, "61,48453,arrest,2011-05-05,Total,traffic,x"],
    "no place": [*ROWS, "61,,arrest,2011-05-05,white,traffic,x"],
    "a date that is none": [*ROWS, "61,48453,arrest,2011-02-30,white,traffic,x"],
    "a year": [*ROWS, "61,48453,arrest,2011,white,traffic,x"],
    "no event": [*ROWS, "61,48453,,2011-05-05,white,traffic,x"],
    "no group": [*ROWS, "61,48453,arrest,2011-05-05,,traffic,x", "62,48453,arrest,2011-05-06,,traffic,x"],
    "a state beside its counties": [*ROWS, "61,48,arrest,2011-05-05,white,traffic,x"],
}


def read(path, fewest, monkeypatch):
    monkeypatch.setattr(narrow, "FEWEST", fewest)
    with Store([path]) as store:
        loaded = load([SourceSpec(format="records", path=str(path))], path.parent, store)
        names = "* EXCLUDE (source)"
        counts = store.connection.execute(f"SELECT {names} FROM counts ORDER BY ALL").fetchall()
        merged = store.connection.execute("SELECT count(*), sum(n) FROM counts").fetchall()
        (source,) = loaded.sources
        return counts, merged, source.ledger, loaded.notes


@pytest.mark.parametrize(("name", "ending"), list(itertools.product(FILES, ("\n", "\r\n"))))
def test_all_ways_agree(tmp_path, monkeypatch, name, ending):
    path = tmp_path / "arrests.csv"
    text = ending.join([HEADER, *FILES[name]])
    path.write_bytes((text + ending * (name != "no final line end")).encode())
    coded = read(path, 0, monkeypatch)
    monkeypatch.setattr(delimited, "stage_coded", lambda *_, **__: None)
    assert coded == read(path, 0, monkeypatch) == read(path, 1 << 60, monkeypatch)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("plain", True), ("the header again", False), ("a page line", False), ("quotes", False), ("a blank row", False)],
)
@pytest.mark.parametrize("way", ["coded", "narrow"])
def test_what_needs_tidying_is_loaded_whole(tmp_path, monkeypatch, name, expected, way):
    path = tmp_path / "arrests.csv"
    path.write_text("\n".join([HEADER, *FILES[name], ""]))
    taken = []
    module, function = (delimited, "stage_coded") if way == "coded" else (narrow, "stage_narrow")
    stage = getattr(module, function)
    if way == "narrow":
        monkeypatch.setattr(delimited, "stage_coded", lambda *_, **__: None)
    monkeypatch.setattr(module, function, lambda *given, **also: taken.append(stage(*given, **also)) or taken[-1])
    read(path, 0, monkeypatch)
    assert any(staged is not None for staged in taken) is expected


EVERY = {
    "place": "48453", "event": "booking", "date": "2011-08-{day:02d}", "group": "white", "group_source": "recorded",
    "offence": "traffic", "level": "2", "level_basis": "charge", "level_regime": "offence-type", "searched": "no",
    "contraband": "no", "agency": "Sheriff", "time": "14:3{digit}", "age": "3{digit}", "sex": "F", "operation": "no",
    "charge": "SPEEDING", "cited": "no", "booked": "yes", "disposition": "dismissed", "disposition_date": "2011-09-01",
    "conviction_date": "", "prior_conviction": "no", "detainer": "no", "detainer_date": "", "lift_reason": "",
    "release_date": "2011-09-0{digit}", "facility": "TRAVIS COUNTY JAIL", "program": "CAP", "citizenship": "MEXICO",
    "birth_country": "USA", "officer": "o{digit}", "person": "p{day}", "latitude": "30.3", "longitude": "-97.7",
    "surname": "X{digit}", "booking_number": "b{day}", "remark": "r{day}",
}  # fmt: skip


SINGLE = ("program", "birth_country", "facility", "latitude", "longitude")


LEFT_OUT = ["", "offence", "place", "group", SINGLE, (*SINGLE, "offence"), (*SINGLE, "group")]


@pytest.mark.parametrize("left_out", LEFT_OUT)
@pytest.mark.parametrize("rows", [frozenset(), frozenset(READINGS)], ids=["counts", "rows"])
def test_every_column_that_anything_reads_is_kept(tmp_path, monkeypatch, left_out, rows):
    """What is not kept cannot be read: a new reader of a column shows here, not on somebody's large file."""
    names = [name for name in EVERY if name != left_out and name not in left_out]
    lines = [",".join(EVERY[name].format(day=1 + i % 28, digit=1 + i % 9) for name in names) for i in range(40)]
    path = tmp_path / "bookings.csv"
    path.write_text("\n".join([",".join(names), *lines, ""]))
    spec = SourceSpec(format="records", path=str(path), state="TX")
    found = []
    for fewest in (0, 1 << 60):
        monkeypatch.setattr(narrow, "FEWEST", fewest)
        with Store([path]) as store:
            loaded = load([spec], tmp_path, store, rows=rows)
            tables = [
                store.connection.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall()
                for name in ("counts", "events")
            ]
            found.append((tables, loaded.sources[0].ledger, loaded.notes))
    assert found[0] == found[1]
    assert found[0][1].read == 40


def test_counts_by_hand(tmp_path, monkeypatch):
    path = tmp_path / "arrests.csv"
    path.write_text("\n".join([HEADER, *FILES["no group"], ""]))
    monkeypatch.setattr(narrow, "FEWEST", 0)
    with Store([path]) as store:
        load([SourceSpec(format="records", path=str(path))], tmp_path, store)
        found = store.connection.execute(
            """SELECT "group", sum(n), min(row), count(*) FILTER (period_kind <> 'month') FROM counts
            GROUP BY 1 ORDER BY 1"""
        ).fetchall()
    # Every other one of sixty is hispanic, from the first row of data (2); rows 62 and 63 name no group.
    assert found == [("hispanic", 30, 2, 0), ("white", 30, 3, 0), (None, 2, 62, 0)]


def test_the_same_content_twice_is_one(tmp_path, monkeypatch):
    monkeypatch.setattr(narrow, "FEWEST", 0)
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("\n".join([HEADER, *ROWS, ""]))
    specs = [SourceSpec(format="records", path=str(tmp_path / name)) for name in ("a.csv", "b.csv")]
    with Store([tmp_path / "a.csv", tmp_path / "b.csv"]) as store:
        first, second = load(specs, tmp_path, store).sources
    assert first.ledger.used == 60
    assert second.ledger.used == 0
