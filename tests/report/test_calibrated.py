"""What a page says of calibration: controls, what would undo a flag, local fdr, selection, resolution."""

from __future__ import annotations

import re
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest

from auditor.findings.finding import Finding
from auditor.findings.review import Control, Review
from auditor.report import effects, names, numbers, trace, wording
from auditor.report.calibrated_rows import calibration_rows, centred_rows, local_row
from auditor.report.context import Context
from auditor.report.figures.funnel import funnels
from auditor.report.figures.interval import interval_plot
from auditor.report.figures.pretext import pretext_plot
from auditor.report.render import Renderer


@pytest.fixture
def flagged(review: Review) -> Finding:
    return next(f for f in review.places[0].findings if f.id == "F-0009")


def _text(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html)).replace("\u00a0", " ")


def _rows(review: Review, finding: Finding) -> dict[str, str]:
    made = [*centred_rows(finding), local_row(finding), *calibration_rows(Context(review), finding)]
    return {str(name): _text(str(value)) for name, value in made if value}


def _with(finding: Finding, **more: Any) -> Finding:
    return replace(finding, controls={**(finding.controls or {}), **more})


def test_a_flag_says_what_calibrated_it_and_what_would_undo_it(review: Review, flagged: Finding) -> None:
    rows = _rows(review, flagged)
    assert "a ratio of 1.07" in rows["Middle of the places compared"]  # exp(0.066) = 1.0682
    assert "ratio to what is ordinary among the places compared" in rows["Ratio to that middle"]
    assert "or more (no upper limit). Wider" in rows["The same, adjusted for being flagged"]
    assert "318 control contrasts" in rows["Calibrated by"]
    assert "221 places" in rows["Calibrated by"]
    assert "1.2 times as much as their controls" in rows["Matching"]
    assert "1.1 times as large as allowed for (λ*)" in rows["What would undo the flag"]
    assert "a further factor of 1.20 (δ*)" in rows["What would undo the flag"]
    assert "0.000019; this run flags at 0.0031 or below" in rows["Resolution"]
    assert rows["Negative controls of this place"].startswith("None failed")
    assert "3.1 % are expected to be false" in rows["Local false discovery rate"]
    assert "it is not a probability about this place" in rows["Local false discovery rate"]


def test_what_is_not_flagged_says_nothing_of_flags(review: Review, flagged: Finding) -> None:
    rows = _rows(review, replace(flagged, outcome="inconclusive"))
    assert "Local false discovery rate" not in rows
    assert "What would undo the flag" not in rows


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"lambda": None}, "λ* has no limit"),
        ({"delta": None}, "1.1 times as large as allowed for (λ*)."),
        ({"lambda": None, "delta": None}, "No control tells"),
        ({"kind": "peers"}, "No control tells"),
    ],
)
def test_a_flag_that_no_multiple_undoes_says_so(
    review: Review, flagged: Finding, given: dict[str, Any], said: str
) -> None:
    assert said in _rows(review, _with(flagged, **given))["What would undo the flag"]


def test_want_of_resolution_and_a_failed_control_are_said(review: Review, flagged: Finding) -> None:
    rows = _rows(review, _with(flagged, floor=0.04, fired=0.02))
    assert "nothing could have been flagged here, whatever its size" in rows["Resolution"]
    assert rows["Negative controls of this place"].startswith("One failed")
    unknown = replace(review, calibration={**review.calibration, "cutoff": None})
    assert "this run flags" not in _rows(unknown, flagged)["Resolution"]


def test_nulls_without_other_places_have_no_ratio_to_what_is_ordinary(review: Review, flagged: Finding) -> None:
    alone = _with(flagged, kind="alone", n=0, places=1, shift=None, spread=None, scale=None)
    rows = _rows(review, alone)
    assert "Ratio to that middle" not in rows
    assert "the classes of this place differ among themselves" in rows["Limits of the test"]
    randomised = _with(alone, kind="randomised", n=None)
    assert "Limits of the test" not in _rows(review, randomised)
    assert effects.calibrated_interval(randomised) == ""
    drawn = interval_plot([("/a", flagged), ("/b", alone), ("/c", randomised)])
    assert drawn is not None
    assert [[line["word"] for line in row["ranges"]] for row in drawn["rows"]] == [["peers"], ["test"], []]


def test_controls_matched_by_assumption_and_by_no_control(review: Review, flagged: Finding) -> None:
    assumed = _with(flagged, kind="controls", code="controls-unmatched", scale=1.5)
    assert "1.5 times as much was assumed" in _rows(review, assumed)["Matching"]
    assert "no widening was needed" in _rows(review, _with(flagged, scale=1.0))["Matching"]
    assert "lower half of these places only" in _rows(review, _with(flagged, n=0))["Calibrated by"]


