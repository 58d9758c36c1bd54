"""Counts by month, and programme starts: what is absent is never zero."""

import numpy as np

from auditor.cells import Activations, table
from auditor.signals.months import months_of, spread

IDS = ("48453", "48491")
KEYS = ("month", "offence")


def rows(*entries: tuple[str, str, str, int], complete: bool = False) -> list[dict[str, object]]:
    return [
        {"place": place, "month": month, "offence": offence, "n": n, "complete": complete}
        for place, month, offence, n in entries
    ]


def test_months_run_from_the_first_to_the_last_without_a_gap():
    counts = table(
        rows(("48453", "2008-11", "theft", 3), ("48453", "2009-02", "theft", 1), ("48453", "", "theft", 9)), IDS, KEYS
    )
    assert months_of(counts) == ("2008-11", "2008-12", "2009-01", "2009-02")


def test_a_month_without_a_row_is_absent_and_undated_rows_are_left_out():
    counts = table(
        rows(("48453", "2008-11", "theft", 3), ("48453", "2009-01", "theft", 1), ("48453", "", "theft", 9)), IDS, KEYS
    )
    cube = spread(counts, 2, months_of(counts), "offence", ("theft", "traffic"))
    np.testing.assert_array_equal(cube.values[0, :, 0], [3, 0, 1])
    np.testing.assert_array_equal(cube.observed[0, :, 0], [True, False, True])
    assert not cube.observed[1].any()
    assert not cube.observed[:, :, 1].any()


def test_person_events_make_silent_months_true_zeros_within_the_places_own_span():
    entries = rows(
        ("48453", "2008-11", "theft", 3),
        ("48453", "2009-01", "theft", 1),
        ("48491", "2009-01", "traffic", 2),
        complete=True,
    )
    counts = table(entries, IDS, KEYS)
    cube = spread(counts, 2, months_of(counts), "offence", ("theft", "traffic"))
    assert cube.observed[0].all()
    np.testing.assert_array_equal(cube.observed[1, :, 0], [False, False, True])


def test_suppressed_numbers_mark_their_cell():
    entries = rows(("48453", "2008-11", "theft", 0))
    entries[0]["censored"] = True
    counts = table(entries, IDS, KEYS)
    assert spread(counts, 2, ("2008-11",), "offence", ("theft",)).censored[0, 0, 0]


def test_the_first_start_is_of_the_programme_and_kind_asked_for():
    starts = Activations(
        np.array([0, 0, 0, 1]),
        np.array(["SC", "287g", "SC", "SC"], dtype=object),
        np.array(["activated", "signed", "", "ended"], dtype=object),
        np.array(["2009-06-16", "2007-01-01", "2009-05-01", "2014-11-20"], dtype="datetime64[D]"),
    )
    assert str(starts.first(2, "SC")[0]) == "2009-05-01"
    assert np.isnat(starts.first(2, "SC")[1])
    assert str(starts.first(2, "287g", ("signed",))[0]) == "2007-01-01"
