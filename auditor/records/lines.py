"""The lines of a text file as an editor counts them, and the encoding in which each is read.

A line ends at LF, CR or CRLF and nowhere else: a line separator such as U+2028 stays inside its cell, since editors
and spreadsheets do not begin a new row there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from auditor.records.damage import mend

CHUNK = 1 << 22


@dataclass(slots=True)
class Encoding:
    """How the bytes of a text file are to be read.

    Attributes
    ----------
    name : str
        A Python codec; ``mixed`` for a file whose lines are partly UTF-8 and partly Windows-1252.
    notes : list of str
        For the ledger.
    twice : bool
        True when the user declared that the text was encoded twice.
    """

    name: str
    notes: list[str] = field(default_factory=list)
    twice: bool = False


def raw_lines(path: Path) -> Iterator[bytes]:
    """Give the lines of a file as bytes; Latin-1 maps every byte to itself and back."""
    with path.open(encoding="latin-1", newline="") as handle:
        for line in handle:
            yield line.encode("latin-1")


class Lines:
    """The lines of a text file, decoded; ``fault`` says what is wrong with the last one given.

    Parameters
    ----------
    path : pathlib.Path
        The text file.
    encoding : Encoding
        As :func:`recognise` told it.

    Attributes
    ----------
    fault : str
        Empty, or why the lines given since it was last cleared cannot be used.
    separators : bool
        Whether a line separator such as U+2028 was met.
    stray : bool
        Whether the last line ended with a carriage return alone, in a file whose first line does not.
    cut : bool
        For the reader of records: whether the last record was cut off by a stray carriage return.
    """

    def __init__(self, path: Path, encoding: Encoding) -> None:
        self._mixed = encoding.name == "mixed"
        self._twice = encoding.twice
        self._handle = path.open(encoding="latin-1" if self._mixed else encoding.name, newline="")
        self.fault = ""
        self.separators = self.stray = self.cut = False
        self._feeds: bool | None = None

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        line = self._handle.readline()
        if not line:
            self._handle.close()
            raise StopIteration
        if self._feeds is None:
            self._feeds = line.endswith("\n")
        self.stray = self._feeds and line.endswith("\r")
        if line.isascii():
            if "\0" in line:
                self.fault = "NUL bytes"
            return line
        return self._unusual(line)

    def _unusual(self, line: str) -> str:
        if "\0" in line:
            self.fault = "NUL bytes"
        if self._mixed:
            line = self._own(line)
        if self._twice:
            line = mend(line)
        self.separators = self.separators or "\u2028" in line or "\u2029" in line or "\x85" in line
        return line

    def _own(self, line: str) -> str:
        raw = line.encode("latin-1")
        for name in ("utf-8", "cp1252"):
            try:
                return raw.decode(name)
            except UnicodeDecodeError:
                continue
        self.fault = "bytes that are no letter in UTF-8 or Windows-1252"
        return line

    def close(self) -> None:
        """Close the file."""
        self._handle.close()
