"""Pages and letters in Spanish: of one piece, verifiable, the same again, and linked with the English ones."""

import html as markup
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from auditor.audit.languages import spoken, wanted
from auditor.errors import DecisionNeeded, UsageError
from auditor.findings.review import Review
from auditor.report import template, tongue, trace, wording
from auditor.report.editions import languages_of, path_in
from auditor.report.letters.build import build
from auditor.report.letters.formats.html import html
from auditor.report.letters.formats.markdown import markdown
from auditor.report.letters.model import KINDS
from auditor.report.locale.finished import finished
from auditor.report.locale.page import heard, in_language
from auditor.report.render import Renderer, render_pages
from auditor.report.template import CatalogueError

ENGLISH = re.compile(
    r"\b(the|which|whose|with|there|than|because|were|was|people|records|and|from|this|not|times|adults|peers|if|read|left)\b"
)
SILENT = re.compile(
    r'^<(?:style|script|code)\b|\sdata-held|\slang="en"|data-name="(?:title|file|finding|officer|text|log)"'
)
VOID = re.compile(r"<(?:br|hr|img|input|link|meta|path|rect|line|circle|use|col)\b|/>$|^<!")


@pytest.fixture(scope="module")
def both(review: Review) -> Review:
    return spoken(review, ("es", "en"))


@pytest.fixture(scope="module")
def spanish(both: Review) -> dict[str, str]:
    return dict(render_pages(both, "es"))


def heard_texts(page: str) -> Iterator[str]:
    """Yield what is read of a page, without what is verbatim or marked as English."""
    silent = [False]
    for i, part in enumerate(re.split(r"(<[^>]*>)", page)):
        if i % 2 == 0:
            if not silent[-1] and part.strip():
                yield re.sub(r"\s+", " ", markup.unescape(part)).strip()
        elif part.startswith("</"):
            silent.pop()
        elif not VOID.search(part):
            silent.append(silent[-1] or bool(SILENT.search(part)))


def test_no_page_is_half_english(spanish: dict[str, str]) -> None:
    for path, page in spanish.items():
        left = [text for text in heard_texts(page) if ENGLISH.search(text) and not re.search(r"[/\\]|\.csv|v\.", text)]
        assert left == [], path


def test_the_words_of_the_labels_are_spanish_too(spanish: dict[str, str]) -> None:
    for page in spanish.values():
        for label in re.findall(r'aria-label="([^"]*)"', page):
            assert not ENGLISH.search(label), label


def test_every_number_and_sentence_is_that_of_the_review(both: Review, spanish: dict[str, str]) -> None:
    data = both.to_dict()
    for path, page in spanish.items():
        assert '<html lang="es">' in page
        assert trace.check_data(page, data) == [], path


def test_a_review_in_english_alone_gives_verifiable_spanish_pages(review: Review) -> None:
    data = review.to_dict()
    for path, page in render_pages(review, "es"):
        assert trace.check_data(page, data) == [], path


def test_a_page_altered_by_one_digit_or_word_is_caught(both: Review, spanish: dict[str, str]) -> None:
    data, page = both.to_dict(), spanish[both.places[0].page]
    shown = re.search(r'<data value="[^"]*" data-ref="[^"]*">([0-9.,]+)', page)
    assert shown is not None
    other = page[: shown.start(1)] + "9" + page[shown.start(1) :]
    assert trace.check_data(other, data) != []
    said = re.search(r'<span data-text="[^"]*">', page)
    assert said is not None
    assert trace.check_data(f"{page[: said.end()]}No {page[said.end() :]}", data) != []


def test_no_spanish_page_uses_forbidden_words(spanish: dict[str, str]) -> None:
    for path, page in spanish.items():
        assert wording.check_html(page) == [], path


def test_the_same_review_gives_the_same_bytes(both: Review, spanish: dict[str, str]) -> None:
    assert dict(render_pages(both, "es")) == spanish


