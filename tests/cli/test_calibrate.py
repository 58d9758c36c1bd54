"""`auditor calibrate` from the command line: where each thing is printed, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from auditor import cli
from auditor.audit import calibrate
from auditor.audit.output import OutputFolder
from auditor.audit.schema import calibrate_schema


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """One null and one effect on few places of three signals."""
    known = calibrate.discover()
    few = {name: known[name] for name in ("level-mix", "match-yield")}
    monkeypatch.setattr(calibrate, "discover", lambda: few)
    monkeypatch.setattr(calibrate, "PLACES", 40)
    monkeypatch.setattr(calibrate, "NATURAL", (0.15,))
    monkeypatch.setattr(calibrate, "EFFECTS", (0.0, 1.5))


def test_without_a_configuration_the_protocol_as_shipped_is_measured_on_simulated_places(capsys):
    assert cli.main(["calibrate", "--replicates", "5"]) == 0
    printed = capsys.readouterr()
    lines = printed.out.splitlines()
    assert max(len(line) for line in lines) <= 80
    assert lines[1].startswith("40 places; a flag as in a verdict, at q <= 0.05;")
    assert "ON THESE DATA" not in printed.out
    assert "SIMULATED, NO EFFECT" in printed.out
    assert "tests: level-mix, match-yield" in printed.out
    # Five runs without an effect, two (5 / 4, rounded up) with one.
    assert printed.err.startswith("7 replicates; about ")


def test_json_fits_its_schema_is_the_same_again_and_is_what_out_writes(tmp_path: Path, capsys):
    file = tmp_path / "calibration.json"
    assert cli.main(["calibrate", "--replicates", "2", "--json", "--out", str(file)]) == 0
    first = capsys.readouterr()
    data = json.loads(first.out)
    jsonschema.Draft202012Validator(calibrate_schema()).validate(data)
    assert (data["config_sha256"], data["settings_sha256"], data["sources"]) == (None, None, [])
    assert file.read_text(encoding="utf-8") == first.out
    assert "name it in [audit] as calibration" in first.err
    assert cli.main(["calibrate", "--replicates", "2", "--json", "--quiet"]) == 0
    again = capsys.readouterr()
    assert again.out == first.out
    assert again.err == ""


def test_what_cannot_be_used_is_refused_before_any_work(tmp_path: Path, capsys):
    with OutputFolder(tmp_path / "out") as folder:
        folder.write("tables/findings.csv", "x\n")
    for arguments, said in (
        (["--replicates", "0"], "is not in the range"),
        (["--out", str(tmp_path / "nowhere" / "c.json")], "its folder does not exist"),
        (["--out", str(tmp_path / "out" / "c.json")], "inside an output folder"),
        ([str(tmp_path / "none.toml")], "none.toml"),
    ):
        assert cli.main(["calibrate", *arguments]) == 2
        printed = capsys.readouterr()
        assert said in printed.err
        assert printed.out == ""
