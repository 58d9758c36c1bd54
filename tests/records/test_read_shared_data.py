"""Real files: each is read whole, with the number of rows that data/README.md states (skipped where it is absent)."""

import pytest

from auditor.errors import InputError

pytestmark = pytest.mark.data

# Rows as the README of the data folder gives them, and the first names of the header as the file has them.
FILES = {
    "secure_communities_activation_by_county.csv": (3147, ("county_fips", "statefips", "date_secure")),
    "pierce_wa_race_hold_table.csv": (7, ("race", "n", "race_percent")),
    "pierce_wa_bookings_with_ice_hold_allholds.psv": (691, ("booking_id", "booking_dt")),
    "pa_ice_detainers_first3000.csv": (3000, ("date", "lift_reason", "det_facility")),
    "ddp_detainers_mn_stcloud_sample.csv": (6, ("detainer_prepare_date", "facility_state")),
    "bln_la_arrests_sample.csv": (10, ("orig_row_number", "arrest_date")),
    "ice_facilities_codes.psv": (1532, ("detloc", "name", "address")),
    "ice_ParticipatingEntities-20250104041613.xlsx": (135, ("STATE", "LAW ENFORCEMENT AGENCY", "SUPPORT TYPE")),
    "ice_participatingAgencies-20250221214937.xlsx": (151, ("STATE", "LAW ENFORCEMENT AGENCY", "TYPE")),
    "nc_mecklenburg_sheriff_stops_2002_2022_grouped.csv": (11171, ("year", "driver_race", "stop_purpose")),
    "acs5_noncitizen_pop_moe_by_county_2009_2018.csv": (32205, ("year", "fips", "noncit_pop", "moe")),
    "county_adults_2010.csv.gz": (3221, ("fips", "Total_Pop", "Hispanic_Total")),
    "fbi_lee_agency_ori_county_population.csv": (18330, ("ori", "data_year")),
    "uwchr_county_aor.csv": (3223, ("geoid", "geoid_state", "geoid_county", "name", "aor")),
    "frisk_with_noise.txt": (900, ("stops", "pop", "past.arrests", "precinct", "eth", "crime")),
    "mpdta.csv": (2500, ("year", "countyreal")),
    "mpdta_ref_attgt_R_did.csv": (57, ("scenario", "group", "t", "att", "se")),
    "synth_basque.csv": (774, ("regionno", "regionname", "year")),
    "gera_pierson_filtered_tx_processed_hispanic_white_drivers_driver_race.csv.gz": (18807, ("driver_id",)),
    "drrank_name_example.csv": (76, ("name_id", "thetas", "s", "firstname")),
    "raceprofiling.csv": (5000, ("id", "nhood")),
}


@pytest.mark.parametrize("name", FILES)
def test_rows_and_names(reading, shared_data, name):
    rows, names = FILES[name]
    table = reading.one(shared_data / name)
    assert table.columns[: len(names)] == names
    assert (table.ledger.read, table.ledger.used, table.ledger.steps) == (rows, rows, ())


def test_census_sheet_saved_as_csv(reading, shared_data):
    """49 lines: a mark, two titles, a header of two lines, 39 counties and the state, six notes, 33 empty columns."""
    table = reading.one(shared_data / "census_co-est2024-pop-53_raw.csv")
    years = tuple(f"Population Estimate (as of July 1) {year}" for year in range(2020, 2025))
    assert table.columns == ("Geographic Area", "April 1, 2020 Estimates Base", *years)
    assert (table.header_row, table.ledger.read, table.ledger.excluded, table.ledger.used) == (4, 46, 6, 40)
    rows = reading.rows(table)
    assert rows[0][:3] == (5, "Washington", "7,707,586")
    assert rows[-1][:3] == (44, ".Yakima County, Washington", "256,732")
    assert "Source: U.S. Census Bureau" in table.ledger.steps[0].reason


def test_jail_report_in_blocks(reading, shared_data):
    """2,500 sheet rows: one of title, two blank, the header in row 4; 2,086 rows with something in them below it.

    Counted apart from this reader with openpyxl: rows 5 to 2500 with any value.
    """
    openpyxl = pytest.importorskip("openpyxl")
    path = shared_data / "travis_tx_ice_detainer_first2500rows.xlsx"
    table = reading.one(path)
    assert table.header_row == 4
    assert table.columns == ("Booking No", "Booking Name", "Race", "Sex", "Age", "Booking Date", "Place of Birth")
    book = openpyxl.load_workbook(path, read_only=True)
    filled = [
        number
        for number, row in enumerate(book.active.iter_rows(values_only=True), start=1)
        if number > 4 and any(value not in (None, "") for value in row)
    ]
    book.close()
    assert [row[0] for row in reading.rows(table)] == filled
    assert len(filled) == table.ledger.read == 2086


def test_counties_keep_their_zeros(reading, shared_data):
    table = reading.one(shared_data / "secure_communities_activation_by_county.csv")
    codes = [row[1] for row in reading.rows(table)]
    assert codes[0] == "01001"
    assert all(len(code) == 5 for code in codes)


def test_total_of_a_gzipped_table(reading, shared_data):
    """The README's totals: 234,564,071 adults (without Puerto Rico, 72); Mecklenburg NC 686,290, 72,628 Hispanic."""
    rows = reading.rows(reading.one(shared_data / "county_adults_2010.csv.gz"))
    assert sum(int(row[2]) for row in rows if row[1][:2] != "72") == 234_564_071
    assert [row[2:4] for row in rows if row[1] == "37119"] == [("686290", "72628")]


def test_agreements_keep_dates_and_trailing_blanks(reading, shared_data):
    """The second era holds Excel dates, the first text; nothing is stripped."""
    old = reading.one(shared_data / "ice_ParticipatingEntities-20250104041613.xlsx")
    new = reading.one(shared_data / "ice_participatingAgencies-20250221214937.xlsx")
    assert reading.rows(old)[0][1:5] == (
        "ALABAMA",
        "Etowah County Sheriff's Office",
        "Jail Enforcement Model",
        "2020-06-09",
    )
    assert reading.rows(new)[0][5] == "2020-06-09"


def test_files_that_a_person_must_settle(reading, shared_data):
    """One column only; a column of remarks without a name (M, six cells); a key whose second column has no name."""
    (problem,) = reading.problems(InputError, shared_data / "police.csv")
    assert "one column" in problem.found
    assert reading.one(shared_data / "police.csv", delimiter=",").ledger.used == 2748
    (problem,) = reading.problems(InputError, shared_data / "pierce_wa_charge_seriousness_handcoded.csv")
    assert (problem.column, problem.row) == ("M", 1)
    assert "6 cells" in problem.found
    (problem,) = reading.problems(InputError, shared_data / "nc_sbi_raw_data_key.csv")
    assert problem.column == "B"
