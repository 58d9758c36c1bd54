"""ND: "no data" in most columns, North Dakota in one of states. Which of the two, the column's role says."""

import pytest

from auditor.records.proposing.profile import profiles
from auditor.records.read import read
from auditor.records.words import is_missing


def test_the_role_decides():
    assert is_missing("ND")
    assert is_missing("nd", "group")
    assert not is_missing("ND", "state")
    assert is_missing("NA", "state")


ARRESTS = (
    "apprehension_date,apprehension_state,apprehension_county,apprehension_method,apprehension_criminality,"
    "unique_identifier\n2024-08-07,ND,{0},Located,1 Convicted Criminal,ab12\n"
)
DETAINERS = "detainer_prepare_date,facility_state,detention_facility,unique_identifier\n2026-02-11,nd,A JAIL,ab12\n"
REMOVALS = "Departed Date,Port of Departure,Docket AOR,Apprehension State,Unique Identifier\n2025-02-03,X,Y,ND,ab12\n"
DETAINERS_2007 = "date,lift_reason,det_facility,city,state\n2007-10-02,ND,A JAIL,FARGO,ND\n"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (ARRESTS.format("CASS"), "38017"),  # Cass County, North Dakota
        (ARRESTS.format("ND"), "38"),  # no county is called so: of the state
        (DETAINERS, "38"),
        (REMOVALS, "38"),
        (DETAINERS_2007, "38"),
        ("jurisdiction,state,period,event,n\nCass County,ND,2011,arrest,5\n", "38017"),
        ("state,jurisdiction,period_end,submissions\nND,Cass,2010-06-30,100\n", "38017"),
        ('place,period,event,n\n"Cass County, ND",2011,arrest,5\n', "38017"),
        ("place,period,event,n\nND,2011,arrest,5\n", "38"),
    ],
)
def test_a_column_of_states_keeps_north_dakota(loading, text, place):
    loaded = loading.one(text)
    assert [found for (found,) in loading.rows(loaded, "place")] == [place]
    assert loading.steps(loaded) == {}


def test_in_a_table_of_places_too(loading):
    loaded = loading.one("place,name,state,kind\n38017,Cass County,ND,county\n")
    ((state,),) = loading.rows(loaded, "state", "places")
    assert state in ("ND", "38")


def test_elsewhere_it_stays_no_data(loading):
    loaded = loading.one("place,period,event,group,n\n48453,2011,arrest,ND,5\n48453,2011,arrest,hispanic,ND\n")
    assert loading.rows(loaded, '"group", n') == [(None, 5)]
    assert "group: read as missing: 'ND' in 1 row" in loading.notes(loaded)


def test_a_file_of_north_dakota_alone_is_seen_to_have_states(loading):
    spec = loading.spec("state,day\nND,2011-03-01\n")
    loaded = loading.one("place,period,event,n\n48453,2011,arrest,5\n", name="x.csv")
    (raw,) = read(loading.folder / "file.csv", spec, loaded.store)
    assert profiles(raw, loaded.store)[0].values == ("ND",)
