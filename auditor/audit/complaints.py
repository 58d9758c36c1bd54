"""Turn what pydantic found into problems: what was met, why it matters, how the line should read."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from auditor.audit.toml_lines import Path
from auditor.audit.toml_text import Toml
from auditor.errors import Problem, nearest, unknown_name

NOT_BUILT = "not_built"

_WANTED = {
    "string_type": "text in quotes",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "date_type": "a date such as 2012-06-30",
    "date_from_datetime_parsing": "a date such as 2012-06-30",
    "date_from_datetime_inexact": "a date such as 2012-06-30",
    "date_parsing": "a date such as 2012-06-30",
    "list_type": "a list in square brackets",
    "tuple_type": "a list in square brackets",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
}
_LIMITS = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}


def refuse(found: str, why: str, remedy: str, *, kind: str = "refused", at: Path = ()) -> PydanticCustomError:
    """Return an error for a validator to raise, which keeps its three parts.

    Parameters
    ----------
    found, why, remedy : str
        As in :class:`auditor.errors.Problem`.
    kind : str
        :data:`NOT_BUILT` for what the contract names and this version does not have.
    at : tuple
        Where below the validated value the problem lies.
    """
    context = {"found": found, "why": why, "remedy": remedy, "at": json.dumps(at)}
    return PydanticCustomError(kind, "{found}", context)


def complaints(
    error: ValidationError,
    model: type[BaseModel],
    toml: Toml,
    prefix: Path = (),
    *,
    examples: Mapping[str, str] | None = None,
    elsewhere: Mapping[str, str] | None = None,
) -> Iterator[tuple[str, Problem]]:
    """Yield each thing that is wrong, with its kind.

    Parameters
    ----------
    error : pydantic.ValidationError
        As raised by ``model``.
    model : type of BaseModel
        What was validated: unknown keys are compared with its fields.
    toml : Toml
        Where the values come from, for the line numbers.
    prefix : tuple
        Path of the validated table.
    examples : mapping of str to str
        Dotted path to a line that shows how the key is written (for keys that are missing).
    elsewhere : mapping of str to str
        Key to the place where it belongs.
    """
    for detail in error.errors(include_url=False):
        if _follows(detail):
            continue
        path: Path = (*prefix, *_plain(detail["loc"]))
        if detail["type"] == "extra_forbidden":
            yield "unknown", _unknown(detail, model, toml, path, elsewhere or {})
        elif detail["type"] == "missing":
            yield "missing", _missing(toml, path, examples or {})
        elif "found" in detail.get("ctx", {}):
            context = detail["ctx"]
            path = (*path, *json.loads(context["at"]))
            yield detail["type"], toml.problem(path, context["found"], context["why"], context["remedy"])
        else:
            yield detail["type"], _wrong_value(detail, toml, path)


def _follows(detail: ErrorDetails) -> bool:
    """Say whether an error only follows from another: a list all of whose entries failed, a number refused before."""
    value = detail["input"]
    emptied = detail["type"] == "too_short" and isinstance(value, list) and bool(value)
    return emptied or (isinstance(value, float) and not math.isfinite(value))


def _plain(location: Iterable[str | int]) -> Path:
    """Drop what pydantic adds to a location for unions and dictionary keys."""
    return tuple(part for part in location if isinstance(part, int) or re.fullmatch(r"[^\[\]()]+", part))


def name(path: Path) -> str:
    """Write a path as a reader of the file would: ``sources[1].path`` (the first is 1)."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def show(value: Any) -> str:
    """Write a value as TOML would, shortened."""
    if isinstance(value, Mapping):
        return "a table"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _unknown(
    detail: ErrorDetails, model: type[BaseModel], toml: Toml, path: Path, elsewhere: Mapping[str, str]
) -> Problem:
    key = str(path[-1])
    known = known_keys(model, tuple(detail["loc"][:-1]))
    where = f" in [{name(path[:-1])}]" if len(path) > 1 else ""
    found = f"unknown key {key!r}{where}"
    why = "nothing would come of it, and you would not notice"
    close = nearest(key, known)
    if key in elsewhere and not close:
        return toml.problem(path, found, why, elsewhere[key])
    remedy = unknown_name("key", key, known).partition(". ")[2]
    typed = toml.typed(path)
    if close and key in typed:
        remedy = f"did you mean {close!r}? Write: {typed.replace(key, close, 1)}"
    return toml.problem(path, found, why, remedy)