def test_the_english_pages_say_the_same_as_without_spanish(review: Review, both: Review, pages: dict[str, str]) -> None:
    english = dict(render_pages(replace(both, audit={**both.audit, "languages": ["en", "es"]}), "en"))
    for path, page in pages.items():
        assert re.sub(r'<nav class="editions".*?</nav>\n', "", english[path], flags=re.DOTALL) == page


def test_each_page_leads_to_the_same_page_in_the_other_language(both: Review, spanish: dict[str, str]) -> None:
    english = dict(render_pages(both, "en"))
    assert set(spanish) == {path_in(path, "es", ("es", "en")) for path in spanish}
    assert not set(spanish) & set(english)
    for path, page in spanish.items():
        other = path_in(path, "en", ("es", "en")).rpartition("/")[2]
        assert f'<a href="{other}" hreflang="en" lang="en">Read this page in English</a>' in page
    for path, page in english.items():
        other = path.rpartition("/")[2].replace(".en.html", ".html")
        assert f'<a href="{other}" hreflang="es" lang="es">Leer esta página en español</a>' in page
        assert re.search(r'href="(?:\.\./)?index\.html', page.replace(f'href="{other}"', "")) is None


def test_a_spanish_page_says_that_english_governs(spanish: dict[str, str]) -> None:
    for page in spanish.values():
        assert "espera la revisión de una persona que traduzca" in page
        assert "prevalece el inglés" in page


def test_what_happened_to_a_programme_is_spanish(spanish: dict[str, str]) -> None:
    assert any("<td>activación</td>" in page for page in spanish.values())
    assert not any("<td>activated</td>" in page for page in spanish.values())


def test_the_languages_of_a_review() -> None:
    assert languages_of({}) == ("en",)
    assert wanted(None, ("en",)) == ("en",)
    assert wanted("es", ("en",)) == ("es", "en")
    assert wanted("en", ("en", "es")) == ("en",)
    assert wanted(None, ("es",)) == ("es", "en")
    assert path_in("places/a.html", "es", ("en", "es")) == "places/a.es.html"
    with pytest.raises(ValueError, match="are not those of pages"):
        languages_of({"languages": ["xx"]})


def test_a_gap_in_the_catalogue_is_refused_before_any_work(monkeypatch: pytest.MonkeyPatch) -> None:
    def gap(language: str = "en") -> None:
        raise CatalogueError("3 sentences have no translation into 'es', or their English was changed: a, b, c")

    monkeypatch.setattr("auditor.audit.languages.sentences.load", gap)
    with pytest.raises(UsageError, match="nothing can be written in 'es': 3 sentences have no translation"):
        wanted("es", ())


def test_a_review_in_english_is_left_as_it_is(review: Review) -> None:
    assert spoken(review, ("en",)) is review


def test_every_sentence_of_a_spanish_review_has_both_texts(both: Review) -> None:
    assert list(both.audit["languages"]) == ["es", "en"]
    for place in both.places:
        for finding in place.findings:
            for said in (*([finding.sentence] if finding.sentence else []), *finding.definitions, *finding.caveats):
                if said.id in template.load("en"):
                    assert set(said.text) == {"en", "es"}
                    assert said.text["en"] != said.text["es"]
    assert Review.from_dict(both.to_dict()) == both


def _made_up(value: object) -> set[str]:
    """Return every text of a review that no catalogue holds: the fixture's own sentences, and reasons."""
    if isinstance(value, str):
        return {re.sub(r"\s+", " ", value)} if finished(value, "es") is None else set()
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return {text for entry in inside for text in _made_up(entry)}


def _letters(review: Review) -> Iterator[tuple[str, str, object]]:
    for place in review.places:
        for kind in KINDS:
            try:
                yield place.place, kind, build(review, place.place, kind, language="es")
            except DecisionNeeded:
                continue


