"""Minor traffic: shares against peers, over time, detainers before a conviction, and what is never printed."""

from __future__ import annotations

import numpy as np
import pytest

from auditor.cells import Cells, Inventory, RowTable, table
from auditor.signals.match.minor_traffic import SIGNAL, MinorTrafficOptions
from auditor.signals.signal import Panel

KEYS = ("event", "offence", "month")
ROW_KEYS = ("event", "offence", "prior_conviction", "before_conviction", "detainer_month", "detainer_period")
IDS = ("48201", "48453")


def counted(place: str, event: str = "arrest", month: str = "", **offences: int) -> list[dict[str, object]]:
    return [
        {"place": place, "event": event, "offence": name.replace("_", "-"), "month": month, "n": n}
        for name, n in offences.items()
    ]


def detained(
    period: str, month: str, before: int, n: int, offence="traffic", prior=0, place=1, event="arrest"
) -> tuple[object, ...]:
    return (place, event, offence, prior, before, month, period, n)


def cells(*rows: list[dict[str, object]], detainers=(), complete=False, **more) -> Cells:
    flat = [{**row, "complete": complete} for part in rows for row in part]
    columns = {key: [row[1 + i] for row in detainers] for i, key in enumerate(ROW_KEYS)}
    whole = ("prior_conviction", "before_conviction")
    single = RowTable(
        np.array([row[0] for row in detainers], dtype=np.int64),
        {key: np.array(values, dtype=np.int64 if key in whole else object) for key, values in columns.items()},
        np.array([float(row[-1]) for row in detainers]),
    )
    nobody = ("48", "48")
    return Cells(
        IDS, IDS, nobody, ("", ""), table(flat, IDS, KEYS), table([], IDS, ("universe", "group")), (),
        table([], (), (*KEYS, "start", "end")), (), "white", rows=single, **more,
    )  # fmt: skip


def measure(found: Cells, **options) -> Panel:
    return SIGNAL.measure(found, MinorTrafficOptions(**options), np.random.default_rng(1))


def column(panel: Panel, key: str) -> int:
    return [contrast.key for contrast in panel.contrasts].index(key)


def reason(panel: Panel, key: str, j: int = 1) -> str:
    code = int(panel.code[j, column(panel, key)])
    return panel.lacks[code - 1].reason if code else ""


REST = counted("48201", traffic=1000, licence=500, dui=3000, theft=500, other=0)


def test_the_share_is_held_against_the_others():
    """150 of 300 against 1,500 of 5,000: ratio (150/300) / (1500/5000)."""
    panel = measure(cells(REST, counted("48453", traffic=90, licence=60, dui=100, theft=50)))
    c = column(panel, "arrest/minor/nation")
    assert (panel.k[1, c], panel.n[1, c]) == (150, 300)
    assert panel.estimate[1, c] == pytest.approx((150 / 300) / (1500 / 5000), rel=1e-12)
    assert (panel.comparator[1, c], panel.comparator_n[1, c]) == (0.3, 5000)
    # The base rests on fewer than 20 times as many: two-sample score test. R: prop.test(c(150, 1500), c(300, 5000),
    # correct = FALSE)$statistic is 54.07, by hand (0.2)^2 / (p (1 - p) (1/300 + 1/5000)) with p = 1650/5300.
    pooled = 1650 / 5300
    assert panel.extra["z"][1, c] == pytest.approx(0.2 / np.sqrt(pooled * (1 - pooled) * (1 / 300 + 1 / 5000)))
    assert panel.contrasts[c].tested
    assert [contrast.key for contrast in panel.contrasts if contrast.tested] == ["arrest/minor/nation"]


def test_the_two_classes_stand_beside_it():
    panel = measure(cells(REST, counted("48453", traffic=90, licence=60, dui=100, theft=50)))
    assert panel.k[1, column(panel, "arrest/traffic/nation")] == 90
    assert panel.k[1, column(panel, "arrest/licence/nation")] == 60
    assert panel.n[1, column(panel, "arrest/licence/nation")] == 300


