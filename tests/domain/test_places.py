"""The gazetteer against counts that the Census Bureau published, and names as files write them."""

import csv
from datetime import date

import pytest

from auditor.domain.place_codes import agency_state, classify, repair_fips
from auditor.domain.place_names import key, readings, split_state
from auditor.domain.places import Place, gazetteer


@pytest.fixture(scope="module")
def places():
    return gazetteer()


# Numbers of counties and equivalents in the 50 states and DC: Census 1990 and 2000 (3,141 each), Census 2010
# (3,143), 2013-2018 (3,142), Census 2020 (3,143), and 3,144 with Connecticut's planning regions.
@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(1990, 4, 1), 3141),
        (date(2000, 4, 1), 3141),
        (date(2010, 4, 1), 3143),
        (date(2013, 6, 30), 3143),
        (date(2013, 7, 1), 3142),
        (date(2018, 12, 31), 3142),
        (date(2020, 4, 1), 3143),
        (date(2023, 1, 1), 3144),
    ],
)
def test_counts_of_county_equivalents_are_the_published_ones(places, day, expected):
    alive = places.counties(when=day)
    assert sum(place.id[:2] < "57" for place in alive) == expected


def test_puerto_rico_has_78_municipios(places):
    island = places.counties("72", date(2010, 4, 1))
    assert len(island) == 78
    assert {place.kind for place in island} == {"municipio"}
    assert sum(place.id[:2] < "57" for place in places.counties(when=2010)) + len(island) == 3221


def test_states(places):
    kinds = [place.kind for place in places.states()]
    assert (kinds.count("state"), kinds.count("district"), kinds.count("territory")) == (50, 1, 5)
    for text in ("TX", "tx", "48", "Texas", " TEXAS "):
        assert places.state(text).id == "48"
    assert places.state("D.C.").id == "11"
    assert places.state("") is None
    assert places.state("Tex") is None


# Independent cities, 2010: 39 in Virginia, and Baltimore, St. Louis, Carson City. Louisiana: 64 parishes.
def test_kinds(places):
    then = places.counties(when=date(2010, 4, 1))
    cities = [place for place in then if place.kind == "independent city"]
    assert sum(place.state == "VA" for place in cities) == 39
    assert {place.name for place in cities if place.state != "VA"} == {
        "Baltimore city",
        "St. Louis city",
        "Carson City",
    }
    assert [place.kind for place in then if place.state == "LA"] == ["parish"] * 64
    alaska = [place.kind for place in then if place.state == "AK"]  # 29 in 2010
    assert [alaska.count(kind) for kind in ("borough", "city and borough", "municipality", "census area")] == [
        12,
        4,
        2,
        11,
    ]


@pytest.mark.parametrize(
    ("code", "year", "alive"),
    [
        ("51515", 2012, True),
        ("51515", 2013, True),  # until 30 June
        ("51515", 2014, False),
        ("46113", 2014, True),
        ("46102", 2014, False),
        ("46102", 2015, True),
        ("02261", 2018, True),
        ("02063", 2018, False),
        ("09001", 2021, True),
        ("09190", 2021, False),
        ("09190", 2022, True),
        ("09001", 2023, False),
        ("12025", 2008, False),
        ("08014", 2000, False),
        ("48453", 1990, True),
        ("99999", 2010, False),
        ("48", 2010, True),
    ],
)
def test_vintages(places, code, year, alive):
    assert places.alive(code, year) is alive


def test_successors_exist_and_follow_their_predecessor(places):
    ended = [place.id for place in places.counties() if places.successors(place.id)]
    assert len(ended) == 20
    for code in ended:
        last = places.vintages(code)[-1]
        for successor in last.successors:
            assert any(life.end > last.end for life in places.vintages(successor)), code


def test_renaming_is_not_absorption_or_splitting(places):
    assert places.renamed_to("12025") == "12086"
    assert places.renamed_to("46113") == "46102"
    assert places.renamed_to("02270") == "02158"
    assert places.renamed_to("51515") is None  # absorbed by a county that already stood
    assert places.renamed_to("02261") is None  # split in two
    assert places.renamed_to("09007") is None  # wholly within one planning region, which is larger
    assert places.renamed_to("48453") is None


