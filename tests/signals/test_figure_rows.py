"""Rows for figures: the steps around a start, and the stretches of the clock. No row gives a small count away."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from auditor.signals.series.event_study import BAND, study
from auditor.signals.veil import designs, fit
from auditor.signals.veil.curve import Stretch, rows_of
from auditor.signals.veil.moments import pair_of
from auditor.signals.veil.stops import recorded_stops
from auditor.signals.visibility.veil_of_darkness import SIGNAL, VeilOptions
from tests.signals.veil_stops import Year, cells

ABOUT = {"group": "hispanic", "event": "arrest"}


def flat(places: int, months: int, focal: float, reference: float) -> tuple[np.ndarray, np.ndarray]:
    return np.full((places, months), focal), np.full((places, months), reference)


def test_the_average_before_is_one_and_a_doubling_is_two() -> None:
    """Exact: 10 a month against 20, then 20 against 20; the month of the start (at 24) is left out."""
    focal, reference = flat(30, 37, 10.0, 20.0)
    focal[0, 25:] = 20.0
    compared = np.arange(30) > 0
    rows = study(0, focal, reference, (24, 25), compared, ABOUT)
    assert [row["step"] for row in rows] == [*range(-8, 0), *range(4)]
    assert {row["months"] for row in rows} == {3}
    assert [row["ratio"] for row in rows] == [1.0] * 8 + [2.0] * 4
    assert {(row["band_low"], row["band_high"], row["places"]) for row in rows} == {(1.0, 1.0, 29)}


def test_steps_grow_until_each_holds_eleven_events_of_either_group() -> None:
    """2 a month: 6 in three months, 12 in six; 1 a month: 12 in a year; half a one: never."""
    lengths = []
    for focal in (4.0, 2.0, 1.0, 0.5):
        rows = study(0, *flat(1, 60, focal, 50.0), (36, 36), np.array([False]), ABOUT)
        lengths.append(rows[0]["months"] if rows else None)
    assert lengths == [3, 6, 12, None]


def test_the_band_is_of_places_with_enough_events_and_of_ten_at_least() -> None:
    rng = np.random.default_rng(3)
    focal, reference = rng.poisson(40.0, (21, 48)).astype(float), np.full((21, 48), 60.0)
    focal[20] = 1.0  # too few events: in no band
    rows = study(0, focal, reference, (24, 24), np.arange(21) > 0, ABOUT)
    assert rows[0]["places"] == 19
    step = np.log(focal[1:20].reshape(19, 16, 3).sum(axis=2)) - np.log(180.0)
    moved = np.exp(np.quantile(step - step[:, :8].mean(axis=1, keepdims=True), BAND, axis=0))
    assert [row["band_low"] for row in rows] == pytest.approx(moved[0], abs=0.005)
    assert [row["band_high"] for row in rows] == pytest.approx(moved[1], abs=0.005)
    few = study(0, focal, reference, (24, 24), (np.arange(21) > 0) & (np.arange(21) < 10), ABOUT)
    assert {(row["band_low"], row["places"]) for row in few} == {(None, None)}


@pytest.fixture(scope="module")
def compared() -> fit.Compared:
    year = Year(5, 4000)
    year.choose(lambda y: -0.4 + 0.8 * y.light)
    recorded, stops = recorded_stops(cells(year), cells(year).rows, "civil", "checked")
    assert recorded.present.all()
    own = stops.by_place(1)[0]
    found = fit.compare(designs.by_dusk(pair_of(own, "hispanic", "white")), 6, "auto")
    assert isinstance(found, fit.Compared)
    return found


def test_stretches_add_up_to_the_comparison_and_hold_enough_of_each(compared: fit.Compared) -> None:
    assert len(compared.curve) >= 3
    assert sum(stretch.counts for stretch in compared.curve) == pytest.approx(compared.counts)
    assert min(stretch.counts.min() for stretch in compared.curve) >= 11
    edges = [(stretch.first, stretch.end) for stretch in compared.curve]
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(edges))


def test_rows_hold_rounded_shares_and_no_counts() -> None:
    """Wilson for 30 of 100: 0.2189 to 0.3958 (R: prop.test(30, 100, correct = FALSE)$conf.int)."""
    stretch = Stretch(1050, 1080, np.array([[30.0, 70.0], [20.0, 80.0]]))
    rows = rows_of((stretch, Stretch(1080, 1140, stretch.counts)), "hispanic", "white", "stop")
    assert (rows[0]["from"], rows[0]["to"], rows[1]["to"]) == ("17:30", "18:00", "19:00")
    assert (rows[0]["light_share"], rows[0]["light_low"], rows[0]["light_high"]) == (0.3, 0.22, 0.4)
    assert not {"k", "n", "stops"} & set(rows[0])
    assert rows_of((stretch,), "hispanic", "white", "stop") == []


def test_a_place_whose_numbers_are_hidden_has_no_curve() -> None:
    year = Year(5, 4000)
    year.choose(lambda y: -0.4 + 0.8 * y.light)
    panel = SIGNAL.measure(cells(year), VeilOptions(), np.random.default_rng(1))
    assert panel.listed
    assert panel.listed[0].rows
    tainted = SIGNAL.measure(cells(year, tainted=(True,)), VeilOptions(), np.random.default_rng(1))
    assert not tainted.listed
