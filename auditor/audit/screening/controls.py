"""Negative controls as a null: places against contrasts in which no effect is expected, by split-conformal ranks."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from scipy.special import expit, logit, ndtri_exp

from auditor.audit.screening.null import POWER, Bools, Floats, Null, on_scale
from auditor.signals.signal import Panel
from auditor.stats.conformal.limits import conformal_detectable, conformal_interval, systematic
from auditor.stats.conformal.screen import Conformal, conformal_screen
from auditor.stats.conformal.tail import FEWEST, SHARE, tail_p
from auditor.stats.ratios.binomial import log_mid_p_upper

FOLDS = 5
_Q, _FEW = 0.05, 0.01
"""Controls decide where they could flag one place in a hundred at this rate, alone or with their fitted tail."""


class ControlsNull(Null):
    """A :class:`auditor.stats.conformal.screen.Conformal` screen over one stratum of a contrast.

    Raises
    ------
    TooFewControlsError, NotConverged
        When the controls cannot calibrate anything.
    """

    kind: ClassVar[str] = "controls"

    def __init__(
        self, panel: Panel, c: int, rows: Bools, stratum: int, control: Panel, columns: Sequence[int], seed: int
    ) -> None:
        self.rows, self.stratum = rows, stratum
        self._contrast, self._base = panel.contrasts[c], panel.base[rows, c]
        self._k, self._n = panel.k[rows, c], panel.n[rows, c]
        own, error = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
        own[rows], error[rows] = log_estimates(panel, rows, c)
        other, other_error = _control_estimates(control, rows, stratum, columns)
        folds = np.array([fold_of(seed, panel.signal, place) for place in panel.places], dtype=np.int64)
        self.screen: Conformal = conformal_screen(own, error, other, other_error, folds, tested=rows)
        self._upper, self.model_based = tail_p(self.screen)
        self._other, self._other_error = other, other_error
        self.control_columns = tuple(columns)
        self.controls = self.screen.controls

    @property
    def promised(self) -> bool:
        """Controls decide, given the matching of shift and scale."""
        return True

    @property
    def matched(self) -> bool:
        """Whether the scale could be matched; where not, 1.5 was used and the grade is capped."""
        return self.screen.matched

    @property
    def resolves(self) -> bool:
        """Whether the controls are enough for a few places to be flagged: by their ranks, or by a fitted tail."""
        screen = self.screen
        few = screen.fewest_flaggable(_Q) <= max(1, _FEW * int(self.rows.sum()))
        return few or screen.controls * screen.null.weight * SHARE >= FEWEST

    def tails(self) -> tuple[Floats, Floats]:
        """Return the calibrated p-values; below the resolution floor those of the fitted tail."""
        return self._upper[self.rows], self.screen.p_less[self.rows]

    def _centre(self) -> Floats:
        return np.asarray(expit(logit(self._base) + self.screen.null.shift))

    def ratio(self) -> Floats:
        """Return the ratio to the matched centre."""
        odds = np.exp(self.screen.estimate[self.rows] - self.screen.null.shift)
        return on_scale(self._contrast, odds, self._centre())

    def interval(self, level: float) -> tuple[Floats, Floats]:
        """Return the limits that the calibrated test does not reject."""
        low, high = conformal_interval(self.screen, level)
        centre = self._centre()
        with np.errstate(over="ignore"):
            ends = [np.exp(side[self.rows]) for side in (low, high)]
        return on_scale(self._contrast, ends[0], centre), on_scale(self._contrast, ends[1], centre)

    def detectable(self, cutoff: float) -> Floats:
        """Return the smallest ratio found."""
        with np.errstate(over="ignore"):
            least = np.exp(conformal_detectable(self.screen, cutoff, POWER)[self.rows])
        return on_scale(self._contrast, least, self._centre())

    def systematic(self, cutoff: float) -> tuple[Floats, Floats]:
        """Return lambda* and delta* at a cut-off."""
        factor, shift = systematic(self.screen, cutoff)
        return factor[self.rows], shift[self.rows]

    def fired(self) -> tuple[Floats, ...]:
        """Return two-sided p-values of the places' own controls among all controls, unmatched."""
        natural = self.screen.null.natural
        found = []
        for column in range(self._other.shape[1]):
            p = np.full(int(self.rows.sum()), np.nan)
            y, s = self._other[self.rows, column], self._other_error[self.rows, column]
            some = np.isfinite(y)
            y = y - np.median(self._other[np.isfinite(self._other[:, column]), column]) if some.any() else y
            if some.any():
                above, below = natural.upper(y[some], s[some]), natural.lower(y[some], s[some])
                p[some] = np.minimum(1.0, 2 * np.minimum(above, below))
            found.append(p)
        return tuple(found)

    def least(self) -> Floats:
        """Return the resolution floor; lower where a fitted tail went on below it."""
        return np.minimum(self.screen.least_p, self._upper)[self.rows]

    def facts(self) -> Mapping[str, Any]:
        """Return what was matched, and on how much."""
        screen = self.screen
        return {
            "n": screen.controls,
            "places": int(self.rows.sum()),
            "shift": screen.null.shift,
            "spread": screen.null.natural.sd * screen.null.scale,
            "scale": screen.null.scale,
            "adequate": True,
            "code": "controls" if screen.matched else "controls-unmatched",
            "tail": "negative controls",
        }


