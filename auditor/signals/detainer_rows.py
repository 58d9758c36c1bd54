"""Detainers of every place from single rows: what they are made up of, within each regime of the rules."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Bools, Cells, Floats, RowTable, Texts
from auditor.domain.detainers import OUTCOMES, UNKNOWN, ending_of, outcome_of
from auditor.domain.policy_dates import REGIMES, regime_of
from auditor.signals.baseline import small
from auditor.signals.concealment import NEVER, concealed
from auditor.signals.share_change import LEVEL
from auditor.signals.timeline import Timeline, timeline
from auditor.stats.composition.shares import Composition, composition

SINGLE = ("detainer", "match", "booking", "arrest", "custody")
"""Events whose rows may tell of a detainer, its own first."""

KEYS = ("event", "offence", "detainer", "detainer_month", "detainer_period")


@dataclass(frozen=True)
class Detainers:
    """Rows of detainers.

    Attributes
    ----------
    event : str
        Event whose rows they are; empty where there are none.
    rows : RowTable
    whole : (J,) array
        All of them.
    censored : (J,) bool array
        Where a suppressed number is part of them.
    """

    event: str
    rows: RowTable
    whole: Floats
    censored: Bools


def detainers_of(cells: Cells) -> Detainers:
    """Find the rows of detainers: their own, else other events at which one was lodged.

    Raises
    ------
    ValueError
        When the cells hold no single rows: the signal's view must ask for them.
    """
    rows = cells.rows
    if rows is None:
        raise ValueError("the cells hold no single rows: the signal's view must ask for them")
    event = rows.columns["event"].astype(str)
    lodged = (event == "detainer") | (rows.columns["detainer"] == 1) | (rows.columns["detainer_period"] != "")
    size = {name: float(rows.n[lodged & (event == name)].sum()) for name in SINGLE}
    found = "detainer" if size["detainer"] else max(SINGLE, key=lambda name: (size[name], -SINGLE.index(name)))
    kept = rows.take(lodged & (event == found))
    whole = np.bincount(kept.index, weights=kept.n, minlength=cells.size).astype(float)
    censored = np.zeros(cells.size, dtype=bool)
    censored[kept.index[kept.censored]] = True
    return Detainers(found if len(kept.n) else "", kept, whole, censored)


def kinds_of(rows: RowTable, key: str, reading: Callable[[str], str], names: tuple[str, ...]) -> NDArray[np.int64]:
    """Return the position of each row's value among some names; then what is unknown, then what is blank."""
    texts = rows.columns[key].astype(str)
    found = {text: reading(text) for text in np.unique(texts).tolist()}
    at = {name: i for i, name in enumerate((*names, UNKNOWN, ""))}
    return np.array([at[found[text]] for text in texts.tolist()], dtype=np.int64)


@dataclass(frozen=True)
class Mix:
    """What detainers are made up of, for J places, R regimes and K kinds.

    Attributes
    ----------
    line : Timeline
        With two further kinds: unknown and blank.
    regime : (T,) int array
        Regime of each step.
    parts : (J, R, K) array
    missing : (J, R, 2) array
        Unknown, and blank.
    shares : Composition
    hidden : (J, R, K) bool array
        Which shares may not be printed.
    bare : (J, R) bool array
        Where the missing ones may not be printed.
    """

    line: Timeline
    regime: NDArray[np.int64]
    parts: Floats
    missing: Floats
    shares: Composition
    hidden: NDArray[np.bool_]
    bare: Bools

    @property
    def n(self) -> Floats:
        """Detainers of known kind, (J, R)."""
        return np.asarray(self.parts.sum(axis=2))

    def window(self, regime: int) -> tuple[Texts, Texts]:
        """Return the days of the months with detainers of known kind in one regime, by place."""
        held = self.line.counts[:, :, : self.parts.shape[2]].sum(axis=2) > 0
        return self.line.window(held & (self.regime == regime))


def mix_of(
    cells: Cells, found: Detainers, kind: NDArray[np.int64], kinds: int, unprinted: Collection[int] = ()
) -> Mix | None:
    """Count detainers by kind within each regime; None where no row has a month and a regime.

    Parameters
    ----------
    cells : Cells
    found : Detainers
    kind : (R,) int array
        0 to K - 1, K where unknown, K + 1 where blank.
    kinds : int
        K, at least 2.
    unprinted : collection of int
        Kinds that are never printed.
    """
    line = timeline(found.rows, cells.size, kind, kinds + 2, "detainer_month", "detainer_period")
    if not line.months:
        return None
    regime = np.array([REGIMES.index(regime_of(period)) for period in line.periods], dtype=np.int64)
    size = len(REGIMES)
    every = np.stack([line.counts[:, regime == r].sum(axis=1) for r in range(size)], axis=1)
    parts, missing = every[:, :, :kinds], every[:, :, kinds:]
    # An empty month for each regime, so that there are shares of all of them.
    padded = np.concatenate([line.counts[:, :, :kinds], np.zeros((cells.size, size, kinds))], axis=1)
    # Two shares that add up to 1 are one, and need no limits for both at once.
    level = 1 - 2 * (1 - LEVEL) if kinds == 2 else LEVEL
    shares = composition(padded, np.concatenate([regime, np.arange(size)]), level=level)
    blocks = [NEVER if i in unprinted else i for i in range(kinds)]
    hidden, bare = _hidden(cells, found, parts, missing, blocks)
    return Mix(line, regime, parts, missing, shares, hidden, bare)


def _hidden(
    cells: Cells, found: Detainers, parts: Floats, missing: Floats, blocks: Sequence[int]
) -> tuple[NDArray[np.bool_], Bools]:
    """Return which shares, and which missing ones, may not be printed.

    A share gives its own count and how many are of known kind in the regime. So the kinds of a regime are parts of a
    whole, and the regimes with what is missing in them are parts of all detainers, of which other findings tell.
    """
    n, gone = parts.sum(axis=2), missing.sum(axis=2)
    rest = found.whole - n.sum(axis=1) - gone.sum(axis=1)
    size = n.shape[1]
    above = concealed(np.column_stack([n, gone, rest]), cells, [*range(2 * size), NEVER])
    bare = np.asarray(above[:, size : 2 * size] | small(gone, cells), dtype=bool)
    # The regime's detainers less those of known kind.
    closed = above[:, :size] | small(gone, cells)
    hidden = np.stack([concealed(parts[:, r], cells, blocks) for r in range(size)], axis=1)
    left = np.stack([small(n[:, [r]] - parts[:, r], cells) for r in range(size)], axis=1)
    return np.asarray(hidden | left | closed[:, :, None], dtype=bool), bare


OUTCOME_NAMES = tuple(OUTCOMES)
LEFT_OVER = OUTCOME_NAMES.index("otherwise")
"""People who were gone: what is left of all outcomes once the others are told, and not printed by itself."""


def outcomes_of(found: Detainers) -> NDArray[np.int64]:
    """Return how each row's detainer ended, as a position among the groups of outcomes; then unknown, then blank."""
    return kinds_of(found.rows, "lift_reason", lambda text: outcome_of(ending_of(text)), OUTCOME_NAMES)


def outcome_mix(cells: Cells, found: Detainers) -> Mix | None:
    """Count detainers by how they ended, in the groups of :data:`auditor.domain.detainers.OUTCOMES`."""
    return mix_of(cells, found, outcomes_of(found), len(OUTCOME_NAMES), (LEFT_OVER,))
