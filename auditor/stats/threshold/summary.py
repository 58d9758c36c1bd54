"""Thresholds, their differences between groups, and their means over places, from posterior draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.stats.checks import Array

_TINY = np.finfo(float).tiny


@dataclass(frozen=True, slots=True)
class Posterior:
    """Posterior of an array of quantities.

    Attributes
    ----------
    mean, sd, low, high : ndarray
        Mean, standard deviation and equal-tailed limits.
    below : ndarray
        Posterior probability of a value below 0 (of interest for differences).
    """

    mean: Array
    sd: Array
    low: Array
    high: Array
    below: Array

    @classmethod
    def of(cls, draws: Array, level: float) -> Posterior:
        """Summary of draws whose first two axes, chain and draw, are summed over."""
        side = (1 - level) / 2
        low, high = np.quantile(draws, [side, 1 - side], axis=(0, 1))
        both = (0, 1)
        return cls(draws.mean(axis=both), draws.std(axis=both), low, high, (draws < 0).mean(axis=both))


@dataclass(frozen=True, slots=True)
class Comparison:
    """Thresholds of P places by R groups and what is compared of them; leading axes are chain and draw.

    Attributes
    ----------
    threshold, difference : ndarray, shape (..., P, R)
        Probabilities of guilt, and those less the reference group's.
    log_ratio : ndarray, shape (..., P, R)
        Log of the reference group's threshold over each group's: above 0 where the group's is the lower.
    group, group_difference : ndarray, shape (..., R)
        Weighted means over places.
    """

    threshold: Array
    difference: Array
    log_ratio: Array
    group: Array
    group_difference: Array

    @classmethod
    def of(cls, threshold: Array, weights: Array, reference: int, part: NDArray[np.intp] | None = None) -> Comparison:
        """Compare thresholds with those of the reference group.

        Parameters
        ----------
        threshold : ndarray, shape (..., D, R)
        weights : ndarray, shape (D,)
            Of the rows, the same for every group: stops of all groups together.
        reference : int
        part : ndarray of int, shape (D,), optional
            To which of P places each row belongs; by default each is a place.
        """
        group = np.einsum("...dr,d->...r", threshold, weights / weights.sum())
        if part is not None:
            share = np.zeros((part.max() + 1, part.size))
            share[part, np.arange(part.size)] = weights
            threshold = np.einsum("...dr,pd->...pr", threshold, share / share.sum(axis=1, keepdims=True))
        against = threshold[..., reference, None]
        # Absurd counts can carry a threshold below the smallest double.
        log_ratio = np.log(np.maximum(against, _TINY)) - np.log(np.maximum(threshold, _TINY))
        return cls(threshold, threshold - against, log_ratio, group, group - group[..., reference, None])

    def reported(self, reference: int) -> Array:
        """All but the reference group's differences from itself, side by side: shape (C, N, M)."""
        lead = self.threshold.shape[:2]
        parts = [
            self.threshold,
            np.delete(self.difference, reference, axis=-1),
            np.delete(self.log_ratio, reference, axis=-1),
            self.group,
            np.delete(self.group_difference, reference, axis=-1),
        ]
        return np.concatenate([part.reshape(*lead, -1) for part in parts], axis=-1)
