"""The calendar of a place: months told by themselves, told in totals only, and silence between person-events."""

from __future__ import annotations

from pathlib import Path

from auditor.engine.engine import Engine
from auditor.records.load import load
from auditor.records.spec import SourceSpec
from auditor.records.store import Store

HEAD = "place,period,event,group,n\n"
COUNTS = HEAD + "".join(
    f"48453,{period},arrest,{group},{n}\n"
    for period, n in (("2009", 900), ("2010-01", 80), ("2010-02", 70), ("2010-05", 60), ("2011-Q1", 300))
    for group in ("hispanic", "white")
)
PERSONS = "place,event,date,group\n48453,stop,2010-01-15,hispanic\n48453,stop,2010-06-02,white\n"


def test_stretches_of_months_totals_and_person_events(tmp_path: Path) -> None:
    store = Store()
    for name, text in (("counts.csv", COUNTS), ("stops.csv", PERSONS)):
        (tmp_path / name).write_text(text)
    specs = [SourceSpec(path="counts.csv", format="counts"), SourceSpec(path="stops.csv", format="records")]
    ground = Engine(load(specs, tmp_path, store), ("hispanic",), "white").ground
    calendar = ground.months[ground.ids.index("48453")]
    assert calendar["arrest"] == {
        "months": [["2010-01", "2010-02"], ["2010-05", "2010-05"]],
        "totals": [["2009-01", "2009-12"], ["2011-01", "2011-03"]],
    }
    # Of single person-events, a month without one is a true zero: nothing is missing from January to June.
    assert calendar["stop"] == {"months": [["2010-01", "2010-06"]], "totals": []}
