"""Withheld values: a column that is redacted throughout is absent, a redacted cell is missing, and both are noted."""

from __future__ import annotations

from collections.abc import Collection

from auditor.records.absent import cut, redacted
from auditor.records.columns import key
from auditor.records.rearrange import Rearranged

WITHHELD = "withheld"
"""Written where a blank would mean something else."""


def settle_redaction(work: Rearranged, *, telling: Collection[str] = ()) -> None:
    """Take out what is redacted.

    Parameters
    ----------
    work : Rearranged
        Its wholly redacted columns are left out, its redacted cells blanked.
    telling : collection of str
        Columns of which a blank means something: a redacted cell there says so, and is not blank.
    """
    kept = {key(name) for name in telling}
    hidden = {i: rows for i, rows in work.each(f"count(*) FILTER ({redacted('{cell}')})").items() if rows}
    filled = work.each(f"count(*) FILTER ({cut('{cell}')} <> '')", list(hidden))
    whole = [i for i, rows in hidden.items() if rows == filled[i]]
    part = [i for i in hidden if i not in whole]
    names = work.raw.columns
    for index in part:
        cell = work.cell(names[index])
        instead = WITHHELD if key(names[index]) in kept else ""
        work.rewrite(index, f"CASE WHEN {redacted(cell)} THEN '{instead}' ELSE {cell} END")
    if part:
        work.note(f"redacted in some rows, where they are read as missing: {_listed(work, part)}")
    if whole:
        work.note(f"columns redacted throughout, left out: {_listed(work, whole)}")
    for index in whole:
        work.leave_out(index)


def _listed(work: Rearranged, indices: Collection[int]) -> str:
    return ", ".join(work.raw.columns[index] for index in sorted(indices))
