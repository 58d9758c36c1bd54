"""Simulated detainers, row by row, for the signals that read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.cells import RowTable

_TEXTS = {
    "event": "detainer",
    "offence": "",
    "level": "",
    "detainer_month": "",
    "detainer_period": "detainers-2012",
    "detainer_type": "I247",
    "lift_reason": "",
    "policy_period": "",
    "month": "",
}
_CODES = {"detainer": -1, "before_conviction": -1}


def place_ids(size: int) -> tuple[str, ...]:
    """Return the identifiers of simulated places."""
    return tuple(f"local:sim-{i:05d}" for i in range(size))


def sizes(rng: np.random.Generator, typical: float, places: int) -> NDArray[np.int64]:
    """Draw how many detainers (or matches) places have."""
    return np.maximum(rng.lognormal(np.log(typical), 1.0, places), 12).round().astype(np.int64)


def row_table(rng: np.random.Generator, index: Sequence[int], n: Sequence[int], **values: Sequence[Any]) -> RowTable:
    """Lay rows out; keys that are not given hold what is usual, months are drawn within 2013."""
    size = len(index)
    columns: dict[str, Any] = {name: np.array([text] * size, dtype=object) for name, text in _TEXTS.items()}
    columns |= {name: np.full(size, code, dtype=np.int64) for name, code in _CODES.items()}
    months = np.array([f"2013-{m:02d}" for m in range(1, 13)], dtype=object)
    columns["detainer_month"] = months[rng.integers(0, 12, size)]
    for name, given in values.items():
        columns[name] = np.array(given, dtype=np.int64 if name in _CODES else object)
    return RowTable(np.array(index, dtype=np.int64), columns, np.array(n, dtype=float))
