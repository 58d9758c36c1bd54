"""Large files whose rows are only counted: the same counts, ledger, notes and refusals as of rows read one by one."""

from __future__ import annotations

import random

import numpy as np
import pytest

from auditor.errors import AuditorError, InputError
from auditor.records import coded as coded_module
from auditor.records import delimited, encode, narrow, repeats, spellings
from auditor.records.header import Header
from auditor.records.load import load
from auditor.records.spec import SourceSpec
from auditor.records.store import Store
from auditor.records.wanted import Wanted

NAMES = ("record_id", "place", "state", "event", "date", "group", "offence", "agency", "searched", "age", "remark")
CLEAN = {
    "place": ["48453", "48201", "17031", "06037"],
    "state": ["TX", "TX", "IL", "CA"],
    "event": ["arrest", "Arrest", "booking"],
    "date": [f"2011-{month:02d}-{day:02d}" for month in range(1, 7) for day in (1, 9, 17, 28)],
    "group": ["hispanic", "white", "black", "White", "unknown"],
    "offence": ["traffic", "theft", "homicide", "aggravated assault", "dui"],
    "agency": ["Sheriff", "Police Department of the City", "sheriff "],
    "searched": ["yes", "no", "Y", ""],
    "age": ["18", "44", "x"],
    "remark": ["a", "b c", ""],
}
DIRT = {
    "place": ["", " ", "48", "99999", "48453.0", "Total", "Harris County", "local:x"],
    "state": ["", "Texas", "TX ", "ZZ"],
    "event": ["", "N/A", "arrested?", "total"],
    "date": [
        "", "2011-02-30", "13/45/2011", "2011", "2011-03", "2031-01-01", "3/9/2011", "2011-03-09 13:05:00", "yesterday"
    ],
    "group": ["", "N/A", "Total", "purple", "W ", "(b)(6)"],
    "offence": ["", "TOTAL", "speeding in a school zone while texting", "-"],
    "agency": ["", "Total", "N/A", "a" * 60, "a" * 120],
    "searched": ["maybe", "*", "<5", "n/a"],
    "age": ["", "-1", "200"],
    "remark": ["Page 3", "notes", "x" * 200],
}  # fmt: skip


def drawn(seed: int) -> str:
    """Write a file of records, of which some cells, rows or lines are dirty."""
    draw = random.Random(seed)
    names = [name for name in NAMES if draw.random() < 0.85 or name in ("place", "event", "date")]
    share = draw.choice([0.0, 0.0, 0.002, 0.02, 0.2])
    dirty = [name for name in names if name in DIRT and draw.random() < 0.4]
    lines = []
    for number in range(draw.choice([30, 200])):
        at = draw.randrange(4)
        row = {name: texts[at] if name == "state" else draw.choice(texts) for name, texts in CLEAN.items()}
        row["place"] = CLEAN["place"][at]
        row["record_id"] = f"R{number:09d}"
        for name in dirty:
            if draw.random() < share:
                row[name] = draw.choice(DIRT[name])
        lines.append(",".join(row[name] for name in names))
    if draw.random() < 0.3:
        lines.append(draw.choice(lines))
    if draw.random() < 0.1:
        extra = ["", "," * (len(names) - 1), ",".join(names), "Page 2" + "," * (len(names) - 1), "x,y", "Peña,,,"]
        lines.insert(draw.randrange(len(lines)), draw.choice(extra))
    ending = draw.choice(["\n", "\n", "\r\n"])
    return ending.join([",".join(names), *lines]) + ending * (draw.random() < 0.8)


def outcome(path, spec, fewest, monkeypatch, *, coded):
    """Return all that a reading says; what it refuses included."""
    taken = []
    stage = delimited.stage_coded if coded else lambda *_, **__: None
    with monkeypatch.context() as patched, Store([path]) as store:
        patched.setattr(narrow, "FEWEST", fewest)
        patched.setattr(repeats, "_MOST_SPELT", 0)  # rows alike but for spelling are sought in small files only
        patched.setattr(delimited, "stage_coded", lambda *a, **k: taken.append(stage(*a, **k)) or taken[-1])
        try:
            loaded = load([spec], path.parent, store)
        except AuditorError as error:
            return (type(error), str(error), str(error.problems)), taken
        counts = store.connection.execute("SELECT * EXCLUDE (source) FROM counts ORDER BY ALL").fetchall()
        merged = store.connection.execute("SELECT count(*), sum(file_rows) FROM merged").fetchall()
        (source,) = loaded.sources
        ledger = source.ledger
        # Every row is in a count, or its step says why not.
        used = store.connection.execute(
            "SELECT coalesce((SELECT count(*) FROM counts), 0) + coalesce((SELECT sum(file_rows - 1) FROM merged), 0)"
        ).fetchone()
        assert used == (ledger.used,)
        return (counts, merged, ledger, loaded.notes), taken


