"""Records that bear only a facility: bad-inputs.md, cases 86, 87 and 89; formats.md, fact 5."""

import re
import tomllib

import pytest

from auditor.errors import DecisionNeeded
from auditor.records.decisions import Decision, Decisions

TABLE = (
    "detloc|name|city|county|state|type|type_detailed\n"
    "NOBLEMN|NOBLES COUNTY JAIL|WORTHINGTON|NICOLLET|MN|IGSA|IGSA\n"
    "WAJAIMN|WASHINGTON COUNTY JAIL|STILLWATER|WASHINGTON|MN|USMS IGA|USMS IGA\n"
    "WASHIPA|WASHINGTON COUNTY|WASHINGTON|WASHINGTON|PA|IGSA|IGSA\n"
    "BOPCAA|USP CANAAN|WAYMART|WAYNE|PA|BOP|BOP\n"
    "SPMHOLD|DETENTION AND DEPORTATION|BLOOMINGTON|HENNEPIN|MN|Other|HOLD\n"
    "MARSHMN|MARSHAL COUNTY JAIL|WARRENTON|MARSHALL|MN|Other|Other\n"
    "MAPLEOH|MAPLE HEIGHTS CITY JAIL|MAPLE HEIGHTS|SUMMIT|OH|IGSA|IGSA\n"
    "STILLMN|STILLWATER CITY JAIL|STILLWATER|WASHINGTON|MN|IGSA|IGSA\n"
    "CATAHLA|CATAHOULA CORRECTIONAL CENTER|HARRISONBURG|RAPIDES|LA|IGSA|IGSA\n"
)
ASK = {"format": "records", "facilities": "ask"}
HEAD = "facility,facility_name,facility_city,state,date,event\n"


def records(*rows: str) -> str:
    """Rows of facility, its name, its city and its state."""
    return HEAD + "".join(f"{row},2012-05-0{i + 1},detainer\n" for i, row in enumerate(rows))


@pytest.fixture
def placed(loading):
    """Load detainers beside the table of facilities."""

    def load(*rows: str, **options):
        table = loading.spec(TABLE, "facilities.psv")
        return loading.load(table, loading.spec(records(*rows), "detainers.csv", format="records"), **options)

    return load


def test_the_table_is_recognised_and_says_what_it_knows(loading):
    loaded = loading.one(TABLE, "facilities.psv")
    assert loaded.sources[0].format == "facilities"
    assert loading.rows(loaded, "code, kind, place", "facilities") == [
        ("NOBLEMN", "local", "27105"),
        ("WAJAIMN", "local", "27163"),
        ("WASHIPA", "local", "42125"),
        ("BOPCAA", "federal-prison", None),
        ("SPMHOLD", "immigration", None),
        ("MARSHMN", "local", "27089"),
        ("MAPLEOH", "local", None),
        ("STILLMN", "local", "27163"),
        ("CATAHLA", None, None),
    ]
    notes = loading.notes(loaded)
    assert "NOBLES COUNTY JAIL (the facility table says Nicollet County, MN (27103))" in notes
    assert "2 in doubt" in notes


def test_by_code_by_name_and_by_the_name_alone(placed, loading):
    loaded = placed(
        "NOBLEMN,,,",
        ",NOBLES COUNTY JAIL,,MINNESOTA",
        "STEARNS COUNTY SHERIFF/JAIL,,ST. CLOUD,MN",
        '"MONTGOMERY CNTY JAIL, PA",,NORRISTOWN,PENNSYLVANIA',
        "WARD COUNTY JAIL,,MINOT,ND",
    )
    assert loading.rows(loaded, "place, n") == [("27105", 2), ("27145", 1), ("42091", 1), ("38101", 1)]
    notes = loading.notes(loaded, 1)
    assert "facilities placed in 4 places, none by likeness" in notes
    assert "1 by its code in the facility table: the county that its name states" in notes
    assert "3 by the county that its name states" in notes
    assert "a jail may hold people for other counties" in notes


