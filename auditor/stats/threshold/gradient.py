"""Backward maps of the fast threshold test: the log-likelihood and how its derivatives reach the coordinates.

Each function adds its own part of the log density. What the coordinates are is told in `threshold_model`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.special import ndtr

from auditor.stats.checks import Array
from auditor.stats.threshold.anchor import Anchors, Lines
from auditor.stats.threshold.cells import Cells, Places, normal_density
from auditor.stats.threshold.data import StopCounts
from auditor.stats.threshold.prior import Parts


def likelihood(cells: Cells, data: StopCounts) -> tuple[Array, Array, Array, Array]:
    """Log-likelihood of each chain, and its derivatives by t, log-odds of guilt and delta in every cell."""
    t, guilt, delta = cells.threshold, cells.guilt, cells.separation
    far_guilty, far_innocent = ndtr(delta - t), ndtr(-t)
    near_guilty, near_innocent = ndtr(t - delta), ndtr(t)
    pdf_guilty, pdf_innocent = normal_density(t - delta), normal_density(t)
    passed = guilt * near_guilty + (1 - guilt) * near_innocent
    value = (
        data.hits * np.log(guilt * far_guilty)
        + data.misses * np.log((1 - guilt) * far_innocent)
        + data.passes * np.log(passed)
    ).sum(axis=(1, 2))
    each = data.passes / passed
    hazard = data.hits * pdf_guilty / far_guilty
    from_pass = each * guilt * pdf_guilty
    by_threshold = from_pass + each * (1 - guilt) * pdf_innocent - hazard - data.misses * pdf_innocent / far_innocent
    by_odds = data.hits * (1 - guilt) - data.misses * guilt + each * guilt * (1 - guilt) * (near_guilty - near_innocent)
    return value, by_threshold, by_odds, hazard - from_pass


def thresholds(
    groups: Parts, cells: Cells, by_t: Array, by_odds: Array, by_delta: Array
) -> tuple[Array, Array, Array, Parts]:
    """Add the thresholds' prior; carry derivatives by t back to z, t_r, sigma_t, and through A to guilt and delta."""
    variance = np.exp(2 * groups.spread[:, 0])[:, None, None]
    centre = groups.threshold[:, None, :]
    off, kept = cells.threshold - centre, 1 - cells.weight
    pull = off / variance
    # The prior of t and the Jacobian of z: log(scale / sigma_t) is half of log(1 - weight).
    value = 0.5 * (np.log(kept) - off * pull).sum(axis=(1, 2))
    by_t = by_t - pull
    by_anchor = by_t * cells.weight
    above = cells.guilt * normal_density(cells.anchor - cells.separation)
    total = above + (1 - cells.guilt) * normal_density(cells.anchor)
    shift = cells.guilt * (1 - cells.guilt) * (ndtr(cells.separation - cells.anchor) - ndtr(-cells.anchor))
    moved = kept * (2 * cells.weight * (cells.anchor - centre) + cells.scale * groups.z)
    by_spread = np.zeros_like(groups.spread)
    by_spread[:, 0] = (off * pull - cells.weight + by_t * moved).sum(axis=(1, 2))
    gradient = replace(groups, threshold=(pull + by_t * kept).sum(axis=1), spread=by_spread, z=by_t * cells.scale)
    by_log_delta = cells.separation * (by_delta + by_anchor * above / total)
    return value, by_odds + by_anchor * shift / total, by_log_delta, gradient


def from_places(
    parts: Parts, places: Places, lines: Lines, anchors: Anchors, by_odds: Array, by_log_delta: Array, gradient: Parts
) -> tuple[Array, Parts]:
    """Add the prior of u; carry derivatives by guilt and log delta back to places, groups and spreads."""
    by_guilt = by_odds.sum(axis=2)
    by_separation = by_log_delta.sum(axis=2) - lines.slope * by_guilt
    square = places.told**2 / places.variance
    value = 0.5 * (np.log(1 - places.weight) - square).sum(axis=1)
    by_told = by_guilt + places.carried * by_separation - places.told / places.variance
    by_centre = (by_told * places.weight)[:, :, None]
    moved = (1 - places.weight) * (2 * places.weight * places.centre + places.scale * parts.told)
    by_log_root = square - places.weight + by_told * moved
    turned, alone = 2 * places.carried * places.by_guilt * places.told, places.own * parts.untold
    of_separation = 1 - places.by_guilt
    by_spread = gradient.spread.copy()
    by_spread[:, 1] = (places.by_guilt * by_log_root + by_separation * (of_separation * alone - turned)).sum(axis=1)
    by_spread[:, 2] = (of_separation * by_log_root + by_separation * (places.by_guilt * alone + turned)).sum(axis=1)
    by_slope = places.carried * (by_log_root - by_separation * (alone + places.carried * places.told))
    by_slope += by_separation * places.told * places.ratio * places.by_guilt - by_guilt * places.separation
    return value, replace(
        gradient,
        guilt=-(by_centre * anchors.mix).sum(axis=1),
        separation=(by_log_delta + by_centre * lines.level_by + by_slope[:, :, None] * lines.slope_by).sum(axis=1),
        spread=by_spread,
        told=by_told * places.scale,
        untold=by_separation * places.own,
    )
