"""Detainer practice: before a conviction against peers, forms and outcomes by regime, and what is never printed."""

from __future__ import annotations

import numpy as np
import pytest

from auditor.cells import Cells, Inventory, RowTable, table
from auditor.signals.match.detainer_practice import SIGNAL, DetainerPracticeOptions
from auditor.signals.signal import Panel

IDS = ("42077", "42091", "42101")
WHOLE = ("detainer", "before_conviction")
LATE, EARLY = "detainers-2012", "before-2011"


def row(n: int, **more: object) -> dict[str, object]:
    return {
        "place": 1, "event": "detainer", "offence": "", "detainer": -1, "detainer_month": "2013-05",
        "detainer_period": LATE, "detainer_type": "I247", "lift_reason": "", "before_conviction": -1, "n": n, **more,
    }  # fmt: skip


def cells(*rows: dict[str, object], states=("42", "42", "42"), **more) -> Cells:
    keys = [key for key in row(1) if key not in ("place", "n")]
    columns = {key: np.array([r[key] for r in rows], dtype=np.int64 if key in WHOLE else object) for key in keys}
    index, n = np.array([r["place"] for r in rows], dtype=np.int64), np.array([float(r["n"]) for r in rows])
    counted = table([], IDS, ("event",))
    return Cells(
        IDS, IDS, states, ("",) * 3, counted, table([], IDS, ("universe", "group")), (),
        table([], (), ("event", "start", "end")), (), "white", rows=RowTable(index, columns, n), **more,
    )  # fmt: skip


def timed(before: int, after: int, **more: object) -> list[dict[str, object]]:
    return [row(before, before_conviction=1, **more), row(after, before_conviction=0, **more)]


def ended(counts: dict[str, int], **more: object) -> list[dict[str, object]]:
    return [row(n, lift_reason=reason, **more) for reason, n in counts.items()]


def measure(found: Cells) -> Panel:
    return SIGNAL.measure(found, DetainerPracticeOptions(), np.random.default_rng(1))


def column(panel: Panel, key: str) -> int:
    return [contrast.key for contrast in panel.contrasts].index(key)


def reason(panel: Panel, key: str, j: int = 1) -> str:
    code = int(panel.code[j, column(panel, key)])
    return panel.lacks[code - 1].reason if code else ""


NATION = f"detainer/before-conviction/nation/{LATE}"
OTHERS = [*timed(300, 700, place=0), *timed(200, 300, place=2)]


def test_the_share_before_a_conviction_is_held_against_the_others():
    """120 of 200 against 500 of 1,500."""
    panel = measure(cells(*OTHERS, *timed(120, 80)))
    c = column(panel, NATION)
    assert (panel.k[1, c], panel.n[1, c]) == (120, 200)
    assert panel.estimate[1, c] == pytest.approx((120 / 200) / (500 / 1500), rel=1e-12)
    assert panel.comparator_n[1, c] == 1500
    # Two-sample score test by hand: the base rests on fewer than 20 times as many.
    p = 620 / 1700
    assert panel.extra["z"][1, c] == pytest.approx((0.6 - 1 / 3) / np.sqrt(p * (1 - p) * (1 / 200 + 1 / 1500)))


def test_other_states_are_no_part_of_the_states_share():
    panel = measure(cells(*OTHERS, *timed(120, 80), states=("42", "42", "34")))
    assert panel.comparator[1, column(panel, NATION.replace("nation", "state"))] == 0.3


def test_regimes_are_never_added():
    """Two regimes are two comparisons; the one with more detainers of the place speaks for it."""
    early = {"detainer_period": EARLY, "detainer_month": "2010-05"}
    others = [*OTHERS, *timed(50, 450, place=0, **early), *timed(50, 450, place=2, **early)]
    panel = measure(cells(*others, *timed(120, 80), *timed(20, 30, **early)))
    late, first = column(panel, NATION), column(panel, NATION.replace(LATE, EARLY))
    assert (panel.n[1, first], panel.comparator[1, first]) == (50, 0.1)
    assert panel.speaks[1].nonzero()[0].tolist() == [late]
    assert panel.window[0][1, first] == "2010-05-01"
    assert panel.window[1][1, first] == "2010-05-31"


