"""The embedded example, from the command line to the files, as a newcomer runs it."""

import hashlib
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import jsonschema
import pytest

from auditor import cli
from auditor.audit.datapackage import SUMS
from auditor.audit.languages import spoken
from auditor.audit.lettering.check import letter_problems
from auditor.audit.schema import check_schema, config_schema, review_schema
from auditor.findings.review import Review
from auditor.resources import folder

CONFIG = folder("configs") / "demo" / "audit.toml"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("demo") / "out"
    assert cli.main(["demo", "--out", str(out)]) == 0
    return out


@pytest.mark.parametrize("kind", ["crcl", "title-vi", "county-board", "oig", "records-request", "agency-notice"])
def test_letters_of_a_flagged_place_say_what_its_review_says(demo: Path, tmp_path: Path, kind: str) -> None:
    """Heather County is a notable departure, planted; its letters are marked as not to be sent."""
    letter = tmp_path / "letter.html"
    given = ["letter", str(demo), "--place", "local:sim-20", "--kind", kind, "--out", str(letter)]
    assert cli.main(given) == 0
    page = letter.read_text(encoding="utf-8")
    raw = (demo / "review.json").read_bytes()
    assert list(letter_problems(page, json.loads(raw), hashlib.sha256(raw).hexdigest())) == []
    assert "must not be sent" in page
    assert ("F-" in page) == (kind != "records-request")


def messages(schema: dict[str, object], data: object) -> list[str]:
    return [f"{list(e.path)}: {e.message}" for e in jsonschema.Draft202012Validator(schema).iter_errors(data)]


def test_the_folder_is_whole(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["verify", str(demo)]) == 0
    assert capsys.readouterr().out.startswith("out: whole. ")


def test_the_review_fits_its_schema_and_reads_back(demo: Path) -> None:
    text = (demo / "review.json").read_text(encoding="utf-8")
    assert messages(review_schema(), json.loads(text)) == []
    assert Review.load(demo).to_json() == text


def test_a_review_in_two_languages_fits_its_schema(demo: Path) -> None:
    data = spoken(Review.load(demo), ("es", "en")).to_dict()
    assert data["audit"]["languages"] == ["es", "en"]
    assert messages(review_schema(), data) == []
    data["audit"]["languages"] = ["es"]  # English always is one of them: it governs
    assert len(messages(review_schema(), data)) == 1


def test_the_configuration_fits_its_schema() -> None:
    data = json.loads(json.dumps(tomllib.loads(CONFIG.read_text(encoding="utf-8")), default=str))
    assert messages(config_schema(), data) == []


def test_check_fits_its_schema_and_runs_no_statistics(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", str(CONFIG), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert messages(check_schema(), data) == []
    rows = data["rows"]
    assert rows["read"] == rows["used"] + rows["excluded"] + rows["quarantined"]
    assert {entry["signal"] for entry in data["signals"]} >= {"benchmark", "level-mix", "match-yield"}


def test_the_bytes_depend_neither_on_workers_nor_on_the_surroundings(demo: Path, tmp_path: Path) -> None:
    program = "import sys; from auditor.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", program, "run", str(CONFIG), "--workers", "2", "--out", str(tmp_path / "again")]
    surroundings = {
        **os.environ,  # the BLAS kernel is the machine's: another one may differ in the last digit
        "PYTHONHASHSEED": "3",
        "TZ": "Asia/Kolkata",
        "LC_ALL": "tr_TR.UTF-8",
        "OMP_NUM_THREADS": "2",
        "HOME": str(tmp_path),
        "PYTHONPATH": ":".join(entry for entry in sys.path if entry),
    }
    ended = subprocess.run(command, cwd=tmp_path, env=surroundings, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert (tmp_path / "again" / SUMS).read_bytes() == (demo / SUMS).read_bytes()


def test_some_pages_only_still_screen_every_place(
    demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "some"
    assert cli.main(["run", str(CONFIG), "--out", str(out), "--place", "48453"]) == 0
    assert len(list((out / "places").iterdir())) == 1
    assert (out / "review.json").read_bytes() == (demo / "review.json").read_bytes()
    assert cli.main(["verify", str(out)]) == 0
    assert cli.main(["run", str(CONFIG), "--out", str(out), "--place", "48454"]) == 2
    assert "unknown place '48454'" in capsys.readouterr().err


def test_explain_says_what_the_review_says(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", str(demo), "--place", "48453"]) == 0
    said = capsys.readouterr().out
    assert "Travis County" in said
    assert "594 of 724" in said
    assert cli.main(["explain", str(demo), "--place", "48454"]) == 2


@pytest.mark.parametrize("signal", [[], ["--signal", "level-mix"]])
def test_counts_are_a_table_with_a_fixed_header(signal: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["counts", str(CONFIG), "--out", "-", *signal]) == 0
    lines = capsys.readouterr().out.splitlines()
    fixed = "place,agency,period,event,group,group_source,offence,level,level_basis,n"
    assert lines[0].startswith("table,place," if signal else fixed)
    assert len(lines) > 40
