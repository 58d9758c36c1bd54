"""ICE's administrative arrests, raw and processed: every trap of the layout, on workbooks made by hand."""

import datetime as dt
import os
from pathlib import Path

import pytest

from auditor.errors import DecisionNeeded
from auditor.records.adapter import found_adapters
from auditor.report.wording import check
from tests.records.loading.ice import ARRESTS_2026, REDACTED, TITLES, sheet, xlsx

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
LOS_ANGELES = DATA / "bln_la_arrests_sample.csv"
PROCESSED = (
    "apprehension_date,apprehension_state_original,apprehension_state_filled_in,apprehension_method,"
    "apprehension_criminality,case_threat_level,departed_date,departure_country,final_order_yes_no,final_order_date,"
    "citizenship_country,gender,apprehension_site_landmark,unique_identifier,apprehension_date_time,duplicate_likely,"
    "duplicate_drop_row,file_original,sheet_original,row_original\n"
)
CONVICTED, PENDING, OTHER = "1 Convicted Criminal", "2 Pending Criminal Charges", "3 Other Immigration Violator"


def row(moment, person="ab12", **more):
    """A raw row of Hennepin County MN."""
    return {
        "Apprehension Date": moment,
        "State": "MINNESOTA",
        "County": "HENNEPIN",
        "Apprehension Method": "CAP Local Incarceration",
        "Apprehension Criminality": OTHER,
        "Citizenship Country": "MEXICO",
        "Gender": "Male",
        "Anonymized Identifier": person,
        **more,
    }


def line(moment, state="MINNESOTA", filled="MINNESOTA", method="Located", kind=OTHER, level="NA", person="ab12",
         likely="FALSE", drop="FALSE", departed="NA", country="NA", order="NO", ordered="NA"):  # fmt: skip
    """A processed row, with NA as R writes it."""
    cells = (moment[:10], state, filled, method, kind, level, departed, country, order, ordered, "MEXICO", "Male",
             "A JAIL", person, moment, likely, drop, "a.xlsx", "FY2025")  # fmt: skip
    return ",".join(cells)


def processed(*lines):
    return PROCESSED + "".join(f"{text},{number}\n" for number, text in enumerate(lines, 8))


def raw(loading, name="arrests.xlsx", **sheets):
    (loading.folder / name).write_bytes(xlsx({key: sheet(ARRESTS_2026, rows) for key, rows in sheets.items()}))
    return loading.spec((loading.folder / name).read_bytes(), name)


def test_cases_21_25_raw_sheets_of_two_fiscal_years(loading):
    """Six titles stand above the header, and one sheet holds each fiscal year: two sources of one layout."""
    spec = raw(
        loading,
        FY2025=[row(dt.datetime(2025, 7, 26, 18, 50, 27)), row(dt.datetime(2025, 8, 1, 9, 0), "cd34")],
        FY2026=[row(dt.datetime(2025, 10, 3, 7, 15))],
    )
    loaded = loading.load(spec, rows=frozenset({"minute", "day", "sex", "citizenship", "event"}))
    assert [(s.format, s.sheet, s.ledger.read, s.ledger.used) for s in loaded.sources] == [
        ("ddp-arrests", "FY2025", 2, 2),
        ("ddp-arrests", "FY2026", 1, 1),
    ]
    # 18:50 is minute 1,130 of the day; 27053 is Hennepin County.
    assert loading.rows(loaded, "place, event, day, minute, sex, citizenship", "events") == [
        ("27053", "custody", dt.date(2025, 7, 26), 1130, "male", "MEXICO"),
        ("27053", "custody", dt.date(2025, 8, 1), 540, "male", "MEXICO"),
        ("27053", "custody", dt.date(2025, 10, 3), 435, "male", "MEXICO"),
    ]
    assert "4 lines above the header left out" in loading.notes(loaded)


def test_the_cover_of_a_slicer_export_is_passed_over(loading):
    cover = [["Administrative arrests", None], ["Filters applied:", "none"], ["Exported:", "03/10/2026"], ["Page 1"]]
    pages = {"Cover": cover, "Export": sheet(ARRESTS_2026, [row(dt.datetime(2026, 1, 5, 8, 0))])[len(TITLES) :]}
    loaded = loading.one(xlsx(pages), "slicer.xlsx")
    assert [(s.sheet, s.ledger.used) for s in loaded.sources] == [("Export", 1)]
    assert "no table on sheet 'Cover': passed over" in loading.notes(loaded)


