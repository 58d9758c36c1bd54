from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from auditor.findings.review import Region, Review
from auditor.report import tables
from auditor.report.run_tables import rates_csv


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


def test_what_the_run_rests_on_has_its_tables(review: Review) -> None:
    """Nulls, measured rates, grades, hashes, records: a row for each that the review holds; standing facts in full."""
    made = {name.removeprefix("tables/").removesuffix(".csv"): _rows(text) for name, text in tables.tables(review)}
    nulls = review.calibration["nulls"]
    assert [row["signal"] for row in made["calibration"]] == [null["signal"] for null in nulls]
    measured = (review.calibration.get("measured") or {}).get("rows") or ()
    assert [row["what"] for row in made["error-rates"]] == [row["what"] for row in measured]
    graded = [source for source in review.sources if source.get("quality")]
    assert [(row["path"], row["grade"]) for row in made["quality"]] == [
        (s["path"], s["quality"]["grade"]) for s in graded
    ]
    hashes = [source["sha256"] for source in review.sources]
    assert [row["sha256"] for row in made["hashes"] if row["what"] == "source"] == hashes
    assert made["hashes"][0]["sha256"] == review.audit["config_sha256"]
    records = [
        record
        for place in review.places
        for section in place.sections
        for _, entries in sorted((section.get("records") or {}).items())
        for record in entries
    ]
    assert records
    assert [row["title"] for row in made["supplied"]] == [record.get("title", "") for record in records]
    assert {row["table"] for row in made["standards"]} == {"ladder", "standards", "arlington", "manual"}
    assert all(row["name"] and row["text"] and row["as_of"] == "2025-12-31" for row in made["standards"])


def test_measured_rates_are_told_with_their_intervals(review: Review) -> None:
    rate = {"value": 0.02, "low": 0.01, "high": 0.04, "k": 4, "n": 200}
    row = {
        **{"what": "simulated", "places": 300, "natural": "normal", "amount": 0.25, "effect": 1.5, "replicates": 200},
        **{"flags": 0.1, "reason": {"id": "x", "values": {}, "text": {"en": "said"}}, "signals": ["a", "b"]},
        **{"any": rate, "fdr": None, "power": None, "sign_errors": None, "power_by_size": [rate]},
    }
    other = replace(review, calibration={**review.calibration, "measured": {"rows": [row]}})
    (told,) = _rows(rates_csv(other))
    assert (told["any.k"], told["any.n"], told["any.low"], told["any.high"]) == ("4", "200", "0.01", "0.04")
    assert (told["fdr.value"], told["power.small.value"], told["power.large.value"]) == ("", "0.02", "")
    assert (told["reason"], told["signals"]) == ("said", "a, b")
