"""Arrests without a charge: what is measured from rows, what ICE leaves open, and what is never printed."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from auditor.cells import Cells, Inventory, RowTable, table
from auditor.signals.outcome.no_charge import SIGNAL, NoChargeOptions
from auditor.signals.signal import Design, Panel
from auditor.stats.strata.partial_outcome import ratio_bounds

KEYS = ("group", "offence", "disposition", "ice", "agency", "event")


def cells(*rows, places=("48453",), focal=("hispanic",), source="", **more) -> Cells:
    """Rows of (group, offence, disposition, ice, n[, agency[, event[, place]]])."""
    full = [(*row, *("Police", "arrest", "48453")[len(row) - 5 :]) for row in rows]
    at = dict(zip(("group", "offence", "disposition", "ice", "n", "agency", "event", "place"), range(8), strict=True))
    columns = {name: np.array([row[at[name]] for row in full], dtype=object) for name in KEYS}
    columns["group_source"] = np.full(len(full), source, dtype=object)
    index = np.array([places.index(row[at["place"]]) for row in full], dtype=np.int64)
    rows = RowTable(index, columns, np.array([float(row[at["n"]]) for row in full]))
    counted = table([], places, ("event", "group", "group_source"))
    nobody = ("",) * len(places)
    return Cells(
        places, places, nobody, nobody, counted, table([], places, ("universe", "group")), (), table([], (), KEYS),
        focal, "white", rows=rows, **more,
    )  # fmt: skip


def arrested(group, dropped, all_, offence="traffic", agency="Police"):
    return (
        (group, offence, "dismissed", "no", dropped, agency),
        (group, offence, "convicted", "no", all_ - dropped, agency),
    )


TWO = (
    *arrested("hispanic", 40, 100, "traffic"), *arrested("white", 30, 120, "traffic"),
    *arrested("hispanic", 20, 60, "theft"), *arrested("white", 45, 150, "theft"),
)  # fmt: skip


def measure(found: Cells, **options) -> Panel:
    return SIGNAL.measure(found, NoChargeOptions(**options), np.random.default_rng(1))


def reason(panel: Panel, c: int = 0) -> str:
    return panel.lacks[int(panel.code[0, c]) - 1].reason


def notes(panel: Panel, c: int = 0) -> set[str]:
    return {name.removeprefix("no-charge.") for name, mask in panel.notes.items() if mask[0, c]}


def test_offences_are_compared_within_themselves():
    """R 4.2.2: t <- array(c(40,30,60,90, 20,45,40,105), c(2,2,2)); mantelhaen.test(t, correct=FALSE, alternative=...)

    "greater" 0.0181898740237763, "less" 0.981810125976224. Ratio: (40*120/220 + 20*150/210) / (30*100/220 + 45*60/210).
    """
    panel = measure(cells(*TWO))
    assert [contrast.label for contrast in panel.contrasts] == ["offence", "overall", "discretionary"]
    assert [contrast.tested for contrast in panel.contrasts] == [True, False, False]
    ratio = (40 * 120 / 220 + 20 * 150 / 210) / (30 * 100 / 220 + 45 * 60 / 210)
    assert panel.estimate[0, 0] == pytest.approx(ratio, rel=1e-12)
    assert panel.p_greater[0, 0] == pytest.approx(0.0181898740237763, rel=1e-9)
    assert panel.p_less[0, 0] == pytest.approx(0.981810125976224, rel=1e-9)
    assert (panel.k[0, 0], panel.n[0, 0]) == (60, 160)
    assert panel.estimate[0, 1] == pytest.approx((60 / 160) / (75 / 270), rel=1e-12)
    assert panel.estimate[0, 2] == pytest.approx((40 / 100) / (30 / 120), rel=1e-12)


def test_no_charge_and_dismissed_count_and_the_other_endings_do_not():
    rows = [
        (group, "traffic", end, "no", n)
        for group in ("hispanic", "white")
        for end, n in (("no-charge", 20), ("dismissed", 15), ("acquitted", 12), ("other", 13), ("convicted", 40))
    ]
    panel = measure(cells(*rows))
    assert (panel.k[0, 0], panel.n[0, 0]) == (35, 100)


def test_cases_that_ice_took_are_bounded_and_not_tested():
    """60 with a detainer and 14 taken, whatever their outcome: the range of the ratio is that of ratio_bounds."""
    ice = (
        ("hispanic", "traffic", "dismissed", "detainer", 50), ("hispanic", "traffic", "convicted", "detainer", 10),
        ("hispanic", "traffic", "transferred-to-ice", "taken", 14), ("white", "traffic", "dismissed", "detainer", 11),
    )  # fmt: skip
    plain = (*arrested("hispanic", 40, 100), *arrested("white", 30, 120))
    panel, without = measure(cells(*plain, *ice)), measure(cells(*plain))
    for name in ("k", "n", "estimate", "low", "high", "p_greater"):
        assert getattr(panel, name)[0, 0] == getattr(without, name)[0, 0], name
    bounds = ratio_bounds(40, 74, 174, 30, 11, 131)
    low, high = panel.ranges["taken-by-ice"]
    assert (low[0, 0], high[0, 0]) == (bounds.low[0], bounds.high[0])
    assert panel.extra["taken_low"][0, 0] == bounds.outer_low[0]
    assert low[0, 0] < panel.estimate[0, 0] < high[0, 0]
    assert np.isnan(without.ranges["taken-by-ice"][0]).all()
    assert np.isnan(panel.ranges["no-outcome"][0]).all()
    assert {"caveat-taken-limits", "caveat-even"} <= notes(panel)
    assert not {"caveat-taken-limits", "caveat-even", "caveat-taken-few"} & notes(without)
    # Put back: 40 + 74 s of 174 equals 30 + 11 / 4 of 131.
    s = panel.extra["taken_even"][0, 0]
    assert (40 + 74 * s) / 174 == pytest.approx((30 + 11 / 4) / 131, rel=1e-12)


def test_a_detainer_alone_may_leave_the_outcome_its_own():
    rows = (
        *arrested("hispanic", 40, 100), *arrested("white", 30, 120),
        ("hispanic", "traffic", "dismissed", "detainer", 20), ("hispanic", "traffic", "", "taken", 12),
    )  # fmt: skip
    panel = measure(cells(*rows), ice="transfer")
    assert (panel.k[0, 0], panel.n[0, 0], panel.extra["taken"][0, 0]) == (60, 120, 12)


def test_pending_cases_are_no_outcome():
    rows = (*arrested("hispanic", 40, 100), *arrested("white", 30, 120), ("hispanic", "traffic", "pending", "no", 25))
    panel = measure(cells(*rows))
    assert panel.n[0, 0] == 100
    assert panel.missing["outcome"][0, 0] == pytest.approx(25 / 245)
    low, high = panel.ranges["no-outcome"]
    bounds = ratio_bounds(40, 25, 125, 30, 0, 120)
    assert (low[0, 0], high[0, 0]) == (bounds.low[0], bounds.high[0])


@pytest.mark.parametrize("end", ["pending", "", "unknown"])
def test_too_many_cases_without_an_outcome(end):
    rows = (*arrested("hispanic", 40, 100), *arrested("white", 30, 120), ("hispanic", "traffic", end, "no", 101))
    assert reason(measure(cells(*rows))) == "no-charge.unrecorded"


def test_a_group_of_which_ice_took_most():
    rows = (*arrested("hispanic", 40, 100), *arrested("white", 30, 120), ("hispanic", "traffic", "", "taken", 101))
    assert reason(measure(cells(*rows))) == "no-charge.mostly-taken"


def test_offences_that_are_not_classed():
    """Left out of the test up to 30 % of a group's cases; beyond, offences cannot be held equal."""
    rows = (*TWO, *arrested("hispanic", 30, 68, ""))
    panel = measure(cells(*rows))
    assert panel.n[0].tolist() == [160, 228, 100]
    assert reason(measure(cells(*rows, *arrested("hispanic", 1, 1, "unknown")))) == "no-charge.no-offence"


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ((*arrested("hispanic", 40, 100),), "one-group"),
        ((*arrested("hispanic", 100, 100), *arrested("white", 120, 120)), "one-outcome"),
        ((*arrested("hispanic", 0, 100), *arrested("white", 0, 120)), "one-outcome"),
        ((*arrested("hispanic", 40, 100, "theft"), *arrested("white", 30, 120)), "no-overlap"),
        ((("hispanic", "traffic", "", "", 100), ("white", "traffic", "", "", 100)), "unrecorded"),
        ((*arrested("black", 40, 100),), "no-cases"),
    ],
)
def test_reasons_to_say_nothing(rows, why):
    assert reason(measure(cells(*rows))) == f"no-charge.{why}"


