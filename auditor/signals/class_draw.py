"""Arrests of three groups by offence class, as a signal that contrasts classes draws them."""

from __future__ import annotations

import numpy as np

from auditor.cells import Cells
from auditor.domain.vocabulary import DISCRETIONARY, SERIOUS
from auditor.signals.drawn import drawn_cells
from auditor.signals.signal import Design

_RATES = {
    "homicide": 4,
    "sexual-assault": 7,
    "robbery": 36,
    "aggravated-assault": 132,
    "burglary": 94,
    "arson": 4,
    "vehicle-theft": 23,
    "theft": 414,
    "traffic": 300,
    "licence": 150,
    "public-order": 200,
    "public-intoxication": 180,
    "trespass": 110,
    "drug-possession": 430,
    "false-identification": 20,
}
"""Arrests per 100,000 adults and year, of the order of the FBI's national figures of 2010."""


def simulate_classes(
    rng: np.random.Generator, effect: float, design: Design, raised: tuple[str, ...] = DISCRETIONARY
) -> Cells:
    """Draw arrests of three groups by offence class; ``raised`` classes bear the effect.

    Natural differences of SD ``natural_sd`` per place, group and class; a place's own enforcement of each class varies
    by an SD of 0.5; neither is profiling.
    """
    classes = (*SERIOUS, *DISCRETIONARY)
    groups, shares = ("hispanic", "white", "black"), (0.2, 0.65, 0.15)
    ids = tuple(f"local:sim-{i:05d}" for i in range(design.places))
    people = np.maximum(rng.lognormal(np.log(design.typical * 250), 1.0, design.places), 20_000)
    rate = np.array([_RATES[name] for name in classes]) / 1e5 * 4
    planted = np.arange(design.places) < round(design.planted * design.places)
    log_mean = np.log(people[:, None, None] * np.array(shares)[:, None] * rate)
    log_mean = log_mean + rng.normal(0, 0.5, (design.places, 1, len(classes)))
    log_mean = log_mean + rng.normal(0, 0.3, (design.places, len(groups), 1))
    log_mean = log_mean + rng.normal(0, design.natural_sd, (design.places, len(groups), len(classes)))
    log_mean[:, 0, [classes.index(name) for name in raised]] += np.where(planted, effect, 0.0)[:, None]
    counts = rng.poisson(np.exp(log_mean))
    keys = ("event", "group", "group_source", "offence")
    rows = [
        {"place": ids[j], "event": "arrest", "group": group, "group_source": "recorded", "offence": offence, "n": n}
        for (j, g, o), n in np.ndenumerate(counts)
        for group, offence in ((groups[g], classes[o]),)
    ]
    return drawn_cells(ids, rows, keys)
