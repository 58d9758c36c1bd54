"""What the header of a column of people says: group, universe, year."""

from __future__ import annotations

import re

from auditor.records.unfold import Figure
from auditor.records.words import NOT_HISPANIC, VOCABULARIES, normal

_PEOPLE = frozenset({"pop", "popn", "population", "residents"})
_FILLERS = _PEOPLE | {"total", "tot", "count", "number", "n", "est", "estimate", "persons", "people", "all"}
MARGINS = re.compile(r"\b(?:moe|margin(?: of error)?)\b")
_UNIVERSES = {
    "noncitizens": ("noncit", "noncits", "noncitizen", "noncitizens", "non citizen", "non citizens"),
    "foreign-born": ("foreign born", "foreignborn"),
    "adults": ("adult", "adults", "18 and over", "18 years and over", "18plus"),
}
_HINTS = frozenset(
    {"hispanic", "latino", "nh", "nonhispanic", "white", "black", "asian", "aian", "api", "nhpi", "native", "pacific",
     "indian", "mult", "multiple", "multiracial", "races"}
)  # fmt: skip
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_JULY = re.compile(r"\b(?:as of )?july 1\b")
_SHARES = re.compile(r"\b(?:pct|percent|percentage|share|rate|prop|proportion|ratio)\b|%")
GROUPS = VOCABULARIES["group"]


def words(header: str) -> str:
    """Return a header in comparable form, ``TotalPop`` in its two words."""
    return normal(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header))


def lives(header: str) -> bool:
    """Tell whether a header says that people are counted who live there."""
    return bool(_PEOPLE & set(_dated(words(header))[0].split()))


def figure(header: str, position: int) -> Figure | None:
    """Return what a column of numbers holds, as far as its header tells; None when it is no figure of people.

    Parameters
    ----------
    header : str
    position : int

    Returns
    -------
    Figure or None
        ``group`` is a word of the vocabulary, ``total``, or the header itself where it speaks of groups without
        being known exactly: what it means is then asked.
    """
    plain, period = _dated(words(header))
    if MARGINS.search(plain) or _SHARES.search(plain) or _SHARES.search(header):
        return None
    universe, rest = _universe(plain)
    core = " ".join(word for word in rest.split() if word not in _FILLERS)
    if core in NOT_HISPANIC:
        return None  # the sum of others, without a word for it
    if not core:
        group = "" if universe else "total"
        told = universe or _FILLERS & set(plain.split())
        return Figure(position, group=group, universe=universe, period=period) if told else None
    known = GROUPS.lookup(core)
    if known is None and not _HINTS & set(core.split()):
        return None
    return Figure(position, group=known or header, universe=universe, period=period)


def _dated(plain: str) -> tuple[str, str]:
    """Return a header without its year, and that year; the first of July where the Bureau's estimates are as of it."""
    found = _YEAR.search(plain)
    if not found:
        return plain, ""
    july = bool(_JULY.search(plain)) or "popestimate" in plain
    bare = _YEAR.sub(" ", _JULY.sub(" ", plain)).replace("popestimate", "population")
    return " ".join(bare.split()), f"{found[0]}-07-01" if july else found[0]


def _universe(plain: str) -> tuple[str, str]:
    """Return the universe that a header names, and the header without its words."""
    for universe, forms in _UNIVERSES.items():
        for form in sorted(forms, key=len, reverse=True):
            bare = re.sub(rf"\b{form}\b", " ", plain)
            if bare != plain:
                return universe, " ".join(bare.split())
    return "", plain
