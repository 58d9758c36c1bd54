"""Single rows over months, a month of a change of the rules in two steps."""

from __future__ import annotations

import numpy as np

from auditor.cells import RowTable
from auditor.signals.timeline import month_window, timeline


def rows(*entries: tuple[int, str, str, int, int]) -> tuple[RowTable, np.ndarray]:
    columns = {
        "detainer_month": np.array([entry[1] for entry in entries], dtype=object),
        "detainer_period": np.array([entry[2] for entry in entries], dtype=object),
    }
    index, n = np.array([entry[0] for entry in entries]), np.array([float(entry[4]) for entry in entries])
    return RowTable(index, columns, n), np.array([entry[3] for entry in entries])


def test_a_month_with_a_new_rule_is_two_steps_in_their_order():
    """January 2021: the rules changed on the 20th; by name the later period comes first."""
    table, kind = rows((0, "2021-01", "priorities-2021", 0, 3), (0, "2021-01", "interior-2017", 1, 4))
    found = timeline(table, 2, kind, 2, "detainer_month", "detainer_period")
    assert found.months == ("2021-01", "2021-01")
    assert found.periods == ("interior-2017", "priorities-2021")
    assert found.counts[0].tolist() == [[0, 4], [3, 0]]
    assert found.counts[1].sum() == 0
    assert found.during(("priorities-2021",)).tolist() == [False, True]


def test_rows_without_a_time_or_a_kind_are_counted_apart_or_not_at_all():
    table, kind = rows((0, "", "", 0, 3), (0, "2021-02", "", 1, 4), (0, "2021-02", "priorities-2021", -1, 5))
    found = timeline(table, 1, kind, 2, "detainer_month", "detainer_period")
    assert found.undated.tolist() == [[3, 4]]
    assert found.counts.sum() == 0


def test_the_window_ends_where_the_rules_changed():
    """20 December 2012 is the last day before the guidance on detainers."""
    table, kind = rows(
        (0, "2012-11", "minor-traffic-2012", 0, 3),
        (0, "2012-12", "minor-traffic-2012", 0, 3),
        (0, "2012-12", "detainers-2012", 0, 4),
    )
    found = timeline(table, 1, kind, 2, "detainer_month", "detainer_period")
    first, last = found.window(found.during(("minor-traffic-2012",))[None, :])
    assert (first[0], last[0]) == ("2012-11-01", "2012-12-20")
    first, last = found.window(found.during(("detainers-2012",))[None, :])
    assert (first[0], last[0]) == ("2012-12-21", "2012-12-31")


def test_the_window_is_that_of_the_used_months():
    used = np.array([[False, True, True], [False, False, False]])
    first, last = month_window(("2011-12", "2012-01", "2012-02"), used)
    assert first.tolist() == ["2012-01-01", ""]
    assert last.tolist() == ["2012-02-29", ""]