def test_a_period_within_a_regime_is_part_of_it():
    """The memorandum of November 2014 opens no regime."""
    rows = [*timed(120, 80), *timed(30, 20, detainer_period="priorities-2014", detainer_month="2014-12")]
    panel = measure(cells(*OTHERS, *rows))
    assert panel.n[1, column(panel, NATION)] == 250


@pytest.mark.parametrize(("unknown", "expected"), [(85, ""), (86, "detainer-practice.unrecorded")])
def test_timing_that_is_mostly_unknown(unknown, expected):
    """85 of 285 are 29.8 %, 86 of 286 are 30.07 %: people never convicted have no date of conviction."""
    panel = measure(cells(*OTHERS, *timed(120, 80), row(unknown)))
    assert reason(panel, NATION) == expected
    if not expected:
        assert panel.missing["conviction"][1, column(panel, NATION)] == pytest.approx(85 / 285)


def test_a_place_without_a_date_of_its_own_is_withheld():
    panel = measure(cells(*OTHERS, *timed(120, 80, detainer_period="", detainer_month="")))
    assert reason(panel, NATION) == "detainer-practice.absent"


def test_a_suppressed_number():
    found = cells(*OTHERS, *timed(120, 80))
    found.rows.censored[-1] = True
    assert reason(measure(found), NATION) == "detainer-practice.suppressed"


def test_forms_are_read_and_unknown_ones_counted_not_guessed():
    pep = {"detainer_period": "pep-2015", "detainer_month": "2016-01"}
    rows = [row(n, detainer_type=form, **pep) for form, n in (("I247D", 60), ("I-247N", 30), ("I-200", 40), ("", 20))]
    panel = measure(cells(*rows))
    c = column(panel, "detainer/form-i247d/pep-2015")
    assert (panel.k[1, c], panel.n[1, c], panel.estimate[1, c]) == (60, 90, pytest.approx(2 / 3))
    assert panel.missing["form"][1, c] == pytest.approx(60 / 150)
    assert panel.missing["form-unrecognised"][1, c] == pytest.approx(40 / 150)
    low, high = panel.ranges["form-unrecorded"]
    assert (low[1, c], high[1, c]) == (60 / 150, 120 / 150)
    assert "detainer/form-i247x/pep-2015" not in [contrast.key for contrast in panel.contrasts]


def test_a_form_that_is_the_only_one_says_nothing():
    panel = measure(cells(*timed(60, 40)))
    assert not [contrast.key for contrast in panel.contrasts if "form" in contrast.key]


OUTCOMES = {"Booked into Detention": 300, "Lifted": 50, "Prosecutorial Discretion": 30, "Case Closed": 70, "": 100}


def test_outcomes_are_of_those_that_have_one():
    """A blank is pending, or without a paper: no outcome."""
    panel = measure(cells(*ended(OUTCOMES)))
    c = column(panel, f"detainer/ended-lifted/{LATE}")
    assert (panel.k[1, c], panel.n[1, c]) == (80, 450)
    assert panel.missing["outcome"][1, c] == pytest.approx(100 / 550)
    low, high = panel.ranges["outcome-unrecorded"]
    assert (low[1, c], high[1, c]) == (80 / 550, 180 / 550)
    assert panel.notes["detainer-practice.caveat-pending"][1, c]
    assert panel.notes["detainer-practice.caveat-facility"][1, c]
    assert not panel.contrasts[c].tested


def test_limits_are_goodmans_for_six_kinds():
    """One month: no scatter. Wilson at 1 - 0.05 / 6: z = 2.6382572734 (R: qnorm(1 - 0.05 / 12))."""
    panel = measure(cells(*ended(OUTCOMES)))
    c = column(panel, f"detainer/ended-lifted/{LATE}")
    z, p, n = 2.6382572734, 80 / 450, 450
    middle, half = p + z**2 / 2 / n, z * np.sqrt(p * (1 - p) / n + z**2 / 4 / n**2)
    assert panel.low[1, c] == pytest.approx((middle - half) / (1 + z**2 / n), rel=1e-8)
    assert panel.high[1, c] == pytest.approx((middle + half) / (1 + z**2 / n), rel=1e-8)


