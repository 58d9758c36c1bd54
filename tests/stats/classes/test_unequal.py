"""How unequal places are in the spread of their classes."""

from __future__ import annotations

import numpy as np
import pytest

from auditor.stats.classes.deviations import class_levels
from auditor.stats.classes.randomisation import prior_of
from auditor.stats.classes.unequal import places_freedom

SIDE = np.array([-1] * 8 + [1] * 6)
RATE = np.array([60, 80, 200, 700, 500, 60, 150, 1500, 1200, 900, 800, 700, 1600, 100]) * 20


def levels(rng: np.random.Generator, places: int, unequal: float, groups: int = 4, planted: int = 0):
    scale = 0.2 * np.exp(unequal * rng.normal(size=(places, 1, 1)))
    log_mean = np.log(RATE) + rng.normal(0, 0.3, (places, 1, len(SIDE)))
    log_mean = log_mean + scale * rng.normal(size=(places, groups, len(SIDE)))
    log_mean[:planted, 0, 8:10] += 2.0
    counts = rng.poisson(np.exp(log_mean))
    return [class_levels(counts[:, g], counts[:, 1], SIDE) for g in (0, *range(2, groups))]


def test_equal_places_have_many_degrees_of_freedom_and_unequal_ones_few():
    """SD .5 of the log of a scale: trigamma(d / 2) = 1, so that d = 2.8 (Smyth 2004, the moments of log s^2)."""
    rng = np.random.default_rng(1)
    equal, unequal = ([places_freedom(f, o) for f, *o in (levels(rng, 200, u) for _ in range(8))] for u in (0.0, 0.5))
    assert np.median(equal) > 60
    assert 2 < np.median(unequal) < 5


def test_what_is_found_in_the_focal_group_does_not_make_places_unequal():
    rng = np.random.default_rng(2)
    focal, *others = levels(rng, 200, 0.0, planted=60)
    assert places_freedom(focal, others) > 25


def test_a_second_group_tells_more_and_a_shared_reference_makes_no_place_unequal():
    """Two ratios to one reference: the log of their mean square must not vary more than it is said to."""
    rng = np.random.default_rng(3)
    found = np.array(
        [[places_freedom(f, o[:n]) for n in (0, 2)] for f, *o in (levels(rng, 100, 0.0) for _ in range(20))]
    )
    assert np.median(found[:, 1]) >= np.median(found[:, 0])
    assert np.quantile(found[:, 1], 0.1) > 12


def test_one_group_alone_is_the_residual_of_its_serious_classes():
    rng = np.random.default_rng(4)
    (focal, *_) = levels(rng, 60, 0.3)
    weight = focal.weight
    mean = (weight * focal.x).sum(axis=1) / weight.sum(axis=1)
    squares = (weight * (focal.x - mean[:, None]) ** 2).sum(axis=1)
    assert places_freedom(focal, []) == pytest.approx(prior_of([(squares, 7)]), rel=1e-12)


def test_few_places_tell_nothing():
    rng = np.random.default_rng(5)
    focal, *others = levels(rng, 15, 0.0)
    assert places_freedom(focal, others) == 10.0
