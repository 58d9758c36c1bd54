"""A file of people whose personal columns hold texts that stand nowhere else, and what must never show one of them."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

PERSONAL = (
    "First Name", "Last Name", "DOB", "SSN", "A Number", "FBI Number", "SID", "Booking Number", "Street Address",
    "Licence Plate", "Narrative", "Phone", "E-mail", "Officer Name", "Mother's Maiden Name", "person", "officer",
    "surname", "Incident Number", "Remarks",
)  # fmt: skip
MADE = 200
"""Canaries: ten rows, each with one of its own in every personal column."""
HEAD = ("place", "event", "date", "time", "group", "agency", "offence", "cited", "booked", "searched", "contraband")
GROUPS = ("hispanic", "white", "black", "")
OFFENCES = ("traffic", "licence", "drug-possession", "theft")
CONFIG = """[audit]
title = "Canaries"
as_of = 2012-06-30
focal_groups = ["hispanic"]
reference_group = "white"

[[sources]]
format = "records"
path = "people.csv"
fold = "none"

[[sources]]
format = "population"
path = "residents.csv"
"""


def canaries() -> list[str]:
    """Return the canaries, which look like nothing that a program would write or round."""
    return [f"Qzx{i:03d}canary" for i in range(MADE)]


def write(folder: Path, rows: int = 900, places: Sequence[str] = ("48001", "48003")) -> Path:
    """Write the files and the configuration; return the latter."""
    folder.mkdir(parents=True, exist_ok=True)
    named = canaries()
    lines = [",".join((*HEAD, *(f'"{name}"' for name in PERSONAL)))]
    for i in range(rows):
        searched = i % 3 == 0
        values = (
            places[i % len(places)], "arrest", f"2011-{i % 12 + 1:02d}-{i % 28 + 1:02d}", f"{i % 24:02d}:{i % 60:02d}",
            GROUPS[i * 7 % 11 % 4], "ab"[i % 5 % 2], OFFENCES[i % 4], "yes" if i % 2 else "no",
            "no" if i % 2 else "yes",
            "yes" if searched else "no", ("yes" if i % 2 else "no") if searched else "",
        )  # fmt: skip
        start = i * len(PERSONAL) % MADE
        lines.append(",".join((*values, *named[start : start + len(PERSONAL)])))
    residents = [
        f"{place},{group},{n},residents" for place in places for group, n in (("hispanic", 9000), ("white", 20000))
    ]
    (folder / "people.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    (folder / "residents.csv").write_text("\n".join(["place,group,n,universe", *residents, ""]), encoding="utf-8")
    (folder / "audit.toml").write_text(CONFIG, encoding="utf-8")
    return folder / "audit.toml"


def found_in(raw: bytes, name: str = "") -> list[str]:
    """Return where a canary stands in some bytes: as text of either width, in base 64, or inside a zip package."""
    plain = raw.lower()
    hits = [name for mark in _MARKS if mark in (raw if mark in _EXACT else plain)]
    if raw.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(raw)) as package:
            for member in package.namelist():
                hits += found_in(package.read(member), f"{name}/{member}")
    return hits


_CORE = b"canary"
# Three ways for the six letters to fall on the groups of three bytes of base 64; the letters at the edges are dropped.
_EXACT = tuple(base64.b64encode(b"x" * shift + _CORE)[2 * (shift > 0) + shift // 2 : -4 or None] for shift in range(3))
_MARKS = (_CORE, "canary".encode("utf-16-le"), *_EXACT)


def files_under(*folders: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every file with its name, and the names alone."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            yield f"name of {path.name}", path.name.encode()
            if path.is_file():
                yield str(path.relative_to(folder)), path.read_bytes()
