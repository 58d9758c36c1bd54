"""What the signal hold-time describes beside its shares: hazard ratio, mean hours, and holds alone."""

from __future__ import annotations

from typing import Any

import numpy as np

from auditor.cells import Bools, Cells, Floats
from auditor.signals.baseline import printable, small, totals_tell
from auditor.signals.hold_measure import FEW_JAILS, LEVEL, NO_FIT, NO_OVERLAP, Measured, hours_longer, leaving
from auditor.signals.hold_options import HoldTimeOptions
from auditor.signals.hold_panels import HOLDS_ONLY, IN_COMPARISON, NAME, NO_ENDS, few_beside, rest_tells
from auditor.signals.sides import Counted
from auditor.signals.signal import Contrast, Lack, Panel, blank
from auditor.signals.stays import Stays, counted, over, whole_days
from auditor.stats.ratios.intervals import wilson

_UNRECORDED, _ONE_OUTCOME, _OVERLAP = 5, 6, 7
"""Positions (from 1) among the reasons of a pair."""
_JAILS_FEW = Lack(f"{NAME}.few-jails", f"{NAME}.need-jails")
_UNFIT = Lack(f"{NAME}.no-fit", f"{NAME}.need-longer")
_MOST = 0.5

Part = dict[str, Any]


def described_panel(
    signal: str, cells: Cells, stays: Stays, event: str, options: HoldTimeOptions, compared: Panel
) -> Panel:
    """Describe how fast people leave, how many hours longer they stay, and the holds where there is nothing else.

    Parameters
    ----------
    signal : str
    cells : Cells
    stays : Stays
    event : str
    options : HoldTimeOptions
    compared : Panel
        Of `hold_panels.compared_panel`: what is printed beside it, and the reasons that it gives.
    """
    lacks = (*compared.lacks, _JAILS_FEW, _UNFIT, IN_COMPARISON)
    at = {lack.reason: i + 1 for i, lack in enumerate(lacks)}
    hazard, hours = leaving(stays, options.horizon), hours_longer(stays, options.horizon)
    people = counted(stays, options.clock, options.limit)
    parts = [
        _pace(cells, hazard, people, compared, at) | _hazard(hazard),
        _pace(cells, hours, people, compared, at) | _hours(hours),
        _alone(cells, stays, options, compared, at),
    ]
    contrasts = (
        _contrast(event, "leaving/hold/no-hold", "hazard", "hazard", "hazard-ratio", "hazard ratio (Cox)"),
        _contrast(event, "hours-held/hold/no-hold", "hours", "hours", "hours", "difference of restricted means"),
        _contrast(event, "held-longer/hold", "share", options.clock, "share", "Wilson"),
    )

    def stack(name: str) -> Any:
        return np.column_stack([part[name] for part in parts])

    code = stack("code")
    rest = np.column_stack([rest_tells(cells, stays, jails=jails) for jails in (True, True, False)])
    rest[:, :2] |= few_beside(cells, event, stays)[:, None]
    days = [np.column_stack([np.array(ends, dtype=object)] * len(parts)) for ends in cells.window(event)]
    return Panel(
        signal=signal,
        places=cells.ids,
        contrasts=contrasts,
        code=code,
        testable=code == 0,
        lacks=lacks,
        notes=_notes(stays, hazard, hours, code),
        extra=_extra(parts, options, code),
        window=(days[0], days[1]),
        # How many are followed is nearly how many there are: less the groups that are compared, the others.
        hidden=stack("hidden") | totals_tell(cells, (event,), unrecorded=True)[:, None] | rest,
        coarse=np.ones(code.shape, dtype=bool),
        stratum=cells.stratum,
        **{name: stack(name) for name in blank(0, 0)},
    )


def _contrast(event: str, key: str, what: str, label: str, scale: str, method: str) -> Contrast:
    why = "limit" if what == "share" else "jail"
    return Contrast(
        key=key,
        group=None,
        reference=None,
        event=event,
        label=label,
        counted="held-longer",
        among=event,
        comparator="limit" if what == "share" else "without-hold",
        why=f"{NAME}.why-{why}",
        shape="described",
        method=method,
        tested=False,
        scale=scale,
        definitions=(f"{NAME}.define-due", f"{NAME}.define-limit", f"{NAME}.define-seen"),
        words=f"{NAME}-{what}",
    )


def _pace(cells: Cells, measured: Measured, people: Counted, compared: Panel, at: dict[str, int]) -> Part:
    """Return what the hazard ratio and the mean hours have in common."""
    first = compared.code[:, 0]
    reasons = {NO_OVERLAP: _OVERLAP, FEW_JAILS: at[_JAILS_FEW.reason], NO_FIT: at[_UNFIT.reason]}
    own = np.array([reasons.get(int(reason), 0) for reason in measured.reason], dtype=np.int64)
    # One outcome only is no reason here: people may leave faster or slower within the limit, or beyond it.
    code = np.where((first > 0) & (first != _ONE_OUTCOME) & (first != _OVERLAP), first, own)
    part = _blank(cells, code)
    fine = code == 0
    for name, values in (("estimate", measured.estimate), ("low", measured.low), ("high", measured.high)):
        part[name] = np.where(fine, values, np.nan)
    # k is the count beyond the limit, as in the comparison: a count of its own would tell who left in between.
    k, n = (values.sum(axis=2) for values in people.shared())
    for name, values in (("k", k[:, 0]), ("n", n[:, 0]), ("comparator_n", n[:, 1])):
        part[name] = np.where(fine, values, np.nan)
    shown = printable(k[:, 0], n[:, 0], cells) & printable(n[:, 1], n[:, 1], cells)
    part["hidden"] = ~shown | _gives_away(cells, compared, k[:, 0], n)
    part["extra"] = {"reference_n": part["comparator_n"], "clusters": np.where(fine, measured.clusters, np.nan)}
    return part


