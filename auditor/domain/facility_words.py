"""Names of jails and prisons as files write them, in comparable words."""

from __future__ import annotations

import re
from functools import cache

from auditor.domain.place_names import words

_SHORT = {
    **dict.fromkeys(("cnty", "cty", "cnt", "co"), "county"),
    "par": "parish",
    **dict.fromkeys(("corr", "cor", "correc", "corrections", "correction", "correctionl", "corrctnl"), "correctional"),
    **dict.fromkeys(("fac", "facil", "facilty"), "facility"),
    **dict.fromkeys(("inst", "instit", "institute", "institutional"), "institution"),
    **dict.fromkeys(("det", "detn", "deten", "detent"), "detention"),
    **dict.fromkeys(("ctr", "cntr", "ct", "cen", "cent"), "center"),
    **dict.fromkeys(("pen", "penit"), "penitentiary"),
    "fed": "federal",
    **dict.fromkeys(("dept", "dep"), "department"),
    **dict.fromkeys(("shrf", "sheriffs"), "sheriff"),
    "pd": "police department",
    "juv": "juvenile",
    **dict.fromkeys(("reg", "regl"), "regional"),
    **dict.fromkeys(("hosp", "hopsital"), "hospital"),
    "usp": "us penitentiary",
    **dict.fromkeys(("fci", "fcc"), "federal correctional institution"),
    "fdc": "federal detention center",
    "fmc": "federal medical center",
    "fpc": "federal prison camp",
    **dict.fromkeys(("holdroom", "holdrm"), "hold room"),
    "rm": "room",
    "suboffice": "sub office",
    "marshal": "marshals",
}
_INITIALS = re.compile(r"(?:\b[A-Za-z]\.){2,}")


@cache
def facility_words(text: str) -> tuple[str, ...]:
    """Return the words of a facility's name, its usual abbreviations written out.

    Initials are one word ("S.C.I.," is ``sci``), every other full stop parts words ("CORR.FAC." is ``correctional
    facility``). What stands in brackets is left out, as is the state where the name ends with it after a comma
    (see :func:`auditor.domain.place_names.split_state`, which the caller uses first).

    Notes
    -----
    "MARSHAL COUNTY JAIL" becomes ``marshals county jail``: a county is looked for in :func:`written_words`.
    """
    return tuple(" ".join(_SHORT.get(word, word) for word in written_words(text)).split())


@cache
def written_words(text: str) -> tuple[str, ...]:
    """Return the words of a facility's name as they are written, comparable but not written out."""
    outside = re.sub(r"\([^)]*\)?", " ", text)
    joined = _INITIALS.sub(lambda found: found[0].replace(".", "") + " ", outside)
    parts = re.findall(r"[^\W_]+", re.sub(r"['’‘`ʻ]", "", joined.replace("&", " and ")))
    return tuple(word for part in parts for word in words(part))


def long_form(word: str) -> str:
    """Return a word with its abbreviation written out, or as it is."""
    return _SHORT.get(word, word)