def test_the_table_may_stand_after_the_records(loading):
    detainers = loading.spec(records("WAJAIMN,,,MN"), "detainers.csv", format="records")
    loaded = loading.load(detainers, loading.spec(TABLE, "facilities.psv"))
    assert loading.rows(loaded, "place") == [("27163",)]


def test_two_washington_counties_never_collide(placed, loading):
    loaded = placed("WASHINGTON COUNTY,,,PA", "WASHINGTON COUNTY JAIL,,,MN")
    assert [row[0] for row in loading.rows(loaded, "place")] == ["42125", "27163"]


def test_a_washington_county_without_its_state_is_a_question(loading):
    problem = loading.problem(DecisionNeeded, records("WASHINGTON COUNTY JAIL,,,"), **ASK)
    assert "its state is not known" in problem.why


def test_prisons_and_what_is_no_place_are_set_aside_before_counties_are_counted(placed, loading):
    loaded = placed(
        "BOPCAA,,,PA",
        "MOSHANNON VALLEY CORRECTIONAL,,PHILIPSBURG,PENNSYLVANIA",
        '"CAMPHILL SCI, PA",,CAMP HILL,PENNSYLVANIA',
        '"MNCFSTC","MINN.C.F.,ST.CLOUD",ST. CLOUD,MINNESOTA',
        '"US MARSHALS, MINNESOTA",,,MINNESOTA',
        "SPMHOLD,,,MN",
        "YORK COUNTY PRISON,,YORK,PA",
    )
    assert loading.rows(loaded, "place") == [("42133",)]
    assert {reason: rows for reason, (rows, _, _) in loading.steps(loaded, 1).items()} == {
        "in a federal prison": 2,
        "in a prison or jail that the state runs": 2,
        "with the US Marshals, which is no place": 1,
        "in a room or facility of the immigration authorities themselves": 1,
    }
    assert "MOSHANNON VALLEY CORRECTIONAL, PENNSYLVANIA" in loading.notes(loaded, 1)


def test_a_misspelt_county_is_a_question_with_its_candidate(loading):
    error = loading.error(DecisionNeeded, loading.spec(records("STERNS CO. JAIL,,,MN"), **ASK))
    (problem,) = error.problems
    assert problem.found == "facility without a place 'STERNS CO. JAIL, MN'"
    assert "none of them accepted: Stearns County, MN (27145)" in problem.why
    assert tomllib.loads(error.toml) == {"places": {"STERNS CO. JAIL, MN": ""}}


def test_the_answer_in_the_source_settles_it(loading):
    text = records("STERNS CO. JAIL,,,MN", "GOLDEN GROVE,,,MN")
    answers = {"STERNS CO. JAIL, MN": "27145", "GOLDEN GROVE": "no-jail", "ELSEWHERE": "27001"}
    loaded = loading.one(text, **ASK, places=answers)
    assert loading.rows(loaded, "place") == [("27145",)]
    assert "places names texts that this file does not hold: 'ELSEWHERE'" in loading.notes(loaded)


def test_a_county_of_the_table_that_nothing_confirms_places_nothing(placed, loading):
    """Maple Heights lies in Cuyahoga County: the table's Summit is one of its wrong counties."""
    with pytest.raises(DecisionNeeded) as caught:
        placed("MAPLEOH,,,OH")
    (problem,) = caught.value.problems
    assert "the facility table says Summit County, OH (39153), and nothing else confirms it" in problem.why


def test_the_table_of_agencies_contradicts_a_wrong_county(loading):
    agencies = (
        "ori,data_year,pub_agency_name,state_abbr,county_name,agency_type_name\n"
        "OH0182600,2024,Maple Heights,OH,CUYAHOGA,City\n"
    )
    sources = (loading.spec(TABLE, "facilities.psv"), loading.spec(agencies, "agencies.csv"))
    record = loading.spec(records("MAPLEOH,,,OH"), "detainers.csv", format="records")
    (problem,) = loading.error(DecisionNeeded, *sources, record).problems
    assert "and its city lies in Cuyahoga County, OH (39035)" in problem.why
    assert "Summit County, OH (39153), Cuyahoga County, OH (39035)" in problem.why


