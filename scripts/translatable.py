"""Every English text that a page or letter may print, by catalogue: what translators are asked for.

Sentences are read from their TOML files, the cards from the signals, facts from the standards map; labels and the words
of tables are found in the source, those of templates in the templates. A word that somebody adds is asked for at once.
"""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Iterator
from pathlib import Path

import jinja2

from auditor.report import key_words, labels, sentences
from auditor.report.words import MarkedWords, Words
from auditor.resources import folder
from auditor.signals.registry import discover

Key = tuple[str, str]
HEADER = (
    "Project-Id-Version: auditor\nLanguage: es_US\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n"
    "Content-Transfer-Encoding: 8bit\nPlural-Forms: nplurals=2; plural=(n != 1);\n"
    "X-Status: awaiting review by a human translator\n"
)
FREE = ("label", "page", "card", "fact", "note", "part")
REPORT = Path(labels.__file__).parent
UNSPOKEN = (
    "key_words.py",
    "labels.py",
    "names.py",
    "wording.py",
    "units.py",
    "trace.py",
    "tongue.py",
    "editions.py",
    "sentences.py",
    "slug.py",
    "words.py",
    "template.py",
    "wording_es.py",
)
_EDGES = " \u00a0\t\n:;,.()–·“”>→"
_OPEN = re.compile(r"\{[a-z_]*\}")
# Names of styles, files and formats: in the source, and never read by anybody.
_TECHNICAL = re.compile(
    r"^(Heading|List|Normal|Quote|Caption|Table Grid|Letter Table|Consolas|Times New Roman)|^[./]|^default-src"
)


def catalogues() -> dict[str, list[Key]]:
    """Return every text by catalogue: {catalogue: [(context, English)]}, in a fixed order."""
    found: dict[str, list[Key]] = {}
    for file in sorted((folder("data") / "sentences" / "en").glob("*.toml")):
        found[file.stem] = list(sentences.entries_of(file))
    for context, texts in (("label", _labels()), ("page", _page()), ("card", _cards()), ("fact", _facts())):
        found[context] = [(context, text) for text in dict.fromkeys(texts)]
    for context in ("note", "part"):
        found[context] = [(context, text) for text in dict.fromkeys(_collected(context))]
    return found


