"""Detainers of real files, by month, regime and outcome, as counted apart from the product.

Pennsylvania: the first 3,000 detainers that National Public Radio obtained (October 2007 to June 2008). Travis County
TX: the jail's list of people with a detainer (Austin American-Statesman), laid out as person-events here, since no
adapter reads its blocks yet.
"""

from __future__ import annotations

import csv
import datetime
import json
from collections import Counter
from pathlib import Path

import pytest

from auditor.audit.api import audit
from auditor.audit.counting import counts
from auditor.findings.review import Review
from tests.golden.lookup import find

FILE = "pa_ice_detainers_first3000.csv"
JAILS = {
    "MONTGOMERY CNTY JAIL, PA": "42091",
    "CHESTER CNTY JAIL, PA": "42029",
    "CURRAN FROMHOLD CORR.FAC.": "42101",
    "BUCKS CNTY JAIL, PA": "42017",
}
LIFTED = {"Lifted", "Lifted - Lack of Funds", "Prosecutorial Discretion"}


@pytest.fixture(scope="module")
def rows(shared_data: Path) -> list[dict[str, str]]:
    with (shared_data / FILE).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def source(**more: object) -> dict[str, object]:
    return {"format": "records", "path": FILE, **more}


def reviewed(base: Path, *sources: dict[str, object]) -> Review:
    about = {"title": "Detainers", "as_of": datetime.date(2026, 11, 1), "focal_groups": []}
    return audit({"audit": about, "sources": list(sources)}, base)


@pytest.fixture(scope="module")
def state(shared_data: Path) -> Review:
    return reviewed(shared_data, source(constants={"event": "detainer", "place": "42"}))


def by_jail(rows: list[dict[str, str]]) -> dict[str, object]:
    """A facility is no jurisdiction: four county jails are placed by hand, prisons and all others left out."""
    names = {row["det_facility"] for row in rows}
    written = {name: name if name.endswith(", PA") else f"{name}, PENNSYLVANIA" for name in names}
    places = {written[name]: JAILS.get(name, "exclude") for name in names}
    return source(constants={"event": "detainer"}, columns={"place": "det_facility"}, places=places)


def test_outcomes_of_a_state(state: Review, rows: list[dict[str, str]]):
    told = [row["lift_reason"] for row in rows if row["lift_reason"]]
    found = find(state, "42", "detainer-practice", "detainer/ended-custody/before-2011")
    assert (found.k, found.n) == (told.count("Booked into Detention"), len(told)) == (1423, 2158)
    found = find(state, "42", "detainer-practice", "detainer/ended-lifted/before-2011")
    assert found.k == sum(reason in LIFTED for reason in told) == 204
    assert found.missing["outcome"] == pytest.approx(842 / 3000)
    assert found.missing["outcome-unrecognised"] == 0
    # Pending, or no paper: none of the 842 was lifted, or all of them.
    assert (found.ranges[0].low, found.ranges[0].high) == (pytest.approx(204 / 3000), pytest.approx(1046 / 3000))


def test_six_detainers_lifted_in_error_are_not_printed(state: Review):
    """5 people not subject to deportation and one citizen; nor can they be had from the others and the whole."""
    findings = [f for f in state.place("42").findings if f.signal == "detainer-practice"]
    hidden = {f.contrast.split("/")[1] for f in findings if f.suppressed}
    assert hidden == {"ended-error", "ended-declined"}
    printed = sum(f.k or 0 for f in findings if not f.suppressed)
    # 1 declined, 6 in error, and 55 transferred, released early or died.
    assert 2158 - printed == 62


def test_a_state_by_itself_is_compared_with_nothing(state: Review):
    withheld = {item.signal: item.reason for item in state.place("42").withheld}
    assert "before or after a conviction" in withheld["detainer-practice"]
    assert "no other place" in withheld["discretion-use"]
    assert "traffic" in withheld["minor-traffic"]


