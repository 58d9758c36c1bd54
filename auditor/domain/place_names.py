"""Names of places: what counts as the same name, and what a kind word says.

Matching is exact after normalisation. Nothing here guesses: a near miss is no match.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

CITY = "independent city"

# Kind words as people write them, longest first, with the kind each one means.
_KIND_WORDS: tuple[tuple[str, str], ...] = (
    ("city and borough", "city and borough"),
    ("city and county", "county"),
    ("planning region", "planning region"),
    ("census area", "census area"),
    ("municipality", "municipality"),
    ("municipio", "municipio"),
    ("district", "district"),
    ("borough", "borough"),
    ("parish", "parish"),
    ("county", "county"),
    ("island", "island"),
    ("cnty", "county"),
    ("boro", "borough"),
    ("city", CITY),
    ("co", "county"),
)
_PREFIXED = frozenset(words for words, _ in _KIND_WORDS if words not in ("cnty", "co", "island", "district"))
# The suffix that a legal name carries, exactly as the Census Bureau writes it: "Carson City" keeps its City.
_LEGAL_SUFFIX = {CITY: " city"} | {
    kind: " " + kind.title().replace(" And ", " and ") for _, kind in _KIND_WORDS if kind not in (CITY, "municipio")
}
_LEGAL_SUFFIX["municipio"] = " Municipio"
_SAINT = {"st": "saint", "ste": "saint", "sainte": "saint"}


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a written name: its comparison key, and the kind that was named, if any."""

    key: str
    kind: str = ""


@cache
def words(text: str) -> tuple[str, ...]:
    """Return the words of a name in comparable form, in the order written.

    Case, accents, apostrophes and full stops go; hyphens and other signs part words; ``&`` is ``and``;
    ``St.``, ``Ste.`` and ``Sainte`` are ``saint``.
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).casefold()
    plain = re.sub(r"[.'’‘`ʻ]", "", plain.replace("&", " and "))
    return tuple(_SAINT.get(word, word) for word in re.findall(r"[^\W_]+", plain))


def key(text: str) -> str:
    """Return the comparison key of a name: its words run together, so "De Kalb" equals "DeKalb"."""
    return "".join(words(text))


def legal_base(name: str, kind: str) -> str:
    """Return a legal name without the suffix that its kind adds ("Orleans Parish" gives "Orleans")."""
    suffix = _LEGAL_SUFFIX.get(kind, "")
    return name[: -len(suffix)] if suffix and name.endswith(suffix) and len(name) > len(suffix) else name


def readings(text: str) -> tuple[Reading, ...]:
    """Return every way to read a written name, the plainest (no kind word) first.

    "Baltimore City" may be the city called Baltimore or a place called "Baltimore City"; "James City" in
    Virginia is the second. Which of them exists is for the gazetteer to say.
    """
    parts = words(text)
    joined = " ".join(parts)
    found = [Reading("".join(parts))]
    for phrase, kind in _KIND_WORDS:
        if joined.endswith(" " + phrase):
            found.append(Reading(joined[: -len(phrase)].replace(" ", ""), kind))
            break
    for phrase, kind in _KIND_WORDS:
        lead = next((f"{phrase} {of} " for of in ("of", "de") if joined.startswith(f"{phrase} {of} ")), "")
        if lead and phrase in _PREFIXED:
            found.append(Reading(joined[len(lead) :].replace(" ", ""), kind))
            break
    return tuple(found)


def kind_agrees(written: str, actual: str) -> bool:
    """Tell whether a written kind word can mean a place of this kind.

    "County", "Parish", "Borough" and "Census Area" all say that the place is not an independent city, and are
    often written one for the other; "city" says that it is one.
    """
    return not written or (written == CITY) == (actual == CITY)


def split_state(text: str) -> tuple[str, str]:
    """Part "Travis County, TX" into name and state text; the state is empty when no comma parts them."""
    name, comma, state = text.rpartition(",")
    return (name.strip(), state.strip()) if comma and name.strip() else (text.strip(), "")
