"""Sentences that the review holds on single findings: what is counted, and what it does not show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditor.findings.finding import Sentence
from auditor.report.letters.draft import Draft
from auditor.report.letters.model import Runs


def definitions(draft: Draft, chosen: Sequence[int]) -> Iterator[Runs]:
    """Yield what the chosen findings count, each with its source."""
    for j in chosen:
        yield from _quotes(draft, j, "definitions", draft.finding(j).definitions)


def caveats(draft: Draft, chosen: Sequence[int]) -> Iterator[Runs]:
    """Yield what the chosen findings do not show, each with its source."""
    for j in chosen:
        yield from _quotes(draft, j, "caveats", draft.finding(j).caveats)


def _quotes(draft: Draft, position: int, key: str, found: Sequence[Sentence]) -> Iterator[Runs]:
    for i, sentence in enumerate(found):
        yield draft.quote(sentence, f"findings/{position}/{key}/{i}")


def distinct(found: Iterator[Runs]) -> tuple[Runs, ...]:
    """Return runs without those that say the same again."""
    seen: dict[str, Runs] = {}
    for runs in found:
        seen.setdefault("".join(run.text for run in runs), runs)
    return tuple(seen.values())
