"""Stops of unrecorded group in the threshold model: the four ways, the ends, what is hidden, and what they miss."""

from __future__ import annotations

from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.optimize import minimize

from auditor.signals.outcome.search_threshold import SIGNAL, ThresholdOptions
from auditor.signals.signal import Panel
from auditor.signals.thresholds import blanks, fits
from auditor.signals.thresholds.blanks import corners
from auditor.signals.thresholds.counts import Stops
from auditor.stats.fit import NotConverged
from auditor.stats.threshold.data import StopCounts
from auditor.stats.threshold.fit import ThresholdFit
from auditor.stats.threshold.model import ThresholdModel
from auditor.stats.threshold.prior import ThresholdPrior
from tests.signals.test_search_threshold import PLACES, Sampler, cells, everywhere, measure, reason, stopped


def units(hits, misses, passes, blank) -> Stops:
    """Units of places of their own."""
    parts = [np.array(part, dtype=float) for part in (hits, misses, passes)]
    nothing = np.zeros_like(parts[0])
    return Stops(np.arange(len(parts[0])), *parts, nothing, nothing, np.array(blank, dtype=float))


def lost(place, hits, misses, passes, group="unknown"):
    return tuple(
        (place, group, "Police", searched, found, n)
        for searched, found, n in ((1, 1, hits), (1, 0, misses), (0, 0, passes))
    )


class Sets:
    """Stands for the sampler of the four ways: thresholds that follow the counts of each group, and no more."""

    def __init__(self, failing=()):
        self.asked, self.failing = [], failing

    def __call__(self, counts, seed, *, reference, level, part, effort):
        self.asked.append(SimpleNamespace(counts=counts, seed=seed, part=part))
        return [
            NotConverged("no") if b in self.failing else self.fit(counts, b, reference, part)
            for b in range(counts.sets)
        ]

    def fit(self, counts, b, reference, part):
        at = ((counts.hits[b] + 1) / (counts.searches[b] + 2))[np.argsort(part)]
        mean = SimpleNamespace(mean=at)
        return ThresholdFit(
            mean, None, SimpleNamespace(mean=np.log(at[:, [reference]] / at)), None, None, None, None, reference, 0.95
        )


@pytest.fixture
def sampled(monkeypatch):
    def install(thresholds=(0.25, 0.3), **kwargs):
        monkeypatch.setattr(fits, "fit_scaled", Sampler(thresholds))
        made = Sets(**kwargs)
        monkeypatch.setattr(blanks, "fit_sets", made)
        return made

    return install


def ranges(panel: Panel, j: int = 0):
    return [(low, high) for low, high in zip(*(end[j] for end in panel.ranges["missing-group-four"]), strict=True)]


def test_the_four_ways_give_every_stop_to_one_of_two_groups():
    """Three groups of which the second takes no part; 1 hit, 2 misses and 4 passes to give away."""
    sets = corners(units([[10, 10, 10]], [[20, 20, 20]], [[30, 30, 30]], [[1, 2, 4]]), 0, 2)
    found = [(sets.hits[b, 0].tolist(), sets.misses[b, 0].tolist(), sets.passes[b, 0].tolist()) for b in range(4)]
    assert found == [
        ([10, 10, 11], [22, 20, 20], [30, 30, 34]),
        ([11, 10, 10], [22, 20, 20], [30, 30, 34]),
        ([10, 10, 11], [20, 20, 22], [34, 30, 30]),
        ([11, 10, 10], [20, 20, 22], [34, 30, 30]),
    ]


def test_the_ends_are_the_furthest_of_the_four_ways_and_of_what_is_recorded(sampled):
    """Each way's thresholds are (hits + 1) / (searches + 2) here; 30 hits in 100 searches, 20 and 40 to give away."""
    made = sampled()
    panel = measure(cells(*everywhere(), *lost("A", 20, 40, 500)))
    least, most = 31 / 142, 51 / 122
    focal, reference, ratio = ranges(panel)
    assert focal == pytest.approx((least, most))
    assert reference == pytest.approx((least, most))
    assert ratio == pytest.approx((least / most, most / least))
    assert len(made.asked) == 1
    assert made.asked[0].counts.sets == 4
    assert made.asked[0].counts.stops.sum(axis=2).max(axis=1).tolist() == [6560] * 4
    # The estimate itself is that of the recorded groups.
    assert panel.estimate[0] == pytest.approx([0.25, 0.3, 1.2])
    assert not panel.range_hidden[0].any()


def test_a_place_where_every_group_is_recorded_has_no_range(sampled):
    """Nor are four more models fitted where nobody in a sample is of unrecorded group."""
    made = sampled()
    panel = measure(cells(*everywhere(), *lost("A", 20, 40, 500)))
    assert np.isnan(ranges(panel, 1)).all()
    assert np.isfinite(ranges(panel, 0)).all()
    none = measure(cells(*everywhere()))
    assert np.isnan(none.ranges["missing-group-four"]).all()
    assert len(made.asked) == 1


