"""Written periods and days: bad-inputs.md, cases 60, 70-77."""

from datetime import date

import pytest

from auditor.errors import DecisionNeeded, InputError
from auditor.records.dates import order_of

HEAD = "place,period,event,n\n"


def table(*periods: str) -> str:
    return HEAD + "".join(f'48453,"{period}",arrest,{i + 5}\n' for i, period in enumerate(periods))


STYLES = [
    ("2011", date(2011, 1, 1), date(2011, 12, 31), "year"),
    ("FY2011", date(2010, 10, 1), date(2011, 9, 30), "fiscal-year"),
    ("FY11 Q2", date(2011, 1, 1), date(2011, 3, 31), "quarter"),
    ("FY2011 Q1", date(2010, 10, 1), date(2010, 12, 31), "quarter"),
    ("2019 Q3", date(2019, 7, 1), date(2019, 9, 30), "quarter"),
    ("Q3 2019", date(2019, 7, 1), date(2019, 9, 30), "quarter"),
    ("Oct-11", date(2011, 10, 1), date(2011, 10, 31), "month"),
    ("October 2011", date(2011, 10, 1), date(2011, 10, 31), "month"),
    ("2011-10", date(2011, 10, 1), date(2011, 10, 31), "month"),
    ("10/2011", date(2011, 10, 1), date(2011, 10, 31), "month"),
    ("201110", date(2011, 10, 1), date(2011, 10, 31), "month"),
    ("October 27, 2008", date(2008, 10, 27), date(2008, 10, 27), "day"),
    ("27-Oct-08", date(2008, 10, 27), date(2008, 10, 27), "day"),
    ("05MAR12", date(2012, 3, 5), date(2012, 3, 5), "day"),
    ("2011-08-15 13:05:00", date(2011, 8, 15), date(2011, 8, 15), "day"),
    ("2025-05-16 am", date(2025, 5, 16), date(2025, 5, 16), "day"),
    ("2008-10-27/2010-06-30", date(2008, 10, 27), date(2010, 6, 30), "interval"),
    ("October 27, 2008 through September 30, 2011", date(2008, 10, 27), date(2011, 9, 30), "interval"),
]


def test_periods_in_many_styles(loading):
    rows = (f'local:{i},"{text}",arrest,{i + 5}\n' for i, (text, *_) in enumerate(STYLES))
    loaded = loading.one(HEAD + "".join(rows), constants={"cumulative": "false"})
    assert loading.rows(loaded, 'start, "end", period_kind') == [tuple(expected) for _, *expected in STYLES]


def test_day_and_month_by_evidence(loading):
    """10/27/2008 can only be month first, so 03/04/2011 is the fourth of March (case 71)."""
    loaded = loading.one(table("10/27/2008", "03/04/2011 9:15 PM"))
    assert loading.rows(loaded, "start") == [(date(2008, 10, 27),), (date(2011, 3, 4),)]


def test_day_and_month_that_nothing_settles_are_a_question(loading):
    error = loading.error(DecisionNeeded, loading.spec(table("03/04/2011", "05/06/2011")))
    (problem,) = error.problems
    assert (problem.row, problem.column) == (2, "period")
    assert "'03/04/2011' in 1 row" in problem.found
    assert "day_first = false" in error.toml


@pytest.mark.parametrize(("day_first", "expected"), [(True, date(2011, 4, 3)), (False, date(2011, 3, 4))])
def test_the_answer_to_day_and_month(loading, day_first, expected):
    loaded = loading.one(table("03/04/2011"), day_first=day_first)
    assert loading.rows(loaded, "start") == [(expected,)]


def test_contradicting_orders_are_a_question(loading):
    problem = loading.problem(DecisionNeeded, table("13/04/2011", "04/13/2011"))
    assert "some cells can only be day first" in problem.why


