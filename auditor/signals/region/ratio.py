"""The ratio of two groups' rates over all places of a region, adjusted for the place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from auditor.cells import Bools, Cells, Floats
from auditor.signals.baseline import small, tainted
from auditor.signals.exposures import Exposure
from auditor.signals.region.result import RegionResult
from auditor.stats.fit import NotConverged
from auditor.stats.ratios.stratified import StratifiedFit, poisson_stratified

_Z = float(ndtri(0.975))
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class _Share:
    """What may be printed of a region for one focal group: those places, and the groups that are fitted together."""

    rows: Bools
    groups: tuple[int, ...]


def region_ratios(
    region: str,
    event: str,
    groups: Sequence[str],
    cells: Cells,
    counts: Floats,
    base: Exposure,
    rows: Bools,
) -> Iterator[RegionResult]:
    """Yield the place-adjusted ratios of one region; nothing where the fit did not converge.

    Only places whose counts may be printed take part. A sum, a ratio or a p-value that a hidden count enters gives it
    away to whoever knows the other counts, however few digits are written.

    Parameters
    ----------
    region, event : str
    groups : sequence of str
        The reference group first.
    cells : Cells
    counts : (J, G) array
    base : Exposure
        Its groups are those of ``counts``.
    rows : (J,) bool array
        Places of the region in which all groups are counted.
    """
    hidden = small(counts, cells) | small(base.values, cells) | tainted(cells)[:, None]
    focal = [groups.index(group) for group in cells.focal_groups if group in groups]
    shares = {g: share for g in focal if (share := _share(g, hidden, rows)).rows.sum() >= _FEWEST}
    alike = len({(share.rows.tobytes(), share.groups) for share in shares.values()}) == 1
    for g, share in shares.items():
        part, exposure = (values[share.rows][:, share.groups] for values in (counts, base.values))
        try:
            fit = poisson_stratified(part, exposure)
        except NotConverged:
            continue
        if fit.places_used < _FEWEST:
            continue
        names = [groups[i] for i in share.groups]
        # Rows of two fits must never look alike.
        models = tuple(_models(fit, names, "" if alike else f"{groups[g]}: "))
        left_out = int(rows.sum() - share.rows.sum())
        yield _result(region, event, names, names.index(groups[g]), part, exposure, fit, models, left_out)


def _share(g: int, hidden: Bools, rows: Bools) -> _Share:
    """Leave out places that hide a count of the two groups, then other groups that are hidden anywhere."""
    shown = rows & ~hidden[:, [0, g]].any(axis=1)
    told = ~hidden[shown].any(axis=0)
    return _Share(shown, tuple(np.flatnonzero(told).tolist()))


def _result(
    region: str,
    event: str,
    names: Sequence[str],
    g: int,
    counts: Floats,
    exposure: Floats,
    fit: StratifiedFit,
    models: tuple[dict[str, Any], ...],
    left_out: int,
) -> RegionResult:
    rates = counts.sum(axis=0) / exposure.sum(axis=0)
    both = fit.places_and_groups
    value = float(both.coefficients[g])
    # Under-dispersion is no reason to claim more than Poisson variance gives.
    error = float(np.fmax(both.se[g], both.se_scaled[g]))
    return RegionResult(
        region=region,
        group=names[g],
        reference=names[0],
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
        left_out=left_out,
        models=models,
    )


def _models(fit: StratifiedFit, groups: Sequence[str], head: str) -> Iterator[dict[str, Any]]:
    """Yield the coefficients of the three nested models, a row each."""
    for name, model in (("constant", fit.constant), ("group", fit.groups), ("group and place", fit.places_and_groups)):
        about = {"model": head + name, "deviance": model.deviance, "df": model.df, "dispersion": model.dispersion}
        if model.intercept is not None:
            yield {**about, "term": "intercept", "coefficient": model.intercept, "se": None, "se_scaled": None}
        for g in range(1, len(model.coefficients)):
            term = f"{groups[g]} against {groups[0]}"
            errors = {"se": float(model.se[g]), "se_scaled": float(model.se_scaled[g])}
            yield {**about, "term": term, "coefficient": float(model.coefficients[g]), **errors}
