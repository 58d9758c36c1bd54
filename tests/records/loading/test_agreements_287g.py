"""ICE's 287(g) lists in three eras: agencies to places, models to programmes, agreements told from agencies."""

from __future__ import annotations

from datetime import date

import pytest

from auditor.errors import DecisionNeeded
from auditor.records.agreement_places import place
from auditor.records.spec import SourceSpec

FIRST = "STATE,LAW ENFORCEMENT AGENCY,SUPPORT TYPE,SIGNED,MOA\n"
SECOND = "STATE,LAW ENFORCEMENT AGENCY,TYPE,SUPPORT TYPE,SIGNED,MOA\n"
THIRD = "STATE,LAW ENFORCEMENT AGENCY,TYPE,COUNTY,SUPPORT TYPE,SIGNED,MOA,ADDENDUM,,,,,\n"
PENDING = "STATE,LAW ENFORCEMENT AGENCY,TYPE,COUNTY,SUPPORT TYPE\n"
COLUMNS = "place, program, kind, date, agency"
LA_PAZ = "ARIZONA,La Paz County Sheriff's Office"
JAIL, WARRANT, FORCE = "287-g-jail-enforcement", "287-g-warrant-service", "287-g-task-force"


def test_the_first_era(loading):
    """No type and no county: the agency's own name tells, or it is asked."""
    text = FIRST + (
        f"{LA_PAZ},Jail Enforcement Model,2020-03-12,https://example.org/a b.pdf\n"
        "ARIZONA,Arizona Department of Corrections,Jail Enforcement Model,2020-06-16,link\n"
        "ARIZONA,Mesa Police Department,Jail Enforcement Model,2020-06-08,link\n"
    )
    loaded = loading.one(text)
    assert loaded.sources[0].format == "agreements-287g"
    assert loading.rows(loaded, COLUMNS, "activations") == [
        ("04012", JAIL, "signed", date(2020, 3, 12), "La Paz County Sheriff's Office"),
        ("04", JAIL, "signed", date(2020, 6, 16), "Arizona Department of Corrections"),
        ("local:az-mesa-police-department", JAIL, "signed", date(2020, 6, 8), "Mesa Police Department"),
    ]
    assert loaded.names["local:az-mesa-police-department"] == "Mesa Police Department"


def test_agencies_are_counted_not_rows(loading):
    """One agency with its three models, apostrophes of two kinds and trailing blanks; a namesake in another state."""
    text = SECOND + (
        f"{LA_PAZ},County,Jail Enforcement Model ,2020-03-12,link\n"
        "ARIZONA,La Paz County Sheriff\u2019s Office ,County,Warrant Service Officer,2020-02-27,link\n"
        f"{LA_PAZ},County,Task Force Model,2025-02-26,link pending \n"
        "FLORIDA,Polk County Sheriff's Office,County,Warrant Service Officer,2019-05-06,link\n"
        "GEORGIA,Polk County Sheriff's Office,County,Jail Enforcement Model,2020-07-02,link\n"
        "TEXAS,Springfield Police Department,Municipality,Task Force Model,2025-07-02,link\n"
        "FLORIDA,Springfield Police Department,Municipality,Task Force Model,2025-07-02,link\n"
    )
    loaded = loading.one(text)
    assert [row[:2] for row in loading.rows(loaded, "place, program", "activations")] == [
        ("04012", JAIL),
        ("04012", WARRANT),
        ("04012", FORCE),
        ("12105", WARRANT),
        ("13233", JAIL),
        ("local:tx-springfield-police-department", FORCE),
        ("local:fl-springfield-police-department", FORCE),
    ]
    assert "7 agreements of 5 agencies, told apart by state and name" in loading.notes(loaded)


