"""The blind challenge draws from the world and not from the program, always the same, and keeps the truth apart."""

from __future__ import annotations

import ast
import csv
import hashlib
import json
import tomllib
from pathlib import Path

import pytest

from .blind.sets import DRAWS, draw_all

FOLDER = Path(__file__).parent / "blind"
COLUMNS = {
    "counts": {"place", "period", "event", "n"},
    "population": {"place", "group", "n"},
    "places": {"place"},
    "activations": {"place", "program", "date"},
}


def test_nothing_of_the_package_is_imported():
    roots = set()
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                roots |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                # of the rest of the tests, only the challenge's writer of files
                assert node.level < 2 or node.module == "challenge.files", path
                if not node.level:
                    roots.add(str(node.module).split(".")[0])
    assert roots <= {"__future__", "collections", "dataclasses", "pathlib", "zlib", "numpy"}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    root = tmp_path_factory.mktemp("blind")
    names = draw_all(root / "data", root / "truth")
    return names, root / "data", root / "truth"


def test_there_are_twenty_sets_of_twenty_to_150_places(drawn):
    names, data, _ = drawn
    assert len(names) == len(DRAWS) == 20
    assert sorted(path.name for path in data.iterdir()) == sorted(names)
    for name in names:
        with (data / name / "places.csv").open(encoding="utf-8") as stream:
            assert 20 <= len(list(csv.DictReader(stream))) <= 150


def test_truth_is_not_in_the_data_and_names_places_that_exist(drawn):
    names, data, truth = drawn
    kinds = []
    for name in names:
        told = json.loads((truth / f"{name}.json").read_text(encoding="utf-8"))
        assert set(told) == {"kind", "planted", "signal"}
        assert not list((data / name).glob("*.json"))
        assert bool(told["planted"]) == (told["kind"] != "null")
        assert bool(told["signal"]) == (told["kind"] == "described")
        with (data / name / "places.csv").open(encoding="utf-8") as stream:
            assert set(told["planted"]) <= {row["place"] for row in csv.DictReader(stream)}
        assert DRAWS[name].__name__.replace("_", "-") not in (data / name / "audit.toml").read_text(encoding="utf-8")
        kinds.append(told["kind"])
    assert (kinds.count("null"), kinds.count("planted"), kinds.count("trying"), kinds.count("described")) == (
        10,
        7,
        2,
        1,
    )


def test_files_have_the_columns_of_the_contract(drawn):
    names, data, _ = drawn
    for name in names:
        for source in tomllib.loads((data / name / "audit.toml").read_text(encoding="utf-8"))["sources"]:
            with (data / name / source["path"]).open(encoding="utf-8", newline="") as stream:
                header, *rows = csv.reader(stream)
            assert COLUMNS[source["format"]] <= set(header)
            assert rows
            assert all(len(row) == len(header) for row in rows)


def test_draws_are_the_same_again(drawn, tmp_path):
    _, data, truth = drawn
    draw_all(tmp_path / "data", tmp_path / "truth")
    for first, again in ((data, tmp_path / "data"), (truth, tmp_path / "truth")):
        assert _hashes(first) == _hashes(again)


def _hashes(root: Path) -> dict[str, str]:
    files = (path for path in root.rglob("*") if path.is_file())
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
