from __future__ import annotations

import pytest

from auditor.report import wording

FORBIDDEN = [
    ("profiled", "The sheriff profiled drivers."),
    ("profiled", "Deputies are profiling Hispanic drivers."),
    ("profiled", "The county engages in ethnic profiling."),
    ("racist", "a racist pattern"),
    ("guilt", "The county is guilty."),
    ("guilt", "They broke the law."),
    ("guilt", "evidence of unlawful conduct"),
    ("proof", "This proves discrimination."),
    ("proof", "It is proof of bias."),
    ("cause", "arrested because of race"),
    ("cause", "The programme caused the rise."),
    ("cause", "an intentional policy"),
    ("chance", "a 5 % chance that it is chance"),
    ("chance", "95 % probability that the ratio"),
    ("chance", "not due to chance"),
    ("impossible", "statistically impossible"),
    ("clearance", "There is no profiling here."),
    ("clearance", "The county is cleared."),
    ("clearance", "The agency was exonerated."),
    ("clearance", "shows absence of profiling"),
    ("league", "the worst county"),
    ("league", "number one in Texas"),
    ("label", "undocumented arrestees"),
    ("label", "illegals"),
    ("label", "illegal immigrants"),
    ("label", "criminal aliens"),
    ("label", "dangerous criminals"),
    ("innocent", "innocent people"),
    ("removable", "removable persons"),
    ("removable", "A match means removable."),
    ("ethnicity", "surname shows ethnicity"),
    ("increase", "{r:ratio} % higher"),
    ("increase", "{s:percent} increase"),
    ("endorsed", "this CRCL review"),
    ("endorsed", "endorsed by DHS"),
    ("title-vi", "a disparate-impact violation"),
    ("label", "personas indocumentadas"),
    ("guilt", "son culpables"),
]
ALLOWED = [
    "Statistical screening report - not a finding of unlawful conduct.",
    "This is not a clearance: it does not show absence of profiling.",
    "compatible with, but not proof of, pretextual arrest",
    "Level 3 and non-criminal; non-criminal removals",
    "With these data we would have detected a ratio of 1.5 or more with 80 % probability.",
    "Each alone has innocent readings.",
    "a criminal charge; prior criminal history; the Criminal Alien Program",
    "A match does not mean that the person is removable.",
    "modelled on the review recommended in 2011; not issued by any agency",
    "many dots lie outside the curves with nobody profiling",
    "Disparity, not cause; this comparison cannot prove the reason.",
]


@pytest.mark.parametrize(("rule", "text"), FORBIDDEN)
def test_forbidden(rule: str, text: str) -> None:
    assert rule in {offence.rule for offence in wording.check(text)}


@pytest.mark.parametrize("text", ALLOWED)
def test_allowed(text: str) -> None:
    assert wording.check(text) == []


def test_held_quotations_and_users_words_are_exempt() -> None:
    quoted = "illegal racial or other profiling"
    assert wording.check("Training on " + quoted) == []
    text = "The complaint says: “deputies profiled us”."
    assert wording.check(text)
    assert wording.check(text, held=["deputies profiled us"]) == []


def test_pages_are_read_outside_held_elements_and_across_tags() -> None:
    assert wording.check_html("<p data-held='q'>He was <b>profiled</b>.</p><p>calm</p>") == []
    assert wording.check_html("<p>He was pro<b>filed</b>.</p>")
    assert wording.check_html("<style>.criminals{}</style><img alt=''><p>x</p>") == []


def test_every_pattern_can_fire() -> None:
    fired = {offence.rule for _, text in FORBIDDEN for offence in wording.check(text)}
    assert fired == {rule.name for rule in wording.RULES}
