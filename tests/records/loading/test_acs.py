"""American Community Survey: its shapes, its notes in place of numbers, and which of its cells are a group's."""

from __future__ import annotations

from datetime import date

import pytest

from auditor.errors import DecisionNeeded, InputError
from auditor.records import acs_cells
from auditor.records.acs_names import code, five_years, period_of, table_of

COLUMNS = 'place, "group", universe, n, moe'
LOW = "-666666666"
FIVE_YEARS = (date(2006, 1, 1), date(2010, 12, 31))
TABLE_CSV = (
    '"GEO_ID","NAME","B03002_001E","B03002_001M","B03002_003E","B03002_003M","B03002_012E","B03002_012M",\n'
    '"Geography","Geographic Area Name","Estimate!!Total","Margin of Error!!Total",'
    '"Estimate!!Total!!Not Hispanic or Latino!!White alone","Margin of Error!!...","Estimate!!...","Margin ...",\n'
    '"0500000US48453","Travis County, Texas","979,712","*****","498,318","±151","328,027","*****",\n'
    '"0500000US48301","Loving County, Texas","(X)","(X)","-666666666","-222222222","40","±55",\n'
    '"0500000US48001","Anderson County, Texas","N","N","35792","+/-90","9,212","**",\n'
)


def test_a_file_of_data_census_gov(loading):
    """Case 22: a second header line of labels; case 43: 1,234 and ±1,234; the years are in the file's name."""
    loaded = loading.one(TABLE_CSV, "ACSDT5Y2010.B03002-Data.csv")
    assert loaded.sources[0].format == "acs"
    assert loading.rows(loaded, f'{COLUMNS}, start, "end"', "population") == [
        ("48453", "hispanic", "residents", 328027.0, None, *FIVE_YEARS),
        ("48453", "white", "residents", 498318.0, 151.0, *FIVE_YEARS),
        ("48301", "hispanic", "residents", 40.0, 55.0, *FIVE_YEARS),
        ("48001", "white", "residents", 35792.0, 90.0, *FIVE_YEARS),
    ]


def test_annotations_are_never_values(loading):
    """Each code and mark is named with its meaning, and none is a number, a suppressed cell or an interval."""
    loaded = loading.one(TABLE_CSV)
    notes = loading.notes(loaded)
    for mark, cells in (("*****", "2 cells"), ("**", "1 cell"), ("(X)", "2 cells"), ("N", "2 cells"), (LOW, "1 cell")):
        said = f"{mark!r} in {cells}"
        assert f"{said} is a note, not a number" in notes
    assert "suppressed" not in notes
    least = loaded.store.connection.execute("SELECT min(n), min(moe) FROM population").fetchall()
    assert least == [(40.0, 55.0)]


@pytest.mark.parametrize("mark", ["-999999999", "-888888888.0", "-555555555", "-333333333", "-222222222", "-", "***"])
def test_a_note_in_place_of_an_estimate_leaves_it_out(loading, mark):
    loaded = loading.one(f"NAME,B05001_006E,state,county\nTravis,{mark},48,453\nHarris,5,48,201\n")
    assert loading.rows(loaded, "place, n", "population") == [("48201", 5.0)]
    assert loading.steps(loaded) == {"n not reported (blank)": (1, False, "2")}


@pytest.mark.parametrize("mark", ["**", "-222222222"])
def test_an_estimate_whose_margin_could_not_be_computed_is_left_out(loading, mark):
    """Read without a margin it would pass for exact."""
    loaded = loading.one(f"NAME,B05001_006E,B05001_006M,state,county\nTravis,7,{mark},48,453\nHarris,5,2,48,201\n")
    assert loading.rows(loaded, "place, n, moe", "population") == [("48201", 5.0, 2.0)]
    long = f'GEOID,NAME,variable,estimate,moe\n48453,"Travis County, Texas",B05001_006,7,{mark}\n'
    assert loading.rows(loading.one(long), "n", "population") == []


def test_the_answer_of_the_api_as_json(loading):
    """Row numbers are lines of the answer; null is blank; numbers of state and county make the code."""
    text = (
        '[["NAME","B05001_006E","B05001_006M","B05001_001E","state","county"],\n'
        '["Autauga County, Alabama","445","158",54571,"01","001"],\n'
        '["Loving County, Texas",null,null,null,"48","301"]]'
    )
    loaded = loading.one(text, "answer.csv")
    assert loading.rows(loaded, COLUMNS, "population") == [
        ("01001", None, "noncitizens", 445.0, 158.0),
        ("01001", None, "residents", 54571.0, None),
    ]
    assert loading.steps(loaded) == {"n not reported (blank)": (1, False, "3")}
    assert "JSON as the Census API sends it" in loading.notes(loaded)


