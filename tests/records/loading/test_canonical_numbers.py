"""Written numbers: bad-inputs.md, cases 43-50, 66 and 68."""

from decimal import Decimal

import pytest

from auditor.errors import ConfigError, DecisionNeeded, InputError
from auditor.records.amounts import Amount, Style, read_amount, style_of

HEAD = "place,period,event,group,n\n"
GROUPS = ("hispanic", "white", "black", "asian", "native", "pacific", "multiple", "other")


def table(*cells: str) -> str:
    """One row a cell: a group of Travis County each, so that rows are told apart."""
    return HEAD + "".join(f'48453,2011,arrest,{group},"{cell}"\n' for group, cell in zip(GROUPS, cells, strict=False))


WRITTEN = {
    "1,234": 1234,
    "1 234": 1234,
    "1\u00a0234": 1234,
    "'0042": 42,
    "12.0": 12,
    "1e+05": 100000,
    "  7 ": 7,
    "12,345,678": 12345678,
}
HIDDEN = {
    "<11": (0, 10),
    "< 11": (0, 10),
    "<=10": (0, 10),
    "≤10": (0, 10),
    "1-10": (1, 10),
    "1–10": (1, 10),
    "fewer than 5": (0, 4),
    "*": (0, 10),
    "S": (0, 10),
    "D/": (0, 10),
    "^": (0, 10),
    "suppressed": (0, 10),
}


def years(*cells: str) -> str:
    """One row a cell: a year of Travis County each."""
    return HEAD + "".join(f'48453,{2000 + i},arrest,white,"{cell}"\n' for i, cell in enumerate(cells))


def test_whole_numbers_as_people_write_them(loading):
    loaded = loading.one(years(*WRITTEN), constants={"cumulative": "false"})
    assert loading.rows(loaded, "n") == [(n,) for n in WRITTEN.values()]


def test_suppressed_cells_are_intervals_never_zero(loading):
    """Every spelling in one column that prints no zero, so that the least is 0."""
    loaded = loading.one(years(*HIDDEN, "30"))
    expected = [(None, *bounds) for bounds in HIDDEN.values()]
    assert loading.rows(loaded, "n, n_low, n_high") == [*expected, (30, None, None)]
    assert "suppressed cells (12 of 13, 92%) kept as intervals, never as zero" in loading.notes(loaded)


def test_a_column_that_prints_zeros_suppresses_from_one(loading):
    """A printed 0 says that hidden cells are at least 1; "<6" elsewhere says what a star hides."""
    loaded = loading.one(table("0", "<6", "*"))
    assert loading.rows(loaded, "n, n_low, n_high") == [(0, None, None), (None, 1, 5), (None, 1, 5)]


def test_blank_is_absent_and_never_zero(loading):
    loaded = loading.one(table("5", "", "0"))
    assert loading.rows(loaded, '"group", n') == [("hispanic", 5), ("black", 0)]
    assert loading.steps(loaded) == {"n not reported (blank)": (1, False, "3")}


@pytest.mark.parametrize("cell", ["N/A", "NA", "NULL", "NR", "."])
def test_marks_for_not_reported(loading, cell):
    loaded = loading.one(table("5", cell))
    assert loading.rows(loaded, "n") == [(5,)]
    assert f"n: read as not reported: {cell!r} in 1 row" in loading.notes(loaded)


def test_a_dash_beside_zeros_is_a_question(loading):
    error = loading.error(DecisionNeeded, loading.spec(table("0", "-", "7", "-")))
    (problem,) = error.problems
    assert (problem.file, problem.row, problem.column) == ("file.csv", 3, "n")
    assert problem.found == "'-' in 2 rows, beside printed zeros"
    assert 'values.n = { "-" = "" }' in error.toml


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("0", (0, None, None)), ("1-10", (None, 1, 10))],
)
def test_the_answer_to_a_dash(loading, answer, expected):
    loaded = loading.one(table("0", "-"), values={"n": {"-": answer}})
    assert loading.rows(loaded, "n, n_low, n_high") == [(0, None, None), expected]


def test_a_dash_declared_missing(loading):
    loaded = loading.one(table("0", "-"), values={"n": {"-": "missing"}})
    assert loading.rows(loaded, "n") == [(0,)]
    assert loading.steps(loaded) == {"n not reported (blank)": (1, False, "3")}


def test_a_dash_without_zeros_is_not_reported(loading):
    loaded = loading.one(table("5", "-"))
    assert loading.rows(loaded, "n") == [(5,)]
    assert "a dash in 1 row read as not reported" in loading.notes(loaded)


@pytest.mark.parametrize("cell", ["(5)", "−5", "5-", "-5"])
def test_negative_counts_are_quarantined(loading, cell):
    loaded = loading.one(table("8", cell, "9"))
    assert loading.rows(loaded, "n") == [(8,), (9,)]
    assert loading.steps(loaded) == {"n is negative": (1, True, "3")}


@pytest.mark.parametrize("cell", ["inf", "1000000000", "1.23457E+15", "99999999999999999999"])
def test_numbers_beyond_the_country_are_quarantined(loading, cell):
    loaded = loading.one(table("8", cell, "9"))
    assert loading.rows(loaded, "n") == [(8,), (9,)]
    reason = "n is infinite or larger than the country's population"
    assert loading.steps(loaded) == {reason: (1, True, "3")}


def test_words_among_numbers_are_quarantined_with_a_note(loading):
    loaded = loading.one(table("8", "pending", "9"))
    assert loading.steps(loaded) == {"n is not a number": (1, True, "3")}
    assert "'pending' in 1 row" in loading.notes(loaded)


@pytest.mark.parametrize("cell", ["12.5", "12%", "0.12"])
def test_shares_and_averages_are_no_counts(loading, cell):
    problem = loading.problem(InputError, table("8", cell, "9"))
    assert (problem.row, problem.column, problem.found) == (3, "n", f"{cell!r} in 1 row")
    assert "whole numbers" in problem.why
    assert "columns.n" in problem.remedy


def test_a_column_of_words_is_refused(loading):
    problem = loading.problem(InputError, table("many", "some", "9"))
    assert problem.found.startswith("2 of 3 cells are no usable number")
    assert problem.column == "n"


def test_a_stop_that_may_part_thousands_is_a_question(loading):
    error = loading.error(DecisionNeeded, loading.spec(table("1.234", "5")))
    assert error.problems[0].column == "n"
    assert 'thousands = "."' in error.toml


def test_a_separator_that_nobody_writes_is_a_configuration_error(loading):
    error = loading.error(ConfigError, loading.spec(table("5"), thousands="x"))
    assert "thousands = 'x'" in str(error)


def test_a_stop_for_thousands_with_a_decimal_comma(loading):
    assert loading.rows(loading.one(table("1.234,00"), thousands="."), "n") == [(1234,)]


@pytest.mark.parametrize("options", [{"thousands": "."}, {}])
def test_a_stop_that_is_settled(loading, options):
    """Declared, or shown by 1.234.567, which no decimal can be."""
    cells = ("1.234", "5") if options else ("1.234", "1.234.567")
    loaded = loading.one(table(*cells), **options)
    assert loading.rows(loaded, "n")[0] == (1234,)


def test_style_takes_a_stop_for_decimals_when_commas_part_thousands():
    style = style_of(["1,234", "1.000"], "", zeros=False)
    assert style == Style(",", True, False, 11)
    assert read_amount("1.000", style) == Amount("number", Decimal("1.000"))
