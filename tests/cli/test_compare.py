"""`auditor compare` from the command line, on real audits of simulated counties: a year later, a quarter more."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from auditor import cli
from auditor.audit import api
from auditor.audit.output import OutputFolder
from auditor.audit.schema import compare_schema
from auditor.findings.review import Review
from tests.audit.made_reviews import place, review, saved

PLACES, SMALL = 40, "local:c05"
PLANTED = ("local:c08", "local:c20")
QUARTERS = ("2011-Q1", "2011-Q2", "2011-Q3", "2011-Q4")
Rows = list[list[object]]


def counties() -> tuple[Rows, Rows, Rows]:
    """Forty counties: what they are, their people, and a year's arrests; in two a log effect of 2.5 is planted."""
    rng = np.random.default_rng(28)
    places: Rows = [["local:s", "A State", "state", ""]]
    people: Rows = []
    arrests: Rows = []
    for i in range(PLACES):
        name = f"local:c{i:02d}"
        places.append([name, f"C{i:02d} County", "county", "local:s"])
        total = round(rng.lognormal(np.log(60_000), 0.5))
        sizes = {"hispanic": round(0.15 * total), "white": round(0.8 * total)}
        effect = 2.5 if name in PLANTED else rng.normal(0, 0.1)
        for group, size in sizes.items():
            people.append([name, group, "adults", "2010", size])
            for quarter in QUARTERS:
                mean = size * 0.01 * np.exp(effect if group == "hispanic" else 0)
                arrests.append([name, quarter, "arrest", group, int(rng.poisson(mean))])
    return places, people, arrests


def audited(base: Path, name: str, as_of: str, arrests: Rows) -> Path:
    """Audit arrests, and keep the review."""
    places, people, _ = counties()
    (base / "places.csv").write_text(written([["place", "name", "kind", "parent"], *places]), encoding="utf-8")
    header = [["place", "group", "universe", "period", "n"]]
    (base / "people.csv").write_text(written([*header, *people]), encoding="utf-8")
    header = [["place", "period", "event", "group", "n"]]
    (base / f"{name}.csv").write_text(written([*header, *arrests]), encoding="utf-8")
    formats = {"places": "places.csv", "population": "people.csv", "counts": f"{name}.csv"}
    config = {
        "audit": {"title": name, "as_of": as_of, "seed": 1, "focal_groups": ["hispanic"], "reference_group": "white"},
        "sources": [{"format": kind, "path": path} for kind, path in formats.items()],
    }
    made = api.audit(config, base)
    (base / name).mkdir()
    (base / name / "review.json").write_text(made.to_json(), encoding="utf-8")
    return base / name


def written(rows: Rows) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


