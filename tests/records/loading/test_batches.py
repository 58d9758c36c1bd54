"""Batches: many rows of one place on one date are noted, and those of 1 to 10 people are not named."""

import pytest

HEAD = "place,event,date,facility\n"


def rows(day, count, facility):
    return f"48453,detainer,{day},{facility}\n" * count


def spread(count, facility):
    return "".join(f"48453,detainer,2026-01-{day:02d},{facility}\n" for day in range(1, count + 1))


def noted(loading, text, **options):
    return [note for note in loading.notes(loading.one(text, **options)).splitlines() if note.startswith("batches")]


def test_a_facility_with_half_of_its_rows_on_one_date(loading):
    (note,) = noted(loading, HEAD + spread(28, "JAIL") + rows("2026-01-30", 12, "PRISON") + spread(10, "PRISON"))
    assert note.startswith(
        "batches: at 1 facility half or more of the rows bear one date ('PRISON' on 2026-01-30; first in row 30)"
    )
    assert "no change over time by itself" in note


def test_a_few_people_are_not_named_unless_the_source_is_published(loading):
    text = HEAD + spread(28, "JAIL") + rows("2026-01-30", 10, "PRISON")
    assert "one date (first in row 30)" in noted(loading, text)[0]
    assert "one date ('PRISON' on 2026-01-30; first in row 30)" in noted(loading, text, published=True)[0]


@pytest.mark.parametrize(
    "text",
    [
        spread(28, "JAIL") + rows("2026-01-30", 4, "PRISON"),  # too few
        spread(28, "JAIL") + rows("2026-01-30", 12, "PRISON") + spread(13, "PRISON"),  # less than half
        rows("2026-01-30", 6, "PRISON") + rows("2026-01-31", 6, "JAIL"),  # two days: 2 / 2 ** 6 by chance
        rows("2026-01-30", 12, "PRISON") + rows("2026-01-30", 12, "JAIL"),  # one day in all
        rows("2026-01-30", 12, ""),  # no facility
    ],
)
def test_what_chance_alone_would_give_is_not_noted(loading, text):
    assert noted(loading, HEAD + text) == []


def test_without_facilities_the_agency_or_the_place_is_looked_at(loading):
    head = "place,event,date,agency\n"
    some = "".join(f"48453,arrest,2026-01-{day:02d},PD\n" for day in range(1, 29))
    (note,) = noted(loading, head + some + "48453,arrest,2026-01-30,SO\n" * 12)
    assert "at 1 agency" in note
    assert "'SO' on 2026-01-30" in note
    (note,) = noted(loading, "place,event,date\n" + "48453,arrest,2026-01-30\n" * 12 + "48453,arrest,2026-03-01\n" * 3)
    assert "'48453' on 2026-01-30" in note
