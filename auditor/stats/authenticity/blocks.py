"""Copy-and-paste blocks: the same sequence of rows twice.

Rows that are alike follow each other in honest files too (a shift of speeding stops), but they do so in either
direction. A pasted block repeats its rows forwards. So forward repeats are set against repeats of the sequence read
backwards, which no pasting makes and every honest habit does.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from auditor.stats.checks import Array, inside_unit
from auditor.stats.strata.hypergeometric_sums import positions

#: Shortest repeat that counts as a block, and longest looked for.
SHORTEST, LONGEST = 3, 400
#: Backward repeats of one length from which their number is believed.
_ENOUGH = 30


@dataclass(frozen=True, slots=True)
class CopiedBlocks:
    """Repeats of each of J sequences.

    Attributes
    ----------
    rows : ndarray of int, shape (J,)
    forwards, backwards : ndarray of int, shape (J,)
        Separate repeats of ``shortest`` rows or more, read forwards and read backwards.
    longest : ndarray of int, shape (J,)
        Rows of the longest forward repeat (0 without any), at most 400 are looked for.
    covered : ndarray of int, shape (J,)
        Rows that stand in a forward repeat of ``shortest`` rows or more (both copies).
    p_count : ndarray, shape (J,)
        Binomial chance of so many of the repeats running forwards, were both directions alike.
    p_longest : ndarray, shape (J,)
        Chance of a repeat as long, if each further row agrees as often as backwards (upper confidence limit).
    p : ndarray, shape (J,)
        Twice the smaller of the two, at most 1.
    """

    rows: NDArray[np.int64]
    forwards: NDArray[np.int64]
    backwards: NDArray[np.int64]
    longest: NDArray[np.int64]
    covered: NDArray[np.int64]
    p_count: Array
    p_longest: Array
    p: Array


def copied_blocks(
    code: ArrayLike, sequence: ArrayLike, sequences: int, shortest: int = SHORTEST, level: float = 0.99
) -> CopiedBlocks:
    """Look for repeated blocks in each sequence.

    Parameters
    ----------
    code : array_like of int, shape (N,)
        Code of each row over the columns that a paste would copy (not dates or running numbers), in the order of the
        file. The more columns, the sharper the test; rows of one common kind should be few.
    sequence : array_like of int, shape (N,)
        Sequence of each row, 0 to sequences - 1: one an officer or a file.
    sequences : int
        How many there are.
    shortest : int
        Fewest rows of a block, 2 or more.
    level : float
        Of the upper limit of the backward rate of agreement, in (0, 1).

    Returns
    -------
    CopiedBlocks

    Raises
    ------
    ValueError
        If shapes, kinds or ranges are wrong, or shortest is below 2.

    Notes
    -----
    Repeats are maximal matches of two stretches, counted once each by length (windows that agree, less those that agree
    one row longer). Assumes that honest sequences look the same read either way.
    """
    if shortest < 2:
        raise ValueError(f"shortest must be 2 or more, got {shortest}")
    inside_unit("level", level)
    values = np.asarray(code)
    if values.ndim != 1 or (values.size and values.dtype.kind not in "iu"):
        raise ValueError(f"code must hold one whole number a row, got {values.dtype} of shape {values.shape}")
    where = positions("sequence", sequence, sequences, values.shape)
    order = np.argsort(where, kind="stable")
    ends = np.searchsorted(where[order], np.arange(sequences + 1))
    rows = [_sequence(values[order[a:b]], shortest, level) for a, b in pairwise(ends)]
    table = np.array(rows, dtype=float).reshape(-1, 7)
    whole = table[:, :5].astype(np.int64)
    p = np.minimum(2 * np.minimum(table[:, 5], table[:, 6]), 1.0)
    n, forwards, backwards, longest, covered = whole.T
    return CopiedBlocks(n, forwards, backwards, longest, covered, table[:, 5], table[:, 6], p)


def _sequence(code: NDArray[np.generic], shortest: int, level: float) -> tuple[float, ...]:
    n = code.size
    forward, backward, covered = _repeats(code, shortest)
    longest = len(forward)
    if n <= shortest or not longest:
        return n, 0, 0, longest if longest >= shortest else 0, 0, 1.0, 1.0
    ahead, behind = (_maximal(c, shortest) for c in (forward, backward))
    p_count = float(special.bdtrc(ahead - 1, ahead + behind, 0.5)) if ahead > 0 else 1.0
    p_longest = _long(longest, forward[0], backward, level)
    reached = longest if longest >= shortest else 0
    return n, ahead, behind, reached, covered, p_count, p_longest if reached else 1.0


def _long(longest: int, start: int, backward: list[int], level: float) -> float:
    """Chance of a forward repeat as long, going on from the longest backward repeats of which there are enough.

    Each further row agrees with the largest rate seen backwards at any length (upper limit): where like follows like,
    windows that agree in many rows go on agreeing more easily.
    """
    enough = [i for i, pairs in enumerate(backward) if pairs >= _ENOUGH]
    last = enough[-1] if enough else 0
    if longest <= last + 1:
        return 1.0
    pairs = backward[last] if enough else start
    rates = [_upper(backward[i + 1] if i + 1 < len(backward) else 0, backward[i], level) for i in range(last + 1)]
    return float(-np.expm1(-pairs * max(rates, default=1.0) ** (longest - last - 1)))


def _upper(hits: int, tries: int, level: float) -> float:
    """Clopper and Pearson's upper limit of a rate."""
    return float(special.betaincinv(hits + 1, tries - hits, level)) if hits < tries else 1.0


def _maximal(pairs: list[int], shortest: int) -> int:
    """Repeats of that length or more, each counted once: windows that agree less those that agree one row longer."""
    at = pairs[shortest - 1] if len(pairs) >= shortest else 0
    longer = pairs[shortest] if len(pairs) > shortest else 0
    return max(at - longer, 0)


def _repeats(code: NDArray[np.generic], shortest: int) -> tuple[list[int], list[int], int]:
    """Pairs of windows of 1, 2, ... rows that agree, forwards and backwards; rows covered by the shortest blocks."""
    n = code.size
    step = np.unique(code, return_inverse=True)[1].ravel()
    both = np.concatenate([step, step[::-1]])
    ahead, behind, covered, window = [], [], 0, both
    for length in range(1, min(n, LONGEST) + 1):
        starts = n - length + 1
        if length > 1:
            # A window of one row more: the window's number and the row that follows, in both readings.
            old = np.concatenate([window[:starts], window[starts + 1 : 2 * starts + 1]])
            after = np.concatenate([step[length - 1 :], step[::-1][length - 1 :]])
            window = np.unique(old.astype(np.int64) * (step.max() + 1) + after, return_inverse=True)[1].ravel()
        kinds = int(window.max()) + 1
        one = np.bincount(window[:starts], minlength=kinds)
        other = np.bincount(window[starts:], minlength=kinds)
        pairs = int((one * (one - 1)).sum()) // 2
        if pairs == 0:
            break
        ahead.append(pairs)
        # A window that reads the same either way meets itself once; every other pair is met twice.
        itself = int((window[:starts] == window[starts:][::-1]).sum())
        behind.append((int((one * other).sum()) - itself) // 2)
        if length == shortest:
            marks = np.zeros(n + 1, dtype=np.int64)
            again = np.flatnonzero(one[window[:starts]] > 1)
            np.add.at(marks, again, 1)
            np.add.at(marks, again + length, -1)
            covered = int((np.cumsum(marks)[:-1] > 0).sum())
    return ahead, behind, covered
