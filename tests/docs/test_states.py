"""Each file of configs/states: complete, dated, honest about what was checked, and it reads a file of its layouts."""

from __future__ import annotations

import datetime
import tomllib
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from auditor import cli
from auditor.domain.place_codes import classify
from auditor.records.adapter import found_adapters
from auditor.records.adapters.records import COLUMNS
from auditor.records.nc_tables import BUNDLE
from auditor.records.spec import SourceSpec
from auditor.report.letters.model import KINDS
from tests.docs.pages import ROOT

FILES = sorted((ROOT / "configs" / "states").glob("*.toml"))
NEEDED = {"collection", "coverage", "public-records law", "deadline"}


@pytest.fixture(params=FILES, ids=[file.stem for file in FILES])
def state(request: pytest.FixtureRequest) -> dict[str, Any]:
    return tomllib.loads(request.param.read_text(encoding="utf-8"))


WRITTEN = {"california", "north-carolina", "texas", "washington"}


def test_those_that_are_listed_are_there_and_the_page_names_them():
    assert {file.stem for file in FILES} == WRITTEN, "add a new state to WRITTEN"
    page = (ROOT / "docs" / "write-a-state.md").read_text(encoding="utf-8")
    assert {name for name in WRITTEN if f"(../configs/states/{name}.toml)" not in page} == set(), "name it in the page"


def test_every_fact_is_dated_sourced_and_says_whether_it_was_checked(state):
    assert set(state) == {"state", "sources", "fields", "facts", "recipients"}
    assert {fact["about"] for fact in state["facts"]} >= NEEDED
    for fact in state["facts"]:
        assert set(fact) == {"about", "text", "source", "as_of", "verified"}
        assert fact["text"].strip()
        assert fact["source"].strip()
    for office in state["recipients"]:
        assert set(office) == {"office", "for", "kinds", "as_of", "verified"}
        assert set(office["kinds"]) <= set(KINDS)
    for entry in (*state["facts"], *state["recipients"]):
        assert isinstance(entry["as_of"], datetime.date)
        assert isinstance(entry["verified"], bool)


def test_law_and_offices_are_not_called_checked(state):
    """Nobody of this project held them against their source."""
    law = [fact for fact in state["facts"] if fact["about"] in ("public-records law", "deadline")]
    assert not any(entry["verified"] for entry in (*law, *state["recipients"]))


def test_it_names_only_known_formats_columns_and_places(state):
    canonical = {column.name for column in COLUMNS}
    for table in state["sources"]:
        spec = SourceSpec(**table)
        assert spec.format in found_adapters()
        if {"place", "jurisdiction"} & {*spec.columns, *found_adapters()[spec.format].constants}:
            continue
        assert "place" in spec.constants, "no column names the place: constants.place says which county it is"
        assert classify(spec.constants["place"]).kind == "county"
        assert spec.constants["place"][:2] == state["state"]["fips"]
    assert {table["format"] for table in state["fields"]} == {table["format"] for table in state["sources"]}
    for table in state["fields"]:
        assert set(table) - {"format"} <= canonical


def configuration(name: str, folder: Path) -> Path:
    """Write an audit whose sources are those of a state's file, as a user copies them."""
    text = (ROOT / "configs" / "states" / f"{name}.toml").read_text(encoding="utf-8")
    sources = text[text.index("[[sources]]") : text.index("[[fields]]")]
    head = '[audit]\ntitle = "A state"\nas_of = 2025-12-31\nfocal_groups = ["hispanic"]\nreference_group = "white"\n\n'
    file = folder / "audit.toml"
    file.write_text(head + sources, encoding="utf-8")
    return file


def theirs(name: str) -> list[str]:
    """Return every column of theirs that a state's file names, once, in order."""
    (fields,) = tomllib.loads((ROOT / "configs" / "states" / f"{name}.toml").read_text(encoding="utf-8"))["fields"]
    return list(dict.fromkeys(column for ours, columns in fields.items() if ours != "format" for column in columns))


