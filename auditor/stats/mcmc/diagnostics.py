"""Whether chains have converged, and how many independent draws theirs are worth.

Draws have shape (C, N) or (C, N, ...): C chains of N draws; every further axis is another quantity.

References
----------
Vehtari, A., Gelman, A., Simpson, D., Carpenter, B. & Buerkner, P.-C. (2021). Rank-normalization, folding, and
    localization: an improved R-hat. Bayesian Analysis 16, 667-718.
Geyer, C. J. (1992). Practical Markov chain Monte Carlo. Statistical Science 7, 473-483 (where the sum of
    autocorrelations is cut).
"""

from __future__ import annotations

import numpy as np
from scipy import fft, special, stats

from auditor.stats.checks import Array, numbers

#: Limits of Vehtari et al. (2021): R-hat and effective draws below which nothing is reported.
LARGEST_RHAT, FEWEST_EFFECTIVE = 1.01, 400.0


def rhat(draws: Array) -> Array:
    """Rank-normalised split R-hat: the larger of that of the draws and that of their distance from the median.

    Parameters
    ----------
    draws : ndarray, shape (C, N, ...)
        N of 4 or more.

    Returns
    -------
    ndarray, shape (...)
        1 where the halves of all chains agree; infinite where a chain stands still while another is elsewhere.

    Raises
    ------
    ValueError
        If a draw is not finite, there are fewer than four a chain, or a quantity never varies.
    """
    values = _checked(draws)
    folded = np.abs(values - np.median(values, axis=(0, 1)))
    return np.maximum(*(_plain_rhat(_normal_scores(_halves(each))) for each in (values, folded)))


def effective_bulk(draws: Array) -> Array:
    """Effective number of draws for the centre of each quantity; arguments as in `rhat`."""
    return _effective(_normal_scores(_halves(_checked(draws))))


def effective_tail(draws: Array) -> Array:
    """Smaller effective number of draws of the 5 % and 95 % quantiles; arguments as in `rhat`."""
    values = _checked(draws)
    quantiles = np.quantile(values, [0.05, 0.95], axis=(0, 1))
    return np.minimum(*(_effective(_halves((values <= quantile).astype(float))) for quantile in quantiles))


def energy_fraction(energy: Array) -> Array:
    """Energy fraction of missing information of each chain, from energies of shape (C, N).

    Below 0.2 the momenta change the energy too little for the chain to reach the tails.

    References
    ----------
    Betancourt, M. (2016). Diagnosing suboptimal cotangent disintegrations. arXiv:1604.00695.
    """
    return (np.diff(energy, axis=1) ** 2).mean(axis=1) / energy.var(axis=1)


def _checked(draws: Array) -> Array:
    values = numbers("draws", draws)
    if values.ndim < 2 or values.shape[1] < 4:
        raise ValueError(f"draws must be chains by 4 or more draws, got shape {values.shape}")
    if (values.max(axis=(0, 1)) == values.min(axis=(0, 1))).any():
        raise ValueError("a quantity has the same value in every draw")
    return values


def _halves(draws: Array) -> Array:
    """Each chain cut in two; the middle draw of an odd number is left out."""
    half = draws.shape[1] // 2
    return np.concatenate([draws[:, :half], draws[:, -half:]], axis=0)


def _normal_scores(draws: Array) -> Array:
    flat = draws.reshape(-1, *draws.shape[2:])
    ranks = stats.rankdata(flat, axis=0)
    return special.ndtri((ranks - 0.375) / (flat.shape[0] + 0.25)).reshape(draws.shape)


def _plain_rhat(draws: Array) -> Array:
    length = draws.shape[1]
    within = draws.var(axis=1, ddof=1).mean(axis=0)
    between = length * draws.mean(axis=1).var(axis=0, ddof=1)
    ratio = np.divide(between, within, out=np.full_like(within, np.inf), where=within > 0)
    return np.sqrt((ratio + length - 1) / length)


def _effective(draws: Array) -> Array:
    """Effective draws from autocorrelations pooled over the chains."""
    count, length = draws.shape[:2]
    covariance = _autocovariance(draws)
    within = covariance[:, 0].mean(axis=0) * length / (length - 1)
    pooled = within * (length - 1) / length + draws.mean(axis=1).var(axis=0, ddof=1)
    correlation = 1 - (within - covariance.mean(axis=0)) / pooled
    correlation[0] = 1.0
    total = count * length
    # Antithetic chains are not believed beyond a factor log10(draws).
    return total / np.maximum(_geyer(correlation), 1 / np.log10(total))


def _geyer(correlation: Array) -> Array:
    """Integrated autocorrelation time: pairs of lags while their sum is positive, none larger than the last.

    Of the pair that ends the sum the even member still counts once, where it is positive.
    """
    pairs = max((correlation.shape[0] - 2) // 2, 1)
    summed = correlation[0 : 2 * pairs : 2] + correlation[1 : 2 * pairs : 2]
    alive = np.logical_and.accumulate(summed > 0, axis=0)
    alive[-1] = False
    falling = np.minimum.accumulate(np.where(alive, summed, np.inf), axis=0)
    last = np.take_along_axis(correlation, 2 * alive.sum(axis=0)[None], axis=0)[0]
    return -1 + 2 * np.where(alive, falling, 0.0).sum(axis=0) + np.maximum(last, 0.0)


def _autocovariance(draws: Array) -> Array:
    length = draws.shape[1]
    centred = draws - draws.mean(axis=1, keepdims=True)
    padded = fft.next_fast_len(2 * length)
    spectrum = fft.rfft(centred, n=padded, axis=1)
    return fft.irfft(np.abs(spectrum) ** 2, n=padded, axis=1)[:, :length] / length
