"""Numbering and adding up of codes against numpy.unique and numpy.bincount."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.stats.numbering import combined, distinct, in_runs, numbered, summed


@given(st.lists(st.integers(-50, 50) | st.integers(-(10**12), 10**12), max_size=60))
def test_as_numpy_unique(values):
    codes = np.array(values, dtype=np.int64)
    names, which = numbered(codes)
    expected, inverse = np.unique(codes, return_inverse=True)
    assert names.tolist() == expected.tolist()
    assert which.tolist() == inverse.tolist()


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int32])
def test_narrow_codes(dtype):
    names, which = numbered(np.array([7, 3, 7, 100], dtype=dtype))
    assert (names.tolist(), which.tolist()) == ([3, 7, 100], [1, 0, 1, 2])


@given(st.lists(st.tuples(st.integers(-3, 3), st.booleans(), st.integers(0, 10**9)), min_size=1, max_size=40))
def test_combinations_in_order(rows):
    codes = [np.array(column) for column in zip(*rows, strict=True)]
    which, one = combined(*codes)
    expected = sorted(set(rows))
    assert [expected[at] for at in which] == rows
    assert [rows[at] for at in one] == expected
    again, values = distinct(*codes)
    assert again.tolist() == which.tolist()
    assert list(zip(*(column.tolist() for column in values), strict=True)) == expected


@pytest.mark.parametrize("values", [[-30_000, 30_000, -30_000], [-32_768, 32_767], [5, 5]])
def test_narrow_codes_far_apart(values):
    """The distance of two numbers of 16 bits does not fit into 16 bits."""
    codes = np.array(values, dtype=np.int16)
    names, which = numbered(codes)
    assert names[which].tolist() == values
    assert distinct(codes, codes)[1][0].tolist() == sorted(set(values))


@given(st.lists(st.integers(0, 4), max_size=30))
def test_runs(values):
    codes = np.array(values, dtype=np.int16)
    count, which = in_runs(codes)
    assert count == len(set(values))
    assert len(set(zip(values, which.tolist(), strict=True))) == count
    together = np.array(sorted(values, key=lambda value: (value * 7) % 5))
    assert (np.diff(in_runs(together)[1]) >= 0).all()


@pytest.mark.parametrize("size", [4, 700_000])
def test_sums_in_blocks(size):
    rng = np.random.default_rng(1)
    code, n = rng.integers(0, size, 600_000).astype(np.int32), rng.integers(0, 200, 600_000).astype(np.uint8)
    np.testing.assert_array_equal(summed(code, n, size), np.bincount(code, n, minlength=size))
    assert summed(code[:0], n[:0], 3).tolist() == [0, 0, 0]


def test_nothing_and_too_much():
    assert combined(np.zeros(0, dtype=int))[0].tolist() == []
    with pytest.raises(ValueError, match="too many combinations"):
        combined(*[np.array([0, 2**40])] * 2)