def _labels() -> Iterator[str]:
    for value in (*vars(labels).values(), *vars(key_words).values()):
        if isinstance(value, Words):
            yield from value.english.values()
        elif isinstance(value, MarkedWords):
            yield from (text for _, text in value.english.values())
    yield from (verdict.english for verdict in labels.VERDICTS)
    for file in sorted(REPORT.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id not in ("word", "phrase"):
                continue
            if node.args and isinstance(node.args[0], ast.Constant):
                yield str(node.args[0].value)


def _cards() -> Iterator[str]:
    """Yield the cards; formulae and references stand as they are written."""
    for signal in discover().values():
        card = signal.card
        yield from (card.title, card.question, card.null, card.needs, card.measures, card.controls)
        yield from (*card.assumptions, *card.misleads)


def _facts() -> Iterator[str]:
    import tomllib

    held = tomllib.loads((folder("data") / "standards.toml").read_text(encoding="utf-8"))
    for rows in held.values():
        if isinstance(rows, list):
            for row in rows:
                yield from (text for key, text in row.items() if key != "grades")


def _collected(context: str) -> Iterator[str]:
    """Yield what reading leaves to say, as far as it is collected in ``notes.txt`` and ``parts.txt``."""
    listed = folder("data") / "locale" / f"{context}s.txt"
    yield from (line for line in listed.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#"))


def _page() -> Iterator[str]:
    yield from labels.PARTS
    listed = folder("data") / "locale" / "page.txt"
    yield from (line for line in listed.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#"))
    templates = folder("templates")
    for file in sorted(templates.rglob("*.j2")):
        # Letters have a catalogue of their own; the local page of the app is in English only.
        if file.relative_to(templates).parts[0] not in ("app", "letters"):
            yield from template_words(file.read_text(encoding="utf-8"))
    for file in sorted(REPORT.rglob("*.py")):
        aside = {"letters", "locale"} & set(file.parts)
        if not aside and file.name not in UNSPOKEN:
            yield from source_words(file)


def template_words(source: str) -> Iterator[str]:
    """Yield the words of a template: between its tags, in what is read aloud, and in strings that are printed."""
    tokens = list(jinja2.Environment(autoescape=True).lex(source))
    text, inside = "", False
    for i, (_, kind, value) in enumerate(tokens):
        if kind == "data":
            text += value
        elif kind == "variable_begin":
            text, inside = text + "\0", True
        elif kind == "variable_end":
            inside = False
        elif kind == "block_begin":
            text += "\1"
        elif kind == "string" and (inside or _assigned(tokens, i)):
            yield from _printed(tokens, i, value[1:-1])
    yield from _stretches(text)


def _before(tokens: list[tuple[int, str, str]], i: int) -> str:
    return next((value for _, kind, value in reversed(tokens[:i]) if kind != "whitespace"), "")


def _after(tokens: list[tuple[int, str, str]], i: int) -> str:
    return next((value for _, kind, value in tokens[i + 1 :] if kind != "whitespace"), "")


def _assigned(tokens: list[tuple[int, str, str]], i: int) -> bool:
    line = [value for _, kind, value in tokens[max(0, i - 8) : i] if kind == "name"]
    return "title" in line and "set" in line


def _printed(tokens: list[tuple[int, str, str]], i: int, text: str) -> Iterator[str]:
    """Yield a string of an expression that is printed: not one that is compared, called with, or looked up."""
    if _after(tokens, i) == "if":
        yield from _words(text)
        return
    if _before(tokens, i) in ("(", "==", "[", ",", "!=", "in") and not (
        " " in text and _before(tokens, i) in ("(", ",")
    ):
        return
    yield from _words(text)


def _stretches(text: str) -> Iterator[str]:
    """Yield the stretches of text between tags and between what is filled in."""
    for attribute in re.findall(r'aria-label="([^"]*)"', text):
        yield from _opened(attribute)
    bare = re.sub(r"<(style|script)\b.*?</\1>", "", text, flags=re.DOTALL)
    for stretch in re.split("<[^>]*>|\1", bare):
        for part in stretch.split("\0"):
            yield from _words(part)


def _opened(text: str) -> Iterator[str]:
    for part in text.replace("\1", "\0").split("\0"):
        yield from _words(part)


# Classes of styles, keys and formats that look like words.
_NO_WORDS = {
    "target) .all tbody:not",
    "@supports selector(:has(a)){",
    "County",
    "few",
    "tall",
    "csv",
    "ask",
    "about",
    "missing",
    "auditor",
    "auditor run config.toml",
    "auditor verify",
    "SHA-256",
    '<span data-fixed="',
    '<span data-name="',
    "'; img-src data:; base-uri 'none'; form-action 'none'",
}


def _words(text: str) -> Iterator[str]:
    core = re.sub(r"\s+", " ", html.unescape(text)).strip(_EDGES)
    core += ")" if "(" in core and ")" not in core else ""
    if (
        core not in _NO_WORDS
        and re.search(r"[A-Za-z]{2}", core)
        and not re.fullmatch(r"[a-z0-9]+[-_/.#][\w./#-]*|tables/.*", core)
    ):
        yield core


def source_words(file: Path) -> Iterator[str]:
    """Yield the words that a module of the report puts on pages."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    aside: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr | ast.Raise):
            aside |= (
                {id(inner) for inner in ast.walk(node)}
                if isinstance(node, ast.Raise) or isinstance(node.value, ast.Constant)
                else set()
            )
        if isinstance(node, ast.Call) and _name(node.func) in (
            "Problem",
            "DecisionNeeded",
            "UsageError",
            "_refused",
            "word",
            "phrase",
            "compile",
        ):
            aside |= {id(inner) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in aside:
            yield from _spoken(node.value)


def _name(function: ast.expr) -> str:
    return (
        function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""
    )


def _spoken(text: str) -> Iterator[str]:
    if _TECHNICAL.search(text):
        return
    for part in re.split(r"<[^>]*>", text):
        for piece in re.split(r"\{\}", part):
            core = re.sub(r"\s+", " ", piece).strip(_EDGES)
            joined = piece != text and re.fullmatch(r"[a-z ]+", core)
            if joined or re.search(r"[A-Za-z]{2,} [a-zA-Zλδ(]", core) or re.fullmatch(r"[A-Z][a-z]{2,}", core):
                yield from _words(core)
