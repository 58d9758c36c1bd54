"""What each signal of single rows says of rows that lack what it needs: withheld, why, and what to request."""

from __future__ import annotations

import pytest

from auditor.audit.api import audit
from auditor.findings.review import Review
from tests.bad_inputs.invented_rows import (
    Drawn,
    found_false,
    half_named,
    midnight,
    nameless,
    one_group,
    timeless,
    unsearched,
    whole,
)

FAST = {
    "search-threshold": {"placebos": False, "draws": 100, "warmup": 150},
    "operation-days": {"draws": 999},
}
WHOLE, FALSE, ONE, NONE, HALF = "48453", "48029", "48201", "48113", "48439"
"""Counties: as it should be; the same with contraband "no" where nobody was searched; ..."""
OUTCOME = {"hit-rate", "search-threshold"}
SEARCHES = OUTCOME | {"perceived-ethnicity"}
GROUPS = {
    "booking-not-cited", "detainer-selectivity", "hit-rate", "no-charge", "operation-days", "perceived-ethnicity",
    "search-threshold", "veil-of-darkness",
}  # fmt: skip


def conducted(*frames) -> Review:
    settings = {"title": "T", "as_of": "2012-06-30", "focal_groups": ["hispanic"], "reference_group": "white"}
    # Published: in counties as small as these nearly everything else would rest on a count of 1 to 10.
    sources = [{"format": "records", "path": frame, "published": True} for frame in frames]
    return audit({"audit": settings, "sources": sources, "signals": FAST})


def withheld(review: Review, place: str) -> dict[str, tuple[str, str]]:
    """Reason and request of each signal of which nothing is said in a place."""
    (told,) = (one for one in review.places if one.place == place)
    spoken = {finding.signal for finding in told.findings}
    return {w.signal: (w.reason, w.needs) for w in told.withheld if w.signal not in spoken}


def findings(review: Review, place: str, signal: str) -> list:
    (told,) = (one for one in review.places if one.place == place)
    return [finding for finding in told.findings if finding.signal == signal]


@pytest.fixture(scope="module")
def spoilt() -> Review:
    """Five counties, four of them spoilt in a way of their own; no surnames."""
    same, frames = 1, []
    for number, (place, spoil) in enumerate(
        ((WHOLE, whole), (FALSE, found_false), (ONE, one_group), (NONE, unsearched), (HALF, half_named))
    ):
        seed = same if spoil in (whole, found_false) else 10 + number
        frames += [nameless(frame) for frame in Drawn(place, seed).each(spoil)]
    return conducted(*frames)


@pytest.fixture(scope="module")
def untimed() -> Review:
    """Two counties without a time of day: the one has no such column, the other says midnight throughout."""
    frames = [nameless(frame) for frame in Drawn(WHOLE, 1).each(timeless)]
    return conducted(*frames, *(nameless(frame) for frame in Drawn(FALSE, 1).each(midnight)))


def test_rows_as_they_should_be_are_spoken_of(spoilt):
    """The rest proves nothing otherwise; these stops are too few for veil-of-darkness, which says that."""
    told = withheld(spoilt, WHOLE)
    assert not set(told) & (GROUPS - {"veil-of-darkness"}), told
    assert "so uncertain" in told["veil-of-darkness"][0]


@pytest.mark.parametrize("place", [WHOLE, FALSE])
@pytest.mark.parametrize("signal", ["veil-of-darkness", "officer-benchmark"])
def test_no_time_of_day_and_midnight_throughout(untimed, place, signal):
    reason, needs = withheld(untimed, place)[signal]
    assert "row by row says of them: time" in reason
    assert "time of day" in needs
    assert "all midnight" in needs


@pytest.mark.parametrize("place", [WHOLE, FALSE])
def test_signals_that_only_refine_by_the_hour_speak_without_it_and_say_so(untimed, place):
    first, *_ = findings(untimed, place, "booking-not-cited")
    assert "as far as recorded" in first.sentence.text["en"]
    said = [caveat.text["en"] for caveat in first.caveats]
    assert any("no time of day is recorded" in text for text in said)


def test_that_times_are_all_midnight_is_told(untimed):
    """Of the event in each of the three files, and of both days of release in one."""
    notes = [note for source in untimed.sources for note in source["notes"]]
    assert sum("every time of day is midnight" in note for note in notes) == 5


@pytest.mark.parametrize("signal", sorted(GROUPS))
def test_one_group_only(spoilt, signal):
    reason, needs = withheld(spoilt, ONE)[signal]
    assert "one of the" in reason
    assert "group" in needs


@pytest.mark.parametrize("signal", sorted(SEARCHES))
def test_no_searches(spoilt, signal):
    reason, needs = withheld(spoilt, NONE)[signal]
    known = ("no search of", "every occasion of the people perceived both ways had the same outcome")
    assert any(text in reason for text in known)
    assert "search" in needs or "longer period" in needs


@pytest.mark.parametrize("signal", sorted(OUTCOME))
def test_contraband_said_to_be_absent_where_nobody_searched_changes_nothing(spoilt, signal):
    """A blank and a "no" are alike there: it is no search that found nothing."""
    as_it_should_be, said_no = (findings(spoilt, place, signal) for place in (WHOLE, FALSE))
    assert as_it_should_be
    for one, other in zip(as_it_should_be, said_no, strict=True):
        assert (one.k, one.n) == (other.k, other.n)
        assert one.estimate == other.estimate or signal == "search-threshold"


def test_officers_missing_in_half(spoilt):
    reason, needs = withheld(spoilt, HALF)["officer-benchmark"]
    assert reason == "more than half of the rows say nothing of the officer"
    assert "stable identifier of the officer" in needs
    first, *_ = findings(spoilt, HALF, "perceived-ethnicity")
    assert any("The officer is not recorded for most" in caveat.text["en"] for caveat in first.caveats)
    labels = [finding.contrast.rpartition("/")[2] for finding in findings(spoilt, HALF, "operation-days")]
    assert labels == ["all-officers"], "officers are not held against themselves"


def test_no_surname_column(spoilt):
    reason, needs = withheld(spoilt, WHOLE)["ethnicity-recording"]
    assert reason == "no source that lists people row by row says of them: surname"
    assert "missing here: surname" in needs
    assert "printed nowhere" in needs