@pytest.mark.parametrize(
    ("name", "state", "code"),
    [
        ("Travis", "TX", "48453"),
        ("TRAVIS COUNTY", "Texas", "48453"),
        ("Travis Co.", "48", "48453"),
        ("travis cnty", "tx", "48453"),
        ("Travis County, TX", "", "48453"),
        ("Travis County, Texas", "TX", "48453"),
        ("County of Los Angeles", "CA", "06037"),
        ("City and County of San Francisco", "CA", "06075"),
        ("De Kalb", "IL", "17037"),
        ("DeKalb", "GA", "13089"),
        ("La Salle", "LA", "22059"),
        ("LaSalle Parish", "LA", "22059"),
        ("Orleans", "LA", "22071"),
        ("St. Louis County", "MO", "29189"),
        ("Saint Louis City", "MO", "29510"),
        ("ST LOUIS CITY", "MO", "29510"),
        ("Ste Genevieve", "MO", "29186"),
        ("St. John the Baptist", "LA", "22095"),
        ("Prince Georges", "MD", "24033"),
        ("Prince George\u2019s County", "MD", "24033"),
        ("Baltimore City", "MD", "24510"),
        ("City of Baltimore", "MD", "24510"),
        ("Baltimore County", "MD", "24005"),
        ("Baltimore\nCounty", "MD", "24005"),
        ("Dona Ana", "NM", "35013"),
        ("Doña Ana County", "NM", "35013"),
        ("Mayagüez", "PR", "72097"),
        ("Mayaguez Municipio", "PR", "72097"),
        ("Miami Dade", "FL", "12086"),
        ("Carson City", "NV", "32510"),
        ("James City", "VA", "51095"),
        ("James City County", "VA", "51095"),
        ("Charles City", "VA", "51036"),
        ("Richmond city", "VA", "51760"),
        ("Anchorage", "AK", "02020"),
        ("Juneau City and Borough", "AK", "02110"),
        ("Valdez-Cordova Census Area", "AK", "02261"),
        ("Petersburg", "AK", "02195"),
        ("Yellowstone", "MT", "30111"),
        ("Brooklyn", "NY", "36047"),
        ("Washington", "DC", "11001"),
        ("Adams", "NB", "31001"),
    ],
)
def test_names_resolve_exactly(places, name, state, code):
    match = places.resolve(name, state)
    assert match.status == "matched", match.note
    assert match.place.id == code


@pytest.mark.parametrize(
    ("name", "state", "codes"),
    [
        ("Baltimore", "MD", ("24005", "24510")),
        ("St. Louis", "MO", ("29189", "29510")),
        ("Fairfax", "VA", ("51059", "51600")),
        ("Bedford", "VA", ("51019", "51515")),
    ],
)
def test_county_and_city_of_one_name_are_ambiguous(places, name, state, codes):
    match = places.resolve(name, state)
    assert match.status == "ambiguous"
    assert match.place is None
    assert tuple(place.id for place in match.candidates) == codes
    assert all(code in match.note for code in codes)


def test_a_question_says_which_of_two_has_ended(places):
    note = places.resolve("Bedford", "VA").note
    assert "Bedford County, VA (51019) or Bedford city, VA (51515), until 2013-06-30: say which" in note


def test_the_year_decides_between_a_county_and_a_city_that_has_ended(places):
    assert places.resolve("Bedford", "VA", 2016).place.id == "51019"
    assert places.resolve("Bedford", "VA", 2010).status == "ambiguous"


def test_a_code_that_has_ended_is_matched_with_a_note(places):
    match = places.resolve("Shannon County", "SD", 2020)
    assert match.place.id == "46113"
    assert "46102" in match.note
    assert not places.resolve("Shannon County", "SD", 2010).note
    early = places.resolve("Oglala Lakota", "SD", 2010)
    assert early.place.id == "46102"
    assert "began 2015-05-01" in early.note


def test_another_kind_word_is_noted_but_city_is_never_county(places):
    assert "Orleans Parish is meant" in places.resolve("Orleans County", "LA").note
    refused = places.resolve("Alexandria County", "VA")
    assert refused.status == "unmatched"
    assert [place.id for place in refused.candidates] == ["51510"]
    assert places.resolve("New York City", "NY").status == "unmatched"
    assert places.resolve("City of Los Angeles", "CA").status == "unmatched"


def test_the_state_is_required_so_washington_counties_never_collide(places):
    assert places.resolve("Washington", "").status == "no-state"
    assert places.resolve("Washington County", "Tex").status == "no-state"
    codes = {
        match.place.id
        for state in places.states()
        if (match := places.resolve("Washington County", state.id)).status == "matched"
        and match.place.kind != "district"
    }
    # Thirty counties and one parish: the most common of all county names.
    assert len(codes) == 31


def test_near_misses_are_suggested_and_never_accepted(places):
    match = places.resolve("Tarvis", "TX")
    assert match.status == "unmatched"
    assert match.place is None
    assert places.suggest("Tarvis", "TX")[0].id == "48453"
    assert places.suggest("Sterns Co.", "MN")[0].id == "27145"
    assert places.suggest("Baldwin Couny", "AL")[0].id == "01003"
    assert places.suggest("qqqq", "TX") == ()