@pytest.mark.parametrize("text", ['[["NAME","state"],["Travis"', '[["NAME",null],[1,2]]', '[["NAME","x"],[["a"],1]]'])
def test_json_that_is_no_table(loading, text):
    assert "JSON" in loading.problem(InputError, text).found


def test_numbers_of_counties_without_their_zeros(loading):
    """Case 53: state 1 and county 1 are parts of one code, so each has its own width."""
    loaded = loading.one("NAME,B05001_006E,state,county\nAutauga,445,1,1\n")
    assert loading.rows(loaded, "place, n", "population") == [("01001", 445.0)]


def test_a_table_as_data_census_gov_shows_it(loading):
    text = (
        '"Label (Grouping)","Travis County, Texas!!Estimate","Travis County, Texas!!Margin of Error",'
        '"Harris County, Texas!!Estimate","Harris County, Texas!!Margin of Error"\n'
        '"Total:","1,226,805","*****","4,646,630","*****"\n'
        '"    U.S. citizen, born in the United States","987,654","±2,345","3,300,000","±9,999"\n'
        '"    U.S. citizen, born in Puerto Rico or U.S. Island Areas","5,000","±500","20,000","±900"\n'
        '"    U.S. citizen, born abroad of American parent(s)","15,000","±700","50,000","±1,900"\n'
        '"    U.S. citizen by naturalization","80,000","±1,700","450,000","±4,900"\n'
        '"    Not a U.S. citizen","139,151","±2,999","826,630","±7,000"\n'
    )
    loaded = loading.one(text, "ACSDT5Y2019.B05001-2023-05-01T000000.csv")
    assert loading.rows(loaded, f"{COLUMNS}, start", "population") == [
        ("48201", None, "residents", 4646630.0, None, date(2015, 1, 1)),
        ("48453", None, "residents", 1226805.0, None, date(2015, 1, 1)),
        ("48201", None, "noncitizens", 826630.0, 7000.0, date(2015, 1, 1)),
        ("48453", None, "noncitizens", 139151.0, 2999.0, date(2015, 1, 1)),
    ]
    assert loading.steps(loaded) == {"line of the table that is not used (sums, finer divisions)": (4, False, "")}
    renamed = loading.one(text, "noncitizens.csv")
    assert len(loading.rows(renamed, "n", "population")) == 4


def test_lines_that_several_tables_have_need_the_name_of_the_file(loading):
    """B01001H and B01001I have the same lines: which of the two it is stands in the file's name only."""
    ages = [cell.path.split("!!")[-1] for cell in acs_cells.cells("B01001I").values()]
    lines = dict(zip(acs_cells.cells("B01001I"), ages, strict=True))
    body = "".join(f'"{lines.get(i, "x")}",10,1\n' for i in range(1, 32))
    text = '"Label (Grouping)","Travis County, Texas!!Estimate","Travis County, Texas!!Margin of Error"\n' + body
    loaded = loading.one(text, "ACSDT5Y2010.B01001I-2021.csv")
    found = loaded.store.connection.execute('SELECT "group", universe, sum(n) FROM population GROUP BY ALL ORDER BY 3')
    assert found.fetchall() == [("hispanic", "residents", 10.0), ("hispanic", "adults", 200.0)]
    assert "the number of the table is in the name" in loading.problem(InputError, text).why


def test_a_row_a_cell(loading):
    """The long form of the R package tidycensus: GEOID, NAME, variable, estimate, moe."""
    text = (
        "GEOID,NAME,variable,estimate,moe\n"
        '48453,"Travis County, Texas",B03002_003,498318,151\n'
        '48453,"Travis County, Texas",B03002_012,328027,NA\n'
        '48453,"Travis County, Texas",B19013_001,55000,400\n'
    )
    loaded = loading.one(text, "acs5.csv", constants={"period": "2006/2010"})
    assert loading.rows(loaded, COLUMNS, "population") == [
        ("48453", "white", "residents", 498318.0, 151.0),
        ("48453", "hispanic", "residents", 328027.0, None),
    ]
    assert loading.steps(loaded) == {"cell of the survey that is not used": (1, False, "")}


