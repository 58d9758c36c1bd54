"""Gaps: counted, in time, by outcome, and what they leave open; by hand and by R."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from auditor.cells import Cells, Inventory, RowTable, table
from auditor.signals.naming.unusable import CAVEAT
from auditor.signals.recording.missing_ethnicity import SIGNAL, MissingEthnicityOptions
from auditor.signals.signal import Panel
from auditor.stats.ratios.intervals import wilson

PLACE = "48453"
FLAGS = ("searched", "contraband", "cited", "booked", "detainer")
RESIDENTS = {"hispanic": 300, "white": 600}


def row(group, n, **more):
    return {"place": PLACE, "event": "stop", "group": group, "n": n, "month": "2011-01", "complete": True} | more


def cells(*rows, places=(PLACE,), residents=RESIDENTS, **more) -> Cells:
    texts = {
        name: np.array([str(r.get(name, "")) for r in rows], dtype=object)
        for name in ("event", "group", "group_source", "agency", "month", "disposition")
    }
    codes = {name: np.array([r.get(name, -1) for r in rows], dtype=np.int64) for name in FLAGS}
    index = np.array([places.index(r["place"]) for r in rows], dtype=np.int64)
    censored = np.array([r.get("censored", False) for r in rows], dtype=bool)
    keys, nobody = ("event", "group", "group_source", "month"), ("",) * len(places)
    base = [
        {"place": place, "universe": "residents", "group": group, "n": n}
        for place in places
        for group, n in residents.items()
    ]
    return Cells(
        places, places, nobody, nobody, table(rows, places, keys), table(base, places, ("universe", "group")), (),
        table([], (), (*keys, "start", "end")), ("hispanic",), "white",
        rows=RowTable(index, {**texts, **codes}, np.array([float(r["n"]) for r in rows]), censored), **more,
    )  # fmt: skip


def measure(found: Cells, **options) -> Panel:
    return SIGNAL.measure(found, MissingEthnicityOptions(**options), np.random.default_rng(1))


def column(panel: Panel, label: str) -> int:
    return [contrast.label for contrast in panel.contrasts].index(label)


def reason(panel: Panel, j: int = 0, c: int = 0) -> str:
    return panel.lacks[int(panel.code[j, c]) - 1].reason


PLAIN = (row("hispanic", 60), row("white", 100), row("unknown", 40))


HITS = ((1, 40), (0, 60))


def test_the_share_of_gaps():
    panel = measure(cells(*PLAIN))
    assert (panel.k[0, 0], panel.n[0, 0], panel.estimate[0, 0]) == (40, 200, 0.2)
    low, high = wilson(40, 200, 0.95)
    assert (panel.low[0, 0], panel.high[0, 0]) == (low[0], high[0])
    assert not panel.notes["missing-ethnicity.caveat-much"].any()
    assert measure(cells(*PLAIN, row("unknown", 11))).notes["missing-ethnicity.caveat-much"][0, 0]


def test_nothing_is_tested():
    panel = measure(cells(*PLAIN))
    assert not any(contrast.tested for contrast in panel.contrasts)
    assert np.isnan(panel.p_greater).all()


def test_the_range_over_the_gaps():
    """By hand: (60/300)/((100+40)/600) = 6/7 to ((60+40)/300)/(100/600) = 2, complete 1.2; limits by R.

    exact conditional: qbeta(.025, 60, 141) / (1 - that) * 2 and qbeta(.975, 101, 100) / (1 - that) * 2; equal rates at
    s with (60 + 40 (1 - s)) / 300 = (100 + 40 s) / 600, s = 100 / 120.
    """
    panel = measure(cells(*PLAIN))
    c = column(panel, "range")
    low, high = panel.ranges["missing-group"]
    assert panel.estimate[0, c] == pytest.approx(1.2, rel=1e-12)
    assert (low[0, c], high[0, c]) == (pytest.approx(6 / 7, rel=1e-12), pytest.approx(2, rel=1e-12))
    assert panel.extra["limit_low"][0, c] == pytest.approx(LIMITS[0], rel=1e-6)
    assert panel.extra["limit_high"][0, c] == pytest.approx(LIMITS[1], rel=1e-6)
    assert panel.extra["tipping"][0, c] == pytest.approx(100 / 120, rel=1e-12)
    assert panel.notes["missing-ethnicity.caveat-tipping"][0, c]
    # Sampling error and assumption are two things: the interval is that of the recorded groups alone.
    assert panel.low[0, c] > panel.extra["limit_low"][0, c]
    assert panel.high[0, c] < panel.extra["limit_high"][0, c]


# R 4.2.2: x <- qbeta(c(.025, .975), c(60, 101), c(141, 100)); print(2 * x / (1 - x), digits = 12)
LIMITS = (0.622571257343, 2.665719500183)


def test_error_rates_that_are_given_make_a_second_range():
    """By hand: recorded 60 of 160; Se .6 to 1, Sp 1 give true shares of .375 to .625: odds .6 and 5/3, times 2."""
    panel = measure(cells(*PLAIN), sensitivity=(0.6, 1.0), specificity=(1.0, 1.0))
    c = column(panel, "range")
    low, high = panel.ranges["misrecorded-group"]
    assert (low[0, c], high[0, c]) == (pytest.approx(1.2, rel=1e-12), pytest.approx(2 * 0.625 / 0.375, rel=1e-12))
    assert "misrecorded-group" not in measure(cells(*PLAIN)).ranges


def test_no_gap_leaves_no_range():
    panel = measure(cells(row("hispanic", 60), row("white", 100)))
    c = column(panel, "range")
    assert np.isnan(panel.ranges["missing-group"][0][0, c])
    assert panel.estimate[0, 0] == 0


def searched(a, n, c, m, agency="A"):
    """Of n searched a lack a group, of m others c."""
    return (
        row("unknown", a, searched=1, agency=agency), row("white", n - a, searched=1, agency=agency),
        row("unknown", c, searched=0, agency=agency), row("white", m - c, searched=0, agency=agency),
    )  # fmt: skip


def test_gaps_by_outcome_within_agency():
    """Mantel-Haenszel by hand: (20*80/200 + 30*70/200) / (80*20/200 + 70*30/200 ...) with the two tables below.

    A: 20 of 100 searched, 12 of 100 others; B: 40 of 100, 25 of 100.
    """
    panel = measure(cells(*searched(20, 100, 12, 100), *searched(40, 100, 25, 100, "B")))
    c = column(panel, "searched")
    assert panel.estimate[0, c] == pytest.approx((20 * 88 + 40 * 75) / (80 * 12 + 60 * 25), rel=1e-12)
    assert (panel.k[0, c], panel.n[0, c], panel.comparator[0, c]) == (60, 200, 37 / 200)
    assert panel.extra["p_shuffle"][0, c] < 0.05


def test_gaps_by_outcome_are_hidden_where_few_ways_over_agencies_are_left():
    """Of 680,000 ways to share these out over two agencies, two gave 1.61 (0.667 to 3.91) and p .4: this, exchanged."""
    few = searched(10, 41, 11, 60), searched(10, 24, 1, 5, "B")
    panel = measure(cells(*few[0], *few[1]))
    c = column(panel, "searched")
    found = [float(f"{values[0, c]:.3g}") for values in (panel.estimate, panel.low, panel.high)]
    assert found == [1.61, 0.667, 3.91]
    assert panel.hidden[0, c]
    many = measure(cells(*searched(20, 100, 12, 100), *searched(40, 100, 25, 100, "B")))
    assert not many.hidden[0, column(many, "searched")]


def test_agencies_that_leave_more_gaps_are_no_dependence():
    """Odds ratio 1 in both agencies, one of which searches more and leaves more gaps: 3 % crude against 1 within."""
    panel = measure(cells(*searched(16, 160, 4, 40), *searched(12, 40, 48, 160, "B")))
    c = column(panel, "searched")
    assert panel.estimate[0, c] == pytest.approx(1, rel=1e-12)
    assert panel.extra["p_shuffle"][0, c] == 1


def test_contraband_is_an_outcome_of_searches():
    rows = (
        row("unknown", 30, searched=1, contraband=1), row("white", 70, searched=1, contraband=1),
        row("unknown", 20, searched=1, contraband=0), row("white", 80, searched=1, contraband=0),
        row("unknown", 500, searched=0, contraband=0), row("white", 500, searched=0, contraband=0),
    )  # fmt: skip
    panel = measure(cells(*rows))
    assert panel.n[0, column(panel, "contraband")] == 100
    assert panel.comparator_n[0, column(panel, "contraband")] == 100


@pytest.mark.parametrize(("silent", "hidden"), [(0, False), (5, True), (11, False)])
def test_searches_of_unrecorded_result_are_not_told(silent, hidden):
    """All searches, less those of unrecorded group, less those that hit-rate prints, are those without a result."""
    rows = [row(group, n, searched=1, contraband=found) for group in ("hispanic", "white") for found, n in HITS]
    rows += [row("unknown", 60, searched=1, contraband=0), row("unknown", 90, searched=0)]
    rows += [row("white", 70, searched=0), row("white", silent, searched=1)]
    panel = measure(cells(*rows))
    assert panel.hidden[0, column(panel, "searched")] == hidden


def test_a_focal_group_that_is_hidden_is_among_the_others():
    """All searches, less those of unrecorded group and of the two groups that are printed, are 5 of the third."""
    counts = {"hispanic": (90, 100), "white": (70, 80), "black": (60, 5), "unknown": (90, 60)}
    rows = [row(name, n, searched=s, contraband=0) for name, pair in counts.items() for s, n in enumerate(pair)]
    found = cells(*rows)
    both = dataclasses.replace(found, focal_groups=("hispanic", "black"))
    for asked in (found, both):
        panel = measure(asked)
        assert panel.hidden[0, column(panel, "searched")]


@pytest.mark.parametrize(("acquitted", "hidden"), [(0, False), (7, True), (12, False)])
def test_acquittals_are_not_told(acquitted, hidden):
    """No-charge prints the dismissed of both groups; an acquittal is none of them, but no conviction either."""
    ends = [(group, end) for group in ("hispanic", "white", "unknown") for end in ("dismissed", "convicted")]
    rows = [row(group, 50, disposition=end) for group, end in ends]
    panel = measure(cells(*rows, row("white", acquitted, disposition="acquitted")))
    assert panel.hidden[0, column(panel, "not-convicted")] == hidden


def test_gaps_over_time():
    """January to April: 20 and 20 of 100, then 40 and 40 of 100: +20 points, Newcombe's limits from Wilson's."""
    rows = [
        row(group, n, month=f"2011-0{m}")
        for m, k in ((1, 20), (2, 20), (3, 40), (4, 40))
        for group, n in (("unknown", k), ("white", 100 - k))
    ]
    panel = measure(cells(*rows))
    c = column(panel, "time")
    (a, b), (d, e) = ((float(x[0]) for x in wilson(k, 200, 0.95)) for k in (80, 40))
    assert panel.estimate[0, c] == pytest.approx(0.2, rel=1e-12)
    assert panel.low[0, c] == pytest.approx(0.2 - np.hypot(0.4 - a, e - 0.2), rel=1e-9)
    assert panel.high[0, c] == pytest.approx(0.2 + np.hypot(b - 0.4, 0.2 - d), rel=1e-9)
    assert panel.extra["months"][0, c] == 4
    assert panel.extra["p_months"][0, c] < 0.01


@pytest.mark.parametrize(
    ("gaps", "records", "hidden"),
    [
        # Of 2,100 ways to share out the later half over two months two gave p .7227 and rho 0: these, exchanged.
        ((34, 10, 14), (140, 58, 49), True),
        ((34, 12, 14), (140, 58, 49), False),
        ((34, 10, 14) * 4, (140, 58, 49) * 4, False),
    ],
)
def test_what_varies_over_few_months_is_hidden_where_one_has_few_gaps(gaps, records, hidden):
    rows = [
        row(group, n, month=f"2011-{m:02d}")
        for m, (k, whole) in enumerate(zip(gaps, records, strict=True), 1)
        for group, n in (("unknown", k), ("white", whole - k))
    ]
    panel = measure(cells(*rows))
    assert bool(panel.hidden[0, column(panel, "time")]) is hidden
    assert not measure(cells(*rows, published=(True,))).hidden.any()


def test_one_month_has_no_halves():
    panel = measure(cells(*PLAIN))
    assert "time" not in [contrast.label for contrast in panel.contrasts]


@pytest.mark.parametrize(("k", "hidden"), [(4, True), (11, False), (192, True)])
def test_small_counts_are_hidden(k, hidden):
    panel = measure(cells(row("unknown", k), row("white", 200 - k)))
    assert bool(panel.hidden[0, 0]) is hidden
    assert not measure(cells(row("unknown", k), row("white", 200 - k), published=(True,))).hidden[0, 0]


def test_a_part_that_differs_by_few_from_the_whole_is_hidden():
    """200 of 205 records say whether there was a search: five do not."""
    panel = measure(cells(*searched(30, 100, 20, 100), row("white", 5)))
    assert panel.hidden[0, column(panel, "searched")]
    assert not panel.hidden[0, 0]


def test_a_source_that_records_no_group_says_nothing():
    assert reason(measure(cells(row("", 500)))) == "missing-ethnicity.no-groups"


def test_groups_from_surnames_are_no_records():
    filled = tuple(dict(r, group_source="surname") for r in PLAIN)
    assert (measure(cells(*filled)).code > 0).all()


def test_a_suppressed_number_is_no_zero():
    panel = measure(cells(*PLAIN, row("unknown", 0, censored=True)))
    assert reason(panel) == "missing-ethnicity.suppressed"


def test_a_place_without_records_is_absent():
    panel = measure(cells(*PLAIN, places=(PLACE, "48201")))
    assert reason(panel, 1) == "missing-ethnicity.absent"


def test_a_group_that_is_hardly_ever_recorded():
    """12 of 1,000 recorded against a third of the residents; 1,000 of 3,000 is a third of a third and believed."""
    few = measure(cells(row("hispanic", 12), row("white", 988), row("unknown", 50)))
    assert few.notes[CAVEAT["missing-ethnicity"]].any(axis=1).tolist() == [True]
    note = few.notes["missing-ethnicity.caveat-unusable"][0]
    assert note[[column(few, "share"), column(few, "range")]].all()
    fair = measure(cells(row("hispanic", 120), row("white", 880), row("unknown", 50)))
    assert fair.notes[CAVEAT["missing-ethnicity"]].any(axis=1).tolist() == [False]


def test_without_any_group_it_says_what_to_ask_for():
    nothing = Inventory(*(frozenset(),) * 7, places=1, months=1)
    assert SIGNAL.lacks(nothing, MissingEthnicityOptions()).needs == "missing-ethnicity.need-groups"


def test_it_reads_nothing_personal():
    assert SIGNAL.view(MissingEthnicityOptions()).rows.personal == ()


@pytest.mark.parametrize(
    "options",
    [{"sensitivity": (0.9, 0.5), "specificity": (1, 1)}, {"sensitivity": (0.5, 0.9)}, {"specificity": (0.9, 1.2)}],
)
def test_error_rates_that_mean_nothing_are_refused(options):
    with pytest.raises(ValueError, match=r"two shares above 0|given together"):
        MissingEthnicityOptions(**options)
