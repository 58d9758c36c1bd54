"""The signal of two offence classes in excess: when it speaks, what it finds and leaves, and what it hides."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from auditor.cells import Cells, Table
from auditor.signals.class_draw import simulate_classes
from auditor.signals.discretion.class_excess import SIGNAL
from auditor.signals.signal import Design, Panel

TWO = ("traffic", "drug-possession")


def cells_of(raised: tuple[str, ...] = TWO, effect: float = 0.0, places: int = 60, seed: int = 3) -> Cells:
    design = Design(places=places, typical=2_000, natural_sd=0.2, planted=0.05)
    return simulate_classes(np.random.default_rng(seed), effect, design, raised)


def measure(cells: Cells) -> Panel:
    return SIGNAL.measure(cells, SIGNAL.options(), np.random.default_rng(1))


def reasons(panel: Panel) -> set[str]:
    return {panel.lacks[int(code) - 1].reason for code in panel.code.ravel() if code > 0}


def without(cells: Cells, **unwanted: str) -> Cells:
    ((column, value),) = unwanted.items()
    counts = cells.counts
    return dataclasses.replace(cells, counts=counts.take(~counts.isin(column, value)))


def test_two_classes_six_times_as_high_are_found_and_nobody_else():
    panel = measure(cells_of(effect=np.log(6)))
    assert (panel.p_greater[:3, 0] < 0.01).all()
    assert (panel.low[:3, 0] > 1).all()
    assert np.median(panel.p_greater[3:, 0]) > 0.3
    assert (panel.p_greater[3:, 0] > 1e-3).all()


def test_a_campaign_against_one_offence_is_not_found():
    panel = measure(cells_of(("traffic",), effect=np.log(20)))
    assert (panel.p_greater[:3, 0] > 0.02).all()


def test_licence_offences_stand_outside():
    plain, raised = (measure(cells_of(("licence",), effect=effect)) for effect in (0.0, np.log(20)))
    np.testing.assert_array_equal(plain.code, raised.code)
    assert (raised.p_greater[:3, 0] > 0.02).all()
    assert len(raised.contrasts) == 1


def test_without_a_third_group_nothing_is_judged():
    cells = without(cells_of(effect=np.log(6)), group="black")
    assert "class-excess.no-third" in reasons(measure(cells))
    assert not measure(cells).measured.any()


def test_fewer_than_ten_places_are_not_judged():
    assert reasons(measure(cells_of(places=9))) == {"class-excess.few-places"}
    assert measure(cells_of(places=12)).measured.any()


def test_a_place_with_two_kinds_of_serious_crime_is_not_judged():
    cells = cells_of()
    counts = cells.counts
    kept = counts.isin("offence", "theft", "burglary") | ~np.array(
        [cells.classes[name] == "serious" for name in counts.columns["offence"]]
    )
    panel = measure(dataclasses.replace(cells, counts=counts.take(kept | (counts.index != 7))))
    assert panel.lacks[int(panel.code[7, 0]) - 1].reason == "class-excess.few-classes"
    assert panel.measured[8, 0]


def test_the_ratio_is_hidden_where_its_class_holds_few_people():
    """Arrests for false identification, twenty times as many as ever: 5 of them, and traffic twenty times besides."""
    cells = cells_of()
    counts = cells.counts
    n = counts.n.copy()
    here = (counts.index == 0) & counts.isin("group", "hispanic")
    n[here & counts.isin("offence", "traffic")] *= 20
    n[here & counts.isin("offence", "false-identification")] = 5
    n[(counts.index == 0) & counts.isin("group", "white") & counts.isin("offence", "false-identification")] = 12
    n[here & ~counts.isin("offence", "traffic", "false-identification")] = 12
    panel = measure(dataclasses.replace(cells, counts=dataclasses.replace(counts, n=n)))
    assert panel.measured[0, 0]
    assert panel.hidden[0, 0]
    assert not measure(cells).hidden[0, 0]


@pytest.mark.parametrize(("times", "hidden"), [(1, True), (100, False)])
def test_the_ratio_is_hidden_where_few_ways_to_share_out_the_events_are_left(times, hidden):
    """A serious class holds 5 of the group, all others 12 times some: 10^10 ways are few beside three ratios."""
    cells = cells_of()
    classes = ("traffic", "drug-possession", "trespass", "robbery", "burglary", "theft")
    counts = cells.counts.take(cells.counts.isin("offence", *classes))
    n = counts.n.copy()
    here = (counts.index == 0) & counts.isin("group", "hispanic", "white")
    n[here] = 12 * times
    n[here & counts.isin("group", "hispanic") & counts.isin("offence", "robbery")] = 5
    panel = measure(dataclasses.replace(cells, counts=dataclasses.replace(counts, n=n)))
    assert panel.measured[0, 0]
    assert panel.hidden[0, 0] == hidden


def test_every_number_that_mixes_classes_is_written_with_few_digits():
    assert measure(cells_of()).coarse.all()


def test_events_of_unrecorded_group_widen_the_range():
    cells = cells_of(effect=np.log(6))
    counts = cells.counts
    # One group's arrests of both classes of one place lose their group.
    here = (counts.index == 0) & counts.isin("group", "black") & counts.isin("offence", *TWO)
    columns = {name: values.copy() for name, values in counts.columns.items()}
    columns["group"][here] = "unknown"
    blank = Table(counts.index, columns, counts.n, counts.censored, counts.complete)
    panel = measure(dataclasses.replace(cells, counts=blank))
    low, high = panel.ranges["missing-group"]
    assert low[0, 0] < panel.estimate[0, 0] < high[0, 0]
    assert np.isnan(low[1, 0])


def test_places_that_a_computer_drew_are_judged_apart():
    cells = cells_of(effect=np.log(6), places=120)
    apart = dataclasses.replace(cells, simulated=(False,) * 60 + (True,) * 60)
    alone = measure(cells.select(np.arange(60)))
    np.testing.assert_allclose(measure(apart).p_greater[:60], alone.p_greater, rtol=1e-9)
