"""Officers who stand out, as a page shows them: bands, classes, and the classes over unrecorded groups."""

from __future__ import annotations

import re
from dataclasses import replace

from markupsafe import Markup

from auditor.findings.listed import listed
from auditor.findings.review import PlaceReview, Review
from auditor.report.officers import officers_view


def place(review: Review, low: float | None, high: float | None) -> PlaceReview:
    row = {
        "group": "hispanic", "event": "stop", "officer": "Officer 01", "events_low": 50, "events_high": 100,
        "odds_low": 2.0, "odds_high": 3.0, "stands_out": True, "bounded_low": low, "bounded_high": high,
    }  # fmt: skip
    return replace(review.places[0], listed={"officer-benchmark": listed([row])})


def plain(markup: str) -> str:
    return re.sub(r"\s+", " ", Markup(markup).striptags())


def test_the_classes_over_unrecorded_groups_stand_beside_the_class(review: Review) -> None:
    found = officers_view(place(review, 1.25, None), "/places/0")
    (row,) = found["rows"]
    assert found["bounded"] is True
    assert (plain(row["odds"]), plain(row["bounded"])) == ("2 to under 3", "1.25 or more")
    assert 'data-ref="8"' in row["bounded"]


def test_there_is_no_such_column_where_nobody_is_bounded(review: Review) -> None:
    found = officers_view(place(review, None, None), "/places/0")
    assert found["bounded"] is False
    assert found["rows"][0]["bounded"] == ""
