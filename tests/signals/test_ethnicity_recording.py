"""Recorded groups against names: what is measured, when nothing can be said, and what is never printed."""

from __future__ import annotations

import dataclasses
from datetime import date

import numpy as np
import pytest

from auditor.baselines import surnames
from auditor.cells import Cells, Inventory, RowTable, table
from auditor.signals.naming.unusable import CAVEAT, population_share
from auditor.signals.recording.ethnicity_recording import SIGNAL, EthnicityRecordingOptions
from auditor.signals.signal import Design, Panel
from auditor.stats.ratios.intervals import wilson
from auditor.stats.recording.bins import FIRST_ABOVE, bin_of, middles

PLACE = "48453"
LOW, HIGH = (int(b) for b in bin_of([0.02, 0.97]))


def row(group, bins, n, **more):
    return {"place": PLACE, "event": "arrest", "group": group, "chance_bin": bins, "n": n} | more


def cells(*rows, places=(PLACE,), population=(), **more) -> Cells:
    texts = {
        name: np.array([str(r.get(name, "")) for r in rows], dtype=object)
        for name in ("event", "group", "group_source", "agency", "month")
    }
    codes = {name: np.array([r.get(name, -1) for r in rows], dtype=np.int64) for name in ("chance_bin", "officer_code")}
    index = np.array([places.index(r["place"]) for r in rows], dtype=np.int64)
    censored = np.array([r.get("censored", False) for r in rows], dtype=bool)
    nobody = ("",) * len(places)
    keys = ("event", "group", "group_source")
    return Cells(
        places, places, nobody, nobody, table([], places, keys), table(population, places, ("universe", "group")), (),
        table([], (), keys), ("hispanic",), "white",
        rows=RowTable(index, {**texts, **codes}, np.array([float(r["n"]) for r in rows]), censored), **more,
    )  # fmt: skip


FAITHFUL = (row("hispanic", HIGH, 200), row("white", LOW, 400), row("white", HIGH, 12))
UNDER = (row("hispanic", HIGH, 100), row("white", LOW, 400), row("white", HIGH, 110))


def measure(found: Cells, **options) -> Panel:
    return SIGNAL.measure(found, EthnicityRecordingOptions(**options), np.random.default_rng(1))


def column(panel: Panel, label: str) -> int:
    return [contrast.label for contrast in panel.contrasts].index(label)


def reason(panel: Panel, j: int = 0, c: int = 0) -> str:
    return panel.lacks[int(panel.code[j, c]) - 1].reason


def test_the_under_count_is_the_share_by_names_over_the_recorded_share():
    """Two kinds of names, so the share that fits best is where the mixture has the observed shares of both.

    With chances p under the residents' share q a name is odds(p) / odds(q) times as likely within the group; of the 612
    people 212 have the likelier name: s L1 / (s L1 + 1 - s) weighted ... solved here by a fine grid.
    """
    panel = measure(cells(*UNDER))
    (prior,) = panel.extra["residents"][:, 0]
    odds = [p / (1 - p) / (prior / (1 - prior)) for p in (middles()[LOW], middles()[HIGH])]
    grid = np.linspace(1e-4, 0.9999, 200_001)
    likelihood = 400 * np.log1p(grid * (odds[0] - 1)) + 210 * np.log1p(grid * (odds[1] - 1))
    share = grid[np.argmax(likelihood)]
    assert panel.estimate[0, 0] == pytest.approx(share / (100 / 610), rel=1e-4)
    assert (panel.k[0, 0], panel.n[0, 0]) == (510, 610)
    assert panel.extra["recorded"][0, 0] == 100
    assert panel.low[0, 0] > 1.5
    assert panel.p_greater[0, 0] < 1e-6
    assert panel.testable[0, 0]


