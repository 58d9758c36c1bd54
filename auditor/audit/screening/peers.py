"""The peer null: places are held against the spread of comparable places, where no control is to be had."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from scipy.special import expit, logit, ndtri

from auditor.audit.screening.null import LEVEL, POWER, Bools, Floats, Null, on_scale
from auditor.signals.signal import Panel
from auditor.stats.peer.null import PeerNull, fit_peer_null, peer_detectable, peer_interval, peer_p

_NODES = 15
_Z, _Z_POWER = float(ndtri((1 + LEVEL) / 2)), float(ndtri(POWER))


class PeersNull(Null):
    """A fitted :class:`auditor.stats.peer.null.PeerNull` over one stratum of a contrast."""

    kind: ClassVar[str] = "peers"

    def __init__(self, panel: Panel, c: int, rows: Bools, stratum: int, minimum: int) -> None:
        self.rows, self.stratum, self._minimum = rows, stratum, minimum
        self._contrast = panel.contrasts[c]
        self._k, self._n, self._base = panel.k[rows, c], panel.n[rows, c], panel.base[rows, c]
        error = panel.base_error
        self._error = np.zeros(len(self._k)) if error is None else error[rows, c]
        self.null: PeerNull = fit_peer_null(self._k, self._n, self._base)

    @property
    def promised(self) -> bool:
        """Whether the model describes the places, and there are enough of them."""
        return bool(self.null.promised) and len(self._k) >= self._minimum

    def tails(self) -> tuple[Floats, Floats]:
        """Tail probabilities, averaged over the benchmark's own error where it has one (Gauss-Hermite)."""
        upper, lower = peer_p(self.null, self._k, self._n, self._base)
        some = np.flatnonzero(self._error > 0)
        if not len(some):
            return upper, lower
        nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
        weights = weights / weights.sum()
        upper[some], lower[some] = 0.0, 0.0
        for node, weight in zip(nodes, weights, strict=True):
            moved = expit(logit(self._base[some]) + node * self._error[some])
            above, below = peer_p(self.null, self._k[some], self._n[some], moved, member=some)
            upper[some] += weight * above
            lower[some] += weight * below
        return upper, lower

    def _centre(self) -> Floats:
        return np.asarray(expit(logit(self._base) + self.null.mu))

    def ratio(self) -> Floats:
        """Return the ratio to the centre of the peers."""
        centre = self._centre()
        if self._contrast.shape == "share":
            return self._k / self._n / centre
        with np.errstate(divide="ignore"):
            odds_ratio = (self._k / (self._n - self._k)) / (centre / (1 - centre))
        return on_scale(self._contrast, odds_ratio, centre)

    def interval(self, level: float) -> tuple[Floats, Floats]:
        """Return the limits, widened by the benchmark's own error in quadrature about their middle."""
        low, high = peer_interval(self.null, self._k, self._n, self._base, level)
        wide = self._error > 0
        if wide.any():
            reach = float(ndtri((1 + level) / 2)) * self._error
            with np.errstate(divide="ignore", invalid="ignore"):
                a, b = np.log(low), np.log(high)
                middle = np.where(np.isfinite(a) & np.isfinite(b), (a + b) / 2, 0.0)
                below = np.exp(middle - np.hypot(middle - a, reach))
                above = np.exp(middle + np.hypot(b - middle, reach))
            low, high = np.where(wide, below, low), np.where(wide, above, high)
        centre = self._centre()
        return on_scale(self._contrast, low, centre), on_scale(self._contrast, high, centre)

    def detectable(self, cutoff: float) -> Floats:
        """Return the smallest ratio found, the benchmark's own error allowed for."""
        least = peer_detectable(self.null, self._n, self._base, cutoff, POWER)
        wide = self._error > 0
        if wide.any():
            with np.errstate(divide="ignore", invalid="ignore"):
                found = np.exp(np.hypot(np.log(least), (_Z + _Z_POWER) * self._error))
            least = np.where(wide, found, least)
        return on_scale(self._contrast, least, self._centre())

    def facts(self) -> Mapping[str, Any]:
        """Return what the null was fitted on and what it looks like."""
        null = self.null
        return {
            "n": int(null.places),
            "places": int(null.places),
            "shift": null.mu,
            "spread": null.sigma,
            "spread_upper": null.sigma_upper,
            "rho": null.rho,
            "scale": None,
            "adequate": bool(null.adequate),
            "code": str(null.adequacy["code"]),
            "tail": str(null.tail),
        }