def test_cases_34_36_columns_are_found_by_name_in_any_release(loading):
    """The header of July 2026: other names, other order, a column less."""
    text = (
        "AOR,County,Apprehension Criminality,Apprehension Date,Event Landmark,Apprehension Method,State,City,"
        "Birth Year,Case Threat Level,Citizenship Country,Gender,Anonymized Unique Identifier\n"
        f"St. Paul,,{CONVICTED},2026-02-11 09:30:00,A JAIL,Located,MINNESOTA,EDINA,1996,2,MEXICO,Male,ab12\n"
    )
    loaded = loading.one(text, format="auto")
    assert loaded.sources[0].format == "ddp-arrests"
    assert loading.rows(loaded, "place, level") == [("27", "2")]
    assert "column 'Anonymized Unique Identifier' read as person" in loading.notes(loaded)


def test_case_113_redacted_cells_are_missing_and_redacted_columns_absent(loading):
    """Whatever the exemption is written like; a redacted county is no county called so."""
    rows = [
        row(dt.datetime(2026, 1, 5, 8, 0), "ab12", County="b(6), b(7)c", **{"Birth Date": REDACTED}),
        row(dt.datetime(2026, 1, 6, 8, 0), "b(6), b(7)C", **{"Birth Date": "(b)(6), (b)(7)(C), (b)(7)(E)"}),
        row(dt.datetime(2026, 1, 6, 9, 0), "b(6), b(7)C", **{"Birth Date": REDACTED}),
    ]
    loaded = loading.load(raw(loading, FY2026=rows), rows=frozenset({"person", "event"}))
    assert loading.rows(loaded, "place, person", "events") == [("27", "ab12"), ("27053", None), ("27053", None)]
    notes = loading.notes(loaded)
    assert "columns redacted throughout, left out: Birth Date" in notes
    assert "redacted in some rows, where they are read as missing: County, Anonymized Identifier" in notes
    # Case 112, and NULL identifiers are people of their own: two rows within an hour are no episode.
    assert "without a person's identifier: fewer than 11 rows, each taken for a person of its own" in notes
    assert "no person is listed again" in notes
    assert "Minnesota: rows without a county stand as the state beside its counties, and are part of none" in notes


def test_case_62_episodes_of_24_hours_are_counted_both_ways(loading):
    """Each row is held against the one before: 23 hours after, then 23 more, are one episode of three rows."""
    start = dt.datetime(2026, 1, 5, 8, 0)
    rows = [row(start + dt.timedelta(hours=23 * i)) for i in range(3)]
    rows += [row(start + dt.timedelta(hours=46 + 25)), row(start, "cd34")]
    rows += [row(start + dt.timedelta(days=9), f"p{i}") for i in range(20)]
    spec = raw(loading, FY2026=rows)
    loaded = loading.load(spec)
    assert sum(n for (n,) in loading.rows(loaded, "n")) == 25
    assert (
        "arrests of one person within 24 hours of the one before are one episode: fewer than 11 rows repeat an earlier "
        "one, which leaves all but fewer than 11 rows; all are counted; values.repeat"
    ) in loading.notes(loaded)
    episodes = loading.load(spec.model_copy(update={"values": {"repeat": {"yes": "exclude"}}}))
    assert sum(n for (n,) in loading.rows(episodes, "n")) == 23
    assert loading.steps(episodes) == {"repeat 'yes' left out by the configuration": (2, False, "9, 10")}


def test_the_row_of_a_reprocessed_arrest_is_the_one_that_repeats(loading):
    """At the same moment the arrest itself comes first, wherever it stands in the sheet."""
    moment = dt.datetime(2026, 1, 5, 8, 0)
    rows = [row(moment, **{"Apprehension Method": "ERO Reprocessed Arrest"}), row(moment)]
    spec = raw(loading, FY2026=rows).model_copy(update={"values": {"repeat": {"yes": "exclude"}}})
    loaded = loading.load(spec)
    assert loading.steps(loaded) == {"repeat 'yes' left out by the configuration": (1, False, "8")}
    assert "method 'ERO Reprocessed Arrest': fewer than 11 rows" in loading.notes(loaded)


