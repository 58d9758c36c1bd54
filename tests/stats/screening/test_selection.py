"""Levels after selection: the papers' formulas by hand, and the coverage they promise."""

import numpy as np
import pytest
from scipy.stats import norm

from auditor.stats.screening.multiple import benjamini_hochberg
from auditor.stats.screening.selection import fcr_level, selection_level


def test_by_hand():
    """Benjamini & Bogomolov (2014): q R / m; Benjamini & Yekutieli (2005): 1 - q R / m."""
    assert selection_level(0.05, 3, 60) == pytest.approx(0.0025)
    assert selection_level(0.05, 0, 60) == 0.0
    assert selection_level(0.05, 60, 60) == 0.05
    assert fcr_level(0.05, 3, 60) == pytest.approx(0.9975)
    assert fcr_level(0.05, 0, 60) == pytest.approx(1 - 0.05 / 60)


def test_coverage_of_selected_intervals():
    """500 places, 50 with effect 2, selected by BH at .1: unadjusted 90 % intervals miss too often, adjusted do not."""
    rng = np.random.default_rng(1)
    missed = {"plain": [], "adjusted": []}
    true = np.where(np.arange(500) < 50, 2.0, 0.0)
    for _ in range(300):
        y = true + rng.normal(size=500)
        chosen = benjamini_hochberg(2 * norm.sf(np.abs(y))) <= 0.1
        count = int(chosen.sum())
        for name, level in (("plain", 0.9), ("adjusted", fcr_level(0.1, count, 500))):
            wrong = np.abs(y - true)[chosen] > norm.isf((1 - level) / 2)
            missed[name].append(wrong.sum() / max(count, 1))
    assert np.mean(missed["plain"]) > 0.13
    # 300 runs: standard error about .01.
    assert np.mean(missed["adjusted"]) <= 0.12


@pytest.mark.parametrize(("selected", "families"), [(-1, 5), (6, 5), (0, 0), (1.5, 5)])
def test_refused(selected, families):
    for call in (selection_level, fcr_level):
        with pytest.raises(ValueError):
            call(0.05, selected, families)
    with pytest.raises(ValueError):
        selection_level(0.0, 1, 2)