def test_the_third_era(loading):
    """Blank tail rows and columns, #N/A for agencies that are no county, clock times, "County " with its blank."""
    text = THIRD + (
        "FLORIDA,Bay County Sheriff's Office,County,Bay County ,Task Force Model,2025-02-26 00:00:00,link,,,,,,\n"
        "FLORIDA,Jacksonville Sheriff's Office,County,Duval County,Jail Enforcement Model,2020-06-09,link,,,,,,\n"
        "FLORIDA,Florida Department of Lottery Services ,State Agency,#N/A,Task Force Model,2025-04-24,link,,,,,,\n"
        "FLORIDA,Bartow Police Department,Municipality,#N/A,Task Force Model,2025-04-29 00:00:00,link,,,,,,\n"
        "LOUISIANA,Beauregard Parish Sheriff's Office,County,Beauregard Parish,Task Force Model,2025-05-01,link,,,,,,\n"
        "VIRGINIA,Campbell County Sheriff's Office,County,Campbell County,Task Force Model,05/082025,link,,,,,,\n"
        ",,,,,,,,,,,,\n,,,,,,,,,,,,\n"
    )
    loaded = loading.one(text)
    places = [row[0] for row in loading.rows(loaded, "place", "activations")]
    assert places == ["12005", "12031", "12", "local:fl-bartow-police-department", "22011"]
    assert loading.steps(loaded) == {"date cannot be read": (1, True, "7")}
    assert "1 agency of a state placed at the state" in loading.notes(loaded)
    assert "1 agency of a city or the like" in loading.notes(loaded)


def test_a_pending_list_starts_nothing(loading):
    """No column SIGNED: nobody is asked where an agency lies whose agreement has not begun."""
    text = PENDING + (
        "MARYLAND,Allegany County Sheriff's Office,County,Allegancy,Warrant Service Officer\n"
        "ALABAMA,Nowhere Jail,County,#N/A,Some Model\n"
    )
    loaded = loading.one(text)
    assert loading.rows(loaded, "place", "activations") == []
    assert loading.steps(loaded) == {"no date (not known to have begun)": (2, False, "2, 3")}
    assert "a list of pending agreements" in loading.notes(loaded)


def test_a_row_without_a_signature_among_signed_ones(loading):
    text = FIRST + f"{LA_PAZ},Jail Enforcement Model,,link\n{LA_PAZ},Warrant Service Officer,2020-02-27,link\n"
    loaded = loading.one(text)
    assert loading.rows(loaded, "program", "activations") == [(WARRANT,)]


def test_slips_of_the_pen(loading):
    """Cases 86 and 87: "Warrant Service Office" is noted; "Baldwin Couny" is placed by the agency's own exact name."""
    agency = "ALABAMA,Baldwin County Sheriff's Office,County,Baldwin Couny,"
    loaded = loading.one(f"{THIRD}{agency}Warrant Service Office,2025-02-26,link,,,,,,\n")
    assert loading.rows(loaded, "place, program", "activations") == [("01003", WARRANT)]
    notes = loading.notes(loaded)
    assert "'Warrant Service Office' read as Warrant Service Officer" in notes
    assert "'Baldwin Couny' is no county of Alabama" in notes


def test_a_county_that_contradicts_the_agency_is_a_question(loading):
    """ICE's sheet of May 2025 gives Bedford County to the sheriff of Bradford County; both are in Pennsylvania."""
    agency = "PENNSYLVANIA,Bradford County Sheriff's Office,County,Bedford County ,"
    text = f"{THIRD}{agency}Warrant Service Officer,2025-03-27,link,,,,,,\n"
    problem = loading.problem(DecisionNeeded, text)
    assert "Bradford County Sheriff's Office (Bedford County)" in problem.found
    name = "Bradford County Sheriff's Office (Bedford County), PENNSYLVANIA"
    decided = loading.one(text, places={name: "42015"})
    assert loading.rows(decided, "place", "activations") == [("42015",)]


def test_what_no_name_tells_is_a_question_with_its_lines(loading):
    text = SECOND + "NORTH CAROLINA,Albermarle District Jail,County,Warrant Service Officer,2020-03-19,link\n"
    error = loading.error(DecisionNeeded, loading.spec(text))
    assert '"Albermarle District Jail, NORTH CAROLINA" = ""' in error.toml


