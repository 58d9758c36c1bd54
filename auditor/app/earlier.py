"""Answers of an earlier time: whether a configuration that is handed in can be gone on with here.

It is somebody's file. It may speak of the files handed in and of nothing else on this computer: whatever would open
another file or a database is refused by name.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

_AUDIT: Final = ("protocol", "decisions", "calibration")
_SOURCE: Final = ("engine", "database", "crosswalk")
_ALONE: Final = "only the command line reads that: auditor run audit.toml"


class NotTakenUp(ValueError):
    """The configuration cannot be gone on with; ``args`` are the reasons, a sentence each."""


def taken_up(sent: bytes, names: Collection[str], records: str = "") -> str:
    """Return a configuration as text, once it is known to speak of the files handed in alone.

    Whether it is a right configuration is found out when the files are looked at with it.

    Parameters
    ----------
    sent : bytes
        As the browser sent it.
    names : collection of str
        Base names of the files handed in.
    records : str
        Base name of the review file handed in; empty for none.

    Raises
    ------
    NotTakenUp
        With every reason.
    """
    try:
        text = sent.decode("utf-8-sig")
        data = tomllib.loads(text)
    except UnicodeDecodeError:
        raise NotTakenUp("It is no text file: choose the audit.toml that was saved on the last page.") from None
    except tomllib.TOMLDecodeError as error:
        raise NotTakenUp(f"It is no configuration: {error}.") from None
    if reasons := [*_beyond(data), *_lacking(data, names), *_records(data, records)]:
        raise NotTakenUp(*reasons)
    return text


def _beyond(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield what reaches beyond the files handed in."""
    audit = data.get("audit")
    for name in _AUDIT:
        value = audit.get(name) if isinstance(audit, dict) else None
        if value is not None and (name, value) != ("protocol", "default"):
            yield f"[audit] {name} names a file of its own; {_ALONE}."
    for name in _SOURCE:
        if any(source.get(name) for source in _sources(data)):
            yield f"A source has {name}; {_ALONE}."


def _lacking(data: Mapping[str, Any], names: Collection[str]) -> Iterator[str]:
    """Yield the files of which it speaks and which are not here."""
    paths = [source.get("path") for source in _sources(data)]
    if not paths:
        yield "It speaks of no file: choose the audit.toml that was saved on the last page."
    for path in dict.fromkeys(map(str, paths)):
        if path not in names:
            yield f"It speaks of {path}, which is not among the files handed in: add it under that name first."


def _records(data: Mapping[str, Any], records: str) -> Iterator[str]:
    """Yield what is wrong with the review file of which it speaks."""
    if "review" not in data:
        return
    table = data["review"]
    name = table.get("file") if isinstance(table, dict) else None
    if not isinstance(name, str) or not name:
        yield '[review] names no file: write file = "review.toml" below it.'
    elif name != records:
        yield f"It speaks of {name}, a review file that is not handed in: add it under that name first."


def _sources(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = data.get("sources")
    return [source for source in found if isinstance(source, dict)] if isinstance(found, list) else []
