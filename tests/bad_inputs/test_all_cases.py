"""Every case of the list of bad inputs has a test that bears its number."""

import re
from pathlib import Path

CASES = 121


def test_every_case_has_a_test_of_its_number():
    chapters = sorted(Path(__file__).parent.glob("test_c[1-5]_*.py"))
    found = [int(n) for path in chapters for n in re.findall(r"^def test_case_(\d{3})_", path.read_text("utf-8"), re.M)]
    assert sorted(set(found)) == list(range(1, CASES + 1))
