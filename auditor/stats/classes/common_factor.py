"""The common factor that relabelling cannot see, measured on contrasts in which no profiling is expected.

Something innocent may move all discretionary classes of one group together: c_j, with a law of unknown spread and
tails. Its law is one of a grid, t with 3, 4, 6 or infinite degrees of freedom and a scale from 0 to 1; each is given a
posterior weight by the statistics of the non-focal groups' own contrasts (and, apart from them, by the lower half of
the focal ones, which profiling does not enlarge). A statistic is then distributed as a relabelled one plus c_j / se_j.

A law with one long tail (exponential) is looked for beside these. Some sixty places cannot tell it from a t, and a
posterior over both would be led by whichever is met more easily; so it is used in full, and the larger tail decides,
wherever it could matter and the contrasts do not speak against it (:func:`long_tailed`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import fft, special

from auditor.stats.checks import Array
from auditor.stats.classes.randomisation import EDGES, Randomised

EVEN = ("normal", "t6", "t4", "t3")
LONG = ("upper", "lower")
"""Shapes of the law of c_j: t with so many degrees of freedom; an exponential above, or below, its own median."""
SCALES = (0.0, 0.03, 0.06, 0.09, 0.12, 0.15, 0.18, 0.22, 0.26, 0.3, 0.35, 0.4, 0.5, 0.6, 0.75, 1.0)
"""Scales of c_j on the log scale. A spread of zero is one law whatever its shape."""
LAWS = (("normal", 0.0), *((shape, scale) for shape in (*EVEN, *LONG) for scale in SCALES[1:]))
STEP = 1.05
"""Ratio between neighbouring levels of the standard error; a place is given the level below its own, so that c_j / se_j
is never taken too small."""
MATERIAL = 0.05
"""A long-tailed factor of this mean scale (log scale) could matter; a smaller one moves no tail that decides."""
AGAINST = 1 / 3
"""A Bayes factor below this speaks against a long tail."""
_TINY = 1e-12
_BINS = len(EDGES) - 1
_COARSE = 320
_SPAN = float(EDGES[-1] - EDGES[0])

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Levels:
    """Levels of the standard error on which the null is tabulated: powers of :data:`STEP`.

    Attributes
    ----------
    values : ndarray, shape (L,)
        Increasing; neighbours differ by :data:`STEP`.
    """

    values: Array

    def of(self, se: Array) -> Ints:
        """Return the highest level that is not above each standard error."""
        return np.clip(np.searchsorted(self.values, se * (1 + 1e-9), side="right") - 1, 0, len(self.values) - 1)


def levels_of(se: Array) -> Levels:
    """Return the levels that standard errors (finite, above 0) need.

    They are the same powers for every data set, so that the laws at a level are worked out once.
    """
    low, high = (int(np.floor(np.log(value) / np.log(STEP))) for value in (se.min(), se.max()))
    return Levels(STEP ** np.arange(low, high + 1, dtype=float))


@lru_cache(maxsize=4096)
def law_bins(law: int, se: float, bins: int) -> Array:
    """Return the law of c / se in bins centred on multiples of their width.

    Parameters
    ----------
    law : int
        Position among the :data:`LAWS`.
    se : float
    bins : int
        Bins on the span of :data:`EDGES`.

    Returns
    -------
    ndarray, shape (2 bins + 1,)
        What falls outside stands in the outermost bins.
    """
    shape, scale = LAWS[law]
    if scale == 0:
        result = np.zeros(2 * bins + 1)
        result[bins] = 1.0
        return result
    z = (np.arange(2 * bins + 2) - bins - 0.5) * (_SPAN / bins) * se / scale
    # Differences of upper tails above the centre and of lower tails below it keep the digits of far tails.
    lower, upper = _tails(shape, np.asarray(z, dtype=float))
    mass = np.where(z[1:] > 0, upper[:-1] - upper[1:], lower[1:] - lower[:-1])
    mass[0] += lower[0]
    mass[-1] += upper[-1]
    return np.asarray(mass)


def _tails(shape: str, z: Array) -> tuple[Array, Array]:
    """Return P(Z <= z) and P(Z >= z) of a standardised law."""
    if shape == "lower":
        return _tails("upper", -z)[::-1]
    if shape == "upper":
        # Less its median. The class centres take out something between median and mean: this leaves the larger tail.
        beyond = np.maximum(z + np.log(2.0), 0.0)
        return -np.expm1(-beyond), np.exp(-beyond)
    if shape == "normal":
        return special.ndtr(z), special.ndtr(-z)
    freedom = float(shape[1:])
    return special.stdtr(freedom, z), special.stdtr(freedom, -z)


def convolved(pooled: Array, law: Array) -> Array:
    """Return the law of a relabelled statistic plus an independent c / se, binned as the relabelled ones.

    Parameters
    ----------
    pooled : ndarray, shape (B,)
        Law of relabelled statistics.
    law : ndarray, shape (2 B + 1,)
        Law of c / se, as :func:`law_bins` gives it.

    Returns
    -------
    ndarray, shape (B,)
        What falls outside stands in the outermost bins.
    """
    size = fft.next_fast_len(3 * len(pooled))
    return _folded(fft.irfft(fft.rfft(pooled, size) * fft.rfft(law, size), size), len(pooled))


def _folded(full: Array, bins: int) -> Array:
    """Cut convolutions (along the last axis) to the span; what falls outside goes into the outermost bins."""
    full = np.maximum(full[..., : 3 * bins], 0.0)
    inside = full[..., bins : 2 * bins].copy()
    inside[..., 0] += full[..., :bins].sum(axis=-1)
    inside[..., -1] += full[..., 2 * bins :].sum(axis=-1)
    return inside


@lru_cache(maxsize=256)
def _transforms(se: float) -> NDArray[np.complex128]:
    """Fourier transforms of every law at a level, in coarse bins; shape (laws, F)."""
    laws = np.array([law_bins(law, se, _COARSE) for law in range(len(LAWS))])
    return np.asarray(fft.rfft(laws, fft.next_fast_len(3 * _COARSE), axis=1))


def law_of(weights: Array, se: float) -> Array:
    """Return the law of c / se under posterior weights of the :data:`LAWS`, shape (2 B + 1,)."""
    met = np.flatnonzero(weights > _TINY)
    return np.asarray(weights[met] @ np.array([law_bins(int(law), se, _BINS) for law in met]))


def posterior(sample: Randomised, levels: Levels, *, lower_half: bool = False, pooled: Array | None = None) -> Array:
    """Weigh the even laws of the common factor by what these statistics say (flat prior over them).

    Parameters
    ----------
    sample : Randomised
        Contrasts of any number of places; none gives the prior back.
    levels : Levels
    lower_half : bool
        Use only statistics below zero, by their law given that they lie there: planted effects do not enlarge them.
    pooled : ndarray, shape (S, B), optional
        Law of relabelled statistics by stratum; the sample's own by default.

    Returns
    -------
    ndarray, shape (len(LAWS),)
        Weights that sum to one.
    """
    return weights_of(log_likelihood(sample, levels, lower_half=lower_half, pooled=pooled))


def weights_of(log_likelihoods: Array, shapes: tuple[str, ...] = EVEN) -> Array:
    """Turn log likelihoods of the laws into posterior weights under a flat prior over these shapes; 0 elsewhere."""
    among = _among(shapes)
    weight = np.where(among, np.exp(np.where(among, log_likelihoods - log_likelihoods[among].max(), 0.0)), 0.0)
    return np.asarray(weight / weight.sum())


def long_tailed(log_likelihoods: Array) -> list[Array]:
    """Return the weights of the laws with one long tail that cannot be left out, none to two arrays.

    Parameters
    ----------
    log_likelihoods : ndarray, shape (len(LAWS),)
        Of contrasts in which no profiling is expected, the whole of them: a lower half knows no upper tail.

    Returns
    -------
    list of ndarray, shape (len(LAWS),)
        Weights within each of the :data:`LONG` shapes whose mean scale is :data:`MATERIAL` and whose Bayes factor
        against the even ones is not below :data:`AGAINST`.
    """
    even = _evidence(log_likelihoods, EVEN)
    found = []
    for shape in LONG:
        weights = weights_of(log_likelihoods, (shape,))
        if spread_of(weights) >= MATERIAL and _evidence(log_likelihoods, (shape,)) - even >= np.log(AGAINST):
            found.append(weights)
    return found


def _among(shapes: tuple[str, ...]) -> NDArray[np.bool_]:
    """Return which laws have one of these shapes; no spread at all belongs to every shape."""
    return np.array([shape in shapes or scale == 0 for shape, scale in LAWS])


def _evidence(log_likelihoods: Array, shapes: tuple[str, ...]) -> float:
    """Return the log of the mean likelihood of these shapes under a flat prior."""
    part = log_likelihoods[_among(shapes)]
    return float(special.logsumexp(part) - np.log(len(part)))


def log_likelihood(
    sample: Randomised, levels: Levels, *, lower_half: bool = False, pooled: Array | None = None
) -> Array:
    """Return the log likelihood of each of the :data:`LAWS`; see :func:`posterior`."""
    result = np.zeros(len(LAWS))
    laws = (sample.pooled if pooled is None else pooled).reshape(-1, _COARSE, _BINS // _COARSE).sum(axis=2)
    used = sample.used & (sample.statistic < 0) if lower_half else sample.used
    level = np.where(used, levels.of(np.where(used, sample.se, 1.0)), -1)
    scaled = (np.where(used, sample.statistic, 0.0) - EDGES[0]) / (_SPAN / _COARSE)
    position = np.clip(scaled, 0, _COARSE - 1).astype(np.int64)
    for stratum in np.unique(sample.stratum[used]):
        there = used & (sample.stratum == stratum)
        for at in np.unique(level[there]):
            rows = there & (level == at)
            result += _log_density(laws[stratum], float(levels.values[at]), position[rows], lower_half)
    return result


def _log_density(pooled: Array, se: float, position: Ints, lower_half: bool) -> Array:
    """Return the log likelihood of binned statistics at one level, under each of the laws."""
    size = fft.next_fast_len(3 * _COARSE)
    table = _folded(fft.irfft(fft.rfft(pooled, size) * _transforms(se), size, axis=1), _COARSE)
    near = [np.clip(position + shift, 0, _COARSE - 1) for shift in (-1, 0, 1)]
    smooth = np.mean([table[:, at] for at in near], axis=0)
    below = table[:, : _COARSE // 2].sum(axis=1, keepdims=True) if lower_half else np.ones((len(LAWS), 1))
    return np.asarray(np.log(np.maximum(smooth / np.maximum(below, _TINY), _TINY)).sum(axis=1))


def spread_of(weights: Array) -> float:
    """Return the posterior mean of the scale of the common factor (log scale)."""
    return float(sum(weight * scale for weight, (_, scale) in zip(weights, LAWS, strict=True)))
