"""Six jails or more are the units, and give the error of the ratio of shares by their scatter; else their weeks.

Weeks of all jails, and four weeks of them, are units besides, wherever they make the comparison less sure.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from auditor.cells import Bools, Floats
from auditor.signals.hold_weeks import FEWEST_MONTHS, Weeks, wider
from auditor.signals.pair_measure import PairColumn
from auditor.signals.side_base import share_error
from auditor.signals.signal import Lack, Panel
from auditor.stats.strata.jackknife import FEWEST, Jackknifed, jackknife_ratio

NAME = "hold-time"
_CHANGED = ("estimate", "low", "high", "p_greater", "p_less")
_LIMITS = ("absolute_low", "absolute_high")


def by_jails(panel: Panel, columns: list[PairColumn], weeks: list[Weeks]) -> Panel:
    """Take the jails as units where six or more hold both sides, else weeks within jails; say where neither can be.

    Parameters
    ----------
    panel : Panel
        Of `pair_measure.pair_panel`, whose errors take the stays of a jail as independent.
    columns : list of PairColumn
        What it was made from.
    weeks : list of Weeks
        The same stays by weeks, in the order of the columns.

    Returns
    -------
    Panel
        Interval and p-values by the jackknife over jails, and ``base_error`` such that the screen sees its error. A
        place of which one jail carries the comparison is withheld. With fewer than six jails nothing is narrower than
        what either the stays, taken as independent, or weeks within jails allow; where release fell due in one week of
        one jail for everybody, nothing can be allowed for, and nothing is tested. However many jails, nothing is
        narrower than weeks of all of them together allow, or periods of four weeks where there are six or more.
    """
    lacks = (*panel.lacks, Lack(f"{NAME}.carried", f"{NAME}.need-longer"))
    base_error = np.zeros(panel.code.shape) if panel.base_error is None else panel.base_error.copy()
    arrays = {name: getattr(panel, name).copy() for name in (*_CHANGED, *_LIMITS)} | {"base_error": base_error}
    code, testable = panel.code.copy(), panel.testable.copy()
    few, weekly = np.zeros(code.shape, dtype=bool), np.zeros(code.shape, dtype=bool)
    # With all digits, limits that rest on single weeks would tell of them.
    coarse = np.zeros(code.shape, dtype=bool) if panel.coarse is None else panel.coarse.copy()
    for c, column in enumerate(columns):
        k, n = column.counted.shared()
        measured = panel.code[:, c] == 0
        rows = measured & (np.all(n > 0, axis=1).sum(axis=1) >= FEWEST)
        weekly[:, c] = _by_weeks(arrays, c, measured & ~rows, weeks[c], panel)
        few[:, c] = measured & ~rows & ~weekly[:, c]
        testable[weeks[c].single(len(code)), c] = False
        if rows.any():
            found = jackknife_ratio(k[rows, 0], n[rows, 0], k[rows, 1], n[rows, 1])
            _write(arrays, c, rows, found, panel)
            carried = np.flatnonzero(rows)[np.isnan(found.se)]
            code[carried, c], testable[carried, c] = len(lacks), False
        together = _together(arrays, c, rows & (code[:, c] == 0), weekly[:, c], weeks[c], panel)
        coarse[:, c] |= weekly[:, c] | together
    notes = {
        **panel.notes,
        f"{NAME}.caveat-few-jails": few,
        f"{NAME}.caveat-weeks": weekly,
        f"{NAME}.caveat-jails": (code == 0) & ~few & ~weekly,
    }
    return dataclasses.replace(panel, lacks=lacks, code=code, testable=testable, notes=notes, coarse=coarse, **arrays)


def _write(arrays: dict[str, Floats], c: int, rows: Bools, found: Jackknifed, panel: Panel) -> None:
    """Write the numbers of one column; NaN where one jail carries the comparison."""
    values = (found.ratio, found.low, found.high, found.p_greater, found.p_less)
    for name, value in zip(_CHANGED, values, strict=True):
        arrays[name][rows, c] = value
    # The difference's own limits take stays as independent; it is stated without any.
    for name in _LIMITS:
        arrays[name][rows, c] = np.nan
    arrays["base_error"][rows, c] = _base_error(panel, c, rows, found.se)


def _together(arrays: dict[str, Floats], c: int, jails: Bools, weekly: Bools, weeks: Weeks, panel: Panel) -> Bools:
    """Widen one column to what weeks of all jails, and four weeks, allow; return where there were enough of them."""
    done = np.zeros(len(jails), dtype=bool)
    for left, fewest in weeks.together(len(jails)):
        enough = left.units >= np.where(jails, FEWEST_MONTHS, fewest)
        where = (jails | weekly) & enough & np.isfinite(left.se)
        width = left.reach()[where] * left.se[where]
        lower = {"low": np.exp(left.log_ratio[where] - width)}
        upper = {"high": np.exp(left.log_ratio[where] + width)}
        upper |= {"p_greater": left.p(1.0)[where], "p_less": left.p(-1.0)[where]}
        upper |= {"base_error": _base_error(panel, c, where, left.se[where])}
        for choose, wider_values in ((np.minimum, lower), (np.maximum, upper)):
            for name, values in wider_values.items():
                arrays[name][where, c] = choose(arrays[name][where, c], values)
        done |= where
    return done


def _base_error(panel: Panel, c: int, where: Bools, error: Floats) -> Floats:
    """What an error of the log ratio leaves to the log odds of the base."""
    share, reference = panel.extra["share"][where, c], panel.extra["reference_share"][where, c]
    n, other_n, base = panel.n[where, c], panel.comparator_n[where, c], panel.base[where, c]
    return share_error(share, n, reference, other_n, base, error)


def _by_weeks(arrays: dict[str, Floats], c: int, places: Bools, weeks: Weeks, panel: Panel) -> Bools:
    """Widen the numbers of one column to what weeks within jails allow; return where there were enough of them."""
    done = np.zeros(len(places), dtype=bool)
    error = np.zeros(len(places))
    for j in np.flatnonzero(places):
        found = wider(int(j), weeks, {name: float(arrays[name][j, c]) for name in _CHANGED[1:]})
        if found is None:
            continue
        values, error[j] = found
        for name, value in values.items():
            arrays[name][j, c] = value
        done[j] = True
    for name in _LIMITS:
        arrays[name][done, c] = np.nan
    weekly = _base_error(panel, c, done, error[done])
    arrays["base_error"][done, c] = np.maximum(arrays["base_error"][done, c], weekly)
    return done
