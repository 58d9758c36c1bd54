"""The closed vocabularies of the canonical tables."""

from __future__ import annotations

from typing import Final

EXCLUDE: Final = "exclude"
"""What a decision on a written value or place says when its rows are to be left out."""

GROUPS: Final = ("hispanic", "white", "black", "asian", "native", "pacific", "multiple", "other", "unknown")
"""Groups; every one but ``hispanic`` is non-Hispanic unless the source says otherwise."""

OWN_COUNTRY: Final = frozenset({"united states", "united states of america", "usa", "us", "u.s.", "u.s.a."})
"""How sources write the country whose citizens are on neither side of a comparison by nationality (case folded)."""
GROUP_SOURCES: Final = ("recorded", "perceived", "surname", "nationality", "mixed")

EVENTS: Final = (
    "stop",
    "citation",
    "arrest",
    "booking",
    "submission",
    "match",
    "detainer",
    "custody",
    "removal",
)
"""Events in the order in which they befall a person; ``custody`` is ICE's own "booked"."""

LEVELS: Final = ("1", "2", "3", "none", "unknown")
LEVEL_BASES: Final = ("charge", "conviction", "unknown")
LEVEL_REGIMES: Final = ("offence-type", "conviction-based", "unknown")
"""``offence-type`` ran from 2008 to 2010, ``conviction-based`` from June 2010 on."""

SERIOUS: Final = (
    "homicide",
    "sexual-assault",
    "robbery",
    "aggravated-assault",
    "burglary",
    "arson",
    "vehicle-theft",
    "theft",
)
DISCRETIONARY: Final = (
    "traffic",
    "licence",
    "public-order",
    "public-intoxication",
    "trespass",
    "drug-possession",
    "false-identification",
)
NEUTRAL: Final = (
    "simple-assault",
    "domestic-violence",
    "dui",
    "weapons",
    "drug-sale",
    "fraud",
    "warrant",
    "immigration",
    "other",
    "unknown",
)
OFFENCES: Final = (*SERIOUS, *DISCRETIONARY, *NEUTRAL)

SEXES: Final = ("male", "female", "other", "unknown")
DISPOSITIONS: Final = (
    "convicted",
    "dismissed",
    "no-charge",
    "acquitted",
    "pending",
    "transferred-to-ice",
    "other",
    "unknown",
)
"""How a case ended, as far as the record says."""

NATION: Final = "US"
"""The place that is the nation: a baseline, never ranked."""


def parse_level(text: str) -> tuple[str, ...] | None:
    """Read a level, or a union of levels that the source does not tell apart.

    Parameters
    ----------
    text : str
        ``"3"``, ``"none"``, ``"unknown"``, or a union such as ``"1/2/3"`` (what is left of a published total once
        the published part is taken away).

    Returns
    -------
    tuple of str or None
        The levels in their usual order; None when the text is no level.
    """
    parts = [part.strip().lower() for part in text.split("/")]
    if not parts or any(part not in LEVELS for part in parts) or len(set(parts)) != len(parts):
        return None
    if "unknown" in parts and len(parts) > 1:
        return None
    return tuple(level for level in LEVELS if level in parts)
