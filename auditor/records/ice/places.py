"""Where ICE's tables say that something happened: marks of a missing place blanked, and states that were filled in."""

from __future__ import annotations

from auditor.records.absent import cut, given
from auditor.records.private import said_of
from auditor.records.rearrange import Rearranged
from auditor.records.sheet import literal
from auditor.records.words import NORTH_DAKOTA


def blank_missing(work: Rearranged, *names: str, states: tuple[str, ...] = ()) -> None:
    """Blank the marks for a missing place: these tables are written by R, whose mark for it is a bare NA.

    Parameters
    ----------
    work : Rearranged
    *names : str
        Columns of counties and the like.
    states : tuple of str
        Columns of states, in which ND is North Dakota, and no mark for what is missing.
    """
    for name in (*names, *states):
        index = work.position(name)
        if index is not None:
            cell = work.cell(name)
            there = f"lower({cut(cell)}) = {literal(NORTH_DAKOTA)} OR {given(cell)}" if name in states else given(cell)
            work.rewrite(index, f"CASE WHEN {there} THEN {cell} ELSE '' END")


def note_filled_states(work: Rearranged, filled: str, original: tuple[str, ...]) -> None:
    """Note in how many rows the state is not ICE's, but inferred by the publisher from a landmark or an office."""
    if not (work.header(filled) and work.header(*original)):
        return
    rows = work.count("true")[0]
    found, _ = work.count(f"{cut(work.cell(*original))} = '' AND {cut(work.cell(filled))} <> ''")
    if found:
        work.note(
            f"state not in ICE's own column but inferred by the publisher from a landmark or an office: "
            f'{said_of(found, rows)}; columns = {{ state = "{work.header(*original)}" }} reads only what ICE wrote'
        )
