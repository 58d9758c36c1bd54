"""What the order of a roll-out may have followed: size, share of the focal group, share of noncitizens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from auditor.cells import Bools, Cells, Floats
from auditor.signals.exposures import people

Name = Literal["population", "focal-share", "noncitizen-share"]
COVARIATES: tuple[Name, ...] = ("population", "focal-share")


@dataclass(frozen=True)
class Covariates:
    """Covariates of every place.

    Attributes
    ----------
    values : (J, P) array
        0 where they are not known.
    known : (J,) bool array
    """

    values: Floats
    known: Bools


def covariates(cells: Cells, group: str, names: Sequence[str]) -> Covariates:
    """Return the covariates asked for; without any, or where no source holds them, nobody's are known."""
    whole = people(cells, "residents")
    columns = [_column(cells, group, name, whole) for name in names]
    if not columns:
        return Covariates(np.zeros((cells.size, 0)), np.zeros(cells.size, dtype=bool))
    values = np.column_stack(columns)
    known: Bools = np.asarray(np.isfinite(values).all(axis=1))
    return Covariates(np.where(known[:, None], values, 0.0), known)


def _column(cells: Cells, group: str, name: str, whole: Floats) -> Floats:
    everybody = np.where(whole > 0, whole, np.nan)
    if name == "population":
        return np.asarray(np.log(everybody))
    part = people(cells, "noncitizens") if name == "noncitizen-share" else _of_group(cells, "residents", group)
    return np.asarray(part / everybody)


def _of_group(cells: Cells, universe: str, group: str) -> Floats:
    rows = cells.population.where(universe=universe, group=group)
    return np.where(np.bincount(rows.index, minlength=cells.size) > 0, rows.total(cells.size), np.nan)
