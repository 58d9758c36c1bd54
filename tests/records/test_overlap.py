"""The same events are never counted twice without a person's word. All numbers are made up for the test."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from auditor.domain.periods import Period
from auditor.errors import DecisionNeeded
from tests.records.loading.conftest import Loading

HEAD = "place,agency,period,event,group,level,n,cumulative\n"


@pytest.fixture
def loading(tmp_path: Path) -> Iterator[Loading]:
    helper = Loading(tmp_path)
    yield helper
    helper.close()


def rows(*lines: str) -> str:
    return HEAD + "".join(f"{line}\n" for line in lines)


def asked(loading: Loading, *texts: str, **options):
    specs = [loading.spec(text, f"{name}.csv", **options) for name, text in zip("abc", texts, strict=False)]
    error = loading.error(DecisionNeeded, *specs)
    assert error.exit_code == 4
    return error.problems


QUARTERS = [f"48001,,2011-Q{q},arrest,hispanic,,100," for q in (1, 2, 3, 4)]


def test_months_inside_a_cumulative_window_are_left_out(loading):
    """400 since the start hold the 160 of May and June: 400, not 560."""
    lines = [f"48001,,2008-10-27/2011-06-30,removal,,{level},100,true" for level in ("1", "2", "3", "none")]
    lines += [f"48001,,2011-05,removal,,{level},10,false" for level in ("1", "2", "3", "none")]
    lines += [f"48001,,2011-06,removal,,{level},30,false" for level in ("1", "2", "3", "none")]
    loaded = loading.one(rows(*lines))
    assert loading.rows(loaded, "sum(n) OVER ()")[0] == (400,)
    assert loading.steps(loaded) == {"inside a cumulative figure of the same place": (8, False, "6, 7, 8, 9, 10, ...")}
    assert "in 1 place (48001) figures of single periods lie inside the window" in loading.notes(loaded)


def test_months_after_the_window_and_of_other_places_are_kept(loading):
    loaded = loading.one(
        rows(
            "48001,,2008-10-27/2011-06-30,removal,,,100,true",
            "48001,,2011-07,removal,,,10,false",
            "48003,,2011-06,removal,,,10,false",
            "48001,,2011-06,match,,,10,false",
        )
    )
    assert len(loading.rows(loaded, "n")) == 4


def test_a_cumulative_figure_by_its_last_month_holds_all_before(loading):
    loaded = loading.one(rows("48001,,2011-06,removal,,,100,true", "48001,,2010-02,removal,,,10,false"))
    assert loading.rows(loaded, "n") == [(100,)]


def test_a_period_across_the_end_of_a_window_is_a_question(loading):
    (problem,) = asked(
        loading, rows("48001,,2008-10-27/2011-06-30,removal,,,100,true", "48001,,2011,removal,,,10,false")
    )
    assert "2008-10-27/2011-06-30 (row 2) and 2011-01-01/2011-12-31 (row 3)" in problem.found


@pytest.mark.parametrize("others", [[], ["48001,,2011,arrest,white,,1600,"]])
def test_a_year_beside_its_quarters_is_a_question(loading, others):
    """400 of the year and four times 100 are the same 400; also when only one group has both."""
    (problem,) = asked(loading, rows("48001,,2011,arrest,hispanic,,400,", *QUARTERS, *others))
    assert (problem.file, problem.row, problem.column) == ("a.csv", 3, "period")
    assert "in 1 place: 48001, arrest, hispanic: 2011-01-01/2011-12-31 (row 2) and 2011-01-01/2011-03-31 (row 3)" in (
        problem.found
    )
    assert problem.why == "the same events would be counted twice"
    assert "take the others out of the file" in problem.remedy


def test_a_year_in_one_file_and_quarters_in_another(loading):
    problem = asked(loading, rows("48001,,2011,arrest,hispanic,,400,"), rows(*QUARTERS))[0]
    assert problem.file == "b.csv"
    assert "2011-01-01/2011-12-31 (row 2 of a.csv) and 2011-01-01/2011-03-31 (row 2)" in problem.found


def test_the_period_of_the_audit_settles_it(loading):
    text = rows("48001,,2010-07-01/2011-06-30,arrest,hispanic,,400,", *QUARTERS)
    loaded = loading.load(loading.spec(text), period=Period(date(2011, 1, 1), date(2011, 12, 31)))
    assert loading.rows(loaded, "n") == [(100,)] * 4


def test_periods_that_follow_each_other_are_no_question(loading):
    loaded = loading.one(rows(*QUARTERS, "48001,,2010,arrest,hispanic,,90,", "48001,,2011,arrest,white,,90,"))
    assert len(loading.rows(loaded, "n")) == 6


def test_a_long_period_is_found_behind_a_short_one(loading):
    """2009-2011 overlaps 2011 although 2010 stands between them."""
    text = rows("48001,,2009-01-01/2011-12-31,stop,,,9,", "48001,,2010,arrest,,,9,", "48001,,2011,stop,,,9,")
    (problem,) = asked(loading, text)
    assert "2009-01-01/2011-12-31 (row 2) and 2011-01-01/2011-12-31 (row 4)" in problem.found


def test_a_place_beside_its_agencies_is_a_question(loading):
    """100 and 100 of two departments, and 200 of the county: 200, not 400."""
    lines = [f"48001,{a},2011,arrest,hispanic,,{n}," for a, n in (("PD1", 100), ("PD2", 100), ("", 200))]
    (problem,) = asked(loading, rows(*lines))
    assert problem.column == "agency"
    assert problem.found.startswith("figures without an agency beside figures of agencies, in 1 place: 48001, arrest")
    assert "hispanic, PD1: 2011-01-01/2011-12-31 (row 2) and 2011-01-01/2011-12-31 (row 4)" in problem.found
    assert "values.agency" in problem.remedy
    loaded = loading.one(rows(*lines), values={"agency": {"PD1": "exclude", "PD2": "exclude"}})
    assert loading.rows(loaded, "n") == [(200,)]


def test_agencies_of_one_place_are_added(loading):
    loaded = loading.one(rows("48001,PD1,2011,arrest,,,100,", "48001,PD2,2010/2011,arrest,,,100,"))
    assert len(loading.rows(loaded, "n")) == 2


def test_a_finer_figure_over_another_period_is_a_question(loading):
    """The year of all levels holds the June of Level 1."""
    (problem,) = asked(loading, rows("48001,,2011,match,,,100,", "48001,,2011-06,match,,1,10,"))
    assert problem.found.startswith("figures for one period and finer or coarser ones that overlap it")


def test_a_union_of_levels_holds_each_of_them(loading):
    (problem,) = asked(loading, rows("48001,,2011,match,,2/3,100,", "48001,,2011-06,match,,3,10,"))
    assert "2011-06-01/2011-06-30 (row 3)" in problem.found
    assert len(loading.rows(loading.one(rows("48001,,2011,match,,2/3,9,", "48001,,2011-06,match,,1,9,")), "n")) == 2


def test_unknown_groups_and_levels_of_the_same_period_are_no_question(loading):
    lines = ("48001,,2011,match,hispanic,1,10,", "48001,,2011,match,,,3,", "48001,,2011,match,white,,3,")
    loaded = loading.one(rows(*lines), fill_down=[])
    assert len(loading.rows(loaded, "n")) == 3


def test_totals_of_levels_in_another_file_are_a_question(loading):
    (problem,) = asked(loading, rows("48001,,2011,match,,1,10,"), rows("48001,,2011,match,,,100,"))
    assert problem.file == "b.csv"


def test_totals_without_groups_in_another_file_are_no_question(loading):
    """A file that records no groups makes no statement about them, and is never added to theirs."""
    loaded = loading.load(
        loading.spec(rows("48001,,2011,arrest,hispanic,,10,"), "a.csv"),
        loading.spec(rows("48001,,2011,arrest,,,100,"), "b.csv"),
    )
    assert len(loading.rows(loaded, "n")) == 2


def test_the_nation_is_never_asked_about(loading):
    loaded = loading.one(
        rows(
            "US,,2008-10-27/2010-06-30,removal,,none,100,true",
            "US,,2008-10-27/2011-02-28,removal,,none,300,true",
            "US,,2011,removal,,none,100,false",
            "US,,2010/2011,removal,,none,100,false",
        )
    )
    assert len(loading.rows(loaded, "n")) == 4


PERSONS = "place,event,date,group,agency\n"


def test_person_events_of_one_file_are_never_held_against_each_other(loading):
    """A year alone, a day, an unknown agency: each row is an event of its own."""
    dates = ("2011,hispanic,", "2011-06-03,hispanic,PD1", "2011-06-04,hispanic,")
    loaded = loading.one(PERSONS + "".join(f"48001,arrest,{line}\n" for line in dates))
    assert len(loading.rows(loaded, "n")) == 3


def test_person_events_beside_a_table_of_counts_are_a_question(loading):
    counts = rows("48001,,2011,arrest,hispanic,,100,")
    problems = asked(loading, PERSONS + "48001,arrest,2011-06-04,hispanic,\n", counts)
    assert [problem.file for problem in problems] == ["b.csv"]
    assert "2011-06-01/2011-06-30 (row 2 of a.csv) and 2011-01-01/2011-12-31 (row 2)" in problems[0].found


def test_rows_that_nothing_tells_apart_are_added_and_noted(loading):
    loaded = loading.one(rows("48001,,2011,arrest,hispanic,,10,", "48001,,2011,arrest,hispanic,,12,"))
    assert len(loading.rows(loaded, "n")) == 2
    note = "1 cell (place, period, event, group ...) with several rows each (first in row 2)"
    assert note in loading.notes(loaded)


def test_one_file_read_for_two_columns_is_added_with_a_note(loading):
    text = "place,period,event,men,women\n48001,2011,arrest,20,30\n"
    specs = [loading.spec(text, columns={"n": name}) for name in ("men", "women")]
    loaded = loading.load(*specs)
    assert loading.rows(loaded, "n") == [(20,), (30,)]
    assert "they are added" in "".join(loaded.notes)
