"""What the reading layer hands to the adapters: one table of text in DuckDB, with its ledger."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from auditor.domain.source import Ledger

if TYPE_CHECKING:
    from auditor.records.coded import Coded


@dataclass(frozen=True, slots=True)
class RawTable:
    """One table as it was met, everything text, nothing typed or guessed.

    Attributes
    ----------
    file : str
        Base name of the file.
    sheet : str
        The sheet; empty for files that have none.
    table : str
        Name of the DuckDB table: column ``_row`` BIGINT (row as an editor or spreadsheet shows it, from 1;
        in Parquet the number of the record), then ``c0`` ... ``cN`` VARCHAR. A blank cell is ``''``, never
        NULL; cells are not stripped.
    columns : tuple of str
        Header texts of ``c0`` ... ``cN`` (stripped, inner line breaks turned into one space).
    header_row : int
        Row of the (last line of the) header; 0 in Parquet.
    sha256 : str
        Of the bytes as supplied.
    ledger : Ledger
        ``read`` counts the data rows met: every row below the header that is not wholly blank. Header,
        preamble and blank rows are not data. Notes below the table, repeated headers and page lines are read
        and excluded; rows that could not be understood are read and quarantined.
    narrow : frozenset of int, optional
        The positions of the only columns that the table holds, where a large file was not loaded whole.
    copies : int or None
        Rows equal to an earlier one in every cell, where reading told.
    content : str
        What tells the content of all its rows, likewise.
    coded : Coded or None
        The table as small numbers, where rows are counted and none is looked at by itself; ``table`` is a view then.
    epoch : int
        1904 when the workbook counts its days from 1904, else 1900: for day numbers not marked as dates.
    told : frozenset of str
        Headers of which a layout has made other columns, so that they are not among those that are not used.
    unfolded : bool
        True when a row of the file may stand in the table several times (one row a figure, say), so that ``_row``
        repeats; the ledger still counts rows of the file.
    weighed : bool
        True when a row of the table stands for ``file_rows`` rows that were alike, as many as a warehouse counted.
    """

    file: str
    sheet: str
    table: str
    columns: tuple[str, ...]
    header_row: int
    sha256: str
    ledger: Ledger
    epoch: int = 1900
    narrow: frozenset[int] | None = None
    copies: int | None = None
    content: str = ""
    coded: Coded | None = None
    told: frozenset[str] = field(default=frozenset())
    unfolded: bool = False
    weighed: bool = False
