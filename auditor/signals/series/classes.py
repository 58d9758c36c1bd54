"""The class-randomised triple difference of every place at its own start."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from auditor.cells import Cells, Floats
from auditor.signals.class_contrast import POOLED
from auditor.signals.series.parts import FEW_CLASSES, Change, Cut
from auditor.signals.signal import ClassSample
from auditor.stats.classes.randomisation import Randomised, randomise_classes
from auditor.stats.classes.ratios import ClassRatios, natural_variance, place_variance
from auditor.stats.series.classes import ClassChanges, class_changes, class_detectable, class_limits

FEWEST_PEERS = 20
"""Places that what moves all changes of a group in common is measured from."""


def class_change(cells: Cells, made: Cut, alpha: float, level: float) -> Change:
    """Test each place by relabelling its offence classes.

    Changes are not centred on the other places: what a programme did everywhere must not be taken out. Natural
    variance between classes, which sets their weights, is that of the place's own classes.
    """
    side, gate = made.data.side, cells.gates["expected"]
    pick = [made.group, made.sums.before.shape[2] - 1]
    changes = class_changes(made.sums.before[:, :, pick], made.sums.after[:, :, pick], made.sums.takes_part, gate)
    use = changes.use & (made.code == 0)[:, None]
    changes = ClassChanges(changes.change, changes.variance, _enough(use, side, alpha))
    natural = place_variance(changes.change, ClassRatios(changes.change, changes.variance, changes.use))
    result = randomise_classes(changes.change, changes.variance, changes.use, side, natural, POOLED)
    code = np.where(made.code == 0, np.where(result.used, 0, FEW_CLASSES), made.code)
    ok = code == 0
    low, high, detectable = _limits(changes, side, natural, result, level)
    return Change(
        result.difference,
        low,
        high,
        result.p_greater,
        result.p_less,
        result.least,
        result.statistic,
        detectable,
        (result.discretionary + result.serious).astype(float),
        code,
        ok & (made.expected() >= gate),
        {"activation-series.caveat-common": ok, "activation-series.caveat-other-start": ok & made.other},
        tuple(_together(cells, changes, side)),
    )


def _together(cells: Cells, changes: ClassChanges, side: np.ndarray) -> Iterator[ClassSample]:
    """Randomise the places of each stratum together where they are many enough to tell what moves classes in common."""
    for stratum in np.unique(cells.stratum):
        use = changes.use & (cells.stratum == stratum)[:, None]
        if int(use.any(axis=1).sum()) < FEWEST_PEERS:
            continue
        natural = natural_variance(changes.change, ClassRatios(changes.change, changes.variance, use), side)
        result = randomise_classes(changes.change, changes.variance, use, side, natural, POOLED)
        yield ClassSample(result.used, result, False, 0.0)


def _enough(use: np.ndarray, side: np.ndarray, alpha: float) -> np.ndarray:
    """Keep the places whose classes can be relabelled in at least 1 / alpha ways, with two classes a side."""
    many, few = use[:, side > 0].sum(axis=1), use[:, side < 0].sum(axis=1)
    ways = np.array([math.comb(int(a + b), int(a)) for a, b in zip(many, few, strict=True)])
    kept: np.ndarray = use & ((np.minimum(many, few) >= 2) & (ways >= 1 / alpha))[:, None]
    return kept


def _limits(
    changes: ClassChanges, side: np.ndarray, natural: Floats, result: Randomised, level: float
) -> tuple[Floats, Floats, Floats]:
    low, high, detectable = np.full((3, len(result.stratum)), np.nan)
    rows = result.used
    if rows.any():
        some = ClassChanges(changes.change[rows], changes.variance[rows], changes.use[rows])
        asked = (some, side, natural[rows], result.difference[rows], result.se[rows])
        low[rows], high[rows] = class_limits(*asked, level)
        detectable[rows] = class_detectable(*asked)
    return low, high, detectable
