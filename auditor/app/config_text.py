"""Which review file a configuration names: written into its text, everything else left as it stands."""

from __future__ import annotations

import tomllib
from typing import Final

from auditor.audit.toml_lines import locate
from auditor.audit.toml_write import dumps
from auditor.records.docket import toml_text

TABLE: Final = "review"
_REMARK: Final = "#?"


def with_records(text: str, name: str) -> str:
    """Return a configuration that names this review file and no other.

    Parameters
    ----------
    text : str
        The configuration; one that names the file already is returned as it is.
    name : str
        Base name of the file beside it; empty for none.
    """
    data = tomllib.loads(text)
    wanted = {TABLE: {"file": name}} if name else {}
    if data.get(TABLE, {}).get("file", "") == name:
        return text
    rest = {key: value for key, value in data.items() if key != TABLE}
    edited = _named(_without(text), name) if name else _without(text)
    try:
        fits = tomllib.loads(edited) == {**rest, **wanted}
    except tomllib.TOMLDecodeError:
        fits = False
    return edited if fits else dumps({**rest, **wanted})


def _without(text: str) -> str:
    """Take out the lines of the table, and the blank line above them."""
    gone = {number for path, number in locate(text).items() if path[0] == TABLE}
    lines = text.split("\n")
    kept = [line for number, line in enumerate(lines, 1) if number not in gone]
    first = min(gone, default=0) - 1
    if first > 0 and not lines[first - 1].strip():
        del kept[first - 1]
    return "\n".join(kept)


def _named(text: str, name: str) -> str:
    """Put the table below the last one, where `init` leaves it: above its own remarks on what is missing."""
    lines = text.rstrip("\n").split("\n")
    foot = len(lines)
    while foot and lines[foot - 1].startswith(_REMARK):
        foot -= 1
    if foot and lines[foot - 1].strip():  # remarks on the setting above them, and no foot
        foot = len(lines)
    body, below = lines[:foot], lines[foot:]
    while body and not body[-1].strip():
        body.pop()
    table = ["", f"[{TABLE}]", f"file = {toml_text(name)}"]
    return "\n".join([*body, *table, *(["", *below] if below else []), ""])
