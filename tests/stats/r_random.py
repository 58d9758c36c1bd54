"""R's random numbers (Mersenne Twister, inversion), so that a data set simulated in R can be drawn again here."""

import numpy as np
from scipy.special import ndtri

_STEP = 69069
_BIG = 134217728


class RRandom:
    """``set.seed(seed)`` of R 3.6 and later: runif, rnorm by inversion, and sample(..., size = 1, prob = p)."""

    def __init__(self, seed: int) -> None:
        state = seed
        for _ in range(50):
            state = (_STEP * state + 1) % 2**32
        filled = np.empty(625, dtype=np.uint32)
        for i in range(625):
            state = (_STEP * state + 1) % 2**32
            filled[i] = state
        self.bits = np.random.RandomState()
        self.bits.set_state(("MT19937", filled[1:], 624))

    def runif(self, n: int) -> np.ndarray:
        words = self.bits.randint(0, 2**32, size=n, dtype=np.uint32)
        return np.clip(words * 2.3283064365386963e-10, 2.328306437080797e-10, 1 - 2.328306437080797e-10)

    def rnorm(self, n: int) -> np.ndarray:
        u = self.runif(2 * n).reshape(n, 2)
        return ndtri((np.floor(_BIG * u[:, 0]) + u[:, 1]) / _BIG)

    def sample_one(self, shares: np.ndarray) -> int:
        """Position drawn with these probabilities: sorted downwards, then the first whose running sum reaches u."""
        order = np.argsort(-shares, kind="stable")
        return int(order[np.searchsorted(np.cumsum(shares[order]), self.runif(1)[0] * shares.sum())])


def did_example() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The panel of the vignette "Getting started" of R's did: set.seed(1814), 5,000 units, effects 1 to 4 by exposure.

    Returns outcome (3979, 4), first period (infinity for never) and covariate. The order of the draws is that of
    ``did::build_sim_dataset`` with ``reset.sim(time.periods = 4)``, ``te = 0``, ``te.e = 1:4``.
    """
    r, n, times = RRandom(1814), 5000, np.arange(1, 5)
    x = r.rnorm(n)
    odds = np.exp(np.outer(x, np.arange(5) / 8))
    shares = odds / odds.sum(axis=1, keepdims=True)
    group = np.array([r.sample_one(row) for row in shares])
    begun, xt = group[group > 0], x[group > 0]
    # rnorm(nt, mean = G) recycles all groups, those of untreated units too.
    level = group[: len(begun)] + r.rnorm(len(begun))
    untreated = np.column_stack([t + level + xt * t + r.rnorm(len(begun)) for t in times])
    exposure = [np.where(begun <= t, np.maximum(t - begun + 1, 1), 0) for t in times]
    treated = np.column_stack([t + level + xt * t + exposure[t - 1] + r.rnorm(len(begun)) for t in times])
    seen = np.where(begun[:, None] <= times, treated, untreated)
    xu = x[group == 0]
    constant = r.rnorm(len(xu))
    rest = np.column_stack([t + constant + r.rnorm(len(xu)) + xu * t for t in times])
    keep = begun != 1
    first = np.concatenate([begun[keep].astype(float), np.full(len(xu), np.inf)])
    return np.vstack([seen[keep], rest]), first, np.concatenate([xt[keep], xu])
