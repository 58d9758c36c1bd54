"""One place decided by its own offence classes: no other place tells centres, natural variance or a common factor."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from auditor.stats.classes.randomisation import MOST, Randomised, randomise_classes
from auditor.stats.classes.ratios import ClassRatios, place_variance


def randomise_alone(ratios: ClassRatios, side: NDArray[np.int64], row: int, most: int = MOST) -> Randomised:
    """Relabel the classes of one place.

    Parameters
    ----------
    ratios : ClassRatios
        Of J places.
    side : ndarray of int, shape (O,)
        +1 discretionary, -1 serious, 0 neither.
    row : int
        The place; all others are left out.
    most : int
        Orders of the classes at most.

    Returns
    -------
    Randomised
        Of all J places, only this one used.
    """
    use = np.zeros(ratios.use.shape, dtype=bool)
    use[row] = ratios.use[row] & (side != 0)
    own = ClassRatios(ratios.log_ratio, ratios.variance, use)
    natural = place_variance(ratios.log_ratio, own)
    return randomise_classes(ratios.log_ratio, ratios.variance, use, side, natural, most)