def test_a_name_but_for_a_letter_needs_the_table_to_say_the_same(placed, loading):
    loaded = placed("MARSHMN,,,MN")
    assert loading.rows(loaded, "place") == [("27089",)]
    assert "its name is that of Marshall County, MN (27089) but for a letter" in loading.notes(loaded, 1)


def test_a_table_with_another_state_is_a_question(placed):
    with pytest.raises(DecisionNeeded) as caught:
        placed("NOBLEMN,,,IOWA")
    assert "the facility table has it in Minnesota, the row not" in caught.value.problems[0].why


def test_a_name_that_ends_with_another_state_is_a_question(loading):
    problem = loading.problem(DecisionNeeded, records('"YORK COUNTY JAIL, PA",,,OHIO'), **ASK)
    assert "its name ends with Pennsylvania, the row says Ohio" in problem.why


def test_a_regional_jail_is_a_question(loading):
    """Case 89: a jail that serves several counties is nobody's without a decision."""
    problem = loading.problem(DecisionNeeded, records("CHELAN COUNTY REGIONAL JUSTICE CENTER,,,WA"), **ASK)
    assert problem.why.startswith("a regional jail serves several counties")
    assert "Chelan County, WA (53007)" in problem.why


def test_a_code_that_no_table_holds_is_a_question(loading):
    problem = loading.problem(DecisionNeeded, records("MNCFSTC,,,MN"), **ASK)
    assert "no facility table that was handed in holds this code" in problem.why


def test_one_code_of_two_facilities_is_used_only_where_they_agree(loading):
    table = (
        "detloc,name,city,county,state\n"
        "AAA,POLK COUNTY JAIL,X,POLK,IA\nAAA,LINN COUNTY JAIL,Y,LINN,IA\nBBB,POLK COUNTY JAIL,X,POLK,IA\n"
        "BBB,POLK CO. JAIL,X,POLK,IA\n"
    )
    detainers = loading.spec(records("BBB,,,IA"), "a.csv", format="records")
    loaded = loading.load(loading.spec(table, "f.csv"), detainers)
    assert loading.rows(loaded, "place") == [("19153",)]
    assert "codes given to more than one facility, used only where they agree: aaa, bbb" in loading.notes(loaded)
    two = loading.spec(records("AAA,,,IA"), "b.csv", format="records")
    (problem,) = loading.error(DecisionNeeded, loading.spec(table, "f.csv"), two).problems
    assert "several rows of the facility table say different things of it" in problem.why
    assert "Polk County, IA (19153), Linn County, IA (19113)" in problem.why


def test_a_place_of_its_own_stands_before_the_facility(loading):
    text = (
        "place,facility,state,date,event\n"
        "42071,USP CANAAN,PA,2012-05-01,arrest\n,YORK COUNTY JAIL,PA,2012-05-02,arrest\n"
    )
    loaded = loading.one(text, **ASK)
    assert [row[0] for row in loading.rows(loaded, "place")] == ["42071", "42133"]


def test_neither_a_place_nor_a_facility_is_quarantined(loading):
    text = (
        "place,facility,state,date,event\n"
        ",,PA,2012-05-01,arrest\n,NULL,PA,2012-05-01,arrest\n42133,,PA,2012-05-02,arrest\n"
    )
    loaded = loading.one(text, **ASK)
    assert loading.steps(loaded) == {"neither a place nor a facility": (2, True, "2, 3")}


def test_without_a_table_rows_stay_with_their_state(loading):
    text = records("YORK COUNTY PRISON,,YORK,PA", "USP CANAAN,,,PA")
    loaded = loading.one(text, format="records")
    assert loading.rows(loaded, "place, n") == [("42", 2)]
    assert 'a source of format facilities, or facilities = "ask" in this one' in loading.notes(loaded)


