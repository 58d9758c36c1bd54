"""Levels for what is looked at because it was selected."""

from __future__ import annotations

import numpy as np

from auditor.stats.checks import inside_unit


def selection_level(q: float, selected: int, families: int) -> float:
    """Level at which to test inside a selected family.

    Parameters
    ----------
    q : float
        Error rate promised on average over the selected families, in (0, 1).
    selected, families : int
        How many families were selected, and from how many.

    Returns
    -------
    float
        q x selected / families; 0 when none was selected.

    Raises
    ------
    ValueError
        If q lies outside (0, 1), or the counts are not 0 <= selected <= families with families above 0.

    References
    ----------
    Benjamini, Y. & Bogomolov, M. (2014). Journal of the Royal Statistical Society B 76, 297-318.
    """
    return float(inside_unit("q", q)[0]) * _share(selected, families)


def fcr_level(q: float, selected: int, parameters: int) -> float:
    """Confidence level of intervals shown only for selected parameters.

    Parameters
    ----------
    q : float
        False coverage rate: the expected share of the shown intervals that miss, in (0, 1).
    selected, parameters : int
        How many are shown, and from how many they were selected.

    Returns
    -------
    float
        1 - q x selected / parameters, for two-sided intervals of any selected parameter; with none selected the level
        that one would need. Valid for selection by step-up rules under independence or positive dependence.

    Raises
    ------
    ValueError
        As in `selection_level`.

    References
    ----------
    Benjamini, Y. & Yekutieli, D. (2005). Journal of the American Statistical Association 100, 71-81.
    """
    rate = float(inside_unit("q", q)[0])
    return 1 - rate * max(_share(selected, parameters), 1 / parameters)


def _share(part: int, whole: int) -> float:
    if not (isinstance(part, int | np.integer) and isinstance(whole, int | np.integer) and 0 <= part <= whole > 0):
        raise ValueError(f"selected must lie between 0 and a positive whole number, got {part} of {whole}")
    return int(part) / int(whole)