def known_keys(model: type[BaseModel], location: Path) -> list[str]:
    """Return the keys allowed at a location below ``model``."""
    current: type[BaseModel] | None = model
    for part in location:
        if isinstance(part, int) or current is None:
            continue
        fields = current.model_fields
        current = _model_in(fields[part].annotation) if part in fields else None
    return sorted(current.model_fields) if current is not None else []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in get_args(annotation) if (found := _model_in(inner))), None)


def _missing(toml: Toml, path: Path, examples: Mapping[str, str]) -> Problem:
    dotted = ".".join(str(part) for part in path if isinstance(part, str))
    example = examples.get(dotted, f"{path[-1]} = ...")
    return toml.problem(path, f"`{name(path)}` is missing", "it has no default", f"write: {example}")


def _wrong_value(detail: ErrorDetails, toml: Toml, path: Path) -> Problem:
    value, kind, context = detail["input"], detail["type"], detail.get("ctx", {})
    found = f"`{name(path)}` is {show(value)}"
    if kind in _LIMITS:
        key, words = _LIMITS[kind]
        limit = f"{words} {context[key]:g}"
        return toml.problem(path, found, f"it must be {limit}", _limit_remedy(path, value, context, limit))
    if kind == "literal_error":
        choices = [choice for choice in re.findall(r"'([^']*)'", context["expected"]) if choice]
        close = nearest(str(value), choices)
        remedy = f'write: {path[-1]} = "{close}"' if close else f"write one of: {', '.join(choices)}"
        return toml.problem(path, found, f"it must be one of {', '.join(choices)}", remedy)
    if kind in {"string_too_short", "too_short"}:
        return toml.problem(path, f"`{name(path)}` is empty", "it must say something", f"fill in {name(path)}")
    if kind in _WANTED:
        return toml.problem(path, found, f"{_WANTED[kind]} is expected", _rewrite(kind, value, path))
    return toml.problem(path, found, detail["msg"], f"change {name(path)}")


def _limit_remedy(path: Path, value: Any, context: Mapping[str, Any], limit: str) -> str:
    upper = context.get("lt", context.get("le"))
    if upper is not None and upper <= 1 and isinstance(value, int | float) and 1 <= value < 100:
        return f"it is a share, not a percentage; write: {path[-1]} = {value / 100:g}"
    return f"give {path[-1]} a value of {limit}"


def _rewrite(kind: str, value: Any, path: Path) -> str:
    """Return the corrected line where there is only one that can be meant."""
    key = next((part for part in reversed(path) if isinstance(part, str)), "")
    if kind == "string_type" and isinstance(value, int | float) and not isinstance(value, bool):
        hint = " (a FIPS code keeps its five digits: 01001 for Autauga)" if len(str(value)) in (4, 5) else ""
        return f'write "{value}" in quotes{hint}'
    if kind in {"int_type", "float_type"} and isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value):
        return f"write: {key} = {value}"
    if kind == "bool_type" and str(value).lower() in {"true", "yes", "1", "false", "no", "0"}:
        return f"write: {key} = {'true' if str(value).lower() in {'true', 'yes', '1'} else 'false'}"
    if kind in {"list_type", "tuple_type"} and isinstance(value, str):
        return f"write: {key} = [{show(value)}]"
    if kind.startswith("date"):
        return f"write: {key} = 2012-06-30 (year-month-day, without quotes)"
    return f"give {_WANTED[kind]}"
