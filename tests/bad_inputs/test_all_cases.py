"""Every case of the list of bad inputs has a test that bears its number."""

import re
from pathlib import Path

import pytest

CASES = 121


def test_every_case_has_a_test_of_its_number():
    chapters = sorted(Path(__file__).parent.glob("test_c[1-5]_*.py"))
    found = [int(n) for path in chapters for n in re.findall(r"^def test_case_(\d{3})_", path.read_text("utf-8"), re.M)]
    assert sorted(set(found)) == list(range(1, CASES + 1))


@pytest.mark.parametrize("command", ["check", "counts"])
@pytest.mark.parametrize(
    "text", ["", "place,period,event,group,n\n48453,2011,arrest,H,5\n", "place,period,event,n\n48453,2011,arrest,5%\n"]
)
def test_the_command_line_prints_what_the_cases_read(desk, command, text):
    """Every problem that the other tests hold to its words, with the same exit code."""
    told = desk.read(text)
    printed = desk.command(command, desk.folder / "audit.toml", *(["--out", "-"] if command == "counts" else []))
    assert printed.code == told.code
    for line in told.text.splitlines():
        assert not line.startswith("  - ") or line in printed.text
