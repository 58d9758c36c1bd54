"""Baselines with a column a group or a universe: which headers are what, what is asked, and what is no baseline."""

from __future__ import annotations

from datetime import date

import pytest

from auditor.errors import DecisionNeeded, InputError
from auditor.records.spec import SourceSpec
from auditor.records.wide_headers import figure

WIDE = "fips,Total_Pop,Hispanic_Total,Non_Hispanic_Total,NH_White_alone,NH_API_alone\n"


@pytest.mark.parametrize(
    ("header", "group", "universe"),
    [
        ("Total_Pop", "total", ""),
        ("TotalPop", "total", ""),
        ("Hispanic_Total", "hispanic", ""),
        ("NH_White_alone", "white", ""),
        ("NH_AIAN_alone", "native", ""),
        ("NH_API_alone", "NH_API_alone", ""),
        ("White alone", "White alone", ""),
        ("noncit_pop", "", "noncitizens"),
        ("Foreign-born population", "", "foreign-born"),
        ("Hispanic adults", "hispanic", "adults"),
    ],
)
def test_headers(header, group, universe):
    """A race alone and a combined group are no words of the contract: they stay as written, to be asked about."""
    found = figure(header, 3)
    assert found is not None
    assert (found.n, found.group, found.universe) == (3, group, universe)


@pytest.mark.parametrize(
    "header", ["Non_Hispanic_Total", "pct_hispanic", "hispanic %", "white_share", "hisp_moe", "year"]
)
def test_headers_that_are_no_figures(header):
    """ "Non-Hispanic" holds the word Hispanic and is its opposite (case 98); shares are no counts (case 47)."""
    assert figure(header, 0) is None


def test_a_column_each(loading):
    loaded = loading.one(WIDE + "48453,100,40,60,50,10\n", values={"group": {"NH_API_alone": "asian"}})
    assert loaded.sources[0].format == "population"
    assert sorted(loading.rows(loaded, 'place, "group", n', "population")) == [
        ("48453", "asian", 10.0),
        ("48453", "hispanic", 40.0),
        ("48453", "white", 50.0),
    ]
    notes = loading.notes(loaded)
    assert "1 total of n equal to the sum of the parts; set aside" in notes
    assert "columns not used: Non_Hispanic_Total" in notes
    assert "1 figure of rows used otherwise left out: totals row (group) (2)" in notes


def test_what_a_group_means_is_asked_before_sums_are_compared(loading):
    problem = loading.problem(DecisionNeeded, WIDE + "48453,100,40,60,45,10\n")
    assert "'NH_API_alone' in 1 row" in problem.found


def test_a_table_of_arrests_by_race_is_not_taken_for_a_baseline(loading):
    """Nothing in it says that these people live there; the user may."""
    text = "county,state,Hispanic,White,Black\nTravis,TX,40,50,10\n"
    assert "no format fits" in loading.problem(InputError, text).found
    loaded = loading.one(text, format="population", constants={"universe": "residents"})
    assert len(loading.rows(loaded, "n", "population")) == 3


def test_percents_are_no_people(loading):
    """Case 47: a county profile whose groups are percents beside a total of people."""
    text = "County,State,TotalPop,Hispanic,White\nTravis,TX,1176558,33.9,49.0\nHarris,TX,4525519,42.2,30.6\n"
    problem = loading.problem(InputError, text)
    assert problem.found == "none of 4 figures is above 100 and 3 have decimals"
    assert "percents" in problem.why


def test_small_counts_are_no_percents(loading):
    text = "place,group,n\n48301,hispanic,40\n48301,white,50\n48269,hispanic,20\n48269,white,100\n"
    assert len(loading.rows(loading.one(text), "n", "population")) == 4


