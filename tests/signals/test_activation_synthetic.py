"""Synthetic control of one place: windows, donors, reasons, and that it measures what the formula says."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from auditor.cells import Activations, Cells, Inventory, Table, table
from auditor.signals.change.activation_synthetic import SIGNAL
from auditor.signals.signal import Design, Panel
from auditor.signals.synthetic.draw import arrests, cells_of
from auditor.signals.synthetic.units import spaced
from auditor.stats.synthetic.placebo import placebo_test
from auditor.stats.synthetic.simplex import spreading_penalty

PLACES, STARTED = 44, 4
FIRST, START = np.datetime64("2006-01"), 36


def counts(seed: int = 2, effect: float = 0.0, typical: float = 400.0) -> np.ndarray:
    """48 months of 44 places, (J, T, 4); the effect in place 0 from month 36 on."""
    shift = np.where(np.arange(PLACES) == 0, effect, 0.0)
    return arrests(np.random.default_rng(seed), Design(places=PLACES, typical=typical), shift)


def cells(values: np.ndarray, **changes: Any) -> Cells:
    ids = tuple(f"{53001 + 2 * j}" for j in range(len(values)))
    return dataclasses.replace(cells_of(ids, values, np.arange(len(values)) < STARTED), **changes)


def starts(
    dates: dict[int, str], kinds: dict[int, str] | None = None, program: str = "secure-communities"
) -> Activations:
    kinds = kinds or {}
    index = np.array(list(dates), dtype=np.int64)
    return Activations(
        index,
        np.array([program] * len(dates), dtype=object),
        np.array([kinds.get(j, "activated") for j in dates], dtype=object),
        np.array(list(dates.values()), dtype="datetime64[D]"),
    )


def measure(data: Cells, **options: Any) -> Panel:
    return SIGNAL.measure(data, SIGNAL.options(**options), np.random.default_rng(0))


def without(data: Cells, keep: np.ndarray) -> Cells:
    return dataclasses.replace(data, counts=data.counts.take(keep))


def reason(panel: Panel, place: int) -> str:
    return panel.lacks[int(panel.code[place, 0]) - 1].reason.removeprefix("activation-synthetic.")


def at(data: Cells, place: int, month: int) -> np.ndarray:
    return (data.counts.index == place) & (data.counts.columns["month"] == str(FIRST + month))


def test_the_numbers_are_those_of_the_formula():
    """The estimate, p and limits from the counts by hand-written logs; k, n are the place's own after the start."""
    values = counts(effect=np.log(2))
    panel = measure(cells(values))
    logs = np.log(values + 0.5)
    y = logs[:, :, 0] - logs[:, :, 1] - logs[:, :, 2] + logs[:, :, 3]
    noise = np.sqrt((1 / (values[:, :START] + 0.5)).sum(axis=2).mean(axis=1))
    before, after = y[:, :START], y[:, START:]
    expected = placebo_test(
        before[:1],
        after[:1],
        before[STARTED:],
        after[STARTED:],
        noise=noise[:1],
        donors_noise=noise[STARTED:],
        penalty=spreading_penalty(before[STARTED:], 12),
        lean=False,
    )
    assert panel.estimate[0, 0] == pytest.approx(np.exp(expected.gap[0]), rel=1e-9)
    assert panel.low[0, 0] == pytest.approx(np.exp(expected.low[0]), rel=1e-9)
    assert panel.high[0, 0] == pytest.approx(np.exp(expected.high[0]), rel=1e-9)
    assert panel.p_greater[0, 0] == expected.p_greater[0]
    assert panel.extra["units"][0, 0] == expected.donors[0]
    k, n = values[0, START:, 0].sum(), values[0, :, 0].sum()
    assert (panel.k[0, 0], panel.n[0, 0]) == (k, n)
    odds = (k + 0.5) / (n - k + 0.5) / panel.estimate[0, 0]
    assert panel.base[0, 0] == pytest.approx(odds / (1 + odds), rel=1e-12)
    assert panel.extra["expected"][0, 0] == pytest.approx(3 * odds, rel=1e-12), "36 months before, 12 after"
    assert panel.absolute[0, 0] == pytest.approx(1000 * (1 - 1 / panel.estimate[0, 0]), rel=1e-12)
    assert (panel.window[0][0, 0], panel.window[1][0, 0]) == ("2006-01-01", "2009-12-31")