def test_p_agrees_with_the_interval():
    """Over many places the lower limit is above 1 exactly where p is below .025."""
    found = SIGNAL.simulate(np.random.default_rng(4), 0.12, Design(places=150, planted=1.0))
    panel = measure(found)
    ok = panel.testable[:, 0]
    np.testing.assert_array_equal(panel.low[ok, 0] > 1, panel.p_greater[ok, 0] < 0.025)
    np.testing.assert_array_equal(panel.high[ok, 0] < 1, panel.p_less[ok, 0] < 0.025)


def test_the_screen_reads_the_same_ratio():
    """An odds ratio theta of k of n against b is U = 1 - b + b theta."""
    panel = measure(cells(*UNDER))
    k, n, base = panel.k[0, 0], panel.n[0, 0], panel.base[0, 0]
    theta = (k / (n - k)) / (base / (1 - base))
    assert 1 - base + base * theta == pytest.approx(panel.estimate[0, 0], rel=1e-12)


def test_recorded_as_white_with_names_of_the_group():
    """110 of 210, Wilson; expected not Hispanic at all: one less the middle of the bin, to three digits."""
    panel = measure(cells(*UNDER))
    c = column(panel, "else-recorded")
    assert (panel.k[0, c], panel.n[0, c]) == (110, 210)
    low, high = wilson(110, 210, 0.95)
    assert (panel.low[0, c], panel.high[0, c]) == (pytest.approx(low[0]), pytest.approx(high[0]))
    assert panel.comparator[0, c] == pytest.approx(1 - middles()[HIGH], rel=5e-3)
    assert not panel.contrasts[c].tested
    assert np.isnan(panel.p_greater[0, c])


def test_a_faithful_place_is_no_finding():
    panel = measure(cells(*FAITHFUL))
    assert panel.low[0, 0] < 1.1
    assert panel.estimate[0, 0] == pytest.approx(1, abs=0.1)


def test_nobody_recorded_has_no_upper_limit():
    panel = measure(cells(row("white", HIGH, 200), row("white", LOW, 400)))
    assert np.isinf(panel.estimate[0, 0])
    assert np.isinf(panel.high[0, 0])
    assert panel.low[0, 0] > 10
    assert panel.p_greater[0, 0] < 1e-6
    assert np.isfinite(panel.base_error[0, 0])


def test_a_share_below_a_third_of_the_residents_is_unusable():
    """18 of 600 is 3 % against a Hispanic share of 33.5 % in Travis County (Census 2010, 342,766 of 1,024,266)."""
    few = measure(cells(row("hispanic", HIGH, 18), row("white", HIGH, 182), row("white", LOW, 400)))
    assert few.extra["residents"][0, 0] == pytest.approx(342_766 / 1_024_266, rel=1e-6)
    assert few.notes["ethnicity-recording.caveat-unusable"].all()
    assert few.notes[CAVEAT["ethnicity-recording"]].any(axis=1).tolist() == [True]
    assert measure(cells(*FAITHFUL)).notes[CAVEAT["ethnicity-recording"]].any(axis=1).tolist() == [False]


def test_the_population_of_the_sources_goes_before_the_census():
    base = [
        {"place": PLACE, "universe": "residents", "group": group, "n": n}
        for group, n in (("hispanic", 30), ("white", 970))
    ]
    rows = (row("hispanic", HIGH, 18), row("white", HIGH, 182), row("white", LOW, 400))
    panel = measure(cells(*rows, population=base))
    assert population_share(cells(*rows, population=base), "hispanic").tolist() == [0.03]
    assert not panel.notes["ethnicity-recording.caveat-unusable"].any()


def test_too_few_people_declare_nothing_unusable():
    """At a third of its share 3 of 30 would be expected: none says little."""
    panel = measure(cells(row("white", HIGH, 12), row("white", LOW, 18)))
    assert not panel.notes["ethnicity-recording.caveat-unusable"].any()


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ((row("hispanic", -1, 50), row("white", -1, 90)), "no-surnames"),
        ((row("", HIGH, 50), row("unknown", LOW, 90)), "no-groups"),
        ((row("hispanic", HIGH, 0, censored=True), row("white", LOW, 90)), "suppressed"),
        ((row("white", 0, 5000),), "nobody"),
    ],
)
def test_reasons_to_say_nothing(rows, why):
    panel = measure(cells(*rows))
    assert reason(panel) == f"ethnicity-recording.{why}"


