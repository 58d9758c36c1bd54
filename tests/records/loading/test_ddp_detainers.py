"""ICE's detainers, raw and processed, and those of 2007 on: every trap of the layouts, on files made by hand."""

import datetime as dt
import os
from collections import Counter
from pathlib import Path

import pytest

from auditor.domain.detainers import ending_of, form_of
from auditor.records.adapter import found_adapters
from tests.records.loading.ice import DETAINERS_2026, REDACTED, sheet, xlsx

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
MINNESOTA, PENNSYLVANIA = DATA / "ddp_detainers_mn_stcloud_sample.csv", DATA / "pa_ice_detainers_first3000.csv"
REQUIRED = os.environ.get("AUDITOR_REQUIRE_DATA")
PENDING, OTHER, CONVICTED = "2 Pending Criminal Charges", "3 Other Immigration Violator", "1 Convicted Criminal"
FORM = "I247A - Immigration Detainer - Notice of Action (as of May 2025)"


def row(day, person="ab12", **more):
    return {
        "Detainer Prepare Date": day,
        "Facility State": "MINNESOTA",
        "Detainer Prepared Criminality": CONVICTED,
        "Detention Facility": "HENNEPIN COUNTY JAIL",
        "Detention Facility Code": "ABCDEFG",
        "Citizenship Country": "LAOS",
        "Birth Country": "THAILAND",
        "Gender": "Male",
        "Detainer Type": FORM,
        "Unique Identifier": person,
        **more,
    }


def raw(loading, header=DETAINERS_2026, **sheets):
    (loading.folder / "detainers.xlsx").write_bytes(xlsx({name: sheet(header, rows) for name, rows in sheets.items()}))
    return loading.spec((loading.folder / "detainers.xlsx").read_bytes(), "detainers.xlsx")


def events(loading, spec, *names):
    loaded = loading.load(spec, rows=frozenset({*names, "event"}))
    return loaded, loading.rows(loaded, ", ".join(f'"{name}"' for name in names), "events")


def test_case_35_a_fiscal_year_without_birth_dates(loading):
    """Columns are found by name: what stands after the missing one is not read under a neighbour's."""
    short = tuple(name for name in DETAINERS_2026 if name != "Birth Date")
    first, second = sheet(short, [row(dt.date(2024, 3, 1))]), sheet(DETAINERS_2026, [row(dt.date(2026, 2, 2), "cd34")])
    spec = loading.spec(xlsx({"FY2024": first, "FY2026": second}), "detainers.xlsx")
    loaded, found = events(loading, spec, "citizenship", "birth_country", "detainer_type", "person")
    assert found == [("LAOS", "THAILAND", FORM, "ab12"), ("LAOS", "THAILAND", FORM, "cd34")]
    assert [s.format for s in loaded.sources] == ["ddp-detainers"] * 2
    assert "columns differ from sheet 'FY2024': with Birth Date" in loading.notes(loaded, 1)


def test_the_code_of_a_facility_or_else_its_name(loading):
    nameless = {"Detention Facility Code": REDACTED}
    _, found = events(loading, raw(loading, FY2026=[row(dt.date(2026, 2, 2)), row(dt.date(2026, 2, 3), **nameless)]),
                      "facility")  # fmt: skip
    assert found == [("ABCDEFG",), ("HENNEPIN COUNTY JAIL",)]


def test_a_redacted_lift_reason_is_not_a_pending_case(loading):
    """A blank means pending or no paper; what is withheld is an ending that nobody knows."""
    reasons = [None, REDACTED, "Lifted - Lack of Funds/Space", "NULL"]
    rows = [row(dt.date(2026, 2, i), f"p{i}", **{"Detainer Lift Reason": text}) for i, text in enumerate(reasons, 1)]
    loaded, found = events(loading, raw(loading, FY2026=rows), "lift_reason")
    assert found == [(None,), ("withheld",), ("Lifted - Lack of Funds/Space",), (None,)]
    assert [ending_of(text or "") for (text,) in found] == ["", "unknown", "no-space", ""]
    assert "a blank lift reason means that the case is pending or that there is no paper" in loading.notes(loaded)


@pytest.mark.parametrize(
    ("written", "form"),
    [
        (FORM, "i247a"),
        ("I247A - Immigration Detainer - Immigration Detainer - Notice of Action", "i247a"),
        ("I247D - Immigration Detainer - Request for Voluntary Action", "i247d"),
        ("I247N - Request for Voluntary Notification of Release", "i247n"),
        ("I247 (prior to March 2013)", "i247"),
        ("I247X", "i247x"),
    ],
)
def test_forms_with_dates_in_brackets_are_the_canonical_forms(loading, written, form):
    _, found = events(loading, raw(loading, FY2026=[row(dt.date(2026, 2, 2), **{"Detainer Type": written})]),
                      "detainer_type")  # fmt: skip
    assert [form_of(text) for (text,) in found] == [form]