def test_an_unknown_model_is_a_question(loading):
    text = FIRST + f"{LA_PAZ},Highway Model,2026-01-05,link\n"
    error = loading.error(DecisionNeeded, loading.spec(text))
    assert "Highway Model" in error.problems[0].found
    assert 'values.program = { "Highway Model" = "" }' in error.toml
    decided = loading.one(text, values={"program": {"Highway Model": "287(g) highway"}})
    assert loading.rows(decided, "program", "activations") == [("287-g-highway",)]


def test_the_layout_of_a_public_archive_of_the_lists(loading):
    text = (
        "capture_date,capture_file,state,agency,support,signed,link,addendum,date_only\n"
        "2021-01-13,x.html,ALABAMA,Etowah County Sheriff's Office,Jail Enforcement Model,2016-06-08,u,,20210113\n"
    )
    loaded = loading.one(text)
    assert loading.rows(loaded, "place, date", "activations") == [("01055", date(2016, 6, 8))]


@pytest.mark.parametrize(
    ("agency", "kind", "county", "expected"),
    [
        ("Department of Corrections", "State Agency", "", ("02", "state")),
        ("Department of Corrections", "", "", ("", "question")),
        ("Kodiak Police Department", "Municipality", "", ("local:ak-kodiak-police-department", "local")),
        ("Alaska Police Department", "", "", ("local:ak-alaska-police-department", "local")),
        ("Gulf County Board of Commissioners", "County", "", ("", "question")),
    ],
)
def test_where_an_agency_lies(agency, kind, county, expected):
    found = place("ALASKA", agency, kind, county)
    assert (found.place, found.kind) == expected


@pytest.mark.data
def test_participants_on_4_january_2025(loading, shared_data):
    """135 rows of 133 agencies (distinct state and name); three agencies whose place no name tells."""
    path = str(shared_data / "ice_ParticipatingEntities-20250104041613.xlsx")
    places = {
        "Department of Corrections, ALASKA": "02",
        "Jacksonville Sheriff's Office, FLORIDA": "12031",
        "Albermarle District Jail, NORTH CAROLINA": "local:albemarle-district-jail",
    }
    assert len(loading.error(DecisionNeeded, SourceSpec(path=path)).problems) == len(places)
    loaded = loading.load(SourceSpec(path=path, places=places))
    ledger = loaded.sources[0].ledger
    assert (ledger.read, ledger.used) == (135, 135)
    assert "135 agreements of 133 agencies" in loading.notes(loaded)
    sql = loaded.store.connection
    models = sql.execute("SELECT program, count(*) FROM activations GROUP BY 1 ORDER BY 1").fetchall()
    assert models == [(JAIL, 60), (WARRANT, 75)]


@pytest.mark.data
def test_participants_on_21_february_2025(loading, shared_data):
    """151 rows of 142 agencies: 143 spellings, since Goliad County's sheriff has an apostrophe of either kind."""
    path = str(shared_data / "ice_participatingAgencies-20250221214937.xlsx")
    places = {
        "Jacksonville Sheriff's Office, FLORIDA": "12031",
        "Albermarle District Jail, NORTH CAROLINA": "local:albemarle-district-jail",
    }
    loaded = loading.load(SourceSpec(path=path, places=places))
    ledger = loaded.sources[0].ledger
    assert (ledger.read, ledger.used) == (151, 151)
    assert "151 agreements of 142 agencies" in loading.notes(loaded)
    sql = loaded.store.connection
    models = sql.execute("SELECT program, count(*) FROM activations GROUP BY 1 ORDER BY 1").fetchall()
    assert models == [(JAIL, 60), (FORCE, 11), (WARRANT, 80)]
    states = sql.execute("SELECT count(*) FROM activations WHERE length(place) = 2").fetchall()
    assert states == [(12,)]
