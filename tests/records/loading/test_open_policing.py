"""Stops in the layouts of the Open Policing Project: recognised, counted, and where a county number is not a state."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from auditor.errors import DecisionNeeded
from auditor.records.adapter import found_adapters

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
TEXAS = DATA / "gera_pierson_filtered_tx_processed_hispanic_white_drivers_driver_race.csv.gz"
OLD = (
    "id,state,stop_date,stop_time,county_name,county_fips,driver_gender,driver_age,driver_race,violation,"
    "search_conducted,contraband_found,stop_outcome,is_arrested\n"
)


def test_the_layout_of_2017(loading):
    """contraband_found is False, not missing, where nobody was searched."""
    rows = [
        "CO-1,CO,2015-03-01,21:15,Denver County,8031,M,34,Hispanic,speeding,True,False,arrest,True\n",
        "CO-2,CO,2015-03-02,08:40,Denver County,8031,F,51,White,speeding,False,False,warning,False\n",
    ]
    loaded = loading.one(OLD + "".join(rows), repair_fips=True)
    assert loaded.sources[0].format == "open-policing"
    assert loaded.sources[0].persons
    found = loading.rows(loaded, 'place, event, "group", searched, contraband, n')
    assert sorted(found) == [("08031", "stop", "hispanic", "yes", "no", 1), ("08031", "stop", "white", "no", "no", 1)]


@pytest.mark.parametrize("code", ["13", "13.0"])
def test_a_county_number_of_two_digits_is_no_state(loading, code):
    """Within Texas 13 is Atascosa County; alone it would be read as Georgia."""
    text = OLD + f"TX-1,,2015-03-01,21:15,,{code},M,34,Hispanic,speeding,True,False,arrest,True\n"
    loaded = loading.one(text, state="TX", repair_fips=code != "13")
    assert loading.rows(loaded, "place") == [("48013",)]
    with pytest.raises(DecisionNeeded) as caught:
        loading.one(text)
    assert "number of one within some state" in str(caught.value.problems[0])


def test_it_has_the_last_word_on_its_own_groups_but_not_before_the_user(loading):
    text = found_adapters()["open-policing"].sample.replace("white", "asian/pacific islander")
    assert ("asian",) in loading.rows(loading.one(text), '"group"')
    decided = loading.one(text, values={"group": {"asian/pacific islander": "pacific"}})
    assert ("pacific",) in loading.rows(decided, '"group"')


@pytest.mark.skipif(
    not TEXAS.is_file() and not os.environ.get("AUDITOR_REQUIRE_DATA"), reason="the shared data are not here"
)
def test_the_texas_file(loading):
    """18,807 stops (the data's description); counties as numbers within Texas, once the file's rule allows it."""
    loaded = loading.one(gzip.decompress(TEXAS.read_bytes()).decode(), state="TX", repair_fips=True)
    assert (loaded.sources[0].ledger.read, loaded.sources[0].ledger.used) == (18_807, 18_807)
    assert sum(n for (n,) in loading.rows(loaded, "n")) == 18_807
