"""The Spanish catalogues: complete, fresh, alike in placeholders and figures, compiled from what translators see."""

import importlib.util
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import pytest

from auditor.domain import facilities, place_classes
from auditor.records import cumulative, load_table
from auditor.records.delimited import CUT, QUOTING
from auditor.records.grid import GIANT
from auditor.records.overlap import INSIDE
from auditor.report import sentences, template, tongue, wording
from auditor.report.locale import catalogue, finished
from auditor.report.locale.compiled import compiled, messages
from auditor.report.locale.po import Entry, read, written
from auditor.resources import folder

PLACE = folder("data") / "locale" / "es_US"
SCRIPTS = Path(__file__).parents[3] / "scripts"
Known = Mapping[tuple[str, str], str]


@pytest.fixture(scope="module")
def translatable() -> ModuleType:
    spec = importlib.util.spec_from_file_location("translatable", SCRIPTS / "translatable.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def known() -> Known:
    entries = [entry for file in sorted(PLACE.glob("*.po")) for entry in read(file)]
    return {(entry.context, entry.text): entry.told for entry in entries if entry.told and not entry.fuzzy}


def test_every_text_is_translated_as_it_is_written_today(translatable: ModuleType, known: Known) -> None:
    """A missing text, or one whose English was changed since; `python scripts/spanish.py todo DIR` asks for them."""
    wanted = {key for texts in translatable.catalogues().values() for key in texts}
    assert sorted(wanted - set(known)) == []


def test_nothing_is_translated_that_is_not_there(translatable: ModuleType, known: Known) -> None:
    wanted = {key for texts in translatable.catalogues().values() for key in texts}
    assert sorted(set(known) - wanted) == []


def test_the_compiled_catalogue_is_that_of_the_translators(translatable: ModuleType, known: Known) -> None:
    raw = (PLACE / "LC_MESSAGES" / "auditor.mo").read_bytes()
    assert raw == compiled(known, translatable.HEADER)
    assert messages(raw) == known


def test_gettext_of_the_standard_library_reads_it(known: Known) -> None:
    for (context, text), told in list(known.items())[::50]:
        assert catalogue.translated("es", context, text) == told


def test_a_text_without_a_translation_is_refused_and_never_given_in_english() -> None:
    with pytest.raises(catalogue.MissingTranslation, match="no translation of 'A sentence nobody wrote'"):
        catalogue.translated("es", "page", "A sentence nobody wrote")
    assert catalogue.found("es", "page", "A sentence nobody wrote") is None


def test_a_changed_english_sentence_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    english = {**template.load("en"), "verdict-name.inconclusive": "Open"}
    monkeypatch.setattr(template, "load", lambda language="en": english)
    with pytest.raises(template.CatalogueError, match=r"1 sentences have no translation.*verdict-name\.inconclusive"):
        template._translated("es")


def _figures(text: str) -> list[str]:
    return sorted(re.findall(r"\d[\d.,]*\d|\d", re.sub(r"\{[^}]*\}", "", text)))


def test_placeholders_and_figures_are_those_of_the_english(known: Known) -> None:
    for (context, text), told in known.items():
        assert sorted(template.holes(told)) == sorted(template.holes(text)), (context, told)
        assert _figures(told) == _figures(text), (context, told)
        assert re.findall(r"\{[a-z]+\}", text).sort() == re.findall(r"\{[a-z]+\}", told).sort()
        for part in re.findall(r"\{[a-z]+\}", text):
            assert part in told, (context, told)


def test_a_percentage_stands_before_its_interval(known: Known) -> None:
    """The estimate gives the interval its digits, so its placeholder comes first in both languages."""
    for (context, text), told in known.items():
        shares = [hole for hole, kind, base in template.holes(text) if kind == "percent" and base]
        for name in (hole for hole in shares if f"{hole}_low" in shares):
            order = [hole for hole, _, _ in template.holes(told)]
            assert order.index(name) < order.index(f"{name}_low"), context


def test_no_translation_uses_forbidden_words(known: Known) -> None:
    for (context, _), told in known.items():
        assert wording.check(told) == [], (context, told)


def test_english_words_do_not_stay_behind(known: Known) -> None:
    word = re.compile(r"\b(the|which|whose|with|there|than|because|people|records)\b(?!-)")
    kept = {"letter.criteria.quotation", "label", "fact"}
    for (context, _), told in known.items():
        if context not in kept:
            assert not word.search(template.without_holes(told)), (context, told)


def test_no_disparity_never_stands_without_its_limit() -> None:
    spanish = template.load("es")
    assert "no descarta el perfilamiento" in spanish["verdict-name.no-disparity-detected"]
    assert "no muestra que no lo haya habido" in spanish["page.not-clearance"]
    for name, text in template.load("en").items():
        if "not a clearance" in text.lower():
            assert "no descarta el perfilamiento" in spanish[name], name


def test_a_catalogue_is_read_as_it_was_written() -> None:
    entries = (Entry("a.b", 'Say “x” and "y"\nagain', "Di “x” y «y»"), Entry("c", "{n:count} places", "", fuzzy=True))
    file = PLACE.parent / "unused.po"
    text = written(entries, "Language: es_US\n", "about\nthese")
    assert text.startswith('# about\n# these\nmsgid ""\nmsgstr ""\n"Language: es_US\\n"\n')
    assert not file.exists()


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    entries = (Entry("a.b", 'Say “x” and "y"\nagain', "Di “x” e «y»"), Entry("c", "{n:count} places", "", fuzzy=True))
    (tmp_path / "x.po").write_text(written(entries, "Language: es_US\n", "about"), encoding="utf-8")
    assert read(tmp_path / "x.po") == entries


def test_a_line_that_is_no_catalogue_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.po").write_text('msgid "a"\nmsgstr b\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"x\.po: 'msgstr b' is no line"):
        read(tmp_path / "x.po")


@pytest.mark.parametrize(
    ("english", "spanish"),
    [
        (
            "no event in the sources carries a known ethnic group",
            "ningún caso de las fuentes lleva un grupo étnico conocido",
        ),
        (
            "the same statistics for at least 20 comparable places (all jurisdictions of the state or the nation)",
            "las mismas estadísticas de al menos 20 lugares comparables "
            "(todas las jurisdicciones del estado o del país)",
        ),
        (
            "no test found what it needs (the configuration names no focal group)",
            "ninguna prueba encuentra lo que necesita (la configuración no nombra ningún grupo examinado)",
        ),
        ("the Hispanic rate of arrests", "la tasa de arrestos de las personas hispanas"),
        ("adults, 2010 (acs.csv)", "adultos, 2010 (acs.csv)"),
    ],
)
def test_a_finished_text_is_found_again(english: str, spanish: str) -> None:
    assert finished.finished(english, "es") == spanish


def test_what_nobody_wrote_stays_as_it_is() -> None:
    assert finished.finished("Sheriff of Nowhere County", "es") is None
    assert finished.told("Sheriff of Nowhere County", "es") == "Sheriff of Nowhere County"


def test_a_sentence_carries_its_nouns_and_numbers_into_spanish() -> None:
    said = sentences.sentence(
        "finding.rates-small",
        languages=("en", "es"),
        k=1234, counted="arrests", group="Hispanic", exposure=45678, w=5, reference="non-Hispanic White",
        exposure_reference=9000, place="Travis County", period={"start": "2009-01-01", "end": "2012-12-31"},
        benchmark="residents",
    )  # fmt: skip
    assert said.text["es"] == (
        "En Travis County (2009 a 2012) se contaron 1,234 arrestos de personas hispanas (de 45,678 en la población de "
        "referencia) y 5 de personas blancas no hispanas (de 9,000), con residentes como referencia. Estos números son "
        "demasiado pequeños para poner a prueba la diferencia."
    )
    assert tongue.current() == "en"


def test_why_rows_are_set_aside_is_said_in_spanish() -> None:
    """The words of the readers themselves: one that is changed or added has to be collected in ``notes.txt`` too."""
    fixed = [load_table.SHORT, load_table.LONG, GIANT, CUT, QUOTING, cumulative.REASON, cumulative.SHORT, INSIDE]
    classes = [f"{what}, of no county" for what in place_classes.APART.values()]
    filled = ["date lies before 1971", "n is not a number", "event 'IDENT match' left out by the configuration"]
    for reason in (*fixed, *classes, *facilities.APART.values(), *filled):
        told = finished.finished(reason, "es")
        assert told is not None, reason
        assert told != reason
    assert finished.finished("group is blank", "es") == "grupo étnico (group): en blanco"
