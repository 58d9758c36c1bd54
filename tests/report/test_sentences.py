from __future__ import annotations

import json

import pytest

from auditor.report import sentences, template, wording
from auditor.report.cite import Num, say
from auditor.report.sentences import CatalogueError, sentence

OWN = {
    "k-of-n": "{k:count} of {n:count} ({share:percent:n})",
    "rise": "{r:more}",
    "both": {"en": "{n:count} places", "es": "{n:count} lugares"},
}


def test_a_sentence_keeps_its_values_and_its_text() -> None:
    made = sentence("k-of-n", catalogue=OWN, k=594, n=724, share=594 / 724)
    assert made.text == {"en": "594 of 724 (82.0 %)"}
    assert made.values == {"k": 594, "n": 724, "share": 594 / 724}
    json.dumps(dict(made.values))


def test_languages() -> None:
    assert sentence("both", catalogue=OWN, languages=("en", "es"), n=3100).text == {
        "en": "3,100 places",
        "es": "3,100 lugares",
    }
    with pytest.raises(CatalogueError, match="no text in the language 'es'"):
        sentence("rise", catalogue=OWN, languages=("es",), r=2.0)


@pytest.mark.parametrize("values", [{"k": 1, "n": 2}, {"k": 1, "n": 2, "share": 0.5, "z": 1.0}])
def test_missing_and_unused_values_are_errors(values: dict[str, float]) -> None:
    with pytest.raises(CatalogueError, match=r"missing values|unused values"):
        sentence("k-of-n", catalogue=OWN, **values)


@pytest.mark.parametrize("bad", ["7", None, float("nan"), True])
def test_a_value_of_the_wrong_kind_names_its_placeholder(bad: object) -> None:
    with pytest.raises(CatalogueError, match="k ="):
        sentence("k-of-n", catalogue=OWN, k=bad, n=724, share=0.8)


def test_text_placeholders_take_texts_only_and_keep_braces() -> None:
    assert sentence("t", catalogue={"t": "In {x:text}."}, x="{k:count} County").text["en"] == "In {k:count} County."
    with pytest.raises(CatalogueError, match="no text"):
        sentence("t", catalogue={"t": "In {x:text}."}, x=7)


@pytest.mark.parametrize("bad", ["{k}", "{k:money}", "{k:count", "{k:count:n}", "{K:count}"])
def test_templates_that_cannot_be_read(bad: str) -> None:
    with pytest.raises(CatalogueError):
        sentence("x", catalogue={"x": bad}, k=1)


@pytest.mark.parametrize("bad", ["This proves it.", "{r:ratio} % more", "{s:percent} increase", "He was profiled."])
def test_a_template_with_forbidden_wording_cannot_be_used(bad: str) -> None:
    with pytest.raises(CatalogueError, match="forbidden wording"):
        sentences.check_template("x", bad)


def test_unknown_sentences() -> None:
    with pytest.raises(CatalogueError, match=r"no sentence 'no\.such'"):
        sentence("no.such")
    with pytest.raises(CatalogueError, match="no sentence"):
        say("no.such")
    with pytest.raises(CatalogueError, match="language 'xx'"):
        sentences.load("xx")


def test_every_shipped_sentence_is_readable_and_within_the_rules() -> None:
    shipped = sentences.load("en")
    assert len(shipped) > 150
    for name, text in shipped.items():
        sentences.check_template(name, text)
        assert wording.check(text) == [], name
        assert text == text.strip(), name


def test_nested_and_quoted_names_are_the_same() -> None:
    nested = dict(template._entries({"a": {"b": {"text": "x"}, "text": "y"}, "c.d": {"text": "z"}}, ""))
    assert nested == {"a.b": "x", "a": "y", "c.d": "z"}
    with pytest.raises(CatalogueError, match="not a sentence"):
        list(template._entries({"a": "text"}, ""))


def test_page_sentences_cite_their_numbers() -> None:
    shown = say("page.index.failures", n=Num(3, "/failures", "length"))
    assert '<data value="3" data-ref="/failures" data-calc="length">3</data> places failed' in shown
    with pytest.raises(CatalogueError, match="has no source"):
        say("page.index.failures", n=3)


def test_the_interval_of_none_and_of_all_is_not_written_as_certainty() -> None:
    """0 of 71,307: Wilson's limit is z^2 / (n + z^2) = 0.0054 %; 20 of 20: 1 - z^2 / (n + z^2) = 83.9 %."""
    own = {"t": "{s:percent:n} ({a:percent:n} to {b:percent:n})"}
    none = sentence("t", catalogue=own, s=0.0, a=0.0, b=5.387e-05, n=71_307)
    assert none.text["en"] == "0 % (0 % to 0.0054 %)"
    whole = sentence("t", catalogue=own, s=1.0, a=0.8389, b=1.0, n=20)
    assert whole.text["en"] == "100 % (84 % to 100 %)"


def test_an_interval_has_the_digits_of_its_estimate() -> None:
    """188 of 3,521 with its Wilson limits: alone, 0.0614 would deserve one decimal and 0.0464 two."""
    own = {"t": "{s:percent:n} ({a:percent:n} to {b:percent:n}), {other:percent}"}
    made = sentence("t", catalogue=own, s=188 / 3521, a=0.0464, b=0.0614, n=3521, other=0.058)
    assert made.text["en"] == "5.34 % (4.64 % to 6.14 %), 5.8 %"
