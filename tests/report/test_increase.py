"""A ratio of x / 100 is never written as "x % increase": the Pierce County table did so with 2.51.

The increase is 151 %. Nothing that writes a number may turn 2.51 into 251 %, whatever sentence it stands in.
"""

from __future__ import annotations

import re

import pytest

from auditor.report import numbers, sentences, wording

RATIO = 2.51
DAY = "2011-10-17"
SPAN = {"start": "2011-01-01", "end": "2011-12-31"}
# A value of each kind as if a ratio of 2.51 had got there; a share cannot be one, see below.
VALUES = {
    "percent": 0.251,
    "points": 0.251,
    "p": 0.0251,
    "q": 0.0251,
    "date": DAY,
    "period": SPAN,
    "between": SPAN,
    "text": "people",
}
WRONG = re.compile(r"251\s?(?:%|percent)")
RISES = re.compile(r"\d\s?(?:%|percent)\s+(?:increase|rise|higher|longer|greater)")


def filled(name: str, template: str) -> str:
    """The sentence with 2.51 in every place that takes a number which could be a ratio."""
    holes = sentences.holes(template)
    values = {base: 724 for _, _, base in holes if base}
    values |= {hole: VALUES.get(kind, 3 if kind == "count" else RATIO) for hole, kind, _ in holes}
    return sentences.fill(name, template, values)


def test_no_sentence_of_the_catalogue_says_251_percent():
    catalogue = sentences.load("en")
    assert len(catalogue) > 300
    for name, template in catalogue.items():
        said = filled(name, template)
        assert not WRONG.search(said), said
        assert not RISES.search(said), said


def test_the_test_would_see_it():
    assert WRONG.search(filled("x", "{ratio:number} or 251 % increase"))
    assert RISES.search("held 251 % longer")


def test_a_ratio_is_no_share():
    """Whatever kind a sentence gives it, 2.51 raises or is written as a ratio."""
    for write in (numbers.percent, numbers.points):
        with pytest.raises(ValueError, match=r"2\.51 is no"):
            write(RATIO)
    assert numbers.percent(1 + 1e-12) == "100.0 %"
    assert numbers.points(-1) == "\N{MINUS SIGN}100.0 percentage points"
    with pytest.raises(sentences.CatalogueError, match=r"ratio = 2\.51 is no percent"):
        sentences.fill("x", "held {ratio:percent} longer", {"ratio": RATIO})


@pytest.mark.parametrize("kind", sorted(set(sentences.KINDS) - {"date", "period", "between", "text"}))
def test_no_kind_writes_it(kind):
    try:
        said = sentences.write_value("x", "ratio", kind, RATIO)
    except sentences.CatalogueError:
        return
    assert not WRONG.search(said), said
    assert "%" not in said or said == "151 % more"


@pytest.mark.parametrize(
    "text", ["a 251 % increase", "an increase of {ratio:number} %", "251 percent rise in jail time"]
)
def test_the_words_are_forbidden(text):
    assert "increase" in {offence.rule for offence in wording.check(text)}
