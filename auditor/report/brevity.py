"""How a page of very many findings is kept small: step by step, what is least needed is printed in short.

Nothing is lost: the whole of every finding is in ``findings.csv`` and ``review.json``, and the page says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from auditor.report import labels

LARGEST: Final = 400_000
"""Bytes of the page of a place."""


@dataclass(frozen=True, slots=True)
class Brevity:
    """What is printed in short.

    Attributes
    ----------
    cards : frozenset of str
        States of findings (keys of ``labels.OUTCOME_MARKS``) whose cards hold the effect, its interval, what it was
        held against, p and q, and no more.
    lines : frozenset of str
        States of findings of which only the sentence is printed, without a card.
    rows : frozenset of str
        States of findings that stand as a row of part 20 alone, which carries their anchor.
    methods : bool
        Whether the methods are printed as question, null and measure only, and the plot of part 15 holds the
        findings that were tested alone.
    """

    cards: frozenset[str] = frozenset()
    lines: frozenset[str] = frozenset()
    rows: frozenset[str] = frozenset()
    methods: bool = False


FULL: Final = Brevity()
_ALL = frozenset(labels.OUTCOME_MARKS)
_BESIDE = frozenset(["beside"])
_QUIET = frozenset(["beside", "compatible", "insufficient", "suppressed"])
_UNFLAGGED = _ALL - {"higher", "lower"}
STEPS: Final = (
    FULL,
    Brevity(_BESIDE),
    Brevity(_QUIET),
    Brevity(_UNFLAGGED),
    Brevity(_UNFLAGGED, methods=True),
    Brevity(_UNFLAGGED, _BESIDE, methods=True),
    Brevity(_UNFLAGGED, _QUIET, methods=True),
    Brevity(_ALL, _QUIET, methods=True),
    Brevity(_ALL, _QUIET, _BESIDE, methods=True),
    Brevity(_ALL, _UNFLAGGED, _BESIDE, methods=True),
    Brevity(_ALL, _UNFLAGGED, _QUIET, methods=True),
    Brevity(_ALL, _ALL, _UNFLAGGED, methods=True),
)
"""One after the other, until a page is small enough."""
