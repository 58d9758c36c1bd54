"""docs/data.md, step by step on the real files: what it says is asked and printed is asked and printed."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from auditor import cli

DOC = Path(__file__).resolve().parents[2] / "docs" / "data.md"
DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
FILES = (
    "travis_tx_ice_detainer_first2500rows.xlsx",
    "gera_pierson_filtered_tx_processed_hispanic_white_drivers_driver_race.csv.gz",
    "pierce_wa_bookings_with_ice_hold_allholds.psv",
)


def blocks(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the fenced blocks of a page: what stands behind the fence, and the lines."""
    for found in re.finditer(r"^```([^\n]*)\n(.*?)^```$", text, re.M | re.S):
        yield found[1], found[2].splitlines()


def steps(lines: list[str]) -> Iterator[tuple[list[str], list[str]]]:
    """Yield the commands of a block with the lines that they print."""
    command: list[str] = []
    printed: list[str] = []
    for line in lines:
        if line.startswith("$ auditor "):
            if command:
                yield command, printed
            command, printed = shlex.split(line.removeprefix("$ auditor ")), []
        elif line != "...":
            printed.append(line)
    if command:
        yield command, printed


def answer(file: Path, lines: list[str]) -> None:
    """Write answers into a configuration: in place of their open line, or beside the format."""
    text = file.read_text(encoding="utf-8").split("\n")
    for line in lines:
        key = line.partition(" = ")[0]
        at = [i for i, old in enumerate(text) if old.removeprefix("#= ").startswith(f"{key} = ")]
        if at:
            text[at[0]] = line
        else:
            text.insert(next(i for i, old in enumerate(text) if old.startswith("format = ")) + 1, line)
    if any(line.startswith("constants.place") for line in lines):
        text = [line for line in text if line != 'columns.place = ""']
    file.write_text("\n".join(text), encoding="utf-8")


@pytest.mark.skipif(
    not all((DATA / name).is_file() for name in FILES) and not os.environ.get("AUDITOR_REQUIRE_DATA"),
    reason="the shared data are not here",
)
def test_the_page_is_what_happens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in FILES:
        shutil.copyfile(DATA / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    drafted, commands = "", 0
    for about, lines in blocks(DOC.read_text(encoding="utf-8")):
        if about.startswith("csv "):
            (tmp_path / about.split()[-1]).parent.mkdir(exist_ok=True)
            (tmp_path / about.split()[-1]).write_text("\n".join(lines) + "\n", encoding="utf-8")
        elif about.startswith("toml answers "):
            answer(tmp_path / about.split()[-1], lines)
        elif about == "toml":
            assert "\n".join(lines) in drafted, lines
        elif about == "console":
            for command, printed in steps(lines):
                assert cli.main(command) == 0
                said = capsys.readouterr().out.splitlines()
                assert [line for line in printed if line not in said] == [], command
                commands += 1
                if command[0] == "init":
                    drafted = (tmp_path / command[-1]).read_text(encoding="utf-8")
    assert commands == 13


def test_the_page_names_no_machine() -> None:
    text = DOC.read_text(encoding="utf-8")
    assert not re.search(r"(^|[\s`(])/(tmp|home|work|usr|Users)\b", text)
