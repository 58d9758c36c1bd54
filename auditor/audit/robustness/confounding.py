"""How strong something unmeasured, or how wrong the record of groups, must be to undo an estimate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from auditor.cells import Bools, Floats
from auditor.signals.signal import Contrast, Panel
from auditor.stats.ratios.group_tipping import misrecorded_tipping, unrecorded_tipping
from auditor.stats.ratios.sensitivity import e_value_either_side

LEVEL = 0.95
COMMON = 0.15
"""An outcome that more than this share have is common, and the ratio of its odds is not that of its risks."""
_RATIOS = ("ratio", "odds-ratio")


@dataclass(frozen=True)
class Doubts:
    """Arrays over place x contrast, (J, C); NaN where not applicable.

    Attributes
    ----------
    e_value, e_limit : float arrays
        E-value of the estimate (infinite where the estimate is 0 or infinite) and of the limit nearest 1.
    rooted : bool array
        Where they are those of the square root of the ratio.
    unrecorded : float array
        Share of the events of unrecorded group that must be the reference group's before the lower limit reaches 1;
        NaN where the interval holds 1 already, nothing is unrecorded, or no share does.
    misrecorded : float array
        Share of the focal group's events that must really be the reference group's.
    """

    e_value: Floats
    e_limit: Floats
    rooted: Bools
    unrecorded: Floats
    misrecorded: Floats


def doubts_of(panel: Panel) -> Doubts:
    """Work out E-values and tipping shares of every measured entry."""
    shape = panel.code.shape
    point, limit, unrecorded, misrecorded = (np.full(shape, np.nan) for _ in range(4))
    rooted = np.zeros(shape, dtype=bool)
    for c, contrast in enumerate(panel.contrasts):
        if contrast.scale in _RATIOS and contrast.shape != "described":
            rooted[:, c] = panel.measured[:, c] & _common_odds(panel, contrast, c)
            point[:, c], limit[:, c] = _e_values(panel, rooted, c)
        if contrast.reference is not None and contrast.shape == "rates":
            unrecorded[:, c], misrecorded[:, c] = _exact(panel, c)
        elif contrast.reference is not None and contrast.shape == "contrast":
            unrecorded[:, c], misrecorded[:, c] = _approximate(panel, c)
    return Doubts(point, limit, rooted, unrecorded, misrecorded)


def _e_values(panel: Panel, rooted: Bools, c: int) -> tuple[Floats, Floats]:
    measured = panel.measured[:, c]
    parts = [np.where(measured, values[:, c], np.nan) for values in (panel.estimate, panel.low, panel.high)]
    return e_value_either_side(parts[0], parts[1], parts[2], rooted[:, c])


def _common_odds(panel: Panel, contrast: Contrast, c: int) -> Bools:
    """Say where the estimate is a ratio of odds of a common outcome.

    A ratio of rates or of shares is none. A ratio of ratios is: of being discretionary, by group (``contrast``), which
    is common where more than 15 % of either group's are; of being after the start, by group (``change``), which always
    is. An odds ratio whose outcome's share is not at hand is taken to be of a common one, the cautious reading.
    """
    if contrast.shape == "contrast":
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.fmax(panel.k[:, c] / panel.n[:, c], panel.comparator[:, c])
        return np.asarray(~(share <= COMMON), dtype=bool)
    return np.full(len(panel.places), contrast.shape == "change" or contrast.scale == "odds-ratio")


def _exact(panel: Panel, c: int) -> tuple[Floats, Floats]:
    """Rates: search among whole events with the exact limit."""
    unrecorded, misrecorded = (np.full(len(panel.places), np.nan) for _ in range(2))
    rows = panel.measured[:, c] & (panel.low[:, c] > 1)
    if not rows.any():
        return unrecorded, misrecorded
    h, n, base = panel.k[rows, c], panel.n[rows, c], panel.base[rows, c]
    error = np.zeros(len(h)) if panel.base_error is None else panel.base_error[rows, c]
    unknown = _unknown(panel, c)[rows]
    shares = unrecorded_tipping(h, n - h, base, np.nan_to_num(unknown), error, LEVEL)
    unrecorded[rows] = np.where(np.isnan(unknown), np.nan, shares)
    misrecorded[rows] = misrecorded_tipping(h, n - h, base, error, LEVEL)
    return unrecorded, misrecorded


def _unknown(panel: Panel, c: int) -> Floats:
    """Return the events of unrecorded group behind the lower bound (H / E_H) / ((W + U) / E_W); NaN where not known."""
    if "missing-group" not in panel.ranges:
        return np.full(len(panel.places), np.nan)
    lowest, base = panel.ranges["missing-group"][0][:, c], panel.base[:, c]
    with np.errstate(divide="ignore", invalid="ignore"):
        unknown = panel.k[:, c] * (1 - base) / base / lowest - (panel.n[:, c] - panel.k[:, c])
    return np.where(np.isfinite(unknown) & (lowest > 0), np.rint(np.maximum(unknown, 0)), np.nan)


def _approximate(panel: Panel, c: int) -> tuple[Floats, Floats]:
    """Ratios of ratios: move the limit as the estimate moves, the relative width of the interval held.

    Unrecorded: between the estimate and its lowest bound the ratio goes as 1 / (1 + s x), which is exact where one cell
    takes all of the events. Misrecorded: focal discretionary events that were the reference group's,
    (1 - x) / (1 + x H_d / W_d).
    """
    low, estimate = panel.low[:, c], panel.estimate[:, c]
    rows = panel.measured[:, c] & (low > 1) & np.isfinite(estimate)
    lowest = panel.ranges["missing-group"][0][:, c] if "missing-group" in panel.ranges else np.full(len(low), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (low - 1) / (estimate / lowest - 1)
        other = panel.comparator[:, c] * panel.comparator_n[:, c]
        wrong = (low - 1) / (low + panel.k[:, c] / other)
    told = rows & (lowest > 0) & (lowest < estimate) & (share <= 1)
    return np.where(told, share, np.nan), np.where(rows & (other > 0), wrong, np.nan)
