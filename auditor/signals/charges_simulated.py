"""Arrests and how they ended, drawn by a computer."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from auditor.cells import Cells
from auditor.signals.signal import Design
from auditor.signals.simulated import GROUPS, natural, planted, simulated_cells, totals

_OFFENCES = ("traffic", "drug-possession", "trespass", "theft", "simple-assault", "dui")
_ENDS = (("dismissed", "no"), ("convicted", "no"), ("dismissed", "detainer"), ("convicted", "detainer"), ("", "taken"))
_TAKEN = (0.12, 0.02, 0.02)
"""Share of each group's cases that immigration custody takes, whatever their outcome."""


def simulate_charges(rng: np.random.Generator, effect: float, design: Design) -> Cells:
    """Draw arrests of three groups for six classes of offence.

    Offences differ by an SD of 0.6 in the log odds of a dismissal and, within a place, in the groups' shares of them.

    Parameters
    ----------
    rng : numpy.random.Generator
    effect : float
        Added to the focal group's log odds of a dismissal in the planted places.
    design : Design
    """
    offences = len(_OFFENCES)
    group = rng.dirichlet((4.0, 6.0, 3.0), size=(design.places, offences))
    offence = rng.dirichlet(np.full(offences, 3.0), size=design.places)
    whole = rng.poisson(totals(rng, design, 2.0)[:, None, None] * offence[:, :, None] * group)
    log_odds = -0.9 + rng.normal(0, 0.6, (1, offences, 1)) + rng.normal(0, 0.3, (design.places, offences, 1))
    log_odds = log_odds + natural(rng, design)[:, None, :]
    log_odds[:, :, 0] += np.where(planted(design), effect, 0.0)[:, None]
    taken = rng.binomial(whole, np.array(_TAKEN))
    out = rng.binomial(whole - taken, expit(log_odds))
    lodged = rng.binomial(taken, 0.5)
    dropped = rng.binomial(lodged, 0.8)
    counts = np.stack([out, whole - taken - out, dropped, lodged - dropped, taken - lodged], axis=-1)
    place, kind, people, end = (axis.ravel() for axis in np.indices(counts.shape))
    values = {"place": place, "group": people, "offence": kind, "disposition": end, "ice": end, "agency": 0 * end}
    names = {
        "group": GROUPS, "offence": _OFFENCES, "agency": ("sheriff",),
        "disposition": tuple(name for name, _ in _ENDS), "ice": tuple(name for _, name in _ENDS),
    }  # fmt: skip
    return simulated_cells(design, "arrest", names, values, counts.ravel())
