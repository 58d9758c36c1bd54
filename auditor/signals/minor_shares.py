"""Shares of minor traffic offences against nation and state, and the mix of the serious offences beside them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Bools, Cells, Floats
from auditor.signals.baseline import Baseline, Own, national, own_counts, small, statewide
from auditor.signals.offence_counts import (
    MINOR,
    MOST_UNRECORDED,
    REDUCE,
    UNRECORDED,
    OffenceFacts,
    beside_of,
    facts_of,
    own_of,
    reduce_offences,
)
from auditor.signals.shares import ShareColumn
from auditor.signals.signal import Contrast, Lack

EVENTS = ("arrest", "booking", "match", "detainer")
"""Events whose offences are compared, in the order in which they are preferred when equally many places tell them."""

CONTROLS = {
    "homicide-sexual-assault": ("homicide", "sexual-assault"),
    "robbery-aggravated-assault": ("robbery", "aggravated-assault"),
    "burglary-arson": ("burglary", "arson"),
}
"""Pairs of serious classes; the fourth pair is what is left of the whole."""
_SERIOUS = (*(offence for pair in CONTROLS.values() for offence in pair), "vehicle-theft", "theft")

NO_OFFENCE = Lack("minor-traffic.unrecorded", "minor-traffic.need-recorded")
LACKS = (
    Lack("minor-traffic.absent", "minor-traffic.need-offences"),
    Lack("minor-traffic.suppressed", "minor-traffic.need-unsuppressed"),
    Lack("minor-traffic.no-base", "minor-traffic.need-peers"),
    Lack("minor-traffic.not-told-apart", "minor-traffic.need-each-class"),
    NO_OFFENCE,
)


def tested_event(cells: Cells, wanted: str) -> str:
    """Return the event that is compared with the peers."""
    if wanted != "auto":
        return wanted
    known = cells.counts.take(~cells.counts.isin("offence", *UNRECORDED))
    reach = {event: int(REDUCE["minor"](known.where(event=event), cells.size)[2].sum()) for event in EVENTS}
    return max(EVENTS, key=lambda event: (reach[event], -EVENTS.index(event)))


def share_columns(cells: Cells, event: str, *, tested: bool) -> list[ShareColumn]:
    """Return the shares of one event against the nation, and that of both classes against the state."""
    facts = facts_of(cells, event)
    beside = beside_of(cells, event, facts)
    columns = []
    for name in MINOR:
        own = own_of(cells, facts, name)
        base = national(cells, own, REDUCE[name], {"event": event}, beside)
        columns.append(_column(cells, facts, own, event, name, "nation", base, tested=tested and name == "minor"))
        if name == "minor":
            columns.append(_column(cells, facts, own, event, name, "state", statewide(cells, own), tested=False))
    return columns


def control_columns(cells: Cells, event: str) -> list[ShareColumn]:
    """Return the shares of pairs of serious classes among the serious offences, where any place tells them."""
    facts = facts_of(cells, event)
    parts = facts.rows.cube(cells.size, "offence", _SERIOUS).values
    hidden = facts.coarse | small(parts, cells).any(axis=1)
    beside = beside_of(cells, event, facts)
    columns = []
    for name, pair in CONTROLS.items():
        reduce = reduce_offences(pair, _SERIOUS)
        own = own_counts(cells, facts.rows, reduce, hidden)
        base = national(cells, own, reduce, {"event": event}, beside)
        column = _column(cells, facts, own, event, name, "nation", base, tested=False)
        if (column.code == 0).any():
            columns.append(column)
    return columns


def _codes(facts: OffenceFacts, own: Own, enough: Bools) -> NDArray[np.int64]:
    """Return 0 where measurable, else the number of the reason (1-based into :data:`LACKS`)."""
    code = np.zeros(len(facts.told), dtype=np.int64)
    code[~enough] = 3
    code[~own.known] = 4
    code[facts.missing > MOST_UNRECORDED] = 5
    code[facts.censored] = 2
    code[~(facts.everyone > 0)] = 1
    return code


def _column(
    cells: Cells, facts: OffenceFacts, own: Own, event: str, name: str, where: str, base: Baseline, *, tested: bool
) -> ShareColumn:
    code = _codes(facts, own, base.enough(cells))
    contrast = Contrast(
        key=f"{event}/{name}/{where}",
        group=None,
        reference=None,
        event=event,
        label=name,
        counted=name,
        among=event,
        comparator=where,
        why=f"minor-traffic.why-{where}",
        shape="share",
        method="ratio of shares (score interval)",
        tested=tested,
        definitions=("minor-traffic.define-minor", "minor-traffic.define-most-serious"),
    )
    every = code == 0
    notes = {
        "minor-traffic.caveat-law": every & tested,
        "minor-traffic.caveat-citations": every & tested & (event in ("arrest", "booking")),
        "minor-traffic.caveat-folded": every & (name != "minor") & _folded(cells, facts),
    }
    return ShareColumn(contrast, own, base, code, _missing(cells, facts), facts.censored, notes, missing_of="offence")


def _folded(cells: Cells, facts: OffenceFacts) -> Bools:
    """Return where only one of the two classes was met: the other may be part of it."""
    held = facts.rows.cube(cells.size, "offence", MINOR["minor"]).values > 0
    return np.asarray(held.any(axis=1) & ~held.all(axis=1), dtype=bool)


def _missing(cells: Cells, facts: OffenceFacts) -> Floats:
    missing = facts.missing.copy()
    missing[small(facts.everyone - facts.told, cells)] = np.nan
    return missing
