"""Small faults to put into a module: every one that could be, in the order of the source.

Boundary (< for <=), comparison (its opposite), arithmetic (+ for -, * for /), constant (one more), boolean (and for or,
True for False, a negation left out), return (nothing, or the first two values exchanged) and call (min for max, any
for all, cdf for sf, left for right). Left alone is what no number rests on: texts, annotations, decorators, what an
error says, and `strict` of zip.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

BOUNDARY = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
OPPOSITE = {
    ast.Lt: ast.GtE, ast.LtE: ast.Gt, ast.Gt: ast.LtE, ast.GtE: ast.Lt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
ARITHMETIC = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult, ast.MatMult: ast.Mult,
}  # fmt: skip
BITS = {ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd}
_PAIRS = (
    ("minimum", "maximum"), ("min", "max"), ("any", "all"), ("cdf", "sf"), ("logcdf", "logsf"), ("floor", "ceil"),
    ("argmin", "argmax"), ("cumsum", "cumprod"),
)  # fmt: skip
CALLS = {**dict(_PAIRS), **{b: a for a, b in _PAIRS}, "log1p": "log", "expm1": "exp"}
SIDES = {"left": "right", "right": "left"}
SKIPPED = (ast.Raise, ast.JoinedStr, ast.Import, ast.ImportFrom, ast.Global)
SKIPPED_FIELDS = {"annotation", "returns", "decorator_list", "type_params", "ctx"}
Variant = tuple[str, ast.AST]


@dataclass(frozen=True)
class Mutant:
    """A fault, and where it is: the fault numbered `nth` of those that look alike in a function."""

    module: str
    """Path of the file from the checkout's root."""
    function: str
    line: int
    last: int
    number: int
    """Among all faults of the module."""
    kind: str
    before: str
    after: str
    nth: int = 1

    @property
    def key(self) -> tuple[str, ...]:
        """What stays the same when lines move."""
        return (self.module, self.function, self.kind, self.before, self.after, str(self.nth))


@dataclass
class _Edit:
    function: str
    line: int
    last: int
    kind: str
    old: ast.AST
    new: ast.AST
    put: Callable[[ast.AST], None]


def mutants(root: Path, module: Path) -> list[Mutant]:
    """Return every fault of a module."""
    name, seen, found = module.relative_to(root).as_posix(), dict[tuple[str, ...], int](), []
    for i, edit in enumerate(_edits(ast.parse(module.read_bytes()))):
        before, after = _text(edit.old), _text(edit.new)
        alike = (edit.function, edit.kind, before, after)
        seen[alike] = seen.get(alike, 0) + 1
        found.append(Mutant(name, edit.function, edit.line, edit.last, i, edit.kind, before, after, seen[alike]))
    return found


def mutated(source: bytes, number: int | None) -> ast.Module:
    """Return a module's tree with one fault, or with none."""
    tree = ast.parse(source)
    if number is not None:
        edit = list(_edits(tree))[number]
        edit.put(edit.new)
    return ast.fix_missing_locations(tree)


def _text(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 90 else text[:87] + "..."


def _edits(tree: ast.AST, function: str = "", first: int = 0) -> Iterator[_Edit]:
    for field, value in ast.iter_fields(tree):
        if field in SKIPPED_FIELDS:
            continue
        for at, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST) or _skipped(child):
                continue
            line = child.lineno if isinstance(child, ast.stmt) else first
            own = f"{function}.{child.name}".lstrip(".") if isinstance(child, _NAMED) else function
            for kind, new in _variants(child):
                place = (own, line, getattr(child, "end_lineno", line), kind, child)
                yield _Edit(*place, ast.copy_location(new, child), _putter(tree, field, at))
            yield from _edits(child, own, line)


_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _skipped(node: ast.AST) -> bool:
    docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    strict = isinstance(node, ast.keyword) and node.arg == "strict"
    return docstring or strict or isinstance(node, SKIPPED)


def _putter(parent: ast.AST, field: str, at: int | None) -> Callable[[ast.AST], None]:
    def put(new: ast.AST) -> None:
        if at is None:
            setattr(parent, field, new)
        else:
            getattr(parent, field)[at] = new

    return put


def _variants(node: ast.AST) -> Iterator[Variant]:
    if isinstance(node, ast.Compare):
        yield from _compared(node)
    elif isinstance(node, ast.BinOp | ast.AugAssign):
        yield from _operated(node)
    elif isinstance(node, ast.BoolOp):
        yield "boolean", _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    elif isinstance(node, ast.UnaryOp):
        yield "arithmetic" if isinstance(node.op, ast.USub) else "boolean", node.operand
    elif isinstance(node, ast.Constant):
        yield from _constant(node)
    elif isinstance(node, ast.Return) and node.value is not None:
        yield from _returned(node)
    elif isinstance(node, ast.Call):
        yield from _called(node)


def _compared(node: ast.Compare) -> Iterator[Variant]:
    for i, op in enumerate(node.ops):
        for kind, table in (("boundary", BOUNDARY), ("comparison", OPPOSITE)):
            if type(op) in table:
                yield kind, _with(node, ops=[*node.ops[:i], table[type(op)](), *node.ops[i + 1 :]])


def _operated(node: ast.BinOp | ast.AugAssign) -> Iterator[Variant]:
    for kind, table in (("arithmetic", ARITHMETIC), ("boolean", BITS)):
        if type(node.op) in table:
            yield kind, _with(node, op=table[type(node.op)]())


def _constant(node: ast.Constant) -> Iterator[Variant]:
    if isinstance(node.value, bool):
        yield "boolean", ast.Constant(not node.value)
    elif isinstance(node.value, int | float):
        yield "constant", ast.Constant(node.value + 1)
    elif node.value in SIDES:
        yield "call", ast.Constant(SIDES[node.value])


def _returned(node: ast.Return) -> Iterator[Variant]:
    if isinstance(node.value, ast.Tuple) and len(node.value.elts) > 1:
        a, b, *rest = node.value.elts
        yield "return", _with(node, value=_with(node.value, elts=[b, a, *rest]))
    elif not (isinstance(node.value, ast.Constant) and node.value.value is None):
        yield "return", _with(node, value=ast.Constant(None))


def _called(node: ast.Call) -> Iterator[Variant]:
    called = node.func
    if isinstance(called, ast.Attribute) and called.attr in CALLS:
        yield "call", _with(node, func=_with(called, attr=CALLS[called.attr]))
    elif isinstance(called, ast.Name) and called.id in CALLS:
        yield "call", _with(node, func=_with(called, id=CALLS[called.id]))


def _with(node: ast.AST, **changed: object) -> ast.AST:
    new = copy.copy(node)
    for field, value in changed.items():
        setattr(new, field, value)
    return new
