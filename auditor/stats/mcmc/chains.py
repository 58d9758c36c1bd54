"""Chains of the no-U-turn sampler: tuning in windows, then draws that can be continued.

References
----------
Hoffman, M. D. & Gelman, A. (2014), section 3.2 (dual averaging). Stan Reference Manual, "HMC algorithm parameters"
(windows of doubling length). Here the draws of all chains go into one covariance.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.stats.checks import Array
from auditor.stats.fit import NotConverged
from auditor.stats.mcmc.metric import Metric
from auditor.stats.mcmc.nuts import Density, Draw, Gathered, Point, answer, gather, leapfrog, transition

_FIRST, _LAST, _SHORTEST, _EARLY = 75, 50, 25, 7
_AVERAGE_FROM, _AVERAGE_POWER, _AVERAGE_PULL = 10.0, 0.75, 0.05


@dataclass(frozen=True, slots=True)
class Tuning:
    """How the chains are tuned.

    Attributes
    ----------
    warmup : int
        Transitions before draws are kept; at least 150.
    target : float
        Mean acceptance probability aimed at.
    deepest : int
        Most doublings of a trajectory; while the mass matrix is still a guess, at most 7.
    dense : int
        Leading coordinates whose full covariance is learned.
    """

    warmup: int = 400
    target: float = 0.85
    deepest: int = 10
    dense: int = 0

    def __post_init__(self) -> None:
        if self.warmup < _FIRST + _LAST + _SHORTEST:
            raise ValueError(f"warmup must be at least {_FIRST + _LAST + _SHORTEST}, got {self.warmup}")
        if not 0.5 <= self.target < 1:
            raise ValueError(f"target must lie in [0.5, 1), got {self.target}")


@dataclass(frozen=True, slots=True)
class Sample:
    """Draws of some chains.

    Attributes
    ----------
    q : ndarray, shape (C, N, dim)
    value, energy : ndarray, shape (C, N)
        Log density, and the Hamiltonian at the start of each transition.
    divergent : ndarray of bool, shape (C, N)
    steps : ndarray of int, shape (C, N)
        Leapfrog steps.
    """

    q: Array
    value: Array
    energy: Array
    divergent: NDArray[np.bool_]
    steps: NDArray[np.int64]

    def followed_by(self, more: Sample) -> Sample:
        """The same chains, longer."""
        return Sample(
            np.concatenate([self.q, more.q], axis=1),
            np.concatenate([self.value, more.value], axis=1),
            np.concatenate([self.energy, more.energy], axis=1),
            np.concatenate([self.divergent, more.divergent], axis=1),
            np.concatenate([self.steps, more.steps], axis=1),
        )


class _Average:
    """Dual averaging of the log step size towards a mean acceptance."""

    def __init__(self, step: float, target: float) -> None:
        self.centre, self.target = math.log(10 * step), target
        self.log_step = self.log_mean = math.log(step)
        self.count, self.error = 0, 0.0

    def learn(self, accepted: float) -> None:
        self.count += 1
        weight = 1 / (self.count + _AVERAGE_FROM)
        self.error += weight * (self.target - accepted - self.error)
        self.log_step = self.centre - math.sqrt(self.count) / _AVERAGE_PULL * self.error
        forget = self.count**-_AVERAGE_POWER
        self.log_mean += forget * (self.log_step - self.log_mean)


class Chains:
    """Chains on one density; what they learn of its covariance is shared.

    Parameters
    ----------
    density : callable
        Log density and gradient of the stacked points of the named chains. A value that is not finite
        counts as density 0.
    start : ndarray, shape (C, dim)
        Where the chains begin; the density must be above 0 there.
    seeds : sequence of numpy.random.SeedSequence, length C
        One stream for each chain.
    tuning : Tuning
    variance : ndarray, shape (dim,)
        First guess at the posterior variances.
    """

    def __init__(
        self,
        density: Density,
        start: Array,
        seeds: Sequence[np.random.SeedSequence],
        tuning: Tuning,
        variance: Array,
    ) -> None:
        self.density, self._tuning = density, tuning
        self._rngs = [np.random.Generator(np.random.PCG64(seed)) for seed in seeds]
        count = start.shape[0]
        self._metric = Metric.guess(variance, tuning.dense)
        self._steps = np.full(count, 0.1)
        self._deepest = tuning.deepest
        values, gradients = density(start, np.arange(count))
        if not np.isfinite(values).all():
            raise NotConverged("a chain starts where the density is 0")
        self._at = [Draw(q, float(v), g, 0.0, 0.0, 0, False) for q, v, g in zip(start, values, gradients, strict=True)]

    def warm_up(self) -> None:
        """Tune step sizes and mass matrices; the transitions are thrown away."""
        answer(self.density, self.warming())

    def draw(self, count: int) -> Sample:
        """Take `count` further draws of every chain."""
        return answer(self.density, self.drawing(count))

    def warming(self) -> Gathered[None]:
        """As `warm_up`, for a caller who answers what is asked (see `nuts.gather`)."""
        for index, (length, slow) in enumerate(_windows(self._tuning.warmup)):
            # A trajectory that does not turn under a wrong mass matrix only costs time.
            self._deepest = min(_EARLY, self._tuning.deepest) if index < 2 else self._tuning.deepest
            self._steps = np.array((yield from gather([self._first_step(c) for c in self._all()])))
            tuned = yield from gather([self._tune(c, length) for c in self._all()])
            self._steps = np.array([step for step, _ in tuned])
            if slow:
                self._learn_metrics(np.array([drawn for _, drawn in tuned]))

    def drawing(self, count: int) -> Gathered[Sample]:
        """As `draw`, for a caller who answers what is asked."""
        kept = yield from gather([self._keep(c, count) for c in self._all()])
        return Sample(
            np.array([[d.q for d in chain] for chain in kept]),
            np.array([[d.value for d in chain] for chain in kept]),
            np.array([[d.energy for d in chain] for chain in kept]),
            np.array([[d.divergent for d in chain] for chain in kept]),
            np.array([[d.steps for d in chain] for chain in kept]),
        )

    def _all(self) -> range:
        return range(len(self._at))

    def _learn_metrics(self, drawn: Array) -> None:
        self._metric = Metric.estimate(drawn.reshape(-1, drawn.shape[2]), self._tuning.dense)

    def _keep(self, c: int, count: int) -> Generator[Array, tuple[float, Array], list[Draw]]:
        kept = []
        for _ in range(count):
            yield from self._move(c, self._steps[c])
            kept.append(self._at[c])
        return kept

    def _tune(self, c: int, count: int) -> Generator[Array, tuple[float, Array], tuple[float, Array]]:
        average = _Average(self._steps[c], self._tuning.target)
        drawn = []
        for _ in range(count):
            yield from self._move(c, math.exp(average.log_step))
            average.learn(self._at[c].acceptance)
            drawn.append(self._at[c].q)
        return math.exp(average.log_mean), np.array(drawn)

    def _move(self, c: int, step: float) -> Generator[Array, tuple[float, Array], None]:
        at = self._at[c]
        self._at[c] = yield from transition(
            at.q, at.value, at.gradient, self._metric, step, self._rngs[c], self._deepest
        )

    def _first_step(self, c: int) -> Generator[Array, tuple[float, Array], float]:
        """Double or halve the step until the acceptance of one leapfrog step crosses 0.8."""
        at, metric, step, sign = self._at[c], self._metric, float(self._steps[c]), 0
        while 1e-8 < step < 1e3:
            start = Point.of(at.q, metric.momentum(self._rngs[c]), at.value, at.gradient, metric)
            end = yield from leapfrog(start, metric, step)
            rise = end.value - end.kinetic - (start.value - start.kinetic)
            wanted = 1 if np.isfinite(rise) and rise > math.log(0.8) else -1
            if sign and wanted != sign:
                return step
            sign = wanted
            step *= 2.0**sign
        raise NotConverged(f"no step size fits chain {c}: the gradient does not match the density")


def _windows(warmup: int) -> list[tuple[int, bool]]:
    """Lengths of the tuning windows, and whether the mass matrix is learned from each."""
    left, length, slow = warmup - _FIRST - _LAST, _SHORTEST, []
    while left > 0:
        this = length if left >= 3 * length else left
        slow.append(this)
        left, length = left - this, 2 * length
    return [(_FIRST, False), *((size, True) for size in slow), (_LAST, False)]
