"""Agencies of 287(g) agreements to places: a county by its name, a state for its own agencies, else the agency itself.

ICE's sheets name the agency, its state and, in their later eras, its type and its county. What the type does not
settle and no name tells exactly stays a question.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from auditor.domain.place import Place
from auditor.domain.places import gazetteer
from auditor.records.words import normal

_COUNTY = re.compile(r"(?:sheriff of )?(.+?\b(?:county|parish|borough|census area))\b", re.I)
_MUNICIPAL = re.compile(
    r"\b(police department|police dept|department of public safety|public safety|constable|constables|marshal|township"
    r"|city of|town of|village of)\b"
)


@dataclass(frozen=True, slots=True)
class Placed:
    """Where an agency lies.

    Attributes
    ----------
    place : str
        A state's code or ``local:<id>``; empty where the name is to be resolved.
    name : str
        Name of the county, or of the agency where it is a place of its own or a question.
    kind : {"county", "state", "local", "question"}
    note : str
    """

    place: str
    name: str
    kind: str
    note: str = ""


def tidy(text: str) -> str:
    """Return a name with single blanks and straight apostrophes, as agencies are counted."""
    return " ".join(text.replace("\u2019", "'").replace("\u00a0", " ").split())


def county_in(agency: str) -> str:
    """Return the county that an agency's name begins with ("Bay County Sheriff's Office"), or nothing."""
    found = _COUNTY.match(tidy(agency))
    return found[1] if found else ""


def place(state: str, agency: str, kind: str, county: str) -> Placed:
    """Say where an agency lies.

    Parameters
    ----------
    state, agency : str
        As written.
    kind : str
        "County", "Municipality" or "State Agency"; empty in the first era.
    county : str
        Empty but in the third era.

    Returns
    -------
    Placed
    """
    agency, county, kind = tidy(agency), tidy(county), normal(kind)
    within = gazetteer().state(state)
    if within is None:
        return Placed("", agency, "question")
    if kind == "state agency":
        return Placed(within.id, "", "state")
    if kind not in ("county", ""):
        return _own(agency, within)
    return _county(agency, county, within) or _by_name(agency, within, kind)


def _county(agency: str, county: str, within: Place) -> Placed | None:
    """Return the county that the sheet or the agency's name says; a question where the two differ."""
    named = county_in(agency)
    told, read = (gazetteer().resolve(text, within.id).place if text else None for text in (county, named))
    if told is not None and read is not None and told != read:
        return Placed("", f"{agency} ({county})", "question")
    if told is not None:
        return Placed("", county, "county")
    if read is not None:
        note = f"{county!r} is no county of {within.name}: {agency} is placed by its own name" if county else ""
        return Placed("", named, "county", note)
    return Placed("", county or named, "question") if county or named else None


def _by_name(agency: str, within: Place, kind: str) -> Placed:
    plain = normal(agency)
    if not kind and plain.startswith(normal(within.name)) and not _MUNICIPAL.search(plain):
        return Placed(within.id, "", "state")
    if not kind and _MUNICIPAL.search(plain):
        return _own(agency, within)
    return Placed("", agency, "question")


def _own(agency: str, within: Place) -> Placed:
    return Placed(f"local:{within.state.lower()}-{normal(agency).replace(' ', '-')}", agency, "local")