def test_letters_are_reading_copies_that_can_be_verified(review: Review) -> None:
    data, seen = review.to_dict(), set()
    for place, kind, letter in _letters(review):
        page = html(letter)  # type: ignore[arg-type]
        seen.add(kind)
        assert '<html lang="es">' in page
        assert "Copia de lectura" in page
        assert "prevalece la carta en inglés" in page
        assert trace.check_data(page, data) == [], (place, kind)
        assert wording.check_html(page) == [], (place, kind)
        left = [text for text in heard_texts(page) if ENGLISH.search(text) and not re.search(r"[/\\]|\.csv|v\.", text)]
        assert set(left) <= _made_up(data), (place, kind)
        assert "Copia de lectura" in markdown(letter)  # type: ignore[arg-type]
    assert seen == set(KINDS)


def test_an_english_letter_says_nothing_of_copies(review: Review) -> None:
    letter = build(review, review.places[0].place, "records-request")
    assert all(part.key != "copy" for part in letter.parts)
    assert tongue.current() == "en"


def test_words_of_templates() -> None:
    assert in_language("<th>Place</th>", "es") == "<th>Lugar</th>"
    assert in_language("<p>Data: <a>x.csv</a></p>", "es") == "<p>Datos: <a>x.csv</a></p>"
    assert in_language("<code>Place</code>", "es") == "<code>Place</code>"
    assert in_language('<p data-held="x">Place</p>', "es") == '<p data-held="x">Place</p>'
    assert in_language('<div aria-label="Contents"></div>', "es") == '<div aria-label="Contenido"></div>'
    assert heard("X County: statistical screening report", "es") == "X County: examen estadístico preliminar"
    assert heard("X County: statistical screening report", "en") == "X County: statistical screening report"


def test_a_simulated_place_is_marked_in_spanish(both: Review) -> None:
    everywhere = replace(both, places=tuple(replace(place, simulated=True) for place in both.places))
    assert "SIMULADO" in Renderer(everywhere, "es").place(0)


FINISHED = {
    "adults, 2010 (acs.csv), property offences": "adultos, 2010 (acs.csv), delitos contra la propiedad",
    "the share of submissions that matched (fingerprint matches)": (
        "la proporción de envíos que dieron coincidencia (coincidencias de huellas dactilares)"
    ),
    "column 'County' read as place": "la columna 'County' se leyó como place",
    "n: 1 row labelled as a total without parts beside; kept, with n blank": (
        "n: 1 fila rotulada como total sin partes al lado; se conserva, con n en blanco"
    ),
    "2 places with counts and no baseline (06, 13, and 40 more)": (
        "2 lugares con conteos y sin base de comparación (06, 13, y 40 más)"
    ),
    "period: rows quarantined: 'in 3 rows' cannot be read, '2190' lies in the future": (
        "period: filas en cuarentena: 'in 3 rows' no se puede leer, '2190' está en el futuro"
    ),
    "citizens of MEXICO": "ciudadanas de MEXICO",
    "with-licence": "con faltas por conducir sin licencia (with-licence)",
}


@pytest.mark.parametrize("english", FINISHED)
def test_what_reading_and_methods_say_is_translated_with_its_values(english: str) -> None:
    assert finished(english, "es") == FINISHED[english]


def test_missing_columns_are_said_in_words_with_their_names() -> None:
    english = "no source that lists people row by row says of them: group, surname, own column"
    told = finished(english, "es")
    assert told is not None
    assert told.endswith("indica: grupo étnico (group), apellido (surname), own column")


def test_a_remark_that_no_catalogue_holds_is_marked_and_told_of(both: Review) -> None:
    first = both.sources[0]
    known = "column 'County' read as place"
    for notes, marked in ((["a remark of another version"], True), ([known], False)):
        rows = {**first["rows"], "excluded": [], "quarantined_reasons": []}
        sources = ({**first, "notes": notes, "rows": rows},)
        page = next(page for path, page in render_pages(replace(both, sources=sources), "es") if path == "index.html")
        assert ('lang="en">a remark of another version<' in page) is marked
        assert ("todavía no tienen traducción" in page) is marked
