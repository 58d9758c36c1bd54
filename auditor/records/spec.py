"""One ``[[sources]]`` table of the configuration: which file, read how."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

FORMATS_OF_THE_CONTRACT = (
    "ddp-arrests",
    "ddp-detainers",
    "ddp-removals",
    "open-policing",
    "ripa",
    "agreements-287g",
    "acs",
    "npr-detainers",
    "nc-sbi",
    "jail-report",
    "nibrs",
)
"""Foreign layouts that the contract names; naming one that no adapter reads yet is refused with exit 2."""


class SourceSpec(BaseModel):
    """How one file (or a glob of files of one layout) is to be read.

    An empty text where an answer belongs (``format``, an entry of ``columns``, ``constants``, ``values`` or ``places``)
    is an open question: it is asked again, never taken as an answer.

    Attributes
    ----------
    format : str
        An adapter's name, or ``"auto"`` to recognise it by content.
    path : str
        Relative to the configuration file; globs are allowed, and a folder stands for the files in it. With an engine
        the name of a table, ``table`` or ``schema.table``, or (DuckDB, PySpark) Parquet files.
    engine : str
        Who groups and counts: a table in a warehouse is counted where it lies, and only cells come back. Empty for
        files, which are read here; ``"environment"`` for the engine that the variable ``AUDITOR_ENGINE`` names. Who
        may connect is never told here (docs/scale.md).
    database : str
        File of a DuckDB database, relative to the configuration file; other engines do not look at it.
    published, citation
        Whether the figures are already public, and where.
    simulated : bool
        True for data that were drawn by a computer: their places are labelled SIMULATED on every page and are never
        compared with real ones.
    columns : dict
        Ours = theirs, where names differ.
    values : dict of dict
        For a canonical column, their value = ours.
    constants : dict
        Canonical columns that the file lacks because they are the same in every row
        (``event = "arrest"``, ``period = "2011"``).
    place_prefix : str
        ``"local:"`` to declare that the file's place column holds local identifiers.
    places : dict
        Decisions on place names that did not match exactly: their text = our place identifier.
    agencies : "keep" or "county"
        Whether agencies (ORIs) stay places of their own, or their rows count for the county that a table of agencies
        handed in with them says they lie in.
    facilities : "auto", "ask", "state" or "off"
        What becomes of rows that bear a facility and no place: each is placed in a county or asked about (``ask``),
        or stays with its state where it cannot be placed (``state``); ``off`` looks at no facility. ``auto`` asks
        where a table of facilities or a decision on one was handed in, or where there is no state to fall back on.
    state : str
        Postal code or FIPS of the state that every place of this file lies in.
    repair_fips : bool
        True to accept FIPS codes that lost their leading zero, where the repair is unique.
    sheet : str
        Sheet of a workbook; empty for every sheet with a table.
    header_row : int
        Row of the header as the spreadsheet shows it, from 1; 0 to find it.
    delimiter, encoding : str
        Only where recognition fails.
    fill_down : list of str
        Columns (as the file names them) whose blank cells repeat the cell above, as merged cells do: never assumed.
    day_first : bool or None
        Order of 03/04/2011 when nothing in the column settles it; None leaves it a question.
    roster : bool or None
        Whether the rows are lists of the people held on a day, where they look it: such lists give no rates and are
        refused as bookings. None leaves it a question.
    thousands : str
        Separator of thousands when nothing in the column settles it.
    totals : "exclude" or "keep"
        What becomes of rows recognised as totals.
    issues : "latest" or "difference"
        What becomes of figures since the start of a programme that are given to several days: the latest complete
        issue stands, or each later one is held against the one before, which gives counts of the days between them.
    charge_codes : str
        Whose list the codes in the column of charges are of; empty where charges are words.
    crosswalk : str
        A file of one's own with the columns ``charge`` and ``offence``, relative to the configuration file: the class
        of each charge that it names. What ``values.offence`` says stands before it.
    fold : str
        The column that names the event (the booking, the arrest) where one row is one charge of it: its rows become
        one. ``"none"`` says that rows with the same number are different events.
    offence_rule : str
        Which charge gives the offence of a folded event: the most serious one (serious before neutral before
        discretionary), or the first that is listed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: str = "auto"
    path: str
    engine: Literal["", "duckdb", "pyspark", "postgres", "environment"] = ""
    database: str = ""
    published: bool = False
    citation: str = ""
    simulated: bool = False
    columns: dict[str, str] = Field(default_factory=dict)
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    constants: dict[str, str] = Field(default_factory=dict)
    place_prefix: str = ""
    places: dict[str, str] = Field(default_factory=dict)
    facilities: Literal["auto", "ask", "state", "off"] = "auto"
    agencies: Literal["keep", "county"] = "keep"
    state: str = ""
    repair_fips: bool = False
    sheet: str = ""
    header_row: int = Field(default=0, ge=0)
    delimiter: str = ""
    encoding: str = ""
    fill_down: list[str] = Field(default_factory=list)
    day_first: bool | None = None
    roster: bool | None = None
    thousands: str = ""
    totals: Literal["exclude", "keep"] = "exclude"
    issues: Literal["latest", "difference"] = "latest"
    charge_codes: Literal["", "nibrs", "ucr", "ncic"] = ""
    crosswalk: str = ""
    fold: str = ""
    offence_rule: Literal["most-serious", "top-listed"] = "most-serious"

    @property
    def unanswered(self) -> tuple[str, ...]:
        """Which entries of ``columns`` and ``constants`` are left open, and ``format`` and ``fold`` where they are."""
        tables = (("columns", self.columns), ("constants", self.constants))
        left = [f"{table}.{name}" for table, entries in tables for name, text in entries.items() if not text.strip()]
        own = ["format"] if not self.format.strip() else []
        # Nothing says otherwise that a row is an event; written down as an empty text it is a question.
        own += ["fold"] if "fold" in self.model_fields_set and not self.fold.strip() else []
        return (*own, *left)

    def answered(self) -> SourceSpec:
        """Return the table without the entries that are left open."""
        if not self.unanswered:
            return self
        kept = {
            table: {name: text for name, text in entries.items() if text.strip()}
            for table, entries in (("columns", self.columns), ("constants", self.constants))
        }
        return self.model_copy(update=kept)

    def describe(self) -> dict[str, Any]:
        """Return what was set, for the record of the run."""
        return self.model_dump(exclude_defaults=True)