def test_driving_under_the_influence_is_not_minor():
    panel = measure(cells(REST, counted("48453", traffic=0, licence=0, dui=200, theft=100)))
    assert panel.k[1, column(panel, "arrest/minor/nation")] == 0


def test_a_class_that_no_row_speaks_of_is_absent_not_zero():
    """Tables of reported crime know no traffic arrests: that is not none of them."""
    panel = measure(cells(REST, counted("48453", theft=200, robbery=100)))
    assert reason(panel, "arrest/minor/nation") == "minor-traffic.not-told-apart"
    single = measure(cells(REST, counted("48453", theft=200, robbery=100), complete=True))
    assert single.k[1, column(single, "arrest/minor/nation")] == 0


def test_only_minor_offences_is_no_share():
    """A table of traffic arrests alone."""
    panel = measure(cells(REST, counted("48453", traffic=200, licence=100)))
    assert reason(panel, "arrest/minor/nation") == "minor-traffic.not-told-apart"


@pytest.mark.parametrize(("unknown", "expected"), [(128, ""), (129, "minor-traffic.unrecorded")])
def test_offences_that_are_mostly_unrecorded(unknown, expected):
    """More than 30 % without an offence: 128 of 428 are 29.9 %, 129 of 429 are 30.07 %."""
    found = cells(REST, counted("48453", traffic=90, licence=60, dui=150, unknown=unknown))
    panel = measure(found)
    assert reason(panel, "arrest/minor/nation") == expected
    if not expected:
        c = column(panel, "arrest/minor/nation")
        assert panel.missing["offence"][1, c] == pytest.approx(128 / 428)
        assert panel.n[1, c] == 300


def test_a_suppressed_class_is_not_zero():
    rows = counted("48453", traffic=90, licence=0, dui=150)
    rows[1]["censored"] = True
    assert reason(measure(cells(REST, rows)), "arrest/minor/nation") == "minor-traffic.suppressed"


def test_the_event_that_most_places_tell_is_tested():
    found = cells(
        counted("48201", event="booking", traffic=100, licence=50, dui=300),
        counted("48453", event="booking", traffic=90, licence=60, dui=150),
        counted("48453", traffic=90, licence=60, dui=150),
    )
    tested = [contrast.key for contrast in measure(found).contrasts if contrast.tested]
    assert tested == ["booking/minor/nation"]
    tested = [contrast.key for contrast in measure(found, event="arrest").contrasts if contrast.tested]
    assert tested == ["arrest/minor/nation"]


def hidden(panel: Panel, key: str, j: int = 1) -> bool:
    return bool(panel.hidden[j, column(panel, key)])


def test_beside_a_small_class_only_the_union_is_printed():
    panel = measure(cells(REST, counted("48453", traffic=90, licence=5, dui=150)))
    assert not hidden(panel, "arrest/minor/nation")
    assert hidden(panel, "arrest/traffic/nation")
    assert hidden(panel, "arrest/licence/nation")
    public = measure(cells(REST, counted("48453", traffic=90, licence=5, dui=150), published=(True, True)))
    assert not hidden(public, "arrest/licence/nation")


def test_a_few_events_without_an_offence_hide_the_mix():
    """How many there were is printed elsewhere: less those with an offence it would leave 4."""
    panel = measure(cells(REST, counted("48453", traffic=90, licence=60, dui=150, unknown=4)))
    assert hidden(panel, "arrest/minor/nation")
    assert np.isnan(panel.missing["offence"][1, column(panel, "arrest/minor/nation")])


def test_pairs_of_serious_classes_are_the_controls():
    serious = {"homicide": 20, "sexual_assault": 80, "robbery": 100, "aggravated_assault": 200, "burglary": 100}
    found = cells(
        counted("48201", traffic=100, licence=50, theft=500, **serious),
        counted("48453", traffic=100, licence=50, theft=500, **serious),
    )
    control = SIGNAL.controls(found, MinorTrafficOptions(), np.random.default_rng(1))
    assert [contrast.label for contrast in control.contrasts] == [
        "homicide-sexual-assault", "robbery-aggravated-assault", "burglary-arson",
    ]  # fmt: skip
    # 100 of 1,000 serious; a minor arrest more or less moves none of them.
    assert (control.k[1, 0], control.n[1, 0]) == (100, 1000)
    assert not any(contrast.tested for contrast in control.contrasts)