def test_a_suppressed_number_is_not_zero():
    found = cells(*TWO, ("hispanic", "traffic", "", "taken", 0))
    censored = np.array([False] * 8 + [True])
    panel = measure(dataclasses.replace(found, rows=dataclasses.replace(found.rows, censored=censored)))
    assert reason(panel) == "no-charge.suppressed"


def test_a_place_without_rows_is_absent():
    panel = measure(cells(*TWO, places=("48201", "48453")))
    assert reason(panel) == "no-charge.absent"
    assert panel.code[1, 0] == 0


@pytest.mark.parametrize(("taken", "bare"), [(0, False), (7, True), (11, False)])
def test_few_cases_taken_are_not_told_by_the_range(taken, bare):
    panel = measure(cells(*TWO, ("white", "theft", "", "taken", taken), ("hispanic", "theft", "", "taken", 15)))
    assert panel.range_hidden[0, 0] == bare
    assert ("caveat-taken-few" in notes(panel)) == bare
    assert ("caveat-taken-limits" in notes(panel)) == (not bare)


def test_two_ranges_do_not_tell_of_few_cases_either():
    """Of 20 taken 15 are within offences: the range of all offences together would tell of the other 5."""
    ice = (("hispanic", "theft", "", "taken", 15), ("hispanic", "", "", "taken", 5))
    assert measure(cells(*TWO, *ice)).range_hidden[0].tolist() == [False, True, False]


