"""Comparisons of groups side by side: as recorded, by surname, and over the groups of persons of whom none is."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from markupsafe import Markup

from auditor.findings.finding import Estimate, Finding, Range
from auditor.findings.review import Review
from auditor.report.context import Context
from auditor.report.ethnicity import ethnicity_rows
from auditor.report.sentences import load

BOUNDED = Range(load("en")["range.missing-group"], 1.1, None)
ALIKE = Range(load("en")["range.missing-group-alike"], 1.2, 2.5)
OTHER = Range(load("en")["range.benchmarks"], 1.0, 9.0)
SURNAME = {"k": 40, "n": 90, "value": 1.7, "low": 1.3, "high": None, "suppressed": False}


@pytest.fixture
def finding(review: Review) -> Finding:
    found = next(f for f in review.places[0].findings if f.group and not f.suppressed)
    whole = Estimate(1.5, 1.2, 2.0, 0.95, "ratio", "exact")
    return replace(found, estimate=whole, ranges=(OTHER, BOUNDED), robustness={"by_surname": SURNAME})


def shown(review: Review, finding: Finding) -> list[dict]:
    return ethnicity_rows(Context(review), [("/places/0/findings/3", finding)])


def plain(markup: Markup) -> str:
    return re.sub(r"\s+", " ", Markup(markup).striptags())


def test_the_three_stand_side_by_side_with_their_sources(review, finding):
    (row,) = shown(review, finding)
    assert (row["at"], row["id"]) == ("/places/0/findings/3", finding.id)
    assert (plain(row["recorded"]), plain(row["interval"])) == ("1.50", "1.20 to 2.00")
    assert [plain(part) for part in row["surname"]] == ["1.7", "1.3 to no limit"]
    # The range over the choice among benchmarks is none over groups.
    assert [[plain(part) for part in one] for one in row["bounded"]] == [["1.10 to no limit", ""]]
    shown_ = row["recorded"] + row["interval"] + row["surname"][0] + row["surname"][1] + row["bounded"][0][0]
    refs = re.findall(r'data-ref="([^"]*)"', shown_)
    assert refs == ["estimate/value", "estimate/low", "estimate/high", "robustness/by_surname/value",
                    "robustness/by_surname/low", "ranges/1/low"]  # fmt: skip


def test_a_range_over_two_ways_alone_is_not_taken_for_one_over_all(review, finding):
    (row,) = shown(review, replace(finding, ranges=(ALIKE,), robustness=None))
    (told,) = row["bounded"]
    assert [plain(part) for part in told] == ["1.20 to 2.50", "all of them counted to the group, or none"]
    assert row["surname"] is None


def test_what_would_give_a_small_count_away_is_not_printed(review, finding):
    hidden = {**dict.fromkeys(SURNAME), "suppressed": True}
    (row,) = shown(review, replace(finding, ranges=(), robustness={"by_surname": hidden}))
    assert [plain(part) for part in row["surname"]] == ["not printed: it would reveal a small count", ""]
    assert row["bounded"] == []


def test_what_is_known_one_way_only_is_not_listed(review, finding):
    bare = replace(finding, ranges=(OTHER,), robustness={"by_surname": None})
    assert shown(review, bare) == []
    assert shown(review, replace(finding, suppressed=True)) == []
    assert shown(review, replace(finding, group=None)) == []
