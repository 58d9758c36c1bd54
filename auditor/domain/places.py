"""Places: states, counties and their equivalents, with the years in which each code was alive."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache

from auditor import resources
from auditor.domain.place import Match, Place, Vintage
from auditor.domain.place_names import CITY, key, kind_agrees, legal_base, readings, split_state
from auditor.domain.vocabulary import NATION

__all__ = ["Gazetteer", "Match", "Place", "Vintage", "gazetteer"]

# NB and GM are what FBI files write for Nebraska and Guam.
_STATE_AKA = {"US Virgin Islands": "78", "Washington DC": "11", "CNMI": "69", "NB": "31", "GM": "66"}


class Gazetteer:
    """All states and counties of the United States, by code and by name.

    Parameters
    ----------
    states : iterable of Place
        States, the district and the territories.
    vintages : iterable of Vintage
        Every life of every county code.
    """

    def __init__(self, states: Iterable[Place], vintages: Iterable[Vintage]) -> None:
        self.nation = Place(NATION, "United States", "", "nation", "")
        self._states = {place.id: place for place in states}
        self._state_names = {
            key(text): place for place in self._states.values() for text in (place.id, place.state, place.name)
        }
        self._state_names |= {key(aka): self._states[code] for aka, code in _STATE_AKA.items()}
        self._keys: dict[str, dict[str, str]] = {}
        self._vintages: dict[str, list[Vintage]] = defaultdict(list)
        self._by_name: dict[tuple[str, str], list[Vintage]] = defaultdict(list)
        for vintage in sorted(vintages, key=lambda item: (item.place.id, item.start)):
            place = vintage.place
            self._vintages[place.id].append(vintage)
            names = {key(legal_base(place.name, place.kind)), key(place.name), key(vintage.aka)} - {""}
            for name in names:
                self._by_name[place.parent, name].append(vintage)

    def place(self, code: str) -> Place | None:
        """Return the place of a code (its latest name), or None when there never was one."""
        if code in self._vintages:
            return self._vintages[code][-1].place
        return self.nation if code == NATION else self._states.get(code)

    def state(self, text: str) -> Place | None:
        """Return the state that a text names: postal code, two-digit code or full name in any case."""
        cell = text.strip()
        # A number with a sign ("<11", "-6", "#13") is no code.
        if not cell or (any(map(str.isdigit, cell)) and not cell.isdigit()):
            return None
        return self._state_names.get(key(cell))

    def states(self) -> tuple[Place, ...]:
        """Return the states, the district and the territories, by code."""
        return tuple(self._states[code] for code in sorted(self._states))

    def counties(self, state: str = "", when: int | date | None = None) -> tuple[Place, ...]:
        """Return county equivalents by code: of one state (two-digit code) or all; alive then, or ever."""
        span = _span(when)
        return tuple(
            alive[-1].place
            for code, lives in sorted(self._vintages.items())
            if code.startswith(state) and (alive := [life for life in lives if life.overlaps(*span)])
        )

    def vintages(self, code: str) -> tuple[Vintage, ...]:
        """Return every life of a county code, oldest first; empty when there never was such a code."""
        return tuple(self._vintages.get(code, ()))

    def alive(self, code: str, when: int | date) -> bool:
        """Tell whether a code was valid on a day, or on any day of a year; states always are."""
        if code not in self._vintages:
            return self.place(code) is not None
        return any(life.overlaps(*_span(when)) for life in self._vintages[code])

    def successors(self, code: str) -> tuple[str, ...]:
        """Return the codes that took the place of a code that has ended; empty while it lives."""
        lives = self._vintages.get(code)
        return lives[-1].successors if lives else ()

    def renamed_to(self, code: str) -> str | None:
        """Return the new code of a county that was only renamed (same ground), else None.

        True of Dade, Shannon and Wade Hampton. Not of a city absorbed by its county, nor of a split.
        """
        lives = self._vintages.get(code)
        if not lives or len(lives[-1].successors) != 1:
            return None
        new = lives[-1].successors[0]
        began = self._vintages[new][0].start
        return new if began == lives[-1].end + timedelta(days=1) else None

    def resolve(self, name: str, state: str, when: int | date | None = None) -> Match:
        """Find the county equivalent that a written name means, by exact match after normalisation.

        Parameters
        ----------
        name : str
            As written: "De Kalb", "St. Louis City", "Travis County, TX" (the state after a comma is used when
            ``state`` is empty).
        state : str
            Postal code, two-digit code or name of the state.
        when : int or date, optional
            Year or day to which the data belong. Without it every code since 1990 can match.

        Returns
        -------
        Match
            Never a guess: see :meth:`suggest` for near misses.
        """
        bare, tail = split_state(name)
        within = self.state(state or tail)
        if within is None:
            said = f"{state or tail!r} is none" if state or tail else "none is given"
            return Match("no-state", note=f"{name!r}: which state? {said}")
        if self.state(tail) is within:
            name = bare
        lives, refused = self._lives(name, within.id, _span(when))
        if not lives and when is not None:
            lives, refused = self._lives(name, within.id, _span(None))
        return _match(name, within, lives, refused, when, self)

    def _lives(
        self, name: str, parent: str, span: tuple[date, date]
    ) -> tuple[list[tuple[Vintage, str]], list[Vintage]]:
        found: dict[str, tuple[Vintage, str]] = {}
        refused: dict[str, Vintage] = {}
        for reading in readings(name):
            for life in self._by_name.get((parent, reading.key), ()):
                if not life.overlaps(*span):
                    continue
                if kind_agrees(reading.kind, life.place.kind):
                    found[life.place.id] = (life, reading.kind)
                else:
                    refused[life.place.id] = life
        return list(found.values()), list(refused.values())

    def _spelled(self, state: str) -> dict[str, str]:
        if state not in self._keys:
            self._keys[state] = {place.id: key(legal_base(place.name, place.kind)) for place in self.counties(state)}
        return self._keys[state]

    def suggest(self, name: str, state: str, n: int = 3) -> tuple[Place, ...]:
        """Return the places whose names look most like a written one: to show to a person, never to accept.

        Parameters
        ----------
        name, state : str
            As for :meth:`resolve`; without a usable state the whole country is searched.
        n : int
            How many at most.
        """
        from rapidfuzz import fuzz, process

        bare, tail = split_state(name)
        within = self.state(state or tail)
        spelled = self._spelled(within.id if within else "")
        wanted = _county_like(readings(bare if within else name)[-1].key)
        close = process.extract(wanted, spelled, scorer=fuzz.ratio, limit=n, score_cutoff=60)
        return tuple(place for _, _, code in close if (place := self.place(code)) is not None)


_HOLDERS = re.compile(r"(?:county|cnty|co|parish|borough)?(?:sheriffs?|so|jail|police|detention|corrections).*$")


def _county_like(wanted: str) -> str:
    """Return a comparable name without the words of an agency: "allencosheriff" looks like Allen, not like Athens."""
    return _HOLDERS.sub("", wanted) or wanted


def _match(
    name: str,
    within: Place,
    lives: list[tuple[Vintage, str]],
    refused: list[Vintage],
    when: int | date | None,
    gazetteer: Gazetteer,
) -> Match:
    if len(lives) == 1:
        life, written = lives[0]
        return Match("matched", life.place, note=_remark(life, written, when, gazetteer))
    if lives:
        options = tuple(life.place for life, _ in lives)
        listed = " or ".join(f"{place}{_lived(life)}" for (life, _), place in zip(lives, options, strict=True))
        return Match("ambiguous", None, options, f"{name!r} in {within.name} may be {listed}: say which")
    options = tuple(life.place for life in refused)
    listed = "; there is " + ", ".join(str(place) for place in options) if options else ""
    text = f"no county or equivalent of {within.name} is called {name!r}{listed}"
    return Match("unmatched", None, options, text)


def _lived(life: Vintage) -> str:
    """Return the end of a code that has ended, as a question about it needs to be told."""
    return f", until {life.end.isoformat()}" if life.successors else ""


def _remark(life: Vintage, written: str, when: int | date | None, gazetteer: Gazetteer) -> str:
    remarks = []
    place = life.place
    if written and written != place.kind and CITY not in (written, place.kind):
        remarks.append(f"written as {written}: {place.name} is meant")
    if life.successors and (when is None or not life.overlaps(*_span(when))):
        now = ", ".join(str(gazetteer.place(code)) for code in life.successors)
        remarks.append(f"{place} ended {life.end.isoformat()}; now {now}")
    elif when is not None and not life.overlaps(*_span(when)):
        remarks.append(f"{place} began {life.start.isoformat()}, after these data")
    return "; ".join(remarks)


def _span(when: int | date | None) -> tuple[date, date]:
    if when is None:
        return date.min, date.max
    return (when, when) if isinstance(when, date) else (date(when, 1, 1), date(when, 12, 31))


def _day(text: str, open_end: date, month_day: str) -> date:
    """Read a date or a year of the table; blank is open."""
    if not text:
        return open_end
    return date.fromisoformat(text if len(text) > 4 else f"{text}-{month_day}")


def _rows(name: str) -> list[dict[str, str]]:
    with (resources.folder("data") / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def _vintage(row: dict[str, str], postal: dict[str, str]) -> Vintage:
    parent = row["state_fips"]
    return Vintage(
        Place(row["fips"], row["name"], postal[parent], row["kind"], parent),
        _day(row["valid_from"], date.min, "01-01"),
        _day(row["valid_to"], date.max, "12-31"),
        tuple(code for code in row["successor"].split(";") if code),
        row["aka"],
        row["note"],
    )


@cache
def gazetteer() -> Gazetteer:
    """Return the gazetteer of the package, read once."""
    rows = _rows("states.csv")
    states = [Place(row["fips"], row["name"], row["postal"], row["kind"], NATION) for row in rows]
    postal = {place.id: place.state for place in states}
    return Gazetteer(states, [_vintage(row, postal) for row in _rows("counties.csv")])
