"""Case 93: territories, tribes, courts and campus police are classes of their own."""

import pytest

from auditor.domain.place_classes import APART, CODES, class_of


@pytest.mark.parametrize(
    ("place", "kind", "expected"),
    [
        ("48453", "", "county"),
        ("24510", "independent city", "county"),
        ("48", "", "state"),
        ("72127", "", "territory"),
        ("66", "", "territory"),
        ("PA0460000", "County", "local"),
        ("PA0461400", "City", "local"),
        ("PA0461400", "", "local"),
        ("AZDI05900", "Tribal", "tribal"),
        ("VA0290400", "University or College", "campus"),
        ("PAPSP0400", "State Police", "government"),
        ("PA0051000", "Other State Agency", "government"),
        ("GA1210700", "Other", "special"),
        ("USTVA0000", "", "government"),
        ("local:75", "precinct", "local"),
        ("local:court", "federal court", "government"),
    ],
)
def test_class_of(place, kind, expected):
    assert class_of(place, kind) == expected


def test_a_local_place_of_a_territory():
    assert class_of("local:1", "precinct", "72") == "territory"


def test_every_class_has_a_number():
    assert set(CODES) == {"state", "county", "local", *APART}
    assert len(set(CODES.values())) == len(CODES)
