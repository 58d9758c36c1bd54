"""What to ask an agency for, so that the signals that cannot speak could: one list, each thing once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from auditor.findings.card import Card
from auditor.findings.finding import Withheld


def asks(withheld: Iterable[tuple[Card, Withheld]]) -> tuple[str, ...]:
    """Return what is to be asked for.

    Parameters
    ----------
    withheld : iterable of (Card, Withheld)
        Signals that cannot speak of these data at all.

    Returns
    -------
    tuple of str
        First the columns that single rows would need (one item for all signals that ask for rows), then the other
        records in the order of the signals.
    """
    columns: dict[str, list[str]] = {}
    other: list[str] = []
    for card, lack in withheld:
        named = _columns(lack)
        for column in named:
            columns.setdefault(column, []).append(card.name)
        if not named and lack.needs not in other:
            other.append(lack.needs)
    rows = [_rows(columns)] if columns else []
    return (*rows, *other)


_SAME = {"time": "time of day", "date (to the day)": "date"}
"""What signals call by two names."""


def _columns(lack: Withheld) -> Sequence[str]:
    """Return the columns that rows would have to tell, where that is what is missing."""
    values: Mapping[str, object] = lack.sentence.values if lack.sentence is not None else {}
    told = values.get("columns")
    return [_SAME.get(part.strip(), part.strip()) for part in str(told).split(",")] if told else []


def _rows(columns: Mapping[str, Sequence[str]]) -> str:
    ordered = sorted(columns, key=lambda column: (-len(columns[column]), column))
    listed = ", ".join(f"{column} ({_signals(columns[column])})" for column in ordered)
    return f"one row for each event (stop, arrest, booking, detainer) that tells, for the signals named: {listed}"


def _signals(names: Sequence[str], most: int = 3) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
