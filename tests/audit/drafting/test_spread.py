"""Configurations written by hand, put so that a setting can be answered: the same settings, each on a line."""

from __future__ import annotations

import tomllib

import pytest

from auditor.audit.drafting.answering import Answer, with_answers
from auditor.audit.drafting.spread import spread

PLAIN = """# mine
[audit]
title = "A"
period = { start = 2010-01-01, end = 2010-12-31 }

[[sources]]
path = "a.csv"
values.group."H" = "hispanic"  # ours
places.'A, "B"' = "48453"

[output]
languages = ["es", "en"]
"""
BRACES = PLAIN.replace('values.group."H" = "hispanic"', 'values.group = { H = "hispanic", "W, X" = "white" }')
HEADED = PLAIN.replace('places.\'A, "B"\' = "48453"', '[sources.places]\n"A, \\"B\\"" = "48453"')
INLINE = """sources = [{ path = "a.csv" }]
audit = { title = "A", as_of = 2011-12-31 }
"""


def test_what_stands_so_stays_byte_for_byte() -> None:
    assert spread(PLAIN) == PLAIN


@pytest.mark.parametrize("text", [BRACES, HEADED, INLINE])
def test_the_settings_are_the_same_and_can_be_answered(text: str) -> None:
    made = spread(text)
    assert tomllib.loads(made) == tomllib.loads(text)
    answers = [
        Answer(("audit", "title"), "B"),
        Answer(("sources", 0, "values", "group", "B"), "black"),
        Answer(("sources", 0, "places", "C"), "48209"),
    ]
    data = tomllib.loads(with_answers(made, answers))
    before = tomllib.loads(text)["sources"][0].get("values", {}).get("group", {})
    assert data["sources"][0]["values"]["group"] == {**before, "B": "black"}
    assert data["audit"]["title"] == "B"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "audit = 1\n",
        '[audit]\ntitle = "A"\nsources = 3\n',
        "sources = [1]\n[audit]\n",
        INLINE.replace("2011-12-31", "07:32:00"),
    ],
)
def test_what_is_no_configuration_is_left_to_who_reads_it(text: str) -> None:
    assert spread(text) == text
