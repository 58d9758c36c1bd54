"""p-values of single offence classes: ranks among classes in which nothing is expected.

A class is ranked among controls: the discretionary classes of groups that are not asked about, and the focal group's
own serious classes. The natural differences of each kind are taken from a mixture of normals (Stephens 2017), and the
focal classes' shift and scale are matched from their lower quantiles. Below the smallest rank the tail of the controls'
scores is carried on by the upper confidence limit of a generalised Pareto distribution.

References
----------
Bates, S. et al. (2023). Testing for outliers with conformal p-values. Annals of Statistics 51, 149-178.
Stephens, M. (2017). False discovery rates: a new deal. Biostatistics 18, 275-294.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from auditor.stats.checks import Array
from auditor.stats.classes.deviations import Deviations
from auditor.stats.conformal.match import match
from auditor.stats.conformal.tail import upper_limit
from auditor.stats.fit import bisect
from auditor.stats.screening.mixture import NormalMixture, fit_mixture

FEWEST_CONTROLS = 60
"""Classes of other groups, and serious ones, below which nothing is ranked."""
_FEWEST_KIND = 30
_SMEAR = 0.1
_CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class ClassTails:
    """p-values of single classes, and what they rest on.

    Attributes
    ----------
    p : ndarray, shape (J, O)
        One-sided, of the discretionary classes; NaN elsewhere.
    scores : ndarray, shape (n,)
        Ordered scores of the controls.
    nulls : tuple of (NormalMixture, float, float)
        Natural differences of each kind of control, and the shift and scale of the focal classes against it.
    others : ndarray, shape (J', O)
        p-values of the other groups' classes among themselves.
    """

    p: Array
    scores: Array
    nulls: tuple[tuple[NormalMixture, float, float], ...]
    others: Array

    def score(self, value: Array, error: Array) -> Array:
        """Return the larger of the tail probabilities under each kind of control."""
        return np.max([natural.upper(value - shift, error, scale) for natural, shift, scale in self.nulls], axis=0)

    def reach(self, p: Array, error: Array) -> Array:
        """Return the deviation at which the rank of a class is as small as p; infinite below the smallest rank."""
        at = np.floor(p * (self.scores.size + 1) * (1 + 1e-12)).astype(int) - 1
        wanted = np.where(at < 1, np.nan, self.scores[np.clip(at - 1, 0, self.scores.size - 1)])
        wanted = np.clip(wanted, 1e-300, 1 - 1e-12)
        span = np.max([natural.widest(error, scale) + abs(shift) for natural, shift, scale in self.nulls], axis=0)
        safe = np.where(np.isfinite(wanted), wanted, 0.5)
        found = bisect(lambda x: self.score(x, error) - safe, -span, span)
        return np.where(np.isfinite(wanted), found, np.inf)


def class_tails(focal: Deviations, others: Sequence[Deviations]) -> ClassTails | None:
    """Rank the focal group's discretionary classes among the controls.

    Parameters
    ----------
    focal : Deviations
    others : sequence of Deviations
        Of groups that are not asked about, at the same places; none may be given.

    Returns
    -------
    ClassTails or None
        None where there are fewer than 60 controls, or fewer than 30 focal classes.

    Raises
    ------
    NotConverged
        If a mixture or the matching is not pinned down.
    """
    parts = [item.flat(item.discretionary) for item in others]
    apart = (np.concatenate([v for v, _ in parts]), np.concatenate([e for _, e in parts])) if parts else None
    told = [kind for kind in (apart, focal.flat(focal.serious)) if kind is not None]
    kinds = [kind for kind in told if kind[0].size >= _FEWEST_KIND]
    value, error = focal.flat(focal.discretionary)
    if sum(kind[0].size for kind in kinds) < FEWEST_CONTROLS or value.size < _FEWEST_KIND:
        return None
    nulls, scores = [], []
    # Sums must not depend on the order of places: everything is fitted to sorted values.
    sorted_focal = _sorted(value, error)
    for kind in kinds:
        control, own = _sorted(*kind)
        middle = float(np.median(control))
        natural = fit_mixture(control - middle, own).smeared(_SMEAR * float(np.median(own)))
        found = match(*sorted_focal, natural)
        # Half a standard error above the estimate, as in the conformal screen; never below 1.
        scale = math.sqrt((max(1.0, found.scale) ** 2 + max(1.0, found.scale_upper) ** 2) / 2)
        nulls.append((natural, found.shift, scale))
        scores.append(natural.upper(control - middle, own))
    made = ClassTails(np.empty(0), np.sort(np.concatenate(scores)), tuple(nulls), _among_themselves(others))
    p = np.full(focal.value.shape, np.nan)
    rows = np.isfinite(focal.value) & focal.discretionary
    p[rows] = ranked(made.score(value, error), made.scores, _CONFIDENCE)
    return ClassTails(p, made.scores, made.nulls, made.others)


def _sorted(value: Array, error: Array) -> tuple[Array, Array]:
    order = np.lexsort((error, value))
    return value[order], error[order]


def ranked(score: Array, controls: Array, confidence: float) -> Array:
    """Return ranks among the controls' ordered scores; below the smallest, the upper limit of the fitted tail."""
    p = (1 + np.searchsorted(controls, score, side="right")) / (controls.size + 1)
    beyond = np.flatnonzero(p <= 1.5 / (controls.size + 1))
    if beyond.size:
        p[beyond] = np.minimum(p[beyond], upper_limit(controls, score[beyond], confidence))
    return np.asarray(p)


def _among_themselves(others: Sequence[Deviations]) -> Array:
    """Return p-values of the other groups' discretionary classes by their rank among themselves."""
    if not others:
        return np.empty((0, 0))
    shape = (sum(len(item.value) for item in others), others[0].value.shape[1])
    value = np.concatenate([np.where(item.discretionary, item.value, np.nan) for item in others])
    error = np.concatenate([item.error for item in others])
    known = np.isfinite(value)
    p = np.full(shape, np.nan)
    if known.sum() >= _FEWEST_KIND:
        middle = float(np.median(value[known]))
        typical = float(np.median(error[known]))
        ordered, own = _sorted(value[known], error[known])
        natural = fit_mixture(ordered - middle, own).smeared(_SMEAR * typical)
        score = natural.upper(value[known] - middle, error[known])
        p[known] = (1 + np.argsort(np.argsort(score, kind="stable"), kind="stable")) / (known.sum() + 1)
    return p
