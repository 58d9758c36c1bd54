"""One facility to the county whose it is, by witnesses that agree; a doubt is a question, never a guess.

A name that states its county ("NOBLES COUNTY JAIL" in Minnesota) is enough, and stands before the county that a table
gives, which may be a slip. A table's county alone is not enough: its city must be known to lie in that county, or the
name must be that county's but for a slip of one letter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from auditor.domain.facilities import (
    APART,
    FEDERAL,
    LOCAL,
    MARSHALS,
    REGIONAL,
    county_like,
    kind_of_type,
    read_facility,
    stated_county,
)
from auditor.domain.facility_words import written_words
from auditor.domain.place import Place
from auditor.domain.place_names import key, legal_base
from auditor.domain.places import gazetteer

BY_NAME, BY_TABLE, BY_CITY = "the county that its name states", "the county of the facility table", "its city"
_MOST = 4

Cities = Callable[[str, str], frozenset[str]]
"""From a city and the two-digit code of its state to the counties that it is known to lie in; empty when unknown."""


@dataclass(frozen=True, slots=True)
class Facility:
    """What is written about a facility.

    Attributes
    ----------
    name, city, county : str
        As written, blank where nothing is.
    state : str
        Two-digit code; blank where it is not known.
    types : tuple of str
        What a table says it is.
    contradicted : bool
        Whether something else of its table row says that its county is wrong (the area of ICE that it lies in).
    """

    name: str
    state: str
    city: str = ""
    county: str = ""
    types: tuple[str, ...] = ()
    contradicted: bool = False


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a facility.

    Attributes
    ----------
    kind : str
        One of :data:`auditor.domain.facilities.KINDS`; empty when it cannot be told.
    place : str
        Code of its county, for a local one that could be placed.
    rule : str
        By what it was placed, or told apart.
    why : str
        What is in doubt, when neither a place nor a kind of its own could be given; or a remark on the place.
    candidates : tuple of Place
        To be shown with the question, the likeliest first.
    """

    kind: str
    place: str = ""
    rule: str = ""
    why: str = ""
    candidates: tuple[Place, ...] = ()

    @property
    def open(self) -> bool:
        """Whether only a person can tell."""
        return not self.place and self.kind not in APART


def settle(facility: Facility, cities: Cities) -> Settled:
    """Say whose a facility is.

    Parameters
    ----------
    facility : Facility
    cities : callable
        Counties of a city, from tables that the user handed in.

    Returns
    -------
    Settled
    """
    named, typed = read_facility(facility.name, facility.state), kind_of_type(*facility.types)
    kind, rule = named.kind, named.why
    if typed in (LOCAL, REGIONAL) or (typed and named.kind not in (FEDERAL, MARSHALS)):
        kind, rule = typed, "its type in the facility table"
    if kind in APART:
        return Settled(kind, rule=rule)
    table = county_of(facility)
    if kind == REGIONAL:
        return _asked(facility, REGIONAL, "a regional jail serves several counties", table, cities)
    if named.county is not None:
        return Settled(LOCAL, named.county.id, BY_NAME, _other_county(named.county, facility, table))
    if not facility.state:
        return _asked(facility, kind, "its state is not known", table, cities)
    if kind != LOCAL:
        why = "neither its name nor its type says whether a county, the state or somebody else runs it"
        return _asked(facility, kind, why, table, cities)
    if typed == LOCAL and table is not None:
        return Settled(LOCAL, table.id, BY_TABLE)
    return _by_witnesses(facility, table, cities)


def county_of(facility: Facility) -> Place | None:
    """Return the county of the table; of one that was only renamed, the present code."""
    if not facility.county or not facility.state:
        return None
    code = facility.county if facility.county.isdigit() and len(facility.county) == 5 else ""
    found = gazetteer().place(code) if code else gazetteer().resolve(facility.county, facility.state).place
    return gazetteer().place(gazetteer().renamed_to(found.id) or found.id) if found is not None else None


def _other_county(stated: Place, facility: Facility, table: Place | None) -> str:
    if table is not None and table.id != stated.id:
        return f"the facility table says {table}"
    return f"the facility table says {facility.county!r}" if facility.county and table is None else ""


def _by_witnesses(facility: Facility, table: Place | None, cities: Cities) -> Settled:
    known = cities(facility.city, facility.state)
    if table is None:
        place = _city_jail(facility, known)
        if place:
            return Settled(LOCAL, place, BY_CITY)
        why = "its name states no county that there is" if _has_county_word(facility) else "its county is not known"
        return _asked(facility, LOCAL, why, table, cities)
    if facility.contradicted:
        why = f"the facility table says {table}, which lies in another area of ICE than the facility"
        return _asked(facility, LOCAL, why, table, cities)
    if _has_county_word(facility):
        if _one_slip(facility, table):
            return Settled(LOCAL, table.id, BY_TABLE, f"its name is that of {table} but for a letter")
        why = f"its name states no county that there is, and the facility table says {table}"
        return _asked(facility, LOCAL, why, table, cities)
    if table.id in known:
        return Settled(LOCAL, table.id, BY_TABLE, f"its city lies in {table}")
    listed = " or ".join(str(gazetteer().place(code)) for code in sorted(known))
    beside = f"its city lies in {listed}" if known else "nothing else confirms it"
    return _asked(facility, LOCAL, f"the facility table says {table}, and {beside}", table, cities)


def _city_jail(facility: Facility, known: frozenset[str]) -> str:
    """Return the county of a city's own jail or police, where the name begins with the city, which lies in one."""
    city, written = written_words(facility.city), written_words(facility.name)
    own = bool(city) and written[: len(city)] == city and not _has_county_word(facility)
    return next(iter(known)) if own and len(known) == 1 else ""


def _has_county_word(facility: Facility) -> bool:
    return county_like(facility.name) != " ".join(written_words(facility.name))


def _one_slip(facility: Facility, table: Place) -> bool:
    written, real = key(county_like(facility.name)), key(legal_base(table.name, table.kind))
    return len(real) >= 5 and OSA.distance(written, real) <= 1


def _asked(facility: Facility, kind: str, why: str, table: Place | None, cities: Cities) -> Settled:
    """Return a question with its candidates: what the name is like where it names a county, the table's, the city's."""
    known = sorted(cities(facility.city, facility.state))
    like = gazetteer().suggest(county_like(facility.name), facility.state) if facility.state else ()
    stated = stated_county(facility.name, facility.state)
    near = [place for place in like if place.id in known or _one_slip(facility, place)]
    found = [stated, *near, table, *(gazetteer().place(code) for code in known)]
    if _has_county_word(facility):
        found += like
    elif facility.city and facility.state:
        found.append(gazetteer().resolve(facility.city, facility.state).place)
    options = tuple({place.id: place for place in found if place is not None}.values())[:_MOST]
    return Settled(kind, why=why, candidates=options)
