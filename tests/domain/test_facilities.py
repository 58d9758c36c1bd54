"""What a facility's name says: names as in ICE's list and in files of detainers, each looked up by hand."""

import csv

import pytest

from auditor.domain.facilities import APART, county_like, kind_of_type, read_facility, stated_county
from auditor.domain.facility_words import facility_words
from auditor.domain.place_names import split_state
from auditor.domain.places import gazetteer


@pytest.mark.parametrize(
    ("name", "state", "county"),
    [
        ("STEARNS COUNTY SHERIFF/JAIL", "MN", "27145"),
        ("MONTGOMERY CNTY JAIL", "PENNSYLVANIA", "42091"),
        ("CENTRE CO JAIL", "PA", "42027"),
        ("CLINTON COUNTY CORR. FAC.", "PA", "42035"),
        ("ADAMS COUNTY ADULT C.C.", "PA", "42001"),
        ("NORTHAMPTON COUNTY PRISON", "PA", "42095"),
        ("MARSHALL COUNTY JAIL", "IA", "19127"),
        ("WASHINGTON COUNTY", "PA", "42125"),
        ("WASHINGTON COUNTY", "MN", "27163"),
        ("WASHINGTON CO JAIL (BLAIR)", "NE", "31177"),
        ("EAST BATON ROUGE PARISH JAIL", "LA", "22033"),
        ("NEW HANOVER COUNTY JAIL", "NC", "37129"),
        ("ST. MARTIN PARISH", "LA", "22099"),
        ("KIT CARSON CO JAIL", "CO", "08063"),
        ("YAKIMA COUNTY DEPARTMENT OF CORRECTIONS", "WA", "53077"),
        ("PORTSMOUTH CITY JAIL", "VA", "51740"),
        ("BALTIMORE CITY DETENTION CENTER", "MD", "24510"),
        ("BALTIMORE COUNTY DETENTION CENTER", "MD", "24005"),
        ("SHERIFF OF COOK COUNTY", "IL", "17031"),
        ("INDIAN RIVER COUNTY JAIL", "FL", "12061"),
        ("SHANNON COUNTY JAIL", "SD", "46102"),  # renamed in 2015: the same ground
        ("DC DEPARTMENT OF CORRECTIONS", "DC", "11001"),
    ],
)
def test_a_name_that_states_its_county(name, state, county):
    named = read_facility(name, state)
    assert named.county is not None
    assert (named.kind, named.county.id) == ("local", county)


@pytest.mark.parametrize(
    ("name", "state", "kind"),
    [
        ("MOSHANNON VALLEY CORRECTIONAL", "PA", "federal-prison"),
        ("USP CANAAN", "PA", "federal-prison"),
        ("LEWISBURG U.S. PEN.", "PA", "federal-prison"),
        ("ALLENWOOD U.S.PEN.", "PA", "federal-prison"),
        ("ALLENWOOD (MED) FCI", "PA", "federal-prison"),
        ("MCKEAN FED.CORR.INST.", "PA", "federal-prison"),
        ("ALLENWOOD FED.PRISON CAMP", "PA", "federal-prison"),
        ("REEVES COUNTY DETENTION", "TX", "federal-prison"),
        # Names of ICE's own list, where their type is the Bureau of Prisons; the last stands at the prison's address.
        ("BSCC FLIGHTLINE UNIT", "TX", "federal-prison"),
        ("DALBY CORRECTIONAL INSTITUTE", "TX", "federal-prison"),
        ("EDEN DETENTION CENTER", "TX", "federal-prison"),
        ("MCRAE CORRECTIONAL FACILITY CCA", "GA", "federal-prison"),
        ("ADAMS COUNTY DET CENTER", "MS", "federal-prison"),
        ("REEVES III CORRECTIONAL", "TX", "federal-prison"),
        ("REEVES CO. JUV. DET. CTR.", "TX", "local"),
        ("CAMPHILL SCI", "PA", "state-prison"),
        ("S.C.I., GREENSBURG", "PA", "state-prison"),
        ("SRCF MERCER", "PA", "state-prison"),
        ("MINN.C.F.,ST.CLOUD", "MINNESOTA", "state-prison"),
        ("MINNESOTA CORRECTIONAL FACILITY (RUSH CITY)", "MN", "state-prison"),
        ("HUNTSVILLE STATE PENITENTIARY", "TX", "state-prison"),
        ("ROBINSON CORRECTIONAL INSTITUTE", "CT", "state-prison"),
        ("ADDISON COUNTY JAIL", "VT", "state-prison"),  # Vermont runs its jails
        ("TDC-DOMINGUEZ UNIT", "TX", "state-prison"),
        ("US MARSHALS, MINNESOTA", "MN", "marshals"),
        ("US MARSHALS, E.DIST.PA", "PA", "marshals"),
        ("PHI DISTRICT OFFICE", "PA", "immigration"),
        ("PIKE COUNTY ERO HOLD ROOM", "PA", "immigration"),
        ("BERKS COUNTY FAMILY SHELTER", "PA", "immigration"),
        ("HARRIS COUNTY PSYCHIATRIC CENTER", "TX", "no-jail"),
        ("RED ROOF INN", "WA", "no-jail"),
        ("CHELAN COUNTY REGIONAL JUSTICE CENTER", "WA", "regional"),
        ("NAVAJO TRIBAL JAIL", "AZ", "tribal"),
    ],
)
def test_a_name_that_says_whose_it_is(name, state, kind):
    assert read_facility(name, state).kind == kind


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("CURRAN FROMHOLD CORR.FAC.", "PA"),
        ("CATAHOULA CORRECTIONAL CENTER", "LA"),
        ("PHILADELPHIA DETENTION CT", "PA"),
        ("MNCFSTC", "MN"),
        ("SILVERDALE/HAMILTON COUNTY", "TN"),
        ("SAC & FOX NATION JUVENILE DETENTION", "OK"),
    ],
)
def test_a_name_that_leaves_it_open(name, state):
    assert read_facility(name, state).kind == ""


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("STERNS CO. JAIL", "MN"),
        ("LACKAWANA CNTY JAIL", "PA"),
        ("MARSHAL COUNTY JAIL", "MN"),
        ("COLOMBIA COUNTY JAIL", "NY"),
        ("AURORA CITY JAIL", "CO"),
        ("JENNINGS CITY JAIL", "MO"),
    ],
)
def test_a_county_is_never_read_from_a_likeness(name, state):
    """Case 87: a jail by its name, of a county that the name does not state."""
    named = read_facility(name, state)
    assert (named.kind, named.county) == ("local", None)


