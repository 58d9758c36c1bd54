from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from types import ModuleType
from typing import Any

import pytest

from auditor.findings.review import Review
from auditor.report import labels, render, wording
from auditor.report.render import Renderer, render_pages, render_place
from auditor.report.tables import tables
from auditor.resources import folder


class Outline(HTMLParser):
    """Tags with the names of their attributes, and every address."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.addresses: list[str] = []
        self.ids: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(sorted(name for name, _ in attrs))))
        for name, value in attrs:
            if name in ("href", "src", "action", "data", "xlink:href"):
                self.addresses.append(value or "")
            if name == "id":
                self.ids.append(value or "")


@pytest.fixture(scope="module")
def travis(pages: dict[str, str]) -> str:
    return next(html for path, html in pages.items() if "travis" in path)


def _text(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("\u00a0", " ")


def test_every_place_has_its_page_and_the_index_comes_last(review: Review, pages: dict[str, str]) -> None:
    assert [*pages] == [*(place.page for place in review.places), "index.html"]


def test_the_twenty_one_parts_stand_in_order(pages: dict[str, str]) -> None:
    for path, html in pages.items():
        if path != "index.html":
            assert re.findall(r'<h[12] id="part-(\d+)"', html) == [str(n) for n in range(21)], path


def test_no_part_is_empty(pages: dict[str, str]) -> None:
    html = next(html for path, html in pages.items() if "script-alert" in path)
    for section in re.findall(r'<section[^>]*aria-labelledby="part-\d+".*?</section>', html, re.DOTALL):
        assert len(_text(section)) > 120


def test_what_is_not_there_is_not_supplied_rather_than_none(pages: dict[str, str]) -> None:
    for path, html in pages.items():
        if path != "index.html":
            assert "None supplied" in html or "none supplied" in html
            assert not re.search(r">\s*None\.?\s*<", html), path
            assert "Ask for:" in html


def test_csp_holds_the_hash_of_the_style_and_nothing_else(pages: dict[str, str]) -> None:
    for html in pages.values():
        first = re.search(r"<head>\s*(<[^>]+>)", html)
        assert first is not None
        assert first.group(1).startswith('<meta http-equiv="Content-Security-Policy"')
        style = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
        assert len(style) == 1
        digest = base64.b64encode(hashlib.sha256(style[0].encode()).digest()).decode()
        assert (
            f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
            in (first.group(1).replace("&#39;", "'"))
        )


def test_pages_ask_for_nothing_outside_and_run_nothing(pages: dict[str, str], review: Review) -> None:
    known = {place.page for place in review.places}
    for path, html in pages.items():
        seen = Outline(html)
        for tag, names in seen.tags:
            assert tag not in ("script", "iframe", "object", "embed", "link", "base", "form", "img"), path
            assert not [name for name in names if name.startswith("on") or name == "style"], (path, tag)
        for address in seen.addresses:
            plain = address.removeprefix("../")
            assert plain.startswith(("#", "tables/")) or plain in known or plain in ("index.html", "index.html#regions")
        assert "url(http" not in html
        assert "@import" not in html


def test_anchors_are_unique_and_links_within_a_page_resolve(pages: dict[str, str]) -> None:
    for path, html in pages.items():
        seen = Outline(html)
        assert len(seen.ids) == len(set(seen.ids)), path
        missing = {address[1:] for address in seen.addresses if address.startswith("#")} - set(seen.ids)
        assert not missing, (path, missing)


def test_under_every_table_stands_a_link_to_a_csv_that_is_written(review: Review, pages: dict[str, str]) -> None:
    written = {name for name, _ in tables(review)} | {"tables/findings.csv"}
    for path, html in pages.items():
        assert set(re.findall(r'href="(?:\.\./)?(tables/[^"#]+)"', html)) <= written, path
        for part in html.split("</table></div>")[1:]:
            # A sentence on the table may stand between the two; a heading, a finding or another table may not.
            assert 'class="csv"' in re.split(r"<h[2-4]|<article|<table|</section>", part)[0], (path, part[:300])


def test_every_finding_has_an_anchor_and_its_csv(review: Review, pages: dict[str, str]) -> None:
    for place in review.places:
        for finding in place.findings:
            assert f'<article class="finding" id="{finding.id}"' in pages[place.page]
    assert all("tables/findings.csv" in pages[place.page] for place in review.places if place.findings)


def test_definitions_come_before_the_significance(travis: str, review: Review) -> None:
    for finding in review.places[0].findings:
        article = re.search(rf'<article class="finding" id="{finding.id}".*?</article>', travis, re.DOTALL)
        assert article is not None
        if finding.definitions:
            defined = article.group(0).find('class="meaning"')
            assert 0 < defined < article.group(0).find('class="says"')
            assert "It cannot by itself show the reason." in article.group(0)


def test_no_disparity_never_stands_without_not_a_clearance(pages: dict[str, str]) -> None:
    for html in pages.values():
        text = _text(html)
        for found in re.finditer("No disparity detected", text):
            near = text[found.start() : found.end() + 200]
            assert re.search("not a clearance", near), near
    oregon = next(html for path, html in pages.items() if "41067" in path)
    box = re.search(r'<div class="verdict v-null">.*?</div>', oregon, re.DOTALL)
    assert box is not None
    assert "This is not a clearance" in box.group(0)


def test_simulated_places_say_so_everywhere(review: Review, pages: dict[str, str]) -> None:
    for place in review.places:
        html = pages[place.page]
        assert ('class="sim"' in html) is place.simulated
        if place.simulated:
            head = re.search(r"@top-left\{content:[^}]*", html)
            assert head is not None
            assert "SIMULATED" in head.group(0)
            assert "describe no real place" in html
    index = pages["index.html"]
    for place in review.places:
        rows = [row for row in re.findall(r"<tr[^>]*>.*?</tr>", index) if place.page in row]
        assert len(rows) == 1
        assert ("SIMULATED" in rows[0]) is place.simulated


def test_cannot_tell_is_as_prominent_as_the_rest(pages: dict[str, str]) -> None:
    tiles = re.search(r'<ul class="tiles">.*?</ul>', pages["index.html"], re.DOTALL)
    assert tiles is not None
    assert [v.label for v in labels.VERDICTS if v.label in tiles.group(0)] == [v.label for v in labels.VERDICTS]
    assert "these records cannot tell" in _text(pages["index.html"])


def test_suppressed_findings_show_no_number_of_their_own(pages: dict[str, str]) -> None:
    html = next(html for path, html in pages.items() if "48301" in path)
    for article in re.findall(r'<article class="finding".*?</article>', html, re.DOTALL):
        assert "are not printed" in article
        assert (
            re.findall(r'data-ref="(?:k|n|k n|estimate/value|estimate/low|estimate/high|absolute/value)"', article)
            == []
        )
        assert "not printed: it would reveal a small count" in article


def test_open_intervals_are_said_in_words(pages: dict[str, str]) -> None:
    html = next(html for path, html in pages.items() if "cedar" in path)
    assert "or more (no upper limit)" in _text(html)


def test_an_agency_that_answered_is_quoted_in_full(travis: str) -> None:
    part = travis[travis.index('id="part-19"') :]
    assert '<blockquote class="held" data-held="response"><p>We were never contacted.</p>' in part


def test_records_are_verbatim_and_set_apart(travis: str) -> None:
    assert "Plaintiffs alleged that officers profiled drivers." in travis
    assert wording.check_html(travis) == []


def test_pages_keep_the_rules_on_wording(pages: dict[str, str]) -> None:
    for path, html in pages.items():
        assert wording.check_html(html) == [], path


def test_pages_are_small(pages: dict[str, str]) -> None:
    assert all(len(html.encode()) <= 400_000 for html in pages.values())


def test_a_page_of_very_many_findings_stays_small_and_keeps_every_anchor(review: Review) -> None:
    """Seven of ten findings of such a page stand beside tests; they end as rows, each with its anchor."""
    place = review.places[0]
    tested = [entry for entry in place.findings if entry.tested]
    beside = replace(tested[0], outcome="inconclusive", tested=False)
    more = [replace(tested[i % len(tested)] if i < 30 else beside, id=f"F-{5000 + i}") for i in range(110)]
    crowded = replace(place, findings=tuple(more))
    html = render_place(replace(review, places=(crowded, *review.places[1:])), crowded.place)
    assert len(html.encode()) <= 400_000
    assert [html.count(f' id="{entry.id}"') for entry in more] == [1] * len(more)
    assert '<tr id="F-5109"' in html
    assert '<article class="finding" id="F-5000"' in html


def test_a_national_index_stays_within_its_size(fixtures: ModuleType) -> None:
    renderer = Renderer(fixtures.national(3_100))
    assert len(renderer.index().encode()) <= 1_500_000
    assert len(renderer.place(7).encode()) <= 400_000


def test_rendering_is_deterministic_and_place_by_place(review: Review, pages: dict[str, str]) -> None:
    again = Review.from_dict(review.to_dict())
    assert dict(render_pages(again)) == pages
    assert render_place(review, "48453") == pages[review.places[0].page]


def test_colliding_pages_are_refused(review: Review) -> None:
    twin = replace(
        review.places[1], page=review.places[0].page.upper().replace("PLACES/", "places/").replace(".HTML", ".html")
    )
    changed = replace(review, places=(review.places[0], twin))
    with pytest.raises(ValueError, match=r"share one file|not a safe path"):
        dict(render_pages(changed))


@pytest.mark.parametrize(
    "page", ["javascript:alert(1)", "https://x.test/", "places/x.html#a", "../places/x.html", "/x.html"]
)
def test_a_page_path_that_is_no_path_is_refused(review: Review, page: str) -> None:
    with pytest.raises(ValueError, match="not a safe path"):
        Renderer(replace(review, places=(replace(review.places[1], page=page),)))


def test_templates_quote_their_attributes_and_do_no_arithmetic() -> None:
    for file in sorted(folder("templates").rglob("*.j2")):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"=\{\{", text), file.name
        assert "|safe" not in text.replace(" ", ""), file.name
        assert not re.search(r"\{\{[^}]* [-+*/%] [^}]*\}\}", text), file.name
        for target in re.findall(r'href="([^"]*)', text):
            here = ("/", "{{ step.path }}", "{{ to }}") if file.parent.name == "app" else ("{{ up }}", "{{ own }}")
            assert target.startswith(("#", *here, "{{ r.page", "{{ e.href }}")), (file.name, target)


def test_states_are_not_followed_by_themselves(pages: dict[str, str]) -> None:
    assert "Georgia</a>, GA" not in pages["index.html"]
    georgia = next(html for path, html in pages.items() if "georgia" in path)
    assert "Georgia, GA" not in _text(georgia)


def test_table_links_are_tables_of_this_folder_only() -> None:
    assert render.table_link("tables/findings.csv#F-0001", "../") == "../tables/findings.csv#F-0001"
    for bad in (
        "javascript:alert(1)",
        "https://x.test/a.csv",
        "../tables/a.csv",
        "tables/../../a.csv",
        "/tables/a.csv",
        "tables/a.html",
        'tables/a.csv" onclick="x',
    ):
        assert render.table_link(bad) == ""


def test_css_text_cannot_leave_its_string() -> None:
    written = render.css_text('a"}*{color:red}</style><script>\\')
    assert re.fullmatch(r'"(?:[A-Za-z0-9 ]|\\[0-9a-f]+ )*"', written)


def _poisoned(value: Any, payload: str, key: str = "") -> Any:
    """Return the data with every free text replaced by the payload."""
    kept = {"place", "verdict", "outcome", "scale", "page", "id", "schema_version"}
    if isinstance(value, dict):
        return {name: _poisoned(entry, payload, name) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_poisoned(entry, payload, key) for entry in value]
    if isinstance(value, str) and value and key not in kept and not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return payload
    return value


def _outlines(data: dict[str, Any], payload: str) -> list[tuple[str, tuple[str, ...]]]:
    poisoned = Review.from_dict({**_poisoned(data, payload), "schema_version": data["schema_version"]})
    tags: list[tuple[str, tuple[str, ...]]] = []
    for _, html in render_pages(poisoned):
        tags += Outline(html).tags
    return tags


def test_no_payload_in_any_field_changes_a_page(review: Review, payloads: tuple[str, ...]) -> None:
    """Whatever a text holds, pages have the same elements and attributes as with a plain word."""
    assert len(payloads) >= 120
    small = replace(review, places=(review.places[0], review.places[5], review.places[10]))
    data = small.to_dict()
    plain = _outlines(data, "word")
    for start in range(0, len(payloads), 4):  # four at a time: what escapes is decided letter by letter
        four = " ".join(payloads[start : start + 4])
        assert _outlines(data, four) == plain, four


def test_the_place_called_script_comes_out_as_text(pages: dict[str, str]) -> None:
    html = next(html for path, html in pages.items() if "script-alert" in path)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script" not in html.lower()
    assert "<script" not in pages["index.html"].lower()


def test_a_summary_has_at_most_three_numbers_and_both_intervals(travis: str) -> None:
    heads = re.findall(r'<div class="head".*?</div>', travis, re.DOTALL)
    assert len(heads) == 3
    assert "chance alone" in heads[0]
    assert "to what is ordinary among the places compared" in heads[0]


@pytest.mark.parametrize(
    ("promised", "nulls", "said"),
    [
        (True, (True,), "is promised under the conditions named beside it; what was measured of it"),
        (False, (True, False), "promised for the comparisons marked so below, and for no other"),
        (False, (False,), "No false-alarm rate is promised for this run"),
        (False, (), "No false-alarm rate is promised for this run"),
    ],
)
def test_a_promise_is_made_only_where_it_holds(
    review: Review, promised: bool, nulls: tuple[bool, ...], said: str
) -> None:
    null = dict(review.calibration["nulls"][0])
    calibration = {**review.calibration, "promised": promised, "nulls": [{**null, "promised": kept} for kept in nulls]}
    index = Renderer(replace(review, calibration=calibration)).index()
    assert said in _text(index)


def test_an_audit_of_one_place_and_one_of_none(review: Review) -> None:
    one = dict(render_pages(replace(review, places=review.places[1:2], failures=(), regions=())))
    assert "One place was examined" in _text(one["index.html"])
    assert "Every place was completed." in _text(one["index.html"])
    none = dict(render_pages(replace(review, places=(), signals=(), sources=(), calibration={}, regions=())))
    assert [*none] == ["index.html"]
    assert "No statement on error rates came with this review" in _text(none["index.html"])