def test_every_legal_name_resolves_to_its_own_code(places):
    for place in places.counties():
        for life in places.vintages(place.id):
            match = places.resolve(life.place.name, place.parent, life.end if life.end.year < 9999 else 2024)
            assert match.status == "matched", life.place
            assert match.place.id == place.id


def test_names_that_look_like_nothing_stay_text(places):
    for text in ("NA", "None", "Null", "TRUE", "nan"):
        assert classify(text).kind == "name"
        assert places.resolve(text, "TX").status == "unmatched"


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("48453", "county", "48453"),
        (" 01001 ", "county", "01001"),
        ("51515", "county", "51515"),
        ("48", "state", "48"),
        ("TX", "state", "48"),
        ("Texas", "state", "48"),
        ("48000", "state", "48"),
        ("US", "nation", "US"),
        ("00000", "nation", "US"),
        ("0500000US48453", "county", "48453"),
        ("0400000US06", "state", "06"),
        ("TX2270100", "agency", "TX2270100"),
        ("MDBPD00", "agency", "MDBPD00"),
        ("NB0010100", "agency", "NB0010100"),
        ("local:precinct 7", "local", "local:precinct 7"),
        ("local:", "unknown-code", ""),
        ("41006", "unknown-code", ""),
        ("99", "unknown-code", ""),
        ("1001", "damaged", ""),
        ("1001.0", "damaged", ""),
        ("48453.0", "damaged", ""),
        ("MADISON", "name", ""),
        ("Travis County, TX", "name", ""),
        ("", "blank", ""),
        ("  ", "blank", ""),
    ],
)
def test_classify(text, kind, code):
    found = classify(text)
    assert (found.kind, found.id) == (kind, code)


def test_a_code_without_its_zero_is_repaired_only_when_allowed():
    assert repair_fips("1001", allowed=False)[0] is None
    assert "01001" in repair_fips("1001", allowed=False)[1]
    code, note = repair_fips("1001", allowed=True)
    assert code == "01001"
    assert "Autauga" in note
    assert repair_fips("8077.0", allowed=True)[0] == "08077"
    assert repair_fips("201.0", allowed=True, state="TX")[0] == "48201"
    assert repair_fips("48201.0", allowed=True, state="TX")[0] == "48201"


@pytest.mark.parametrize("text", ["4845", "3", "0", "999", "12.5", "1001x", "123456", ""])
def test_what_no_zero_can_mend_is_left(text):
    code, note = repair_fips(text, allowed=True)
    assert code is None
    assert note


def test_agency_state():
    assert agency_state("NB0010100") == "31"
    assert agency_state("US1234567") == ""
    assert agency_state("ZZ0010100") is None


def test_reading_names():
    assert key("Ste. Geneviève") == key("Saint Genevieve") == "saintgenevieve"
    assert key("O'Brien") == "obrien"
    assert key("Miami-Dade") == key("Miami Dade")
    assert [reading.kind for reading in readings("Baltimore City")] == ["", "independent city"]
    assert split_state("Travis County, TX") == ("Travis County", "TX")
    assert split_state("Travis") == ("Travis", "")


def test_a_place_prints_with_its_code():
    assert str(Place("48453", "Travis County", "TX", "county", "48")) == "Travis County, TX (48453)"
    assert str(gazetteer().place("48")) == "Texas (48)"
    assert str(gazetteer().place("US")) == "United States (US)"


def test_the_activation_file_holds_known_codes_only(places, shared_data):
    """Every code was alive in 2010 or is a code known to have ended or begun; 41006 was never issued."""
    with (shared_data / "secure_communities_activation_by_county.csv").open(encoding="utf-8") as handle:
        codes = [row["county_fips"] for row in csv.DictReader(handle)]
    unknown = {code for code in codes if places.place(code) is None}
    assert unknown == {"41006"}
    dead = {code for code in codes if code not in unknown and not places.alive(code, 2010)}
    assert dead == {"02201", "02231", "02232", "02280", "12025", "30113", "51560", "51780"}
    assert all(places.successors(code) for code in dead)


def test_names_of_an_official_list_resolve_to_their_codes(places, shared_data):
    """uwchr_county_aor.csv gives full lower-case names; it swaps two Alaskan codes of 2019."""
    with (shared_data / "uwchr_county_aor.csv").open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    wrong = {
        row["geoid"]
        for row in rows
        if (m := places.resolve(row["name"], "")).place is None or m.place.id != row["geoid"]
    }
    assert wrong == {"02063", "02066"}
