"""ICE's encounters: a record of contact that names neither an event of ours nor a place. Rows are made up."""

import datetime as dt

from auditor.errors import DecisionNeeded
from auditor.records.adapter import found_adapters
from tests.records.loading.ice import REDACTED, sheet, xlsx

ENCOUNTERS = (
    "Event Date", "Responsible AOR", "Responsible Site", "Lead Event Type", "Lead Source", "Event Type",
    "Final Program", "Final Program Group", "Encounter Criminality", "Processing Disposition", "Case Status",
    "Case Category", "Departed Date", "Departure Country", "Final Order Yes No", "Final Order Date", "Birth Date",
    "Birth Year", "Citizenship Country", "Gender", "Event Landmark", "Alien File Number", "EID Case ID",
    "EID Subject ID", "Unique Identifier",
)  # fmt: skip
"""Header of the raw sheets (formats.md, B)."""

SAMPLE = found_adapters()["ddp-encounters"].sample


def row(moment, person="ab12", kind="CAP Local", **more):
    return {
        "Event Date": moment,
        "Responsible AOR": "Houston Area of Responsibility",
        "Event Type": kind,
        "Encounter Criminality": "3 Other Immigration Violator",
        "Processing Disposition": "Not Amenable to Removal",
        "Citizenship Country": "MEXICO",
        "Gender": "Male",
        "Event Landmark": "HARRIS COUNTY JAIL",
        "Alien File Number": REDACTED,
        "Unique Identifier": person,
        **more,
    }


def test_what_a_type_counts_as_and_where_is_asked_at_once(loading):
    error = loading.error(DecisionNeeded, loading.spec(SAMPLE))
    said = " ".join(problem.found + " " + problem.remedy for problem in error.problems)
    assert "no column says where: of which place are the rows of this file (ddp-encounters)?" in said
    assert "unknown event code: 'CAP Local' in 1 row, 'Located' in 1 row" in said
    assert '"CAP Local" = ""' in error.toml
    assert '"place" = ""' in error.toml


def test_raw_sheets_with_what_a_person_answered(loading):
    """Two sheets; encounters at large are left out; two within a day of one person are one episode, said so."""
    day = dt.datetime(2024, 2, 13, 9, 29)
    pages = {
        "FY2023": [row(dt.datetime(2023, 9, 29, 8, 0))],
        "FY2024": [row(day), row(day + dt.timedelta(hours=3)), row(day, "cd34", "Located", **{"Event Landmark": None})],
    }
    spec = loading.spec(
        xlsx({name: sheet(ENCOUNTERS, rows) for name, rows in pages.items()}),
        "encounters.xlsx",
        constants={"place": "48201"},
        values={"event": {"CAP Local": "custody", "Located": "exclude"}},
    )
    loaded = loading.load(spec, rows=frozenset({"minute", "citizenship", "level", "event"}))
    assert [(s.format, s.sheet, s.ledger.read, s.ledger.used) for s in loaded.sources] == [
        ("ddp-encounters", "FY2023", 1, 1),
        ("ddp-encounters", "FY2024", 3, 2),
    ]
    # 09:29 is minute 569 of the day; a violator without a conviction or charge has level none.
    assert loading.rows(loaded, "place, event, minute, citizenship, level", "events") == [
        ("48201", "custody", 480, "MEXICO", "none"),
        ("48201", "custody", 569, "MEXICO", "none"),
        ("48201", "custody", 749, "MEXICO", "none"),
    ]
    notes = loading.notes(loaded, 1)
    assert "encounters of one person within 24 hours of the one before are one episode" in notes
    assert "columns redacted throughout, left out: Alien File Number" in notes
    assert "a record of contact, after which nothing need follow" in notes


def test_a_landmark_that_names_a_county_jail_may_be_read_as_a_facility(loading):
    loaded = loading.one(
        SAMPLE,
        state="TX",
        facilities="ask",
        columns={"facility_name": "Event Landmark"},
        values={"event": {"CAP Local": "custody", "Located": "exclude"}},
    )
    assert loading.rows(loaded, "place, event") == [("48201", "custody")]


def test_the_release_of_2026_has_other_columns(loading):
    """Its header has no lead group, no file numbers, and a threat level."""
    text = (
        "event_date,event_type,event_landmark,operation,encounter_threat_level,responsible_aor,responsible_site,"
        "lead_event_type,lead_source,final_program,arresting_agency,encounter_criminality,processing_disposition,"
        "citizenship_country,gender,anonymized_identifier\n"
        "2025-02-13 09:29:00,CAP Local,A JAIL,NA,1,Boston Area of Responsibility,BOSTON,CAP Local,NA,ERO Criminal "
        "Alien Program,ICE,1 Convicted Criminal,Not Amenable to Removal,BRAZIL,Male,ab12\n"
    )
    loaded = loading.one(text, constants={"place": "25025"}, values={"event": {"CAP Local": "custody"}})
    assert loaded.sources[0].format == "ddp-encounters"
    assert loading.rows(loaded, "place, level") == [("25025", "1")]
