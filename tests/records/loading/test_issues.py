"""Two issues of figures since the start: the later minus the earlier (``issues = "difference"``). Made-up numbers."""

from datetime import date

from auditor.domain.periods import parse_period
from auditor.errors import ConfigError
from auditor.records.issues import OTHERWISE, SMALLER

HEAD = (
    "state,jurisdiction,county_fips,period_start,period_end,submissions,matches,removed_l1,removed_none,"
    "level_regime,level_basis\n"
)
TRAVIS, HARRIS = "TX,Travis,48453,2009-06-16", "TX,Harris,48201,2008-10-27"
LEVELS = "offence-type,conviction"
FIRST, SECOND = date(2010, 6, 30), date(2010, 7, 31)
JULY = (date(2010, 7, 1), SECOND, "month")


def row(place: str, end: str, figures: str, levels: str = LEVELS) -> str:
    return f"{place},{end},{figures},{levels}\n"


TWO = HEAD + row(TRAVIS, "2010-06-30", "1000,90,7,20") + row(TRAVIS, "2010-07-31", "1400,130,9,45")


def figures(loading, loaded, *more: str):
    return loading.rows(loaded, ", ".join(('"end"', "event", "level", "n", *more)))


def test_the_later_issue_minus_the_earlier(loading):
    """1400 - 1000, 130 - 90, 9 - 7 and 45 - 20, each in July; the first issue stays as it is."""
    loaded = loading.one(TWO, issues="difference")
    assert figures(loading, loaded, "cumulative") == [
        (FIRST, "match", None, 90, True),
        (FIRST, "removal", "1", 7, True),
        (FIRST, "removal", "none", 20, True),
        (FIRST, "submission", None, 1000, True),
        (SECOND, "match", None, 40, False),
        (SECOND, "removal", "1", 2, False),
        (SECOND, "removal", "none", 25, False),
        (SECOND, "submission", None, 400, False),
    ]
    assert set(loading.rows(loaded, 'start, "end", period_kind')) == {(date(2009, 6, 16), FIRST, "interval"), JULY}
    assert loading.steps(loaded) == {}
    assert "match, removal, submission of 2010-07-01/2010-07-31 in 1 place: the issue to 2010-07-31 minus the one" in (
        loading.notes(loaded)
    )


def test_without_being_asked_for_the_latest_stands(loading):
    loaded = loading.one(TWO)
    assert {end for end, *_ in figures(loading, loaded)} == {SECOND}
    assert loading.steps(loaded) == {"superseded by a later cumulative issue": (1, False, "2")}


def test_issues_in_two_files_whatever_their_order(loading):
    early, late = TWO.splitlines(keepends=True)[1:]
    specs = [
        loading.spec(HEAD + late, "a.csv", issues="difference"),
        loading.spec(HEAD + early, "b.csv", issues="difference"),
    ]
    loaded = loading.load(*specs)
    assert (SECOND, "match", None, 40) in figures(loading, loaded)
    assert "minus the one before" in loading.notes(loaded, 0)
    assert "minus the one before" not in "".join(loaded.sources[1].ledger.notes)


def test_the_difference_lies_within_an_audited_period_that_the_issues_overstep(loading):
    loaded = loading.one(TWO, issues="difference")
    within = loading.load(loading.spec(TWO, issues="difference"), period=parse_period("2010-07"))
    assert figures(loading, within) == [cell for cell in figures(loading, loaded) if cell[0] == SECOND]
    assert loading.steps(within) == {"outside the audited period": (1, False, "2")}


def test_an_issue_revised_downwards_is_not_used(loading):
    """Matches fell from 90 to 80: no difference of matches is taken at all; the other events are not touched."""
    text = HEAD + row(TRAVIS, "2010-06-30", "1000,90,7,20") + row(TRAVIS, "2010-07-31", "1400,80,9,45")
    loaded = loading.one(text, issues="difference", published=True)
    found = figures(loading, loaded)
    assert (FIRST, "match", None, 90) in found
    assert [cell for cell in found if cell[0] == SECOND and cell[1] == "match"] == []
    assert (SECOND, "submission", None, 400) in found
    assert f"1 row used without a part of the figures: {SMALLER}" in loading.notes(loaded)
    assert "48453: cumulative match went down" in loading.notes(loaded)
    assert "90 to 2010-06-30, 80 to 2010-07-31" in loading.notes(loaded)
    assert loading.notes(loaded).count("went down") == 1


def test_one_level_revised_downwards_takes_the_others_with_it(loading):
    """People moved from one level to another: the mix of the difference would be nobody's."""
    text = HEAD + row(TRAVIS, "2010-06-30", ",,7,20") + row(TRAVIS, "2010-07-31", ",,5,45")
    loaded = loading.one(text, issues="difference")
    assert figures(loading, loaded) == [(FIRST, "removal", "1", 7), (FIRST, "removal", "none", 20)]
    assert loading.steps(loaded) == {SMALLER: (1, True, "3")}


