"""A letter as data: every word knows whether it is ours, the review's, the sender's, or still missing.

The model is frozen and holds no markup; :mod:`auditor.report.letters.formats` writes it as HTML, Markdown or DOCX.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

KINDS: Final = ("crcl", "title-vi", "county-board", "oig", "records-request", "agency-notice")
"""As the command line names them."""

RUNS: Final = ("words", "fixed", "name", "number", "sentence", "held", "blank", "mark", "code", "break")
"""What a stretch of text is.

``words`` are of the catalogue, ``fixed`` too but with figures in them that are the same in every letter; ``name`` is
an identifier, a title or a date that is no number of the review; ``number`` and ``sentence`` are the review's and say
where they stand; ``held`` is the sender's own, verbatim; ``blank`` is still missing; ``mark`` refers to a note;
``code`` is a hash or a file; ``break`` begins a line.
"""


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text of one kind.

    Attributes
    ----------
    text : str
        As it is read.
    kind : str
        One of :data:`RUNS`.
    ref, value, calc : str
        For numbers and sentences: JSON Pointers into ``review.json`` (absolute), the value as it stands there, and the
        rule of :data:`auditor.report.rules.RULES` that works it out.
    strong : bool
        Whether it is set in bold.
    """

    text: str
    kind: str = "words"
    ref: str = ""
    value: str = ""
    calc: str = ""
    strong: bool = False

    def __post_init__(self) -> None:
        if self.kind not in RUNS:
            raise ValueError(f"kind must be one of {', '.join(RUNS)}, not {self.kind!r}")
        if self.kind in ("number", "sentence") and not self.ref:
            raise ValueError(f"{self.text!r} names no source")


Runs: TypeAlias = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; ``style`` is ``""``, ``"small"`` or ``"warning"``."""

    runs: Runs
    style: str = ""


@dataclass(frozen=True, slots=True)
class Items:
    """A list; numbered when the order is one of steps or requests."""

    items: tuple[Runs, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a caption and a header row; the first cell of each row heads it."""

    caption: Runs
    header: tuple[Runs, ...]
    rows: tuple[tuple[Runs, ...], ...]

    def __post_init__(self) -> None:
        if any(len(row) != len(self.header) for row in self.rows):
            raise ValueError(f"a row of {plain(self.caption)!r} has not {len(self.header)} cells")


@dataclass(frozen=True, slots=True)
class Held:
    """What somebody else wrote, set apart verbatim: its lines, and whose words they are."""

    lines: tuple[str, ...]
    by: Runs


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a picture: whose it is, its number as it is read, and its length from 0 to 1."""

    label: Runs
    shown: Runs
    share: float


@dataclass(frozen=True, slots=True)
class Picture:
    """Bars on one scale; every bar's number stands beside it, so that the picture says nothing alone."""

    caption: Runs
    header: tuple[Runs, ...]
    bars: tuple[Bar, ...]


Block: TypeAlias = Paragraph | Items | Table | Held | Picture


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the letter: its key (the same in every language), its heading (may be empty), its blocks."""

    key: str
    heading: Runs
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A numbered note that resolves to a finding of the review."""

    number: int
    finding: str
    runs: Runs


@dataclass(frozen=True, slots=True)
class Letter:
    """A whole letter.

    Attributes
    ----------
    kind, language, title : str
    place : str
        The place's identifier.
    simulated : bool
        Whether its records were drawn by a computer, so that it must not be sent.
    letterhead, recipient, signers, copies : tuple of Runs
        One a line.
    date, sent, subject, salutation, closing : Runs
    parts : tuple of Part
        In order, from the request to the contact.
    notes : tuple of Note
    enclosures : tuple of Runs
    words : dict-like tuple of (str, Runs)
        Headings of the frame: notes, enclosures, copies, before you send.
    before : tuple of Runs
        What to settle before it is sent: for the cover note, never for the letter itself.
    blanks : tuple of str
        What is still missing, as it is marked in the text.
    review_sha256 : str
        Of the ``review.json`` that it was made from.
    """

    kind: str
    language: str
    title: str
    place: str
    simulated: bool
    letterhead: tuple[Runs, ...]
    date: Runs
    sent: Runs
    recipient: tuple[Runs, ...]
    subject: Runs
    salutation: Runs
    parts: tuple[Part, ...]
    closing: Runs
    signers: tuple[Runs, ...]
    notes: tuple[Note, ...]
    enclosures: tuple[Runs, ...]
    copies: tuple[Runs, ...]
    words: tuple[tuple[str, Runs], ...]
    before: tuple[Runs, ...]
    blanks: tuple[str, ...]
    review_sha256: str

    def word(self, name: str) -> Runs:
        """Return a heading of the frame."""
        return dict(self.words)[name]

    def part(self, key: str) -> Part:
        """Return a part.

        Raises
        ------
        KeyError
            When the letter has no such part.
        """
        return {part.key: part for part in self.parts}[key]


def plain(runs: Iterable[Run]) -> str:
    """Return runs as text."""
    return "".join("\n" if run.kind == "break" else run.text for run in runs)
