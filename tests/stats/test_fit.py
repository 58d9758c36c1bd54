"""The vectorised root search."""

import numpy as np
import pytest

from auditor.stats.fit import NotConverged, bisect


def test_finds_roots_to_rounding_for_every_place():
    """The square roots of 2, 3 and 1e-300, by definition."""
    target = np.array([2.0, 3.0, 1e-300])
    got = bisect(lambda x: target - x * x, np.zeros(3), np.full(3, 2.0), steps=2000)
    np.testing.assert_allclose(got, np.sqrt(target), rtol=4e-16)


def test_a_search_cut_short_is_refused():
    with pytest.raises(NotConverged, match="after 3 halvings"):
        bisect(lambda x: 0.3 - x, np.zeros(1), np.ones(1), steps=3)


def test_brackets_are_left_as_they_were():
    low, high = np.zeros(2), np.ones(2)
    bisect(lambda x: 0.3 - x, low, high)
    np.testing.assert_array_equal((low, high), ([0, 0], [1, 1]))
