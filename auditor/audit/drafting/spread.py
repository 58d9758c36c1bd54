"""A configuration written by hand, put as the draft writes one: each setting on a line, so that it can be answered."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from auditor.audit.drafting.answering import dotted, flat
from auditor.audit.toml_lines import Path, locate
from auditor.audit.toml_write import dumps, literal

_DEEPER: Final = re.compile(r"^\s*\[\[?\s*[\"']?(audit|sources)[\"']?\s*\.", re.M)
"""The heading of a table inside one of those."""


def spread(text: str) -> str:
    """Return a configuration with every setting of ``[audit]`` and of each source on a line below its heading.

    Tables within braces or under headings of their own become dotted lines, and remarks are lost then. What stands so
    already, or is no configuration of that shape (a time of day among its settings), is returned as it is.

    Parameters
    ----------
    text : str
        TOML.
    """
    data = tomllib.loads(text)
    tables = [*_tables(data)]
    if not tables or _stands_so(text, tables):
        return text
    rest = {name: value for name, value in data.items() if name not in ("audit", "sources")}
    try:
        parts = [*(_written(path, table) for path, table in tables), *([dumps(rest)] if rest else [])]
    except TypeError:
        return text
    return "\n".join(parts)


def _tables(data: Mapping[str, Any]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    audit, sources = data.get("audit"), data.get("sources")
    if not isinstance(audit, dict) or not isinstance(sources, list) or not all(isinstance(s, dict) for s in sources):
        return
    yield ("audit",), audit
    for at, source in enumerate(sources):
        yield ("sources", at), source


def _stands_so(text: str, tables: list[tuple[Path, Mapping[str, Any]]]) -> bool:
    places = locate(text)  # keys between braces are in none
    alone = all((*table, *path) in places for table, settings in tables for path, _ in flat(settings, ()))
    return alone and not _DEEPER.search(text)


def _written(path: Path, table: Mapping[str, Any]) -> str:
    head = "[audit]" if path == ("audit",) else "[[sources]]"
    settings = (f"{dotted(own)} = {literal(value)}" for own, value in flat(table, ()))
    return "\n".join([head, *settings, ""])
