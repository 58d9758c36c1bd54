"""Custody instead of a citation: what is compared with what, when nothing can be said, and what is never printed."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from auditor.cells import Cells, Inventory, RowTable, table
from auditor.signals.citations import with_time
from auditor.signals.discretion.booking_not_cited import SIGNAL, BookingNotCitedOptions
from auditor.signals.signal import Design, Panel
from auditor.stats.strata.standardise import standardise

NAMES = ("group", "offence", "cited", "booked", "n", "agency", "hour", "weekday", "event", "place")
USUAL = ("Police", 15, 2, "stop", "48453")
NUMBERS = ("cited", "booked", "hour", "weekday")


def cells(*rows, places=("48453",), focal=("hispanic",), **more) -> Cells:
    """Rows of (group, offence, cited, booked, n[, agency[, hour[, weekday[, event[, place]]]]])."""
    full = [dict(zip(NAMES, (*row, *USUAL[len(row) - 5 :]), strict=True)) for row in rows]
    columns = {
        name: np.array([row[name] for row in full], dtype=np.int64 if name in NUMBERS else object)
        for name in NAMES
        if name not in ("n", "place")
    }
    columns["group_source"] = np.full(len(full), "", dtype=object)
    index = np.array([places.index(row["place"]) for row in full], dtype=np.int64)
    rows = RowTable(index, columns, np.array([float(row["n"]) for row in full]))
    nothing = table([], places, ("event", "group", "group_source"))
    nobody = ("",) * len(places)
    return Cells(
        places, places, nobody, nobody, nothing, table([], places, ("universe", "group")), (),
        table([], (), ("event",)), focal, "white", rows=rows, **more,
    )  # fmt: skip


def ended(group, custody, all_, offence="traffic", *more):
    """Cases that ended in custody, and those of all that were cited."""
    return ((group, offence, 0, 1, custody, *more), (group, offence, 1, 0, all_ - custody, *more))


TWO = (
    *ended("hispanic", 30, 100, "traffic"), *ended("white", 24, 120, "traffic"),
    *ended("hispanic", 33, 60, "trespass"), *ended("white", 66, 150, "trespass"),
)  # fmt: skip


def measure(found: Cells, **options) -> Panel:
    return SIGNAL.measure(found, BookingNotCitedOptions(**options), np.random.default_rng(1))


def reason(panel: Panel, c: int = 0) -> str:
    return panel.lacks[int(panel.code[0, c]) - 1].reason


def notes(panel: Panel, c: int = 0) -> set[str]:
    return {name.removeprefix("booking-not-cited.") for name, mask in panel.notes.items() if mask[0, c]}


@pytest.mark.parametrize(("elsewhere", "bare"), [(0, False), (9, True), (30, False)])
def test_missing_shares_do_not_tell_of_other_offences(elsewhere, bare):
    """Traffic arrests of everybody less both groups', and all of the other groups, leave these for other offences."""
    others = (*ended("black", 20, 103, "traffic"), *ended("black", 0, elsewhere, "theft"))
    panel = measure(cells(*TWO, *others))
    traffic = [contrast.label for contrast in panel.contrasts].index("traffic")
    assert panel.missing_hidden[0, traffic] == bare


def test_cases_alike_are_compared():
    """R 4.2.2: t <- array(c(30,24,70,96, 33,66,27,84), c(2,2,2)); mantelhaen.test(t, correct=FALSE, alternative=...)

    "greater" 0.0130252785017127, "less" 0.986974721498287. Ratio: (30*120/220 + 33*150/210) / (24*100/220 + 66*60/210).
    """
    panel = measure(cells(*TWO))
    assert [contrast.label for contrast in panel.contrasts] == ["offence-time-agency", "overall", "traffic"]
    assert [contrast.tested for contrast in panel.contrasts] == [True, False, False]
    ratio = (30 * 120 / 220 + 33 * 150 / 210) / (24 * 100 / 220 + 66 * 60 / 210)
    assert panel.estimate[0, 0] == pytest.approx(ratio, rel=1e-12)
    assert panel.p_greater[0, 0] == pytest.approx(0.0130252785017127, rel=1e-9)
    assert panel.p_less[0, 0] == pytest.approx(0.986974721498287, rel=1e-9)
    assert panel.estimate[0, 1] == pytest.approx((63 / 160) / (90 / 270), rel=1e-12)
    assert panel.estimate[0, 2] == pytest.approx((30 / 100) / (24 / 120), rel=1e-12)


