"""The published figures that the package states: arithmetic, places and sources."""

import csv
from datetime import date

import pytest

from auditor import resources
from auditor.domain.places import gazetteer

BASES = {"count", "rounded-percentage", "lower-bound", "lower-bound-denominator", "share-only"}


@pytest.fixture(scope="module")
def figures():
    with (resources.folder("data") / "published.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_every_figure_has_a_place_a_span_and_a_source(figures):
    places = gazetteer()
    for row in figures:
        assert places.place(row["place"]).name == row["name"]
        assert date.fromisoformat(row["period_start"]) <= date.fromisoformat(row["period_end"])
        assert row["cumulative"] in ("true", "false")
        assert row["basis"] in BASES
        assert row["source"]


def test_shares_are_their_counts_divided(figures):
    """To the digits printed; a count made from a rounded percentage must round back to that percentage."""
    for row in figures:
        if row["value"] and row["numerator"] and row["denominator"]:
            share = int(row["numerator"]) / int(row["denominator"])
            digits = len(row["value"].split(".")[1])
            assert round(share, digits) == float(row["value"]), row


def test_counts_made_from_percentages_say_so(figures):
    rounded = {row["place"]: row for row in figures if row["basis"] == "rounded-percentage"}
    assert set(rounded) == {"48453", "13", "06"}
    assert all("rounded percentage" in row["note"] for row in rounded.values())


@pytest.mark.parametrize(
    ("place", "measure", "k", "n"),
    [
        ("US", "removal_share_noncriminal", 12_293, 46_929),
        ("48453", "removal_share_noncriminal", 594, 724),
        ("13", "removal_share_noncriminal", 243, 624),
        ("48309", "match_rate", 155, 3_955),
        ("48309", "removed_without_prior_conviction", 15, 18),
    ],
)
def test_figures_of_the_demo(figures, place, measure, k, n):
    """As printed by the newspapers named in the file (12,293 / 46,929 = 0.26195 and so on)."""
    early = [row for row in figures if row["place"] == place and row["measure"] == measure]
    first = min(early, key=lambda row: row["period_end"])
    assert (int(first["numerator"]), int(first["denominator"])) == (k, n)
