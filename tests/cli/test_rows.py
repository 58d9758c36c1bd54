"""A file of single rows through the whole program: what it says, what it asks for, and whom it never names."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest

from auditor import cli

CONFIG = """[audit]
title = "T"
as_of = 2012-06-30

[[sources]]
format = "records"
path = "stops.csv"
"""
HEAD = "place,event,date,time,group,agency,searched,contraband,officer,person,surname,latitude,longitude"
MARK = "KANARIE"


def stops(columns: str = HEAD, seed: int = 1, size: int = 1200) -> str:
    """Stops of one county; searches of Hispanic people find something half as often."""
    rng = np.random.default_rng(seed)
    lines = [columns]
    for i in range(size):
        group = ("hispanic", "white", "black")[i % 3]
        hit = rng.random() < (0.2 if group == "hispanic" else 0.4)
        search = i % 2 == 0
        agency, day = ("Police", "Sheriff")[i // 4 % 2], f"2011-{1 + i % 12:02d}-{1 + i % 28:02d}"
        found = f"{'yes' if search else 'no'},{'yes' if search and hit else 'no'}"
        who = f"{MARK}-O{i % 7},{MARK}-P{i},{MARK} {i % 9},30.31415{i % 10},-97.271828"
        lines.append(f"48453,stop,{day},{i % 24:02d}:15,{group},{agency},{found},{who}")
    return "\n".join(lines) + "\n"


def invoke(*arguments: str) -> int:
    return cli.main(list(arguments))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("rows")
    (base / "stops.csv").write_text(stops())
    (base / "audit.toml").write_text(CONFIG)
    assert invoke("run", str(base / "audit.toml"), "--out", str(base / "out"), "--quiet") == 0
    return base


def test_the_review_states_both_hit_rates(folder):
    review = json.loads((folder / "out" / "review.json").read_text())
    (place,) = review["places"]
    found = {f["contrast"]: f for f in place["findings"] if f["signal"] == "hit-rate"}
    assert set(found) == {"hispanic/white/agency", "hispanic/white/overall"}
    first = found["hispanic/white/agency"]
    assert first["n"] == 200
    assert first["estimate"]["scale"] == "ratio"
    assert first["estimate"]["low"] > 1
    assert "Of 200 searches of Hispanic people" in first["sentence"]["text"]["en"]
    assert any("infra-marginality" in caveat["text"]["en"] for caveat in first["caveats"])


def test_a_described_signal_bears_on_no_verdict(folder):
    review = json.loads((folder / "out" / "review.json").read_text())
    (place,) = review["places"]
    for finding in place["findings"]:
        if finding["signal"] == "hit-rate":
            assert not finding["tested"]
            assert finding["calibrated_p"] is None
            assert finding["q_value"] is None
    assert "hit-rate" not in json.dumps(place["verdict_reasons"])


def test_the_shipped_error_rates_still_hold(folder):
    review = json.loads((folder / "out" / "review.json").read_text())
    assert review["calibration"]["measured"]["kind"] == "shipped"


def test_the_folder_is_whole(folder, capsys):
    assert invoke("verify", str(folder / "out")) == 0


def test_nobody_is_named_in_the_output(folder):
    files = [path for path in (folder / "out").rglob("*") if path.is_file()]
    assert len(files) > 10
    for path in files:
        content = path.read_bytes()
        for mark in (MARK.encode(), b"30.31415", b"97.271828"):
            assert mark not in content, path.name


@pytest.mark.parametrize("command", [("check",), ("check", "--json"), ("counts", "--signal", "hit-rate", "--out", "-")])
def test_nobody_is_named_on_the_screen(folder, capsys, command):
    assert invoke(command[0], str(folder / "audit.toml"), *command[1:]) == 0
    said = capsys.readouterr()
    assert MARK not in said.out + said.err
    assert "30.31415" not in said.out + said.err


def test_the_cells_of_the_signal_can_be_recounted(folder, capsys):
    assert invoke("counts", str(folder / "audit.toml"), "--signal", "hit-rate", "--out", "-") == 0
    rows = [row for row in csv.DictReader(io.StringIO(capsys.readouterr().out)) if row["table"] == "rows"]
    assert sum(int(row["n"]) for row in rows if (row["group"], row["searched"]) == ("hispanic", "1")) == 200


def test_check_names_the_columns_that_are_missing(tmp_path, capsys):
    (tmp_path / "stops.csv").write_text(stops(HEAD.replace("contraband", "other")))
    assert invoke("check", str(tmp_path / "stops.csv"), "--verbose") == 0
    said = capsys.readouterr().out
    assert "no source that lists stops (or arrests) row by row says of them: contraband" in said
    assert "one row for each event" in said
    assert "contraband (hit-rate, search-threshold)" in said


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (",yes,", ",perhaps,", 4),  # an unknown code is a question
        ("2011-", "nonsense-", 3),  # no usable date
        ("48453,stop", "48453,jailbreak", 4),
    ],
)
def test_nobody_is_named_in_an_error(tmp_path, capsys, old, new, code):
    (tmp_path / "stops.csv").write_text(stops().replace(old, new))
    (tmp_path / "audit.toml").write_text(CONFIG)
    assert invoke("run", str(tmp_path / "audit.toml"), "--out", str(tmp_path / "out")) == code
    said = capsys.readouterr()
    assert MARK not in said.out + said.err


def test_identifiers_taken_for_another_column_are_asked_about_in_the_file_only(tmp_path, capsys):
    """A surname column read as the search by mistake: the question hides what may point to somebody."""
    (tmp_path / "stops.csv").write_text(stops())
    (tmp_path / "audit.toml").write_text(CONFIG + 'columns = { searched = "surname" }\n')
    assert invoke("run", str(tmp_path / "audit.toml"), "--out", str(tmp_path / "out")) == 4
    said = capsys.readouterr()
    assert MARK not in said.out + said.err
