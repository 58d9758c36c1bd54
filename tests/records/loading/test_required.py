"""Where no column says where: asked of a layout that is somebody else's, refused in a canonical format."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from auditor.cli import main
from auditor.errors import DecisionNeeded, InputError
from auditor.records.adapter import found_adapters

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
MECKLENBURG = "nc_mecklenburg_sheriff_stops_2002_2022_grouped.csv"
TRAVIS = "travis_tx_ice_detainer_first2500rows.xlsx"
PIERCE = "pierce_wa_bookings_with_ice_hold_allholds.psv"
SAMPLE = found_adapters()["nc-sbi"].sample
NOWHERE = "\n".join(line.partition(",")[2] for line in SAMPLE.splitlines()) + "\n"
LINE = 'constants = { "place" = "" }'
real = pytest.mark.skipif(
    not all((DATA / name).is_file() for name in (MECKLENBURG, TRAVIS, PIERCE))
    and not os.environ.get("AUDITOR_REQUIRE_DATA"),
    reason="the shared data are not here",
)


def test_a_layout_without_a_place_is_asked_where_it_is_of(loading):
    with pytest.raises(DecisionNeeded) as caught:
        loading.one(NOWHERE)
    (problem,) = caught.value.problems
    assert problem.found == "no column says where: of which place are the rows of this file (nc-sbi)?"
    before, line = caught.value.toml.splitlines()[-2:]
    assert before.startswith("# constants.place: a county's FIPS code, an agency's ORI, or local:<name>")
    assert line == LINE
    loaded = loading.one(NOWHERE, constants={"place": "37119"})
    assert sum(n for (n,) in loading.rows(loaded, "n")) == 3 + 3 + 2  # the column count of the sample


def test_what_else_is_open_is_asked_in_the_same_go(loading):
    with pytest.raises(DecisionNeeded) as caught:
        loading.one(NOWHERE.replace("White", "W"))
    assert [problem.column for problem in caught.value.problems] == ["", "driver_race"]
    assert LINE in caught.value.toml
    assert 'values.group = { "W" = "" }' in caught.value.toml


def test_the_lines_repeat_what_the_user_said_and_nothing_of_the_layout(loading):
    with pytest.raises(DecisionNeeded) as caught:
        loading.one(NOWHERE, constants={"agency": "Sheriff"})
    assert 'constants = { "agency" = "Sheriff", "place" = "" }  # in place of what is there' in caught.value.toml


def test_an_open_place_is_asked_once(loading):
    problem = loading.problem(DecisionNeeded, NOWHERE, constants={"place": ""})
    assert problem.found == 'constants.place = ""'


def test_files_of_one_pattern_share_their_lines(loading):
    loading.write(NOWHERE, "a1.csv")
    loading.write(NOWHERE.replace("2002", "2003"), "a2.csv")
    with pytest.raises(DecisionNeeded) as caught:
        loading.load(loading.spec(NOWHERE.replace("2002", "2004"), "a3.csv").model_copy(update={"path": "a*.csv"}))
    assert [problem.file for problem in caught.value.problems] == ["a1.csv", "a2.csv", "a3.csv"]
    assert caught.value.toml.count("constants") == 2  # the comment and the line


def test_a_mistake_is_told_with_the_question(loading):
    """No year: nothing but the column can mend that."""
    text = "\n".join(line.partition(",")[2] for line in NOWHERE.splitlines()) + "\n"
    problems = loading.error(InputError, loading.spec(text, format="nc-sbi")).problems
    assert [problem.found.partition(";")[0] for problem in problems] == [
        "no column for date",
        "no column says where: of which place are the rows of this file (nc-sbi)?",
    ]


def test_a_canonical_format_without_a_place_is_refused(loading):
    problem = loading.problem(InputError, "period,event,n\n2011,arrest,5\n", format="counts")
    assert problem.found.startswith("no column for place or jurisdiction")


@real
@pytest.mark.parametrize("name", [MECKLENBURG, TRAVIS, PIERCE])
def test_counts_prints_the_question_and_its_line(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["counts", str(DATA / name)]) == 4
    said = capsys.readouterr().err
    assert "no column says where" in said
    assert LINE in said