def test_county_jails_have_months_and_reasons_as_the_file_has(
    shared_data: Path, rows: list[dict[str, str]], tmp_path: Path
):
    """What the signal sees, by place, month and reason, is what the rows of the file say."""
    table = by_jail(rows)
    places = ", ".join(f"{json.dumps(name)} = {json.dumps(place)}" for name, place in table["places"].items())  # type: ignore[attr-defined]
    (tmp_path / "audit.toml").write_text(
        f'[audit]\ntitle = "T"\nas_of = 2026-11-01\nfocal_groups = []\n[[sources]]\nformat = "records"\n'
        f'path = {json.dumps(str(shared_data / FILE))}\ncolumns.place = "det_facility"\nconstants.event = "detainer"\n'
        f"places = {{ {places} }}\n",
        encoding="utf-8",
    )
    lines = list(csv.DictReader(counts([tmp_path / "audit.toml"], signal="detainer-practice").splitlines()))
    seen = Counter[tuple[str, str, str]]()
    for line in lines:
        if line["table"] == "rows":
            seen[line["place"], line["detainer_month"], line["lift_reason"]] += int(line["n"])
    assert {line["detainer_period"] for line in lines if line["table"] == "rows"} == {"before-2011"}
    expected = Counter(
        (JAILS[row["det_facility"]], row["date"][:7], row["lift_reason"])
        for row in rows
        if row["det_facility"] in JAILS
    )
    assert seen == expected
    assert sum(seen.values()) == 198 + 195 + 154 + 119


def test_small_monthly_cells_stay_hidden(shared_data: Path, rows: list[dict[str, str]]):
    """Bucks County: 87 detainers with an outcome in nine months; every group of 1 to 10 is hidden with another."""
    review = reviewed(shared_data, by_jail(rows))
    own = Counter(row["lift_reason"] for row in rows if row["det_facility"] == "BUCKS CNTY JAIL, PA")
    printed = {
        f.contrast.split("/")[1]: f.k
        for f in review.place("42017").findings
        if f.signal == "detainer-practice" and not f.suppressed
    }
    assert printed == {"ended-custody": own["Booked into Detention"], "ended-case-closed": own["Case Closed"]}
    assert sum(own[reason] for reason in own if reason) - sum(k or 0 for k in printed.values()) == 14


def travis_bookings(path: Path) -> list[tuple[datetime.date, str]]:
    """Booking date and how the detainer ended, one for each booking (a repeated charge line counts once)."""
    openpyxl = pytest.importorskip("openpyxl")
    found: dict[str, tuple[datetime.date, str]] = {}
    booking, day = "", datetime.date.min
    book = openpyxl.load_workbook(path, read_only=True)
    for row in book.active.iter_rows(values_only=True):
        if row[1] and isinstance(row[7], datetime.datetime) and str(row[1]).startswith("B0"):
            booking, day = str(row[1]), row[7].date()
        elif row[2] == "ICE DETAINER" and booking not in found:
            found[booking] = (day, str(row[7]))
    book.close()
    return list(found.values())


def test_travis_county_in_its_own_words(shared_data: Path, tmp_path: Path):
    """411 bookings to October 2009, 335 of them in 2009; the jail's words for "released to ICE" need a decision."""
    path = shared_data / "travis_tx_ice_detainer_first2500rows.xlsx"
    if not path.exists():
        pytest.skip(f"{path.name} is not in the shared data")
    bookings = travis_bookings(path)
    assert len(bookings) == 411
    lines = [f"48453,booking,{day},yes,{day},{ended}" for day, ended in bookings]
    (tmp_path / "t.csv").write_text("place,event,date,detainer,detainer_date,lift_reason\n" + "\n".join(lines) + "\n")
    unread = {"format": "records", "path": "t.csv"}
    (place,) = reviewed(tmp_path, unread).places
    assert not [f for f in place.findings if f.signal == "detainer-practice"]  # no word of the jail is guessed
    decided = {"lift_reason": {"RELEASED TO ICE": "custody", "WARRANT WITHDRAWN": "lifted"}}
    review = reviewed(tmp_path, {**unread, "values": decided})
    found = find(review, "48453", "detainer-practice", "booking/ended-custody/before-2011")
    ends = Counter(ended for _, ended in bookings)
    assert found.k == ends["RELEASED TO ICE"]
    assert found.n == ends["RELEASED TO ICE"] + ends["WARRANT WITHDRAWN"]
    assert found.missing["outcome-unrecognised"] == pytest.approx(1 - (found.n or 0) / 411)