def months(start: int, stop: int, **offences: int) -> list[dict[str, object]]:
    """Counts of each month from the start to before the stop, counted from January 2010."""
    names = [f"{2010 + m // 12}-{1 + m % 12:02d}" for m in range(start, stop)]
    return [row for name in names for row in counted("48453", month=name, **offences)]


def test_the_first_years_against_the_last():
    """30 months: one whole year on either side. 20 of 50 a month, then 30 of 50."""
    panel = measure(cells(REST, months(0, 15, traffic=20, dui=30), months(15, 30, traffic=30, dui=20)))
    c = column(panel, "arrest/minor/over-time")
    assert (panel.k[1, c], panel.n[1, c]) == (360, 600)
    assert (panel.extra["before_k"][1, c], panel.extra["before_n"][1, c]) == (240, 600)
    assert panel.estimate[1, c] == pytest.approx(0.2)
    assert panel.window[0][1, c] == "2010-01-01"
    assert panel.window[1][1, c] == "2012-06-30"
    assert panel.contrasts[c].scale == "difference"
    assert reason(panel, "arrest/minor/over-time", 0) == "stated.too-few-months"


def test_months_left_between_that_hold_few_people_hide_the_change():
    """What the whole has more than both ends is 10 minor arrests in one month."""
    rows = (months(0, 12, traffic=20, dui=30), months(12, 13, traffic=10, dui=30), months(13, 25, traffic=30, dui=20))
    panel = measure(cells(REST, *rows))
    assert hidden(panel, "arrest/minor/over-time")
    assert not hidden(panel, "arrest/minor/nation")


EARLY, LATE = "discretion-2011", "minor-traffic-2012"


def lodged(before: int, after: int, early: bool, month: str = "", **more) -> list[tuple[object, ...]]:
    """Detainers before and after a conviction, in a month before or after the rule."""
    when = (EARLY, month or "2011-09") if early else (LATE, month or "2012-09")
    return [detained(*when, 1, before, **more), detained(*when, 0, after, **more)]


def test_detainers_before_and_after_the_rule():
    rows = [*lodged(60, 20, True), *lodged(30, 50, False)]
    panel = measure(cells(REST, detainers=rows))
    for name, k in ((EARLY, 60), (LATE, 30)):
        c = column(panel, f"arrest/minor-before-conviction/{name}")
        assert (panel.k[1, c], panel.n[1, c]) == (k, 80)
        assert panel.estimate[1, c] == k / 80
        assert panel.low[1, c] < k / 80 < panel.high[1, c]
        assert np.isnan(panel.p_greater[1, c])
    assert reason(panel, f"arrest/minor-before-conviction/{EARLY}", 0) == "stated.absent"


def test_the_change_at_the_rule_is_within_its_regime():
    """Six months on either side; detainers of the regimes before and after are no part of it."""
    rows = [row for m in range(7, 13) for row in lodged(6, 4, True, f"2011-{m:02d}")]
    rows += [row for m in range(5, 11) for row in lodged(3, 7, False, f"2012-{m:02d}")]
    rows += [detained("before-2011", "2011-02", 1, 500), detained("pep-2015", "2016-02", 0, 500)]
    panel = measure(cells(REST, detainers=rows))
    c = column(panel, "arrest/minor-before-conviction/2012-04-27")
    assert (panel.k[1, c], panel.n[1, c]) == (18, 60)
    assert panel.estimate[1, c] == pytest.approx(-0.3)
    # No scatter within either side: of 12 turns the true one and the one that exchanges the sides are as large.
    assert (panel.extra["turns"][1, c], panel.extra["turned"][1, c]) == (12, pytest.approx(2 / 12))


