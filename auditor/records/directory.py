"""Agencies and facilities that the user's own tables describe: what is looked up where a record names no county."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from auditor.domain.facility_words import written_words
from auditor.domain.place_classes import APART, class_of
from auditor.records.facility_place import Facility, Settled, county_of, settle

if TYPE_CHECKING:
    from auditor.records.store import Store

_CITY_WORDS = {"ft": "fort", "mt": "mount", "spgs": "springs", "hts": "heights", "pk": "park",
               "n": "north", "s": "south", "e": "east", "w": "west"}  # fmt: skip
_POLICE = frozenset({"police", "department", "pd", "dept", "city", "village", "town", "township", "of"})


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency of a table: its name, class and county (empty when it lies in none or in several)."""

    name: str
    klass: str
    county: str


@dataclass
class Directory:
    """What the tables of agencies and facilities of one run hold.

    Attributes
    ----------
    agencies : dict
        By ORI.
    codes : dict
        Facilities by code.
    names : dict
        Facilities by comparable name and state.
    areas : dict
        Area of ICE by county.
    """

    agencies: dict[str, Agency] = field(default_factory=dict)
    codes: dict[str, list[Facility]] = field(default_factory=lambda: defaultdict(list))
    names: dict[tuple[str, str], list[Facility]] = field(default_factory=lambda: defaultdict(list))
    areas: dict[str, str] = field(default_factory=dict)
    _cities: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))

    def cities(self, city: str, state: str) -> frozenset[str]:
        """Return the counties that a city is known to lie in; empty when nothing is known of it."""
        return frozenset(self._cities.get((city_key(city), state), ())) if city and state else frozenset()

    def settle(self, facility: Facility) -> Settled:
        """Say whose a facility is (see :func:`auditor.records.facility_place.settle`)."""
        return settle(facility, self.cities)

    def add_city(self, city: str, state: str, county: str) -> None:
        """Note that a city lies in a county."""
        if city and state and county:
            self._cities[city_key(city), state].add(county)

    def add(self, code: str, facility: Facility) -> None:
        """Note a facility."""
        if code:
            self.codes[code.casefold()].append(facility)
        if facility.name:
            self.names[facility_key(facility.name), facility.state].append(facility)


def city_key(city: str) -> str:
    """Return the comparable form of a city: its words run together, the usual abbreviations written out."""
    return "".join(_CITY_WORDS.get(word, word) for word in written_words(city))


def facility_key(name: str) -> str:
    """Return the comparable form of a facility's name as written: nothing is read into it."""
    return "".join(written_words(name))


def directory(store: Store) -> Directory:
    """Return what the canonical tables ``places`` and ``facilities`` hold so far."""
    found = Directory()
    query = "SELECT place, name, coalesce(state, ''), coalesce(kind, ''), coalesce(parent, ''), area FROM places"
    rows = store.connection.execute(f"{query} ORDER BY source, row").fetchall()
    for place, name, state, kind, parent, area in rows:
        county = parent if len(parent) == 5 and parent.isdigit() else ""
        if not place.isdigit() and not place.startswith("local:"):
            klass = class_of(place, kind, state)
            found.agencies[place] = Agency(name or place, klass, county)
            if klass not in APART and kind.casefold() == "city":
                found.add_city(_town(name or ""), state, county)
        elif area:
            found.areas[place] = area
    _add_facilities(found, store)
    return found


def _town(name: str) -> str:
    """Return an agency's name without the words that say that it is a police force."""
    return " ".join(word for word in written_words(name) if word not in _POLICE)


def _add_facilities(found: Directory, store: Store) -> None:
    rows = store.connection.execute(
        "SELECT coalesce(code, ''), coalesce(name, ''), coalesce(state, ''), coalesce(city, ''), coalesce(county, ''), "
        "coalesce(types, ''), coalesce(area, '') FROM facilities ORDER BY source, row"
    ).fetchall()
    add_facilities(found, rows)


def add_facilities(found: Directory, rows: Iterable[tuple[str, ...]]) -> list[tuple[str, Facility]]:
    """Add facilities as (code, name, state, city, county, types, area), and return them in order.

    A city is known by the facilities whose name states the county that the table gives them: two witnesses that agree.
    """
    given = []
    for code, name, state, city, county, types, area in rows:
        facility = Facility(name, state, city, county, tuple(types.split(" / ")))
        settled = found.settle(facility)
        mine = found.areas.get(_table_county(facility), "")
        if area and mine and area.casefold() != mine.casefold():
            facility = Facility(name, state, city, county, facility.types, contradicted=True)
        elif settled.place and not settled.why and county:
            found.add_city(city, state, settled.place)
        given.append((code, facility))
    for code, facility in given:
        found.add(code, facility)
    return given


def _table_county(facility: Facility) -> str:
    place = county_of(facility)
    return place.id if place is not None else ""
