"""The twenty sets, under names that say nothing, and the one function that draws them all."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ..challenge.files import Drawn, write
from .innocent import INNOCENT
from .profiling import PROFILING
from .road import NO_ARRESTS

SEED = 20260417
DRAWS: dict[str, Callable[[np.random.Generator], Drawn]] = {
    f"blind-{i:02d}": made
    for i, made in enumerate(
        sorted((*INNOCENT, *PROFILING, *NO_ARRESTS), key=lambda f: zlib.crc32(f.__name__.encode())), start=1
    )
}


def draw(name: str) -> Drawn:
    """Draw one set, always the same."""
    return DRAWS[name](np.random.default_rng([zlib.crc32(DRAWS[name].__name__.encode()), SEED]))


def draw_all(data: Path, truth: Path) -> list[str]:
    """Write the files of every set into ``data``/name and what is true into ``truth``/name.json; return the names."""
    for name in DRAWS:
        write(name, draw(name), data, truth)
    return list(DRAWS)