def test_a_doubled_contrast_is_found_at_the_least_p():
    panel = measure(cells(counts(effect=np.log(2))))
    assert 1.6 < panel.estimate[0, 0] < 2.5
    assert panel.low[0, 0] > 1
    assert panel.p_greater[0, 0] == panel.least_p[0, 0] == 1 / (panel.extra["units"][0, 0] + 1)
    assert panel.given[0, 0]
    assert 1.4 < panel.extra["augmented"][0, 0] < 2.8
    assert panel.contrasts[0].shape == "change"


def test_an_effect_on_serious_offences_is_its_own_mirror():
    """The contrast falls when serious arrests of the focal group rise, and the negative control notices."""
    values = counts()
    values[0, START:, 2] *= 3
    panel = measure(cells(values))
    assert panel.estimate[0, 0] < 0.6
    assert panel.p_greater[0, 0] > 0.9
    assert panel.extra["serious_p"][0, 0] <= 0.05
    assert panel.extra["serious_ratio"][0, 0] > 2
    assert panel.notes["activation-synthetic.caveat-serious"][0, 0]


def test_a_change_before_the_start_fires_the_false_date():
    values = counts()
    values[0, START - 12 :, 0] *= 3
    panel = measure(cells(values), fit_others=10, fit_own=3, fit_drift=99)
    assert panel.extra["false_date_p"][0, 0] <= 0.05
    assert panel.notes["activation-synthetic.caveat-date"][0, 0]


def test_two_years_before_leave_no_room_for_a_false_date():
    data = cells(counts())
    panel = measure(data, before_most=24)
    assert panel.measured[0, 0]
    assert np.isnan(panel.extra["false_date_p"][0, 0])
    assert panel.window[0][0, 0] == "2007-01-01"


@pytest.mark.parametrize(("donors", "measured"), [(18, False), (19, True)])
def test_nineteen_donors_are_needed(donors, measured):
    values = counts()[: STARTED + donors]
    panel = measure(cells(values), fit_own=9, fit_others=9, fit_drift=99)
    assert panel.measured[0, 0] == measured
    if not measured:
        assert reason(panel, 0) == "few-donors"


def test_a_place_without_a_start_is_a_donor_and_says_so():
    panel = measure(cells(counts()))
    assert reason(panel, PLACES - 1) == "undated"
    assert panel.notes["activation-synthetic.caveat-undated"][0, 0]


def test_places_that_start_later_are_donors_until_then():
    later = dict.fromkeys(range(1, PLACES), "2010-01-01")
    panel = measure(cells(counts(), activations=starts({0: "2009-01-01"} | later)))
    assert panel.measured[0, 0]
    assert not panel.notes["activation-synthetic.caveat-undated"][0, 0]
    within = dict.fromkeys(range(STARTED, PLACES), "2009-12-31")
    panel = measure(cells(counts(), activations=starts(dict.fromkeys(range(STARTED), "2009-01-01") | within)))
    assert reason(panel, 0) == "few-donors"


def test_a_start_within_a_month_leaves_that_month_out():
    """Start on 15 January 2008: the year after begins in February, the two years before end in December."""
    panel = measure(cells(counts(), activations=starts({0: "2008-01-15"})))
    assert panel.measured[0, 0]
    assert (panel.window[0][0, 0], panel.window[1][0, 0]) == ("2006-01-01", "2009-01-31")


def test_months_of_anticipation_are_left_out():
    panel = measure(cells(counts(), activations=starts({0: "2008-07-01"})), anticipation=6)
    assert (panel.window[0][0, 0], panel.window[1][0, 0]) == ("2006-01-01", "2009-06-30")