def test_the_issue_after_one_that_was_not_used_is_held_against_it(loading):
    text = HEAD + "".join(
        row(TRAVIS, end, f",{n},,") for end, n in (("2010-06-30", 90), ("2010-07-31", 80), ("2010-08-31", 85))
    )
    loaded = loading.one(text, issues="difference")
    assert figures(loading, loaded) == [(FIRST, "match", None, 90), (date(2010, 8, 31), "match", None, 5)]
    assert loading.rows(loaded, "start")[1] == (date(2010, 8, 1),)


def test_levels_of_another_regime_or_basis_are_never_subtracted(loading):
    """Case 107: what Level 1 meant changed; the events without levels are."""
    text = TWO.replace("9,45,offence-type,conviction", "9,45,conviction-based,conviction")
    loaded = loading.one(text, issues="difference")
    assert sorted(event for end, event, *_ in figures(loading, loaded) if end == SECOND) == ["match", "submission"]
    assert f"1 row used without a part of the figures: {OTHERWISE}" in loading.notes(loaded)


def test_other_levels_than_before_are_not_subtracted(loading):
    """One level more is another breakdown: the rest would be of an unlike mix."""
    text = HEAD + row(TRAVIS, "2010-06-30", ",,7,") + row(TRAVIS, "2010-07-31", ",,9,45")
    loaded = loading.one(text, issues="difference")
    assert figures(loading, loaded) == [(FIRST, "removal", "1", 7)]
    assert loading.steps(loaded) == {OTHERWISE: (1, False, "3")}


def test_issues_that_count_from_different_days_are_not_subtracted(loading):
    moved = TRAVIS.replace("2009-06-16", "2009-10-01")
    loaded = loading.one(HEAD + row(TRAVIS, "2010-06-30", ",90,,") + row(moved, "2010-07-31", ",130,,"),
                         issues="difference")  # fmt: skip
    assert loading.steps(loaded) == {OTHERWISE: (1, False, "3")}


def test_suppressed_figures_give_an_interval(loading):
    """30 less "<11", whose bounds the reader of numbers gives: an interval too."""
    text = HEAD + row(TRAVIS, "2010-06-30", ",<11,,") + row(TRAVIS, "2010-07-31", ",30,,")
    loaded = loading.one(text, issues="difference")
    low, high = loading.rows(loaded, "n_low, n_high")[0]
    (found,) = loading.rows(loaded, "n, n_low, n_high")[1:]
    assert found == (None, 30 - high, 30 - low)


def test_removals_of_a_window_may_exceed_its_matches(loading):
    """They lag behind: 5 matches and 27 removals in July, of the 95 matches since the start."""
    text = HEAD + row(TRAVIS, "2010-06-30", "1000,90,7,20") + row(TRAVIS, "2010-07-31", "1400,95,9,45")
    loaded = loading.one(text, issues="difference")
    assert loading.steps(loaded) == {}
    assert (SECOND, "match", None, 5) in figures(loading, loaded)


def test_every_place_by_itself(loading):
    """Harris has one issue only, which stays."""
    loaded = loading.one(TWO + row(HARRIS, "2010-07-31", ",500,,"), issues="difference")
    assert loading.rows(loaded, "place, n, cumulative")[-1] == ("48201", 500, True)


def test_one_issue_alone_is_said_to_be_so(loading):
    loaded = loading.one(HEAD + row(TRAVIS, "2010-06-30", ",90,,"), issues="difference")
    assert "no place has two issues since the start; the figures stand as they are" in loading.notes(loaded)


def test_an_issue_that_stands_twice_is_left_to_the_rules_for_repeats(loading):
    same = row(TRAVIS, "2010-06-30", "1000,90,7,20")
    specs = [
        loading.spec(TWO, "a.csv", issues="difference"),
        loading.spec(HEAD + same, "b.csv", issues="difference"),
    ]
    loaded = loading.load(*specs)
    assert "an issue stands more than once in 1 place (48453): no difference taken" in loading.notes(loaded)
    assert {end for end, *_ in figures(loading, loaded)} == {SECOND}


def test_two_ways_with_one_place_are_refused(loading):
    early, late = TWO.splitlines(keepends=True)[1:]
    specs = [loading.spec(HEAD + late, "a.csv", issues="difference"), loading.spec(HEAD + early, "b.csv")]
    (problem,) = loading.error(ConfigError, *specs).problems
    assert problem.file == "b.csv"
    assert 'write issues = "difference" into both sources, or into neither' in problem.remedy
