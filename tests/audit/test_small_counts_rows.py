"""The number of rows of a file that lists people: not told where it would give a group of 1 to 10 away."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.audit.config import load_config
from auditor.audit.run import audit
from auditor.findings.review import Review
from auditor.report.tables import sources_csv

CONFIG = """[audit]
title = "Rows"
as_of = 2012-06-30
focal_groups = ["hispanic"]
reference_group = "white"

[[sources]]
format = "records"
path = "own.csv"
"""


def audited(folder: Path, places: dict[str, dict[str, int]], *, published: bool = False) -> Review:
    lines = [
        f"{place},arrest,2011-03-15,{group}"
        for place, groups in places.items()
        for group, n in groups.items()
        for _ in range(n)
    ]
    (folder / "own.csv").write_text("\n".join(["place,event,date,group", *lines, ""]), encoding="utf-8")
    text = CONFIG + ('published = true\ncitation = "A table"\n' if published else "")
    (folder / "audit.toml").write_text(text, encoding="utf-8")
    return audit(load_config(folder / "audit.toml"))


def groups(others: int) -> dict[str, int]:
    return {"hispanic": 60, "white": 80, "black": others}


@pytest.mark.parametrize(
    ("others", "told"),
    # All rows, less those of the two groups that are compared, are those of the others, of all places together.
    [((5,), False), ((15,), True), ((0,), True), ((5, 30), False), ((5, 4), False), ((5, 8), True), ((0, 8), False)],
)
def test_rows_are_told_where_they_tell_of_nobody(others: tuple[int, ...], told: bool, tmp_path: Path) -> None:
    review = audited(tmp_path, {f"4800{2 * i + 1}": groups(n) for i, n in enumerate(others)})
    rows, number = review.sources[0]["rows"], sum(140 + n for n in others)
    assert (rows["read"], rows["used"]) == ((number, number) if told else (None, None))
    assert (f",{number}\n" in sources_csv(review)) == told


def test_published_rows_are_told(tmp_path: Path) -> None:
    assert audited(tmp_path, {"48001": groups(5)}, published=True).sources[0]["rows"]["used"] == 145