def test_a_margin_goes_with_its_figure(loading):
    text = "fips,pop_hispanic,pop_hispanic_moe,pop_white,moe_pop_white\n48453,40,3,50,4\n"
    loaded = loading.one(text)
    rows = sorted(loading.rows(loaded, '"group", n, moe', "population"))
    assert rows == [("hispanic", 40.0, 3.0), ("white", 50.0, 4.0)]


def test_a_year_is_the_last_of_five_where_the_file_says_so(loading):
    text = ",year,fips,noncit_pop,moe\n1,2010,48453,40,3\n2,2010,48201,,\n"
    loaded = loading.one(text, "acs5_noncitizens.csv")
    assert loading.rows(loaded, 'universe, n, moe, start, "end"', "population") == [
        ("noncitizens", 40.0, 3.0, date(2006, 1, 1), date(2010, 12, 31))
    ]
    assert "last of the five" in loading.notes(loaded)
    plain = loading.one(text, "noncitizens.csv")
    assert loading.rows(plain, "start", "population") == [(date(2010, 1, 1),)]


def test_a_file_of_adults_by_its_name_is_asked_about(loading):
    text = "fips,Total_Pop,Hispanic_Total,NH_White_alone\n48453,90,40,50\n"
    problem = loading.problem(DecisionNeeded, text, "county_adults.csv")
    assert "speaks of adults" in problem.found
    loaded = loading.one(text, "county_adults.csv", constants={"universe": "adults"})
    assert set(loading.rows(loaded, "universe", "population")) == {("adults",)}


def test_what_is_not_said_is_noted(loading):
    notes = loading.notes(loading.one("place,group,n\n48453,hispanic,40\n"))
    assert "1 figure without a universe: taken as residents" in notes
    assert "1 figure without a period" in notes


STATE = (
    "SUMLEV,REGION,STATE,COUNTY,STNAME,CTYNAME,CENSUS2010POP,ESTIMATESBASE2010,POPESTIMATE2010,POPESTIMATE2011,"
    "BIRTHS2010\n"
)


def test_estimates_of_the_bureau_with_a_column_a_year(loading):
    """Cases 9, 53 and 55: Latin-1, numbers of state and county without zeros, the state's own row (SUMLEV 40)."""
    text = STATE + (
        "40,4,35,0,New Mexico,New Mexico,2059179,2059198,30,42,1\n"
        "50,4,35,13,New Mexico,Do\u00f1a Ana County,209233,209234,10,12,1\n"
        "50,4,35,1,New Mexico,Bernalillo County,662564,662487,20,30,1\n"
    )
    loaded = loading.one(text.encode("latin-1"))
    assert loading.rows(loaded, "place, n, start", "population") == [
        ("35013", 10.0, date(2010, 7, 1)),
        ("35013", 12.0, date(2011, 7, 1)),
        ("35001", 20.0, date(2010, 7, 1)),
        ("35001", 30.0, date(2011, 7, 1)),
    ]
    assert loading.steps(loaded) == {"subtotal of a state beside its counties (New Mexico)": (1, False, "2")}


def test_regions_and_divisions_are_no_places(loading):
    text = (
        "SUMLEV,REGION,STATE,NAME,POPESTIMATE2010\n010,0,00,United States,309321666\n020,4,00,West,71\n"
        "040,4,35,New Mexico,2064588\n"
    )
    loaded = loading.one(text)
    assert loading.rows(loaded, "place, n", "population") == [("US", 309321666.0), ("35", 2064588.0)]
    assert loading.steps(loaded) == {"neither nation, state nor county (regions)": (1, False, "")}


