"""What kind of facility a name says it is, and which county runs it: only what the name itself says for certain.

A facility is not a jurisdiction. A detainer lodged in a federal or state prison says nothing of the county around it,
and a room of ICE, a hospital or a US Marshals' district is no county's jail. What remains is placed in the county that
the name itself states ("YORK COUNTY JAIL, PA"), never in one that it resembles.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from typing import Final

from auditor import resources
from auditor.domain.facility_words import facility_words, long_form, written_words
from auditor.domain.place import Place
from auditor.domain.places import gazetteer

FEDERAL, STATE, IMMIGRATION, MARSHALS, TRIBAL, NO_JAIL = (
    "federal-prison", "state-prison", "immigration", "marshals", "tribal", "no-jail",
)  # fmt: skip
LOCAL, REGIONAL = "local", "regional"

APART: Final = {
    FEDERAL: "in a federal prison",
    STATE: "in a prison or jail that the state runs",
    IMMIGRATION: "in a room or facility of the immigration authorities themselves",
    MARSHALS: "with the US Marshals, which is no place",
    TRIBAL: "in a tribal jail",
    NO_JAIL: "in a hospital, hotel, shelter or transport, which is no jail",
}
"""Kinds of facility that are no county's, with what the ledger says of their rows."""

KINDS: Final = (LOCAL, REGIONAL, *APART)

INTEGRATED: Final = frozenset({"AK", "CT", "DE", "HI", "RI", "VT"})
"""States that run the jails themselves (Bureau of Justice Statistics, Census of Jails: integrated systems)."""

_COUNTY_WORDS = frozenset({"county", "parish", "borough"})
_BEFORE_A_COUNTY = frozenset({"sheriff", "jail", "of", "the", "old", "new", "office", "department"})
_LOCAL_WORDS = frozenset({"jail", "sheriff", "lockup"})
_JAILS = frozenset({"jail", "correctional", "prison", "county", "pretrial", "institution", "detention"})
_MEDICAL = frozenset({"hospital", "medical", "health", "nursing", "psychiatric", "behavioral", "healthcare"})
_LODGING = frozenset({"hotel", "inn", "motel", "suites", "transport", "transportation", "shelter"})
_TRIBAL = frozenset({"tribal", "tribe", "tribes", "reservation", "rancheria", "bia"})
_STATE_ALONE = frozenset({"sci", "srcf", "tdc", "tdcj", "cdc", "cdcr", "docs", "penitentiary", "reformatory"})
_STATE_SHORT = {"minn": "MN", "penn": "PA", "penna": "PA", "calif": "CA", "colo": "CO", "wash": "WA", "tenn": "TN",
                "mass": "MA", "conn": "CT", "ariz": "AZ", "ore": "OR", "wis": "WI", "mich": "MI", "ill": "IL",
                "okla": "OK", "ala": "AL", "fla": "FL", "tex": "TX", "nev": "NV", "neb": "NE", "kan": "KS"}  # fmt: skip
_IMMIGRATION_WORDS = frozenset({"ice", "ero", "ins", "dro", "spc", "cdf", "bps", "poe", "cbp", "staging"})
_IMMIGRATION_PHRASES = (
    "hold room", "holding room", "field office", "district office", "sub office", "dd and p", "processing center",
    "service processing", "contract detention", "family residential", "residential center", "family shelter",
    "border patrol", "port of entry", "contract facility",
)  # fmt: skip
_FEDERAL_AFTER = frozenset(
    {"correctional", "prison", "detention", "medical", "penitentiary", "transfer", "institution", "satellite"}
)


@dataclass(frozen=True, slots=True)
class Named:
    """What a facility's own name says.

    Attributes
    ----------
    kind : str
        One of :data:`KINDS`, or empty when the name does not say.
    county : Place or None
        The county, or independent city, that the name states exactly.
    why : str
        What was recognised, in plain words.
    """

    kind: str = ""
    county: Place | None = None
    why: str = ""


@cache
def read_facility(name: str, state: str) -> Named:
    """Read a facility's name.

    Parameters
    ----------
    name : str
        As written, without the state at its end.
    state : str
        Postal code, two-digit code or name of the state that it lies in; empty when that is not known, so that no
        county can be read from the name.

    Returns
    -------
    Named
    """
    parts = facility_words(name)
    joined = f" {' '.join(parts)} "
    within = gazetteer().state(state) if state else None
    postal = within.state if within else ""
    county = stated_county(name, postal)
    if county is None and postal == "DC":  # the district is one county equivalent
        county = gazetteer().place("11001")
    known = _known_prison(joined, postal)
    if known:
        return Named(FEDERAL, county, known)
    kind, why = _apart(joined, frozenset(parts))
    if kind:
        return Named(kind, county, why)
    if _state_run(joined, parts, postal, county):
        return Named(STATE, county, "a prison of the state by its name")
    if postal in INTEGRATED and _JAILS & set(parts) and not {"police", "city"} & set(parts):
        return Named(STATE, county, "the state runs the jails there")
    if county is not None:
        return Named(LOCAL, county, "the county that its name states")
    local = _LOCAL_WORDS & set(parts) or " police department " in joined
    return Named(LOCAL if local and "state" not in parts else "", None, "a local jail by its name" if local else "")


