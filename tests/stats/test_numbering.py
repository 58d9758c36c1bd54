"""Numbering of codes against numpy.unique, by table and by sorting."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.stats.numbering import combined, numbered


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
    distinct = sorted(set(rows))
    assert [distinct[at] for at in which] == rows
    assert [rows[at] for at in one] == distinct


def test_nothing_and_too_much():
    assert combined(np.zeros(0, dtype=int))[0].tolist() == []
    with pytest.raises(ValueError, match="too many combinations"):
        combined(*[np.array([0, 2**40])] * 2)
