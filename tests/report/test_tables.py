from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from auditor.findings.review import Region, Review
from auditor.report import tables


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        " =1",
        "'=1",
        '"=1',
        "\n=1",
        "  '\"=x",
    ],
)
def test_formulas_are_disarmed(text: str) -> None:
    assert tables.cell(text) == f"'{text}"


def test_numbers_stay_numbers() -> None:
    assert [tables.cell(value) for value in (-7, -0.5, 1 / 3, 1e22, None, True, "Total")] == [
        "-7",
        "-0.5",
        "0.333333333333",
        "1e+22",
        "",
        "true",
        "Total",
    ]


def test_every_table_has_a_row_for_every_thing(review: Review) -> None:
    made = dict(tables.tables(review))
    assert [row["place"] for row in _rows(made["tables/places.csv"])] == [place.place for place in review.places]
    assert len(_rows(made["tables/withheld.csv"])) == sum(len(place.withheld) for place in review.places)
    controls = _rows(made["tables/controls.csv"])
    assert len(controls) == sum(len(place.controls) for place in review.places)
    assert [(row["ratio"], row["suppressed"]) for row in controls[:2]] == [("1.92", "false"), ("", "true")]
    assert all("\r" not in text and text.endswith("\n") for text in made.values())


def test_the_ledger_adds_up(review: Review) -> None:
    for path in {source["path"] for source in review.sources}:
        rows = [row for row in _rows(tables.sources_csv(review)) if row["path"] == path]
        read = next(int(row["rows"]) for row in rows if row["step"] == "read")
        assert read == sum(int(row["rows"]) for row in rows if row["step"] != "read")


def test_the_funnel_table_holds_the_points_of_the_figures(review: Review) -> None:
    rows = _rows(tables.funnel_csv(review))
    travis = next(row for row in rows if row["place"] == "48453" and row["signal"] == "level-mix")
    assert float(travis["value"]) == pytest.approx(650 / 724, abs=1e-12)  # 650 of 724 in the fixture
    assert travis["size"] == "724"


def test_models_of_regions_have_a_row_each(review: Review) -> None:
    models = ({"signal": "benchmark", "model": "group", "term": "hispanic", "coefficient": 0.0702},)
    changed = replace(review, regions=(Region("36", "New York", (), models),))
    row = next(iter(_rows(tables.regions_csv(changed))))
    assert (row["region"], row["name"], row["signal"]) == ("36", "New York", "benchmark")
    assert "0.0702" in row.values()