def _apart(joined: str, parts: frozenset[str]) -> tuple[str, str]:
    """Return the kind of a facility that is no county's, whatever county its name holds."""
    if " us marshals " in joined or "usms" in parts or ("marshals" in parts and not _COUNTY_WORDS & parts):
        return MARSHALS, "the US Marshals by its name"
    if " us penitentiary " in joined or "bop" in parts or any(f" federal {word}" in joined for word in _FEDERAL_AFTER):
        return FEDERAL, "a federal prison by its name"
    if parts & _IMMIGRATION_WORDS or any(f" {phrase} " in joined for phrase in _IMMIGRATION_PHRASES):
        return IMMIGRATION, "a facility of the immigration authorities by its name"
    if (parts & _MEDICAL or parts & _LODGING) and not parts & _LOCAL_WORDS:
        return NO_JAIL, "no jail by its name"
    if parts & _TRIBAL:
        return TRIBAL, "a tribal jail by its name"
    if "regional" in parts:
        return REGIONAL, "a regional jail serves several counties"
    return "", ""


def _state_run(joined: str, parts: tuple[str, ...], postal: str, county: Place | None) -> bool:
    """Tell whether a name is that of a state prison: a county in it says otherwise, unless the state is named too."""
    own = any(f" state {word} " in joined for word in ("prison", "penitentiary", "correctional", "jail", "farm"))
    if county is not None:  # the District of Columbia among them, whose jail is its Department of Corrections
        return own or "sci" in parts
    if own or _STATE_ALONE & set(parts) or " department of correctional " in joined:
        return True
    if " correctional institution " in joined:
        return True
    return _state_first(parts, postal) and any(f" {words} " in joined for words in ("cf", "correctional facility"))


def _state_first(parts: tuple[str, ...], postal: str) -> bool:
    """Tell whether a name begins with that of its state ("MINN.C.F.,ST.CLOUD")."""
    place = gazetteer().state(postal) if postal else None
    if place is None or not parts:
        return False
    full = tuple(written_words(place.name))
    return parts[: len(full)] == full or _STATE_SHORT.get(parts[0]) == postal


def stated_county(name: str, state: str) -> Place | None:
    """Return the county (or independent city) that a facility's name states word for word, if exactly one.

    "NEW HANOVER COUNTY JAIL" in North Carolina states New Hanover; "LACKAWANA CNTY JAIL" in Pennsylvania states
    none. Of a county that was only renamed, the present code is returned.
    """
    if not state:
        return None
    found = {place.id: place for place in (*_counties(name, state), *_cities(name, state))}
    if len(found) != 1:
        return None
    (code,) = found
    return gazetteer().place(gazetteer().renamed_to(code) or code)


def _counties(name: str, state: str) -> list[Place]:
    written = written_words(name)
    for at, word in enumerate(written):
        kind = long_form(word)
        if at == 0 or kind not in _COUNTY_WORDS:
            continue
        for first in range(at):
            before = {long_form(part) for part in written[:first]}
            if not before <= _BEFORE_A_COUNTY:
                break
            place = gazetteer().resolve(f"{' '.join(written[first:at])} {kind}", state).place
            if place is not None:
                return [place]
    return []


def _cities(name: str, state: str) -> list[Place]:
    """Return the independent city that the name begins with ("RICHMOND CITY JAIL" in Virginia)."""
    written = written_words(name)
    if "city" not in written[1:]:
        return []
    at = written.index("city", 1)
    place = gazetteer().resolve(" ".join(written[: at + 1]), state).place
    return [place] if place is not None and place.kind == "independent city" else []


def county_like(name: str) -> str:
    """Return the words before "county" in a facility's name, as a suggestion may be looked for by; else the name."""
    written = written_words(name)
    at = next((i for i, word in enumerate(written) if i and long_form(word) in _COUNTY_WORDS), 0)
    return " ".join(written[:at] or written)


@cache
def _prisons() -> tuple[tuple[str, str, str], ...]:
    with (resources.folder("data") / "prisons.csv").open(encoding="utf-8", newline="") as handle:
        return tuple((row["state"], row["words"], f"{row['name']}: {row['note']}") for row in csv.DictReader(handle))


def _known_prison(joined: str, postal: str) -> str:
    """Return what is known of a prison whose name does not say whose it is."""
    found = (note for state, words, note in _prisons() if state == postal and f" {words} " in joined)
    return next(found, "")


_ICE_KINDS: Final = {
    "bop": FEDERAL,
    **dict.fromkeys(("hold", "staging", "spc", "cdf", "digsa", "family", "poe", "airport", "bps", "mirp"), IMMIGRATION),
    **dict.fromkeys(("hospital", "health", "transport"), NO_JAIL),
    "usms cdf": MARSHALS,
}


def kind_of_type(*types: str) -> str:
    """Return the kind that ICE's own words for a facility's type mean, or one of our own; empty when none does.

    "IGSA" and "USMS IGA" (agreements with a local government) say who is paid, not who runs it, so they mean nothing.
    """
    for text in types:
        plain = " ".join(text.casefold().split())
        if plain in KINDS:
            return plain
    return next((_ICE_KINDS[plain] for text in types if (plain := " ".join(text.casefold().split())) in _ICE_KINDS), "")
