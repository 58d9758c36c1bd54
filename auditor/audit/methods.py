"""The card of each signal, as text for the terminal and as a page of the documentation."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from auditor.findings.card import Card
from auditor.signals.registry import discover, signal

_WIDTH = 96
_FOUND_BY = {
    "greater": "Profiling would predict a larger value.",
    "less": "Profiling would predict a smaller value.",
}


def overview() -> str:
    """Return one paragraph a signal: name, family and question."""
    lines: list[str] = []
    for name, found in discover().items():
        lines.append(f"{name} ({found.card.family})")
        lines.append(textwrap.fill(found.card.question, _WIDTH, initial_indent="  ", subsequent_indent="  "))
    return "\n".join([*lines, "", "`auditor methods NAME` shows the whole card.", ""])


def describe(name: str) -> str:
    """Return the card of one signal as text.

    Raises
    ------
    UsageError
        When there is no such signal; the nearest name is given.
    """
    return "\n".join(_card_lines(signal(name).card)) + "\n"


def _card_lines(card: Card) -> Iterator[str]:
    yield f"{card.name}: {card.title}"
    yield f"Family {card.family}; part {card.section} of the review"
    for heading, texts in _parts(card):
        yield ""
        yield heading
        for text in texts:
            bullet = "- " if len(texts) > 1 else ""
            yield textwrap.fill(text, _WIDTH, initial_indent=f"  {bullet}", subsequent_indent=f"  {' ' * len(bullet)}")


def _parts(card: Card) -> Iterator[tuple[str, Sequence[str]]]:
    direction = _FOUND_BY.get(card.direction, "")
    yield "Question", (card.question,)
    yield "Null hypothesis", (card.null,)
    yield "Needs", (card.needs,)
    yield "Measures", tuple(text for text in (card.measures, direction) if text)
    for heading, texts in (
        ("Formulae", card.formulae),
        ("Assumptions", card.assumptions),
        ("When it misleads", card.misleads),
        ("Negative controls", (card.controls,) if card.controls else ()),
        ("References", card.references),
    ):
        if texts:
            yield heading, texts


def method_page(name: str) -> str:
    """Return the page ``docs/methods/NAME.md``: the card, and the options with their defaults."""
    found = signal(name)
    card = found.card
    lines = [
        "<!-- Written by scripts/write_method_pages.py from auditor/signals; edit the card there. -->",
        "",
        f"# {card.title} (`{card.name}`)",
        "",
        f"Family of evidence: `{card.family}`. Part {card.section} of the review.",
    ]
    for heading, texts in _parts(card):
        lines += ["", f"## {heading}", ""]
        if heading == "Formulae":
            lines += ["```", *texts, "```"]
        else:
            lines += [f"- {text}" for text in texts] if len(texts) > 1 else [*texts]
    lines += ["", "## Options", "", f"Under `[signals.{card.name}]` in the configuration.", "", *_options(name), ""]
    return "\n".join(lines)


def _options(name: str) -> Iterator[str]:
    model = signal(name).options
    if not model.model_fields:
        yield "There are none."
        return
    yield "| option | default |"
    yield "|---|---|"
    for key, field in model.model_fields.items():
        yield f"| `{key}` | `{field.get_default(call_default_factory=True)!r}` |"
    described = (model.__doc__ or "").partition("Attributes\n")[2]
    if described:
        yield ""
        yield from _attributes(described)


def _attributes(docstring: str) -> Iterator[str]:
    """Turn the numpydoc attributes of an options class into a list."""
    entries: list[tuple[str, list[str]]] = []
    for line in textwrap.dedent(docstring).splitlines():
        if not line.strip() or set(line.strip()) == {"-"}:
            continue
        if not line.startswith(" "):
            entries.append((line.partition(" : ")[0], []))
        elif entries:
            entries[-1][1].append(line.strip())
    for names, words in entries:
        yield f"- `{names}`: {' '.join(words).replace('``', '`')}"
