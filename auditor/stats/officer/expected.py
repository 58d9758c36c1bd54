"""The share expected of officers from their weighted colleagues, and its error, for a batch of officers at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from auditor.stats.checks import Array
from auditor.stats.officer.cells import OfficerPool, own
from auditor.stats.officer.outcome import OutcomeModel
from auditor.stats.officer.weights import Weighted


@dataclass(frozen=True, slots=True)
class Expected:
    """One outcome for a batch of B officers.

    Attributes
    ----------
    count : ndarray, shape (B,)
        The officer's compared stops with the outcome.
    expected : ndarray, shape (B,)
        Share expected of the officer; by its construction it may fall outside 0 to 1.
    error : ndarray, shape (B,)
        Its standard error, clustered by colleague.
    within : ndarray, shape (B,)
        Part of the binomial variance at the expected share that is left inside strata, in [0, 1].
    """

    count: Array
    expected: Array
    error: Array
    within: Array


class Batch:
    """Officers of a pool with the weights of their colleagues, which all outcomes share.

    Parameters
    ----------
    pool : OfficerPool
    officers : sequence of int, length B
    weights : sequence of Weighted
        Of the same officers.
    """

    def __init__(self, pool: OfficerPool, officers: Sequence[int], weights: Sequence[Weighted]) -> None:
        self._pool, self._officers, self._weights = pool, tuple(officers), tuple(weights)
        self._dense = np.zeros((pool.all_stops.size, len(self._weights)))
        for at, found in enumerate(self._weights):
            self._dense[found.rows, at] = found.weight
        self._mass = self._others(np.asarray(pool.stops @ self._dense))

    def colleagues(self) -> Array:
        """Effective number of colleagues, 1 / sum of squared shares of the weight, shape (B,)."""
        return np.asarray(1 / (self._mass**2).sum(axis=0))

    def expect(self, matrix: csr_array, model: OutcomeModel) -> Expected:
        """Doubly robust expected shares of one outcome.

        Parameters
        ----------
        matrix : csr_array, shape (J, S)
            The outcome's counts, one of ``pool.outcomes``.
        model : OutcomeModel
            Fitted to the outcome in all stops of the pool.

        Returns
        -------
        Expected

        Raises
        ------
        NotConverged
            If an officer with a large share of the stops needs a refit of the model that does not settle.

        Notes
        -----
        With w the weight of a stop in a stratum (summing to 1), m the model without the officer and c a colleague, the
        expected share is mean(m over own stops) + sum_c u_c with u_c = sum_s w_s (k_cs - n_cs m_s); its variance is
        G / (G - 1) sum_c (u_c - W_c sum u)^2, W_c the colleague's share of the weight and G = 1 / sum W_c^2. The error
        of the model's coefficients is of second order, since the weights balance its covariates.
        """
        explained = np.zeros_like(self._dense)
        count, mean, within = (np.zeros(len(self._officers)) for _ in range(3))
        for at, (officer, found) in enumerate(zip(self._officers, self._weights, strict=True)):
            n, k = own(self._pool.stops, officer), own(matrix, officer)
            beta = model.without(n, k)
            explained[found.rows, at] = found.weight * model.shares(beta, found.rows)
            mine = np.flatnonzero(found.covered & (n > 0))
            share = model.shares(beta, mine)
            count[at], mean[at] = k[mine].sum(), (n[mine] * share).sum() / found.stops
            spread = (n[mine] * share * (1 - share)).sum() / found.stops
            whole = mean[at] * (1 - mean[at])
            # A model that is certain leaves nothing to share out; such an officer has no comparison in the end.
            within[at] = min(spread / whole, 1.0) if whole > 0 else 1.0
        unexplained = self._others(np.asarray(matrix @ self._dense - self._pool.stops @ explained))
        rest = unexplained.sum(axis=0)
        return Expected(count, mean + rest, self._error(unexplained, rest), within)

    def _error(self, unexplained: Array, rest: Array) -> Array:
        """Standard error clustered by colleague; infinite where one colleague has all the weight."""
        spread = ((unexplained - self._mass * rest) ** 2).sum(axis=0)
        left = 1 - 1 / self.colleagues()
        several = left > 1e-12
        return np.where(several, np.sqrt(spread / np.where(several, left, 1.0)), np.inf)

    def _others(self, table: Array) -> Array:
        """Officers by batch, with each officer's own entry taken out."""
        table[list(self._officers), np.arange(len(self._officers))] = 0.0
        return table
