"""Levels of programme statistics: which regime and basis their dates speak for, offered with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from auditor.records.load import Loaded
from auditor.records.proposing.line import Line
from auditor.records.spec import SourceSpec

LAST_BY_OFFENCE: Final = date(2010, 6, 30)
FIRST_BY_CONVICTION: Final = date(2010, 6, 1)
"""ICE's levels were types of offence from 2008, and go by conviction from June 2010 on."""


def level_offers(spec: SourceSpec, loaded: Loaded) -> list[Line]:
    """Offer what the levels of a source mean, where it does not say so itself.

    Parameters
    ----------
    spec : SourceSpec
    loaded : Loaded
        This source alone.

    Returns
    -------
    list of Line
        None of them changes anything before a person takes it up.
    """
    rows = loaded.store.connection.execute(
        'SELECT event, min(start), max("end"), bool_and(level_regime IS NULL), bool_and(level_basis IS NULL) '
        "FROM counts WHERE level IS NOT NULL AND level <> 'unknown' GROUP BY event ORDER BY event"
    ).fetchall()
    if not rows:
        return []
    first, last = min(row[1] for row in rows), max(row[2] for row in rows)
    lines: list[Line] = []
    if all(row[3] for row in rows) and "level_regime" not in spec.constants:
        lines += _regime(first, last)
    if all(row[4] for row in rows) and "level_basis" not in spec.constants:
        lines += _basis({row[0] for row in rows})
    return lines


def _regime(first: date, last: date) -> Iterator[Line]:
    about = "nothing says by which rule the levels go"
    if last <= LAST_BY_OFFENCE:
        why = f"{about}; the rows end by {last}, when levels were types of offence. If nothing says else:"
        yield Line("constants", "level_regime", "offence-type", (why,), firm=False)
    elif first >= FIRST_BY_CONVICTION:
        why = (
            f"{about}; the rows begin on {first}, and from June 2010 on levels go by conviction. If nothing says else:"
        )
        yield Line("constants", "level_regime", "conviction-based", (why,), firm=False)
    else:
        why = (
            f"{about}; the rows run from {first} to {last}, across June 2010, when the rule changed: levels of both "
            "rules cannot be compared. Say what the table says of itself, or use a part on one side only:"
        )
        yield Line("constants", "level_regime", "unknown", (why,), firm=False)


def _basis(events: set[str]) -> Iterator[Line]:
    if events <= {"removal", "custody"}:
        why = "nothing says whether levels count charges or convictions; those of removals count convictions:"
        yield Line("constants", "level_basis", "conviction", (why,), firm=False)
    elif events == {"match"}:
        why = "nothing says whether levels count charges or convictions; those of matches count charges as well:"
        yield Line("constants", "level_basis", "charge", (why,), firm=False)
    else:
        why = (
            "levels of matches count people charged or convicted, those of removals convictions; one word would hold "
            "for both here: give a column level_basis, or matches and removals in files of their own"
        )
        yield Line("", "", "", (why,), firm=False)