@pytest.mark.parametrize(("first", "block", "held"), [(0, 1 << 7, 1 << 24), (15, 1 << 20, 16)])
def test_the_same_as_row_by_row(tmp_path, monkeypatch, first, block, held):
    """What is told of files with blank, unknown, impossible and repeated values does not depend on their size."""
    monkeypatch.setattr(encode, "_BLOCK", block)
    monkeypatch.setattr(encode, "_KEYS_AT_ONCE", held)
    monkeypatch.setattr(coded_module, "_IN_MEMORY", held)
    ways = 0
    for seed in range(first, first + 15):
        path = tmp_path / f"arrests-{seed}.csv"
        path.write_bytes(drawn(seed).encode())
        spec = SourceSpec(format="records", path=str(path), repair_fips=bool(seed % 2), day_first=False)
        coded, taken = outcome(path, spec, 0, monkeypatch, coded=True)
        rows, _ = outcome(path, spec, 1 << 60, monkeypatch, coded=False)
        assert coded == rows, seed
        ways += any(staged is not None for staged in taken)
    assert ways > 5  # else most files went another way, and nothing was compared


def encoded(path, names, numbers=()):
    """Read all columns of a file, of which some number the records."""
    every = frozenset(range(len(names)))
    header = Header(tuple(names), 1, 1, (tuple(names),))
    wanted = Wanted(every, frozenset(numbers), every - frozenset(numbers), alike=True)
    return encode.encode(path, ",", header, wanted)