def test_people_with_a_prior_conviction_are_left_out_and_unknown_ones_named():
    rows = [*lodged(60, 20, True), *lodged(50, 50, True, prior=1)]
    panel = measure(cells(REST, detainers=rows))
    c = column(panel, f"arrest/minor-before-conviction/{EARLY}")
    assert panel.n[1, c] == 80
    assert not panel.notes["minor-traffic.caveat-prior"][1, c]
    panel = measure(cells(REST, detainers=[*rows, *lodged(20, 20, True, prior=-1)]))
    assert panel.n[1, c] == 120
    assert panel.notes["minor-traffic.caveat-prior"][1, c]
    assert panel.notes["minor-traffic.caveat-priorities"][1, c]


def test_detainers_on_other_offences_are_no_part_of_it():
    rows = [*lodged(60, 20, True), *lodged(500, 500, True, offence="dui")]
    panel = measure(cells(REST, detainers=rows))
    assert panel.n[1, column(panel, f"arrest/minor-before-conviction/{EARLY}")] == 80


def test_unknown_timing_is_missing_and_bounds_the_share():
    rows = [*lodged(60, 20, True), detained(EARLY, "2011-09", -1, 20)]
    panel = measure(cells(REST, detainers=rows))
    c = column(panel, f"arrest/minor-before-conviction/{EARLY}")
    assert panel.missing["conviction"][1, c] == pytest.approx(0.2)
    low, high = panel.ranges["conviction-unrecorded"]
    assert (low[1, c], high[1, c]) == (pytest.approx(0.6), pytest.approx(0.8))
    assert not panel.range_hidden[1, c]
    few = measure(cells(REST, detainers=[*lodged(60, 20, True), detained(EARLY, "2011-09", -1, 4)]))
    assert few.range_hidden[1, c]


def test_a_small_number_after_conviction_is_hidden():
    panel = measure(cells(REST, detainers=[*lodged(60, 5, True), *lodged(40, 40, False)]))
    assert hidden(panel, f"arrest/minor-before-conviction/{EARLY}")
    assert not hidden(panel, f"arrest/minor-before-conviction/{LATE}")


def test_what_all_minor_arrests_leave_over_is_not_given_away():
    """85 minor arrests of which 80 have a detainer of known timing: the five others would be the difference."""
    rows = [*lodged(60, 20, True), detained("", "", -1, 5)]
    assert hidden(measure(cells(REST, detainers=rows)), f"arrest/minor-before-conviction/{EARLY}")


def test_too_few_detainers_are_not_stated():
    panel = measure(cells(REST, detainers=[*lodged(10, 0, True), *lodged(40, 40, False)]))
    assert reason(panel, f"arrest/minor-before-conviction/{EARLY}") == "stated.too-few"


def test_detainers_of_their_own_are_read_where_arrests_do_not_tell():
    rows = [*lodged(60, 20, True, event="detainer"), detained(EARLY, "2011-09", -1, 300)]
    panel = measure(cells(REST, detainers=rows))
    assert panel.n[1, column(panel, f"detainer/minor-before-conviction/{EARLY}")] == 80


@pytest.mark.parametrize(
    ("events", "offences", "expected"),
    [
        ((), (), "minor-traffic.no-events"),
        (("stop",), ("traffic",), "minor-traffic.no-events"),
        (("arrest",), ("dui", "theft"), "minor-traffic.no-offences"),
        (("arrest",), ("licence",), None),
    ],
)
def test_what_it_lacks(events, offences, expected):
    none = frozenset[str]()
    inventory = Inventory(frozenset(events), none, none, none, frozenset(offences), none, none, places=1, months=1)
    lack = SIGNAL.lacks(inventory, MinorTrafficOptions())
    assert (lack.reason if lack else None) == expected


def test_it_reads_nothing_personal():
    assert SIGNAL.view(MinorTrafficOptions()).rows.personal == ()