def test_what_is_known_of_convictions_when_the_detainer_was_prepared(loading):
    """A conviction alone may be that of this case: no prior one. Neither charge nor offence is read from it."""
    three = {"Multiple Prior MISD Yes No": "YES"}
    cases = [(CONVICTED, {}), (CONVICTED, three), (PENDING, {}), (OTHER, {}), (OTHER, three), (None, {})]
    rows = [
        row(dt.date(2026, 2, i), f"p{i}", **{"Detainer Prepared Criminality": kind, "MSC Charge Code": "5404",
            "Most Serious Conviction (MSC) Charge": "Traffic Offense"}, **more)
        for i, (kind, more) in enumerate(cases, 1)
    ]  # fmt: skip
    loaded, found = events(loading, raw(loading, FY2026=rows), "prior_conviction", "disposition", "offence")
    assert found == [
        (None, None, None), (True, None, None), (False, "pending", None), (False, None, None), (None, None, None),
        (None, None, None),
    ]  # fmt: skip
    assert "its charge is read neither as charge nor as offence" in loading.notes(loaded)
    unused = next(note for note in loaded.sources[0].ledger.notes if note.startswith("columns not used"))
    assert "Most Serious Conviction (MSC) Charge" in unused
    assert "Detention Facility Code" not in unused


def test_case_62_two_detainers_of_a_person_on_a_day(loading):
    """The rule of the publisher: the same person and day; the next day is another detainer."""
    days = [dt.date(2026, 2, 2), dt.date(2026, 2, 2), dt.date(2026, 2, 3)]
    rows = [row(day, **{"Facility City": f"TOWN {i}"}) for i, day in enumerate(days)]
    spec = raw(loading, FY2026=rows)
    assert sum(n for (n,) in loading.rows(loading.load(spec), "n")) == 3
    once = loading.load(spec.model_copy(update={"values": {"repeat": {"yes": "exclude"}}}))
    assert loading.steps(once) == {"repeat 'yes' left out by the configuration": (1, False, "9")}
    assert "detainers of one person on the same day are one episode: fewer than 11 rows" in loading.notes(once)


def test_case_78_a_departure_before_the_detainer(loading):
    rows = [row(dt.date(2026, 2, 2), **{"Departed Date": dt.date(2026, 2, 1), "Departure Country": "LAOS"})]
    loaded = loading.load(raw(loading, FY2026=rows))
    assert "a departed date before the day of the event (Detainer Prepare Date): every row, first in row 8" in (
        loading.notes(loaded)
    )


@pytest.mark.skipif(not MINNESOTA.is_file() and not REQUIRED, reason="the shared data are not here")
def test_the_detainers_of_a_state_prison(loading):
    """The sample's 6 rows, 65 columns: 5 of one day (fact 9), levels 2, 1, 1, 1, 1, 3, and bare NA throughout."""
    spec = loading.spec(MINNESOTA.read_text())
    loaded, found = events(loading, spec, "facility", "level", "lift_reason", "disposition", "conviction_date")
    moment = dt.datetime.fromisoformat
    assert found == [
        ("MNCFSTC", "2", "Detainer Declined by LEA", None, moment("2025-12-18")),
        ("MNCFSTC", "1", "Detainer Declined by LEA", None, moment("2025-12-08")),
        ("MNCFSTC", "1", "Detainer Declined by LEA", None, moment("2023-02-16")),
        ("MNCFSTC", "1", "Detainer Declined by LEA", None, moment("2024-02-27")),
        ("MNCFSTC", "1", "Detainer Declined by LEA", "pending", None),
        ("MNCFSTC", "3", "Detainer Declined by LEA", "pending", None),
    ]
    assert {place for (place,) in loading.rows(loaded, "place")} == {"27"}
    assert "batches: at 1 facility half or more of the rows bear one date (first in row 2)" in loading.notes(loaded)


@pytest.mark.skipif(not PENNSYLVANIA.is_file() and not REQUIRED, reason="the shared data are not here")
def test_the_detainers_of_pennsylvania(loading):
    """3,000 rows (the data's description), counted here by the csv module's own reading of the endings."""
    import csv

    text = PENNSYLVANIA.read_text()
    written = Counter(line["lift_reason"] or None for line in csv.DictReader(text.splitlines()))
    loaded, found = events(loading, loading.spec(text), "lift_reason", "place", "facility")
    assert Counter(reason for reason, _, _ in found) == written
    assert written[None] == 842  # pending, or no paper: never "not lifted"
    assert {place for _, place, _ in found} == {"42"}
    assert Counter(facility for _, _, facility in found)["MOSHANNON VALLEY CORRECTIONAL"] == 602
    assert (loaded.sources[0].format, sum(n for (n,) in loading.rows(loaded, "n"))) == ("npr-detainers", 3_000)
    assert "1,199 rows equal to another row in every column; kept and counted" in loading.notes(loaded)


def test_detainers_of_2007_without_an_ending_are_pending(loading):
    _, found = events(loading, loading.spec(found_adapters()["npr-detainers"].sample), "lift_reason", "place", "event")
    assert found == [("Case Closed", "42", "detainer"), (None, "42", "detainer")]


REMOVALS = "Departed Date,Port of Departure,Departure Country,Docket AOR,Apprehension State,Unique Identifier\n"


def test_removals_are_read_with_the_publishers_warning(loading):
    """Two removals of one person on a day are one episode; levels as in the other tables."""
    text = REMOVALS + "2025-02-03,LAREDO,MEXICO,San Antonio,TEXAS,ab12\n2025-02-03,EL PASO,MEXICO,Dallas,TEXAS,ab12\n"
    loaded = loading.one(text, values={"repeat": {"yes": "exclude"}})
    assert (loaded.sources[0].format, loading.rows(loaded, "place, event, n")) == (
        "ddp-removals",
        [("48", "removal", 1)],
    )
    assert "use this table with extreme caution, as its publisher urges" in loading.notes(loaded)
    sample = loading.one(found_adapters()["ddp-removals"].sample)
    assert loading.rows(sample, "place, event, level") == [("48", "removal", "3"), ("48", "removal", "none")]
