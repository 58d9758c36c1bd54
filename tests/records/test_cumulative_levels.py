"""Issues since the start: a level is never lost because another has a later last day. Numbers are made up."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from auditor.errors import DecisionNeeded
from tests.records.loading.conftest import Loading

HEAD = "place,period,event,group,level,n,cumulative\n"
MAY, JUNE = "2008-10-27/2011-05-31", "2008-10-27/2011-06-30"


@pytest.fixture
def loading(tmp_path: Path) -> Iterator[Loading]:
    helper = Loading(tmp_path)
    yield helper
    helper.close()


def issue(period: str, *levels: str, n: int = 100, place: str = "48001") -> str:
    return "".join(f"{place},{period},removal,,{level},{n},true\n" for level in levels)


ALL = ("1", "2", "3", "none")


def test_levels_with_different_last_days_are_a_question(loading):
    text = HEAD + issue(MAY, "1", "2") + issue(JUNE, "3", "none") + issue(JUNE, *ALL, place="48003")
    (problem,) = loading.error(DecisionNeeded, loading.spec(text)).problems
    assert (problem.file, problem.row) == ("file.csv", 5)
    assert "48001, removal: level 1, 2 to 2011-05-31, level 3, none to 2011-06-30" in problem.found
    assert "48003" not in problem.found


def test_the_latest_complete_issue_stands(loading):
    """May has every level, June lacks two: May is used, and the note says so."""
    loaded = loading.one(HEAD + issue(MAY, *ALL) + issue(JUNE, "3", "none", n=110))
    assert loading.rows(loaded, "level, n") == [("1", 100), ("2", 100), ("3", 100), ("none", 100)]
    assert loading.steps(loaded) == {
        "cumulative issue that lacks levels or groups of an earlier one": (2, False, "6, 7")
    }
    (note,) = loaded.notes
    assert "cumulative removal to 2011-06-30 lacks levels or groups that the issue to 2011-05-31 has" in note


def test_a_complete_later_issue_supersedes(loading):
    loaded = loading.one(HEAD + issue(MAY, "1", "2") + issue(JUNE, *ALL))
    assert loading.steps(loaded) == {"superseded by a later cumulative issue": (2, False, "2, 3")}
    assert loaded.notes == ()


def test_a_union_of_levels_stands_for_each(loading):
    loaded = loading.one(HEAD + issue(MAY, *ALL) + issue(JUNE, "1", "2/3", "none"))
    assert loading.rows(loaded, "level") == [("1",), ("2/3",), ("none",)]


def test_unknown_levels_are_no_level_to_lose(loading):
    loaded = loading.one(HEAD + issue(MAY, *ALL, "unknown") + issue(JUNE, *ALL))
    assert len(loading.rows(loaded, "level")) == 4


def test_groups_are_not_lost_either(loading):
    text = HEAD + f"48001,{MAY},arrest,hispanic,,9,true\n48001,{JUNE},arrest,white,,9,true\n"
    (problem,) = loading.error(DecisionNeeded, loading.spec(text)).problems
    assert "group hispanic to 2011-05-31, group white to 2011-06-30" in problem.found


def test_other_events_keep_their_own_last_day(loading):
    text = HEAD + issue(MAY, *ALL) + f"48001,{JUNE},submission,,,900,true\n"
    assert len(loading.rows(loading.one(text), "n")) == 5


def test_the_same_last_day_from_two_starts_is_a_question(loading):
    text = HEAD + issue(JUNE, "1") + issue("2009-06-16/2011-06-30", "1")
    (problem,) = loading.error(DecisionNeeded, loading.spec(text)).problems
    assert "periods that overlap" in problem.found
