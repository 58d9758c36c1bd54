"""Patterns of finished texts, and lists of examples as reading a file leaves them."""

from __future__ import annotations

import re
from functools import cache

from auditor.report import template
from auditor.report.locale.catalogue import entries
from auditor.report.locale.written import again


def pattern(text: str) -> re.Pattern[str]:
    """Return the pattern of the finished texts of a template; a placeholder met twice holds the same text."""
    parts, seen = [], set()
    fixed = template.fixed_parts(text)
    for part, hole in zip(fixed, [*(hole for hole, _, _ in template.holes(text)), ""], strict=True):
        parts.append(re.escape(part))
        if hole:
            parts.append(f"(?P={hole})" if hole in seen else f"(?P<{hole}>.+?)")
            seen.add(hole)
    return re.compile("".join(parts), re.DOTALL)


@cache
def _parts(language: str) -> tuple[tuple[re.Pattern[str], str, dict[str, str]], ...]:
    """Return what may stand in a list of examples: pattern, other text, kinds of its placeholders."""
    known = entries(language, "part")
    longest = sorted(known, key=lambda text: (-len(template.without_holes(text)), text))
    kinds = ({hole: kind for hole, kind, _ in template.holes(text)} for text in longest)
    return tuple((pattern(text), known[text], kind) for text, kind in zip(longest, kinds, strict=True))


def listing(text: str, language: str) -> str:
    """Return a list of examples, "'n/a' in 3 rows, 'x' in 1 row", in a language; the examples stand as they are."""
    return "; ".join(", ".join(_one(part, language) for part in group.split(", ")) for group in text.split("; "))


def _one(part: str, language: str) -> str:
    for known, other, kinds in _parts(language):
        if (met := known.fullmatch(part)) is None:
            continue
        written = {
            hole: value if kinds[hole] == "text" else again(kinds[hole], value, language)
            for hole, value in met.groupdict().items()
        }
        if None not in written.values():
            return template.put(other, {hole: str(value) for hole, value in written.items()})
    return part