def log_estimates(panel: Panel, rows: Bools, c: int) -> tuple[Floats, Floats]:
    """Return log odds ratios to the base and their standard errors, of the places of a mask.

    Half an event is added on each side so that an empty cell has a finite log odds (Haldane 1956). The standard error
    is the one at which the normal tail of the estimate equals its exact binomial tail (mid-p): with few events the
    usual one, 1 / k + 1 / (n - k), makes an excess look far surer than it is.
    """
    k, n, base = panel.k[rows, c], panel.n[rows, c], panel.base[rows, c]
    value = np.log((k + 0.5) / (n - k + 0.5)) - logit(base)
    plain = 1 / np.sqrt(n * base * (1 - base))
    z = -ndtri_exp(np.minimum(log_mid_p_upper(k, n, base), log_mid_p_upper(n - k, n, 1 - base)))
    z = np.where(k < n * base, -z, z)
    far = (np.abs(value) > plain) & (np.abs(z) > 0.5) & (np.sign(z) == np.sign(value))
    error = np.where(far, np.divide(value, z, out=plain.copy(), where=far), plain)
    if panel.base_error is not None:
        error = np.hypot(error, panel.base_error[rows, c])
    return value, error


def _control_estimates(control: Panel, rows: Bools, stratum: int, columns: Sequence[int]) -> tuple[Floats, Floats]:
    """Return the controls of every place of the stratum, NaN where they were not measured."""
    same = np.ones(len(rows), dtype=bool) if control.stratum is None else control.stratum == stratum
    shape = (len(rows), len(columns))
    value, error = np.full(shape, np.nan), np.full(shape, np.nan)
    for at, column in enumerate(columns):
        some = control.testable[:, column] & same
        if some.any():
            value[some, at], error[some, at] = log_estimates(control, some, column)
    return value, error


def fold_of(seed: int, signal: str, place: str) -> int:
    """Return the fold of a place, which depends on the seed, the signal and the place alone."""
    return zlib.crc32(f"{seed}/{signal}/{place}".encode()) % FOLDS


def usable_columns(panel: Panel, c: int, control: Panel) -> list[int]:
    """Return the controls of a contrast: those of its own group, of no group, or of a group that is not asked about."""
    focal = {contrast.group for contrast in panel.contrasts if contrast.tested}
    group = panel.contrasts[c].group
    return [at for at, item in enumerate(control.contrasts) if item.group in (None, group) or item.group not in focal]
