"""Pierce County WA: what its published files of immigration holds carry about time in jail, and what they do not.

Source: University of Washington Center for Human Rights, bookings with an immigration hold, one row a charge (204
bookings, 691 rows, December 2015 to July 2018). Nobody without a hold is in it, and no moment at which release fell
due. Its authors' table calls a ratio of 2.51 in days a "251 % increase"; that comparison needs the other bookings.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from auditor.audit.api import audit
from auditor.audit.wording import say
from auditor.engine.engine import Engine
from auditor.findings.review import Review
from auditor.records.load import load
from auditor.records.spec import SourceSpec
from auditor.records.store import Store
from auditor.signals.match.hold_time import SIGNAL
from tests.golden.lookup import find

pytestmark = pytest.mark.data

FILE = "pierce_wa_bookings_with_ice_hold_allholds.psv"
HEADER = "place,event,date,release_eligible_date,release_date,transfer_date,detainer,facility"


@pytest.fixture(scope="module")
def bookings(shared_data: Path) -> dict[str, list[dict[str, str]]]:
    """The charges of each booking."""
    with (shared_data / FILE).open(encoding="utf-8") as file:
        found: dict[str, list[dict[str, str]]] = {}
        for row in csv.DictReader(file, delimiter="|"):
            found.setdefault(row["booking_id"], []).append(row)
    return found


def _lines(bookings: dict[str, list[dict[str, str]]], *, due: bool) -> Iterator[str]:
    """One row a booking; ``due`` takes the last release of another charge for the moment at which release fell due."""
    yield HEADER
    for charges in bookings.values():
        first = charges[0]
        others = [row["charge_release_dt"] for row in charges if row["booking_charge_desc"] != "HOLD IMMIGRAT"]
        eligible = max(others) if due and others else ""
        ended = first["release_dt"][:16]
        end = f",{ended}" if first["release_to_imm"] == "1" else f"{ended},"
        hold = "yes" if first["imm_hold"] == "1" else "no"
        yield f"53053,booking,{first['booking_dt'][:10]},{eligible[:16]},{end},{hold},Pierce County Jail"


def _review(bookings: dict[str, list[dict[str, str]]], folder: Path, *, due: bool) -> Review:
    (folder / "holds.csv").write_text("\n".join(_lines(bookings, due=due)) + "\n", encoding="utf-8")
    source = {
        "format": "records",
        "path": "holds.csv",
        "published": True,
        "citation": "University of Washington Center for Human Rights",
    }
    return audit({"audit": {"title": "Pierce", "as_of": date(2026, 11, 1)}, "sources": [source]}, folder)


def test_the_file_lists_nobody_without_a_hold(bookings: dict[str, list[dict[str, str]]]):
    assert len(bookings) == 204
    assert sum(len(charges) for charges in bookings.values()) == 691
    assert {row["imm_hold"] for charges in bookings.values() for row in charges} == {"1"}
    assert not any("eligible" in name for name in next(iter(bookings.values()))[0])


def test_as_it_stands_the_time_held_cannot_be_told(bookings: dict[str, list[dict[str, str]]], tmp_path: Path):
    """Booking and release alone say how long somebody was in jail, not how long beyond the moment of release."""
    (tmp_path / "holds.csv").write_text("\n".join(_lines(bookings, due=False)) + "\n", encoding="utf-8")
    rows = SIGNAL.view(SIGNAL.options()).rows
    assert rows is not None
    with Store() as store:
        loaded = load([SourceSpec(format="records", path="holds.csv")], tmp_path, store, rows=rows.columns)
        lack = SIGNAL.lacks(Engine(loaded, (), "white").ground.inventory, SIGNAL.options())
    assert lack is not None
    said = say(lack.needs, lack.values).text["en"]
    assert "the moment from which each person could have been released but for a hold" in said
    assert "missing here: release_eligible_date." in said


def test_with_the_other_charges_as_the_moment_it_describes_and_never_compares(
    bookings: dict[str, list[dict[str, str]]], tmp_path: Path
):
    """The last release of another charge is a reading of ours, not the file's; seven bookings have no other charge.

    Counted here from the file: stays without an error of the record, seen for a week, longer than 48 hours with no
    hour of a weekend counted (no holiday lies in the seven that are longer by the plain clock).
    """
    review = _review(bookings, tmp_path, due=True)
    place = review.place("53053")
    finding = find(review, "53053", "hold-time", "held-longer/hold")
    k, n = _by_hand(bookings)
    assert (finding.k, finding.n) == (k, n)
    assert not finding.tested
    assert finding.p_value is None
    assert finding.comparator.value is None
    assert finding.estimate.scale == "share"
    mine = [f for f in place.findings if f.signal == "hold-time"]
    assert [f.contrast for f in mine] == ["held-longer/hold"]
    said = finding.sentence.text["en"] if finding.sentence else ""
    assert "nobody without a hold to compare with" in said
    assert "%" in said
    assert "increase" not in said
    withheld = next(entry for entry in place.withheld if entry.signal == "hold-time")
    assert "never of people with and without a hold" in withheld.reason


def _by_hand(bookings: dict[str, list[dict[str, str]]]) -> tuple[int, int]:
    stays = []
    for charges in bookings.values():
        others = [row["charge_release_dt"] for row in charges if row["booking_charge_desc"] != "HOLD IMMIGRAT"]
        if others:
            stays.append((_moment(max(others)), _moment(charges[0]["release_dt"])))
    last = max(_moment(charges[0]["release_dt"]) for charges in bookings.values())
    read = [(due, end) for due, end in stays if end >= due or end.date() == due.date()]
    seen = [(due, end) for due, end in read if (last - due).total_seconds() >= 168 * 3600]
    return sum(_hours(due, end) > 48 for due, end in seen), len(seen)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(second=0)


def _hours(due: datetime, end: datetime) -> float:
    """Hours between two moments, minute by minute of weekdays."""
    minutes = max(int((end - due).total_seconds() // 60), 0)
    start = int(due.timestamp()) // 60
    return sum(datetime.fromtimestamp(60 * m).weekday() < 5 for m in range(start, start + minutes)) / 60


GROUPS = {
    "White": "white",
    "Black": "black",
    "Hispanic": "hispanic",
    "Asian/ \\cr Pacific Islander": "other",
    "American Indian/ \\cr Alaskan Native": "native",
    "Unknown": "unknown",
}


def _table(event: str, column: str) -> dict[str, object]:
    return {
        "format": "counts",
        "path": "pierce_wa_race_hold_table.csv",
        "published": True,
        "citation": "University of Washington Center for Human Rights",
        "columns": {"group": "race", "n": column},
        "values": {"group": GROUPS},
        "constants": {"place": "53053", "event": event, "period": "2014-01/2016-12"},
    }


def test_a_ratio_of_112_is_said_with_what_it_is_not(shared_data: Path):
    """152 of 2,540 and 9 of 16,918 bookings: (152 / 2540) / (9 / 16918) = 112.5."""
    sources = [_table("booking", "n"), _table("detainer", "detainer_count")]
    review = audit({"audit": {"title": "Pierce", "as_of": date(2026, 11, 1)}, "sources": sources}, shared_data)
    finding = find(review, "53053", "detainer-selectivity", "lodged/hispanic/white")
    assert (finding.k, finding.n) == (152, 2540)
    assert finding.estimate.value == pytest.approx((152 / 2540) / (9 / 16918), rel=1e-11)
    said = finding.sentence.text["en"] if finding.sentence else ""
    assert "on 152: 6.0 %" in said
    assert "112 times as often" in said
    caveats = " ".join(caveat.text["en"] for caveat in finding.caveats)
    assert "not evidence of profiling by itself" in caveats
    assert "two counts of the same days" in caveats
    assert review.place("53053").verdict == "inconclusive"