def test_a_place_without_rows_is_absent():
    panel = measure(cells(*UNDER, places=(PLACE, "48201")))
    assert reason(panel, 1) == "ethnicity-recording.absent"
    assert panel.code[0, 0] == 0


def test_groups_that_came_from_surnames_are_no_records():
    filled = tuple(dict(r, group_source="surname") for r in UNDER)
    assert (measure(cells(*filled)).code > 0).all()
    both = (*UNDER, row("hispanic", HIGH, 500, group_source="nationality"))
    assert measure(cells(*both)).n[0, 0] == 610


def test_people_without_name_or_group_are_counted_as_missing():
    panel = measure(cells(*UNDER, row("hispanic", -1, 90), row("unknown", HIGH, 30)))
    assert panel.missing["surname"][0, 0] == pytest.approx(90 / 700)
    assert panel.missing["group"][0, 0] == pytest.approx(30 / 640)
    assert not panel.range_hidden[0, 0]
    assert measure(cells(*UNDER, row("hispanic", -1, 9))).range_hidden[0, 0]


@pytest.mark.parametrize("recorded", [3, 97])
def test_small_counts_are_hidden(recorded):
    panel = measure(cells(row("hispanic", HIGH, recorded), row("white", HIGH, 100 - recorded), row("white", LOW, 400)))
    assert panel.hidden[0].any()
    public = cells(
        row("hispanic", HIGH, recorded), row("white", HIGH, 100 - recorded), row("white", LOW, 400), published=(True,)
    )
    assert not measure(public).hidden.any()


def test_what_two_counts_differ_by_is_not_given_away():
    """610 people in all and 605 above the threshold: five of them lie below it."""
    panel = measure(cells(row("hispanic", HIGH, 300), row("white", HIGH, 305), row("white", LOW, 5)))
    assert panel.hidden[0].tolist() == [False, True]


def test_few_people_of_a_group_without_a_name_are_not_given_away():
    """Another test counts all Hispanic people: less those with names, five have none."""
    assert measure(cells(*UNDER, row("hispanic", -1, 5), row("white", -1, 90))).hidden[0, 0]
    assert not measure(cells(*UNDER, row("hispanic", -1, 50), row("white", -1, 90))).hidden[0, 0]


def agencies(odd: bool) -> tuple[dict, ...]:
    rows = []
    for i in range(24):
        as_white = 40 if odd and i == 0 else 12
        rows += [
            row("hispanic", HIGH, 60 - as_white, agency=f"A{i}", officer_code=i),
            row("white", HIGH, as_white, agency=f"A{i}", officer_code=i),
            row("white", LOW, 80, agency=f"A{i}", officer_code=i),
        ]
    return tuple(rows)


@pytest.mark.parametrize("label", ["agencies", "officers"])
def test_a_unit_that_records_two_thirds_as_white_stands_out(label):
    """24 of 60 people each, of whom the others record 12 as white and one 40."""
    panel = measure(cells(*agencies(odd=True)))
    c = column(panel, label)
    assert (panel.k[0, c], panel.n[0, c]) == (40, 40 + 23 * 12)
    assert panel.extra["units"][0, c] == 24
    assert measure(cells(*agencies(odd=False))).k[0, c] == 0


def test_few_units_are_not_compared():
    panel = measure(cells(*(dict(r, agency="A", officer_code=1) for r in UNDER)))
    assert [contrast.label for contrast in panel.contrasts] == ["under-count", "else-recorded"]