def test_order_of_is_silent_without_such_dates():
    assert order_of(["2011-01-02", "October 2011"], None) == "none"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2099-13", "cannot be read"),
        ("2011-02-29", "cannot be read"),
        ("1900-01-00", "cannot be read"),
        ("1965-05-05", "lies before 1971"),
        ("2013-05-05", "lies in the future"),
        ("40817", "looks like a spreadsheet's day number"),
        ("2011-09/2011-03", "cannot be read"),
    ],
)
def test_absurd_periods_are_quarantined(loading, text, reason):
    loaded = loading.load(loading.spec(table("2011", text, "2010")), as_of=date(2012, 6, 30))
    assert loading.steps(loaded) == {f"period {reason}": (1, True, "3")}
    assert f"{text!r} {reason}" in loading.notes(loaded)


def test_without_an_as_of_only_the_far_future_is_absurd(loading):
    loaded = loading.one(table("2013", "2199"))
    assert loading.steps(loaded) == {"period lies in the future": (1, True, "3")}


def test_a_column_that_is_no_period_is_refused(loading):
    problem = loading.problem(InputError, table("spring", "autumn", "2011"))
    assert problem.found.startswith("2 of 3 cells cannot be used")
    assert (problem.row, problem.column) == (2, "period")


def test_fiscal_years_that_are_bare_numbers_are_asked_about_and_others_are_federal(loading):
    asked = loading.problem(DecisionNeeded, "place,fiscal_year,event,n\n48453,2011,arrest,5\n")
    assert (asked.row, asked.column) == (2, "fiscal_year")
    loaded = loading.one("place,fiscal_year,event,n\n48453,FY2011,arrest,5\n")
    assert loading.rows(loaded, "start, period_kind") == [(date(2010, 10, 1), "fiscal-year")]
    assert "October to September" in loading.notes(loaded)


def test_an_answer_that_is_no_period_is_asked_about_again(loading):
    text = "place,fiscal_year,event,n\n48453,2011,arrest,5\n"
    assert loading.problem(DecisionNeeded, text, values={"period": {"2011": "July"}}).found.startswith("fiscal years")


def test_a_month_column_joins_its_year(loading):
    loaded = loading.one("place,year,month,event,n\n48453,2011,8,arrest,5\n48453,2011,Sep,arrest,6\n")
    assert loading.rows(loaded, "start, period_kind") == [(date(2011, 8, 1), "month"), (date(2011, 9, 1), "month")]


@pytest.mark.parametrize(
    ("start", "end", "kind"),
    [
        ("2011-08-01", "2011-08-31", "month"),
        ("2011-01-01", "2011-12-31", "year"),
        ("2011-04-01", "2011-06-30", "quarter"),
        ("2011-04-01", "2011-04-01", "day"),
        ("2011-04-02", "2011-06-30", "interval"),
    ],
)
def test_two_ends_say_what_kind_of_period_it_is(loading, start, end, kind):
    loaded = loading.one(f"place,period_start,period_end,event,n\n48453,{start},{end},arrest,5\n")
    assert loading.rows(loaded, "period_kind") == [(kind,)]


def test_a_period_that_ends_before_it_starts_is_quarantined(loading):
    text = (
        "place,period_start,period_end,event,n\n"
        "48453,2011-05-01,2011-04-01,arrest,5\n"
        "48453,2011-05-01,2011-06-01,arrest,6\n"
    )
    loaded = loading.one(text)
    assert loading.steps(loaded) == {"period ends before it starts": (1, True, "2")}


def test_a_blank_period_is_quarantined(loading):
    loaded = loading.one(table("2011", ""))
    assert loading.steps(loaded) == {"period is blank": (1, True, "3")}


def test_day_numbers_of_a_workbook_use_its_epoch(loading):
    """Day 40817 counted from 30 December 1899 is 1 October 2011 (case 70); text files do not say from when."""
    assert date(1899, 12, 30).toordinal() + 40817 == date(2011, 10, 1).toordinal()
    sheets = {"Data": [["place", "period", "event", "n"], ["48453", "40817", "arrest", "5"]]}
    loaded = loading.load(loading.workbook(sheets))
    assert loading.rows(loaded, "start") == [(date(2011, 10, 1),)]
    assert "40817 as 2011-10-01" in loading.notes(loaded)
