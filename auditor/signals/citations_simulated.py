"""Encounters that end in a citation or in custody, drawn by a computer."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from auditor.cells import Cells
from auditor.signals.signal import Design
from auditor.signals.simulated import GROUPS, natural, planted, simulated_cells, totals

_OFFENCES = ("traffic", "licence", "drug-possession", "theft", "robbery")
_CITABLE = 3
_AGENCIES = ("sheriff", "city")
_TIMES = ((2, 2), (2, 6), (15, 2), (15, 6))
"""Hour and weekday (Monday 0)."""


def simulate_citations(rng: np.random.Generator, effect: float, design: Design) -> Cells:
    """Draw encounters of three groups by offence, agency and time.

    The log odds of custody differ by offence, agency (SD 0.5) and time, and so do the groups' shares; custody is the
    rule for the last two offences, which nobody cites.

    Parameters
    ----------
    rng : numpy.random.Generator
    effect : float
        Added to the focal group's log odds of custody for citable offences in the planted places.
    design : Design
    """
    shape = (design.places, len(_AGENCIES), len(_OFFENCES), len(_TIMES))
    mix = rng.dirichlet(np.full(int(np.prod(shape[1:])), 1.5), size=design.places).reshape(shape)
    group = rng.dirichlet((4.0, 6.0, 3.0), size=shape)
    whole = rng.poisson(totals(rng, design, 3.0)[:, None, None, None, None] * mix[..., None] * group)
    log_odds = np.array([-1.4, -0.4, -0.7, 2.2, 3.0])[:, None] + np.array([0.5, 0.2, -0.4, 0.0])
    log_odds = log_odds + rng.normal(0, 0.5, (design.places, len(_AGENCIES), 1, 1))
    log_odds = log_odds[..., None] + natural(rng, design)[:, None, None, None, :]
    log_odds[:, :, :_CITABLE, :, 0] += np.where(planted(design), effect, 0.0)[:, None, None, None]
    custody = rng.binomial(whole, expit(log_odds))
    counts = np.stack([whole - custody, custody], axis=-1)
    place, agency, offence, time, people, booked = (axis.ravel() for axis in np.indices(counts.shape))
    hour, weekday = np.array(_TIMES).T
    values = {
        "place": place, "agency": agency, "offence": offence, "hour": hour[time], "weekday": weekday[time],
        "group": people, "cited": 1 - booked, "booked": booked,
    }  # fmt: skip
    names = {"agency": _AGENCIES, "offence": _OFFENCES, "group": GROUPS}
    return simulated_cells(design, "stop", names, values, counts.ravel())
