"""What of a file somebody will read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wanted:
    """The columns of a file that may be read.

    Attributes
    ----------
    columns : frozenset of int
        Their positions: all that have a canonical name, and those that number records or bookings.
    numbers : frozenset of int
        Those among them that number records and are read for nothing else.
    cells : frozenset of int
        Those that are read even where nothing is asked of single rows.
    alike : bool
        Whether nothing is asked of single rows, so that rows alike are counted and never told apart.
    """

    columns: frozenset[int]
    numbers: frozenset[int]
    cells: frozenset[int]
    alike: bool
