"""Which county an ORI lies in: bad-inputs.md, cases 86, 88 and 93; names of counties in lower case."""

from auditor.domain.place_classes import APART
from auditor.errors import DecisionNeeded
from auditor.records.directory import directory

HEAD = "ori,data_year,pub_agency_name,state_abbr,county_name,agency_type_name,population\n"
AGENCIES = HEAD + (
    "MD0030000,2024,Baltimore County,MD,BALTIMORE,County,0\n"
    "MDBPD0000,2024,Baltimore,MD,BALTIMORE CITY,City,562811\n"
    "VA0100100,2024,Bedford,VA,BEDFORD,City,7873\n"
    'CO0010100,2024,Aurora,CO,"ADAMS, ARAPAHOE, DOUGLAS",City,390000\n'
    "VA0290400,2024,George Mason University,VA,FAIRFAX CITY,University or College,0\n"
    "AZDI05900,2024,Gila River,AZ,PINAL,Tribal,0\n"
    "DC001015Y,2024,DC Inspector General Office,FS,NOT SPECIFIED,Federal,0\n"
    "SD0570000,2016,Oglala Lakota,SD,OGLALA LAKOTA,County,0\n"
    "CT0006400,2024,Hartford,CT,CAPITOL PLANNING REGION,City,120000\n"
)


def test_agencies_become_places_that_lie_in_counties(loading):
    loaded = loading.one(AGENCIES)
    assert loaded.sources[0].format == "fbi-agencies"
    assert loading.rows(loaded, "place, parent, kind", "places") == [
        ("MD0030000", "24005", "County"),  # beside "BALTIMORE CITY" the bare name is the county's
        ("MDBPD0000", "24510", "City"),
        ("VA0100100", "51019", "City"),  # an independent city until 2013, a town of the county since
        ("CO0010100", None, "City"),
        ("VA0290400", "51600", "University or College"),
        ("AZDI05900", "04021", "Tribal"),
        ("DC001015Y", None, "Federal"),
        ("SD0570000", "46102", "County"),
        ("CT0006400", "09110", "City"),
    ]
    assert "agencies: 9, of which 7 lie in one county; 1 in several and 1 in none" in loading.notes(loaded)


def test_a_county_that_may_be_a_city_is_no_parent(loading):
    loaded = loading.one(HEAD + "MD0030000,2024,Baltimore County,MD,BALTIMORE,County,0\n")
    assert loading.rows(loaded, "parent", "places") == [(None,)]
    assert "counties of agencies that are none or could be two, so that the agency lies in none: BALTIMORE, 24" in (
        loading.notes(loaded)
    )


def test_the_bedford_of_2012_may_be_the_city(loading):
    loaded = loading.one(HEAD + "VA0100100,2012,Bedford,VA,BEDFORD,City,6000\n")
    assert loading.rows(loaded, "parent", "places") == [(None,)]


def test_agencies_count_for_their_counties_where_the_source_says_so(loading):
    counts = "ori,period,event,n\nMD0030000,2011,arrest,50\nMDBPD0000,2011,arrest,70\nAZDI05900,2011,arrest,9\n"
    agencies = loading.spec(AGENCIES, "agencies.csv")
    loaded = loading.load(loading.spec(counts, "counts.csv", agencies="county"), agencies)
    assert loading.rows(loaded, "place, n") == [("24005", 50), ("24510", 70)]
    assert loading.steps(loaded) == {"a tribal jurisdiction, of no county": (1, False, "4")}
    assert "agencies placed in the county that their table gives: 2; set aside: 1 tribal" in loading.notes(loaded)
    kept = loading.load(loading.spec(counts, "more.csv"), agencies)
    assert [row[0] for row in loading.rows(kept, "place")] == ["MD0030000", "MDBPD0000", "AZDI05900"]


def test_an_agency_of_several_counties_or_of_none_is_a_question(loading):
    counts = "ori,period,event,n\nCO0010100,2011,arrest,50\nTX2270000,2011,arrest,7\n"
    agencies = loading.spec(AGENCIES, "agencies.csv")
    error = loading.error(DecisionNeeded, loading.spec(counts, "counts.csv", agencies="county"), agencies)
    assert [problem.found for problem in error.problems] == [
        "unmatched place agency CO0010100 (Aurora)",
        "unmatched place agency TX2270000",
    ]
    decided = loading.spec(counts, "c.csv", agencies="county", places={"CO0010100": "08005", "TX2270000": "exclude"})
    assert loading.rows(loading.load(decided, agencies), "place") == [("08005",)]


def test_the_file_of_2018_to_2025(shared_data, loading):
    """fbi_lee_agency_ori_county_population.csv: 639 rows name several counties, 468 none ("NOT SPECIFIED")."""
    loaded = loading.one((shared_data / "fbi_lee_agency_ori_county_population.csv").read_bytes())
    assert loaded.sources[0].ledger.used == 18_330
    known = directory(loaded.store)
    lies = sum(bool(agency.county) for agency in known.agencies.values())
    assert lies == 17_210
    assert 639 + 468 + lies <= 18_330
    apart = {name: sum(agency.klass == name for agency in known.agencies.values()) for name in APART}
    # Types in the file: Tribal 220, University or College 937, Federal 58 + State Police 419 + Other State Agency 918,
    # Other 1,148.
    assert apart == {"territory": 0, "tribal": 220, "campus": 937, "government": 1395, "special": 1148}
    assert known.cities("St. Cloud", "27") == frozenset()  # it lies in three counties
    assert known.cities("Maple Heights", "39") == {"39035"}
    assert known.agencies["MDBPD0000"].county == "24510"


def test_areas_of_ice_in_lower_case(shared_data, loading):
    """uwchr_county_aor.csv swaps two Alaskan codes of 2019; its names never reach a page."""
    loaded = loading.one((shared_data / "uwchr_county_aor.csv").read_bytes())
    assert loaded.sources[0].format == "places"
    assert loaded.sources[0].ledger.used == 3_223
    assert loading.rows(loaded, "place, name, area", "places")[0] == ("01001", None, "NOL")
    assert not any(name.islower() for name in loaded.names.values())
    assert "02063 is Chugach Census Area and called 'copper river census area, alaska'" in loading.notes(loaded)


def test_an_area_that_contradicts_a_county_leaves_it_in_doubt(loading):
    areas = "geoid,name,aor\n36071,orange county,NYC\n36021,columbia county,BUF\n"
    table = "detloc,name,city,county,state,aor\nHUDSONX,HUDSON CITY JAIL,HUDSON,ORANGE,NY,BUF\n"
    agencies = HEAD + "NY0100100,2024,Hudson,NY,ORANGE,City,6000\n"
    loaded = loading.load(loading.spec(table, "f.csv"), loading.spec(areas, "a.csv"), loading.spec(agencies, "o.csv"))
    ((place, rule),) = loading.rows(loaded, "place, rule", "facilities")
    assert place is None
    assert rule.startswith("the facility table says Orange County, NY (36071), which lies in another area of ICE")
