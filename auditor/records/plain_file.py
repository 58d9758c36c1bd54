"""A text file of which every byte was looked at, and how DuckDB reads it where it lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from auditor.records.header import Header
from auditor.records.load_table import MARKS, MAX_LINE, names
from auditor.records.store import Store, quote


@dataclass(slots=True)
class Survey:
    """What a look at every byte found.

    Attributes
    ----------
    lines : int
        Lines below the header.
    crlf : bool
        Whether lines end with CRLF.
    separators : bool
        Whether a line separator such as U+2028 stands inside a cell.
    absent : frozenset of bytes
        Which of the marks that tidying looks for stand nowhere in the file.
    quoted : bool
        Whether there is any quote.
    """

    lines: int = 0
    crlf: bool | None = None
    separators: bool = False
    quoted: bool = False
    absent: frozenset[bytes] = MARKS


@dataclass(frozen=True, slots=True)
class PlainFile:
    """A surveyed file.

    Attributes
    ----------
    path : pathlib.Path
        The file.
    delimiter : str
        One ASCII character.
    header : Header
        Its names, on the first line or on none.
    found : Survey
        What the look at its bytes found.
    store : Store
        Whose connection reads it.
    """

    path: Path
    delimiter: str
    header: Header
    found: Survey
    store: Store

    @property
    def options(self) -> dict[str, str | int]:
        """The parameters of :meth:`reading`; ``above`` is the number of lines above the rows."""
        return {
            "delim": self.delimiter,
            "ends": r"\r\n" if self.found.crlf else r"\n",
            "path": str(self.store.admit(self.path)),
            "above": self.header.row,
        }

    def reading(self, columns: Sequence[str]) -> str:
        """Return the SQL that reads the file; every column has to be named, those that are used are read."""
        typed = ", ".join(f"'{name}': 'VARCHAR'" for name in columns)
        text = ", ".join(f"'{name}'" for name in columns)
        return (
            "read_csv($path, auto_detect=false, header=false, skip=$above, delim=$delim, quote='\"', escape='\"', "
            f"new_line=$ends, columns={{{typed}}}, force_not_null=[{text}], strict_mode=true, parallel=false, "
            f"max_line_size={MAX_LINE})"
        )

    def columns(self) -> list[str]:
        """Return the names of the columns in the store: ``c0`` ..."""
        return names(len(self.header.names))

    def whole(self, table: str) -> bool:
        """Tell whether a table holds every line; it is dropped where it does not."""
        loaded = self.store.connection.execute(f"SELECT count(*) FROM {quote(table)}").fetchone()  # noqa: S608
        if loaded is not None and loaded[0] == self.found.lines:
            return True
        self.store.drop(table)
        return False
