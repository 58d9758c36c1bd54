"""The ratio of two groups' rates over all places of a region, adjusted for the place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from auditor.cells import Bools, Cells, Floats
from auditor.signals.baseline import small, tainted
from auditor.signals.exposures import Exposure
from auditor.signals.region_result import RegionResult
from auditor.stats.fit import NotConverged
from auditor.stats.stratified import StratifiedFit, poisson_stratified

_Z = float(ndtri(0.975))


def region_ratios(
    region: str,
    event: str,
    groups: Sequence[str],
    cells: Cells,
    counts: Floats,
    base: Exposure,
    rows: Bools,
) -> Iterator[RegionResult]:
    """Yield the place-adjusted ratios of one region; nothing where the fit did not converge."""
    exposure = base.values[rows]
    try:
        fit = poisson_stratified(counts, exposure)
    except NotConverged:
        return
    rates = counts.sum(axis=0) / exposure.sum(axis=0)
    models = tuple(_models(fit, groups))
    both = fit.places_and_groups
    for group in cells.focal_groups:
        if group not in groups:
            continue
        g = groups.index(group)
        value = float(both.coefficients[g])
        # Under-dispersion is no reason to claim more than Poisson variance gives.
        error = float(np.fmax(both.se[g], both.se_scaled[g]))
        yield RegionResult(
            region=region,
            group=group,
            reference=groups[0],
            event=event,
            k=float(counts[:, g].sum()),
            n=float(counts[:, [0, g]].sum()),
            estimate=float(np.exp(value)),
            low=float(np.exp(value - _Z * error)),
            high=float(np.exp(value + _Z * error)),
            comparator=float(rates[g] / rates[0]),
            places=fit.places_used,
            contrast="adjusted for place",
            sentence="finding.region",
            why="benchmark.why-region",
            values={"dispersion": both.dispersion},
            method="Poisson with place effects, standard errors widened by the Pearson dispersion",
            p_value=float(ndtr(-value / error)),
            printable=_printable(cells, counts, rows),
            models=models,
        )


def _models(fit: StratifiedFit, groups: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield the coefficients of the three nested models, a row each."""
    for name, model in (("constant", fit.constant), ("group", fit.groups), ("group and place", fit.places_and_groups)):
        about = {"model": name, "deviance": model.deviance, "df": model.df, "dispersion": model.dispersion}
        if model.intercept is not None:
            yield {**about, "term": "intercept", "coefficient": model.intercept, "se": None, "se_scaled": None}
        for g in range(1, len(model.coefficients)):
            term = f"{groups[g]} against {groups[0]}"
            errors = {"se": float(model.se[g]), "se_scaled": float(model.se_scaled[g])}
            yield {**about, "term": term, "coefficient": float(model.coefficients[g]), **errors}


def _printable(cells: Cells, counts: Floats, rows: Bools) -> bool:
    """Say whether every count of the region is 0, at least 11, or public, and none is mixed of both kinds."""
    hidden = tainted(cells)[rows]
    for column in counts.T:
        everywhere = np.zeros(cells.size)
        everywhere[rows] = column
        hidden = hidden | small(everywhere, cells)[rows]
    return not bool(hidden.any())
