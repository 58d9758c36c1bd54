"""One place by its own classes: nothing of another place enters, and no other place is judged."""

from __future__ import annotations

import numpy as np

from auditor.stats.classes.alone import randomise_alone
from auditor.stats.classes.ratios import ClassRatios, class_ratios

SIDE = np.array([-1] * 4 + [1] * 4 + [0])
FOCAL = np.array([[30, 41, 25, 33, 90, 120, 75, 99, 5], [60, 31, 45, 23, 44, 52, 61, 38, 900]])
OTHERS = np.array([[100, 130, 90, 110, 95, 140, 80, 100, 7], [90, 70, 80, 60, 70, 90, 80, 75, 60]])


def test_other_places_do_not_enter() -> None:
    here = randomise_alone(class_ratios(FOCAL, OTHERS, SIDE), SIDE, 0)
    changed = FOCAL.copy()
    changed[1] = changed[1][::-1] * 7
    again = randomise_alone(class_ratios(changed, OTHERS, SIDE), SIDE, 0)
    for name in ("difference", "se", "statistic", "p_greater", "p_less", "relabellings"):
        np.testing.assert_array_equal(getattr(here, name)[0], getattr(again, name)[0])
    assert np.isnan(here.p_greater[1])


def test_an_excess_on_one_side_is_the_rarest_order() -> None:
    """All four discretionary classes lie above all serious ones: 1 of the 70 ways to divide eight classes."""
    found = randomise_alone(class_ratios(FOCAL, OTHERS, SIDE), SIDE, 0)
    assert found.difference[0] > 0.9
    assert found.least[0] <= found.p_greater[0] <= 2 / 70
    assert found.p_less[0] > 0.9


def test_classes_of_neither_side_do_not_count() -> None:
    more = FOCAL.copy()
    more[0, -1] *= 40
    one, other = (randomise_alone(class_ratios(k, OTHERS, SIDE), SIDE, 0) for k in (FOCAL, more))
    assert (one.discretionary[0], one.serious[0]) == (other.discretionary[0], other.serious[0]) == (4, 4)


def test_neither_the_values_of_other_classes_nor_of_those_left_out_enter() -> None:
    """A class of neither side, and one that the gate left out, may hold anything."""
    ratios = class_ratios(FOCAL, OTHERS, SIDE)
    use = ratios.use.copy()
    use[0, 0] = False
    wild = ratios.log_ratio.copy()
    wild[0, [0, -1]] = [9.0, -9.0]
    one, other = (
        randomise_alone(ClassRatios(values, ratios.variance, use), SIDE, 0) for values in (ratios.log_ratio, wild)
    )
    assert (one.serious[0], one.discretionary[0]) == (3, 4)
    for name in ("difference", "se", "statistic", "p_greater", "p_less"):
        assert getattr(one, name)[0] == getattr(other, name)[0]
