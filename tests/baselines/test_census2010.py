"""Census 2010 counts against the totals that the Census Bureau published."""

import csv
import gzip
from collections import defaultdict

import pytest

from auditor import resources
from auditor.baselines.census2010 import GROUPS, load
from auditor.domain.places import gazetteer
from auditor.domain.vocabulary import GROUPS as VOCABULARY


def by_place(level="county"):
    table = defaultdict(dict)
    for place, group, n in load(level).rows:
        table[place][group] = n
    return table


def test_nation_equals_the_published_totals():
    """Census 2010 Summary File 1, tables P4 and P5, United States (total 308,745,538)."""
    nation = by_place("nation")["US"]
    assert nation == {
        "hispanic": 50_477_594,
        "white": 196_817_552,
        "black": 37_685_848,
        "native": 2_247_098,
        "multiple": 5_966_481,
        # Asian 14,465,124 + Pacific Islander 481,576 + some other race 604,265
        "other": 14_465_124 + 481_576 + 604_265,
    }
    assert sum(nation.values()) == 308_745_538


# Census 2010 Demographic Profiles (QT-P4/DP-1): total, Hispanic or Latino.
@pytest.mark.parametrize(
    ("level", "place", "total", "hispanic"),
    [
        ("county", "48453", 1_024_266, 342_766),  # Travis TX
        ("county", "06037", 9_818_605, 4_687_889),  # Los Angeles CA
        ("state", "72", 3_725_789, 3_688_455),  # Puerto Rico
        ("state", "48", 25_145_561, 9_460_921),  # Texas
        ("state", "06", 37_253_956, 14_013_719),  # California
        ("state", "13", 9_687_653, 853_689),  # Georgia
        ("state", "11", 601_723, 54_749),  # District of Columbia
        ("county", "12086", 2_496_435, 1_623_859),  # Miami-Dade FL
        ("county", "36047", 2_504_700, 496_285),  # Kings NY
    ],
)
def test_published_totals(level, place, total, hispanic):
    counts = by_place(level)[place]
    assert sum(counts.values()) == total
    assert counts["hispanic"] == hispanic


def test_places_are_the_counties_of_2010():
    codes = {place for place, _, _ in load().rows}
    assert len(codes) == 3221
    gazette = gazetteer()
    assert all(gazette.alive(code, 2010) for code in codes)
    expected = {place.id for place in gazette.counties(when=2010) if place.id[:2] < "57" or place.id[:2] == "72"}
    assert codes == expected


def test_rows_are_plain_sorted_and_complete():
    census = load()
    assert (census.universe, census.period) == ("residents", "2010")
    assert list(census.rows) == sorted(census.rows, key=lambda row: (row[0], GROUPS.index(row[1])))
    assert len(census.rows) == 3221 * len(GROUPS)
    assert all(isinstance(n, int) and n >= 0 for _, _, n in census.rows)
    assert set(GROUPS) <= set(VOCABULARY)


def test_asian_and_pacific_residents_are_never_called_asian():
    assert "asian" not in GROUPS
    assert "pacific" not in GROUPS
    assert any("Asian and Pacific" in note for note in load().notes)


def test_the_file_says_nothing_of_the_day_it_was_made():
    raw = (resources.folder("data") / "census2010_groups.csv.gz").read_bytes()
    assert raw[4:8] == b"\0\0\0\0"  # gzip MTIME, RFC 1952
    assert not raw[3] & 0x08  # no file name


def test_adults_never_exceed_residents(shared_data):
    """county_adults_2010.csv.gz counts adults of the same census from another source file."""
    ours = by_place()
    with gzip.open(shared_data / "county_adults_2010.csv.gz", "rt", encoding="ascii") as handle:
        rows = list(csv.DictReader(handle))
    theirs = {"Hispanic_Total": "hispanic", "NH_White_alone": "white", "NH_Black_alone": "black"}
    assert {row["fips"] for row in rows} == set(ours)
    for row in rows:
        counts = ours[row["fips"]]
        assert int(row["Total_Pop"]) <= sum(counts.values())
        assert all(int(row[column]) <= counts[group] for column, group in theirs.items()), row["fips"]
    adults = sum(int(row["Total_Pop"]) for row in rows if not row["fips"].startswith("72"))
    assert adults == 234_564_071  # residents of 18 and over, Census 2010, United States