def counted(config: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return the lines of the table that the tests would see."""
    assert cli.main(["counts", str(config), "--out", "-"]) == 0
    return capsys.readouterr().out.splitlines()


def test_california_reads_a_file_of_the_layout(tmp_path, capsys):
    """Two people of one stop: every column that the file names is read, and none is left over."""
    head = ["DOJ_RECORD_ID", "PERSON_NUMBER", *theirs("california")]
    common = {"AGENCY_ORI": "CA0330000", "DATE_OF_STOP": "2024-03-01", "TIME_OF_STOP": "21:15", "AGE": 34, "G_FULL": 1}
    one = common | {"DOJ_RECORD_ID": "U1", "PERSON_NUMBER": 1, "RAE_FULL": 3, "RAE_HISPANIC_LATINEX": 1}
    two = common | {"DOJ_RECORD_ID": "U1", "PERSON_NUMBER": 2, "RAE_FULL": 7, "RAE_HISPANIC_LATINEX": 0}
    more = {"REASON_FOR_STOP": 1, "AGENCY_NAME": "RIVERSIDE CO SO"}
    book = openpyxl.Workbook()
    for row in (head, *([(record | more).get(name, 0) for name in head] for record in (one, two))):
        book.active.append(row)
    (tmp_path / "ripa").mkdir()
    book.save(tmp_path / "ripa" / "riverside.xlsx")
    config = configuration("california", tmp_path)
    lines = counted(config, capsys)
    assert lines[1:] == [
        "06065,RIVERSIDE CO SO,2024-03,stop,hispanic,perceived,,,,1",
        "06065,RIVERSIDE CO SO,2024-03,stop,white,perceived,,,,1",
    ]
    # The county of the configuration stands before the agency's code, and the flag of the later era before the earlier.
    apart = {"DOJ_RECORD_ID", "PERSON_NUMBER", "record_id", "AGENCY_ORI", "RAE_HISPANIC_LATINO"}
    assert _unused(config, capsys) <= apart


def test_north_carolina_reads_the_five_tables(tmp_path, capsys):
    """One stop, its driver and a search; every column named is of the tables, or of the published sums."""
    known = {column for member in BUNDLE.members for column in member.layout.names}
    known |= set(found_adapters()["nc-sbi"].sample.splitlines()[0].split(","))
    assert set(theirs("north-carolina")) <= known
    rows = {
        "STOP": {
            "StopID": "100", "AgencyDescription": "Mecklenburg County Sheriff", "StopDate": "2015-03-01 21:15:00.000",
            "Purpose": "1", "Action": "3", "OfficerId": "17", "StopLocation": "60", "StopCity": "CHARLOTTE",
        },
        "PERSON": {
            "PersonID": "1", "StopID": "100", "Type": "D", "Age": "34", "Gender": "M", "Ethnicity": "H", "Race": "W",
        },
        "SEARCH": {"SearchID": "900", "StopID": "100", "PersonID": "1", "Type": "3", "DriverSearch": "1"},
        "CONTRABAND": {"ContrabandID": "800", "SearchID": "900", "PersonID": "1", "StopID": "100"},
        "SEARCHBASIS": {"SearchBasisID": "700", "SearchID": "900", "PersonID": "1", "StopID": "100", "Basis": "OB"},
    }  # fmt: skip
    folder = tmp_path / "sbi"
    folder.mkdir()
    for member in BUNDLE.members:
        cells = [rows[member.name].get(name, "0") for name in member.layout.names]
        (folder / f"{member.name.capitalize()}.txt").write_text("\t".join(cells) + "\r\n", encoding="utf-8")
    config = configuration("north-carolina", tmp_path)
    lines = counted(config, capsys)
    assert lines[1:] == ["37119,Mecklenburg County Sheriff,2015-03,stop,hispanic,,traffic,,,1"]


def test_texas_reads_the_later_era_of_open_policing(tmp_path, capsys):
    """Two stops; every column named is one that the layout knows."""
    columns = found_adapters()["open-policing"].columns
    known = {name for column in columns for name in (column.name, *column.aliases)}
    assert set(theirs("texas")) <= known
    (tmp_path / "tx_statewide.csv").write_text(
        "raw_row_number,date,time,subject_race,subject_sex,officer_id_hash,type,violation,contraband_found,"
        "search_conducted,citation_issued\n"
        "1,2015-03-01,21:15,hispanic,male,ab12,vehicular,speeding,NA,FALSE,TRUE\n"
        "2,2015-03-02,08:40,white,female,cd34,vehicular,speeding,TRUE,TRUE,FALSE\n",
        encoding="utf-8",
    )
    lines = counted(configuration("texas", tmp_path), capsys)
    assert lines[1:] == ["48453,,2015-03,stop,hispanic,,traffic,,,1", "48453,,2015-03,stop,white,,traffic,,,1"]


def test_washington_reads_a_jail_with_a_row_for_each_charge(tmp_path, capsys):
    """One booking of two charges, with a hold; every column that the file names is read."""
    head = ["booking_id", *theirs("washington")]
    common = {
        "booking_id": "a1", "booking_dt": "2017-04-21 11:43:00", "release_dt": "2017-07-11 08:00:00", "imm_hold": "1",
        "gender_desc": "MALE", "race_desc": "HISPANIC", "country_of_birth": "MEXICO",
    }  # fmt: skip
    rows = (common | {"booking_charge_desc": charge} for charge in ("DWLS 3", "HOLD IMMIGRAT"))
    written = [",".join(head), *(",".join(row.get(name, "") for name in head) for row in rows)]
    (tmp_path / "bookings.csv").write_text("\n".join(written) + "\n", encoding="utf-8")
    config = configuration("washington", tmp_path)
    lines = counted(config, capsys)
    assert lines[1:] == ["53053,,2017-04,booking,hispanic,,licence,,,1"]
    # One charge of two columns is read, the code where both are there; the number folds the rows.
    assert _unused(config, capsys) <= {"booking_id", "booking_charge_txt"}


def _unused(config: Path, capsys: pytest.CaptureFixture[str]) -> set[str]:
    cli.main(["check", str(config), "--verbose"])
    said = capsys.readouterr().out
    marked = [line.partition(": ")[2] for line in said.splitlines() if "columns not used" in line]
    return {name.strip() for line in marked for name in line.partition(": ")[2].split(",") if name.strip()}