def test_the_first_reason_leads_and_what_would_raise_stands_in_part_16(pages: dict[str, str]) -> None:
    html = next(html for path, html in pages.items() if "travis" in path)
    box = re.search(r'<div class="verdict .*?</div>', html, re.DOTALL)
    assert box is not None
    assert box.group(0).count('class="lead"') == 1
    assert "A higher verdict needs" not in _text(box.group(0))
    assert "stands in part 16" in _text(box.group(0))
    part = html[html.index('id="part-16"') : html.index('id="part-17"')]
    assert "A higher verdict needs the same direction" in _text(part)
    rule = html[html.index('id="part-15"') : html.index('id="part-16"')]
    assert "A higher verdict needs" not in _text(rule)


def test_controls_of_a_place_are_listed_with_their_sources(pages: dict[str, str], review: Review) -> None:
    html = next(html for path, html in pages.items() if "travis" in path)
    ninth = html[html.index('id="part-9"') : html.index('id="part-10"')]
    table = ninth[ninth.index('id="t-controls-9"') :]
    assert re.findall(r'data-at="/places/0/controls/(\d)"', table) == ["0", "1"]
    assert "not printed: it would reveal a small count" in table
    twentieth = html[html.index('id="t-controls"') :]
    assert re.findall(r'data-at="/places/0/controls/(\d)"', twentieth) == ["0", "1", "2"]
    assert 'data-ref="ratio"' in table
    assert trace.check(html.replace('value="1.92"', 'value="1.93"'), review)
    contra = next(html for path, html in pages.items() if "35013" in path)
    assert "✕ failed" in contra


def test_a_review_without_controls_says_so(pages: dict[str, str]) -> None:
    html = next(html for path, html in pages.items() if "mclennan" in path)
    assert "No negative control could be measured in this place." in _text(html)


def test_the_pretext_figure_holds_the_group_and_its_controls(review: Review) -> None:
    place = review.places[0]
    pointed = [(f"/places/0/findings/{i}", finding) for i, finding in enumerate(place.findings)]
    drawn = pretext_plot(pointed, place, "/places/0")
    assert drawn is not None
    assert [row["word"] for row in drawn["rows"]] == ["higher", "not screened", "control"]
    assert drawn["centre"]
    assert "axis" not in drawn
    assert pretext_plot(pointed[:8], place, "/places/0") is None
    contra = review.places[4]
    again = pretext_plot([("/places/4/findings/3", contra.findings[3])], contra, "/places/4")
    assert again is not None
    assert [row["word"] for row in again["rows"]] == ["unclear", "control failed"]
    assert again["centre"] == ""


def test_a_change_is_in_no_funnel(review: Review, flagged: Finding) -> None:
    def audit(finding: Finding) -> Review:
        places = tuple(replace(place, findings=(finding,)) for place in review.places[:4])
        return replace(review, places=places)

    assert len(funnels(audit(flagged))) == 1
    changed = replace(flagged, family="change", contrast="arrest/secure-communities/activated/hispanic/series")
    assert funnels(audit(changed)) == ()


def test_a_test_withheld_everywhere_has_no_column(review: Review) -> None:
    html = Renderer(replace(review, places=(review.places[1],))).index()
    head = re.search(r'<table class="all".*?</thead>', html, re.DOTALL)
    assert head is not None
    assert "Match yield" in head.group(0)
    assert "Group rates against benchmarks" not in head.group(0)
    assert "Tests that were withheld from every place have no column here" in _text(html)


def test_names_of_contrasts_changes_and_controls(flagged: Finding, fixtures: ModuleType) -> None:
    assert names.finding_name(flagged) == "Hispanic: discretionary over serious arrests, licence offences left out"
    assert names.contrast_name("hispanic/white/with-licence") == (
        "Hispanic, White (non-Hispanic), licence offences included"
    )
    undated = names.contrast_name("arrest/none/hispanic/series")
    assert undated == "Hispanic arrests: change at the start, monthly series"
    change = replace(flagged, family="change", contrast="stop/secure-communities/activated/hispanic/classes")
    assert names.finding_name(change) == ("Hispanic stops: change at the start of Secure Communities, by offence class")
    assert names.contrast_name("hispanic/ratio/region") == "Hispanic, all offences, whole region"
    assert names.control_name(fixtures.control("black", 1.9, 0.5)).startswith("Black (non-Hispanic): discretionary")
    rate = fixtures.control("hispanic", 1.5, 0.9, "benchmark")
    assert names.control_name(rate) == "Hispanic arrests, adults, violent offences"


def test_an_interval_without_ends_is_no_interval(flagged: Finding) -> None:
    open_ = replace(flagged.estimate, low=0.0, high=None)
    assert effects.interval(open_, "estimate", 100) == "no limit can be stated"


def test_two_digits() -> None:
    assert [numbers.brief(value) for value in (1.1, 0.000019, 350, 0.0003, 12.4)] == [
        "1.1",
        "0.000019",
        "350",
        "0.00030",
        "12",
    ]


def test_a_review_of_before_reads_without_controls(review: Review) -> None:
    data = review.to_dict()
    for place in data["places"]:
        del place["controls"]
    assert Review.from_dict(data).places[0].controls == ()
    assert isinstance(Review.from_dict(review.to_dict()).places[0].controls[0], Control)


def test_new_sentences_pass_the_rules_on_wording(review: Review, flagged: Finding) -> None:
    for said in _rows(review, flagged).values():
        assert wording.check(said) == []