@pytest.mark.data
def test_a_spreadsheet_of_the_bureau_saved_as_csv(loading, shared_data):
    """Cases 12, 21, 22, 30, 31, 43 and 55: byte-order mark, title, two header rows, dots, commas, six footer lines."""
    loaded = loading.load(SourceSpec(path=str(shared_data / "census_co-est2024-pop-53_raw.csv")))
    ledger = loaded.sources[0].ledger
    assert (ledger.read, ledger.used) == (46, 39)
    rows = loaded.store.connection.execute(
        "SELECT start, count(*), sum(n) FROM population GROUP BY 1 ORDER BY 1"
    ).fetchall()
    # The sums are the row of the state, which is set aside as their total.
    sums = (7_727_209, 7_743_760, 7_794_123, 7_857_320, 7_958_180)
    assert rows == [(date(2020 + i, 7, 1), 39, float(total)) for i, total in enumerate(sums)]
    steps = loading.steps(loaded)
    assert steps["subtotal of a state beside its counties (Washington)"][0] == 1
    assert sum(rows for reason, (rows, _, _) in steps.items() if reason.startswith("note below")) == 6


@pytest.mark.data
def test_noncitizens_by_county_and_year(loading, shared_data):
    """32,205 rows, 780 of them empty, an index column, FIPS as text; old counties of Connecticut (case 88)."""
    path = str(shared_data / "acs5_noncitizen_pop_moe_by_county_2009_2018.csv")
    loaded = loading.load(SourceSpec(path=path))
    ledger = loaded.sources[0].ledger
    assert (ledger.read, ledger.used, ledger.excluded, ledger.quarantined) == (32_205, 31_425, 780, 0)
    first = loaded.store.connection.execute(
        "SELECT place, universe, n, moe, start, \"end\" FROM population WHERE place = '45001' ORDER BY start LIMIT 1"
    ).fetchall()
    assert first == [("45001", "noncitizens", 248.0, 172.0, date(2005, 1, 1), date(2009, 12, 31))]
    # awk: rows with numbers in both columns of which the margin is the larger one
    assert "3,401 of 31,425 estimates with a margin have one larger" in loading.notes(loaded)
    assert "Fairfield County, CT (09001)" in loading.notes(loaded)


@pytest.mark.data
def test_adults_by_county(loading, shared_data):
    """US 234,564,071 (states and the district); Mecklenburg NC 686,290, of whom 72,628 Hispanic."""
    combined = ("AIAN_Other", "API_Other", "Asian_HPI", "Asian_HPI_Other", "Black_Other", "White_Other")
    groups = dict.fromkeys((f"NH_{name}" for name in combined), "exclude")
    groups |= {"NH_API_alone": "asian", "NH_Mult_Total": "multiple"}
    path = str(shared_data / "county_adults_2010.csv.gz")
    spec = SourceSpec(path=path, values={"group": groups}, constants={"universe": "adults", "period": "2010"})
    loaded = loading.load(spec)
    sql = loaded.store.connection
    people = sql.execute("SELECT sum(n), count(DISTINCT place) FROM population WHERE place < '72'").fetchall()
    assert people == [(234_564_071.0, 3_143)]
    county = sql.execute(
        "SELECT sum(n), sum(n) FILTER (\"group\" = 'hispanic') FROM population WHERE place = '37119'"
    ).fetchall()
    assert county == [(686_290.0, 72_628.0)]
    assert "3,221 totals of n equal to the sum of the parts" in loading.notes(loaded)
    assert (loaded.sources[0].ledger.read, loaded.sources[0].ledger.used) == (3_221, 3_221)


@pytest.mark.parametrize(
    ("header", "period"),
    [
        ("POPESTIMATE2010", "2010-07-01"),
        ("Population Estimate (as of July 1) 2021", "2021-07-01"),
        ("Population 2015", "2015"),
        ("pop_2010", "2010"),
    ],
)
def test_headers_with_a_year(header, period):
    found = figure(header, 0)
    assert found is not None
    assert found.period == period


@pytest.mark.parametrize("header", ["ESTIMATESBASE2010", "NPOPCHG_2010", "BIRTHS2010", "CENSUS2010POP"])
def test_headers_with_a_year_that_are_no_estimate(header):
    """Changes and births are no people who live there; the base of the estimates is not one of them."""
    assert figure(header, 0) is None