def test_a_row_a_cell_named_by_the_user_is_asked_about(loading):
    text = 'GEOID,NAME,variable,estimate,moe\n48453,"Travis County, Texas",latinx_total,328027,5\n'
    assert "latinx_total" in loading.problem(DecisionNeeded, text).found
    decided = loading.one(text, values={"group": {"latinx_total": "hispanic"}})
    assert loading.rows(decided, '"group", n', "population") == [("hispanic", 328027.0)]


@pytest.mark.parametrize("table", ["B02001", "C02003", "B01001A", "B01001B", "B05003G"])
def test_tables_by_race_alone_are_never_groups_of_an_audit(loading, table):
    """Their races hold Hispanic people; "non-Hispanic unless hispanic" is what the groups mean."""
    assert acs_cells.race_alone(table)
    problem = loading.problem(InputError, f"GEO_ID,NAME,{table}_001E,{table}_002E\n0500000US48453,Travis,9,8\n")
    assert problem.found == f"only {table}"
    assert "Hispanic people in every race" in problem.why
    assert "B03002" in problem.remedy


def test_a_table_by_race_beside_another_is_left_out_with_a_note(loading):
    loaded = loading.one("GEO_ID,NAME,B02001_002E,B03002_003E\n0500000US48453,Travis,690000,498318\n")
    assert loading.rows(loaded, '"group", n', "population") == [("white", 498318.0)]
    assert "B02001 not used: they count races whether Hispanic or not" in loading.notes(loaded)


def test_profile_tables_change_their_lines(loading):
    """DP05_0071E is not the same people every year, and DP05_0071PE is a percent."""
    problem = loading.problem(InputError, "GEO_ID,NAME,DP05_0071E,DP05_0071PE\n0500000US48453,Travis,328027,33.5\n")
    assert problem.found == "a profile or subject table"


def test_adults_are_summed_only_when_every_age_is_there(loading):
    """A sum over the ages that happen to be in the file would be called adults and be fewer."""
    numbers = [*range(7, 17), *range(22, 32)]
    head = ",".join(f"B01001I_{number:03}E" for number in numbers)
    loaded = loading.one(f"GEO_ID,{head}\n0500000US48453,{','.join('10' for _ in numbers)}\n")
    found = loaded.store.connection.execute('SELECT universe, "group", sum(n), count(*) FROM population GROUP BY ALL')
    assert found.fetchall() == [("adults", "hispanic", 200.0, 20)]
    short = ",".join(f"B01001I_{number:03}E" for number in [1, *numbers[1:]])
    loaded = loading.one(f"GEO_ID,{short}\n0500000US48453,{','.join('10' for _ in numbers)}\n")
    assert loading.rows(loaded, "universe, n", "population") == [("residents", 10.0)]
    assert "B01001I: adults not used, since B01001I_007 are missing" in loading.notes(loaded)


def test_the_same_figure_from_two_tables_counts_once(loading):
    """Residents stand in every table; adults by single ages and by sex would be summed together."""
    text = "GEO_ID,B03003_001E,B03003_003E,B05001_001E,B05001_006E\n0500000US48453,979712,328027,979712,139151\n"
    loaded = loading.one(text)
    assert loading.rows(loaded, '"group", universe, n', "population") == [
        ("hispanic", "residents", 328027.0),
        (None, "noncitizens", 139151.0),
    ]


def test_smaller_places_are_set_aside_and_a_file_of_them_refused(loading):
    tract = '1400000US48453000101,"Census Tract 1.01, Travis County, Texas",9\n'
    loaded = loading.one(f"GEO_ID,NAME,B05001_006E\n{tract}05000US48453,Travis,5\n")
    assert loading.steps(loaded) == {"neither nation, state nor county (tracts)": (1, False, "")}
    assert loading.rows(loaded, "place, n", "population") == [("48453", 5.0)]
    assert "1 row of tracts" in loading.problem(InputError, f"GEO_ID,NAME,B05001_006E\n{tract}").found
    problem = loading.problem(InputError, "NAME,B05001_006E,state,county,tract\nTract 1.01,9,48,453,000101\n")
    assert problem.found == "every row is a tract"


