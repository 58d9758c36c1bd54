"""The card of a signal: what it asks, what it assumes, when it misleads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

FAMILIES: Final = ("exposure", "discretion", "match", "change", "outcome", "visibility", "recording")


@dataclass(frozen=True, slots=True)
class Card:
    """What a reader must know of a signal before its numbers.

    Attributes
    ----------
    name : str
        As it stands in the configuration, such as ``"level-mix"``.
    family : str
        The family of evidence, by the assumption that identifies it (one of :data:`FAMILIES`).
    section : int
        Part of the review in which its findings stand (0-20).
    title : str
        A heading of two to five words.
    question, null : str
        One sentence each.
    needs : str
        Which records, in plain words, as they would be asked for.
    measures : str
        What is estimated, with the formula in words.
    assumptions, misleads, references : tuple of str
        One sentence (or citation) each.
    formulae : tuple of str
        Plain-text formulae for the method page.
    controls : str
        Its negative controls, or why it has none.
    direction : str
        ``"greater"`` when profiling predicts a larger value, ``"less"`` when a smaller one.
    """

    name: str
    family: str
    section: int
    title: str
    question: str
    null: str
    needs: str
    measures: str
    assumptions: tuple[str, ...]
    misleads: tuple[str, ...]
    references: tuple[str, ...]
    formulae: tuple[str, ...] = ()
    controls: str = ""
    direction: str = "greater"

    def __post_init__(self) -> None:
        if self.family not in FAMILIES:
            raise ValueError(f"family must be one of {', '.join(FAMILIES)}, not {self.family!r}")
        if not 0 <= self.section <= 20:
            raise ValueError(f"section must be a part of the review, 0 to 20, not {self.section}")
        for name in ("question", "null", "needs"):
            if not getattr(self, name).strip():
                raise ValueError(f"the card of {self.name!r} lacks its {name}")
