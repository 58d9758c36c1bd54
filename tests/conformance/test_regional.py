"""What every signal that speaks of regions only must do, run over whatever the folder search finds.

With R regions a share that should be at most a may be a + 3 sqrt(a (1 - a) / R).
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest

from auditor.cells import Cells
from auditor.report import sentences
from auditor.signals.region.result import RegionResult
from auditor.signals.registry import discover
from auditor.signals.signal import Design, Signal

SIGNALS = {name: signal for name, signal in discover().items() if signal.regional}
REGIONS = 40


@pytest.fixture(params=list(SIGNALS), ids=list(SIGNALS))
def signal(request: pytest.FixtureRequest) -> Signal:
    return SIGNALS[request.param]


def simulated(signal: Signal, seed: int, effect: float = 0.0) -> Cells:
    return signal.simulate(np.random.default_rng(seed), effect, Design(places=60, natural_sd=0.3, planted=1.0))


def results(signal: Signal, cells: Cells) -> Sequence[RegionResult]:
    return signal.regions(cells, signal.options(), np.random.default_rng(1))


@cache
def null_results(name: str) -> tuple[RegionResult, ...]:
    """The first (focal) result of every region in which nothing happened."""
    return tuple(results(SIGNALS[name], simulated(SIGNALS[name], seed))[0] for seed in range(REGIONS))


def test_no_place_is_tested_and_each_has_its_reason(signal):
    cells = simulated(signal, 1)
    panel = signal.measure(cells, signal.options(), np.random.default_rng(1))
    assert (panel.code > 0).all()
    assert not panel.testable.any()
    assert np.isnan(panel.p_greater).all()


def test_p_values_are_honest_under_the_null(signal):
    p = np.array([result.p_value for result in null_results(signal.card.name)])
    for level in (0.10, 0.05):
        assert (p <= level).mean() <= level + 3 * math.sqrt(level * (1 - level) / REGIONS)
    assert (p <= 0.5).mean() >= 0.25, "so timid that it could find nothing"


def test_intervals_cover_the_truth(signal):
    covered = np.mean([result.low <= 1 <= result.high for result in null_results(signal.card.name)])
    assert covered >= 0.95 - 3 * math.sqrt(0.95 * 0.05 / REGIONS)


def test_a_planted_effect_is_seen(signal):
    """A log effect of 0.5 everywhere: p below 0.001, the interval holds exp(0.5)."""
    found = results(signal, simulated(signal, 7, effect=0.5))[0]
    assert found.p_value < 1e-3
    assert found.low < math.exp(0.5) < found.high
    assert 1 < found.detectable < 1.5


def test_numbers_are_finite_and_ordered(signal):
    for result in results(signal, simulated(signal, 3)):
        assert 0 < result.low <= result.estimate <= result.high < math.inf
        assert 0 <= result.p_value <= 1
        assert 0 < result.k <= result.n
        values = [value for row in result.models for value in row.values() if isinstance(value, float)]
        assert values
        assert np.isfinite(values).all()


def test_order_and_names_of_places_do_not_matter(signal):
    cells = simulated(signal, 12)
    order = np.random.default_rng(5).permutation(cells.size)
    renamed = dataclasses.replace(cells.select(order), ids=tuple(f"local:other-{i:05d}" for i in range(cells.size)))
    for one, other in zip(results(signal, cells), results(signal, renamed), strict=True):
        assert (one.estimate, one.low, one.high, one.k) == (other.estimate, other.low, other.high, other.k)


def test_its_sentences_are_in_the_catalogue(signal):
    known = set(sentences.load("en"))
    for result in results(signal, simulated(signal, 15)):
        assert {result.sentence, result.why, *result.definitions, *result.caveats} <= known


def test_negative_controls_stand_beside_it(signal):
    """More than one result a region: the focal one first, then its negative controls, which find nothing as a rule."""
    found = [results(signal, simulated(signal, seed)) for seed in range(10)]
    assert all(len(part) >= 2 for part in found)
    moved = [result.low > 1 or result.high < 1 for part in found for result in part[1:]]
    assert np.mean(moved) <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / len(moved))
