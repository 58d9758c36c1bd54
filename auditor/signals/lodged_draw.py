"""Matches and the detainers lodged on them, drawn by a computer."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from auditor.cells import Cells
from auditor.signals.signal import Design
from auditor.signals.simulated import GROUPS, natural, planted, simulated_cells, totals

_LEVELS = ("1", "2", "3", "none")
_LODGED = (1.2, 0.6, 0.0, -0.8)
"""Log odds of a detainer at each level."""


def simulate_lodged(rng: np.random.Generator, effect: float, design: Design) -> Cells:
    """Draw matches of three groups at four levels.

    Levels differ in the odds of a detainer, from place to place by an SD of 0.3, and in the groups' shares of them.

    Parameters
    ----------
    rng : numpy.random.Generator
    effect : float
        Added to the focal group's log odds of a detainer in the planted places.
    design : Design
    """
    group = rng.dirichlet((5.0, 3.0, 3.0), size=(design.places, len(_LEVELS)))
    level = rng.dirichlet(np.full(len(_LEVELS), 3.0), size=design.places)
    whole = rng.poisson(totals(rng, design, 2.0)[:, None, None] * level[:, :, None] * group)
    log_odds = np.array(_LODGED)[None, :, None] + rng.normal(0, 0.3, (design.places, len(_LEVELS), 1))
    log_odds = log_odds + natural(rng, design)[:, None, :]
    log_odds[:, :, 0] += np.where(planted(design), effect, 0.0)[:, None]
    lodged = rng.binomial(whole, expit(log_odds))
    counts = np.stack([whole - lodged, lodged], axis=-1)
    place, at, people, hit = (axis.ravel() for axis in np.indices(counts.shape))
    values = {"place": place, "group": people, "level": at, "offence": 0 * at, "lodged": hit}
    names = {"group": GROUPS, "level": _LEVELS, "offence": ("",)}
    return simulated_cells(design, "match", names, values, counts.ravel())
