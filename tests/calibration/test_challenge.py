"""The challenge (benchmarks/challenge.py) draws without the package, scores from answers alone, and a few sets run."""

from __future__ import annotations

import ast
import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

import auditor
from tests.calibration.challenge.score import score
from tests.calibration.challenge.sets import SETS, generate

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(__file__).parent / "challenge"
PAGE = (ROOT / "docs" / "challenge.md").read_text(encoding="utf-8")
QUICK = ("one-county-alone", "few-controls", "searches")


def imported(file: Path) -> set[str]:
    """Return the first part of every module that a file imports; nothing for its own folder."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").split(".")[0])
    return found


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.py")), ids=lambda file: file.stem)
def test_nothing_of_the_package_is_used(file: Path) -> None:
    known = {"__future__", "collections", "csv", "dataclasses", "json", "numpy", "pathlib", "typing", "zlib"}
    assert imported(file) <= known


def test_there_are_twenty_sets_of_both_kinds(tmp_path: Path) -> None:
    assert len(SETS) >= 20
    generate("fewer", 1, tmp_path / "data", tmp_path / "truth")
    told = "".join(file.read_text(encoding="utf-8") for file in (tmp_path / "data").rglob("*.*"))
    assert "planted" not in told
    truth = json.loads((tmp_path / "truth" / "fewer.json").read_text(encoding="utf-8"))
    assert len(truth["planted"]) == 4


@pytest.mark.parametrize("name", QUICK)
def test_a_set_is_graded_in_the_right_direction(name: str, tmp_path: Path) -> None:
    generate(name, 1, tmp_path / "data", tmp_path / "truth")
    review = auditor.run(tmp_path / "data" / name / "audit.toml")
    signals: dict[str, dict[str, Any]] = {}
    for place in review.places:
        for found in place.findings:
            low = None if found.estimate is None else found.estimate.low
            signals.setdefault(found.signal, {}).setdefault(place.place, {"low": low, "p": found.p_value})
    said = {"verdicts": {place.place: place.verdict for place in review.places}, "signals": signals}
    assert score(said, tmp_path / "truth" / f"{name}.json")["right"]


@pytest.mark.parametrize(
    ("kind", "verdicts", "right"),
    [
        ("null", {"a": "inconclusive", "b": "insufficient-data"}, True),
        ("null", {"a": "pattern-worth-examining"}, False),
        ("reverse", {"a": "strong-signal"}, False),
        ("planted", {"a": "notable-departure", "b": "inconclusive"}, True),
        ("planted", {"a": "inconclusive", "b": "inconclusive"}, False),
        ("planted", {"a": "strong-signal", "b": "strong-signal", "c": "strong-signal"}, False),
        ("trying", {"a": "inconclusive"}, True),
        ("trying", {"a": "no-disparity-detected"}, False),
    ],
)
def test_what_counts_as_right(kind: str, verdicts: dict[str, str], right: bool, tmp_path: Path) -> None:
    truth = tmp_path / "truth.json"
    truth.write_text(json.dumps({"kind": kind, "planted": ["a"] * (kind != "null"), "signal": ""}), encoding="utf-8")
    assert score({"verdicts": verdicts, "signals": {}}, truth)["right"] is right


@pytest.mark.parametrize(("low", "other", "right"), [(1.2, 0.5, True), (0.9, 0.5, False), (1.2, 0.001, False)])
def test_a_described_signal_is_asked_itself(low: float, other: float, right: bool, tmp_path: Path) -> None:
    truth = tmp_path / "truth.json"
    truth.write_text(json.dumps({"kind": "described", "planted": ["a"], "signal": "s"}), encoding="utf-8")
    told = {"s": {"a": {"low": low, "p": 0.01}, "b": {"low": 0.9, "p": other}}}
    assert score({"verdicts": {"a": "inconclusive"}, "signals": told}, truth)["right"] is right


def test_the_page_has_every_set_and_the_numbers_of_the_table() -> None:
    with (ROOT / "benchmarks" / "results" / "challenge.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["set"] for row in rows} == set(SETS)
    right = sum(row["right"] == "True" for row in rows)
    assert f"**{right} of {len(rows)}**" in PAGE
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert f"of {len(rows)} drawn data sets whose truth the audit never saw, {right} were graded" in readme
    profiles = [row for row in rows if row["kind"] == "planted"]
    found, planted = (sum(int(row[name]) for row in profiles) for name in ("found", "planted"))
    assert f"{found} of {planted} profiling agencies" in " ".join(PAGE.split())
    assert all(row["false_flags"] == row["strong"] == row["planted_cleared"] == "0" for row in rows)
    for name in SETS:
        own = [row for row in rows if row["set"] == name]
        cells = re.search(rf"^\| `{name}` \|.*$", PAGE, re.M)
        assert cells, name
        assert cells[0].rstrip(" |").endswith(f"| {sum(row['right'] == 'True' for row in own)} of {len(own)}"), name
