"""Dates of the rules: in order, each with its source, and what lies between them."""

from __future__ import annotations

import itertools
import re
from datetime import date

import pytest

from auditor.domain.policy_dates import DATES, EARLIER, PERIODS, REGIMES, regime_of, span_of


def test_dates_are_in_order_and_name_their_source():
    starts = [entry.start for entry in DATES]
    assert starts == sorted(set(starts))
    for entry in DATES:
        assert re.fullmatch(r"[a-z0-9-]+", entry.name)
        # A reader must be able to find the rule by its date.
        assert f"{entry.start.day} {entry.start.strftime('%B %Y')}" in entry.source


def test_the_dates_that_the_review_asks_for():
    """Review parts 8 and 13: 27 April 2012; 17 June 2011 and 20 November 2014."""
    assert {date(2012, 4, 27), date(2011, 6, 17), date(2014, 11, 20)} <= {entry.start for entry in DATES}


def test_regimes_begin_in_the_years_of_the_plan():
    years = [entry.start.year for entry in DATES if entry.opens_regime]
    assert years == [2011, 2012, 2015, 2017, 2021, 2025]
    assert len(REGIMES) == len(years) + 1


@pytest.mark.parametrize(
    ("period", "regime"),
    [
        (EARLIER, EARLIER),
        ("discretion-2011", "discretion-2011"),
        ("minor-traffic-2012", "discretion-2011"),
        ("priorities-2014", "detainers-2012"),
        ("interior-2025", "interior-2025"),
        ("", ""),
    ],
)
def test_a_period_lies_in_one_regime(period, regime):
    assert regime_of(period) == regime


def test_times_follow_one_another_without_a_gap():
    spans = [span_of(name) for name in PERIODS]
    for (_, last), (first, _) in itertools.pairwise(spans):
        assert (first - last).days == 1
    assert spans[2] == (date(2012, 4, 27), date(2012, 12, 20))


def test_a_period_that_is_none_is_refused():
    with pytest.raises(ValueError, match="2031"):
        regime_of("rule-2031")
