"""Ways to share the events of two groups out over classes."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest

from auditor.signals.class_ways import log_ways


def compositions(total: int, parts: int) -> int:
    """Count the ways to write a sum one by one."""
    return sum(sum(values) == total for values in product(range(total + 1), repeat=parts))


@pytest.mark.parametrize(
    ("first", "ways"),
    [
        ("trespass", compositions(4, 2) * compositions(6, 2) * compositions(7, 3) * compositions(5, 3)),
        # One of the second group's two classes on that side is told by the first group's; the other is left.
        ("traffic", compositions(4, 2) * compositions(7, 3) * compositions(5, 3)),
    ],
)
def test_ways_are_those_that_can_be_counted(first: str, ways: int) -> None:
    classes = (first, "public-order", "theft", "robbery", "arson", "licence")
    focal = np.array([[1.0, 3, 0, 2, 5, 90], [0, 0, 0, 0, 0, 90]])
    reference = np.array([[6.0, 0, 1, 4, 0, 90], [0, 0, 0, 0, 0, 90]])
    sides = [np.tile([name in wanted for name in classes], (2, 1)) for wanted in (classes[:2], classes[2:5])]
    np.testing.assert_allclose(log_ways(classes, focal, reference, sides), [math.log10(ways), 0], rtol=1e-12)
