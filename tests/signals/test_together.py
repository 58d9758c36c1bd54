"""Encounters and officers as units: who is put together, what is widened, what is said, and the error rate."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from auditor.cells import RowTable
from auditor.signals.outcome.hit_rate import SIGNAL
from auditor.signals.signal import Panel
from auditor.signals.together import APART, ENCOUNTERS, OFFICERS, together_of
from tests.signals.test_hit_rate import cells

CARS = 60


def told(rows: RowTable, encounter, officer) -> RowTable:
    columns = {**rows.columns, "search_encounter": np.asarray(encounter), "search_officer": np.asarray(officer)}
    return dataclasses.replace(rows, columns=columns)


def drawn(seed: int, *, people: int = 3, officers: int = 0, places: int = 1):
    """Cars of so many people of one group with one result, no effect; with officers, they share the cars out."""
    rng = np.random.default_rng(seed)
    ids = tuple(f"local:p{i}" for i in range(places))
    size = CARS * places
    group, hit = rng.random(size) < 0.4, rng.random(size) < 0.4
    names = [ids[i // CARS] for i in range(size)]
    rows = [
        (place, "hispanic" if g else "white", "Police", 1, int(h), people)
        for place, g, h in zip(names, group, hit, strict=True)
    ]
    whole = cells(*rows, places=ids)
    officer = rng.integers(0, officers, size) if officers else np.full(size, -1)
    return dataclasses.replace(whole, rows=told(whole.rows, 1 + np.arange(size), officer))


def blind(whole):
    return dataclasses.replace(whole, rows=told(whole.rows, *(np.full(len(whole.rows.n), -1) for _ in range(2))))


def measure(whole) -> Panel:
    return SIGNAL.measure(whole, SIGNAL.options(), np.random.default_rng(1))


def said(panel: Panel) -> str:
    found = [name for name in (ENCOUNTERS, OFFICERS, APART) if panel.notes[name][0, 0]]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(("people", "officers"), [(3, 0), (1, 8), (2, 8)])
def test_nothing_gets_narrower(people, officers):
    whole = drawn(5, people=people, officers=officers)
    wide, plain = measure(whole), measure(blind(whole))
    assert said(wide) == (OFFICERS if officers else ENCOUNTERS)
    assert said(plain) == APART
    assert wide.estimate[0, 0] == plain.estimate[0, 0]
    assert wide.low[0, 0] <= plain.low[0, 0]
    assert wide.high[0, 0] >= plain.high[0, 0]
    assert wide.absolute_low[0, 0] <= plain.absolute_low[0, 0] + 0.5
    assert wide.absolute_high[0, 0] >= plain.absolute_high[0, 0] - 0.5
    assert wide.base_error[0, 0] >= plain.base_error[0, 0]
    for name in ("p_greater", "p_less"):
        assert getattr(wide, name)[0, 0] >= getattr(plain, name)[0, 0]
    assert wide.coarse[0, 0]


def test_cars_of_three_are_as_many_cars():
    """All of a car share its result: the limits are near those of a file with one person a car (within 10 %)."""
    wide, cars = measure(drawn(5)), measure(drawn(5, people=1))
    assert np.log(wide.high[0, 0] / wide.low[0, 0]) == pytest.approx(np.log(cars.high[0, 0] / cars.low[0, 0]), rel=0.1)


def test_five_officers_and_officers_of_few_cases_are_not_units():
    few = drawn(5, officers=5)
    assert said(measure(few)) == ENCOUNTERS
    many = drawn(5, officers=8)
    officer = many.rows.columns["search_officer"].copy()
    officer[: CARS // 5] = -1
    partly = dataclasses.replace(many, rows=told(many.rows, many.rows.columns["search_encounter"], officer))
    assert said(measure(partly)) == ENCOUNTERS


def test_a_side_without_events_has_no_units():
    """Nothing can be told of encounters where all of a side end alike: the exact limit stands, and it is said."""
    whole = drawn(5)
    columns = {**whole.rows.columns, "contraband": np.where(whole.rows.columns["group"] == "hispanic", 0, 1)}
    assert said(measure(dataclasses.replace(whole, rows=dataclasses.replace(whole.rows, columns=columns)))) == APART


def test_rows_are_put_together_by_unit_and_stratum():
    """Encounter 7 crosses two agencies' rows; 0 and -1 are people alone; the last is of neither group."""
    base = cells(
        ("48453", "hispanic", "A", 1, 1, 2), ("48453", "hispanic", "B", 1, 0, 1), ("48453", "white", "A", 1, 0, 3),
        ("48453", "white", "A", 1, 1, 4), ("48453", "hispanic", "A", 1, 1, 5), ("48453", "black", "A", 1, 1, 6),
    )  # fmt: skip
    rows = told(base.rows, [7, 7, 7, 0, -1, 7], [0, 0, 1, 1, 1, 0])
    every = np.ones(6, dtype=bool)
    hit = rows.columns["contraband"] == 1
    keys = ("search_encounter", "search_officer")
    found = together_of(rows, 1, ("hispanic", "white"), told=every, hit=hit, by=("agency",), keys=keys)
    parts = found.encounters.parts
    told_parts = [(*ids, *counts, times) for *ids, counts, times in zip(
        parts.stratum.tolist(), parts.unit.tolist(), parts.counts.tolist(), parts.times.tolist(), strict=True
    )]  # fmt: skip
    assert told_parts == [
        (0, 7, 2, 0, 0, 3, 1), (1, 7, 0, 1, 0, 0, 1), (0, -2, 0, 0, 1, 0, 4), (0, -3, 1, 0, 0, 0, 5),
    ]  # fmt: skip
    # 5 of 15 people name no encounter: fewer than nine in ten do.
    assert not found.encounters.told[0]
    assert found.officers.told[0]


def test_people_of_one_car_count_once():
    """200 places, 60 cars of three, no effect. As independent, p is at most .05 in about .17; by cars in at most .09.

    Monte Carlo error at .05 is .015.
    """
    whole = drawn(11, places=200)
    wide, plain = measure(whole), measure(blind(whole))
    assert (plain.p_greater[plain.testable[:, 0], 0] <= 0.05).mean() > 0.1
    assert (wide.p_greater[wide.testable[:, 0], 0] <= 0.05).mean() < 0.09
