"""Known errors: told of the versions and signals that they bear on, and of no others."""

from __future__ import annotations

import dataclasses
import json
from datetime import date
from pathlib import Path

import pytest

from auditor import __version__, cli
from auditor.audit.config import load_config
from auditor.audit.errata import Erratum, read, told
from auditor.audit.run import audit
from auditor.errors import InputError
from auditor.findings.review import Review
from auditor.resources import folder
from tests.audit.county_files import write_counties

ENTRY = """[[erratum]]
id = "E-001"
found = 2027-03-01
from = "0.1"
until = "{until}"
signals = ["{signal}"]
what = "Limits were too narrow."
do = "Run it again."
"""


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_counties(tmp_path_factory.mktemp("errata"), 3)


@pytest.fixture(scope="module")
def review(config: Path) -> Review:
    made = audit(load_config(config))
    assert "benchmark" in {found.signal for found in made.findings()}
    return made


def erratum(**changes: object) -> Erratum:
    known = Erratum("E-001", date(2027, 3, 1), (0, 1), (), ("benchmark",), "Limits were too narrow.", "Run it again.")
    return dataclasses.replace(known, **changes)


def by(review: Review, version: object) -> Review:
    return dataclasses.replace(review, audit={**review.audit, "software": {"name": "auditor", "version": version}})


@pytest.mark.parametrize(
    ("version", "known", "bears"),
    [
        ("0.1.0", erratum(), True),
        ("0.1.0", erratum(mended=(0, 1)), False),
        ("0.1.0", erratum(mended=(0, 1, 1)), True),
        ("0.1.1", erratum(mended=(0, 1, 1)), False),
        ("0.10.0", erratum(mended=(0, 2)), False),
        ("0.0.9", erratum(), False),
        ("0.2.0rc1", erratum(), True),
        ("0.1.0", erratum(signals=()), True),
        ("0.1.0", erratum(signals=("hit-rate",)), False),
        ("unknown", erratum(signals=()), False),
        (None, erratum(signals=()), False),
    ],
)
def test_an_error_bears_on_its_versions_and_signals(
    review: Review, version: object, known: Erratum, bears: bool
) -> None:
    assert bool(told(by(review, version), (known,))) is bears


def test_verify_tells_it(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, listed = tmp_path / "out", tmp_path / "errata.toml"
    assert cli.main(["run", str(config), "--out", str(out), "--quiet"]) == 0
    assert cli.main(["verify", str(out)]) == 0
    capsys.readouterr()
    listed.write_text(ENTRY.format(until="99", signal="benchmark"), encoding="utf-8")
    assert cli.main(["verify", str(out), "--errata", str(listed)]) == 3
    assert "known error of the version that wrote it: E-001 (2027-03-01): Limits were" in capsys.readouterr().out
    assert cli.main(["verify", str(out), "--errata", str(listed), "--json"]) == 3
    said = json.loads(capsys.readouterr().out)
    assert said["errata"] == ["E-001 (2027-03-01): Limits were too narrow. Run it again."]
    assert said["whole"] is True
    listed.write_text(ENTRY.format(until=__version__, signal="benchmark"), encoding="utf-8")
    assert cli.main(["verify", str(out), "--errata", str(listed)]) == 0


def test_the_list_that_travels_is_read() -> None:
    assert isinstance(read(), tuple)
    assert len({item.name for item in read()}) == len(read())


def test_the_example_in_the_list_has_its_form(tmp_path: Path) -> None:
    text = (folder("data") / "errata.toml").read_text(encoding="utf-8")
    _, example = text.split("# [[erratum]]\n")
    lines = [line.removeprefix("# ") for line in example.splitlines() if line.startswith("# ")]
    (tmp_path / "errata.toml").write_text("\n".join(["[[erratum]]", *lines]), encoding="utf-8")
    (entry,) = read(tmp_path / "errata.toml")
    assert (entry.first, entry.mended, entry.signals) == ((0, 1), (0, 1, 2), ("benchmark",))


@pytest.mark.parametrize(
    "text",
    [
        "[[erratum",
        "erratum = 1",
        "other = 1",
        ENTRY.format(until="2", signal="a").replace("what", "whatever"),
        ENTRY.format(until="two", signal="a"),
        ENTRY.format(until="2", signal="a").replace('"0.1"', '""'),
        ENTRY.format(until="2", signal="a").replace("2027-03-01", '"2027"'),
        ENTRY.format(until="2", signal="a").replace('["a"]', "[1]"),
        ENTRY.format(until="2", signal="a").replace('["a"]', "1"),
    ],
)
def test_a_list_of_another_form_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "errata.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="errata cannot be read"):
        read(tmp_path / "errata.toml")