def _gives_away(cells: Cells, compared: Panel, k: Floats, n: Floats) -> Bools:
    """Return where these people differ by 1 to 10 from those of a comparison of everybody by the same clock."""
    found = np.zeros(cells.size, dtype=bool)
    clock = compared.contrasts[0].label.partition("-")[0]
    for c, contrast in enumerate(compared.contrasts):
        if contrast.group is None and contrast.label.startswith(clock):
            others = compared.k[:, c], compared.n[:, c], compared.comparator_n[:, c]
            for mine, other in zip((k, n[:, 0], n[:, 1]), others, strict=True):
                found |= small(np.nan_to_num(np.abs(mine - other)), cells)
            found |= small(np.nan_to_num(np.abs((n[:, 0] - k) - (others[1] - others[0]))), cells)
    return found


def _hazard(measured: Measured) -> Part:
    # Four decimals, and what would round to nothing as the smallest that they can write.
    p = np.maximum(np.round(measured.p, 4), 1e-4)
    return {"own": {"log_rank_z": np.round(measured.z, 2), "log_rank_p": p}}


def _hours(measured: Measured) -> Part:
    # Tenths of an hour: with all digits a mean would tell the exact sum of some people's hours.
    focal, reference = np.round(measured.focal, 1), np.round(measured.reference, 1)
    return {"own": {"focal_hours": focal, "reference_hours": reference}}


def _alone(cells: Cells, stays: Stays, options: HoldTimeOptions, compared: Panel, at: dict[str, int]) -> Part:
    """Return the share of holds beyond the limit, where there is nobody without a hold to compare with."""
    known = stays.known
    holds = known.side == 0
    n, k = known.total(holds), known.total(holds & over(known, options.clock, options.limit))
    unended = known.total(holds & ~known.left)
    blind = stays.total((stays.side == 0) & np.isnan(stays.hours["plain"]))
    first = compared.code[:, 0]
    code = np.where(first == 0, at[IN_COMPARISON.reason], first)
    code[(n > 0) & np.isin(first, (at[HOLDS_ONLY.reason], _ONE_OUTCOME, _OVERLAP))] = 0
    code[(code == 0) & (unended > _MOST * n)] = at[NO_ENDS.reason]
    code[(code == 0) & (blind > _MOST * (n + blind))] = _UNRECORDED
    part = _blank(cells, code)
    fine = code == 0
    low, high = wilson(k, n, LEVEL)
    share = k / np.maximum(n, 1.0)
    for name, value in (("k", k), ("n", n), ("estimate", share), ("low", low), ("high", high)):
        part[name] = np.where(fine, value, np.nan)
    part["hidden"] = ~printable(k, n, cells)
    share_of = {"share": share, "share_low": low, "share_high": high}
    part["extra"] = {name: np.where(fine, value, np.nan) for name, value in share_of.items()}
    return part


def _blank(cells: Cells, code: np.ndarray) -> Part:
    numbers = {name: values[:, 0] for name, values in blank(cells.size, 1).items()}
    return {**numbers, "code": code, "extra": {}, "hidden": np.zeros(cells.size, dtype=bool)}


def _extra(parts: list[Part], options: HoldTimeOptions, code: np.ndarray) -> dict[str, Floats]:
    held = [part["extra"] | part.get("own", {}) for part in parts]
    none = np.full(len(code), np.nan)
    names = sorted({name for extra in held for name in extra})
    found = {name: np.column_stack([extra.get(name, none) for extra in held]) for name in names}
    fixed = {"limit": options.limit, "horizon": options.horizon}
    return found | {name: np.where(code == 0, value, np.nan) for name, value in fixed.items()}


def _notes(stays: Stays, hazard: Measured, hours: Measured, code: np.ndarray) -> dict[str, Bools]:
    fine = code == 0
    pace = np.array([True, True, False])
    weekly = np.column_stack([hazard.weekly, hours.weekly, np.zeros(len(code), dtype=bool)])
    alone = np.column_stack([hazard.clusters == 1, hours.clusters == 1, np.zeros(len(code), dtype=bool)])
    return {
        f"{NAME}.caveat-other": fine,
        f"{NAME}.caveat-who": fine,
        f"{NAME}.caveat-days": fine & whole_days(stays)[:, None],
        f"{NAME}.caveat-drift": fine & hazard.note[:, None] & np.array([True, False, False]),
        f"{NAME}.caveat-jails": fine & pace & (hazard.clusters > 1)[:, None],
        f"{NAME}.caveat-weeks": fine & weekly,
        f"{NAME}.caveat-few-jails": fine & alone & ~weekly,
        f"{NAME}.caveat-alone": fine & ~pace,
    }
