"""Names of files that are safe on every file system and never collide."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

LONGEST = 100
RESERVED = frozenset(["con", "prn", "aux", "nul", *(f"com{i}" for i in range(10)), *(f"lpt{i}" for i in range(10))])
"""Names that Windows gives to devices, whatever their extension."""


def plain(text: str) -> str:
    """Return ``text`` in [a-z0-9-]: accents dropped, everything else a single hyphen; may be empty."""
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii").lower()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")


def slug(name: str, identifier: str) -> str:
    """Return the base name of a place's files: readable name, identifier, eight digits of a hash.

    Parameters
    ----------
    name : str
        Display name; any text.
    identifier : str
        The place's identifier (``48453``, ``local:pct-75``); two places never share one.

    Returns
    -------
    str
        ``travis-county-48453-5e3c7d1a``: [a-z0-9-], at most 100 characters. The hash is of the identifier as it
        is, so identifiers that differ only in case or punctuation keep files of their own.
    """
    mark = hashlib.sha256(identifier.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    tail = "-".join(part for part in (plain(identifier)[:40].strip("-"), mark) if part)
    head = plain(name)[: LONGEST - len(tail) - 1].strip("-") or "place"
    return f"{head}-{tail}"


def page(name: str, identifier: str) -> str:
    """Return the path of a place's page inside the output folder: ``places/<slug>.html``."""
    return f"places/{slug(name, identifier)}.html"


def check(paths: Iterable[str]) -> None:
    """Refuse a set of output paths in which two would overwrite each other or one could not be written.

    Raises
    ------
    ValueError
        When two are the same but for case, one leaves the folder, is too long, or is reserved on Windows.
    """
    seen: dict[str, str] = {}
    for path in paths:
        folded = path.casefold()
        if folded in seen:
            raise ValueError(f"two pages would share one file: {seen[folded]!r} and {path!r}")
        seen[folded] = path
        for part in path.split("/"):
            stem = part.split(".")[0].casefold()
            if stem in RESERVED or not re.fullmatch(r"[a-z0-9][a-z0-9.-]*", part) or len(part) > LONGEST + 5:
                raise ValueError(f"{path!r} is not a safe path for an output file")
