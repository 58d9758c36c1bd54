"""Decisions that people made about written places and facilities: what was found, what was chosen, and why.

They live in a file of their own, so that they can be reviewed and serve the next release of the same data. A decision
answers one written text, compared without regard to case, signs and blanks and never by likeness; a place without its
state answers only for rows that have none, so that one Washington County never speaks for another.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

from auditor.domain.facilities import APART
from auditor.domain.place_codes import classify
from auditor.domain.place_names import split_state, words
from auditor.domain.places import gazetteer
from auditor.domain.vocabulary import EXCLUDE

Kind = Literal["place", "facility"]
KINDS: Final[tuple[Kind, ...]] = ("place", "facility")
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision.

    Attributes
    ----------
    kind : "place" or "facility"
        What the text names.
    found : str
        The text as it was met, with its state where the file gives one: ``"Bedford, VA"``.
    chosen : str
        A county or state code, an ORI, ``local:<id>``, ``US`` or ``exclude``; for a facility also a word of
        :data:`auditor.domain.facilities.APART`. Empty while it is open.
    why : str
        The reason, for whoever reviews it.
    by, on : str
        Who decided and when, as given.
    """

    kind: Kind
    found: str
    chosen: str
    why: str
    by: str = ""
    on: str = ""

    def __str__(self) -> str:
        return f"{self.found!r} is {self.chosen} ({self.why})"


@dataclass(frozen=True)
class Decisions:
    """The decisions of one file.

    Attributes
    ----------
    entries : tuple of Decision
        In the order of the file; open ones among them.
    file : str
        Base name; empty when no file is configured.
    sha256 : str
        Of its bytes.
    """

    entries: tuple[Decision, ...] = ()
    file: str = ""
    sha256: str = ""
    _index: dict[tuple[str, str], Decision] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index what is decided."""
        index = {(entry.kind, comparable(entry.found)): entry for entry in self.entries if entry.chosen}
        object.__setattr__(self, "_index", index)

    def find(self, kind: Kind, text: str) -> Decision | None:
        """Return the decision on a written text, or None."""
        return self._index.get((kind, comparable(text))) if self._index else None


def comparable(text: str) -> str:
    """Return a written text as decisions are compared: its words in order, and the code of the state it ends with."""
    name, tail = split_state(text)
    state = gazetteer().state(tail)
    return f"{' '.join(words(name))}|{state.id}" if state is not None else f"{' '.join(words(text))}|"


def acceptable(kind: Kind, chosen: str) -> bool:
    """Say whether a decision may choose this."""
    if chosen == EXCLUDE or (kind == "facility" and chosen in APART):
        return True
    return classify(chosen).kind in ("county", "state", "nation", "agency", "local")


def choices(kind: Kind) -> str:
    """Return in words what a decision may choose."""
    words_ = f", {', '.join(APART)}" if kind == "facility" else ""
    return f"a county or state code, an ORI, local:<id>, US{words_} or {EXCLUDE}"


def use_note(decisions: Decisions, used: Iterable[Decision]) -> str:
    """Say which file of decisions was used, and which of them matched nothing.

    Returns
    -------
    str
        Empty when no file is configured.
    """
    if not decisions.file:
        return ""
    made = [entry for entry in decisions.entries if entry.chosen]
    idle = [entry for entry in made if entry not in set(used)]
    count = f"{len(made) - len(idle):,} of {len(made):,}"
    text = f"{decisions.file} (sha256 {decisions.sha256[:12]}): {count} decisions used"
    if not idle:
        return text
    listed = ", ".join(repr(entry.found) for entry in idle[:SHOWN])
    more = f" and {len(idle) - SHOWN:,} more" if len(idle) > SHOWN else ""
    return f"{text}; no longer matched by anything in these data: {listed}{more}"
