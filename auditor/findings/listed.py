"""Rows that a signal lists within a place, for a table of its own beside the findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Listed:
    """Rows under the same columns; every value is written as it stands.

    Attributes
    ----------
    columns : tuple of str
    rows : tuple of tuple
        Texts, numbers, truth values, or None where not applicable.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"a listed row has not {len(self.columns)} values")

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield each row by column."""
        for row in self.rows:
            yield dict(zip(self.columns, row, strict=True))


def listed(rows: Sequence[Mapping[str, Any]]) -> Listed:
    """Build a table from rows with the same keys, in the order of the first.

    Raises
    ------
    KeyError
        When a row lacks a column.
    """
    columns = tuple(rows[0]) if rows else ()
    return Listed(columns, tuple(tuple(row[name] for name in columns) for row in rows))
