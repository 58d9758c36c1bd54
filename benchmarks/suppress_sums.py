"""Of which places a printed sum is: every choice of places whose true counts add up to it."""

from __future__ import annotations

from collections.abc import Sequence

MOST = 36
"""Places in doubt that are tried; the two halves of them have a quarter of a million choices each."""
FITS = 8
"""Choices that are returned at most."""

Counts = tuple[int, ...]


def fitting(counts: Sequence[Counts], totals: Counts) -> list[tuple[int, ...]]:
    """Return the choices of places whose counts add up to several totals at once.

    Parameters
    ----------
    counts : sequence of tuples of int
        Of every place in doubt, one count for each total.
    totals : tuple of int

    Returns
    -------
    list of tuples of int
        Positions in ``counts``, places without any case left out; the first :data:`FITS` choices.

    Raises
    ------
    ArithmeticError
        With more than :data:`MOST` places in doubt, or where no choice adds up to the totals.
    """
    some = [at for at, own in enumerate(counts) if any(own)]
    if len(some) > MOST:
        raise ArithmeticError(f"{len(some)} places may be part of {totals} or not")
    first, second = some[: len(some) // 2], some[len(some) // 2 :]
    sums: dict[Counts, list[tuple[int, ...]]] = {}
    for chosen, value in _choices(counts, first, len(totals)):
        sums.setdefault(value, []).append(chosen)
    found: list[tuple[int, ...]] = []
    for chosen, value in _choices(counts, second, len(totals)):
        rest = tuple(total - own for total, own in zip(totals, value, strict=True))
        found += [(*half, *chosen) for half in sums.get(rest, ())]
        if len(found) >= FITS:
            break
    if not found:
        raise ArithmeticError(f"{totals} is the sum of no places")
    return found[:FITS]


def _choices(counts: Sequence[Counts], places: Sequence[int], width: int) -> list[tuple[tuple[int, ...], Counts]]:
    """Return every choice of some places, with its sums."""
    made: list[tuple[tuple[int, ...], Counts]] = [((), (0,) * width)]
    for at in places:
        own = counts[at]
        made += [((*chosen, at), tuple(a + b for a, b in zip(value, own, strict=True))) for chosen, value in made]
    return made
