"""Both ways into the store give the same table, damage never passes in silence, and surroundings do not matter."""

import csv
import io
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import AuditorError
from auditor.records import delimited
from auditor.records.read import read
from auditor.records.spec import SourceSpec
from auditor.records.store import Store, quote

CELL = st.text(st.sampled_from([*"ab,;|\"\t\n\r é0123456789.-#'\\", "\u2028", "\ufeff"]), max_size=5)


@pytest.fixture(scope="module")
def one_store():
    with Store() as opened:
        yield opened


def result(path, store, **options):
    """What reading gives: the tables, or the kind of error."""
    try:
        tables = read(path, SourceSpec(path=path.name, **options), store)
    except AuditorError as error:
        return type(error).__name__, str(error), len(error.problems)
    found = []
    for table in tables:
        rows = store.connection.execute(f"SELECT * FROM {quote(table.table)} ORDER BY _row").fetchall()
        assert len(rows) == table.ledger.used
        found.append((table.sheet, table.columns, table.header_row, rows, table.ledger))
        store.drop(table.table)
    return found


@given(
    rows=st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=6),
    delimiter=st.sampled_from(",;|\t"),
    ending=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONE]),
    last=st.booleans(),
)
def test_short_and_long_way_agree(tmp_path_factory, one_store, rows, delimiter, ending, quoting, last):
    out = io.StringIO()
    writer = csv.writer(
        out, delimiter=delimiter, lineterminator=ending, quoting=quoting, quotechar='"', escapechar="\\"
    )
    writer.writerow(["place", "n", "note"])
    if quoting == csv.QUOTE_NONE:
        out.write("".join(delimiter.join(row) + ending for row in rows))
    else:
        writer.writerows(rows)
    text = out.getvalue() if last else out.getvalue().removesuffix(ending)
    path = tmp_path_factory.mktemp("both") / "file.csv"
    path.write_bytes(text.encode())
    short = result(path, one_store, delimiter=delimiter)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "survey", lambda *_, **__: None)
        assert result(path, one_store, delimiter=delimiter) == short


@given(rows=st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=6), wide=st.booleans())
def test_what_was_written_is_what_is_read(tmp_path_factory, one_store, rows, wide):
    """Cells come back as they were written, but for a byte-order mark inside; only wholly blank rows are left out."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(["key", "place", "n", "note"])
    for index, row in enumerate(rows):
        writer.writerow([f"k{index}x", *row])
    path = tmp_path_factory.mktemp("same") / "file.csv"
    path.write_bytes(out.getvalue().encode("utf-16" if wide else "utf-8"))
    found = result(path, one_store)
    assert isinstance(found, list), found
    errors = ("#REF!", "#N/A")
    written = [tuple(cell.replace("\ufeff", "") for cell in row) for row in rows]
    expected = [tuple("" if cell in errors else cell for cell in row) for row in written]
    assert [row[2:] for row in found[0][3]] == expected


VALID = b"place,agency,n,when\n" + b"".join(
    b'%05d,"Sheriff, no. %d",%d,2011-%02d-01\n' % (48000 + i, i, i * 7, i % 12 + 1) for i in range(1, 40)
)


def corrupt(data, rng):
    """One byte, row or cell changed, lost or doubled."""
    kind, at = rng.randrange(6), rng.randrange(len(data))
    lines = data.split(b"\n")
    line = rng.randrange(len(lines) - 1)
    if kind == 0:
        return data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]
    if kind == 1:
        return data[:at] + data[at + 1 :]
    if kind == 2:
        return data[:at] + bytes([rng.choice(b'",\n\r\0\xff;')]) + data[at:]
    if kind == 3:
        return b"\n".join([*lines[:line], *lines[line + 1 :]])
    if kind == 4:
        return data[:at]
    cells = lines[line].split(b",")
    return b"\n".join([*lines[:line], b",".join([*cells[:1], *cells]), *lines[line + 1 :]])


def test_corruption_ends_in_an_error_or_shows(tmp_path, one_store):
    """calibration.md D3 in small: no traceback; every row read is accounted for (Ledger), in both ways alike."""
    rng = random.Random(20111)
    path = tmp_path / "file.csv"
    for _ in range(120):
        path.write_bytes(corrupt(VALID, rng))
        found = result(path, one_store)
        if isinstance(found, list):
            (_, columns, _, rows, ledger) = found[0]
            assert ledger.read == len(rows) + ledger.excluded + ledger.quarantined
            assert all(len(row) == len(columns) + 1 for row in rows)
        else:
            assert found[2] > 0


@pytest.mark.parametrize("kind", ["xlsx", "xls"])
def test_corrupt_workbooks_never_crash(tmp_path, one_store, kind):
    """calibration.md D3: a native reader that panics or aborts ends in an error with a remedy."""
    content = {"xlsx": _xlsx, "xls": _xls}[kind]()
    rng = random.Random(7)
    path = tmp_path / f"file.{kind}"
    for _ in range(14):
        data = bytearray(content)
        for _ in range(rng.randrange(1, 20)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        path.write_bytes(data[: rng.randrange(len(data))] if rng.random() < 0.2 else data)
        found = result(path, one_store)
        assert isinstance(found, list) or found[2] > 0


def _xlsx():
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in [["place", "n"], ["Lee", 1], ["Kane", 2.5]] * 5:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _xls():
    xlwt = pytest.importorskip("xlwt")
    book = xlwt.Workbook()
    sheet = book.add_sheet("A")
    for row in range(20):
        sheet.write(row, 0, "Lee")
        sheet.write(row, 1, row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


SHOW = """
import sys
from pathlib import Path
from auditor.records.read import read
from auditor.records.spec import SourceSpec
from auditor.records.store import Store
with Store() as store:
    for name in sys.argv[1:]:
        for t in read(Path(name), SourceSpec(path=name), store):
            print(ascii((t, store.connection.execute(f'SELECT * FROM {t.table} ORDER BY _row').fetchall())))
"""


def test_locale_and_time_zone_do_not_matter(tmp_path):
    """calibration.md R1 for reading: the same bytes in, the same result out."""
    openpyxl = pytest.importorskip("openpyxl")
    import datetime as dt

    book = openpyxl.Workbook()
    for row in [["place", "n", "when"], ["Doña Ana", 1.5, dt.datetime(2011, 3, 13, 2, 30)]]:
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    (tmp_path / "b.csv").write_bytes("place;n\nDoña Ana;1,5\nİstanbul;I\n".encode())
    (tmp_path / "c.csv").write_bytes("place,n\nCañon,1\n".encode("cp1252"))
    package = str(Path(read.__code__.co_filename).parents[2])
    shown = set()
    for zone, language, seed in [
        ("UTC", "C", "0"),
        ("Asia/Kolkata", "de_DE.UTF-8", "1"),
        ("America/New_York", "tr_TR", "2"),
    ]:
        environment = {"PATH": os.environ["PATH"], "TZ": zone, "LC_ALL": language, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", SHOW, *(str(tmp_path / name) for name in ("a.xlsx", "b.csv", "c.csv"))],
            env={**environment, "PYTHONPATH": package},
            capture_output=True,
            text=True,
            check=True,
            cwd=tmp_path,
        )
        shown.add(done.stdout)
    (only,) = shown
    assert "2011-03-13 02:30:00" in only
    assert "Do\\xf1a Ana" in only
