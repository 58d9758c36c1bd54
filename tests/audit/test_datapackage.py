"""``datapackage.json`` by the rules of the published JSON Schemas, and ``SHA256SUMS`` by stock tools.

The rules are those of the Data Package, Tabular Data Resource and Table Schema profiles of the Data Package standard,
version 1 (specs.frictionlessdata.io/schemas, as of 2017), for the properties that are used here.
"""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from auditor import __version__
from auditor.audit.datapackage import datapackage
from auditor.audit.output import OutputFolder

FIELD = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string"},
        "type": {
            "enum": [
                *("string", "number", "integer", "boolean", "object", "array", "date", "time", "datetime", "year"),
                *("yearmonth", "duration", "geopoint", "geojson", "any"),
            ]
        },
    },
}
RESOURCE = {
    "type": "object",
    "required": ["name", "path"],
    "properties": {
        "profile": {"enum": ["data-resource", "tabular-data-resource"]},
        "name": {"type": "string", "pattern": "^([-a-z0-9._/])+$"},
        "path": {"type": "string", "pattern": "^(?=^[^./~])(^((?!\\.{2}).)*$).*$"},
        "title": {"type": "string"},
        "description": {"type": "string"},
        "format": {"type": "string"},
        "mediatype": {"type": "string", "pattern": "^(.+)/(.+)$"},
        "encoding": {"type": "string"},
        "bytes": {"type": "integer"},
        "hash": {"type": "string", "pattern": "^([^:]+:[a-fA-F0-9]+|[a-fA-F0-9]{32}|)$"},
        "dialect": {"type": "object", "properties": {"delimiter": {"type": "string"}}},
        "schema": {
            "type": "object",
            "required": ["fields"],
            "properties": {
                "fields": {"type": "array", "minItems": 1, "items": FIELD},
                "missingValues": {"type": "array", "items": {"type": "string"}},
            },
        },
    },
    "if": {"properties": {"profile": {"const": "tabular-data-resource"}}, "required": ["profile"]},
    "then": {"required": ["schema"]},
}
PACKAGE = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["resources"],
    "properties": {
        "profile": {"type": "string"},
        "name": {"type": "string", "pattern": "^([-a-z0-9._/])+$"},
        "title": {"type": "string"},
        "description": {"type": "string"},
        "resources": {"type": "array", "minItems": 1, "items": RESOURCE},
    },
}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    with OutputFolder(tmp_path / "out", {"title": "Example, 2009-2012"}) as folder:
        folder.write("places/48453-travis-county.html", "<p>x</p>")
        folder.write("tables/findings.csv", 'id,"estimate, value",k\nF-0001,3.24,594\n')
        folder.write("tables/empty.csv", "place,name\n")
        folder.write("review.json", "{}")
    return tmp_path / "out"


def package(out: Path) -> dict[str, Any]:
    return dict(json.loads((out / "datapackage.json").read_text(encoding="utf-8")))


def test_the_package_keeps_the_published_rules(out: Path) -> None:
    validator = jsonschema.Draft202012Validator(PACKAGE)
    found = package(out)
    assert [error.message for error in validator.iter_errors(found)] == []
    names = [entry["name"] for entry in found["resources"]]
    assert len(names) == len(set(names)) == 4
    # The rules are no formality: a table without columns, and a path out of the folder, are refused.
    for change in ({"schema": {"fields": []}}, {"path": "../x.csv"}, {"path": "/x.csv"}, {"name": "A b"}):
        broken = json.loads(json.dumps(found))
        broken["resources"][2] |= change
        assert list(validator.iter_errors(broken))


def test_tables_are_described_by_their_own_columns(out: Path) -> None:
    tables = {entry["path"]: entry for entry in package(out)["resources"] if entry["format"] == "csv"}
    assert len(tables) == 2
    for path, entry in tables.items():
        with (out / path).open(newline="", encoding="utf-8") as stream:
            columns = next(csv.reader(stream))
        assert [field["name"] for field in entry["schema"]["fields"]] == columns
        assert entry["bytes"] == (out / path).stat().st_size


def test_it_says_how_to_reproduce(out: Path) -> None:
    told = package(out)["description"]
    for part in ("config.toml", "protocol.toml", "environment.json", "tables/sources.csv", "auditor run", __version__):
        assert part in told


def test_a_file_without_columns_is_no_table() -> None:
    text = datapackage({"tables/x.csv": ("0" * 64, 0)}, {})
    (entry,) = json.loads(text)["resources"]
    assert entry["profile"] == "data-resource"


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is not here")
def test_stock_tools_check_the_hashes(out: Path) -> None:
    check = ["sha256sum", "-c", "--strict", "--quiet", "SHA256SUMS"]
    assert subprocess.run(check, cwd=out, check=False).returncode == 0
    (out / "review.json").write_text("{ }", encoding="utf-8")
    done = subprocess.run(check, cwd=out, check=False, capture_output=True)
    assert done.returncode == 1
