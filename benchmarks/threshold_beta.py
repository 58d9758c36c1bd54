"""The threshold test in its original beta form: log posterior and gradient, for comparison with published fits.

The chance that a stopped person carries contraband is Beta(lambda phi, lambda (1 - phi)), phi_rd = expit(phi_r +
phi_d), lambda_rd = exp(lambda_r + lambda_d), and is searched above a threshold whose log-odds are N(t_r, sigma_r).
Priors are those of the Stanford Open Policing analysis of 2017: sigma_r half-normal .25, t_r N(-2, 1), phi_r N(-3.5,
.25), lambda_r N(2, .5), phi_d N(0, .25), lambda_d N(0, .5), the first place's parts 0.

Searches and hits need the upper parts of two beta integrals. Both, and their derivatives by the parameters, come from
one Gauss-Legendre rule after x = t ** (w * w), which smooths the ends, held against SciPy in tests.

References: Simoiu, Corbett-Davies & Goel (2017), Annals of Applied Statistics 11, 1193-1216; Pierson et al. (2017),
arXiv:1706.05678 (the priors).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import betainccinv, betaln, digamma, expit, logit

NODES, WEIGHTS = np.polynomial.legendre.leggauss(40)
NODES, WEIGHTS = (NODES + 1) / 2, WEIGHTS / 2
GUILT, PRECISION, THRESHOLD = (-3.5, 0.25), (2.0, 0.5), (-2.0, 1.0)
GUILT_PLACE, PRECISION_PLACE, SPREAD = 0.25, 0.5, 0.25


@dataclass(frozen=True)
class Mass:
    """Guilty and innocent mass above the threshold, and derivatives of their logs by log-odds t, a and b."""

    guilty: np.ndarray
    innocent: np.ndarray
    guilty_by: tuple[np.ndarray, np.ndarray, np.ndarray]
    innocent_by: tuple[np.ndarray, np.ndarray, np.ndarray]


def masses(t: np.ndarray, a: np.ndarray, b: np.ndarray) -> Mass:
    """Integrals of x f(x) and (1 - x) f(x) over x > t for the Beta(a, b) density f."""
    log_t = np.log(t)[..., None]
    log_x = log_t * NODES**2
    x = np.exp(log_x)
    log_rest = np.log(-np.expm1(log_x))
    log_norm = betaln(a, b)
    # dx = x log(t) 2 w dw: from w = 1 (x = t) to w = 0 (x = 1).
    density = np.exp(a[..., None] * log_x + (b[..., None] - 1) * log_rest - log_norm[..., None])
    each = density * (-2 * log_t * NODES) * WEIGHTS
    guilty_each, innocent_each = each * x, each * -np.expm1(log_x)
    guilty, innocent = guilty_each.sum(axis=-1), innocent_each.sum(axis=-1)
    mean_a, mean_b = digamma(a) - digamma(a + b), digamma(b) - digamma(a + b)
    edge = np.exp(a * np.log(t) + b * np.log1p(-t) - log_norm)
    return Mass(
        guilty,
        innocent,
        (
            -edge * t / guilty,
            (guilty_each * log_x).sum(axis=-1) / guilty - mean_a,
            (guilty_each * log_rest).sum(axis=-1) / guilty - mean_b,
        ),
        (
            -edge * (1 - t) / innocent,
            (innocent_each * log_x).sum(axis=-1) / innocent - mean_a,
            (innocent_each * log_rest).sum(axis=-1) / innocent - mean_b,
        ),
    )


@dataclass(frozen=True)
class BetaModel:
    """Posterior of the beta form; rows of q: phi_r, lambda_r, t_r, log sigma_r, phi_d, lambda_d, t."""

    stops: np.ndarray
    searches: np.ndarray
    hits: np.ndarray
    wide: float = 1.0
    """What the standard deviations of the priors are multiplied by."""

    @property
    def shape(self) -> tuple[int, int]:
        return self.stops.shape

    @property
    def dense(self) -> int:
        return 4 * self.shape[1]

    @property
    def dim(self) -> int:
        d, r = self.shape
        return 4 * r + 2 * (d - 1) + d * r

    def split(self, q: np.ndarray) -> list[np.ndarray]:
        d, r = self.shape
        *shared, t = np.split(q, np.cumsum([r, r, r, r, d - 1, d - 1]), axis=1)
        return [*shared, t.reshape(-1, d, r)]

    @cached_property
    def anchor(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Log-odds of the threshold that gives the observed search share, and its slopes by phi's log-odds and log
        lambda, all at the priors' means."""
        share, step = (self.searches + 0.5) / (self.stops + 1), 1e-4

        def at(guilt: float, precision: float) -> np.ndarray:
            phi, lam = expit(guilt), np.exp(precision)
            return logit(betainccinv(lam * phi, lam * (1 - phi), share))

        here = at(GUILT[0], PRECISION[0])
        by_guilt = (at(GUILT[0] + step, PRECISION[0]) - here) / step
        return here, by_guilt, (at(GUILT[0], PRECISION[0] + step) - here) / step

    def cells(self, q: np.ndarray) -> tuple[np.ndarray, ...]:
        """Log-odds of thresholds, phi, lambda, then anchor, weight and scale; shape (K, D, R)."""
        guilt, precision, centre, log_sigma, guilt_place, precision_place, z = self.split(q)
        zero = np.zeros((q.shape[0], 1))
        log_odds_phi = guilt[:, None, :] + np.hstack([zero, guilt_place])[:, :, None]
        log_lam = precision[:, None, :] + np.hstack([zero, precision_place])[:, :, None]
        here, by_guilt, by_precision = self.anchor
        anchor = here + by_guilt * (log_odds_phi - GUILT[0]) + by_precision * (log_lam - PRECISION[0])
        variance = np.exp(2 * log_sigma)[:, None, :]
        weight = variance * self.searches / (1 + variance * self.searches)
        scale = np.sqrt(variance * (1 - weight))
        log_odds = weight * anchor + (1 - weight) * centre[:, None, :] + scale * z
        return log_odds, expit(log_odds_phi), np.exp(log_lam), anchor, weight, scale

    def density(self, q: np.ndarray, _chains: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        centre, log_sigma, z = (self.split(q)[i] for i in (2, 3, 6))
        with np.errstate(all="ignore"):
            sigma = np.exp(log_sigma)
            log_odds, phi, lam, anchor, weight, scale = self.cells(q)
            value, by_t, by_phi, by_lam = self._likelihood(expit(log_odds), phi, lam)
            off = (log_odds - centre[:, None, :]) / sigma[:, None, :] ** 2
            by_t = by_t - off
            by_phi = by_phi + by_t * weight * self.anchor[1]
            by_lam = by_lam + by_t * weight * self.anchor[2]
            value += (0.5 * np.log(1 - weight) - 0.5 * off * (log_odds - centre[:, None, :])).sum(axis=(1, 2))
            moved = (1 - weight) * (2 * weight * (anchor - centre[:, None, :]) + scale * z)
            square = (sigma / (SPREAD * self.wide)) ** 2
            value += (log_sigma - 0.5 * square).sum(axis=1)
            parts = [
                by_phi.sum(axis=1),
                by_lam.sum(axis=1),
                (off + by_t * (1 - weight)).sum(axis=1),
                (off * (log_odds - centre[:, None, :]) - weight + by_t * moved).sum(axis=1) + 1 - square,
                by_phi.sum(axis=2)[:, 1:],
                by_lam.sum(axis=2)[:, 1:],
                (by_t * scale).reshape(q.shape[0], -1),
            ]
            priors = (GUILT, PRECISION, THRESHOLD, None, (0.0, GUILT_PLACE), (0.0, PRECISION_PLACE))
            for i, (part, prior) in enumerate(zip(self.split(q)[:6], priors, strict=True)):
                if prior is not None:
                    sd = prior[1] * self.wide
                    value -= 0.5 * (((part - prior[0]) / sd) ** 2).sum(axis=1)
                    parts[i] = parts[i] - (part - prior[0]) / sd**2
        return value, np.concatenate(parts, axis=1)

    def _likelihood(self, t: np.ndarray, phi: np.ndarray, lam: np.ndarray) -> tuple[np.ndarray, ...]:
        """Value by chain; derivatives by log-odds of t, log-odds of phi and log lambda."""
        a, b = lam * phi, lam * (1 - phi)
        mass = masses(t, a, b)
        rest = 1 - mass.guilty - mass.innocent
        misses, passes = self.searches - self.hits, self.stops - self.searches
        value = (self.hits * np.log(mass.guilty) + misses * np.log(mass.innocent) + passes * np.log(rest)).sum(
            axis=(1, 2)
        )
        on_guilty = self.hits - passes * mass.guilty / rest
        on_innocent = misses - passes * mass.innocent / rest
        by_t, by_a, by_b = (
            on_guilty * g + on_innocent * i for g, i in zip(mass.guilty_by, mass.innocent_by, strict=True)
        )
        by_phi = lam * phi * (1 - phi) * (by_a - by_b)
        return value, by_t, by_phi, a * by_a + b * by_b

    def start(self, rng: np.random.Generator) -> np.ndarray:
        d, r = self.shape
        uniform = [(-3.75, -3.25, r), (1.5, 2.5, r), (-3, -1, r), (-3, -1.4, r), (-0.25, 0.25, 2 * (d - 1))]
        return np.concatenate([*(rng.uniform(*u) for u in uniform), rng.uniform(-0.5, 0.5, d * r)])

    def variance(self) -> np.ndarray:
        d, r = self.shape
        return np.repeat([0.03, 0.1, 0.02, 0.05, 0.06, 0.2, 1.0], [r, r, r, r, d - 1, d - 1, d * r])
