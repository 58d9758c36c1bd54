"""Detainer selectivity: what is compared, from rows and from two counts, and when nothing can be said."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from auditor.audit.evidence import _NOTE_CAPS
from auditor.audit.verdict import GRADES
from auditor.cells import Cells, Inventory, RowTable, table
from auditor.signals.detainer_sides import DetainerSelectivityOptions
from auditor.signals.match.detainer_selectivity import SIGNAL
from auditor.signals.signal import Panel

KEYS = ("event", "group", "group_source", "level", "offence")
DAYS = {"match": (("2010-01-01",), ("2010-12-31",)), "detainer": (("2010-01-01",), ("2010-12-31",))}


def cells(*rows, event="match", source="", focal=("hispanic",), counts=(), windows=None, **more) -> Cells:
    """Rows of (group, level, lodged, n) or with the offence and the country behind; -1 is missing."""
    full = [(*row, *("", "")[len(row) - 4 :]) for row in rows]
    texts = {
        "event": [event] * len(full),
        "group": [row[0] for row in full],
        "group_source": [source] * len(full),
        "level": [row[1] for row in full],
        "offence": [row[4] for row in full],
        "citizenship": [row[5] for row in full],
    }
    columns = {name: np.array(values, dtype=object) for name, values in texts.items()}
    columns["lodged"] = np.array([row[2] for row in full], dtype=np.int64)
    places = ("53053",)
    found = RowTable(np.zeros(len(full), dtype=np.int64), columns, np.array([float(row[3]) for row in full]))
    counted = table([{"place": "53053", **row} for row in counts], places, KEYS)
    return Cells(
        places, places, ("",), ("",), counted, table([], places, ("universe", "group")), (), table([], (), KEYS),
        focal, "white", windows=windows or {}, rows=found, **more,
    )  # fmt: skip


def cases(group, lodged, whole, level="1", offence="", country=""):
    return (group, level, 1, lodged, offence, country), (group, level, 0, whole - lodged, offence, country)


def total(event, group, n, **more):
    return {"event": event, "group": group, "n": n, "complete": True, **more}


def measure(found: Cells, **options) -> Panel:
    return SIGNAL.measure(found, DetainerSelectivityOptions(**options), np.random.default_rng(1))


def reason(panel: Panel, c: int = 0) -> str:
    code = int(panel.code[0, c])
    return panel.lacks[code - 1].reason if code else ""


def test_within_levels():
    """R: mantelhaen.test(array(c(60,40,50,50, 90,60,40,110), c(2,2,2)), correct = FALSE, alternative = "greater").

    p = 3.41622548094e-08. Ratio: (60 * 100 / 200 + 90 * 150 / 300) / (50 * 100 / 200 + 40 * 150 / 300) = 75 / 45.
    """
    rows = (
        *cases("hispanic", 60, 100, "1"), *cases("white", 50, 100, "1"),
        *cases("hispanic", 90, 150, "3"), *cases("white", 40, 150, "3"),
    )  # fmt: skip
    panel = measure(cells(*rows))
    assert [contrast.label for contrast in panel.contrasts] == ["level", "overall"]
    assert [contrast.tested for contrast in panel.contrasts] == [True, False]
    assert panel.estimate[0, 0] == pytest.approx(75 / 45, rel=1e-12)
    assert panel.p_greater[0, 0] == pytest.approx(3.41622548094e-08, rel=1e-9)
    assert panel.estimate[0, 1] == pytest.approx((150 / 250) / (90 / 250), rel=1e-12)
    assert not panel.notes["detainer-selectivity.caveat-alienage"].any()
    assert panel.notes["detainer-selectivity.caveat-agency"].all()


def test_few_cases_are_decided_exactly():
    """R: mantelhaen.test(array(c(4,1,1,4,4,1,1,3), c(2,2,2)), exact = TRUE, alternative = "greater")."""
    rows = (
        *cases("hispanic", 4, 5, "1"), *cases("white", 1, 5, "1"),
        *cases("hispanic", 4, 5, "3"), *cases("white", 1, 4, "3"),
    )  # fmt: skip
    assert measure(cells(*rows)).p_greater[0, 0] == pytest.approx(0.0222348198539, rel=1e-9)


def test_bookings_are_compared_within_offences_and_never_raise_a_verdict():
    rows = [row for offence in ("theft", "dui") for row in (
        *cases("hispanic", 30, 100, "", offence), *cases("white", 20, 100, "", offence))]  # fmt: skip
    panel = measure(cells(*rows, event="booking"))
    assert panel.contrasts[0].label == "offence"
    assert panel.notes["detainer-selectivity.caveat-alienage"].all()
    assert _NOTE_CAPS["detainer-selectivity.caveat-alienage"] == ("cap.alienage", GRADES["inconclusive"])


def test_two_counts_as_in_pierce_county():
    """152 of 2,540 and 9 of 16,918: the table of the University of Washington Center for Human Rights."""
    counts = (
        total("booking", "hispanic", 2540), total("booking", "white", 16918), total("booking", "unknown", 62),
        total("detainer", "hispanic", 152), total("detainer", "white", 9), total("detainer", "unknown", 1),
    )  # fmt: skip
    panel = measure(cells(counts=counts, published=(True,)))
    assert (panel.k[0, 0], panel.n[0, 0]) == (152, 2540)
    assert panel.estimate[0, 0] == pytest.approx((152 / 2540) / (9 / 16918), rel=1e-12)
    assert panel.missing["group"][0, 0] == pytest.approx(62 / (62 + 2540 + 16918))
    assert panel.notes["detainer-selectivity.caveat-totals"][0, 0]
    assert panel.notes["detainer-selectivity.caveat-alienage"][0, 0]
    assert measure(cells(counts=counts)).hidden[0, 0]


def test_two_counts_within_levels():
    counts = [
        total(event, group, n, level=level)
        for level, numbers in {"1": (100, 60, 100, 50), "3": (150, 90, 150, 40)}.items()
        for (event, group), n in zip(
            (("match", "hispanic"), ("detainer", "hispanic"), ("match", "white"), ("detainer", "white")),
            numbers, strict=True,
        )
    ]  # fmt: skip
    panel = measure(cells(counts=counts, windows=DAYS))
    assert panel.contrasts[0].label == "level"
    assert panel.estimate[0, 0] == pytest.approx(75 / 45, rel=1e-12)


def test_more_detainers_than_matches_are_not_of_the_same_people():
    counts = (
        total("match", "hispanic", 50), total("match", "white", 80),
        total("detainer", "hispanic", 51), total("detainer", "white", 9),
    )  # fmt: skip
    assert reason(measure(cells(counts=counts))) == "detainer-selectivity.too-many"


def test_two_counts_of_other_days():
    counts = (
        total("match", "hispanic", 50), total("match", "white", 80),
        total("detainer", "hispanic", 20), total("detainer", "white", 20),
    )  # fmt: skip
    later = {**DAYS, "detainer": (("2010-07-01",), ("2010-12-31",))}
    assert reason(measure(cells(counts=counts, windows=later))) == "detainer-selectivity.other-days"
    assert reason(measure(cells(counts=counts, windows=DAYS))) == ""


def test_a_file_of_people_with_a_detainer_only():
    rows = (*cases("hispanic", 100, 100), *cases("white", 60, 60))
    assert reason(measure(cells(*rows))) == "detainer-selectivity.one-outcome"


def test_blank_means_unknown_not_none():
    rows = (("hispanic", "1", 1, 40), ("hispanic", "1", -1, 60), ("white", "1", 1, 30), ("white", "1", -1, 40))
    assert reason(measure(cells(*rows))) == "detainer-selectivity.unrecorded"


def test_levels_that_are_mostly_unrecorded():
    rows = (
        *cases("hispanic", 30, 100, "1"), *cases("white", 20, 100, "1"),
        *cases("hispanic", 30, 50, "unknown"), *cases("white", 20, 50, ""),
    )  # fmt: skip
    panel = measure(cells(*rows), within="level")
    assert reason(panel) == "detainer-selectivity.no-class"
    assert panel.contrasts[1].label == "overall"
    assert panel.code[0, 1] == 0
    # By itself the test falls back on all cases: fewer than 70 % have a level.
    assert measure(cells(*rows)).contrasts[0].label == "overall"


def test_one_group_and_nothing():
    assert reason(measure(cells(*cases("hispanic", 30, 100)))) == "detainer-selectivity.one-group"
    assert reason(measure(cells())) == "detainer-selectivity.absent"


def test_suppressed_numbers():
    found = cells(*cases("hispanic", 30, 100), *cases("white", 20, 100))
    rows = dataclasses.replace(found.rows, censored=np.array([True, False, False, False]))
    assert reason(measure(dataclasses.replace(found, rows=rows))) == "detainer-selectivity.suppressed"
    counts = (
        total("match", "hispanic", 50), total("match", "white", 80), total("detainer", "hispanic", 20),
        total("detainer", "white", 0, censored=True),
    )  # fmt: skip
    assert reason(measure(cells(counts=counts))) == "detainer-selectivity.suppressed"


@pytest.mark.parametrize("lodged", [1, 10, 90, 99])
def test_small_counts_are_hidden(lodged):
    panel = measure(cells(*cases("hispanic", lodged, 100), *cases("white", 50, 100)))
    assert panel.hidden[0, 0]


def test_a_level_that_is_left_out_is_not_given_away():
    """All cases, which other signals print too, less those at levels of both groups would be 5 people of level 2."""
    rows = (*cases("hispanic", 30, 100, "1"), *cases("white", 30, 100, "1"), *cases("hispanic", 5, 5, "2"))
    panel = measure(cells(*rows))
    assert panel.hidden[0].tolist() == [True, True]


def test_nationality_is_a_side_of_its_own_and_capped():
    rows = (
        *cases("", 60, 100, "1", country="MEXICO"), *cases("", 30, 60, "1", country="Guatemala "),
        *cases("", 20, 100, "1", country="CANADA"), *cases("", 0, 500, "1", country="United States"),
        *cases("", 20, 40, "1"),
    )  # fmt: skip
    panel = measure(cells(*rows, focal=()), nationalities=("Mexico", "GUATEMALA"))
    contrast = panel.contrasts[0]
    assert contrast.group == "citizens of Mexico, GUATEMALA"
    assert contrast.reference == "citizens of other countries"
    assert (panel.k[0, 0], panel.n[0, 0], panel.comparator_n[0, 0]) == (90, 160, 100)
    assert panel.estimate[0, 0] == pytest.approx((90 / 160) / (20 / 100), rel=1e-12)
    assert panel.missing["group"][0, 0] == pytest.approx(40 / 300)
    assert panel.notes["detainer-selectivity.caveat-nationality"].all()
    assert _NOTE_CAPS["detainer-selectivity.caveat-nationality"] == (
        "cap.nationality",
        GRADES["pattern-worth-examining"],
    )
    assert SIGNAL.controls(cells(*rows), DetainerSelectivityOptions(nationalities=("MEXICO",)), None) is None


def test_groups_read_off_a_nationality_are_no_ethnic_groups():
    rows = (*cases("hispanic", 60, 100), *cases("white", 20, 100))
    assert reason(measure(cells(*rows, source="nationality"))) == "detainer-selectivity.absent"


@pytest.mark.parametrize("names", [("MEXICO", "mexico "), ("",), ("USA",)])
def test_countries_that_make_no_side_are_refused(names):
    with pytest.raises(ValueError, match=r"country is named twice|neither side"):
        DetainerSelectivityOptions(nationalities=names)


def test_groups_that_nobody_asks_about_are_the_controls():
    found = cells(*cases("hispanic", 30, 100), *cases("white", 40, 100), *cases("black", 40, 90))
    control = SIGNAL.controls(found, DetainerSelectivityOptions(), np.random.default_rng(1))
    assert [contrast.group for contrast in control.contrasts] == ["black"]
    assert not any(contrast.tested for contrast in control.contrasts)


@pytest.mark.parametrize(
    ("held", "options", "missing"),
    [
        ({}, {}, "group, detainer or detainer_date"),
        ({"match": {"group"}}, {}, "detainer or detainer_date"),
        ({"booking": {"group", "detainer"}}, {}, None),
        ({"match": {"detainer_date"}}, {"nationalities": ("MEXICO",)}, "citizenship"),
        ({"match": {"detainer_date", "citizenship"}}, {"nationalities": ("MEXICO",)}, None),
    ],
)
def test_it_names_the_columns_to_ask_for(held, options, missing):
    columns = {event: frozenset(names) for event, names in held.items()}
    inventory = Inventory(*(frozenset(),) * 7, places=1, months=1, row_columns=columns)
    lack = SIGNAL.lacks(inventory, DetainerSelectivityOptions(**options))
    assert lack is None if missing is None else lack.values == {"columns": missing}


def test_two_counts_are_enough_to_speak():
    nothing = (frozenset(),) * 5
    counted = frozenset({"detainer", "booking"})
    inventory = Inventory(*nothing, events_with_group=counted, events_with_level=frozenset(), places=1, months=1)
    assert SIGNAL.lacks(inventory, DetainerSelectivityOptions()) is None


def test_citizenship_is_read_only_where_it_is_asked_for():
    assert "citizenship" not in SIGNAL.view(DetainerSelectivityOptions()).rows.columns
    assert "citizenship" in SIGNAL.view(DetainerSelectivityOptions(nationalities=("MEXICO",))).rows.columns


def test_cases_of_unknown_group_bound_the_ratio():
    """40 of 100 and 30 of 120; of 60 lost ones 25 had a detainer."""
    rows = (*cases("hispanic", 40, 100), *cases("white", 30, 120), *cases("unknown", 25, 60))
    panel = measure(cells(*rows))
    low, high = (end[0, 0] for end in panel.ranges["missing-group"])
    assert (low, high) == pytest.approx(((40 / 135) / (55 / 145), (65 / 125) / (30 / 155)), rel=1e-12)
