"""The index: orders and links without script, coverage, and sizes with every signal there is."""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from types import ModuleType

from auditor.findings.review import Review
from auditor.report import rules, shapes
from auditor.report.figures.map import coarser
from auditor.report.index_columns import MOST
from auditor.report.render import LARGEST, Renderer
from auditor.report.trace import check
from auditor.signals.registry import discover


def _many(fixtures: ModuleType, review: Review, times: int) -> Review:
    """Every signal with ``times`` findings in the first place, each with all that a finding can hold."""
    cards = tuple(asdict(signal.card) for signal in discover().values())
    whole = max(review.places[0].findings + review.places[-1].findings, key=lambda f: len(str(f)))
    made = []
    for number, card in enumerate(cards):
        for at in range(times):
            name = f"F-{number:02d}{at:02d}"
            own = {"signal": card["name"], "family": card["family"], "section": card["section"]}
            made.append(replace(whole, id=name, tested=at == 0, contrast=f"a/b/{at}", **own))
    place = replace(review.places[0], findings=tuple(made))
    return replace(review, places=(place, *review.places[1:]), signals=cards)


def test_a_place_with_every_signal_stays_within_its_size(fixtures: ModuleType, review: Review) -> None:
    many = _many(fixtures, review, 3)
    html = Renderer(many).place(0)
    assert len(html.encode()) <= LARGEST
    assert check(html, many) == []
    assert html.count('<article class="finding"') == 3 * len(discover())
    # What is left out of a card is said, and never its effect or its outcome.
    cards = re.findall(r'<dl class="card">.*?</dl>', html, re.DOTALL)
    assert all("estimate/value" in card and "<dt>Outcome</dt>" in card for card in cards)
    assert "In short, so that this page stays small" in html
    assert "In short" not in Renderer(review).place(0)


def test_a_place_of_six_findings_a_signal_stays_within_its_size_in_spanish(
    fixtures: ModuleType, review: Review
) -> None:
    """Spanish takes more room: in the last step every finding that flags nothing is a row of part 20 alone."""
    many = _many(fixtures, review, 6)
    for language in ("en", "es"):
        html = Renderer(many, language).place(0)
        assert len(html.encode()) <= LARGEST, language
        assert check(html, many) == []
        assert all(f'id="{finding.id}"' in html for finding in many.places[0].findings)


def test_a_national_index_with_every_signal_stays_within_its_size(fixtures: ModuleType) -> None:
    base = fixtures.national(3_100)
    cards = tuple(asdict(signal.card) for signal in discover().values())
    first_of = {card["family"]: card["name"] for card in cards}
    chosen = {*first_of.values(), cards[0]["name"], cards[1]["name"]}  # every family, more columns than there may be
    named = [(card["name"], card["family"], card["section"]) for card in cards if card["name"] in chosen]
    assert len(named) > MOST
    places = []
    for place in base.places:
        first = place.findings[0]
        own = tuple(
            replace(first, id=f"{first.id}{i}", signal=name, family=family, section=section)
            for i, (name, family, section) in enumerate(named)
        )
        places.append(replace(place, findings=own))
    review = replace(base, places=tuple(places), signals=cards)
    html = Renderer(review).index()
    assert len(html.encode()) <= 1_500_000
    head = re.search(r'<table class="all".*?</thead>', html, re.DOTALL)
    assert head is not None
    assert head.group(0).count("<th ") <= MOST + 1
    assert "Tests of one family share a column" in html


def test_links_show_one_verdict_or_one_state_without_script(pages: dict[str, str]) -> None:
    html = pages["index.html"]
    nav = re.search(r'<nav class="filters".*?</nav>', html, re.DOTALL)
    assert nav is not None
    targets = re.findall(r'href="#(only-[^"]+)"', nav.group(0))
    assert "only-insufficient-data" in targets
    assert "only-TX" in targets
    style = re.search(r"<style>.*?</style>", html, re.DOTALL)
    assert style is not None
    for target in targets:
        assert html.count(f'id="{target}"') == 1
        assert f"#{target}:target" in style.group(0)
    assert ".only:target{display:block}" in style.group(0)
    assert "@supports selector(:has(a))" in style.group(0)  # who cannot hide rows is not told that they are hidden
    rows = re.findall(r'<tr class="([^"]*)" data-at[^>]*><th scope="row">(.*?)</th>', html)
    assert rows
    assert all(css == "TX" for css, name in rows if name.endswith(", TX"))
    assert all(name.endswith(", TX") for css, name in rows if css == "TX" and "," in name)


def test_places_stand_by_state_and_name(pages: dict[str, str]) -> None:
    html = pages["index.html"]
    part = html[html.index('<h2 id="names"') : html.index('<section aria-labelledby="map"')]
    areas = re.findall(r'<h3><span data-name="area">([^<]*)</span>', part)
    assert areas == sorted(areas)
    assert "Texas" in areas


def test_coverage_counts_places_by_what_became_of_a_test(pages: dict[str, str]) -> None:
    places = [
        {"findings": [{"signal": "a", "tested": False}, {"signal": "a", "tested": True}], "withheld": []},
        {"findings": [{"signal": "a", "tested": False}], "withheld": [{"signal": "a"}]},
        {"findings": [], "withheld": [{"signal": "a"}]},
        {"findings": [], "withheld": []},
    ]
    assert [rules.covered([places, "a", how]) for how in ("tested", "described", "withheld")] == [1, 1, 1]
    assert "What was run, and where" in pages["index.html"]


def test_coarse_outlines_still_meet_and_none_vanishes() -> None:
    """A square with a hole whose start is relative to the square's, and a speck."""
    assert coarser("M80 80l80 0 0 80-80 0zm16 16l8 0 0 8-8 0z", 8) == "M10 10l10 0 0 10-10 0zM12 12l1 0 0 1-1 0z"
    assert coarser("M80 80l1 0 0 1z", 8) == "M10 10h1z"
    paths = shapes.county_paths(["48453", "48491"])
    assert coarser(paths["48453"], 1) == paths["48453"]

    def corners(path: str) -> set[tuple[int, int]]:
        found = set()
        for ring in path.split("M")[1:]:
            numbers = [int(text) for text in re.findall(r"-?[0-9]+", ring)]
            x, y = numbers[:2]
            found.add((x, y))
            for dx, dy in zip(numbers[2::2], numbers[3::2], strict=True):
                x, y = x + dx, y + dy
                found.add((x, y))
        return found

    both = corners(coarser(paths["48453"], 8)) & corners(coarser(paths["48491"], 8))
    assert len(both) >= 2  # Travis and Williamson share a border