def test_the_publishers_flags_are_noted_and_stand_before_the_rule(loading):
    moments = [f"2025-03-{day:02d} 10:00:00" for day in range(1, 29)]
    lines = [line(moment, person=f"p{day}", likely="TRUE", drop="TRUE") for day, moment in enumerate(moments[:12])]
    loaded = loading.one(processed(*lines, *(line(moment, person="NA", likely="NA", drop="NA") for moment in moments)))
    notes = loading.notes(loaded)
    assert "duplicate_likely, the publisher's own flag of rows of an episode of several rows: 12 rows" in notes
    assert "duplicate_drop_row, the publisher's own flag of rows that repeat an earlier one: 12 rows" in notes
    assert "are one episode: 12 rows repeat an earlier one, which leaves 28 rows" in notes
    assert "without a person's identifier: 28 rows" in notes


def test_case_63_the_same_record_again_is_set_aside_only_with_an_identifier(loading):
    """The publisher's own numbering of rows does not tell two copies apart."""
    copies = [line("2025-03-01 10:00:00")] * 13
    unknown = [line("2025-03-01 10:00:00", person="NA")] * 3
    loaded = loading.one(processed(*copies, *unknown))
    assert sum(n for (n,) in loading.rows(loaded, "n")) == 4
    reason = "the same record again: every column equal, the person's identifier among them"
    assert loading.steps(loaded) == {reason: (12, True, "3, ...")}


def test_case_90_an_inferred_state_is_used_and_can_be_left_out(loading):
    lines = [line("2025-03-01 10:00:00"), line("2025-04-01 10:00:00", state="NA", person="cd34")]
    loaded = loading.one(processed(*lines))
    assert loading.rows(loaded, "place, n") == [("27", 1), ("27", 1)]
    note = "inferred by the publisher from a landmark or an office: fewer than 11 rows; columns = "
    assert f'{note}{{ state = "apprehension_state_original" }}' in loading.notes(loaded)
    written = loading.one(processed(*lines), columns={"state": "apprehension_state_original"})
    assert loading.rows(written, "place, n") == [("27", 1)]
    assert loading.steps(written) == {"place is blank": (1, True, "3")}


def test_levels_are_written_only_where_they_are_true_on_any_basis(loading):
    """A threat level as it stands; none, 1/2/3 or unknown by what is known of convictions and charges."""
    kinds = [(CONVICTED, "3"), (CONVICTED, "NA"), (PENDING, "1"), (PENDING, "NA"), (OTHER, "NA"), (OTHER, "2"),
             ("NA", "NA"), ("9 Something New", "NA")]  # fmt: skip
    lines = [line(f"2025-0{i}-01 10:00:00", kind=kind, level=level) for i, (kind, level) in enumerate(kinds, 1)]
    loaded = loading.one(processed(*lines))
    assert loading.rows(loaded, "level, level_basis, level_regime") == [
        (level, "unknown", "unknown") for level in ("3", "1/2/3", "1", "unknown", "none", "2", None, None)
    ]
    notes = loading.notes(loaded)
    assert "a threat level, though neither a conviction nor a charge is known: fewer than 11 rows" in notes
    assert "another value of apprehension_criminality than the three known ones: fewer than 11 rows" in notes


def test_a_threat_level_that_is_none_is_a_question(loading):
    problem = loading.problem(DecisionNeeded, processed(line("2025-03-01 10:00:00", level="4")))
    assert "unknown level code: '4'" in problem.found


def test_case_78_what_does_not_fit_together_is_noted_and_used(loading):
    lines = [
        line("2025-03-02 10:00:00", departed="2025-03-01", country="MEXICO", person="a"),
        line("2025-03-02 10:00:00", departed="2025-04-01", person="b"),
        line("2025-03-02 10:00:00", ordered="2025-01-05", person="c"),
    ]
    lines += [line(f"2025-05-{day:02d} 10:00:00", person=f"p{day}") for day in range(1, 29)]
    loaded = loading.one(processed(*lines, line("2019-03-02 10:00:00", person="d")))
    notes = loading.notes(loaded)
    assert "a departed date before the day of the event (apprehension_date_time): fewer than 11 rows, first in" in notes
    assert "a departed date and no departure country: fewer than 11 rows, first in row 3" in notes
    assert "a date of a final order, of which it is not said that there is one: fewer than 11 rows, first in row 4" in (
        notes
    )
    assert "dated before 2022-09-01, the earliest that these releases should hold: fewer than 11 rows" in notes
    assert loaded.sources[0].ledger.used == 32


