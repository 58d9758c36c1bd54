"""Real files of the shared data folder, with the numbers that its README names."""

from datetime import date

import pytest

from auditor.errors import DecisionNeeded
from auditor.records.spec import SourceSpec

pytestmark = pytest.mark.data

ETHNICITY = {"group": {"1": "black", "2": "hispanic", "3": "white"}}
PIERCE = {"group": {"Asian/ \\cr Pacific Islander": "asian", "American Indian/ \\cr Alaskan Native": "native"}}


def test_new_york_stops_and_arrests_from_one_file(loading, shared_data):
    """75 precincts by 3 groups by 4 crimes: 900 rows, read twice for two columns."""
    path = str(shared_data / "frisk_with_noise.txt")
    common = {"path": path, "format": "counts", "values": ETHNICITY, "place_prefix": "local:"}
    specs = [
        SourceSpec(
            **common,
            columns={"place": "precinct", "group": "eth", "n": column},
            constants={"event": event, "period": period},
        )
        for column, event, period in (("stops", "stop", "1998-01/1999-03"), ("past.arrests", "arrest", "1997"))
    ]
    loaded = loading.load(*specs)
    sql = loaded.store.connection
    assert [source.ledger.used for source in loaded.sources] == [900, 900]
    places = "SELECT count(*), count(DISTINCT place) FROM counts WHERE event = 'stop'"
    assert sql.execute(places).fetchall() == [(900, 75)]
    # awk 'NR>1 {s+=$1; a+=$3} END {print s, a}' frisk_with_noise.txt
    sums = sql.execute("SELECT event, sum(n)::BIGINT FROM counts GROUP BY event ORDER BY event").fetchall()
    assert sums == [("arrest", 236539), ("stop", 131420)]
    assert loaded.names["local:75"] == "precinct 75"


def test_pierce_county_holds(loading, shared_data):
    """Hispanic 152 of 2,540, White 9 of 16,918; the Total row is set aside by label and arithmetic."""
    specs = [
        SourceSpec(
            path=str(shared_data / "pierce_wa_race_hold_table.csv"),
            format="counts",
            columns={"group": "race", "n": column},
            values=PIERCE,
            constants={"event": event, "place": "53053", "period": "2014/2015"},
            published=True,
        )
        for column, event in (("n", "booking"), ("detainer_count", "detainer"))
    ]
    loaded = loading.load(*specs)
    rows = {(event, group): n for event, group, n in loading.rows(loaded, 'event, "group", n')}
    assert (rows["booking", "hispanic"], rows["detainer", "hispanic"]) == (2540, 152)
    assert (rows["booking", "white"], rows["detainer", "white"]) == (16918, 9)
    assert len(rows) == 12
    for source in (0, 1):
        assert loading.steps(loaded, source) == {"totals row (group)": (1, False, "8")}
        assert "1 total of n equal to the sum of the parts" in loading.notes(loaded, source)
    assert set(loading.rows(loaded, "published")) == {(True,)}


def test_pierce_county_labels_are_asked_about(loading, shared_data):
    spec = SourceSpec(
        path=str(shared_data / "pierce_wa_race_hold_table.csv"),
        format="counts",
        constants={"event": "booking", "place": "53053", "period": "2014/2015"},
    )
    error = loading.error(DecisionNeeded, spec)
    assert "Asian/ \\\\cr Pacific Islander" in error.toml


def test_activation_dates_of_secure_communities(loading, shared_data):
    """Harris TX 2008-10-27, Travis 2009-06-16, Cook IL 2013-01-22; 661 in 32 states by 2010-09-30, 1,562 by 2011-09-27.

    Nothing need be said about the file. One of the four rows without a date is of 41006, which was never a code: since
    it says nothing, nobody is asked where it lies.
    """
    loaded = loading.load(SourceSpec(path=str(shared_data / "secure_communities_activation_by_county.csv")))
    assert set(loading.rows(loaded, "program, kind", "activations")) == {("secure-communities", None)}
    dates = dict(loading.rows(loaded, "place, date", "activations"))
    assert (dates["48201"], dates["48453"], dates["17031"]) == (
        date(2008, 10, 27),
        date(2009, 6, 16),
        date(2013, 1, 22),
    )
    assert loading.steps(loaded)["no date (not known to have begun)"][:2] == (4, False)
    early = {place for place, day in dates.items() if day <= date(2010, 9, 30)}
    assert (len(early), len({place[:2] for place in early})) == (661, 32)
    assert sum(day <= date(2011, 9, 27) for day in dates.values()) == 1_562
    assert "codes that have ended since are kept" in loading.notes(loaded)