def test_the_group_treated_like_the_reference_group():
    """By hand: 100 x 24/120 + 60 x 66/150 = 46.4 of 160 instead of 63."""
    panel = measure(cells(*TWO))
    assert panel.extra["std_reference"][0, 0] == pytest.approx(46.4 / 160, rel=1e-12)
    assert panel.extra["std_ratio"][0, 0] == pytest.approx(63 / 46.4, rel=1e-12)
    assert panel.extra["covered"][0, 0] == 1
    limits = standardise([30, 33], [100, 60], [24, 66], [120, 150])
    assert panel.extra["std_low"][0, 0] == limits.ratio_low[0]
    assert panel.extra["std_gap_high"][0, 0] == limits.difference_high[0]


@pytest.mark.parametrize(
    ("key", "values"), [("agency", ("A", "B")), ("hour", (3, 15)), ("weekday", (1, 6)), ("hour", (-1, 15))]
)
def test_agency_hour_and_part_of_the_week_are_held_equal(key, values):
    """The groups fare alike in each of two strata of unlike custody (0.3 and 0.6), met in unlike proportion."""
    at = {"agency": 5, "hour": 6, "weekday": 7}[key] - 5
    rows = []
    for value, share, focal, reference in ((values[0], 0.3, 200, 50), (values[1], 0.6, 50, 200)):
        more = list(USUAL[:3])
        more[at] = value
        rows += ended("hispanic", round(share * focal), focal, "traffic", *more)
        rows += ended("white", round(share * reference), reference, "traffic", *more)
    panel = measure(cells(*rows))
    assert panel.estimate[0, 0] == pytest.approx(1, rel=1e-12)
    assert panel.extra["strata"][0, 0] == 2
    assert panel.estimate[0, 1] < 0.8


def test_hours_and_days_may_be_cut_otherwise():
    rows = cells(
        ("white", "traffic", 1, 0, 1, "A", 23, 4), ("white", "traffic", 1, 0, 1, "A", -1, -1),
        ("white", "traffic", 1, 0, 1, "A", 5, 6),
    ).rows  # fmt: skip
    usual = with_time(rows, 6, "weekend").columns
    assert (usual["band"].tolist(), usual["part"].tolist()) == ([3, -1, 0], [0, -1, 1])
    other = with_time(rows, 4, "weekday").columns
    assert (other["band"].tolist(), other["part"].tolist()) == ([5, -1, 1], [4, -1, 6])
    assert with_time(rows, 24, "none").columns["part"].tolist() == [0, 0, 0]


def test_what_counts_as_custody():
    """Booked is custody, cited as well or not; neither is no case; one denied and one blank is unrecorded."""
    rows = (
        *ended("hispanic", 40, 100), *ended("white", 40, 100),
        ("hispanic", "traffic", 1, 1, 20), ("hispanic", "traffic", -1, 1, 11), ("hispanic", "traffic", 1, -1, 12),
        ("hispanic", "traffic", 0, 0, 500), ("hispanic", "traffic", 0, -1, 15), ("hispanic", "traffic", -1, 0, 16),
        ("hispanic", "traffic", -1, -1, 17),
    )  # fmt: skip
    panel = measure(cells(*rows))
    assert (panel.k[0, 0], panel.n[0, 0]) == (71, 143)
    assert panel.missing["outcome"][0, 0] == pytest.approx(48 / (143 + 48 + 100))


