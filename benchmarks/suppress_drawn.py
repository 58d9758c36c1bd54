"""A threshold model whose posterior is made up: what an audit prints beside it is real, the sampling is left out.

Sampling takes minutes an audit, and of what rests on it three digits are printed, which no equation reads. The counts
that the signal prints do not depend on it, nor whether a range over unrecorded groups stands beside them, but for the
places that it withholds, because the sampling did not converge or the prior decides the sign: here none is withheld, so
that whoever attacks is told more, not less.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import numpy as np

from auditor.signals.thresholds import fits
from auditor.stats.mcmc.run import Diagnostics
from auditor.stats.threshold.check import PredictiveCheck
from auditor.stats.threshold.fit import ThresholdFit
from auditor.stats.threshold.summary import Posterior


@contextmanager
def unsampled() -> Iterator[None]:
    """Let threshold models converge at once, with the same posterior everywhere."""
    with patch.object(fits, "fit_units", _made_up), patch.object(fits, "fit_blanks", _made_up_blanks):
        yield


def _made_up(units: fits.Stops, rows: fits.Ints, asked: fits.Asked, name: str) -> list[ThresholdFit]:
    shape = len(rows), units.stops.shape[1]
    nothing = np.zeros((len(units.place), shape[1]))
    check = PredictiveCheck(*[nothing] * 6, 0.0, 0.0, 0.0)
    fit = ThresholdFit(
        threshold=_posterior(shape, 0.3, 0.0),
        difference=_posterior(shape, -0.05, 0.9),
        log_ratio=_posterior(shape, 0.2, 0.1),
        group=_posterior(shape[1:], 0.3, 0.0),
        group_difference=_posterior(shape[1:], -0.05, 0.9),
        check=check,
        diagnostics=Diagnostics(1.0, 2000.0, 2000, 0, 1.0, 7.0),
        reference=asked.groups - 1,
        level=0.95,
    )
    return [fit] * (1 + len(asked.scaled))


def _made_up_blanks(
    units: fits.Stops, rows: fits.Ints, asked: fits.Asked, name: str
) -> Iterator[tuple[int, list[ThresholdFit]]]:
    """Return the four ways to give out stops of unrecorded group, where there are any, each with the same posterior."""
    if units.blank.any():
        yield from ((focal, _made_up(units, rows, asked, name)[:1] * 4) for focal in range(asked.groups - 1))


def _posterior(shape: tuple[int, ...], mean: float, below: float) -> Posterior:
    values = (mean, 0.05, mean - 0.1, mean + 0.1, below)
    return Posterior(*(np.full(shape, value) for value in values))
