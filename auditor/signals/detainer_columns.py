"""Shares of detainers as columns of a panel: compared with the peers, or stated, within one regime of the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Bools, Cells, Floats
from auditor.domain.policy_dates import REGIMES
from auditor.signals.baseline import Baseline, Own, elsewhere, small, statewide
from auditor.signals.detainer_rows import Detainers, Mix
from auditor.signals.shares import ShareColumn
from auditor.signals.signal import Contrast
from auditor.signals.stated import ABSENT, SUPPRESSED, TOO_FEW, StatedColumn, share_column


def regimes_met(mix: Mix, least: float) -> list[int]:
    """Return the regimes in which some place has enough detainers of known kind for anything to be said."""
    return [r for r in range(len(REGIMES)) if (mix.n[:, r] >= least).any()]


def main_regime(mix: Mix) -> int:
    """Return the regime with most detainers of known kind over all places."""
    return int(np.argmax(mix.n.sum(axis=0)))


def own_of(mix: Mix, kinds: Sequence[int], regime: int) -> Own:
    """Count some kinds among those known in one regime."""
    k, n = mix.parts[:, regime, list(kinds)].sum(axis=1), mix.n[:, regime]
    shown = (n > 0) & ~mix.hidden[:, regime, list(kinds)].any(axis=1)
    return Own(k, n, n > 0, shown, *mix.window(regime))


def missing_share(mix: Mix, regime: int) -> Floats:
    """Return the share of a regime's detainers whose kind is unknown or blank, NaN where there are none."""
    gone = mix.missing[:, regime].sum(axis=1)
    every = gone + mix.n[:, regime]
    return np.divide(gone, every, out=np.full(len(every), np.nan), where=every > 0)


def _unrecognised(cells: Cells, mix: Mix, regime: int) -> Floats:
    """Return the share of a regime's detainers of which something is written that no vocabulary holds."""
    unknown = mix.missing[:, regime, 0]
    every = mix.n[:, regime] + mix.missing[:, regime].sum(axis=1)
    # Beside what is missing in all, one of its two parts tells the other.
    told = (every > 0) & ~small(mix.missing[:, regime], cells).any(axis=1)
    return np.divide(unknown, every, out=np.full(len(every), np.nan), where=told)


def codes(
    found: Detainers, own: Own, base: Baseline, cells: Cells, unrecorded: Bools | None = None
) -> NDArray[np.int64]:
    """Return 0 where measurable, else 1 absent, 2 suppressed, 3 nothing to compare with, 4 mostly unrecorded."""
    code = np.zeros(cells.size, dtype=np.int64)
    code[~base.enough(cells)] = 3
    if unrecorded is not None:
        code[unrecorded] = 4
    code[found.censored] = 2
    code[~own.known] = 1
    return code


def compared(
    cells: Cells,
    found: Detainers,
    own: Own,
    contrast: Mapping[str, Contrast],
    missing: Floats,
    unrecorded: Bools | None,
    notes: Mapping[str, Bools],
    missing_of: str,
) -> dict[str, ShareColumn]:
    """Return one share against the other places of the audit (``"nation"``) and of the state.

    Parameters
    ----------
    contrast : mapping
        The contrast of each comparison.
    unrecorded : (J,) bool array or None
        Where too much is missing for a share to say anything.
    """
    columns = {}
    for where, base in (("nation", elsewhere(cells, own)), ("state", statewide(cells, own))):
        if where not in contrast:
            continue
        code = codes(found, own, base, cells, unrecorded)
        told = {name: mask & (code == 0) for name, mask in notes.items()}
        columns[where] = ShareColumn(
            contrast[where], own, base, code, missing, found.censored, told, missing_of=missing_of
        )
    return columns


def preferred(columns: Sequence[ShareColumn]) -> list[Bools]:
    """Return where each of several columns is the one that speaks: the measured one with most detainers."""
    n = np.stack([np.where(column.code == 0, column.own.n, -1.0) for column in columns], axis=1)
    best = np.argmax(n, axis=1)
    return [np.asarray(best == i, dtype=bool) for i in range(len(columns))]


def stated(
    cells: Cells,
    found: Detainers,
    mix: Mix,
    kinds: Sequence[int],
    regime: int,
    contrast: Contrast,
    missing_of: str,
    notes: Mapping[str, Bools],
    bounds: bool = True,
) -> StatedColumn:
    """Return a stated share of one kind in one regime, with what the missing ones could do to it."""
    k, n = mix.parts[:, regime, list(kinds)].sum(axis=1), mix.n[:, regime]
    gone = mix.missing[:, regime].sum(axis=1)
    code = np.zeros(cells.size, dtype=np.int64)
    code[n < cells.gates["persons"]] = TOO_FEW
    code[found.censored] = SUPPRESSED
    code[~(n > 0)] = ABSENT
    gone = np.where(gone > 0, gone, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        range_ = (k / (n + gone), (k + gone) / (n + gone))
    return share_column(
        contrast,
        k,
        n,
        (mix.shares.low[:, regime, kinds[0]], mix.shares.high[:, regime, kinds[0]]),
        code,
        np.asarray(mix.hidden[:, regime, list(kinds)].any(axis=1), dtype=bool),
        mix.window(regime),
        found.censored,
        missing={
            missing_of: missing_share(mix, regime),
            f"{missing_of}-unrecognised": _unrecognised(cells, mix, regime),
        },
        ranges={f"{missing_of}-unrecorded": range_} if bounds else {},
        range_hidden=mix.bare[:, regime],
        notes={name: mask & (code == 0) for name, mask in notes.items()},
    )
