"""Counts as they are handed on: types kept, sums within what a double holds, and the wrong ones named."""

import numpy as np
import pytest

from auditor.stats.checks import LARGEST_COUNT, whole_tally


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.int64])
def test_whole_counts_keep_their_type(kind):
    k, n = np.array([0, 3], dtype=kind), np.array([0, 5], dtype=kind)
    part, whole = whole_tally(k, n)
    assert part is k
    assert whole is n


def test_other_numbers_become_doubles():
    part, whole = whole_tally([1.0, 2.0], [2, 2])
    assert part.dtype == whole.dtype == np.float64
    assert part.tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    ("k", "n", "message"),
    [([-1, 1], [2, 2], "k"), ([3, 1], [2, 2], "must not exceed n"), ([1, 1], [2, int(LARGEST_COUNT) + 1], "n")],
)
def test_wrong_counts_are_named(k, n, message):
    with pytest.raises(ValueError, match=message):
        whole_tally(k, n)
