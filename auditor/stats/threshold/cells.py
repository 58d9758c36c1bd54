"""From the sampler's coordinates to guilt, separation and thresholds: forward maps of the fast threshold test.

What the coordinates are is told in `threshold_model`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from auditor.stats.checks import Array
from auditor.stats.threshold.anchor import Anchors, Lines
from auditor.stats.threshold.prior import Parts

_ROOT_2PI = math.sqrt(2 * math.pi)
_ROOT_STEPS = 60
#: Halley's steps converge cubically: the error after a step this small is about 1e-10.
_SETTLED = 5e-4


@dataclass(frozen=True, slots=True)
class Places:
    """The parts of places, shape (K, D), with what the gradient needs.

    Attributes
    ----------
    guilt, separation : ndarray
        Parts of the log-odds of guilt and of log delta.
    told : ndarray
        u of the module's description.
    centre, weight, scale : ndarray
        u = weight * centre + scale * (its coordinate).
    variance : ndarray
        Of u under the prior.
    carried, own : ndarray
        separation = carried * u + own * (the other coordinate).
    by_guilt : ndarray
        Share of the variance that comes from the part of guilt.
    ratio : ndarray
        Prior variance of the part of log delta over that of u.
    """

    guilt: Array
    separation: Array
    told: Array
    centre: Array
    weight: Array
    scale: Array
    variance: Array
    carried: Array
    own: Array
    by_guilt: Array
    ratio: Array


@dataclass(frozen=True, slots=True)
class Cells:
    """Guilt, separation and threshold of every cell, shape (K, D, R), with what the gradient needs.

    Attributes
    ----------
    log_odds, guilt, separation, threshold : ndarray
        Log-odds and probability of guilt, delta, and t on the signal's scale.
    anchor, weight, scale : ndarray
        A, w and s of the module's description.
    """

    log_odds: Array
    guilt: Array
    separation: Array
    threshold: Array
    anchor: Array
    weight: Array
    scale: Array

    def probability(self) -> Array:
        """Thresholds as probabilities of guilt: what officers require before they search."""
        return 1 / (1 + np.exp(-(self.log_odds + self.separation * (self.threshold - self.separation / 2))))

    def search_rate(self) -> Array:
        """Share of stops that end in a search."""
        return survival(self.threshold, self.guilt, self.separation)

    def hit_rate(self) -> Array:
        """Share of searches that find contraband."""
        return self.guilt * ndtr(self.separation - self.threshold) / self.search_rate()


def normal_density(x: Array) -> Array:
    """Density of N(0, 1)."""
    return np.exp(-0.5 * x * x) / _ROOT_2PI


def survival(t: Array, guilt: Array, delta: Array) -> Array:
    """Probability of a signal above t."""
    return guilt * ndtr(delta - t) + (1 - guilt) * ndtr(-t)


def place_parts(parts: Parts, groups: Parts, lines: Lines, anchors: Anchors) -> Places:
    """Parts of places, from the coordinates and from the group parts on their natural scales."""
    sigma = np.exp(groups.spread[:, 1:])
    guilt_variance, separation_variance = sigma[:, :1] ** 2, sigma[:, 1:] ** 2
    variance = guilt_variance + lines.slope**2 * separation_variance
    weight = variance * anchors.place_information / (1 + variance * anchors.place_information)
    scale = np.sqrt(variance * (1 - weight))
    centre = lines.level - (anchors.mix * parts.guilt[:, None, :]).sum(axis=2)
    told = weight * centre + scale * parts.told
    ratio, own = separation_variance / variance, sigma[:, :1] * sigma[:, 1:] / np.sqrt(variance)
    carried = lines.slope * ratio
    separation = carried * told + own * parts.untold
    guilt, by_guilt = told - lines.slope * separation, guilt_variance / variance
    return Places(guilt, separation, told, centre, weight, scale, variance, carried, own, by_guilt, ratio)


def cell_values(groups: Parts, places: Places, anchors: Anchors) -> Cells:
    """Guilt, separation and threshold of every cell."""
    log_odds = groups.guilt[:, None, :] + places.guilt[:, :, None]
    guilt = 1 / (1 + np.exp(-log_odds))
    delta = np.exp(groups.separation[:, None, :] + places.separation[:, :, None])
    anchor = anchor_threshold(guilt, delta, anchors)
    variance = np.exp(2 * groups.spread[:, 0])[:, None, None]
    weight = variance * anchors.information / (1 + variance * anchors.information)
    scale = np.sqrt(variance * (1 - weight))
    t = weight * anchor + (1 - weight) * groups.threshold[:, None, :] + scale * groups.z
    return Cells(log_odds, guilt, delta, t, anchor, weight, scale)


def anchor_threshold(guilt: Array, delta: Array, anchors: Anchors) -> Array:
    """Threshold at which the search share is the observed one, by Halley's steps on the log survival.

    The root lies between those of the two components; a step that leaves this range is halved back into it.
    """
    low, high = anchors.naive + np.zeros_like(guilt), anchors.naive + delta
    t = low + delta * guilt / (guilt + 0.1)
    for _ in range(_ROOT_STEPS):
        moved, above = _halley(t, guilt, delta, anchors.log_share)
        low, high = np.where(above, t, low), np.where(above, high, t)
        outside = (moved < low) | (moved > high)
        if outside.any():
            moved = np.where(outside, 0.5 * (low + high), moved)
        settled = np.abs(moved - t).max() < _SETTLED
        t = moved
        if settled or not np.isfinite(t).all():
            break
    return t


def _halley(t: Array, guilt: Array, delta: Array, log_share: Array) -> tuple[Array, NDArray[np.bool_]]:
    """One step towards the root, and whether t is still below it."""
    off = t - delta
    guilty, innocent = guilt * normal_density(off), (1 - guilt) * normal_density(t)
    both = guilty + innocent
    share = guilt * ndtr(-off) + (1 - guilt) * ndtr(-t)
    slope = both / share
    gap = np.log(share) - log_share
    newton = gap / slope
    bend = slope - (guilty * off + innocent * t) / both
    return t + newton / np.maximum(1 + 0.5 * bend * newton, 0.5), gap >= 0