@pytest.fixture(scope="module")
def reviews(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Three audits: 2011; 2012 with a tenth more in every cell; 2011 and one quarter more, small in one county."""
    base = tmp_path_factory.mktemp("looks")
    rows = counties()[2]
    later = [[row[0], str(row[1]).replace("2011", "2012"), *row[2:4], round(int(str(row[4])) * 1.1)] for row in rows]
    first = [row for row in rows if row[1] == "2011-Q1"]
    quarter = [[row[0], "2012-Q1", *row[2:4], 3 if row[0] == SMALL else row[4]] for row in first]
    return {
        "old": audited(base, "old", "2012-01-31", rows),
        "new": audited(base, "new", "2013-01-31", later),
        "nested": audited(base, "nested", "2012-04-30", [*rows, *quarter]),
    }


def test_a_year_later(reviews: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["compare", str(reviews["old"]), str(reviews["new"]), "--json"]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    data = json.loads(printed.out)
    assert [error.message for error in jsonschema.Draft202012Validator(compare_schema()).iter_errors(data)] == []
    assert [entry["share"] for entry in data["reviews"]] == [0.5, 1 / 6]
    held = {entry.place: entry for entry in Review.load(reviews["old"]).places}
    tested = [f for entry in data["places"] for f in entry["findings"] if f["tested"] and f["compared"]]
    assert len(tested) > 30
    for entry in data["places"]:
        assert entry["warnings"] == []
        for made in entry["findings"]:
            old = next(f for f in held[entry["place"]].findings if f.id == made["looks"][0]["id"])
            assert (made["looks"][0]["k"], made["looks"][0]["n"]) == (old.k, old.n)
            assert made["looks"][0]["estimate"]["value"] == old.estimate.value
    # Every count grew by a tenth, so ratios of rates hardly moved.
    assert all(0.9 < f["change"]["value"] < 1.1 for f in tested if f["looks"][0]["k"] > 100)
    kept = {entry["place"] for entry in data["places"] if entry["flag"] == "kept" and entry["stands"]}
    assert kept == set(PLANTED)


def test_a_quarter_more(reviews: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["compare", str(reviews["old"]), str(reviews["nested"]), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    for entry in data["places"]:
        for made in entry["findings"]:
            assert not made["compared"]
            assert made["looks"][0]["k"] is None
            assert made["looks"][0]["estimate"]["value"] is None
    warned = {entry["place"] for entry in data["places"] if entry["warnings"]}
    assert SMALL in warned
    assert cli.main(["compare", str(reviews["old"]), str(reviews["nested"])]) == 0
    said = capsys.readouterr().out
    assert "Before you publish more than one of these reviews" in said
    assert "Not compared: the two periods overlap." in " ".join(said.split())
    assert all(len(line) <= 80 for line in said.splitlines())


def test_the_bytes_do_not_depend_on_the_surroundings(reviews: dict[str, Path], tmp_path: Path) -> None:
    names = [str(reviews["old"]), str(reviews["new"])]
    assert cli.main(["compare", *names, "--json", "--out", str(tmp_path / "here.json")]) == 0
    program = "import sys; from auditor.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", program, "compare", *names, "--json"]
    surroundings = {
        **os.environ,
        "PYTHONHASHSEED": "3",
        "TZ": "Asia/Kolkata",
        "LC_ALL": "tr_TR.UTF-8",
        "PYTHONPATH": ":".join(entry for entry in sys.path if entry),
    }
    ended = subprocess.run(command, cwd=tmp_path, env=surroundings, capture_output=True, check=True)
    assert ended.stdout == (tmp_path / "here.json").read_bytes()


@pytest.fixture
def made(tmp_path: Path) -> list[str]:
    return [str(path) for path in saved(tmp_path, review("2012-01-31", place()), review("2013-01-31", place()))]


def test_out_writes_a_whole_file_and_says_which(
    made: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "what-changed.txt"
    assert cli.main(["compare", *made]) == 0
    said = capsys.readouterr().out
    assert cli.main(["compare", *made, "--out", str(file)]) == 0
    assert capsys.readouterr().out == f"{file}\n"
    assert file.read_text(encoding="utf-8") == said
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["look-1", "look-2", "what-changed.txt"]


def test_out_never_spoils_an_output_folder(made: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with OutputFolder(tmp_path / "out") as out:
        out.write("index.html", "x")
    for name, said in (("out/c.txt", "inside an output folder"), ("no/c.txt", "does not exist"), ("out", "a folder")):
        assert cli.main(["compare", *made, "--out", str(tmp_path / name)]) == 2
        assert said in capsys.readouterr().err
    assert not (tmp_path / "out" / "c.txt").exists()


def test_a_full_or_closed_folder_is_said(made: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / ("x" * 300)
    assert cli.main(["compare", *made, "--out", str(file)]) == 2
    printed = capsys.readouterr()
    assert "cannot be written" in printed.err
    assert printed.out == ""


@pytest.mark.parametrize(
    ("which", "code", "said"),
    [
        ([0], 2, "a change needs two"),
        ([1, 0], 3, r"look-1/review.json: it bears the date 2012-01-31, not a later one than look-2/review.json"),
        ([0, 0], 3, "the same review as look-1/review.json"),
        ([0, 2], 3, "no such file"),
    ],
)
def test_what_cannot_be_compared_ends_with_its_code_and_names_the_file(
    made: list[str], capsys: pytest.CaptureFixture[str], which: list[int], code: int, said: str
) -> None:
    names = [*made, str(Path(made[0]).parent / "nowhere")]
    assert cli.main(["compare", *(names[i] for i in which)]) == code
    printed = capsys.readouterr()
    assert printed.out == ""
    assert re.search(said, printed.err)
    assert "Traceback" not in printed.err


def test_compare_without_names_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["compare"]) == 2
    assert "OLD NEW" in capsys.readouterr().err


def test_earlier_looks_are_counted(made: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["compare", *made, "--earlier", "3", "--json"]) == 0
    assert [entry["share"] for entry in json.loads(capsys.readouterr().out)["reviews"]] == [1 / 20, 1 / 30]
    assert cli.main(["compare", *made, "--earlier", "-1"]) == 2
