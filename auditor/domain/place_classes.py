"""Classes of places: what may be compared with what.

Places of different classes are never compared, and those of a class apart are never ranked: a campus police force or a
federal court has no residents, a territory has no peer among the counties of the states.
"""

from __future__ import annotations

from typing import Final

from auditor.domain.place_codes import agency_state
from auditor.domain.place_names import words

STATE, COUNTY, LOCAL, TERRITORY, TRIBAL, CAMPUS, GOVERNMENT, SPECIAL = (
    "state", "county", "local", "territory", "tribal", "campus", "government", "special",
)  # fmt: skip
APART: Final = {
    TERRITORY: "a territory of the United States",
    TRIBAL: "a tribal jurisdiction",
    CAMPUS: "police of a university, college or school",
    GOVERNMENT: "an agency or court of a state or of the United States",
    SPECIAL: "an agency with a special jurisdiction (an airport, a park, a railway)",
}
"""Classes that are never ranked, with what they are in plain words."""

CODES: Final = {STATE: 1, COUNTY: 2, LOCAL: 3, TERRITORY: 4, TRIBAL: 5, CAMPUS: 6, GOVERNMENT: 7, SPECIAL: 8}
"""Number of each class."""

_TERRITORIES = frozenset({"60", "66", "69", "72", "78"})
_WORDS = (
    (TRIBAL, ("tribal", "tribe", "tribes", "reservation", "rancheria")),
    (CAMPUS, ("university", "college", "campus", "school", "schools")),
    (GOVERNMENT, ("federal", "state", "court", "courts", "government")),
    (SPECIAL, ("other", "special", "airport", "park", "parks", "transit", "railroad", "port")),
)


def class_of(place: str, kind: str = "", state: str = "") -> str:
    """Return the class of a place.

    Parameters
    ----------
    place : str
        Identifier: a county or state code, an ORI, ``local:<id>``.
    kind : str
        What a table of places or agencies says it is ("County", "University or College"); blank where none does. It
        says nothing of counties and states, whose codes are enough.
    state : str
        Two-digit code of the state of an agency or local place, where known.

    Returns
    -------
    str
        A key of :data:`CODES`.
    """
    if place.isdigit() and len(place) in (2, 5):
        if place[:2] in _TERRITORIES:
            return TERRITORY
        return STATE if len(place) == 2 else COUNTY
    known = _by_kind(kind)
    if known:
        return known
    if not place.startswith("local:") and agency_state(place) == "":
        return GOVERNMENT
    return TERRITORY if state in _TERRITORIES else LOCAL


def _by_kind(kind: str) -> str:
    found = set(words(kind))
    return next((name for name, marks in _WORDS if found & set(marks)), "")
