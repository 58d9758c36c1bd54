"""Timeline, calendar, event study, curve along the clock, sensitivity: what is drawn, from what, and what is said."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from auditor.findings.finding import Estimate
from auditor.findings.listed import listed
from auditor.findings.review import Control, PlaceReview, Review
from auditor.report import rules, tables, tongue
from auditor.report.figures.calendar import calendar
from auditor.report.figures.sensitivity import sensitivity
from auditor.report.figures.study import event_studies
from auditor.report.figures.timeline import timeline
from auditor.report.figures.veil import veil_curves
from auditor.report.render import Renderer
from auditor.report.trace import check

STEPS = listed(
    [
        {
            "group": "hispanic",
            "reference": "white",
            "event": "arrest",
            "start": "secure-communities/activated",
            "date": "2009-06-16",
            "step": step,
            "months": 3,
            "ratio": 1.0 if step < 0 else 1.52,
            "band_low": 0.9,
            "band_high": 1.12,
            "places": 23,
        }
        for step in range(-8, 4)
    ]
)
CLOCK = listed(
    [
        {
            "group": "hispanic",
            "reference": "white",
            "event": "stop",
            "from": first,
            "to": last,
            "light_share": 0.41,
            "light_low": 0.35,
            "light_high": 0.47,
            "dark_share": 0.3,
            "dark_low": 0.25,
            "dark_high": 0.36,
        }
        for first, last in (("17:00", "17:30"), ("17:30", "18:00"), ("18:00", "19:30"))
    ]
)
PROFILE: dict[str, Any] = {
    "windows": {"arrest": {"start": "2007-01-01", "end": "2011-12-31"}},
    "calendar": {
        "arrest": {"months": [["2007-01", "2008-06"], ["2008-09", "2010-12"]], "totals": [["2011-01", "2011-12"]]}
    },
    "activations": [
        {"program": "secure-communities", "kind": "activated", "date": "2009-06-16", "agency": ""},
        {"program": "287g", "kind": "signed", "date": "", "agency": "Sheriff"},
    ],
}


@pytest.fixture
def place(review: Review) -> PlaceReview:
    """Travis with steps around a start, stretches of the clock, and a calendar; two findings stand for the tests."""
    travis = review.places[0]
    change, veil = (
        replace(
            travis.findings[0],
            id=name,
            signal=signal,
            family=family,
            section=section,
            contrast=contrast,
            period={"start": "2007-06-01", "end": "2011-05-31"},
        )
        for name, signal, family, section, contrast in (
            ("F-9001", "activation-series", "change", 11, "arrest/secure-communities/activated/hispanic/series"),
            ("F-9002", "veil-of-darkness", "visibility", 10, "hispanic/white/dusk"),
        )
    )
    contrast = "arrest/secure-communities/activated/placebo/hispanic/series"
    numbers = (1.02, 0.9, 1.2, None, None, False)
    placebo = Control("activation-series", contrast, "hispanic", "white", "arrest", "series", *numbers)
    return replace(
        travis,
        findings=(*travis.findings, change, veil),
        profile={**(travis.profile or {}), **PROFILE},
        controls=(*travis.controls, placebo),
        listed={"activation-series": STEPS, "veil-of-darkness": CLOCK},
    )


@pytest.fixture
def page(review: Review, place: PlaceReview) -> str:
    changed = replace(review, places=(place, *review.places[1:]))
    html = Renderer(changed).place(0)
    assert check(html, changed) == []
    return html


def _figure(page: str, name: str) -> str:
    found = re.search(rf'<svg class="fig {name}".*?</svg>', page, re.DOTALL)
    assert found is not None
    return found.group(0)


def test_months_are_counted_from_their_stretches() -> None:
    """18 + 28 months told, 12 in a year's total, July and August 2008 missing: 60 in all."""
    runs = PROFILE["calendar"]["arrest"]
    both = [runs["months"], runs["totals"]]
    counts = (rules.months_told(both), rules.months_in_totals(both), rules.months_without(both))
    assert counts == (46, 12, 2)
    assert sum(counts) == 60
    assert rules.months_without([[], []]) == 0


def test_the_calendar_draws_each_month_once(place: PlaceReview) -> None:
    made = calendar(place)
    assert made is not None
    drawn = {path["css"]: path["d"].count("M") for path in made["panels"][0]["paths"]}
    assert drawn == {"cal-told": 46, "cal-total": 12, "cal-gap": 2}
    assert "".join(letter["text"] for letter in made["panels"][0]["letters"]) == "JFMAMJJASOND"
    with tongue.speaking("es"):
        spanish = calendar(place)
    assert spanish is not None
    assert "".join(letter["text"] for letter in spanish["panels"][0]["letters"]) == "EFMAMJJASOND"
    assert calendar(replace(place, profile={})) is None
    assert calendar(replace(place, profile=None)) is None