def test_without_a_state_no_county_is_stated():
    assert stated_county("WASHINGTON COUNTY JAIL", "") is None
    assert read_facility("WASHINGTON COUNTY JAIL", "").county is None


def test_types_of_ice_that_say_who_runs_it():
    assert kind_of_type("BOP", "BOP") == "federal-prison"
    assert kind_of_type("IGSA", "DIGSA") == "immigration"
    assert kind_of_type("Other", "HOLD") == "immigration"
    assert kind_of_type("USMS IGA", "USMS IGA") == ""  # an agreement says who is paid
    assert kind_of_type("IGSA", "IGSA") == ""
    assert kind_of_type("state-prison") == "state-prison"


def test_words():
    assert facility_words("MINN.C.F.,ST.CLOUD") == ("minn", "cf", "saint", "cloud")
    assert facility_words("CURRAN FROMHOLD CORR.FAC.") == ("curran", "fromhold", "correctional", "facility")
    assert facility_words("STERNS CO. JAIL") == ("sterns", "county", "jail")
    assert county_like("STERNS CO. JAIL") == "sterns"
    assert county_like("USP CANAAN") == "usp canaan"


def test_the_county_in_a_name_is_right_in_the_list_of_ice(shared_data):
    """Every stated county of ice_facilities_codes.psv is that of the list, or the list's is known to be wrong.

    The exceptions were checked against the ZIP code of the row (whose county is the one stated, or belongs to another
    place altogether: 47130 for a jail in Idaho), or are county jails that stand in an independent city of Virginia.
    """
    wrong = {
        "ALBCONY", "BEXJUTX", "BOWCOTX", "CALHOMI", "FRANKKY", "GILPICO", "HENRIVA", "NOBLEMN", "OTROPNM",
        "PARKCMT", "PORTSVA", "PWILLVA", "ROANOVA", "ROCKIVA", "SARJUNE", "SENECNY",
    }  # fmt: skip
    with (shared_data / "ice_facilities_codes.psv").open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle, delimiter="|"))
    differ, stated = set(), 0
    for row in rows:
        named = read_facility(row["name"], row["state"] if row["state"] != "NA" else "")
        if named.kind != "local" or named.county is None or kind_of_type(row["type"], row["type_detailed"]) in APART:
            continue
        stated += 1
        listed = gazetteer().resolve(row["county"], row["state"]).place
        if listed is not None and listed.id != named.county.id:
            differ.add(row["detloc"])
    assert stated == 792
    assert differ == wrong


def test_the_real_names_of_pennsylvania(shared_data):
    with (shared_data / "pa_ice_detainers_first3000.csv").open(encoding="utf-8") as handle:
        names = {row["det_facility"] for row in csv.DictReader(handle)}
    kinds = {name: read_facility(split_state(name)[0], "PA").kind for name in names}
    assert {name for name, kind in kinds.items() if not kind} == {
        "CURRAN FROMHOLD CORR.FAC.",
        "PHILADELPHIA DETENTION CT",
        "ROUNDHOUSE PHI, PA",
        "RIVERSIDE CORR. FACILITY",
    }