def hidden(panel: Panel, key: str) -> bool:
    return bool(panel.hidden[1, column(panel, key)])


def ending(name: str) -> str:
    return f"detainer/ended-{name}/{LATE}"


def test_a_few_detainers_lifted_in_error_hide_another_outcome_too():
    """6 citizens or people not deportable: the others' sum, taken from the whole, would give them away."""
    panel = measure(
        cells(*ended({**OUTCOMES, "United States Citizen Interviewed": 4, "Alien Not Subject to Deportation": 2}))
    )
    assert {name: hidden(panel, ending(name)) for name in ("custody", "lifted", "case-closed", "error")} == {
        "custody": False, "lifted": False, "case-closed": True, "error": True,
    }  # fmt: skip


def test_a_few_detainers_of_another_regime_are_hidden_among_others():
    """How many detainers there are is printed elsewhere: 5 before 2011 would be what is left.

    They are hidden among the blank ones, which are not told then, or else the whole regime is.
    """
    early = row(5, lift_reason="Lifted", detainer_period=EARLY, detainer_month="2010-05")
    panel = measure(cells(*ended(OUTCOMES), early))
    assert not hidden(panel, ending("custody"))
    assert panel.range_hidden[1, column(panel, ending("custody"))]
    full = {reason: n for reason, n in OUTCOMES.items() if reason}
    assert hidden(measure(cells(*ended(full), early)), ending("custody"))
    assert not hidden(measure(cells(*ended(full), early, published=(True,) * 3)), ending("custody"))


def test_a_few_blank_ones_hide_the_outcomes():
    panel = measure(cells(*ended({**OUTCOMES, "": 7})))
    assert hidden(panel, ending("custody"))


def test_few_detainers_are_not_stated():
    panel = measure(cells(*ended({"Lifted": 10}), *ended(OUTCOMES, place=0)))
    assert reason(panel, ending("lifted")) == "stated.too-few"


def test_bookings_with_a_detainer_serve_where_detainers_are_not_listed():
    booked = {"event": "booking", "detainer": 1}
    rows = [
        *timed(120, 80, **booked),
        *timed(300, 700, place=0, **booked),
        row(5000, event="booking", detainer=0, detainer_period=""),
    ]
    panel = measure(cells(*rows))
    assert panel.n[1, column(panel, NATION.replace("detainer/", "booking/", 1))] == 200


def test_serious_offences_are_the_control():
    rows = [*timed(60, 40, offence="robbery"), *timed(60, 40, offence="traffic")]
    others = [*timed(100, 100, place=0, offence="robbery"), *timed(300, 700, place=2, offence="traffic")]
    control = SIGNAL.controls(cells(*rows, *others), DetainerPracticeOptions(), np.random.default_rng(1))
    assert [contrast.key for contrast in control.contrasts] == [f"detainer/before-conviction-serious/nation/{LATE}"]
    assert (control.k[1, 0], control.n[1, 0], control.comparator[1, 0]) == (60, 100, 0.5)
    assert not control.speaks.any()


def test_no_offence_no_control():
    found = cells(*OTHERS, *timed(120, 80))
    assert SIGNAL.controls(found, DetainerPracticeOptions(), np.random.default_rng(1)) is None


def test_no_detainer_at_all():
    panel = measure(cells(row(50, event="booking", detainer=0, detainer_period="")))
    assert (panel.code > 0).all()


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ({}, "detainer-practice.no-rows"),
        ({"booking": {"offence"}}, "detainer-practice.no-rows"),
        ({"detainer": {"offence"}}, "detainer-practice.no-columns"),
        ({"detainer": {"lift_reason"}}, None),
        ({"booking": {"detainer", "disposition"}}, None),
    ],
)
def test_what_it_lacks(held, expected):
    columns = {event: frozenset(names) for event, names in held.items()}
    nothing = (frozenset(),) * 7
    lack = SIGNAL.lacks(Inventory(*nothing, places=1, months=1, row_columns=columns), DetainerPracticeOptions())
    assert (lack.reason if lack else None) == expected


def test_it_reads_nothing_personal():
    assert SIGNAL.view(DetainerPracticeOptions()).rows.personal == ()