def test_the_timeline_holds_records_starts_and_the_year_of_the_placebo(place: PlaceReview) -> None:
    made = timeline(place, [(f"/places/0/findings/{i}", finding) for i, finding in enumerate(place.findings)])
    assert made is not None
    assert [start["letter"] for start in made["starts"]] == ["A"]  # the second has no date
    assert [bar["css"] for bar in made["bars"]] == ["tl-file", "tl-test"]
    test = made["bars"][1]
    # 2007 to 2012 are 1,826 days over 696 units; the year before 16 June 2009 is 365 of them.
    assert float(test["placebo"]["width"]) == pytest.approx(696 * 365 / 1826, abs=0.11)
    assert float(test["placebo"]["x"]) + float(test["placebo"]["width"]) == pytest.approx(float(test["cut"]), abs=0.11)
    without = timeline(replace(place, controls=()), [("", place.findings[-2])])
    assert without is not None
    assert without["bars"][1]["placebo"] is None
    assert timeline(replace(place, profile={}), []) is None
    assert timeline(replace(place, profile=None), []) is None


def test_the_event_study_breaks_at_the_start_and_has_its_table(place: PlaceReview, page: str) -> None:
    made = event_studies(place)[0]
    assert [mark["css"] for mark in made["marks"]] == ["m-control"] * 8 + ["m-compatible"] * 4
    assert len(made["lines"]) == 2
    assert len(made["bands"]) == 1
    assert len(made["rows"]) == len(STEPS.rows)
    part = page[page.index('id="part-11"') : page.index('id="part-12"')]
    assert "Start: " in part
    assert "16 June 2009" in part
    assert 'data-ref="7">1.52</data>' in part
    assert "tables/activation-series.csv" in part
    bare = listed([{**row, "band_low": None, "band_high": None, "places": None} for row in STEPS.records()])
    assert event_studies(replace(place, listed={"activation-series": bare}))[0]["bands"] == []


def test_the_curve_along_the_clock_tells_the_sides_apart_without_colour(place: PlaceReview, page: str) -> None:
    made = veil_curves(place)[0]
    assert {mark["css"] for mark in made["marks"]} == {"m-light", "m-dark"}
    assert len({mark["d"].count("h") for mark in made["marks"]}) == 2  # circles and squares
    assert {line["css"] for line in made["lines"]} == {"whisker light", "whisker dark", "trend light", "trend dark"}
    assert [word["text"] for word in made["words"]] == ["daylight", "darkness"]
    part = page[page.index('id="part-10"') : page.index('id="part-11"')]
    assert ">17:30</data>" in part
    assert 'data-ref="5">41\u00a0%</data>' in part
    assert "tables/veil-of-darkness.csv" in part


def test_what_has_no_rows_is_not_drawn_and_says_why(review: Review, place: PlaceReview) -> None:
    undated = tuple(replace(finding, period={}) for finding in place.findings)
    bare = replace(place, listed={}, profile={}, controls=(), findings=undated)
    html = Renderer(replace(review, places=(bare, *review.places[1:]))).place(0)
    for words in ("No event study is drawn", "No curve along the clock is drawn", "No timeline is drawn"):
        assert words in html
    assert "No calendar is drawn" in html
    for name in ("timeline", "calendar"):
        assert f'class="fig {name}"' not in html


def test_sensitivity_is_of_a_ratio_above_one_and_ends_beyond_its_tipping_point(place: PlaceReview) -> None:
    """A ratio of 2 (1.6 to 2.5), wrong by 1.25: 1.6 (1.28 to 2)."""
    finding = replace(
        place.findings[0],
        estimate=Estimate(2.0, 1.6, 2.5, 0.95, "ratio", "x"),
        tipping_point=1.6,
        outcome="signal",
        suppressed=False,
        tested=True,
    )
    made = sensitivity([("/places/0/findings/0", finding)])
    assert made is not None
    factors = [re.sub("<[^>]+>", "", row["factor"]) for row in made["rows"]]
    assert factors == ["1", "1.1", "1.25", "1.5", "2"]
    shown = [re.sub("<[^>]+>", "", made["rows"][2][name]) for name in ("value", "low", "high")]
    assert [float(text) for text in shown] == pytest.approx([1.6, 1.28, 2.0], abs=0.051)
    assert len(made["rules"]) == 1
    below = replace(finding, estimate=Estimate(0.5, 0.4, 0.6, 0.95, "ratio", "x"))
    touching = replace(finding, estimate=Estimate(1.2, 0.9, 1.6, 0.95, "ratio", "x"))
    for other in (below, touching, replace(finding, tipping_point=None), replace(finding, suppressed=True)):
        assert sensitivity([("", other)]) is None


@pytest.mark.parametrize("name", ["timeline", "calendar", "plot"])
def test_plots_are_named_described_and_whole(page: str, name: str) -> None:
    svg = _figure(page, name)
    assert re.search(r"<title [^>]*>[^<]{10,}</title>", svg)
    assert re.search(r"<desc [^>]*>[^<]{40,}</desc>", svg)
    assert "nan" not in svg.lower().replace("finance", "")
    assert 'role="img"' in svg


def test_profiles_have_their_tables(review: Review, place: PlaceReview) -> None:
    made = dict(tables.tables(replace(review, places=(place,))))
    assert "48453,Travis County,secure-communities,activated,2009-06-16," in made["tables/programmes.csv"]
    rows = made["tables/records.csv"].splitlines()
    assert rows[0] == "place,name,event,told,first,last"
    assert "48453,Travis County,arrest,window,2007-01-01,2011-12-31" in rows
    assert "48453,Travis County,arrest,months,2008-09,2010-12" in rows
    assert "48453,Travis County,arrest,totals,2011-01,2011-12" in rows
    assert made["tables/population.csv"].startswith("place,name,universe,group,n,source\n")