def test_days_outside_the_fiscal_year_of_the_sheet_are_noted(loading):
    rows = [row(dt.datetime(2026, 1, 5, 8, 0)), row(dt.datetime(2025, 9, 30, 8, 0), "cd34")]
    loaded = loading.load(raw(loading, FY2026=rows))
    assert "dated outside the fiscal year that the sheet 'FY2026' names: fewer than 11 rows, first in row 9" in (
        loading.notes(loaded)
    )


@pytest.mark.parametrize("style", ["2025-05-16 am", "05/16/2025", "2025-05-16T00:00:00Z", "2025-05-16 00:00:00"])
def test_case_76_styles_of_days_without_a_time(loading, style):
    text = processed(line("2025-05-16 10:00:00").replace("2025-05-16 10:00:00", style))
    loaded = loading.one(text, day_first=False)
    wanted = loading.load(loading.spec(text, day_first=False), rows=frozenset({"minute", "day", "event"}))
    assert loading.rows(loaded, "start, n") == [(dt.date(2025, 5, 1), 1)]
    assert loading.rows(wanted, "day, minute", "events") == [(dt.date(2025, 5, 16), None)]


def test_case_110_arrests_that_no_local_agency_made_can_be_left_out(loading):
    lines = [line("2025-03-01 10:00:00"), line("2025-04-01 10:00:00", method="CAP Local Incarceration", person="cd34")]
    loaded = loading.one(processed(*lines), values={"program": {"Located": "exclude"}})
    assert loading.rows(loaded, "start, n") == [(dt.date(2025, 4, 1), 1)]
    assert loading.steps(loaded) == {"program 'Located' left out by the configuration": (1, False, "2")}


def test_case_111_persons_of_two_sheets_are_never_merged(loading):
    """The same identifier within the hour, in two sheets: two people, as far as the releases let anyone say."""
    sheets = {"FY2025": [row(dt.datetime(2025, 9, 30, 23, 50))], "FY2026": [row(dt.datetime(2025, 10, 1, 0, 10))]}
    loaded = loading.load(raw(loading, **sheets))
    assert sum(n for (n,) in loading.rows(loaded, "n")) == 2
    assert "identifiers link rows of one sheet" in loading.notes(loaded)


@pytest.mark.parametrize("name", ["ddp-arrests", "ddp-detainers", "ddp-encounters", "ddp-removals", "npr-detainers"])
def test_remarks_use_no_word_that_pages_may_not(name):
    assert [str(found) for remark in found_adapters()[name].remarks for found in check(remark)] == []


@pytest.mark.skipif(
    not LOS_ANGELES.is_file() and not os.environ.get("AUDITOR_REQUIRE_DATA"), reason="the shared data are not here"
)
def test_the_extract_of_big_local_news(loading):
    """10 rows (the data's description), of which one, in line 5, names no place of custody."""
    text = LOS_ANGELES.read_text()
    loaded = loading.one(text)
    assert (loaded.sources[0].format, loaded.sources[0].ledger.read) == ("ddp-arrests", 10)
    assert loading.steps(loaded) == {"place is blank": (1, True, "5")}
    assert {place for (place,) in loading.rows(loaded, "place")} == {"06"}
    whole = loading.one(text, state="CA")
    assert sum(n for (n,) in loading.rows(whole, "n")) == 10
    assert {group for (group,) in loading.rows(whole, '"group"')} == {None}


def test_many_states_without_a_county_are_one_note(loading):
    names = ("MINNESOTA", "TEXAS", "OHIO", "UTAH")
    lines = [line(f"2025-03-0{i} 10:00:00", filled=name, person=name) for i, name in enumerate(names, 1)]
    loaded = loading.one(processed(*lines))
    assert "rows of 4 states without a jurisdiction are read as the state: Minnesota, Texas, Ohio, Utah" in (
        loading.notes(loaded)
    )
