"""Two sides' shares compared in every place, within strata: the shape "pair", the focal side's share on top.

The sides are two ethnic groups, or any two kinds of cases of which the same outcome is counted.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from auditor.cells import Bools, Cells, Floats
from auditor.signals.side_base import least_expected, reference_share, share_error
from auditor.signals.sides import LEVEL, Counted, PairColumn, Part, Shape, side_panel
from auditor.signals.signal import Lack, Panel
from auditor.signals.together import widened
from auditor.stats.ratios.shares import share_ratio
from auditor.stats.strata.hit_rate import HitComparison, compare_hit_rates

__all__ = ["METHOD", "METHOD_TOGETHER", "Counted", "PairColumn", "lacks_of", "pair_panel"]

METHOD = "ratio of shares (score interval; Mantel-Haenszel over several strata)"
"""What a contrast of this shape names as its interval."""
METHOD_TOGETHER = (
    "ratio of shares (score interval; Mantel-Haenszel over several strata), no narrower than a jackknife over "
    "encounters, or officers, where they are recorded"
)
"""The same where a signal tells who came together."""

_EXTRA = (
    "reference_k", "reference_n", "share", "share_low", "share_high", "reference_share", "reference_low",
    "reference_high", "strata", "strata_p",
)  # fmt: skip


def lacks_of(words: str) -> tuple[Lack, ...]:
    """Return the seven reasons to say nothing of a place, with their sentences in a table of the catalogue.

    The table holds ``absent`` and ``need-rows``, ``suppressed`` and ``need-unsuppressed``, ``no-cases`` and
    ``need-cases``, ``one-group`` and ``need-groups``, ``unrecorded`` and ``one-outcome`` with ``need-outcome``, and
    ``no-overlap`` with ``need-longer``.
    """
    names = (
        ("absent", "need-rows"),
        ("suppressed", "need-unsuppressed"),
        ("no-cases", "need-cases"),
        ("one-group", "need-groups"),
        ("unrecorded", "need-outcome"),
        ("one-outcome", "need-outcome"),
        ("no-overlap", "need-longer"),
    )
    return tuple(Lack(f"{words}.{reason}", f"{words}.{needs}") for reason, needs in names)


def pair_panel(
    signal: str,
    cells: Cells,
    columns: Sequence[PairColumn],
    window: tuple[Sequence[str], Sequence[str]],
    *,
    lacks: tuple[Lack, ...] | None = None,
    missing: str = "outcome",
) -> Panel:
    """Measure comparisons of shares and stack them; what is printed beside another must not give small strata away.

    Parameters
    ----------
    signal : str
        Name of the signal.
    cells : Cells
    columns : sequence of PairColumn
        At least one, with contrasts of the shape "pair".
    window : pair of sequences
        First and last day of the rows of every place.
    lacks : tuple of Lack or None
        The seven reasons of :func:`lacks_of`; those with the signal's own words where None.
    missing : str
        Name of the share of cases of which the outcome is not recorded.

    Returns
    -------
    Panel
        The estimate is the focal side's share over the reference side's: within one stratum with Miettinen and
        Nurminen's score interval, over several by Mantel and Haenszel's weights; columns with units are widened to what
        these allow (`together.widened`). p-values are exact, given all
        margins, where the counts are small, else Cochran, Mantel and Haenszel's. ``base`` is the reference share such
        that (k / n) / base is the ratio, ``base_error`` what the ratio's error leaves to its log odds. ``absolute`` is
        the difference per 1,000 cases. ``extra`` has the plain counts and shares of both sides with Wilson's limits,
        the number of strata that hold both, and ``strata_p``: Breslow and Day's test of one odds ratio for all strata
        (NaN where fewer than two tell).
    """
    shape = Shape(lacks or lacks_of(signal), _fill, _EXTRA, missing)
    panel = side_panel(signal, cells, columns, window, shape)
    return widened(panel, [c.units for c in columns], shares=("share", "reference_share"), upside_down=False)


def _fill(part: Part, ok: Bools, events: Floats, cases: Floats, least: float) -> None:
    k, c = events[:, 0], events[:, 1]
    n, m = cases[:, 0], cases[:, 1]
    both = compare_hit_rates(k, n, c, m, LEVEL)
    focal, reference = both.focal, both.reference
    ratio, low, high = _ratio(both, k, n, c, m)
    total, base_n, whole = focal.searches, reference.searches, k.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        agreed = np.where(np.isfinite(ratio) & (ratio > 0), whole / total / ratio, np.nan)
    base = reference_share(agreed, n, c, m)
    part["k"][ok], part["n"][ok], part["base"][ok] = whole, total, base
    part["estimate"][ok], part["low"][ok], part["high"][ok] = ratio, low, high
    part["p_greater"][ok], part["p_less"][ok] = both.p_upper, both.p_lower
    # The plain share, not ``base``: with all its digits that one would tell of single small strata.
    part["comparator"][ok], part["comparator_n"][ok] = reference.rate, base_n
    part["base_error"][ok] = share_error(focal.rate, total, reference.rate, base_n, base, both.ratio.se)
    gap, strata = both.difference, (n > 0).sum(axis=1)
    for name, values in (("absolute", gap.estimate), ("absolute_low", gap.low), ("absolute_high", gap.high)):
        part[name][ok] = np.where(strata > 1, np.rint(1000 * values), 1000 * values)
    part["testable"][ok] = least_expected(k, n, c, m) >= least
    extra = {
        "reference_k": c.sum(axis=1),
        "reference_n": base_n,
        "share": focal.rate,
        "share_low": focal.low,
        "share_high": focal.high,
        "reference_share": reference.rate,
        "reference_low": reference.low,
        "reference_high": reference.high,
        "strata": strata,
        "strata_p": both.same.p,
    }
    for name in _EXTRA:
        part[name][ok] = extra[name]


def _ratio(both: HitComparison, k: Floats, n: Floats, c: Floats, m: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the focal side's share over the reference side's, with its limits.

    One stratum has the score interval; several are pooled with Mantel and Haenszel's weights.
    """
    single = share_ratio(k.sum(axis=1), n.sum(axis=1), c.sum(axis=1), m.sum(axis=1), LEVEL)
    one, pooled = (n > 0).sum(axis=1) == 1, both.ratio
    low, high = np.where(one, single.low, pooled.low), np.where(one, single.high, pooled.high)
    return np.where(one, single.ratio, pooled.estimate), low, high
