"""The data-quality ledger: shares counted by hand, and the rule of the grade at its edges."""

from datetime import date

import pytest

from auditor.records.quality import assess, grade

HEAD = "place,period,event,group,level,n\n"


def test_facts_of_a_source(loading):
    """70 of 100 events have a group, 20 more are unknown, 10 blank; 40 have no level; 1 of 5 cells is hidden."""
    text = HEAD + (
        "48453,2011-01,removal,hispanic,1,30\n48453,2011-02,removal,white,,40\n48453,2011-04,removal,unknown,2,20\n"
        "48453,2011-04,removal,,3,10\n48453,2011-01,removal,black,none,<11\n48453,2011-01,removal,black,none,(4)\n"
    )
    (quality,) = assess(loading.one(text))
    assert (quality.read, quality.used, quality.excluded, quality.quarantined) == (6, 5, 0, 1)
    assert (quality.missing_group, quality.unknown_level, quality.suppressed) == (0.3, 0.4, 0.2)
    # January, February and April of four months
    assert (quality.months, quality.missing_months) == (3, 0.25)
    assert (quality.start, quality.end) == (date(2011, 1, 1), date(2011, 4, 30))
    assert (quality.places, quality.events) == (1, ("removal",))
    assert quality.groups == ("black", "hispanic", "unknown", "white")
    assert quality.grade == "C"
    assert "cells suppressed: 20.0%" in quality.reasons


def test_facts_that_do_not_apply(loading):
    (quality,) = assess(loading.one("place,period,event,n\n48453,2011,arrest,5\n"))
    assert (quality.missing_group, quality.unknown_level, quality.missing_months) == (None, None, None)
    assert (quality.grade, quality.reasons) == ("A", ())


def test_a_baseline_and_an_activation_have_facts_too(loading):
    loaded = loading.load(
        loading.spec("place,group,n,period\n48453,white,5,2010\n", "p.csv"),
        loading.spec("place,program,date\n48453,SC,2009-06-16\n", "a.csv"),
    )
    population, activation = assess(loaded)
    assert (population.places, population.groups, population.start) == (1, ("white",), date(2010, 1, 1))
    assert (activation.places, activation.start) == (1, date(2009, 6, 16))


@pytest.mark.parametrize(
    ("fact", "share", "expected"),
    [
        ("rows quarantined", 0.01, "A"),
        ("rows quarantined", 0.011, "B"),
        ("events without a group", 0.20, "B"),
        ("events without a group", 0.201, "C"),
        ("events without a level", 0.51, "D"),
        ("cells suppressed", 0.20, "C"),
        ("months missing", 0.001, "B"),
        ("months missing", 0.0, "A"),
    ],
)
def test_edges_of_the_grade(fact, share, expected):
    letter, reasons = grade(
        {fact: share, "cells suppressed": None} if fact != "cells suppressed" else {fact: share}, 10
    )
    assert letter == expected
    assert bool(reasons) is (expected != "A")


def test_nothing_used_is_the_worst_grade():
    assert grade({}, 0) == ("D", ("no row of it could be used",))
