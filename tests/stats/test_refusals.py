"""What a function says that it refuses, it refuses, and names the argument."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from auditor.stats.checks import whole_tally
from auditor.stats.clock.veil import overlapping
from auditor.stats.conformal.screen import conformal_screen
from auditor.stats.officer.cells import pool_cells
from auditor.stats.rollout.errors import bands
from auditor.stats.screening.deconvolve import deconvolve
from auditor.stats.screening.spending import spent
from auditor.stats.series.error import noise
from auditor.stats.series.interrupted import fit_series, series_design
from auditor.stats.strata.hypergeometric_sums import checked_units
from auditor.stats.strata.person_strata import MOST_STRATA, adjusted_person_effect
from auditor.stats.survival.risk_sets import read_rows
from auditor.stats.synthetic.nested import nested_weights, standardise
from auditor.stats.synthetic.placebo import placebo_test
from auditor.stats.synthetic.ridge import augmented
from auditor.stats.synthetic.simplex import simplex_weights, spreading_penalty

ONES = np.ones((3, 4))
COHORT = np.array([1.0, 1.0, 2.0, 2.0])
MANY = np.arange(MOST_STRATA + 1)


def _bands(level: float = 0.95, influence: object = ((1.0,), (2.0,), (0.5,), (1.5,))) -> object:
    return bands([0.1], influence, COHORT, np.random.default_rng(1), level=level, draws=9)


REFUSED: dict[str, tuple[str, Callable[[], object]]] = {
    "a part above its whole": ("exceed|above|more", lambda: whole_tally([3], [2])),
    "a stretch of no minutes": ("width", lambda: overlapping([5.0], [True], [1], 0, 1)),
    "controls of other places": ("control has 2 places, focal 3", lambda: conformal_screen(
        [0.1, 0.2, 0.3], [1.0, 1.0, 1.0], np.zeros((2, 4)), np.ones((2, 4)), [0, 1, 2, 3])),
    "no covariate": ("covariate", lambda: pool_cells([0], np.zeros((1, 0), dtype=int), [3], [1])),
    "no cell": ("cell", lambda: pool_cells(np.zeros(0, dtype=int), np.zeros((0, 1), dtype=int), [], [])),
    "bands at a level of one": ("level", lambda: _bands(level=1.0)),
    "bands at a level of nil": ("level", lambda: _bands(level=0.0)),
    "influence that is not finite": ("influence", lambda: _bands(influence=[[np.nan], [1.0], [1.0], [1.0]])),
    "influence of no place": ("influence", lambda: _bands(influence=np.zeros((0, 1)))),
    "nineteen estimates": ("estimate must hold 20", lambda: deconvolve(np.arange(19.0), np.full(19, 0.1))),
    "no information": ("fraction", lambda: spent([0.0, 1.0], 0.05, "pocock")),
    "more than all information": ("fraction", lambda: spent([0.5, 1.1], 0.05, "pocock")),
    "six harmonics": ("harmonics", lambda: series_design(40, 20, 6)),
    "fewer than no harmonics": ("harmonics", lambda: series_design(40, 20, -1)),
    "a design of other months": ("do not fit", lambda: fit_series([[1, 1]], [[2, 2]], np.ones((3, 1)))),
    "a design with a gap": ("design must be finite", lambda: fit_series([[1, 1]], [[2, 2]], [[1.0], [np.nan]])),
    "noise where nothing was fitted": ("no series was fitted", lambda: noise(
        fit_series([[0, 0, 0]], [[2, 2, 2]], np.ones((3, 1))))),
    "more marked with the outcome than without": ("unit 0 cannot be", lambda: checked_units([1], [3], [3], [4])),
    "fewer rows than are marked": ("unit 1 cannot be", lambda: checked_units([1, 1], [1, 3], [1, 1], [2, 2])),
    "units in a table": ("one-dimensional", lambda: checked_units([[1]], [[1]], [[1]], [[2]])),
    "too many strata": (f"{MOST_STRATA + 1} strata in one place", lambda: adjusted_person_effect(
        MANY // 2, MANY, MANY % 2 == 0, MANY % 3 == 0, np.zeros(len(MANY), dtype=int), 1)),
    "persons for other rows": ("count", lambda: read_rows([1.0, 2.0], [True, False], [1], None)),
    "beginnings for other rows": ("entry", lambda: read_rows([1.0, 2.0], [True, False], None, [0.0])),
    "a beginning at the end": ("entry must be below time", lambda: read_rows([1.0, 2.0], [True, False], None, [0, 2])),
    "donors of other predictors": ("donors must be", lambda: standardise([1.0, 2.0], ONES)),
    "donors' outcomes of other periods": ("donors_outcome", lambda: nested_weights(
        [1.0, 2.0, 3.0], ONES, [1.0, 2.0], ONES)),
    "a single period before": ("before", lambda: placebo_test(np.ones((1, 1)), np.ones((1, 1)), ONES, ONES)),
    "noise of other units": ("noise must hold", lambda: placebo_test(
        ONES[:1], ONES[:1], ONES, ONES, noise=[1.0, 1.0], donors_noise=[1.0, 1.0, 1.0])),
    "three periods before": ("before", lambda: augmented([1.0, 2.0, 3.0], [4.0], ONES[:, :3], ONES[:, :1])),
    "two donors": ("donors must be", lambda: augmented([1.0, 2.0, 3.0, 4.0], [4.0], ONES[:2], ONES[:2, :1])),
    "differences of two periods": ("donors_before", lambda: spreading_penalty(ONES[:, :2], 1)),
    "nothing after": ("after", lambda: spreading_penalty(ONES, 0)),
    "weights that are all nil": ("weights of 0 or more, not all 0", lambda: simplex_weights(
        [1.0, 2.0], [[1.0, 2.0], [2.0, 3.0]], v=[0.0, 0.0])),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_by_name(case: str) -> None:
    words, call = REFUSED[case]
    with pytest.raises(ValueError, match=words):
        call()
