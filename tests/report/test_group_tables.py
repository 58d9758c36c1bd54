"""The table of a signal that estimates by group within a place: one row a group, from the review alone."""

from __future__ import annotations

from types import SimpleNamespace

from auditor.report.tables import group_tables


def finding(group, reference, value, signal="search-threshold"):
    low, high = (None, None) if value is None else (value - 0.1, value + 0.1)
    return SimpleNamespace(
        signal=signal, group=group, reference=reference, estimate=SimpleNamespace(value=value, low=low, high=high)
    )


def review(*findings, **card):
    place = SimpleNamespace(place="48453", findings=findings)
    return SimpleNamespace(signals=({"name": "search-threshold", **card},), places=(place,))


def test_groups_are_rows_and_comparisons_are_not():
    found = review(
        finding("hispanic", None, 0.25), finding("white", None, None), finding("hispanic", "white", 1.5),
        finding("hispanic", None, 0.5, signal="other"), by_group="threshold",
    )  # fmt: skip
    assert list(group_tables(found)) == [
        (
            "tables/search-threshold.csv",
            "place,group,threshold,low,high\n48453,hispanic,0.25,0.15,0.35\n48453,white,,,\n",
        )
    ]


def test_no_table_without_a_column_or_a_row():
    assert list(group_tables(review(finding("hispanic", None, 0.25)))) == []
    assert list(group_tables(review(finding("hispanic", "white", 1.5), by_group="threshold"))) == []