def test_a_place_without_any_recorded_group_is_withheld(sampled):
    sampled()
    panel = measure(cells(*everywhere("A"), *lost("A", 60, 140, 5800)))
    assert reason(panel) == "no-searches"
    assert np.isnan(ranges(panel)).all()


@pytest.mark.parametrize("blank", ["", "unknown"])
@pytest.mark.parametrize("few", [(4, 40, 500), (20, 10, 500), (20, 40, 1)])
def test_few_stops_of_unrecorded_group_hide_the_range_alone(sampled, few, blank):
    sampled()
    panel = measure(cells(*everywhere(), *lost("A", *few, group=blank)))
    assert panel.range_hidden[0].all()
    assert not panel.hidden[0].any()
    assert not panel.bare[0].any()
    public = measure(cells(*everywhere(), *lost("A", *few, group=blank), published=(True,) * len(PLACES)))
    assert not public.range_hidden[0].any()


def test_a_way_that_does_not_converge_leaves_the_ends_open(sampled):
    sampled(failing=(2,))
    focal, reference, ratio = ranges(measure(cells(*everywhere(), *lost("A", 20, 40, 500))))
    assert focal == reference == (0.0, 1.0)
    assert ratio == (0.0, np.inf)


def test_two_focal_groups_are_each_given_the_stops(sampled):
    made = sampled((0.25, 0.25, 0.3))
    rows = [row for place in PLACES for row in stopped(place, "black")]
    panel = measure(cells(*everywhere(), *rows, *lost("A", 20, 40, 500), focal=("hispanic", "black")))
    assert len(made.asked) == 2
    assert made.asked[0].seed != made.asked[1].seed
    by_key = dict(zip([c.key for c in panel.contrasts], ranges(panel), strict=True))
    assert by_key["hispanic/white/thresholds"] == by_key["black/white/thresholds"]


def test_placebos_have_no_such_range(sampled):
    sampled()
    found = cells(*everywhere(), *lost("A", 20, 40, 500))
    control = SIGNAL.controls(found, ThresholdOptions(), np.random.default_rng(1))
    assert np.isnan(control.ranges["missing-group-four"]).all()


def mode(counts: StopCounts, start=None):
    """Logs of the second group's threshold over the first's at the posterior mode, and where it stands."""
    model = ThresholdModel.of(counts, ThresholdPrior())

    def downhill(q):
        value, slope = model.density(q[None])
        return -value[0], -slope[0]

    found = minimize(downhill, np.zeros(model.dim) if start is None else start, jac=True, method="L-BFGS-B")
    threshold = model.cells(found.x[None]).probability()[0]
    return np.log(threshold[:, 1]) - np.log(threshold[:, 0]), found.x


def test_all_ways_of_small_tables_one_by_one():
    """Five places, two of which have stops to give away: each of the 64 ways by the posterior mode.

    On a table like this the four ways hold nearly all of what any way gives a place; benchmarks/threshold_blank.py has
    tables on which they do not.
    """
    rng = np.random.default_rng(2)
    stops = rng.integers(1500, 3000, (5, 2))
    searches = rng.binomial(stops, 0.05)
    hits = rng.binomial(searches, 0.3)
    blank = np.zeros((5, 3))
    blank[:2] = np.rint(0.15 * np.stack([hits.sum(axis=1), (searches - hits).sum(axis=1), stops.sum(axis=1)], axis=1))[
        :2
    ]
    own = units(hits, searches - hits, stops - searches, blank)
    _, start = mode(StopCounts.of(stops, searches, hits))
    four = corners(own, 0, 1)
    tried = [mode(four.rows(np.array([b])), start)[0] for b in range(4)]
    every = []
    for way in product((0.0, 1.0), repeat=6):
        share = np.zeros((5, 3))
        share[:2] = np.reshape(way, (2, 3))
        parts = [np.stack([part[:, 0] + share[:, k] * blank[:, k], part[:, 1] + (1 - share[:, k]) * blank[:, k]], 1)
                 for k, part in enumerate((own.hits, own.misses, own.passes))]  # fmt: skip
        every.append(mode(StopCounts.of(sum(parts), parts[0] + parts[1], parts[0]), start)[0])
    every, tried = np.array(every)[:, :2], np.array(tried)[:, :2]
    whole = every.max(axis=0) - every.min(axis=0)
    assert (whole > 0.3).all()
    assert (every.max(axis=0) - tried.max(axis=0) < 0.12 * whole).all()
    assert (tried.min(axis=0) - every.min(axis=0) < 0.12 * whole).all()
