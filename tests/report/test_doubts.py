"""What a page says of robustness: each sentence with its numbers and where they stand in review.json."""

import re
from dataclasses import replace
from typing import Any

import pytest
from markupsafe import Markup

from auditor.findings.finding import Finding
from auditor.findings.review import Review
from auditor.report import doubts

WHOLE = {
    "passed": 7,
    "of": 8,
    "failed": ["without-theft"],
    "blocks": {"same": 3, "of": 4},
    "e_value_limit": 1.36,
    "e_value_of": "ratio",
    "unrecorded_share": None,
    "misrecorded_share": None,
}


@pytest.fixture
def finding(review: Review) -> Finding:
    return replace(review.places[0].findings[0], e_value=2.05, robustness=WHOLE)


def changed(finding: Finding, **changes: Any) -> Finding:
    return replace(finding, robustness={**WHOLE, **changes})


def plain(markup: Markup) -> str:
    return re.sub(r"\s+", " ", markup.striptags())


def refs(markup: Markup) -> list[str]:
    return re.findall(r'data-(?:ref|text)="([^"]*)"', str(markup))


def test_specifications_are_counted_and_the_failing_ones_named(finding: Finding) -> None:
    shown = doubts.specifications(finding)
    assert plain(shown).startswith("Under 7 of 8 other specifications")
    assert plain(shown).endswith("Not under: without-theft.")
    assert refs(shown) == ["robustness/passed", "robustness/of", "robustness/failed/0"]
    assert "Not under" not in plain(doubts.specifications(changed(finding, failed=[])))
    assert plain(doubts.specifications(changed(finding, of=0, passed=0))).startswith("no alternative")
    assert plain(doubts.specifications(replace(finding, robustness=None))).startswith("no alternative")


def test_parts_of_the_time(finding: Finding) -> None:
    shown = doubts.blocks(finding)
    assert plain(shown).startswith("In 3 of 4 parts")
    assert refs(shown) == ["robustness/blocks/same", "robustness/blocks/of"]
    assert plain(doubts.blocks(changed(finding, blocks=None))).startswith("not known")


def test_e_values(finding: Finding) -> None:
    both = doubts.e_value(finding)
    assert "2.05 each to explain the estimate away, and of 1.36 each" in plain(both)
    assert refs(both) == ["e_value", "robustness/e_value_limit"]
    assert "square root" not in plain(both)
    assert "square root" in plain(doubts.e_value(changed(finding, e_value_of="square-root")))
    inside = doubts.e_value(changed(finding, e_value_limit=1.0))
    assert plain(inside).endswith("the interval holds “no difference” as it is.")
    assert refs(inside) == ["e_value"]
    # An estimate of 0 or without end has no E-value of its own; its limit has.
    assert refs(doubts.e_value(replace(finding, e_value=None))) == ["robustness/e_value_limit"]
    assert doubts.e_value(replace(finding, e_value=None, robustness=None)) == ""


def test_shares_of_groups(finding: Finding) -> None:
    assert doubts.groups(finding) == ""
    shown = doubts.groups(changed(finding, unrecorded_share=0.46, misrecorded_share=0.14))
    assert re.findall(r"\d+\.\d", plain(shown)) == ["46.0", "14.0"]
    assert refs(shown) == ["robustness/unrecorded_share", "robustness/misrecorded_share"]
