"""How surnames are brought to the spelling of the Census tables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.baselines.surname_text import spell


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("garcía", ["GARCIA"]),
        ("NUÑEZ", ["NUNEZ"]),
        ("Mun\u0303oz", ["MUNOZ"]),
        ("O'Brien", ["OBRIEN"]),
        ("O’Brien", ["OBRIEN"]),
        ("D´Angelo", ["DANGELO"]),
        ("O Brien", ["O", "BRIEN"]),
        ("St. John", ["ST", "JOHN"]),
        ("Łukasz-Øster", ["LUKASZ", "OSTER"]),
        ("Strauß", ["STRAUSS"]),
        ("GARCIA LOPEZ, MARIA", ["GARCIA", "LOPEZ"]),
        ("Lopez, Jr.", ["LOPEZ"]),
        ("Smith J.R.", ["SMITH"]),
        ("Smith III", ["SMITH"]),
        ("SMITH SR JR", ["SMITH"]),
        ("Ruiz 2nd", ["RUIZ"]),
        ("Garcia V", ["GARCIA"]),
        ("J Garcia", ["GARCIA"]),
        ("Garcia (aka Lopez)", ["GARCIA", "AKA", "LOPEZ"]),
        ("II", ["II"]),
        ("Leviv", ["LEVIV"]),
        ("LI", ["LI"]),
        ("Senior", ["SENIOR"]),
        ("Garcia–Lopez", ["GARCIA", "LOPEZ"]),
        ("\ufeffPerez\u00a0Diaz ", ["PEREZ", "DIAZ"]),
    ],
)
def test_words(text, words):
    assert list(spell(text).words) == words
    assert spell(text).readable


@pytest.mark.parametrize(
    "text", [None, "", "  ", "-", ", Maria", "UNKNOWN", "No Name", "n/a", "LNU", "null", "NaN", "(none)"]
)
def test_blanks(text):
    assert spell(text).words == ()
    assert spell(text).readable


@pytest.mark.parametrize("text", ["DAV1S", "1234", "李", "Иванов", "Garcia@"])
def test_unreadable(text):
    assert spell(text).words == ()
    assert not spell(text).readable


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("De la Cruz-Vega", [("DELACRUZ", "CRUZ"), ("VEGA", "VEGA")]),
        ("Perez de la Torre", [("PEREZ", "PEREZ"), ("DELATORRE", "TORRE")]),
        ("Ortega y Gasset", [("ORTEGA", "ORTEGA"), ("GASSET", "GASSET")]),
        ("Mc Donald", [("MCDONALD", "DONALD")]),
        ("Van der Berg", [("VANDERBERG", "BERG")]),
        ("Smith-García Jr", [("SMITH", "SMITH"), ("GARCIA", "GARCIA")]),
        ("Garcia de", [("GARCIA", "GARCIA"), ("DE", "DE")]),
        ("De", [("DE", "DE")]),
    ],
)
def test_parts(text, parts):
    assert list(spell(text).parts) == parts


@given(st.text(max_size=30))
def test_any_text_comes_out_as_capitals_or_not_at_all(text):
    name = spell(text)
    assert all(word.isascii() and word.isalpha() and word.isupper() for word in name.words)
    assert bool(name.parts) == bool(name.words)
    assert all(full.endswith(core) for full, core in name.parts)


@given(st.from_regex(r"[A-Z]{2,9}(-[A-Z]{2,9})?", fullmatch=True))
def test_case_and_space_do_not_matter(text):
    assert spell(text) == spell(text.lower()) == spell(f"  {text.title()} ")