def test_what_cannot_be_placed_may_stay_with_its_state(placed, loading):
    rows = records("NOBLEMN,,,MN", "STERNS CO. JAIL,,,MN", "USP CANAAN,,,PA")
    loaded = loading.one(rows, format="records", facilities="state")
    assert [row[0] for row in loading.rows(loaded, "place")] == ["27"]
    assert loading.steps(loaded) == {"in a federal prison": (1, False, "4")}
    assert "2 by its state alone, since no county is certain" in loading.notes(loaded)


def test_a_landmark_of_an_arrest_places_nothing_unless_named(loading):
    """Where ICE arrested somebody is free text, of jails, of streets, and often of its own office (fact 6)."""
    text = (
        "apprehension_date,apprehension_method,apprehension_criminality,apprehension_state,apprehension_site_landmark\n"
        "2025-05-01,CAP Local Incarceration,1 Convicted Criminal,PENNSYLVANIA,YORK COUNTY PRISON\n"
    )
    table = loading.spec(TABLE, "facilities.psv")
    assert loading.rows(loading.load(table, loading.spec(text, "a.csv")), "place") == [("42",)]
    named = {"facility": "apprehension_site_landmark"}
    asked = loading.load(table, loading.spec(text, "a.csv", facilities="state", columns=named))
    assert loading.rows(asked, "place") == [("42133",)]


def decisions(*entries: tuple[str, str, str]) -> Decisions:
    return Decisions(tuple(Decision(*entry, "because") for entry in entries), "decisions.toml", "0" * 64)


def test_decisions_settle_facilities_in_any_spelling_of_their_state(placed, loading):
    """Made on one release, they serve the next, which writes the state in full."""
    made = decisions(
        ("facility", "STERNS CO. JAIL, MN", "27145"),
        ("facility", "Golden Grove, MN", "state-prison"),
        ("facility", "OLD MILL, MN", "exclude"),
        ("facility", "NOBLEMN", "local:nobles"),
        ("facility", "NOT HERE, MN", "27001"),
    )
    loaded = placed(
        "STERNS CO. JAIL,,,MINNESOTA", "GOLDEN GROVE,,,MINNESOTA", "OLD MILL,,,MINNESOTA", "NOBLEMN,,,", decisions=made
    )
    assert [row[0] for row in loading.rows(loaded, "place")] == ["27145", "local:nobles"]
    apart = {"in a prison or jail that the state runs", "facility left out by a decision"}
    assert set(loading.steps(loaded, 1)) == apart
    notes = loading.notes(loaded, 1)
    assert "2 by a decision" in notes
    assert "decisions.toml (sha256 000000000000): 4 of 5 decisions used" in notes
    assert "no longer matched by anything in these data: 'NOT HERE, MN'" in notes


def test_open_questions_are_blocks_of_the_file_of_decisions(loading):
    made = decisions(("place", "Bedford, VA", "51019"))
    text = records("STERNS CO. JAIL,,,MN", "MNCFSTC,,,MN")
    error = loading.error(DecisionNeeded, loading.spec(text, **ASK), decisions=made)
    assert tomllib.loads(error.toml) == {
        "facility": [
            {"found": "STERNS CO. JAIL, MN", "chosen": "", "why": ""},
            {"found": "MNCFSTC, MN", "chosen": "", "why": ""},
        ]
    }
    assert "# in decisions.toml, each with its reason (why)" in error.toml
    assert "# candidates, none of them accepted: Stearns County, MN (27145)" in error.toml


def test_decisions_settle_places_of_one_state_only(loading):
    made = decisions(("place", "Bedford, Virginia", "51019"), ("place", "Washington County", "42125"))
    counts = "place,state,period,event,n\nBEDFORD,VA,2016,arrest,5\n"
    loaded = loading.load(loading.spec(counts), decisions=made)
    assert loading.rows(loaded, "place") == [("51019",)]
    assert "'BEDFORD' placed as 51019 (a decision)" in loading.notes(loaded)
    other = loading.spec("place,state,period,event,n\nWashington,NM,2016,arrest,5\n")
    error = loading.error(DecisionNeeded, other, decisions=made)
    assert tomllib.loads(error.toml)["place"][0]["found"] == "Washington, NM"


