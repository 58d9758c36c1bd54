"""Write plain data as TOML, for a configuration that was built in code."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any


def dumps(data: Mapping[str, Any]) -> str:
    """Return TOML text; keys that hold None are left out.

    Raises
    ------
    TypeError
        When a value has no form in TOML.
    """
    return "\n".join(_table(data, "")).strip() + "\n"


def inline(data: Mapping[str, Any]) -> str:
    """Return an inline table, on one line as TOML 1.0 asks.

    Raises
    ------
    TypeError
        When a value has no form in TOML.
    """
    return f"{{ {', '.join(f'{_key(key)} = {literal(value)}' for key, value in data.items())} }}" if data else "{}"


def _table(data: Mapping[str, Any], path: str) -> Iterator[str]:
    deeper: list[tuple[str, Any]] = []
    for key, value in data.items():
        if isinstance(value, Mapping) or _is_tables(value):
            deeper.append((key, value))
        elif value is not None:
            yield f"{_key(key)} = {literal(value)}"
    for key, value in deeper:
        inner = f"{path}.{_key(key)}" if path else _key(key)
        for table in [value] if isinstance(value, Mapping) else value:
            yield ""
            yield f"[{inner}]" if isinstance(value, Mapping) else f"[[{inner}]]"
            yield from _table(table, inner)


def _is_tables(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(item, Mapping) for item in value)


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _text(key)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def literal(value: Any) -> str:
    """Return a value as TOML, on one line.

    Raises
    ------
    TypeError
        When it has no form in TOML.
    """
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return f"[{', '.join(literal(item) for item in value)}]"
    if isinstance(value, Mapping):
        return inline(value)
    raise TypeError(f"{type(value).__name__} has no form in TOML")
