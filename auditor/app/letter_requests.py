"""The choice of what a letter asks for: its own requests, by kind, or some in the sender's words, with a day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from auditor.report.letters.asks import REQUESTS
from auditor.report.letters.runs import said

ROOM: Final = max(len(asks) for asks in REQUESTS.values())
"""Requests that the form has room for: as many as the kind with most of its own has."""
_OTHER_KIND: Final = "Choose a request of this kind of letter."
_BOTH: Final = "Choose one of the letter's own, or write one in your words: not both in one request."
_NEITHER: Final = "Choose a request or write one: a day alone asks for nothing."


def choices(kinds: Mapping[str, str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the requests of every kind of letter, in the words in which a letter makes them.

    Parameters
    ----------
    kinds : mapping of str to str
        What each kind of letter is called.

    Returns
    -------
    list of (str, list of (str, str))
        The name of a kind, and of its requests the value in the form and the words. A name that two kinds use stands
        for different words, so a value tells both.
    """
    return [(kinds[kind], [(f"{kind}/{ask}", _words(kind, ask)) for ask, _ in REQUESTS[kind]]) for kind in kinds]


def _words(kind: str, ask: str) -> str:
    return "".join(run.text for run in said(f"letter.request.{kind}.{ask}", "en", ""))


def name_of(value: str) -> str:
    """Return the name by which the details of a letter know a request of the form."""
    return value.partition("/")[2]


def wrong(given: Mapping[str, str]) -> dict[str, str]:
    """Return what is wrong with the requests, by field."""
    kind = given.get("kind", "")
    own = {f"{kind}/{ask}" for ask, _ in REQUESTS.get(kind, ())}
    found: dict[str, str] = {}
    for i in range(ROOM):
        ask, text, by = (given.get(f"requests.{i}.{key}", "") for key in ("ask", "text", "by"))
        if ask and ask not in own:
            found[f"requests.{i}.ask"] = _OTHER_KIND
        elif ask and text:
            found[f"requests.{i}.text"] = _BOTH
        elif by and not ask and not text:
            found[f"requests.{i}.ask"] = _NEITHER
    return found
