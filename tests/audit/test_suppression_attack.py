"""Linear programming over every number of a review finds no count of 1 to 10; the long version is ``make attack``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.suppress_lp import System
from benchmarks.suppress_worlds import arrests, matches
from benchmarks.suppression import attack


def test_bounds_by_hand() -> None:
    """a + b = 20 and a is at least 0: b is 0 to 20; with a = 12 it is 8; b as 2/5 of the whole gives both."""
    system = System({"a": 12, "b": 8})
    system.equals(["a", "b"], 20)
    assert system.bounds(["b"]) == (0, 20)
    system.within(["b"], ["a", "b"], 0.3, 0.5)
    assert system.bounds(["b"]) == (6, 10)
    system.share(["b"], ["a", "b"], 0.4)
    assert system.bounds(["b"]) == (8, 8)
    with pytest.raises(ArithmeticError, match="is not the sum"):
        system.equals(["a"], 13)


@pytest.mark.parametrize(
    ("kind", "seed"),
    # Worlds in which counts were recovered before: classes of other groups, the whole of a region, shares unrecorded.
    [("arrests", (1, 0, 5)), ("arrests", (2, 0, 12)), ("arrests", (3, 0, 6)), ("matches", (1, 1, 1))],
)
def test_no_small_count_is_recovered(kind: str, seed: tuple[int, ...], tmp_path: Path) -> None:
    world = {"arrests": arrests, "matches": matches}[kind](np.random.default_rng(seed), 8)
    result = attack(world, tmp_path)
    assert (result.recovered, result.narrowed) == ([], [])
    # Nothing is proven by an output that says nothing.
    assert result.small >= 3
    assert result.numbers >= 5