@pytest.mark.parametrize("date", ["2007-12-01", "2009-02-01", "2009-01-02", "2001-01-01", "2020-01-01"])
def test_too_few_months_on_either_side(date):
    panel = measure(cells(counts(), activations=starts({0: date})))
    assert reason(panel, 0) == "gaps"


def test_a_month_that_no_row_speaks_of_is_no_zero():
    data = cells(counts())
    panel = measure(without(data, ~at(data, 0, 20)))
    assert reason(panel, 0) == "gaps"
    panel = measure(without(data, ~at(data, 0, 5)))
    assert panel.measured[0, 0], "two years before are still without a gap"
    assert panel.window[0][0, 0] == "2007-01-01"


def test_a_donor_with_a_gap_is_left_out():
    data = cells(counts())
    full = measure(data).extra["units"][0, 0]
    panel = measure(without(data, ~at(data, PLACES - 1, 40)))
    assert panel.extra["units"][0, 0] == full - 1


def test_a_suppressed_month_is_named():
    data = cells(counts())
    censored = at(data, 0, 40)
    panel = measure(dataclasses.replace(data, counts=dataclasses.replace(data.counts, censored=censored)))
    assert reason(panel, 0) == "suppressed"


def test_a_slope_of_its_own_is_refused():
    """Scenario 33: what no average of donors followed before the start."""
    values = counts()
    values[0, :START, 0] = np.round(values[0, :START, 0] * np.exp(np.linspace(-1.5, 1.5, START)))
    panel = measure(cells(values))
    assert reason(panel, 0) == "poor-fit"
    assert panel.extra["fit_others"][0, 0] > 2
    assert np.isnan(panel.p_greater[0, 0])


def test_thin_counts_go_by_quarter_and_very_thin_ones_not_at_all():
    panel = measure(cells(counts(typical=25)))
    assert panel.notes["activation-synthetic.caveat-quarterly"][panel.measured].all()
    assert panel.measured.any()
    values = counts()
    values[0, :, 2] = 0
    values[0, 3, 2] = 1
    assert reason(measure(cells(values)), 0) == "thin"


def test_places_of_another_kind_are_no_donors():
    """The donors are simulated places, the place is not."""
    data = cells(counts(), simulated=tuple(j >= STARTED for j in range(PLACES)))
    assert reason(measure(data), 0) == "few-donors"


def test_without_offences_the_ratio_of_the_groups_is_followed():
    data = cells(counts(effect=np.log(2)))
    bare = dataclasses.replace(data.counts, columns={**data.counts.columns, "offence": np.full(len(data.counts.n), "")})
    panel = measure(dataclasses.replace(data, counts=bare))
    assert panel.contrasts[0].key == "hispanic/arrest/ratio"
    assert panel.measured[0, 0]
    assert np.isnan(panel.extra["serious_p"][0, 0])
    assert panel.estimate[0, 0] > 1.2


def test_only_the_first_start_of_the_programme_counts():
    data = cells(counts())
    early = starts({0: "2008-01-01", 1: "2009-01-01"})
    other = starts({0: "2006-03-01"}, program="287(g)")
    both = Activations(
        *(np.concatenate([getattr(early, name), getattr(other, name)]) for name in ("index", "program", "kind", "date"))
    )
    data = dataclasses.replace(data, activations=both)
    assert measure(data, program="secure-communities").measured[0, 0]
    assert reason(measure(data), 0) == "gaps"


def test_a_signature_is_no_start_and_a_date_without_kind_is_marked():
    dates = {0: "2009-01-01", 1: "2009-01-01"}
    panel = measure(cells(counts(), activations=starts(dates, {0: "signed", 1: ""})))
    assert reason(panel, 0) == "undated"
    assert panel.notes["activation.caveat-unverified"][1, 0]
    panel = measure(cells(counts(), activations=starts(dates)))
    assert not panel.notes["activation.caveat-unverified"].any()


