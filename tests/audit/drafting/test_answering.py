"""Answers written into a configuration: a line each, nothing else moves, and what was written is read again."""

from __future__ import annotations

import tomllib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.audit.drafting.answering import Answer, offered, with_answers
from auditor.errors import UsageError

DRAFT = """#? a remark
[audit]
title = "Untitled audit"
as_of = ""

[[sources]]
#? recognised
path = "a.csv"
values.group."H" = ""  # ours
places."A, \\"B\\"" = ""

[[sources]]
path = "b.csv"
constants.event = ""
"""


def test_answers_stand_on_their_lines_and_nothing_else_moves() -> None:
    answers = [
        Answer(("audit", "as_of"), date(2012, 6, 30)),
        Answer(("sources", 0, "values", "group", "H"), "hispanic"),
        Answer(("sources", 0, "places", 'A, "B"'), "48453"),
        Answer(("sources", 1, "constants", "event"), "booking"),
        Answer(("sources", 1, "state"), "TX"),
        Answer(("sources", 1, "day_first"), True),
    ]
    text = with_answers(DRAFT, answers)
    assert 'values.group.H = "hispanic"  # ours' in text
    data = tomllib.loads(text)
    assert data["audit"]["as_of"] == date(2012, 6, 30)
    assert data["sources"][0] == {
        "path": "a.csv",
        "values": {"group": {"H": "hispanic"}},
        "places": {'A, "B"': "48453"},
    }
    assert data["sources"][1] == {"path": "b.csv", "constants": {"event": "booking"}, "state": "TX", "day_first": True}
    changed = set(text.split("\n")) ^ set(DRAFT.split("\n"))
    assert len(changed) == 4 * 2 + 2


def test_a_line_is_taken_out_and_what_is_not_there_stays_away() -> None:
    text = with_answers(
        DRAFT, [Answer(("sources", 1, "constants", "event"), None), Answer(("sources", 0, "fold"), None)]
    )
    assert text == DRAFT.replace('constants.event = ""\n', "")


def test_an_answer_that_has_no_place_is_refused() -> None:
    for path in (("sources", 2, "state"), ("output", "languages")):
        with pytest.raises(UsageError, match="no place for the answer"):
            with_answers(DRAFT, [Answer(path, "x")])
    inline = '[[sources]]\npath = "a.csv"\nvalues.group = { W = "white" }\n'
    with pytest.raises(UsageError, match="cannot be written"):
        with_answers(inline, [Answer(("sources", 0, "values", "group", "H"), "hispanic")])


@given(st.text(min_size=1, max_size=40), st.text(max_size=40))
def test_any_text_comes_back_as_it_was(name: str, value: str) -> None:
    """A key is text of a file, and a value may be typed by anybody."""
    text = with_answers(DRAFT, [Answer(("sources", 0, "places", name), value)])
    assert tomllib.loads(text)["sources"][0]["places"][name] == value


def test_offers_are_settings_with_their_paths() -> None:
    assert [*offered("day_first = false  # or true")] == [(("day_first",), False)]
    assert [*offered('constants = { universe = "adults" }')] == [(("constants", "universe"), "adults")]
    with pytest.raises(UsageError, match="no TOML"):
        [*offered("day_first")]
