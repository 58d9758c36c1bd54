"""Marks of redaction, told apart from values that look like them, alike in Python and in DuckDB (bad-inputs 113)."""

import pytest

from auditor.records.absent import given, moment, redacted
from auditor.records.private import said_of
from auditor.records.words import is_missing, is_redacted

MARKS = (
    "b(6), b(7)c", "b(6), b(7)C", "(b)(6), (b)(7)(c)", "(b)(6), (b)(7)(C)", "(b)(6), (b)(7)(C), (b)(7)(E)",
    "(b)(6)", "(b) (6); (b) (7)(C)", "(b)(6)(b)(7)(C)", "[(b)(6)]", "b(6)/b(7)(E)",
)  # fmt: skip
VALUES = ("B-2", "B2", "b 6", "(b)", "(6)", "HARRIS COUNTY (b)(6)", "b(6) and others", "", "(c)(6)", "b(0)")


@pytest.mark.parametrize("text", MARKS)
def test_a_mark_of_redaction_is_missing(store, text):
    assert is_redacted(text)
    assert is_missing(text)
    assert ask(store, redacted("v"), text) is True
    assert ask(store, given("v"), text) is False


@pytest.mark.parametrize("text", VALUES)
def test_a_value_is_no_redaction(store, text):
    assert not is_redacted(text)
    assert ask(store, redacted("v"), text) is False


def test_a_long_cell_is_not_searched_for_marks(store):
    text = "(b)(6) " * 200_000
    assert not is_redacted(text)
    assert ask(store, redacted("v"), text) is False


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2025-07-26 18:50:27", "2025-07-26 18:50:27"),
        ("2025-09-18T00:00:00Z", "2025-09-18 00:00:00"),
        ("10/3/2025 7:15 PM", "2025-10-03 19:15:00"),
        ("10/18/1999", "1999-10-18 00:00:00"),
        ("2025-05-16 am", "2025-05-16 00:00:00"),
        (" 2025-05-16 ", "2025-05-16 00:00:00"),
        ("18/10/1999", None),
        ("NA", None),
        ("", None),
    ],
)
def test_moments_of_ices_tables(store, text, read):
    found = ask(store, moment("v"), text)
    assert (None if found is None else str(found)) == read


@pytest.mark.parametrize(
    ("rows", "of", "said"),
    [
        (0, 30, "no row"),
        (30, 30, "every row"),
        (10, 30, "fewer than 11 rows"),
        (11, 30, "11 rows"),
        (19, 30, "19 rows"),
        (20, 30, "all but fewer than 11 rows"),
        (1_250, 3_000, "1,250 rows"),
    ],
)
def test_a_few_people_are_never_said_nor_what_would_tell_of_them(rows, of, said):
    assert said_of(rows, of) == said


def ask(store, expression, text):
    return store.connection.execute(f"SELECT {expression} FROM (SELECT ?::VARCHAR AS v)", [text]).fetchall()[0][0]
