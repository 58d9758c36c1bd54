"""Ways to share events out over classes, and cases over strata."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest

from auditor.cells import Cells, RowTable, table
from auditor.signals.blank_group import blank_group
from auditor.signals.ways import MORE_WAYS, class_ways, stratum_ways


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
def test_ways_over_classes_are_those_that_can_be_counted(first: str, ways: int) -> None:
    classes = (first, "public-order", "theft", "robbery", "arson", "licence")
    focal = np.array([[1.0, 3, 0, 2, 5, 90], [0, 0, 0, 0, 0, 90]])
    reference = np.array([[6.0, 0, 1, 4, 0, 90], [0, 0, 0, 0, 0, 90]])
    sides = [np.tile([name in wanted for name in classes], (2, 1)) for wanted in (classes[:2], classes[2:5])]
    np.testing.assert_allclose(class_ways(classes, focal, reference, sides), [math.log10(ways), 0], rtol=1e-12)


def test_ways_over_strata_leave_the_largest_out() -> None:
    """Three strata, the second the largest: 3 and 4 with the outcome, 5 and 2 without it are in the two others."""
    k = np.array([[[1.0, 90, 2, 0], [4, 70, 0, 0]], [[5, 3, 0, 0], [2, 3, 0, 0]]])
    n = np.array([[[4.0, 190, 4, 0], [5, 170, 1, 0]], [[9, 3, 0, 0], [9, 4, 0, 0]]])
    ways = compositions(3, 2) * compositions(5, 2) * compositions(4, 2) * compositions(2, 2)
    np.testing.assert_allclose(stratum_ways(k, n), [math.log10(ways), 0], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("times", "hidden"), [(1, True), (1000, False)])
def test_a_range_over_few_strata_is_hidden_where_they_hold_few_of_no_group(times: int, hidden: bool) -> None:
    """Three offences, of one 4 cases of no group with the outcome: with few others a range tells how many."""
    counts = [(group, offence, hit, 12.0 * times) for group in ("hispanic", "white", "") for offence in "abc"
              for hit in (True, False)]  # fmt: skip
    n = np.array([4.0 if (group, offence, hit) == ("", "c", True) else n for group, offence, hit, n in counts])
    group, offence = (np.array([count[i] for count in counts], dtype=object) for i in (0, 1))
    hit = np.array([count[2] for count in counts])
    rows = RowTable(np.zeros(18, dtype=np.int64), {"group": group, "offence": offence}, n)
    ids, nobody = ("48453",), ("",)
    some = Cells(
        ids, ids, nobody, nobody, table([], ids, ("event",)), table([], ids, ("universe", "group")), (),
        table([], (), ("event", "start", "end")), ("hispanic",), "white", rows=rows,
    )  # fmt: skip
    found = blank_group(rows, some, ("hispanic", "white"), told=np.ones(18, dtype=bool), hit=hit, by=("offence",))
    cases = np.full((1, 3, 3), 24.0 * times)
    assert (stratum_ways(cases / 2, cases)[0] < MORE_WAYS) == hidden
    assert found.few.tolist() == [hidden]