def test_small_counts_are_hidden():
    rows = (*arrested("hispanic", 4, 100), *arrested("white", 30, 120))
    assert measure(cells(*rows)).hidden[0].all()
    assert not measure(cells(*rows, published=(True,))).hidden[0].any()


@pytest.mark.parametrize(("pending", "few"), [(0, False), (7, True), (11, False)])
def test_pending_cases_of_an_offence_without_the_other_group_are_not_told(pending, few):
    """All cases of the group, taken and told, less those within offences, are those of drug possession.

    Detainer-selectivity prints taken cases and all cases in both ways; the comparison within offences is the last part.
    """
    alone = (*arrested("hispanic", 126, 235, "drug-possession"), ("hispanic", "drug-possession", "", "taken", 40))
    told = (*TWO, ("hispanic", "theft", "pending", "no", 15), ("white", "theft", "pending", "no", 12), *alone)
    panel = measure(cells(*told, ("hispanic", "drug-possession", "pending", "no", pending)))
    labels = [contrast.label for contrast in panel.contrasts]
    assert panel.hidden[0, labels.index("offence")] == few
    assert not panel.hidden[0, labels.index("overall")]


def test_pending_cases_within_the_offences_compared_are_not_told():
    """All cases of an offence, less those taken and told, which are printed of it, are the pending ones: 7 there."""
    pending = (("hispanic", "theft", "pending", "no", 7), ("white", "theft", "pending", "no", 20))
    drugs = arrested("hispanic", 126, 235, "drug-possession")
    elsewhere = (("hispanic", "drug-possession", "pending", "no", 33), *drugs)
    panel = measure(cells(*TWO, *pending, *elsewhere))
    labels = [contrast.label for contrast in panel.contrasts]
    assert panel.hidden[0, labels.index("offence")]
    assert not panel.hidden[0, labels.index("overall")]


def test_records_that_do_not_say_whom_ice_took():
    silent = [(*row[:3], "", *row[4:]) for row in TWO]
    assert "caveat-ice-unknown" in notes(measure(cells(*silent)))
    assert "caveat-ice-unknown" not in notes(measure(cells(*TWO)))


