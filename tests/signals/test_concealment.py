"""No small part can be worked out from its whole and the printed parts."""

from __future__ import annotations

import itertools
from types import SimpleNamespace

import numpy as np
import pytest

from auditor.signals.concealment import NEVER, concealed, revealing


def place(published: bool = False, least: float = 11.0) -> SimpleNamespace:
    return SimpleNamespace(published=(published,), gates={"persons": least}, size=1)


def hidden(*parts: float, **options) -> list[bool]:
    return concealed(np.array([parts], dtype=float), place(**options))[0].tolist()


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((100, 50, 20), (False, False, False)),
        ((100, 50, 0), (False, False, False)),
        # 3 alone would be the whole less the others: the smallest of these goes too.
        ((100, 50, 3), (False, True, True)),
        ((100, 6, 5), (False, True, True)),
        ((100, 2, 5), (True, True, True)),
        ((3, 0, 0), (True, False, False)),
    ],
)
def test_what_is_hidden(parts, expected):
    assert hidden(*parts) == list(expected)


@pytest.mark.parametrize(
    ("parts", "blocks", "expected"),
    [
        # The small part takes its block with it, which is enough to hide it in.
        ((60, 5, 40, 40), (0, 0, 1, 1), (True, True, False, False)),
        ((60, 5, 40, 40), None, (False, True, True, False)),
        # What is not printed anyway hides a small part, or is a small remainder itself.
        ((60, 5, 40), (0, 1, NEVER), (False, True, True)),
        ((60, 50, 4), (0, 1, NEVER), (False, True, True)),
        ((60, 50, 0), (0, 1, NEVER), (False, False, True)),
    ],
)
def test_parts_that_are_printed_together_or_never(parts, blocks, expected):
    cells = place()
    assert concealed(np.array([parts], dtype=float), cells, blocks)[0].tolist() == list(expected)


def test_what_is_public_stays_so():
    assert hidden(100, 50, 3, published=True) == [False, False, False]


def test_every_place_by_itself():
    cells = SimpleNamespace(published=(False, True), gates={"persons": 11.0}, size=2)
    found = concealed(np.array([[40.0, 3.0], [40.0, 3.0]]), cells)
    assert found.tolist() == [[True, True], [False, False]]


def test_what_is_left_of_the_whole_is_never_small():
    """Every triple of small, edge and large parts: beside a printed part the hidden ones are many people."""
    for parts in itertools.product((0, 1, 2, 10, 11, 12, 30), repeat=3):
        mask = np.array(hidden(*parts))
        small = [i for i in range(3) if 0 < parts[i] < 11]
        assert all(mask[i] for i in small)
        assert not mask.any() or small
        if small and any(parts[i] > 0 and not mask[i] for i in range(3)):
            assert mask.sum() >= 2
            assert sum(parts[i] for i in range(3) if mask[i]) >= 11


def test_two_counts_that_differ_by_few_people():
    first, second = np.array([100.0, 100.0, 100.0]), np.array([100.0, 90.0, 89.0])
    cells = SimpleNamespace(published=(), gates={"persons": 11.0}, size=3)
    assert revealing(first, second, cells).tolist() == [False, True, False]
