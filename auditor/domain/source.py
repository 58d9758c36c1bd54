"""Sources and their ledgers: which file, and what became of each of its rows."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Step:
    """Rows set aside for one reason.

    Attributes
    ----------
    reason : str
        In plain words, such as ``"totals row ('Total')"``.
    rows : int
        How many rows.
    quarantined : bool
        True when the rows could not be understood; False when they were understood and left out by rule.
    example : str
        Row numbers of the first few, for the reader who wants to look.
    """

    reason: str
    rows: int
    quarantined: bool = False
    example: str = ""


@dataclass(frozen=True, slots=True)
class Ledger:
    """What became of the rows of one file (or sheet): read = used + excluded by reason + quarantined."""

    read: int
    steps: tuple[Step, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def excluded(self) -> int:
        """Rows left out by rule."""
        return sum(step.rows for step in self.steps if not step.quarantined)

    @property
    def quarantined(self) -> int:
        """Rows that could not be understood."""
        return sum(step.rows for step in self.steps if step.quarantined)

    @property
    def used(self) -> int:
        """Rows that went on."""
        return self.read - self.excluded - self.quarantined

    def step(self, reason: str, rows: int, *, quarantined: bool = False, example: str = "") -> Ledger:
        """Return a ledger with one more step; a step of no rows changes nothing.

        Raises
        ------
        ValueError
            When more rows would be set aside than are left.
        """
        if rows == 0:
            return self
        if rows < 0 or rows > self.used:
            raise ValueError(f"cannot set aside {rows} rows for {reason!r}: {self.used} are left")
        return Ledger(self.read, (*self.steps, Step(reason, rows, quarantined, example)), self.notes)

    def note(self, text: str) -> Ledger:
        """Return a ledger with one more note (once)."""
        return self if text in self.notes else Ledger(self.read, self.steps, (*self.notes, text))


@dataclass(frozen=True, slots=True)
class Source:
    """One file that was read.

    Attributes
    ----------
    name : str
        Base name of the file (no folder: paths may hold a user's name).
    sha256 : str
        Of the bytes as supplied.
    format : str
        Name of the adapter that read it.
    ledger : Ledger
        What became of its rows.
    published : bool
        True when the figures are already public; small cells are then printed, with the citation.
    citation : str
        As the user gave it.
    sheet : str
        The sheet, for workbooks of several.
    simulated : bool
        True for data drawn by a computer.
    kind : str
        The canonical format that its rows became; empty for the same as ``format``.
    """

    name: str
    sha256: str
    format: str
    ledger: Ledger
    published: bool = False
    citation: str = ""
    sheet: str = ""
    simulated: bool = False
    extra: tuple[tuple[str, str], ...] = field(default=())
    kind: str = ""

    @property
    def persons(self) -> bool:
        """Whether it lists single person-events, so that silence means that nothing happened."""
        return (self.kind or self.format) == "records"
