"""In which language the words of a page or letter are written, for whoever writes one of them.

Numbers, labels and sentences are written in many small places. Handing the language to each of them would put it into
every signature; it is held here instead, for the time in which one page or letter is made.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

ENGLISH: Final = "en"
SPANISH: Final = "es"
LANGUAGES: Final = (ENGLISH, SPANISH)
"""Languages that pages and letters are written in; English governs."""

_CURRENT: ContextVar[str] = ContextVar("language", default=ENGLISH)


def current() -> str:
    """Return the language that is being written."""
    return _CURRENT.get()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Write in a language while the block lasts.

    Raises
    ------
    ValueError
        For a language that nothing is written in.
    """
    if language not in LANGUAGES:
        raise ValueError(f"{language!r} is none of the languages {', '.join(LANGUAGES)}")
    token = _CURRENT.set(language)
    try:
        yield
    finally:
        _CURRENT.reset(token)
