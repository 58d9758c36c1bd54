"""What the order of a roll-out may have followed: size, share of the focal group, share of noncitizens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from auditor.cells import Bools, Cells, Floats

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
    whole = _total(cells, "residents")
    columns = [_column(cells, group, name, whole) for name in names]
    if not columns:
        return Covariates(np.zeros((cells.size, 0)), np.zeros(cells.size, dtype=bool))
    values = np.column_stack(columns)
    known: Bools = np.asarray(np.isfinite(values).all(axis=1))
    return Covariates(np.where(known[:, None], values, 0.0), known)


def _column(cells: Cells, group: str, name: str, whole: Floats) -> Floats:
    people = np.where(whole > 0, whole, np.nan)
    if name == "population":
        return np.asarray(np.log(people))
    part = _total(cells, "noncitizens") if name == "noncitizen-share" else _total(cells, "residents", group)
    return np.asarray(part / people)


def _total(cells: Cells, universe: str, group: str | None = None) -> Floats:
    """Sum a population over its groups (a row without a group is the total itself); NaN where there is none."""
    rows = cells.population.where(universe=universe)
    labels = rows.columns["group"].astype(str)
    if group is not None:
        return _summed(cells, rows.index[labels == group], rows.n[labels == group])
    stated = _summed(cells, rows.index[labels == ""], rows.n[labels == ""])
    added = _summed(cells, rows.index[labels != ""], rows.n[labels != ""])
    return np.where(np.isfinite(stated), stated, added)


def _summed(cells: Cells, index: np.ndarray, n: Floats) -> Floats:
    total = np.bincount(index, weights=n, minlength=cells.size)
    return np.where(np.bincount(index, minlength=cells.size) > 0, total, np.nan)
