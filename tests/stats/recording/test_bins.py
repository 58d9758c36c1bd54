"""Bins of a chance: edges, middles, and how little they lose."""

import numpy as np
import pytest

from auditor.stats.recording.bins import BINS, FIRST_ABOVE, STEP, THRESHOLD, bin_of, cells_of, middles
from auditor.stats.recording.cells import tabulate
from auditor.stats.recording.shifted_count import shifted_under_count
from tests.stats.recording.test_recording import people


def test_the_threshold_is_an_edge():
    """P = .75 is odds of 3; the float just below it lies in the bin below."""
    assert bin_of([THRESHOLD, 0.7499999, 0.750001]).tolist() == [FIRST_ABOVE, FIRST_ABOVE - 1, FIRST_ABOVE]


def test_ends_are_open():
    assert bin_of([0.0, 1.0]).tolist() == [0, BINS - 1]


def test_middles_lie_in_their_bins_half_a_step_from_the_edges():
    assert bin_of(middles()).tolist() == list(range(BINS))
    logit = np.log(middles() / (1 - middles()))
    np.testing.assert_allclose(np.diff(logit), STEP, rtol=1e-9)
    assert logit[FIRST_ABOVE] == pytest.approx(np.log(3) + STEP / 2, rel=1e-12)


def test_binning_moves_the_estimate_by_less_than_a_hundredth():
    """30 places of 800 people, Se .6, a share of .35 among residents of whom .05 are (a shift of odds by ten)."""
    rng = np.random.default_rng(8)
    _, chance, recorded = people(rng, 30 * 800, share=0.35, prior=0.05)
    place = np.repeat(np.arange(30), 800)
    persons = np.zeros((30, 2, BINS))
    np.add.at(persons, (place, recorded, bin_of(chance)), 1)
    exact = shifted_under_count(tabulate(place, recorded, chance, 30, 2, np.linspace(0, 1, 2001)), 0, [0.05] * 30)
    binned = shifted_under_count(cells_of(persons), 0, [0.05] * 30)
    np.testing.assert_allclose(binned.ratio, exact.ratio, rtol=0.01)


def test_everybody_of_a_bin_has_the_variance_of_its_middle():
    persons = np.arange(2 * BINS).reshape(1, 2, BINS)
    cells, p = cells_of(persons), middles()
    np.testing.assert_allclose(cells.chance, persons * p, rtol=1e-14)
    np.testing.assert_allclose(cells.variance, persons * p * (1 - p), rtol=1e-12)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="chance must lie between 0 and 1"):
        bin_of([1.2])
    with pytest.raises(ValueError, match="places by groups by 72 bins"):
        cells_of(np.zeros((1, 2, 3)))