def test_only_citable_classes_are_counted():
    rows = (*TWO, *ended("hispanic", 90, 95, "theft"), *ended("white", 40, 95, "theft"))
    panel = measure(cells(*rows))
    assert panel.n[0, 0] == 160
    own = measure(cells(*rows), citable=("trespass",))
    assert own.n[0].tolist() == [60, 60]
    assert [contrast.label for contrast in own.contrasts] == ["offence-time-agency", "overall"]
    assert "booking-not-cited.define-citable" in panel.contrasts[0].definitions
    assert "booking-not-cited.define-citable-own" in own.contrasts[0].definitions


@pytest.mark.parametrize("classes", [(), ("robbery",), ("jaywalking",), ("unknown",)])
def test_classes_that_are_not_citable_are_refused(classes):
    with pytest.raises(ValueError, match="citable"):
        BookingNotCitedOptions(citable=classes)


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ((*ended("hispanic", 40, 100),), "one-group"),
        ((*ended("hispanic", 100, 100), *ended("white", 120, 120)), "one-outcome"),
        ((*ended("hispanic", 0, 100), *ended("white", 0, 120)), "one-outcome"),
        ((*ended("hispanic", 40, 100, "trespass"), *ended("white", 30, 120)), "no-overlap"),
        ((("hispanic", "traffic", -1, -1, 100), ("white", "traffic", -1, -1, 100)), "unrecorded"),
        ((*ended("hispanic", 40, 100, "theft"), *ended("white", 40, 100, "theft")), "no-cases"),
        ((*TWO, *ended("hispanic", 30, 69, "")), "no-offence"),
    ],
)
def test_reasons_to_say_nothing(rows, why):
    assert reason(measure(cells(*rows))) == f"booking-not-cited.{why}"


def test_a_suppressed_number_is_not_zero():
    found = cells(*TWO)
    censored = np.array([True, *(False,) * 7])
    panel = measure(dataclasses.replace(found, rows=dataclasses.replace(found.rows, censored=censored)))
    assert reason(panel) == "booking-not-cited.suppressed"


def test_a_place_without_rows_is_absent():
    panel = measure(cells(*TWO, places=("48201", "48453")))
    assert reason(panel) == "booking-not-cited.absent"
    assert panel.code[1, 0] == 0


