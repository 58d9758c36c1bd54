"""Bad input 100: where a group is hardly ever recorded, no comparison of groups is made, and `check` says so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from auditor import cli

CONFIG = '[audit]\ntitle = "T"\nas_of = 2012-06-30\n[[sources]]\nformat = "counts"\npath = "c.csv"\n'
CLASSES = ("traffic", "public-order", "trespass", "drug-possession", "robbery", "burglary", "theft", "arson")


def rows(place: str, hispanic: int, white: int, event: str = "arrest") -> str:
    lines = [
        f"{place},2011,{event},{group},{offence},{n + 7 * i}\n"
        for group, n in (("hispanic", hispanic), ("white", white))
        for i, offence in enumerate(CLASSES)
    ]
    return "".join(lines)


class Audit:
    """A configuration over one file of counts."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys

    def put(self, text: str) -> None:
        """Write the counts."""
        (self.folder / "c.csv").write_text("place,period,event,group,offence,n\n" + text, encoding="utf-8")
        (self.folder / "audit.toml").write_text(CONFIG, encoding="utf-8")

    def review(self) -> dict[str, Any]:
        """Run the audit and return its places by id."""
        assert cli.main(["run", str(self.folder / "audit.toml"), "--out", str(self.folder / "out"), "--quiet"]) == 0
        review = json.loads((self.folder / "out" / "review.json").read_text(encoding="utf-8"))
        return {place["place"]: place for place in review["places"]}

    def check(self, *options: str) -> str:
        """Return what `check` prints."""
        self.capsys.readouterr()
        assert cli.main(["check", str(self.folder / "audit.toml"), *options]) == 0
        return self.capsys.readouterr().out


@pytest.fixture
def made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Audit:
    return Audit(tmp_path, capsys)


def compared(place: dict[str, Any]) -> set[str]:
    """Return the signals that compare groups in a place."""
    by_group = {finding["signal"] for finding in place["findings"] if finding["group"]}
    return by_group - {"missing-ethnicity"}


def test_a_place_that_hardly_ever_records_it_is_left_out_and_the_others_are_not(made: Audit) -> None:
    """Travis: 3 of 100 recorded, a third of the residents of 2010 are Hispanic; Dallas records them."""
    made.put(rows("48453", 0, 800) + rows("48113", 400, 600))
    places = made.review()
    assert compared(places["48453"]) == set()
    assert compared(places["48113"]) >= {"benchmark", "discretion-contrast"}
    reasons = {item["signal"]: item["reason"] for item in places["48453"]["withheld"]}
    for signal in ("benchmark", "discretion-contrast"):
        assert "below a third of its share of the population" in reasons[signal]
    assert places["48453"]["verdict"] == "insufficient-data"


def test_where_it_holds_everywhere_the_signals_cannot_speak_and_check_says_why(made: Audit) -> None:
    made.put(rows("48453", 0, 800))
    report = json.loads(made.check("--json"))
    can = {signal["signal"]: signal for signal in report["signals"]}
    assert not can["discretion-contrast"]["can"]
    assert "below a third" in can["discretion-contrast"]["reason"]
    assert can["missing-ethnicity"]["can"]
    (found,) = report["ethnicity"]
    assert (found["place"], found["event"], found["group"]) == ("48453", "arrest", "hispanic")
    # Census 2010: 342,766 Hispanic of 1,024,266 residents of Travis County (table P5).
    assert found["population_share"] == pytest.approx(342_766 / 1_024_266, abs=1e-4)
    assert found["recorded_share"] < found["population_share"] / 3
    assert report["ceiling"]["verdict"] == "insufficient-data"
    text = " ".join(made.check().split())
    assert "Hispanic people are hardly ever recorded among arrests" in text


def test_few_records_say_nothing_of_how_a_place_records(made: Audit) -> None:
    """Three arrests without a Hispanic person are no sign; 5 would be expected at a third of the share."""
    made.put("48453,2011,arrest,white,traffic,3\n48453,2011,arrest,hispanic,traffic,0\n")
    assert json.loads(made.check("--json"))["ethnicity"] == []
