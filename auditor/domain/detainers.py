"""Closed vocabularies of detainers: forms, and how they ended. What is in neither is unknown, never guessed.

The words are those of ICE's own tables as released to the Deportation Data Project (2012 on) and to National Public
Radio (2007 to 2015).
"""

from __future__ import annotations

import re
from typing import Final

FORMS: Final = ("i247", "i247d", "i247n", "i247x", "i247a", "i247g")
"""I-247 until 2015; I-247D (detention), I-247N (notice) and I-247X (transfer) from 2015 to 2017; since then I-247A, and
I-247G, a request for advance notification of release that asks for no detention (ICE's words in its table of 2025)."""

UNKNOWN: Final = "unknown"
"""Something is written that is no word of the vocabulary."""

# "I247A - Immigration Detainer - Notice of Action (as of May 2025)", "I-247D", "I247 (prior to March 2013)"; but not
# "I247B", and not the D of "I247 Detainer".
_FORM = re.compile(r"(?:ice )?(?:form )?i[- ]?247(?:[- ]?([adgnx])(?![a-z0-9]))?(?![a-z0-9])")

ENDINGS: Final = (
    "custody",
    "lifted",
    "discretion",
    "no-space",
    "declined",
    "citizen",
    "not-removable",
    "case-closed",
    "transferred",
    "left-custody",
    "died",
)
"""How a detainer ended. A blank is none of them: the outcome is pending, or there is no paper."""

_WRITTEN: Final = {
    "booked into detention": "custody",
    "lifted": "lifted",
    "prosecutorial discretion": "discretion",
    "lifted lack of funds": "no-space",
    "lifted lack of space": "no-space",
    "lifted lack of funds space": "no-space",
    "detainer declined by lea": "declined",
    "united states citizen interviewed": "citizen",
    "alien not subject to deportation": "not-removable",
    "case closed": "case-closed",
    "transferred": "transferred",
    "early release": "left-custody",
    "no longer in state local or federal custody": "left-custody",
    "died": "died",
}

OUTCOMES: Final = {
    "custody": ("custody",),
    "lifted": ("lifted", "discretion", "no-space"),
    "declined": ("declined",),
    "error": ("citizen", "not-removable"),
    "case-closed": ("case-closed",),
    "otherwise": ("transferred", "left-custody", "died"),
}
"""Endings in groups that a reader can tell apart: ICE took the person; ICE lifted it without one of the other reasons;
the agency declined; the person was a citizen or not deportable; the case was closed, which may mean anything; the
person was gone."""


def form_of(text: str) -> str:
    """Return the form of a detainer.

    Parameters
    ----------
    text : str
        As ICE's tables have it, or a word of :data:`FORMS`.

    Returns
    -------
    str
        A word of :data:`FORMS`; ``"unknown"`` where something else is written, empty where nothing is.
    """
    written = " ".join(text.casefold().split())
    if not written:
        return ""
    found = _FORM.match(written)
    return UNKNOWN if found is None else f"i247{found[1] or ''}"


def ending_of(text: str) -> str:
    """Return how a detainer ended.

    Parameters
    ----------
    text : str
        The lift reason as ICE's tables have it, or a word of :data:`ENDINGS`.

    Returns
    -------
    str
        A word of :data:`ENDINGS`; ``"unknown"`` where something else is written, empty where nothing is.
    """
    written = " ".join(re.split(r"[^a-z0-9]+", text.casefold())).strip()
    if not written:
        return ""
    own = written.replace(" ", "-")
    return own if own in ENDINGS else _WRITTEN.get(written, UNKNOWN)


def outcome_of(ending: str) -> str:
    """Return the group of :data:`OUTCOMES` that an ending is of; what is no ending is returned as it is."""
    return next((name for name, endings in OUTCOMES.items() if ending in endings), ending)