def test_offences_that_differ_are_said_to():
    rows = (
        *arrested("hispanic", 90, 150, "traffic"), *arrested("white", 40, 150, "traffic"),
        *arrested("hispanic", 40, 150, "theft"), *arrested("white", 45, 150, "theft"),
    )  # fmt: skip
    assert "caveat-uneven" in notes(measure(cells(*rows)))
    assert "caveat-uneven" not in notes(measure(cells(*TWO)))


def test_estimated_and_recorded_groups_are_never_added():
    found = cells(*TWO, source="surname")
    assert "caveat-surname" in notes(measure(found))
    source = np.array(["recorded"] * 7 + ["nationality"], dtype=object)
    rows = dataclasses.replace(found.rows, columns={**found.rows.columns, "group_source": source})
    assert measure(dataclasses.replace(found, rows=rows)).comparator_n[0, 0] == 120 + 45


def test_the_event_with_more_outcomes_is_taken():
    bookings = [(*row[:5], "Police", "booking") for row in arrested("hispanic", 10, 30)]
    panel = measure(cells(*TWO, *bookings))
    assert panel.contrasts[0].event == "arrest"
    assert measure(cells(*TWO, *bookings), event="booking").contrasts[0].event == "booking"


def test_agencies_may_be_strata():
    rows = [(*row[:5], "A" if i % 4 < 2 else "B") for i, row in enumerate(TWO)]
    panel = measure(cells(*rows), within="offence-agency")
    assert panel.contrasts[0].label == "offence-agency"
    # Each agency has one of the groups.
    assert reason(panel) == "no-charge.no-overlap"


def test_groups_that_nobody_asks_about_are_the_controls():
    found = cells(*TWO, *arrested("black", 30, 90), *arrested("unknown", 30, 90))
    control = SIGNAL.controls(found, NoChargeOptions(), np.random.default_rng(1))
    assert [contrast.key for contrast in control.contrasts] == ["black/white/offence"]
    assert not control.contrasts[0].tested
    assert SIGNAL.controls(cells(*TWO), NoChargeOptions(), np.random.default_rng(1)) is None


def test_unrecorded_groups_are_counted_as_missing():
    panel = measure(cells(*TWO, *arrested("unknown", 20, 50)))
    assert panel.missing["group"][0, 0] == pytest.approx(50 / 480)


def test_unrecorded_groups_bound_the_ratio():
    """Overall 60 of 160 and 75 of 270; 20 lost without a charge and 30 with one, all to one group or the other."""
    panel = measure(cells(*TWO, *arrested("unknown", 20, 50)))
    c = [contrast.label for contrast in panel.contrasts].index("overall")
    low, high = (end[0, c] for end in panel.ranges["missing-group"])
    assert (low, high) == pytest.approx(((60 / 190) / (95 / 290), (80 / 180) / (75 / 300)), rel=1e-12)


@pytest.mark.parametrize(
    ("held", "within", "missing"),
    [
        ({}, "offence", "disposition, group, offence"),
        ({"booking": {"group", "offence"}}, "offence", "disposition"),
        ({"arrest": {"group", "disposition"}}, "offence", "offence"),
        ({"arrest": {"group", "disposition"}}, "overall", None),
    ],
)
def test_it_names_the_columns_to_ask_for(held, within, missing):
    columns = {event: frozenset(names) for event, names in held.items()}
    inventory = Inventory(*(frozenset(),) * 7, places=1, months=1, row_columns=columns)
    lack = SIGNAL.lacks(inventory, NoChargeOptions(within=within))
    assert (lack and lack.values) == (missing and {"columns": missing})


def test_of_what_is_personal_it_reads_officers_and_only_their_codes():
    rows = SIGNAL.view(NoChargeOptions()).rows
    assert rows.personal == ("officer",)
    assert "officer" not in rows.keys


def test_simulated_custody_is_no_effect():
    """ICE takes 12 % of the focal group and mostly those dismissed; the mean log ratio stays within three errors."""
    found = SIGNAL.simulate(np.random.default_rng(5), 0.0, Design(places=300, typical=400.0))
    panel = measure(found)
    ok = panel.testable[:, 0]
    logs = np.log(panel.estimate[ok, 0])
    assert panel.extra["taken"][:, 0].sum() > 5 * panel.extra["reference_taken"][:, 0].sum() / 2
    assert abs(logs.mean()) < 3 * logs.std() / np.sqrt(ok.sum())
