"""docs/conformance.md names tests that exist, and every test that reads reference values and compares by tolerance."""

import ast
import re
from pathlib import Path

from scripts.conformance import REASONS

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "conformance.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| \[[a-z0-9_]+\]\(\.\./(tests/[a-z0-9_/]+\.py)\): ([^|]+) \| ([^|]+) \| ([0-9,]+) \|", re.M)
COMPARES = ("approx(", "assert_allclose(")


def listed():
    return {(file, "test_" + what.replace(" ", "_")) for file, what, _, _ in ROW.findall(PAGE)}


def reading(file):
    """Return the tests of a file that ask for reference values themselves and compare by tolerance."""
    text = file.read_text(encoding="utf-8")
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            asked = "reference_rows" in {argument.arg for argument in node.args.args}
            if asked and any(how in (ast.get_source_segment(text, node) or "") for how in COMPARES):
                yield str(file.relative_to(ROOT)), node.name


def test_every_row_is_a_test():
    rows = listed()
    assert len(rows) >= 30  # the number of procedures that calibration.md asks for
    for file, name in rows:
        assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8"), (file, name)


def test_no_test_is_missing():
    wanted = {key for file in (ROOT / "tests").rglob("test_*.py") for key in reading(file)}
    assert wanted
    assert wanted <= listed()


def test_the_numbers_of_the_head_are_those_of_the_rows():
    points = sum(int(points.replace(",", "")) for *_, points in ROW.findall(PAGE))
    assert f"{points:,} numbers in" in " ".join(PAGE.split())
    assert points >= 400


def test_every_reason_is_still_needed():
    for file, name in REASONS:
        assert REASONS[file, name] in PAGE
        assert name in {row for path, row in listed() if Path(path).stem == file}
