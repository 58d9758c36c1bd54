"""One number for a region: the same comparison over the stops of many places, each with its own sun and intercept."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from auditor.cells import Bools, Cells
from auditor.signals.baseline import small, tainted
from auditor.signals.region.result import RegionResult
from auditor.signals.veil.designs import Refusal, comparable, pooled
from auditor.signals.veil.fit import LEVEL, Compared, compare
from auditor.signals.veil.moments import pair_of
from auditor.signals.veil.panel import LEAST_DF, NAME, WIDEST
from auditor.signals.veil.stops import Stops
from auditor.stats.clusters.robust import METHOD

_FEWEST = 2
_LEAST_OF_PLACE = 20
"""Stops that a place needs to be part of a region: an intercept of fewer tells nothing and costs one."""


def region_results(
    cells: Cells, places: Sequence[Stops], usable: Bools, event: str, knots: int, cluster: str
) -> tuple[RegionResult, ...]:
    """Compare every focal group with the reference group in each region of at least two places.

    Only places whose counts may be printed take part: a sum that a hidden count enters gives it away.

    Parameters
    ----------
    cells : Cells
    places : sequence of Stops
        Of each place.
    usable : (J,) bool array
        Where times can be compared with the sun.
    event : str
    knots, cluster
        As in :func:`auditor.signals.veil.fit.compare`.
    """
    regions = np.array([parent or state for parent, state in zip(cells.parents, cells.states, strict=True)])
    found = []
    for region in sorted(set(regions[usable].tolist()) - {""}):
        for group in cells.focal_groups:
            result = _result(cells, places, usable & (regions == region), str(region), group, event, knots, cluster)
            if result is not None:
                found.append(result)
    return tuple(found)


def _result(
    cells: Cells,
    places: Sequence[Stops],
    rows: Bools,
    region: str,
    group: str,
    event: str,
    knots: int,
    cluster: str,
) -> RegionResult | None:
    parts, left_out = _parts(cells, places, rows, (group, cells.reference_group))
    if len(parts) < _FEWEST:
        return None
    focal = parts[0].code(group)
    compared = compare(pooled(parts, focal), knots, cluster)
    if isinstance(compared, Refusal) or compared.df < LEAST_DF or compared.spans > WIDEST:
        return None
    return _told(compared, cells, region, group, event, len(parts), left_out)


def _parts(cells: Cells, places: Sequence[Stops], rows: Bools, groups: tuple[str, str]) -> tuple[list[Stops], int]:
    """Return what is compared of each place, and how many places are left out for a count that may not be printed."""
    parts, left_out = [], 0
    for j in np.flatnonzero(rows).tolist():
        kept, counts = comparable(pair_of(places[j], *groups))
        if counts.sum() < _LEAST_OF_PLACE:
            continue
        alone = cells.select([j])
        if small(counts.reshape(1, 4), alone).any() or tainted(alone).any():
            left_out += 1
        else:
            parts.append(kept)
    return parts, left_out


def _told(
    compared: Compared, cells: Cells, region: str, group: str, event: str, places: int, left_out: int
) -> RegionResult:
    (focal, reference), (dark_focal, dark_reference) = compared.counts.tolist()
    low, high = compared.effect.interval(LEVEL)
    plain = focal / max(reference, 0.5) / (max(dark_focal, 0.5) / max(dark_reference, 0.5))
    return RegionResult(
        region=region,
        group=group,
        reference=cells.reference_group,
        event=event,
        k=focal,
        n=focal + reference,
        estimate=float(np.exp(compared.effect.estimate)),
        low=float(np.exp(low)),
        high=float(np.exp(high)),
        comparator=float(plain),
        places=places,
        method=f"logistic regression on the clock and the season, with place effects; {METHOD}",
        p_value=compared.effect.p_greater,
        contrast="dusk",
        sentence=f"{NAME}.region",
        why=f"{NAME}.why-region",
        scale="odds-ratio",
        left_out=left_out,
        values={
            "k": int(focal),
            "n": int(focal + reference),
            "share": focal / (focal + reference),
            "dark_focal": int(dark_focal),
            "dark_stops": int(dark_focal + dark_reference),
            "dark_share": dark_focal / (dark_focal + dark_reference),
        },
        definitions=(f"{NAME}.define-compared", f"{NAME}.define-ratio"),
        caveats=(f"{NAME}.caveat-null", f"{NAME}.{compared.decided}"),
        period={"start": compared.first, "end": compared.last},
    )
