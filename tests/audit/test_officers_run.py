"""Officers from a file to pages: no identifier anywhere, names that change nothing, and the private key."""

from __future__ import annotations

import csv
import stat
from pathlib import Path

import numpy as np
import pytest

from auditor.audit import api
from auditor.audit.verify import verify
from auditor.errors import UsageError
from auditor.findings.review import Review

CONFIG = """
[audit]
title = "Officers"
as_of = 2012-12-31
[[sources]]
format = "records"
path = "stops.csv"
"""
CANARY = "KANARIE"


def stops(officers: int = 24, each: int = 70) -> list[list[str]]:
    """Stops of one place; officer 3 has three Hispanic people in four, the others one in three."""
    rng = np.random.default_rng(11)
    rows = []
    for person in range(officers):
        for _ in range(each):
            day, hour = rng.integers(1, 28), rng.integers(0, 24)
            group = "hispanic" if rng.random() < (0.75 if person == 3 else 0.33) else "white"
            minute, name = rng.integers(0, 60), f"{CANARY}{person:02d}"
            rows.append(["48453", "stop", f"2011-05-{day:02d}", f"{hour:02d}:{minute:02d}", group, name, "30.27"])
    return rows


def write(folder: Path, rows: list[list[str]]) -> Path:
    folder.mkdir()
    with (folder / "stops.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["place", "event", "date", "time", "group", "officer", "latitude"])
        writer.writerows(rows)
    (folder / "audit.toml").write_text(CONFIG, encoding="utf-8")
    return folder / "audit.toml"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A configuration and the output folder of its audit."""
    folder = tmp_path_factory.mktemp("officers")
    config = write(folder / "in", stops())
    api.run_to_folder(config, folder / "out", quiet=True)
    return config, folder / "out"


def test_the_folder_is_whole_and_holds_no_identifier(made):
    _, out = made
    report = verify(out)
    assert not report.problems, report.to_text()
    for file in out.rglob("*"):
        assert not (file.is_file() and CANARY.encode() in file.read_bytes()), file.name


def test_table_and_page_show_pseudonyms(made):
    _, out = made
    with (out / "tables" / "officer-benchmark.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 24
    assert [row["officer"] for row in rows if row["stands_out"] == "true"] == ["Officer 01"]
    page = next((out / "places").glob("*.html")).read_text(encoding="utf-8")
    assert "Officer 01" in page
    assert "Officer 02" not in page


def test_other_names_in_another_order_change_nothing(made, tmp_path):
    """Badges turned round and rows shuffled: but for the hashes of the file, the same place to the last byte."""
    _, out = made
    rows = [[*row[:5], f"9{row[5][::-1]}", row[6]] for row in stops()]
    order = np.random.default_rng(3).permutation(len(rows))
    other = api.run(write(tmp_path / "in", [rows[i] for i in order]))
    first = Review.load(out)
    assert other.places == first.places


def test_the_key_names_those_listed(made, tmp_path):
    config, out = made
    file = api.officer_key(config, out, tmp_path / "key.csv")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with file.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    assert sorted(row["identifier"] for row in rows) == [f"{CANARY}{i:02d}" for i in range(24)]
    assert next(row["identifier"] for row in rows if row["pseudonym"] == "Officer 01") == f"{CANARY}03"


def test_no_key_inside_an_output_folder(made):
    config, out = made
    with pytest.raises(UsageError):
        api.officer_key(config, out, out / "key.csv")
    assert not list(out.rglob("*key*"))


def test_no_key_of_other_records(made, tmp_path):
    """Half of officer 3's stops changed: the lists differ, and nothing is written."""
    _, out = made
    rows = [[*row[:4], "white", *row[5:]] if row[5].endswith("03") else row for row in stops()]
    other = write(tmp_path / "in", rows)
    with pytest.raises(UsageError, match="key of the officers") as error:
        api.officer_key(other, out, tmp_path / "key.csv")
    assert CANARY not in str(error.value)
    assert not (tmp_path / "key.csv").exists()


def test_no_key_where_nobody_is_listed(made, tmp_path):
    config, _ = made
    few = api.run(write(tmp_path / "in", stops(officers=8)))
    assert few.places[0].listed == {}
    with pytest.raises(UsageError, match="key of the officers"):
        api.officer_key(config, few, tmp_path / "key.csv")
