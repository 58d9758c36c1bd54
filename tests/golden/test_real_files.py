"""Real files come out with the numbers that their publishers, or their textbooks, give.

Pierce County WA: race by ICE hold of 29,312 bookings, table of the University of Washington Center for Human Rights.
New York precincts: Gelman & Hill (2007), section 6.2, frisk_with_noise.dat; figures as printed there.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.audit.api import audit
from auditor.audit.findings_csv import findings_csv
from auditor.findings.review import Review
from tests.golden.lookup import find

PIERCE_GROUPS = {
    "White": "white",
    "Black": "black",
    "Hispanic": "hispanic",
    "Asian/ \\cr Pacific Islander": "other",
    "American Indian/ \\cr Alaskan Native": "native",
    "Unknown": "unknown",
}


def pierce_source(event: str, column: str) -> dict[str, object]:
    return {
        "format": "counts",
        "path": "pierce_wa_race_hold_table.csv",
        "published": True,
        "citation": "University of Washington Center for Human Rights",
        "columns": {"group": "race", "n": column},
        "values": {"group": PIERCE_GROUPS},
        "constants": {"place": "53053", "event": event, "period": "2014-01/2016-12"},
    }


@pytest.fixture(scope="module")
def pierce(shared_data: Path) -> Review:
    config = {
        "audit": {"title": "Pierce County", "as_of": "2026-11-01"},
        "sources": [pierce_source("booking", "n"), pierce_source("detainer", "detainer_count")],
        "signals": {"benchmark": {"numerator": "detainer", "exposure": "booking"}},
    }
    return audit(_dated(config), shared_data)


def _dated(config: dict[str, object]) -> dict[str, object]:
    from datetime import date

    table = dict(config["audit"])  # type: ignore[call-overload]
    table["as_of"] = date.fromisoformat(table["as_of"])
    return {**config, "audit": table}


def test_pierce_counts_and_interval(pierce: Review):
    finding = find(pierce, "53053", "benchmark", "hispanic/booking")
    assert finding.k == 152
    assert (finding.n or 0) - finding.k == 9
    assert finding.comparator.value == pytest.approx(9 / 16918, rel=1e-11)
    assert finding.estimate.value == pytest.approx((152 / 2540) / (9 / 16918), rel=1e-11)
    assert (finding.estimate.low or 0) > 50
    assert (finding.estimate.high or 0) < 300


def test_pierce_says_that_holds_depend_on_noncitizenship(pierce: Review):
    finding = find(pierce, "53053", "benchmark", "hispanic/booking")
    said = " ".join(caveat.text["en"] for caveat in finding.caveats)
    assert "not citizens" in said
    assert "not evidence of profiling by itself" in said
    assert "noncitizens by group" in said


def test_pierce_small_cells_are_printed_because_the_source_is_published(pierce: Review):
    finding = find(pierce, "53053", "benchmark", "hispanic/booking")
    assert not finding.suppressed
    said = finding.sentence.text["en"] if finding.sentence else ""
    assert "152 immigration detainers of Hispanic people (of 2,540 in the benchmark)" in said
    assert "9 of non-Hispanic White people (of 16,918)" in said


def test_the_same_table_unpublished_prints_no_small_cell(shared_data: Path):
    sources = [
        {**pierce_source("booking", "n"), "published": False, "citation": ""},
        {**pierce_source("detainer", "detainer_count"), "published": False, "citation": ""},
    ]
    config = {
        "audit": {"title": "Pierce County", "as_of": "2026-11-01"},
        "sources": sources,
        "signals": {"benchmark": {"numerator": "detainer", "exposure": "booking"}},
    }
    review = audit(_dated(config), shared_data)
    finding = find(review, "53053", "benchmark", "hispanic/booking")
    assert finding.suppressed
    assert finding.k is finding.n is finding.estimate.value is finding.p_value is finding.comparator.value is None


def test_pierce_is_graded_no_higher_than_one_county_without_peers_allows(pierce: Review):
    place = pierce.place("53053")
    assert place.verdict == "inconclusive"
    assert {cap.id for cap in place.caps} >= {"cap.no-peers", "cap.one-place"}


def test_pierce_rows_are_accounted_for(pierce: Review):
    for source in pierce.sources:
        rows = source["rows"]
        assert rows["read"] == 7
        assert rows["used"] + sum(step["n"] for step in rows["excluded"]) + rows["quarantined"] == 7
        assert rows["used"] == 6, "the Total row is set aside by label and arithmetic"


@pytest.fixture(scope="module")
def precincts(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Review:
    return _frisk(shared_data, tmp_path_factory.mktemp("precincts"), "white")


def _frisk(shared_data: Path, folder: Path, reference: str) -> Review:
    rows = [f"local:{i},Precinct {i},,precinct,local:nyc" for i in range(1, 76)]
    (folder / "places.csv").write_text(
        "place,name,state,kind,parent\nlocal:nyc,New York City,36,city,\n" + "\n".join(rows) + "\n", encoding="utf-8"
    )
    file = str(shared_data / "frisk_with_noise.txt")
    groups = {"1": "black", "2": "hispanic", "3": "white"}

    def source(event: str, column: str, period: str) -> dict[str, object]:
        return {
            "format": "counts",
            "path": file,
            "published": True,
            "citation": "Gelman & Hill (2007), data of section 6.2",
            "columns": {"place": "precinct", "group": "eth", "n": column},
            "values": {"group": groups},
            "constants": {"event": event, "period": period},
            "place_prefix": "local:",
        }

    focal = [group for group in ("hispanic", "black", "white") if group != reference]
    config = {
        "audit": {
            "title": "Precincts",
            "as_of": "2026-11-01",
            "focal_groups": focal,
            "reference_group": reference,
        },
        "sources": [
            source("stop", "stops", "1998-01/1999-03"),
            source("arrest", "past.arrests", "1997"),
            {"format": "places", "path": "places.csv"},
        ],
        "signals": {"benchmark": {"numerator": "stop", "exposure": "arrest"}},
    }
    return audit(_dated(config), folder)


def test_the_precinct_adjusted_ratio_stands_in_findings_csv(precincts: Review):
    wanted = ("local:nyc", "hispanic/white/adjusted")
    adjusted = [line for line in findings_csv(precincts).splitlines() if all(text in line for text in wanted)]
    assert len(adjusted) == 1
    region = next(region for region in precincts.regions if region.place == "local:nyc")
    finding = next(finding for finding in region.findings if finding.group == "hispanic")
    assert finding.estimate.value == pytest.approx(1.5360, abs=5e-5)
    assert repr(finding.estimate.value) in adjusted[0]


def test_published_coefficients_deviances_and_dispersion(shared_data: Path, tmp_path: Path):
    """With Black as the reference the coefficients are those printed in the book."""
    region = _frisk(shared_data, tmp_path, "black").regions[0]
    found = {(row["model"], row["term"]): row for row in region.models}
    assert found["constant", "intercept"]["coefficient"] == pytest.approx(-0.5877, abs=5e-5)
    assert found["constant", "intercept"]["deviance"] == pytest.approx(46120, abs=0.5)
    assert found["group", "hispanic against black"]["coefficient"] == pytest.approx(0.0702, abs=5e-5)
    assert found["group", "white against black"]["coefficient"] == pytest.approx(-0.1616, abs=5e-5)
    assert found["group", "white against black"]["deviance"] == pytest.approx(45437.4, abs=0.05)
    both = found["group and place", "hispanic against black"]
    assert both["coefficient"] == pytest.approx(0.0102, abs=5e-5)
    assert found["group and place", "white against black"]["coefficient"] == pytest.approx(-0.4190, abs=5e-5)
    assert both["deviance"] == pytest.approx(3427.1, abs=0.05)
    assert both["dispersion"] == pytest.approx(21.9, abs=0.05)


def test_a_file_of_detained_people_only_gets_no_rates(tmp_path: Path):
    rows = [f"48453,2011,detainer,{group},{level},{n}" for group in ("hispanic", "white") for level, n in LEVELS]
    (tmp_path / "detainers.csv").write_text("place,period,event,group,level,n\n" + "\n".join(rows) + "\n")
    config = {
        "audit": {"title": "Detainers", "as_of": "2026-11-01"},
        "sources": [{"format": "counts", "path": "detainers.csv"}],
    }
    place = audit(_dated(config), tmp_path).place("48453")
    reasons = {item.signal: item.reason for item in place.withheld}
    assert "never rates" in reasons["benchmark"]
    assert "match-yield" in reasons


LEVELS = (("1", 40), ("2", 60), ("3", 90), ("none", 110))
