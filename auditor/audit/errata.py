"""Errors known in versions of auditor: which of them bear on a review."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from auditor.audit.verify_review import written_by
from auditor.errors import InputError, Problem
from auditor.findings.review import Review
from auditor.resources import folder

LIST = "errata.toml"
_REQUIRED = {"id", "found", "from", "what", "do"}
_ALLOWED = _REQUIRED | {"until", "signals"}
_VERSION = re.compile(r"\d+(\.\d+)*")


@dataclass(frozen=True, slots=True)
class Erratum:
    """One known error.

    Attributes
    ----------
    name : str
        Such as ``E-001``.
    found : datetime.date
    first, mended : tuple of int
        First version with the error, and the first without it; empty while it is not mended.
    signals : tuple of str
        Signals whose findings it bears on; empty for any review.
    what, remedy : str
        A sentence each.
    """

    name: str
    found: date
    first: tuple[int, ...]
    mended: tuple[int, ...]
    signals: tuple[str, ...]
    what: str
    remedy: str

    def bears_on(self, review: Review) -> bool:
        """Say whether the version that wrote a review has the error, and the review a finding that it touches."""
        version = _version(written_by(review))
        if not version or version < self.first or (self.mended and version >= self.mended):
            return False
        return not self.signals or any(found.signal in self.signals for found in review.findings())

    def __str__(self) -> str:
        return f"{self.name} ({self.found}): {self.what} {self.remedy}"


def read(path: Path | None = None) -> tuple[Erratum, ...]:
    """Read a list of errors.

    Parameters
    ----------
    path : pathlib.Path, optional
        A newer list than the one that this version holds.

    Raises
    ------
    InputError
        When the list cannot be read, or an entry does not have its form.
    """
    where = path or folder("data") / LIST
    try:
        data = tomllib.loads(where.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        problem = Problem("it cannot be read as a list of errors", str(error), "fetch it again", file=where.name)
        raise InputError("the errata cannot be read", [problem]) from error
    entries = data.get("erratum", [])
    if set(data) - {"erratum"} or not isinstance(entries, list):
        raise _wrong(where, "it holds something else than [[erratum]] entries")
    return tuple(_erratum(entry, where) for entry in entries)


def told(review: Review, errata: tuple[Erratum, ...]) -> tuple[str, ...]:
    """Return the known errors that bear on a review, in words."""
    return tuple(str(item) for item in errata if item.bears_on(review))


def _erratum(entry: Any, where: Path) -> Erratum:
    if not isinstance(entry, dict) or _REQUIRED - set(entry) or set(entry) - _ALLOWED:
        raise _wrong(where, f"an entry needs {', '.join(sorted(_REQUIRED))} and may have until and signals")
    words = [entry[name] for name in ("id", "from", "what", "do")] + [entry.get("until", "0")]
    signals = entry.get("signals", [])
    listed = signals if isinstance(signals, list) else [None]
    if not all(isinstance(word, str) for word in [*words, *listed]) or type(entry["found"]) is not date:
        raise _wrong(where, f"{entry['id']!r} holds a value of another kind than text, found another than a day")
    first, mended = _version(entry["from"]), _version(entry.get("until", ""))
    if not first or (entry.get("until") and not mended):
        raise _wrong(where, f"{entry['id']!r} names no version")
    return Erratum(entry["id"], entry["found"], first, mended, tuple(signals), entry["what"], entry["do"])


def _version(text: str) -> tuple[int, ...]:
    """Return the numbers that a version begins with; none where it begins otherwise."""
    found = _VERSION.match(text)
    if not found:
        return ()
    numbers = [int(part) for part in found[0].split(".")]
    while len(numbers) > 1 and not numbers[-1]:  # 0.1 and 0.1.0 are one version
        numbers.pop()
    return tuple(numbers)


def _wrong(where: Path, why: str) -> InputError:
    problem = Problem("it does not have the form of a list of errors", why, "fetch it again", file=where.name)
    return InputError("the errata cannot be read", [problem])