def test_numbers_that_two_records_bear_are_found_however_many_are_compared_at_once(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    for last, differ in (("R0399", False), ("R0400", True)):
        numbers = [*(f"R{at:04d}" for at in range(400)), last]
        path.write_text("\n".join(["record_id,group", *(f"{number},white" for number in numbers), ""]))
        for at_once in (1 << 24, 50):
            monkeypatch.setattr(encode, "_KEYS_AT_ONCE", at_once)
            assert (encoded(path, ("record_id", "group"), (0,)) is not None) is differ


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("block", [1 << 6, 1 << 12])
def test_every_cell_is_what_the_file_says(tmp_path, monkeypatch, ending, block):
    """Texts of all lengths up to the longest, alike in their first words, blank and with blanks."""
    monkeypatch.setattr(encode, "_BLOCK", block)
    draw = random.Random(7)
    letters = "abcdefgh" * (spellings.LONGEST // 8)
    texts = [letters[:size] + tail for size in range(spellings.LONGEST) for tail in ("", "z", " ")]
    texts = [text for text in texts if len(text) <= spellings.LONGEST]
    growing = [texts[: 3 + at // 100] for at in range(2000)]
    rows = [[draw.choice(texts), draw.choice(some), draw.choice(["", "x", " y"])] for some in growing]
    path = tmp_path / "cells.csv"
    path.write_bytes(ending.join(["a,b,c", *map(",".join, rows), ""]).encode())
    found = encoded(path, "abc")
    assert found.lines == 2000
    for column in range(3):
        assert [found.texts[column][number] for number in found.rows[column]] == [row[column] for row in rows]


PLAIN = ["1,x,y", "2,x,", "3,,y"]


@pytest.mark.parametrize(
    ("lines", "taken"),
    [
        (PLAIN, True),
        ([*PLAIN, "1,z,z"], False),  # the same number twice
        ([*PLAIN, "4,x"], False),
        ([*PLAIN, "4,x,y,z"], False),
        ([*PLAIN, '4,"x",y'], False),
        ([*PLAIN, "4,#REF!,y"], False),
        ([*PLAIN, "4,x\x07,y"], False),
        ([*PLAIN, "4,x\t,y"], False),
        ([*PLAIN, "4,Peña,y"], False),
        ([*PLAIN, "4,x\r,y"], False),
        ([*PLAIN, ""], False),
        ([*PLAIN, "4," + "x" * spellings.LONGEST + ",y"], True),
        ([*PLAIN, "4," + "x" * (spellings.LONGEST + 1) + ",y"], False),
    ],
)
def test_only_plain_files_are_taken(tmp_path, lines, taken):
    path = tmp_path / "cells.csv"
    path.write_bytes("\n".join(["n,a,b", *lines, ""]).encode())
    assert (encoded(path, "nab", numbers=[0]) is not None) is taken


def test_too_many_texts(tmp_path, monkeypatch):
    monkeypatch.setattr(spellings, "MOST", 100)
    path = tmp_path / "cells.csv"
    for texts, taken in ((99, True), (100, False)):  # the blank one has a number too
        path.write_text("\n".join(["a,b", *(f"t{at},x" for at in range(texts)), ""]))
        assert (encoded(path, "ab") is not None) is taken


def test_texts_that_mix_to_the_same_number_are_told_apart(tmp_path, monkeypatch):
    monkeypatch.setattr(encode, "_BLOCK", 1 << 6)
    monkeypatch.setattr(spellings, "mixed", lambda words: words[0])
    path = tmp_path / "cells.csv"
    path.write_text("\n".join(["a,b", *(f"aggravated {'assault' if at % 2 else 'arson'},x" for at in range(50)), ""]))
    assert encoded(path, "ab") is None


def test_records_that_an_earlier_file_holds(tmp_path, monkeypatch):
    """Two large files are one year and the next, with a month of both: its records count once."""
    rows = [f"R{at:04d},48453,arrest,2011-{1 + at % 12:02d}-05,white,traffic" for at in range(300)]
    names = "record_id,place,event,date,group,offence"
    for name, part in (("a", rows[:200]), ("b", rows[150:])):
        (tmp_path / f"{name}.csv").write_text("\n".join([names, *part, ""]))
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    found = []
    for fewest in (0, 1 << 60):
        monkeypatch.setattr(narrow, "FEWEST", fewest)
        with Store(paths) as store:
            loaded = load([SourceSpec(format="records", path=str(path)) for path in paths], tmp_path, store)
            n = store.connection.execute("SELECT sum(n) FROM counts").fetchone()
            found.append((n, [source.ledger for source in loaded.sources]))
    assert found[0] == found[1]
    assert found[0][0] == (300,)
    assert [(ledger.used, ledger.quarantined) for ledger in found[0][1]] == [(200, 0), (100, 50)]


def test_a_file_that_changes_after_it_was_read_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(narrow, "FEWEST", 0)
    path = tmp_path / "a.csv"
    path.write_text("\n".join(["place,event,date,group", *["48453,arrest,2011-03-05,white"] * 40, ""]))
    header = Header(("place", "event", "date", "group"), 1, 1, (("place", "event", "date", "group"),))
    wanted = Wanted(frozenset(range(4)), frozenset(), frozenset(range(4)), alike=True)
    with Store([path]) as store:
        staged = delimited.stage_coded(path, ",", header, store, wanted)
        path.write_text(path.read_text() + "48453,arrest,2011-03-05,white\n")
        with pytest.raises(InputError, match="cannot be read"):
            staged.coded.whole()


def test_the_view_is_the_table(tmp_path, monkeypatch):
    monkeypatch.setattr(narrow, "FEWEST", 0)
    rows = [("48453", "arrest", f"2011-03-{1 + at % 28:02d}", "" if at % 5 else "white") for at in range(90)]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(["place,event,date,group", *map(",".join, rows), ""]))
    header = Header(("place", "event", "date", "group"), 1, 1, (("place", "event", "date", "group"),))
    wanted = Wanted(frozenset(range(4)), frozenset(), frozenset(range(4)), alike=True)
    with Store([path]) as store:
        coded = delimited.stage_coded(path, ",", header, store, wanted).coded
        run = store.connection.execute
        assert run(f"SELECT * FROM {coded.table} ORDER BY _row").fetchall() == [
            (at + 2, *row) for at, row in enumerate(rows)
        ]
        several = run(f"SELECT * EXCLUDE (id) FROM {coded.alike((2, 3))} ORDER BY ALL").fetchall()
        shown = run(f"SELECT min(_row), count(*), c2, c3 FROM {coded.table} GROUP BY ALL ORDER BY ALL").fetchall()
        assert several == shown
        assert run(f"SELECT * FROM {coded.alike(())}").fetchall() == [(0, 2, 90)]
        whole, ids = run(f"SELECT * FROM {coded.table} ORDER BY _row").fetchall(), coded.ids((2, 3)).tolist()
        monkeypatch.setattr(coded_module, "_IN_MEMORY", 0)
        coded.rest()
        assert all(isinstance(numbers, np.memmap) for numbers in coded.encoded.rows.values())
        assert run(f"SELECT * FROM {coded.table} ORDER BY _row").fetchall() == whole
        assert coded.ids((2, 3)).tolist() == ids
        coded.release()
        assert run("SELECT count(*) FROM duckdb_tables() WHERE temporary").fetchall() == [(0,)]


def test_texts_that_share_a_spot_are_found_by_their_order(monkeypatch):
    """5,000 texts in 8,192 spots: more than a thousand share one, and none is looked up by itself."""
    monkeypatch.setattr(spellings, "_ROOM", 0)
    texts = [f"place {number}" for number in range(5000)]
    ends = np.cumsum([len(text) + 1 for text in texts])
    length = np.array([len(text) for text in texts])
    data = ("\n".join(texts) + "\n").encode() + b"\0" * (spellings.LONGEST + 8)
    block = spellings.Block(data, np.ndarray((len(data) - 8,), dtype="<u8", buffer=data, strides=(1,)))
    column = spellings.Spellings()
    column.numbers(block, ends - length - 1, length)
    monkeypatch.setattr(column, "_met", None)
    found = column.numbers(block, ends - length - 1, length)
    assert [column.texts[number] for number in found.tolist()] == texts
