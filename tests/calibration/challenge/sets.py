"""Every set of the challenge, by the name of the function that draws it."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from .described import DESCRIBED
from .files import Drawn, write
from .nulls import NULLS
from .planted import PLANTED
from .trying import TRYING

SETS: dict[str, Callable[[np.random.Generator], Drawn]] = {
    made.__name__.replace("_", "-"): made for made in (*NULLS, *TRYING, *PLANTED, *DESCRIBED)
}


def generate(name: str, seed: int, data: Path, truth: Path) -> None:
    """Draw one set: its files into ``data``, what is true of it into ``truth``."""
    write(name, SETS[name](np.random.default_rng([zlib.crc32(name.encode()), seed])), data, truth)
