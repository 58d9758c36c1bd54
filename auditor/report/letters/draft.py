"""A letter in the making: the review, the place, the details; and the notes and blanks that come up on the way."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from auditor.findings.finding import Finding
from auditor.report import labels, numbers
from auditor.report.cite import Num, quoted
from auditor.report.context import Context, held, place_title
from auditor.report.letters.details import Details
from auditor.report.letters.model import Run, Runs
from auditor.report.letters.runs import runs_of, said

NUMBER_OF_FLAG = 2
"""Grade from which a place is flagged, and a letter may speak of a pattern."""


class Draft:
    """What every part of a letter is written from.

    Parameters
    ----------
    review : Review
        Through ``context``, which the pages use too.
    index : int
        Which place of the review.
    details : Details
    kind : str
    """

    def __init__(self, context: Context, index: int, details: Details, kind: str) -> None:
        self.context = context
        self.review = context.review
        self.index = index
        self.place = context.review.places[index]
        self.at = f"/places/{index}"
        self.details = details
        self.kind = kind
        self.language = context.language
        self.shown: set[int] = set()
        """Findings whose counts and effect stand in a table or picture of the letter, so that no note repeats them."""
        self._blanks: dict[str, None] = {}
        self._notes: dict[str, int] = {}

    @property
    def title(self) -> str:
        """The place's name with its state."""
        return place_title(self.place)

    @property
    def flagged(self) -> bool:
        """Whether the place's verdict is at least "pattern worth examining"."""
        return self.place.verdict in labels.FLAGS

    @property
    def grade(self) -> int:
        """The grade as a number: below :data:`NUMBER_OF_FLAG` nothing is flagged."""
        return int(labels.verdict(self.place.verdict).grade) if self.flagged else 0

    @property
    def blanks(self) -> tuple[str, ...]:
        """What is missing so far, as it is marked, in the order of the letter."""
        return tuple(self._blanks)

    @property
    def noted(self) -> Mapping[str, int]:
        """Numbers of the notes by finding."""
        return self._notes

    def say(self, name: str, /, **values: str | Num | Runs) -> Runs:
        """Return a sentence of the catalogue; its relative pointers continue that of the place."""
        return said(f"letter.{name}", self.language, self.at, **values)

    def page(self, name: str, /, **values: str | Num | Runs) -> Runs:
        """Return a sentence that the pages have too."""
        return said(f"page.{name}", self.language, self.at, **values)

    def strong(self, name: str, /, **values: str | Num | Runs) -> Runs:
        """Return a sentence in bold."""
        return bold(self.say(name, **values))

    def quote(self, sentence: object, ref: str) -> Runs:
        """Return a sentence of the place with its source."""
        return runs_of(quoted(sentence, ref, self.language), self.at)  # type: ignore[arg-type]

    def blank(self, name: str) -> Runs:
        """Return a blank, and remember it for "before you send"."""
        words = "".join(run.text for run in self.say(f"blank.{name}"))
        text = f"[{words}]"
        self._blanks.setdefault(text)
        return (Run(text, "blank"),)

    def own(self, value: str | None, blank: str) -> Runs:
        """Return what the sender gave, verbatim, or a blank."""
        return (Run(value, "held"),) if value else self.blank(blank)

    def day(self, value: datetime.date | None, blank: str) -> Runs:
        """Return a day that the sender gave, or a blank."""
        return (Run(numbers.date(value), "name"),) if value else self.blank(blank)

    def note(self, position: int) -> Runs:
        """Return the mark of the note on a finding; the same finding keeps its number."""
        identifier = self.place.findings[position].id
        number = self._notes.setdefault(identifier, len(self._notes) + 1)
        return (Run(str(number), "mark", ref=identifier),)

    def pointer(self, position: int) -> str:
        """Return the pointer of a finding."""
        return f"{self.at}/findings/{position}"

    def finding(self, position: int) -> Finding:
        """Return a finding."""
        return self.place.findings[position]

    @property
    def checked(self) -> Runs:
        """The day to which facts of law and office were checked."""
        return (Run(numbers.date(held("standards")["as_of"]), "fixed"),)

    @property
    def as_of(self) -> Runs:
        """The date that the review bears."""
        day = self.review.audit.get("as_of")
        if not day:
            return self.blank("as-of")
        return (Run(numbers.date(str(day)), "number", "/audit/as_of", str(day)),)

    @property
    def programmes(self) -> Runs:
        """The programmes that are on record for the place, or a blank."""
        entries = (self.place.profile or {}).get("activations") or ()
        found = dict.fromkeys(str(entry.get("program") or "") for entry in entries)
        names = [labels.PROGRAMMES.get(name, name) for name in found if name]
        return (Run(", ".join(names), "name"),) if names else self.blank("programme")


def bold(runs: Runs) -> Runs:
    """Return runs in bold."""
    return tuple(
        Run(run.text, run.kind, run.ref, run.value, run.calc, strong=True) if run.kind != "mark" else run
        for run in runs
    )


def name(text: str) -> Runs:
    """Return a name or an identifier as runs."""
    return (Run(text, "name"),) if text else ()


def own_words(text: str) -> Runs:
    """Return the sender's own words as runs."""
    return (Run(text, "held"),) if text else ()
