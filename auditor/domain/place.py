"""What a place is, the lives of its code, and what became of a written name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal


@dataclass(frozen=True, slots=True)
class Place:
    """A place.

    Attributes
    ----------
    id : str
        Five-digit county FIPS code, two-digit state code, or ``US``; always text.
    name : str
        Full legal name, such as "Orleans Parish" or "Baltimore city".
    state : str
        Postal code; empty for the nation.
    kind : str
        ``nation``, ``state``, ``district``, ``territory``, ``county``, ``parish``, ``borough``,
        ``census area``, ``independent city``, ``municipio``, ``planning region`` and the like.
    parent : str
        Id of the place that holds it: the state code of a county, ``US`` for a state, empty for the nation.
    """

    id: str
    name: str
    state: str
    kind: str
    parent: str

    def __str__(self) -> str:
        where = f", {self.state}" if len(self.id) == 5 else ""
        return f"{self.name}{where} ({self.id})"


@dataclass(frozen=True, slots=True)
class Vintage:
    """One life of a county code: when it was valid (both days counted) and what took its place."""

    place: Place
    start: date
    end: date
    successors: tuple[str, ...]
    aka: str
    note: str

    def overlaps(self, first: date, last: date) -> bool:
        """Tell whether the code was alive on any day of a span."""
        return self.start <= last and first <= self.end


@dataclass(frozen=True, slots=True)
class Match:
    """What became of a written name.

    Attributes
    ----------
    status : str
        ``matched`` (exactly one place), ``ambiguous`` (several, listed), ``unmatched``, or ``no-state`` (a
        county name says nothing without its state).
    place : Place or None
        Only when matched.
    candidates : tuple of Place
        The places between which a person must choose, or those that a contradicting kind word ruled out.
    note : str
        What to tell the user; may be set on a match too (another kind word, a code that has ended).
    """

    status: Literal["matched", "ambiguous", "unmatched", "no-state"]
    place: Place | None = None
    candidates: tuple[Place, ...] = ()
    note: str = ""