def test_small_unpublished_counts_hide_the_numbers():
    values = counts()
    values[0, :, 2] = 0
    values[0, 0:33:3, 2] = 2
    values[0, START::3, 2] = 2
    options: dict[str, Any] = {"period": "quarter", "least": 1.0, "fit_own": 9, "fit_others": 9, "fit_drift": 99}
    assert measure(cells(values), **options).hidden[0, 0], "8 serious arrests of the focal group after the start"
    assert not measure(cells(values, published=(True,) * PLACES), **options).hidden[0, 0]
    assert not measure(cells(counts()), **options).hidden[0, 0]


def test_unrecorded_groups_bound_the_estimate():
    """Every unrecorded person of place 0 put where it moves the contrast most: ten a month, before and after."""
    values = counts()
    data = cells(values)
    months = [str(FIRST + month) for month in range(48)]
    blank = {"place": data.ids[0], "event": "arrest", "group": "unknown", "offence": "drug-possession", "n": 10.0}
    rows = [{**blank, "month": month} for month in months]
    added = table(rows, data.ids, tuple(data.counts.columns))
    counts_ = Table(
        np.concatenate([data.counts.index, added.index]),
        {name: np.concatenate([data.counts.columns[name], added.columns[name]]) for name in added.columns},
        *(np.concatenate([getattr(data.counts, name), getattr(added, name)]) for name in ("n", "censored", "complete")),
    )
    panel = measure(dataclasses.replace(data, counts=counts_))
    before, after = values[0, :START].sum(axis=0) + 0.5, values[0, START:].sum(axis=0) + 0.5
    high = (1 + 120 / after[0]) * (1 + 360 / before[1])
    low = (1 + 120 / after[1]) * (1 + 360 / before[0])
    assert panel.ranges["missing-group"][1][0, 0] == pytest.approx(panel.estimate[0, 0] * high, rel=1e-9)
    assert panel.ranges["missing-group"][0][0, 0] == pytest.approx(panel.estimate[0, 0] / low, rel=1e-9)
    assert panel.missing["group"][0, 0] == pytest.approx(480 / (480 + values[0].sum()), rel=1e-12)
    assert panel.missing["group"][1, 0] == 0


def test_leaning_and_classical_weights_are_options():
    data = cells(counts(effect=np.log(2)))
    plain, lean, classical = measure(data), measure(data, lean=True), measure(data, spread=False)
    assert lean.estimate[0, 0] == pytest.approx(plain.estimate[0, 0], rel=1e-12)
    assert classical.estimate[0, 0] != pytest.approx(plain.estimate[0, 0], rel=1e-3)


def test_donors_are_spaced_by_their_noise():
    """Of seven, three: the least noisy, the middle, the noisiest."""
    assert spaced(np.array([5.0, 1, 7, 3, 2, 6, 4]), 3).tolist() == [1, 6, 2]
    assert sorted(spaced(np.arange(4.0), 9).tolist()) == [0, 1, 2, 3]


def inventory(**changes: Any) -> Inventory:
    event = frozenset({"arrest"})
    empty: frozenset[str] = frozenset()
    base = Inventory(event, empty, empty, empty, empty, event, empty, places=30, months=60, activated=5)
    return dataclasses.replace(base, **changes)


def test_what_is_lacking_is_said_in_order():
    options = SIGNAL.options()
    assert SIGNAL.lacks(inventory(), options) is None
    for change, reason_ in (
        ({"events_with_group": frozenset()}, "no-groups"),
        ({"focal_groups": ()}, "no-groups"),
        ({"activated": 0}, "no-starts"),
        ({"places": 19}, "few-donors"),
    ):
        lack = SIGNAL.lacks(inventory(**change), options)
        assert lack is not None
        assert lack.reason == f"activation-synthetic.{reason_}"


@pytest.mark.parametrize("bad", [{"after": 18}, {"before_most": 23}, {"donors_least": 5}, {"fit_others": 1.0}])
def test_options_that_would_break_the_design_are_refused(bad):
    with pytest.raises(ValueError):
        SIGNAL.options(**bad)
