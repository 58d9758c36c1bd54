"""Stops of the officers of one place, pooled and weighted: what is counted, and who is compared with whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from auditor.cells import Bools
from auditor.signals.officers.rows import Ints, Records
from auditor.stats.officer.benchmark import Gates, OfficerBenchmark, benchmark_officers
from auditor.stats.officer.cells import OfficerPool, pool_cells

LEAST_CONTROL = 0.05
"""Share of all stops below which another group is no control: counts that small have another shape."""


@dataclass(frozen=True)
class Plan:
    """What is compared, and how.

    Attributes
    ----------
    focal : tuple of str
    reference : str
    rate : float
        False discovery rate.
    offence : bool
    expected : float
        Fewest stops of the group, and of everybody else, an officer on average.
    gates : Gates
    """

    focal: tuple[str, ...]
    reference: str
    rate: float
    offence: bool
    expected: float
    gates: Gates


def is_group(records: Records, rows: Ints, group: str) -> Bools:
    """Return which rows are of a group."""
    if group not in records.groups:
        return np.zeros(len(rows), dtype=bool)
    return np.asarray(records.group[rows] == records.groups.index(group))


def controls_of(records: Records, rows: Ints, plan: Plan) -> Iterator[str]:
    """Yield groups that nobody asked about and that are common enough; the reference group mirrors the focal one."""
    known = rows[records.group[rows] >= 0]
    total = np.bincount(records.group[known], records.n[known], len(records.groups))
    apart = {plan.reference, "other", "multiple", *plan.focal}
    for name, size in zip(records.groups, total, strict=True):
        if name not in apart and size >= LEAST_CONTROL * total.sum():
            yield name


def benchmark_rows(
    records: Records, rows: Ints, levels: Ints, counted: Sequence[Bools], plan: Plan
) -> tuple[Ints, OfficerBenchmark]:
    """Compare the officers of some rows with their colleagues.

    Parameters
    ----------
    records : Records
    rows : (R,) int array
        Of one place, each with an officer.
    levels : (R, V) int array
        The mix, as :func:`auditor.signals.officers.mix.mix_of` gives it.
    counted : sequence of (R,) bool array
        Rows that each outcome counts.
    plan : Plan

    Returns
    -------
    codes : (J,) int array
        ``officer_code`` of each officer.
    result : OfficerBenchmark
        Its focal outcome is the first; the others are its controls.

    Raises
    ------
    NotConverged
        If the model of colleagues' outcomes does not settle.
    """
    codes, who = np.unique(records.officer[rows], return_inverse=True)
    unit = np.zeros(len(codes), dtype=np.int64)
    unit[who] = records.agency[rows]
    return codes, benchmark_officers(_pool(records, rows, who, levels, counted), unit=unit, gates=plan.gates)


def _pool(records: Records, rows: Ints, who: Ints, levels: Ints, counted: Sequence[Bools]) -> OfficerPool:
    n = records.n[rows].astype(np.int64)
    outcomes = [np.where(mask, n, 0) for mask in counted]
    rest = np.stack(outcomes[1:], axis=1) if len(outcomes) > 1 else None
    return pool_cells(who, levels, n, outcomes[0], rest)
