"""What each audited place is: its name, state and parent, and which places are regions whose rows are baselines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import duckdb

from auditor.domain.place_codes import agency_state
from auditor.domain.places import gazetteer
from auditor.domain.vocabulary import NATION

UNDECLARED = ("", "", "", "")
"""Name, state, parent and kind of a place that no source declares."""


def declared_places(sql: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, str, str, str]]:
    """Return name, state, parent and kind of every place that a source declares; "" where it does not say."""
    rows = sql.execute(
        "SELECT place, coalesce(any_value(name), ''), coalesce(any_value(state), ''), "
        "coalesce(any_value(parent), ''), coalesce(any_value(kind), '') FROM places GROUP BY place"
    ).fetchall()
    return {row[0]: row[1:] for row in rows}


def regional(present: Iterable[str]) -> set[str]:
    """Return the nation, and every state of which the sources hold smaller places too."""
    present = set(present)
    states = {place for place in present if len(place) == 2 and place.isdigit()}
    within = {place[:2] for place in present if len(place) == 5 and place.isdigit()}
    return ({NATION} & present) | (states & within)


def name_of(place: str, declared: Mapping[str, tuple[str, str, str, str]], given: Mapping[str, str]) -> str:
    """Return the name that a source declares, else the gazetteer's, else the one given with the rows, else the code."""
    if declared.get(place, UNDECLARED)[0]:
        return str(declared[place][0])
    known = gazetteer().place(place)
    return known.name if known is not None else given.get(place, place)


def state_of(place: str, declared: Mapping[str, tuple[str, str, str, str]]) -> str:
    """Return the two digits of the state that a place lies in; "" where nothing says."""
    if place.isdigit() and len(place) in (2, 5):
        return place[:2]
    stated = declared.get(place, UNDECLARED)[1]
    known = gazetteer().state(stated) if stated else None
    if known is not None:
        return known.id
    return "" if place.startswith("local:") else agency_state(place) or ""
