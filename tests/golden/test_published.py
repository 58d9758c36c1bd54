"""Published figures come out to the digits that their sources, or arithmetic on them, give.

Sources of the counts: Associated Press in Security Magazine 81378 (removals to June 2010: nation 12,293 of 46,929,
Travis 82 % of 724, Georgia 39 % of 624, California 38 % of 14,823 at Level 1); Waco Tribune (McLennan, January to July
2010);
AIC/IPC fact sheet of November 2011 (692,788 matches of more than 11,000,000 submissions). Intervals: Wilson (1927),
by hand with z = 1.959964.
"""

from __future__ import annotations

import pytest

from auditor.audit.verdict import FLAG, GRADES
from auditor.findings.review import Review
from auditor.stats.ratios.intervals import wilson
from auditor.stats.ratios.shares import share_z
from tests.golden.lookup import find

NONE = "removal/none/nation"


def test_national_noncriminal_share():
    low, high = wilson(12293, 46929)
    assert pytest.approx(0.26195, abs=5e-6) == 12293 / 46929
    assert (round(low.item(), 4), round(high.item(), 4)) == (0.2580, 0.2659)


def test_travis(demo: Review):
    finding = find(demo, "48453", "level-mix", NONE)
    assert (finding.k, finding.n) == (594, 724)
    assert finding.comparator.value == pytest.approx((12293 - 594) / (46929 - 724), rel=1e-11)
    assert round(finding.comparator.value or 0, 4) == 0.2532
    assert round(finding.estimate.value or 0, 2) == 3.24
    values = finding.sentence.values if finding.sentence else {}
    assert round(values["share"], 4) == 0.8204
    assert (round(values["share_low"], 4), round(values["share_high"], 4)) == (0.7908, 0.8467)
    assert round(values["z"], 1) == 35.1
    assert "z = +35.1" in finding.sentence.text["en"]  # type: ignore[union-attr]


def test_travis_against_the_pooled_share():
    assert round(share_z(594, 724, 12293 / 46929).item(), 1) == 34.2
    assert round(594 / 724 / (12293 / 46929), 2) == 3.13


def test_travis_is_not_graded_on_its_z(demo: Review):
    place = demo.place("48453")
    assert place.verdict == "inconclusive"
    finding = find(demo, "48453", "level-mix", NONE)
    assert finding.calibrated_p is None
    assert finding.definitions, "definitions come before the significance"


def test_georgia(demo: Review):
    finding = find(demo, "13", "level-mix", NONE)
    values = finding.sentence.values if finding.sentence else {}
    assert round(values["z"], 2) == 7.36
    assert (round(values["share_low"], 4), round(values["share_high"], 4)) == (0.3520, 0.4282)
    assert round(share_z(243, 624, 12293 / 46929).item(), 2) == 7.24


def test_california_at_level_1(demo: Review):
    finding = find(demo, "06", "level-mix", "removal/level-1/nation")
    assert (finding.k, finding.n) == (5633, 14823)
    assert finding.comparator.value == pytest.approx((9831 - 5633) / (46929 - 14823), rel=1e-11)


def test_mclennan_matches_lie_below_the_nation(demo: Review):
    finding = find(demo, "48309", "match-yield", "match/nation")
    values = finding.sentence.values if finding.sentence else {}
    assert round(values["share"], 4) == 0.0392
    assert (round(values["share_low"], 4), round(values["share_high"], 4)) == (0.0336, 0.0457)
    assert round(values["z"], 1) == -6.2
    assert any(caveat.id == "share.caveat-period" for caveat in finding.caveats)


def test_mclennan_removals_are_too_few_to_rank(demo: Review):
    finding = find(demo, "48309", "level-mix", NONE)
    assert (finding.k, finding.n) == (15, 18)
    assert finding.outcome == "insufficient"
    assert finding.p_value is None
    assert finding.shrunken is None
    assert "too small to rank" in finding.sentence.text["en"]  # type: ignore[union-attr]
    values = finding.sentence.values if finding.sentence else {}
    assert (round(values["share_low"], 2), round(values["share_high"], 2)) == (0.61, 0.94)


def test_published_small_cells_are_printed_and_others_are_not(demo: Review):
    for place in demo.places:
        for finding in place.findings:
            months = finding.contrast.endswith("/marks-silence")  # it counts months, not people
            if place.simulated and finding.k is not None and not months:
                assert finding.k == 0 or finding.k >= 11
                assert (finding.n or 0) - finding.k == 0 or (finding.n or 0) - finding.k >= 11


def test_only_controlled_evidence_rises_above_a_pattern_worth_examining(demo: Review):
    """Counts cannot carry the highest verdict, and published places have no controls at all."""
    above = {place.place: place for place in demo.places if GRADES[place.verdict] > GRADES[FLAG]}
    assert set(above) == {"local:sim-20"}  # scripts/make_demo.py: discretion, matches, levels and stops all planted
    heather = above["local:sim-20"]
    assert heather.verdict == "notable-departure"
    assert any((f.controls or {}).get("kind") == "classes" for f in heather.findings if f.outcome == "signal")


def test_the_planted_counties_are_found_and_no_other(demo: Review):
    flagged = {place.place for place in demo.places if GRADES[place.verdict] >= GRADES[FLAG]}
    assert flagged == {"local:sim-08", "local:sim-20", "local:sim-29"}  # scripts/make_demo.py, PLANTED


def test_the_two_tiny_counties_have_insufficient_data(demo: Review):
    thin = {place.place for place in demo.places if place.verdict == "insufficient-data"}
    assert {"local:sim-13", "local:sim-34"} <= thin  # scripts/make_demo.py, TINY
