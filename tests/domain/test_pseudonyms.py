"""Pseudonyms depend on what is published and on nothing else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.domain.pseudonyms import KeyEntry, rank_pseudonyms, sorted_key

figures = st.lists(st.tuples(st.sampled_from([0.0, 0.1, -0.2, "1-10"]), st.integers(0, 3)), min_size=1, max_size=30)


def printed(rows, labels):
    """The page as it would be written: sorted by label."""
    return sorted((label, *map(str, row)) for label, row in zip(labels, rows, strict=True))


@given(figures, st.integers(0, 10**6))
def test_order_of_records_leaves_the_page_as_it_was(rows, seed):
    order = np.random.default_rng(seed).permutation(len(rows))
    moved = [rows[at] for at in order]
    assert printed(rows, rank_pseudonyms(rows)) == printed(moved, rank_pseudonyms(moved))


@given(figures)
def test_names_never_enter(rows):
    """Officers renamed: grouping the records by another identifier only permutes the rows."""
    names = {f"badge {at}": row for at, row in enumerate(rows)}
    other = {f"{97 - at:02d} renamed": row for at, row in enumerate(rows)}
    pages = []
    for people in (names, other):
        listed = [people[name] for name in sorted(people)]
        pages.append(printed(listed, rank_pseudonyms(listed)))
    assert pages[0] == pages[1]


@given(figures)
def test_label_is_a_function_of_the_printed_table(rows):
    """A reader with the table and without labels can write them himself: they tell nothing more."""
    labels = rank_pseudonyms(rows)
    assert len(set(labels)) == len(rows)
    by_label = [row for _, row in sorted(zip(labels, rows, strict=True), key=lambda pair: pair[0])]
    assert rank_pseudonyms(by_label) == tuple(sorted(labels))


def test_order():
    """By hand: larger first, ties by the next figure, text after numbers."""
    rows = [(0.1, 5), (0.3, 2), ("1-10", 9), (0.1, 8)]
    assert rank_pseudonyms(rows) == ("Officer 3", "Officer 1", "Officer 4", "Officer 2")
    assert rank_pseudonyms([(0.0,)] * 10, "Deputy")[9] == "Deputy 10"
    assert rank_pseudonyms([(0.0,)] * 10, "Deputy")[0] == "Deputy 01"
    assert rank_pseudonyms([]) == ()


@pytest.mark.parametrize("rows", [[()], [(1.0,), (1.0, 2.0)], [(float("nan"),)], [(float("inf"),)]])
def test_refused(rows):
    with pytest.raises(ValueError):
        rank_pseudonyms(rows)


def entry(pseudonym, identifier, place="48453", group="hispanic", agency="A"):
    return KeyEntry(place, group, pseudonym, agency, identifier)


def test_key_is_in_the_order_of_lists_and_pseudonyms():
    entries = [entry("Officer 2", "A 1"), entry("Officer 1", "K, 7"), entry("Officer 1", "9", place="48201")]
    assert [one.identifier for one in sorted_key(entries)] == ["9", "K, 7", "A 1"]


def test_one_badge_of_two_agencies_or_in_two_lists_is_no_repetition():
    entries = [entry("Officer 1", "7"), entry("Officer 2", "7", agency="B"), entry("Officer 1", "7", group="black")]
    assert len(sorted_key(entries)) == 3


REPEATED = [
    [entry("Officer 1", "canary"), entry("Officer 2", "canary")],
    [entry("Officer 1", "canary"), entry("Officer 1", "x")],
]


@pytest.mark.parametrize("entries", REPEATED)
def test_key_refused_without_naming_anyone(entries):
    with pytest.raises(ValueError) as error:
        sorted_key(entries)
    assert "canary" not in str(error.value) + repr(entries)
