"""One run of weights, several contrasts: any outcome of a pool as the focal one, any others as its controls."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from auditor.stats.checks import Array
from auditor.stats.officer.benchmark import NO_VARIATION, OfficerBenchmark


def contrast_of(result: OfficerBenchmark, focal: int, controls: Sequence[int] = ()) -> OfficerBenchmark:
    """Read a comparison for another of its outcomes. The weights do not depend on what is counted.

    Parameters
    ----------
    result : OfficerBenchmark
        Of a pool with M outcomes.
    focal : int
        Which outcome, 0 ... M-1, is compared.
    controls : sequence of int
        Which others are its negative controls.

    Returns
    -------
    OfficerBenchmark
        An officer of whom the outcome has no comparison has the reason `NO_VARIATION`.

    Raises
    ------
    ValueError
        If there is no such outcome, or the focal one is among its controls.
    """
    most = result.control.shape[1]
    if not all(0 <= at <= most for at in (focal, *controls)):
        raise ValueError(f"outcomes are numbered 0 to {most}, got {(focal, *controls)}")
    if focal in controls:
        raise ValueError(f"outcome {focal} cannot be its own control")
    difference = _columns(result.difference, result.control)
    se = _columns(result.se, result.control_se)
    expected = _columns(result.expected, result.control_expected)
    error = _columns(result.error, result.control_error)
    known, others = np.isfinite(se[:, focal]), list(controls)

    def kept(value: Array) -> Array:
        return np.where(known if value.ndim == 1 else known[:, None], value, np.nan)

    share = expected[:, focal] + difference[:, focal]
    return OfficerBenchmark(
        reason=tuple(why or ("" if there else NO_VARIATION) for why, there in zip(result.reason, known, strict=True)),
        stops=kept(result.stops),
        focal=kept(result.focal if focal == 0 else np.rint(share * result.stops)),
        uncovered=kept(result.uncovered),
        effective=kept(result.effective),
        colleagues=kept(result.colleagues),
        imbalance=kept(result.imbalance),
        share=share,
        expected=expected[:, focal],
        difference=difference[:, focal],
        se=se[:, focal],
        error=error[:, focal],
        z=difference[:, focal] / se[:, focal],
        control=kept(difference[:, others]),
        control_se=kept(se[:, others]),
        control_expected=kept(expected[:, others]),
        control_error=kept(error[:, others]),
    )


def _columns(first: Array, rest: Array) -> Array:
    return np.concatenate([first[:, None], rest], axis=1)
