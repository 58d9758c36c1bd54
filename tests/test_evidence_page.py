"""docs/evidence.md has every requirement as scripts/requirements.toml states it, and names files that exist."""

from collections import Counter
from pathlib import Path

import pytest

from scripts.evidence import STEPS, requirements, rows, summed

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")
COUNTED = {"N": 11, "C": 17, "D": 3, "R": 8, "P": 8, "S": 11, "V": 5}


def test_every_figure_of_the_list_is_there():
    assert set(requirements()) == {f"{kind}{i}" for kind, most in COUNTED.items() for i in range(1, most + 1)}


@pytest.mark.parametrize("name", requirements())
def test_a_requirement_names_what_exists_and_stands_on_the_page(name):
    item = requirements()[name]
    assert set(item) <= {"what", "tests", "tables", "standing", "said"}
    assert item["standing"] in {"met", "partly", "open"}
    for path in (*item.get("tests", ()), *item.get("tables", ())):
        assert (ROOT / path).exists(), path
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| {name} |"))
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert (cells[1], cells[4], cells[5]) == (item["what"], item["standing"], item["said"])
    # What is met is shown by something, or there is nothing that could be shown.
    assert item["standing"] != "met" or item.get("tests") or item.get("tables") or item["said"]


def test_every_step_writes_what_exists():
    for script, written in STEPS.values():
        assert all((ROOT / path).exists() for path in (*script, *written))


def test_results_are_summed_over_files_and_folders():
    found = {"tests/a/one.py": Counter(passed=2, failed=1), "tests/ab.py": Counter(passed=5)}
    assert summed(["tests/a"], found) == "2 passed, 1 failed"
    assert summed(["tests/c"], found) == "not run"
    asked = {"X1": {"what": "w", "tests": ["tests/ab.py"], "standing": "met", "said": ""}}
    assert next(rows(asked, found)) == "| X1 | w | [ab](../tests/ab.py) | 5 passed | met |  |"