def test_states_and_the_nation_are_kept_as_places(loading):
    """Cases 54 and 55: a state that is not the sum of the counties given is a state of its own."""
    text = (
        "GEO_ID,NAME,B05001_006E\n0100000US,United States,22460561\n0400000US48,Texas,2800000\n"
        '0500000US48453,"Travis County, Texas",139151\n'
    )
    loaded = loading.one(text)
    rows = loading.rows(loaded, "place, n", "population")
    assert rows == [("US", 22460561.0), ("48", 2800000.0), ("48453", 139151.0)]
    assert "Texas is a row of its own beside some of its counties" in loading.notes(loaded)


def test_a_code_that_disagrees_with_its_name_is_a_question(loading):
    text = 'GEO_ID,NAME,B05001_006E\n0500000US48453,"Harris County, Texas",5\n'
    assert "Harris" in loading.problem(DecisionNeeded, text).found


def test_old_counties_of_connecticut_are_kept_with_a_note(loading):
    """Case 88: the planning regions took their place in 2022."""
    loaded = loading.one('GEO_ID,NAME,B05001_006E\n0500000US09001,"Fairfield County, Connecticut",5\n')
    assert loading.rows(loaded, "place", "population") == [("09001",)]
    assert "has ended" in loading.notes(loaded)


def test_a_margin_larger_than_the_estimate_is_noted(loading):
    """Case 96."""
    loaded = loading.one("GEO_ID,B05001_006E,B05001_006M\n0500000US48301,5,12\n0500000US48453,139151,2999\n")
    assert "1 of 2 estimates with a margin have one larger than the estimate itself" in loading.notes(loaded)


def test_what_the_user_decides_stands_before_the_layout(loading):
    """A column of counts named in the configuration is read as it is, race alone or not."""
    text = "GEO_ID,NAME,B02001_001E,B02001_002E\n0500000US48453,Travis,9,8\n"
    loaded = loading.one(
        text, format="population", columns={"n": "B02001_002E"}, constants={"group": "white", "universe": "residents"}
    )
    assert loading.rows(loaded, '"group", n', "population") == [("white", 8.0)]


def test_a_file_of_arrests_with_codes_of_the_survey_is_no_baseline(loading):
    text = "place,period,event,n,B05001_006E\n48453,2011,arrest,5,139151\n"
    assert loading.one(text).sources[0].format == "counts"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("B05001_006E", ("B05001", 6, "E")),
        ("B05001_006M", ("B05001", 6, "M")),
        ("b01001i_031ma", ("B01001I", 31, "MA")),
        ("B05001_006", ("B05001", 6, "E")),
        ("B05001_M006", ("B05001", 6, "M")),
        ("B05001006", ("B05001", 6, "E")),
        ("B05001006, Error", ("B05001", 6, "M")),
        ("C02003_001E", ("C02003", 1, "E")),
    ],
)
def test_codes(header, expected):
    found = code(header)
    assert found is not None
    assert (found.table, found.number, found.kind) == expected
    assert code(header + "x") is None


@pytest.mark.parametrize(
    ("file", "period", "table", "five"),
    [
        ("ACSDT5Y2019.B03002-Data.csv", "2015/2019", "B03002", True),
        ("ACSDT1Y2019.B05003I-2023.csv", "2019", "B05003I", False),
        ("ACS_10_5YR_B03002_with_ann.csv", "2006/2010", "B03002", True),
        ("acs5_noncitizen_2009_2018.csv", "", "", True),
        ("acs_5yr_county.csv", "", "", True),
        ("acs2015_county.csv", "", "", False),
        ("acs50.csv", "", "", False),
    ],
)
def test_names_of_files(file, period, table, five):
    assert (period_of(file), table_of(file), five_years(file)) == (period, table, five)


def test_cells_agree_with_the_labels_of_the_bureau():
    """Table shells: B05003_012 is the adult male noncitizen, B01001I_022 the first adult age of women."""
    assert acs_cells.cells("B05003I")[12].path == "total!!male!!18 years and over!!foreign born!!not a u.s. citizen"
    assert acs_cells.cells("B05003")[19].path == "total!!female!!18 years and over"
    assert acs_cells.cells("B01001I")[22].path == "total!!female!!18 and 19 years"
    assert acs_cells.cells("B01001")[49].path == "total!!female!!85 years and over"
    assert acs_cells.cells("B01001")[25].path == "total!!male!!85 years and over"
    assert acs_cells.cells("B03002")[9].group == "multiple"
    assert acs_cells.path("Estimate!!Total:!!Male:") == "total!!male"