@pytest.mark.parametrize(("lone", "told"), [(5, False), (40, True)])
def test_cases_without_a_counterpart_are_named_unless_few(lone, told):
    """Cases of a second agency that met the group alone; the plain comparison would tell of five of them.

    So would the comparison within agencies, beside all cases of the group, which a benchmark prints, and that of
    traffic cases beside those of everybody, which stand elsewhere too.
    """
    panel = measure(cells(*TWO, *ended("hispanic", lone // 2, lone, "traffic", "Sheriff")))
    assert panel.n[0].tolist() == [160, 160 + lone, 100]
    assert ("caveat-covered" in notes(panel)) == told
    assert panel.extra["covered"][0, 0] == pytest.approx(160 / (160 + lone))
    assert panel.hidden[0].tolist() == [not told] * 3
    assert panel.range_hidden[0, 0] == (not told)


@pytest.mark.parametrize(("silent", "told"), [(5, False), (30, True)])
def test_the_part_compared_is_not_named_where_it_tells_few_without_an_outcome(silent, told):
    """160 of 200 cases are compared: beside all cases of the group, which a benchmark prints, it tells the others."""
    others = [row for offence in ("traffic", "trespass") for row in ended("black", 20, 40, offence)]
    there = [*ended("black", 20, 40, "traffic", "Sheriff"), *ended("hispanic", 20, 40, "traffic", "Sheriff")]
    panel = measure(cells(*TWO, *others, *there, ("hispanic", "traffic", -1, -1, silent, "Sheriff")))
    assert not panel.hidden[0, 0]
    assert panel.hidden[0, 1] == (not told)
    assert ("caveat-covered" in notes(panel)) == told
    assert "caveat-covered" not in notes(panel, 2)


def test_small_counts_are_hidden():
    rows = (*ended("hispanic", 4, 100), *ended("white", 40, 100))
    assert measure(cells(*rows)).hidden[0].all()
    assert not measure(cells(*rows, published=(True,))).hidden[0].any()


def test_caveats():
    panel = measure(cells(*TWO))
    assert notes(panel) == {"together.caveat-apart", "caveat-identity", "caveat-licence"}
    assert notes(panel, 2) == {"together.caveat-apart", "caveat-identity"}
    timeless = [(*row[:5], "Police", -1) for row in TWO]
    assert "caveat-time" in notes(measure(cells(*timeless)))
    assert "caveat-time" not in notes(measure(cells(*timeless), within="offence-agency"))


def test_serious_offences_and_other_groups_are_the_controls():
    serious = (*ended("hispanic", 80, 95, "robbery"), *ended("white", 70, 95, "robbery"))
    found = cells(*TWO, *serious, *ended("black", 40, 90), *ended("unknown", 20, 50))
    control = SIGNAL.controls(found, BookingNotCitedOptions(), np.random.default_rng(1))
    keys = [contrast.key for contrast in control.contrasts]
    assert keys == ["hispanic/white/serious", "black/white/offence-time-agency"]
    assert not any(contrast.tested for contrast in control.contrasts)
    assert control.estimate[0, 0] == pytest.approx(80 / 70)
    # Where everybody is booked there is nothing to compare.
    always = (*ended("hispanic", 95, 95, "robbery"), *ended("white", 95, 95, "robbery"))
    none = SIGNAL.controls(cells(*TWO, *always), BookingNotCitedOptions(), np.random.default_rng(1))
    assert reason(none) == "booking-not-cited.one-outcome"


def test_the_event_with_most_cases_is_taken():
    arrests = [(*row[:5], "Police", 15, 2, "arrest") for row in ended("hispanic", 10, 30)]
    assert measure(cells(*TWO, *arrests)).contrasts[0].event == "stop"
    assert measure(cells(*TWO, *arrests), event="arrest").contrasts[0].event == "arrest"


@pytest.mark.parametrize(
    ("held", "missing"),
    [
        ({}, "booked, cited, group, offence"),
        ({"stop": {"group", "offence", "cited"}, "arrest": {"group"}}, "booked"),
        ({"arrest": {"group", "offence", "cited", "booked"}}, None),
        ({"booking": {"group", "offence", "cited", "booked"}}, "booked, cited, group, offence"),
    ],
)
def test_it_names_the_columns_to_ask_for(held, missing):
    columns = {event: frozenset(names) for event, names in held.items()}
    inventory = Inventory(*(frozenset(),) * 7, places=1, months=1, row_columns=columns)
    lack = SIGNAL.lacks(inventory, BookingNotCitedOptions())
    assert (lack and lack.values) == (missing and {"columns": missing})


def test_of_what_is_personal_it_reads_officers_and_only_their_codes():
    rows = SIGNAL.view(BookingNotCitedOptions()).rows
    assert rows.personal == ("officer",)
    assert "officer" not in rows.keys


def test_strata_take_the_confounding_out():
    """Groups that meet other agencies, offences and hours: plain ratios are off in places, those of cases alike not."""
    found = SIGNAL.simulate(np.random.default_rng(5), 0.0, Design(places=200, typical=1500.0))
    panel = measure(found)
    ok = panel.testable[:, 0] & panel.testable[:, 1]
    wrong = [(panel.p_greater[ok, c] <= 0.05).mean() for c in (0, 1)]
    assert wrong[0] < 0.05 + 3 * np.sqrt(0.05 * 0.95 / ok.sum())
    assert wrong[1] > 0.1


def test_cases_of_unknown_group_bound_the_ratio():
    """20 lost cases in custody and 30 cited; overall by hand: all custody to one side, all citations to the other."""
    panel = measure(cells(*TWO, *ended("unknown", 20, 50)))
    low, high = (end[0, 1] for end in panel.ranges["missing-group"])
    assert low == pytest.approx((63 / 190) / (110 / 290), rel=1e-12)
    assert high == pytest.approx((83 / 180) / (90 / 300), rel=1e-12)
    assert panel.ranges["missing-group"][0][0, 0] < panel.estimate[0, 0] < panel.ranges["missing-group"][1][0, 0]
    assert not panel.range_hidden[0, 1]