def test_pennsylvania_2007(shared_data, loading):
    """The first 3,000 detainers of pa_ice_detainers_first3000.csv, with ICE's list.

    Counted by hand over the 76 names: 12 federal prisons with 1,666 rows, 23 of the state with 269, three rooms of ICE
    with 5, the Marshals with 3, 33 county jails with 851; five facilities with 206 rows are questions.
    """
    specs = [
        loading.spec((shared_data / "ice_facilities_codes.psv").read_bytes(), "facilities.psv"),
    ]
    detainers = loading.spec((shared_data / "pa_ice_detainers_first3000.csv").read_bytes(), "pa.csv")
    error = loading.error(DecisionNeeded, *specs, detainers)
    questions = tomllib.loads(error.toml)["places"]
    assert not any(questions.values())
    likely = dict(re.findall(r"^# '(.+)': [^(]+ \((\d{5})\) \(proposals", error.toml, re.M))
    assert likely.keys() == questions.keys()
    assert likely == {
        "CURRAN FROMHOLD CORR.FAC., PENNSYLVANIA": "42101",
        "PHILADELPHIA DETENTION CT, PENNSYLVANIA": "42101",
        "LACKAWANA CNTY JAIL, PA": "42069",
        "RIVERSIDE CORR. FACILITY, PENNSYLVANIA": "42101",
        "ROUNDHOUSE PHI, PA": "42101",
    }
    made = decisions(*(("facility", found, "exclude") for found in questions))
    loaded = loading.load(*specs, detainers, decisions=made)
    assert loaded.sources[1].ledger.used == 851
    assert {reason: rows for reason, (rows, _, _) in loading.steps(loaded, 1).items()} == {
        "in a federal prison": 1666,
        "in a prison or jail that the state runs": 269,
        "in a room or facility of the immigration authorities themselves": 5,
        "with the US Marshals, which is no place": 3,
        "facility left out by a decision": 206,
    }
    rows = loaded.store.connection.execute("SELECT place, sum(n) FROM counts GROUP BY 1 ORDER BY 2 DESC, 1").fetchall()
    assert len(rows) == 33
    assert rows[:3] == [("42091", 198), ("42029", 195), ("42017", 119)]


def test_the_prison_of_st_cloud_is_no_county(shared_data, loading):
    """Fact 9: six detainers, all in one state prison whose code ICE's list does not hold."""
    loaded = loading.load(
        loading.spec((shared_data / "ice_facilities_codes.psv").read_bytes(), "facilities.psv"),
        loading.spec((shared_data / "ddp_detainers_mn_stcloud_sample.csv").read_bytes(), "ddp.csv"),
    )
    assert loaded.sources[1].format == "ddp-detainers"
    assert loading.steps(loaded, 1) == {"in a prison or jail that the state runs": (6, False, "2, 3, 4, 5, 6, ...")}


def test_the_list_of_ice(shared_data, loading):
    """Measured on ice_facilities_codes.psv alone; the sums are 1,532 rows."""
    loaded = loading.one((shared_data / "ice_facilities_codes.psv").read_bytes(), "facilities.psv")
    rows = loaded.store.connection.execute(
        "SELECT CASE WHEN place IS NOT NULL THEN 'placed' WHEN kind IN ('local', 'regional') OR kind IS NULL THEN "
        "'doubt' ELSE kind END AS k, count(*) FROM facilities GROUP BY 1 ORDER BY 1"
    ).fetchall()
    found = dict(rows)
    assert sum(found.values()) == 1532
    assert found["federal-prison"] == 102
    assert found["placed"] == 808
    assert found["doubt"] == 227
