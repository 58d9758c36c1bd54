"""Comparisons of how arrests ended: which cases each is about, and what is said beside it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from auditor.cells import Bools, Cells, RowTable
from auditor.signals.blank_group import blank_group
from auditor.signals.cases import UNCLASSED, beside_compared, of_groups, of_unknown_group, present, unclassed
from auditor.signals.charges import Charges, Ends, ends_of, ranges_of, tally, tells_ranges, tells_rest
from auditor.signals.pair_measure import METHOD_TOGETHER, PairColumn
from auditor.signals.signal import Contrast, Lack, Panel
from auditor.signals.together import together_of

WORDS = "no-charge"
_BY: dict[str, tuple[str, ...]] = {
    "offence": ("offence",), "offence-agency": ("offence", "agency"), "overall": (), "discretionary": ("offence",),
}  # fmt: skip
_MOST_TAKEN = 0.5
_UNEVEN = 0.05


def charge_columns(
    cells: Cells,
    rows: RowTable,
    event: str,
    group: str,
    names: Sequence[str],
    ice: str,
    *,
    control: bool = False,
) -> list[PairColumn]:
    """Return the comparisons of one group with the reference group, the first of them the tested one.

    Parameters
    ----------
    cells : Cells
    rows : RowTable
        Of the event.
    event, group : str
    names : sequence of str
        Of "offence", "offence-agency", "overall" and "discretionary".
    ice : {"detainer", "transfer"}
        Whether a detainer alone makes a case immigration custody's.
    control : bool
        Whether none of them is tested.
    """
    ends = ends_of(rows, ice)
    earlier: list[Charges] = []
    found = []
    for name in names:
        kept = _kept(cells, rows, name)
        charges = tally(rows, cells.size, (group, cells.reference_group), ends.within(kept), _BY[name])
        contrast = _contrast(group, cells.reference_group, event, name, tested=not control and name == names[0])
        column = _column(cells, rows, ends.within(kept), charges, contrast)
        withheld = _withheld(cells, rows, ends, charges, (group, cells.reference_group), name)
        hidden = tells_ranges(cells, charges, earlier)
        groups = (group, cells.reference_group)
        blank = blank_group(rows, cells, groups, told=ends.told & kept, hit=ends.hit, by=_BY[name])
        units = together_of(rows, cells.size, groups, told=ends.told & kept, hit=ends.hit, by=_BY[name])
        whole = of_groups(rows, cells.size, groups)
        column = dataclasses.replace(column, withheld=withheld, range_hidden=hidden, blank=blank)
        beside = beside_compared(rows, cells.size, groups, ends.told & kept, _BY[name]) if _BY[name] else None
        column = dataclasses.replace(column, whole=whole, units=units, missing_hidden=hidden, beside=beside)
        found.append(dataclasses.replace(column, hidden=tells_rest(cells, charges, earlier, whole[:, :2])))
        earlier.append(charges)
    return found


def _kept(cells: Cells, rows: RowTable, name: str) -> Bools:
    """Return the rows of a comparison: those with a class of offence where offences are its strata."""
    offence = rows.columns["offence"].astype(str)
    if name == "overall":
        return np.ones(len(offence), dtype=bool)
    if name == "discretionary":
        wanted = [key for key, side in cells.classes.items() if side == "discretionary"]
        return np.isin(offence, wanted)
    return ~np.isin(offence, UNCLASSED)


def _column(cells: Cells, rows: RowTable, ends: Ends, charges: Charges, contrast: Contrast) -> PairColumn:
    ranges, extra = ranges_of(charges)
    unknown = of_unknown_group(rows, cells.size, ends.told | ends.open)
    every = np.ones(cells.size, dtype=bool)
    told = present(rows.take(rows.columns["ice"].astype(str) != ""), cells.size)
    surname = "surname" in set(rows.columns["group_source"].astype(str).tolist())
    notes = {
        "no-charge.caveat-prosecutor": every,
        "no-charge.caveat-ice-unknown": ~told,
        "no-charge.caveat-surname": every & surname,
    }
    return PairColumn(contrast, charges.counted, present(rows, cells.size), unknown, notes, extra, ranges)


def _withheld(
    cells: Cells, rows: RowTable, ends: Ends, charges: Charges, groups: tuple[str, str], name: str
) -> tuple[tuple[Lack, Bools], ...]:
    """Return where most cases of a group were taken by ICE, or too many have no class of offence."""
    taken = charges.taken.sum(axis=2)
    every = taken + charges.open.sum(axis=2) + charges.counted.n.sum(axis=2)
    mostly = (Lack("no-charge.mostly-taken", "no-charge.need-own"), (taken > _MOST_TAKEN * every).any(axis=1))
    if name in ("overall", "discretionary"):
        return (mostly,)
    bare = unclassed(rows, cells.size, groups, ends.told)
    return ((Lack("no-charge.no-offence", "no-charge.need-offence"), bare), mostly)


def _contrast(group: str, reference: str, event: str, name: str, *, tested: bool) -> Contrast:
    return Contrast(
        key=f"{group}/{reference}/{name}",
        group=group,
        reference=reference,
        event=event,
        label=name,
        counted="uncharged",
        among=event,
        comparator="cases-of-reference",
        why=f"no-charge.why-{name}",
        shape="pair",
        method=METHOD_TOGETHER,
        tested=tested,
        definitions=("no-charge.define-share", "no-charge.define-own", "no-charge.define-ratio"),
        words=WORDS,
    )


def noted(panel: Panel) -> Panel:
    """Add the caveats that rest on what was measured."""
    taken = panel.extra["taken"] + panel.extra["reference_taken"] > 0
    shown = panel.measured & taken if panel.range_hidden is None else panel.measured & taken & ~panel.range_hidden
    limits = np.isfinite(panel.extra["taken_low"]) & np.isfinite(panel.extra["taken_high"])
    notes = {
        "no-charge.caveat-taken": shown & ~limits,
        "no-charge.caveat-taken-limits": shown & limits,
        "no-charge.caveat-taken-few": panel.measured & taken & ~shown,
        "no-charge.caveat-even": shown & np.isfinite(panel.extra["taken_even"]),
        "no-charge.caveat-uneven": panel.testable & (panel.extra["strata_p"] < _UNEVEN),
    }
    return dataclasses.replace(panel, notes={**panel.notes, **notes})
