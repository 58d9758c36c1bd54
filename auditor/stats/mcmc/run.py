"""Sample until every reported quantity has converged, or say that it has not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from auditor.stats.checks import Array
from auditor.stats.fit import NotConverged
from auditor.stats.mcmc.chains import Chains, Sample
from auditor.stats.mcmc.diagnostics import FEWEST_EFFECTIVE, LARGEST_RHAT, effective_bulk, energy_fraction, rhat
from auditor.stats.mcmc.nuts import Gathered, answer

MOST_DIVERGENT = 0.01
"""Share of divergent transitions above which draws are not believed: they shun a part of the posterior."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to sample.

    Attributes
    ----------
    chains, warmup, draws : int
        Chains of 2 or more, transitions thrown away, and transitions kept before convergence is looked at.
    most : int
        Draws a chain at which the fit gives up; they are doubled until then.
    target : float
        Mean acceptance probability the step size is tuned to.
    """

    chains: int = 4
    warmup: int = 400
    draws: int = 500
    most: int = 8000
    target: float = 0.85

    def __post_init__(self) -> None:
        if self.chains < 2 or self.draws < 100 or self.most < self.draws:
            raise ValueError("effort needs 2 or more chains, 100 or more draws, and `most` no smaller than `draws`")


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """What speaks for and against the draws.

    Attributes
    ----------
    worst_rhat, fewest_effective : float
        Over every reported quantity.
    draws, divergent : int
        Draws kept over all chains, and how many of their trajectories diverged.
    least_energy_fraction : float
        Smallest energy fraction of missing information of a chain.
    leapfrog_steps : float
        Mean a draw.
    """

    worst_rhat: float
    fewest_effective: float
    draws: int
    divergent: int
    least_energy_fraction: float
    leapfrog_steps: float

    @classmethod
    def of(cls, sample: Sample, reported: Array) -> Diagnostics:
        """Diagnostics of a sample and of what is reported from it, shape (C, N, M)."""
        return cls(
            float(rhat(reported).max()),
            float(effective_bulk(reported).min()),
            sample.divergent.size,
            int(sample.divergent.sum()),
            float(energy_fraction(sample.energy).min()),
            float(sample.steps.mean()),
        )

    @property
    def converged(self) -> bool:
        """R-hat at most 1.01, 400 effective draws or more, and at most 1 % of trajectories divergent."""
        mixed = self.worst_rhat <= LARGEST_RHAT and self.fewest_effective >= FEWEST_EFFECTIVE
        return mixed and self.divergent <= MOST_DIVERGENT * self.draws


def converged_sample(chains: Chains, reported: Callable[[Array], Array], effort: Effort) -> tuple[Sample, Diagnostics]:
    """Warm up, then double the draws until what is reported has converged.

    Parameters
    ----------
    chains : Chains
    reported : callable
        Maps draws of shape (C, N, dim) to the reported quantities, (C, N, M).
    effort : Effort

    Raises
    ------
    NotConverged
        If the largest number of draws is not enough, or a quantity never varies.
    """
    return answer(chains.density, converging(chains, reported, effort))


def converging(
    chains: Chains, reported: Callable[[Array], Array], effort: Effort
) -> Gathered[tuple[Sample, Diagnostics]]:
    """As `converged_sample`, for a caller who answers what is asked (see `nuts.gather`)."""
    yield from chains.warming()
    sample = yield from chains.drawing(effort.draws)
    while True:
        told = reported(sample.q)
        if (told.max(axis=(0, 1)) == told.min(axis=(0, 1))).any():
            raise NotConverged("a quantity has the same value in every draw: the counts leave the model no way to move")
        diagnostics = Diagnostics.of(sample, told)
        if diagnostics.converged:
            return sample, diagnostics
        length = sample.q.shape[1]
        if 2 * length > effort.most:
            raise NotConverged(
                f"after {length} draws in each of {sample.q.shape[0]} chains: largest R-hat"
                f" {diagnostics.worst_rhat:.3f}, fewest effective draws {diagnostics.fewest_effective:.0f},"
                f" {diagnostics.divergent} divergent"
            )
        more = yield from chains.drawing(length)
        sample = sample.followed_by(more)