def monthly(step: float) -> tuple[dict, ...]:
    rng = np.random.default_rng(3)
    rows = []
    for month in range(48):
        name = f"{2010 + month // 12}-{month % 12 + 1:02d}"
        k = int(rng.binomial(60, 0.4 + step * (month >= 24)))
        rows += [row("hispanic", HIGH, k, month=name), row("white", HIGH, 60 - k, month=name)]
        rows.append(row("white", LOW, 50, month=name))
    return tuple(rows)


def test_a_step_at_the_mandate():
    """60 people a month, 40 % recorded before and 70 % from January 2012 on."""
    panel = measure(cells(*monthly(0.3)), mandates={"48453": date(2012, 1, 1)})
    c = column(panel, "mandate")
    assert panel.estimate[0, c] == pytest.approx(0.3, abs=0.1)
    assert panel.extra["p_break"][0, c] <= 2 / 96
    assert panel.extra["n_before"][0, c] == panel.extra["n_after"][0, c] == 24 * 60
    level = measure(cells(*monthly(0.0)), mandates={"US": date(2012, 1, 1)})
    assert level.extra["p_break"][0, c] > 0.05


def test_a_mandate_elsewhere_or_at_the_edge_is_no_comparison():
    labels = [c.label for c in measure(cells(*monthly(0.3)), mandates={"06": date(2012, 1, 1)}).contrasts]
    assert "mandate" not in labels
    labels = [c.label for c in measure(cells(*monthly(0.3)), mandates={"48453": date(2010, 3, 1)}).contrasts]
    assert "mandate" not in labels


def test_a_month_begun_before_the_mandate_counts_before_it():
    panel = measure(cells(*monthly(0.3)), mandates={"48453": date(2011, 12, 15)})
    c = column(panel, "mandate")
    assert panel.extra["n_before"][0, c] == 24 * 60


def inventory(columns: dict) -> Inventory:
    nothing = (frozenset(),) * 7
    held = {event: frozenset(names) for event, names in columns.items()}
    return Inventory(*nothing, places=1, months=1, row_columns=held)


@pytest.mark.parametrize(
    ("held", "missing"), [({}, "group, surname"), ({"arrest": {"group"}}, "surname"), ({"stop": {"surname"}}, "group")]
)
def test_it_names_the_columns_to_ask_for(held, missing):
    lack = SIGNAL.lacks(inventory(held), EthnicityRecordingOptions())
    assert lack.reason == "ethnicity-recording.no-columns"
    assert lack.values == {"columns": missing}


def test_without_the_tables_the_command_is_given(monkeypatch):
    whole = inventory({"arrest": {"group", "surname"}})
    monkeypatch.setattr(surnames, "available", lambda: False)
    assert SIGNAL.lacks(whole, EthnicityRecordingOptions()).needs == "ethnicity-recording.need-tables"
    monkeypatch.setattr(surnames, "available", lambda: True)
    assert SIGNAL.lacks(whole, EthnicityRecordingOptions()) is None


def test_other_groups_are_not_looked_at():
    whole = dataclasses.replace(inventory({"arrest": {"group", "surname"}}), focal_groups=("black",))
    assert SIGNAL.lacks(whole, EthnicityRecordingOptions()).reason == "ethnicity-recording.no-focal"


def test_names_are_declared_and_only_their_bins_leave():
    rows = SIGNAL.view(EthnicityRecordingOptions()).rows
    assert set(rows.personal) == {"surname", "officer"}
    assert "surname" not in rows.keys
    assert FIRST_ABOVE == 40  # .75: what the words "75 % or more" rest on


@pytest.mark.parametrize("options", [{"calibration_error": -0.1}, {"mandates": {"Texas": date(2012, 1, 1)}}])
def test_options_that_mean_nothing_are_refused(options):
    with pytest.raises(ValueError, match=r"is no place|greater than or equal to 0"):
        EthnicityRecordingOptions(**options)


def test_an_error_of_calibration_widens_the_interval():
    plain, wide = (measure(cells(*UNDER), calibration_error=error) for error in (0.0, 0.2))
    assert wide.low[0, 0] < plain.low[0, 0] < plain.high[0, 0] < wide.high[0, 0]
