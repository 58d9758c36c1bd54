"""The file of decisions that ``[audit] decisions`` names, checked line by line."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from auditor.audit.named_toml import not_tables, read_named
from auditor.audit.toml_text import Toml
from auditor.errors import Problem, nearest
from auditor.records.decisions import KINDS, Decision, Decisions, Kind, acceptable, choices, comparable

FIELDS: Final = ("found", "chosen", "why", "by", "on")


def read_decisions(path: Path) -> Decisions:
    """Read a file of decisions.

    Parameters
    ----------
    path : pathlib.Path
        TOML with ``[[place]]`` and ``[[facility]]`` tables of ``found``, ``chosen``, ``why``, ``by`` and ``on``.

    Returns
    -------
    Decisions

    Raises
    ------
    ConfigError
        With every problem, each with its line: a choice that is no place, a choice without a reason, one text
        decided in two ways.
    """
    toml, raw = read_named(path, "the decisions", "`decisions` in [audit] names it", _problems)
    entries = tuple(_decision(kind, entry) for kind in KINDS for entry in toml.data.get(kind, []))
    return Decisions(entries, path.name, hashlib.sha256(raw).hexdigest())


def _decision(kind: Kind, entry: Mapping[str, Any]) -> Decision:
    day = entry.get("on", "")
    return Decision(
        kind,
        " ".join(entry["found"].split()),
        entry.get("chosen", "").strip(),
        " ".join(entry.get("why", "").split()),
        entry.get("by", ""),
        day.isoformat() if isinstance(day, date) else day,
    )


def _problems(toml: Toml) -> Iterator[Problem]:
    for name in toml.data:
        if name not in KINDS:
            close = nearest(name, KINDS)
            remedy = f"did you mean [[{close}]]?" if close else "known: [[place]], [[facility]]"
            yield toml.problem((name,), f"unknown `{name}`", "it would decide nothing", remedy)
        else:
            yield from not_tables(toml, name)
    for kind in KINDS:
        yield from _kind_problems(toml, kind)


def _kind_problems(toml: Toml, kind: Kind) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    entries = toml.data.get(kind, [])
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        if not isinstance(entry, dict):
            continue
        path = (kind, index)
        shaped = list(_shape(toml, path, entry))
        yield from shaped
        if shaped:
            continue
        yield from _choice(toml, path, kind, entry)
        text, chosen = comparable(entry["found"]), entry.get("chosen", "").strip()
        if text in seen and seen[text] != chosen:
            found = f"{entry['found']!r} is decided twice: {seen[text]!r} and {chosen!r}"
            yield toml.problem(path, found, "only one of them could count", "keep one of the two")
        seen.setdefault(text, chosen)


def _shape(toml: Toml, path: tuple[str | int, ...], entry: Mapping[str, Any]) -> Iterator[Problem]:
    for key, value in entry.items():
        if key not in FIELDS:
            close = nearest(key, FIELDS)
            remedy = f"did you mean {close!r}?" if close else f"known: {', '.join(FIELDS)}"
            yield toml.problem((*path, key), f"unknown key {key!r}", "it would decide nothing", remedy)
        elif not isinstance(value, str) and not (key == "on" and isinstance(value, date)):
            yield toml.problem((*path, key), f"`{key}` is {value}", "it is text", f'write: {key} = "{value}"')
    if not str(entry.get("found", "")).strip():
        why, remedy = "a decision answers a text", 'write: found = "Bedford, VA"'
        yield toml.problem(path, f"a decision of [[{path[0]}]] names no text", why, remedy)


def _choice(toml: Toml, path: tuple[str | int, ...], kind: Kind, entry: Mapping[str, Any]) -> Iterator[Problem]:
    chosen = entry.get("chosen", "").strip()
    if not chosen:
        return
    if not acceptable(kind, chosen):
        found = f"{chosen!r} is chosen for {entry['found']!r}"
        yield toml.problem((*path, "chosen"), found, "it is no place and no word that is known", choices(kind))
    if not entry.get("why", "").strip():
        found = f"the choice for {entry['found']!r} has no reason"
        yield toml.problem(path, found, "nobody could review it", 'write: why = "..."')
