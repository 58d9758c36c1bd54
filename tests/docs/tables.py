"""Tables of results and constants of benchmarks, as pages quote them."""

from __future__ import annotations

import ast
import csv
import math
from functools import cache
from typing import Any

from tests.docs.pages import ROOT

Row = dict[str, str]


@cache
def table(name: str) -> tuple[Row, ...]:
    """Return a committed table of measurements."""
    with (ROOT / "benchmarks" / "results" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def chosen(name: str, /, **values: object) -> list[Row]:
    """Return the rows of a table with these values, numbers compared as numbers."""
    return [row for row in table(name) if all(_same(row[column], value) for column, value in values.items())]


def _same(text: str, value: object) -> bool:
    return text == value if isinstance(value, str) else bool(text) and float(text) == value


def one(name: str, /, **values: object) -> Row:
    """Return the only such row."""
    (row,) = chosen(name, **values)
    return row


def script(name: str) -> str:
    """Return the text of a benchmark."""
    return (ROOT / "benchmarks" / f"{name}.py").read_text(encoding="utf-8")


def constant(name: str, wanted: str) -> Any:
    """Return a number that a benchmark sets at its top."""
    for node in ast.parse(script(name)).body:
        if not isinstance(node, ast.Assign):
            continue
        (target,) = node.targets
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            pairs = [*zip(target.elts, node.value.elts, strict=True)]
        else:
            pairs = [(target, node.value)]
        for own, value in pairs:
            if isinstance(own, ast.Name) and own.id == wanted:
                return ast.literal_eval(value)
    raise LookupError(wanted)


def point(text: str | float, digits: int) -> str:
    """Write a share as the pages do: ``.212``, and 1 as ``1.00``."""
    return f"{float(text):.{digits}f}".removeprefix("0")


def percent(text: str) -> int:
    """Return whole percents."""
    return math.floor(100 * float(text) + 0.5)
