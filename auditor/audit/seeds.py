"""Generators that depend on the seed and on names, never on what else ran."""

from __future__ import annotations

import zlib

import numpy as np


def generator(seed: int, *names: str) -> np.random.Generator:
    """Return a generator that depends on the seed and on names, not on what else ran."""
    return np.random.default_rng([seed, *(zlib.crc32(name.encode()) for name in names)])
