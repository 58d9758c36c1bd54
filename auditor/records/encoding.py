"""Which encoding a text file is in, told from all of its bytes, and its lines as an editor would count them.

A line ends at LF, CR or CRLF and nowhere else: a line separator such as U+2028 stays inside its cell, since editors
and spreadsheets do not begin a new row there.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from auditor.errors import ConfigError, DecisionNeeded, InputError
from auditor.records.grid import EXAMPLES, Where, listed

CHUNK = 1 << 22
TWICE = "double-utf-8"
"""The value of ``encoding`` that undoes UTF-8 encoded twice (``DoÃ±a`` for ``Doña``)."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# UTF-8 bytes of an accented letter that were read as Windows-1252 and written as UTF-8 again: Ã or Â or â€ and a sign.
_DAMAGE = re.compile(
    rb"(?:\xc3[\x82-\x85])(?:\xc2[\x80-\xbf]|\xc5[\x92\x93\xa0\xa1\xb8\xbd\xbe]|\xc6\x92|\xcb[\x86\x9c]"
    rb"|\xe2\x80[\x93\x94\x98-\x9e\xa0-\xa2\xa6\xb0\xb9\xba]|\xe2\x82\xac|\xe2\x84\xa2)"
    rb"|\xc3\xa2\xe2\x82\xac(?:\xe2\x84\xa2|\xc5\x93|\xc2[\x80-\xbf]|\xcb\x9c|\xe2\x80[\x9c\x9d\xa2\x93\x94])"
)
_DAMAGED = re.compile(r"[ÃÂ][^\x00-\x7f]|â€[^\x00-\x7f]")
_NAMES = {"utf-8": "UTF-8", "utf-16": "UTF-16", "utf-32": "UTF-32", "cp1252": "Windows-1252 (Latin-1)"}
# Letters that other encodings place where Windows-1252 has a sign: between two letters the sign is not believable.
_DOUBTFUL = re.compile(r"[A-Za-z][¤¢£¡‡‚‰][A-Za-z]|[a-z][–—][a-z]")


@dataclass(slots=True)
class Encoding:
    """How the bytes of a text file are to be read.

    Attributes
    ----------
    name : str
        A Python codec; ``mixed`` for a file whose lines are partly UTF-8 and partly Windows-1252.
    notes : list of str
        For the ledger.
    plain : bool
        True when the bytes are UTF-8 without a byte-order mark, NUL bytes or damage: nothing needs to be rewritten.
    twice : bool
        True when the user declared that the text was encoded twice.
    """

    name: str
    notes: list[str] = field(default_factory=list)
    plain: bool = False
    twice: bool = False


def recognise(path: Path, where: Where, declared: str = "") -> Encoding:
    """Tell the encoding of a whole file.

    Parameters
    ----------
    path : pathlib.Path
        The text file.
    where : Where
        For messages.
    declared : str
        What the user says; any Python codec, or ``double-utf-8``. Empty to recognise it.

    Raises
    ------
    ConfigError
        When the declared encoding is not known.
    InputError
        When the bytes are not text.
    DecisionNeeded
        When the text seems to have been encoded twice, or a sign stands where a letter of another encoding would.
    """
    with path.open("rb") as handle:
        start = handle.read(4)
    if declared:
        return _declared(path, where, declared, start)
    for mark, name in _MARKS:
        if start.startswith(mark):
            note = [] if name == "utf-8" else [f"encoding {_NAMES[name]}, told from the byte-order mark"]
            found = _checked(path, where, "utf-8-sig" if name == "utf-8" else name, note)
            _ask_about_damage(path, where, found.name)
            return found
    return _unmarked(path, where)


def _unmarked(path: Path, where: Where) -> Encoding:
    wide = _wide(path)
    if wide:
        return _checked(path, where, wide, [f"encoding {wide.upper()} without a byte-order mark, told from its NULs"])
    if _decodes(path, "utf-8"):
        _ask_about_damage(path, where, "utf-8")
        return Encoding("utf-8", plain=True)
    return _by_line(path, where)


def _declared(path: Path, where: Where, declared: str, start: bytes) -> Encoding:
    if declared.casefold() == TWICE:
        return Encoding("utf-8-sig", [f"text encoded twice was repaired, as declared ({TWICE})"], twice=True)
    try:
        name = codecs.lookup(declared).name
        "".encode(name)
    except (LookupError, UnicodeError) as error:
        raise ConfigError(
            f"encoding {declared!r} is not known",
            [where.problem(f"encoding = {declared!r}", "no such encoding", 'write for example "utf-8" or "cp1252"')],
        ) from error
    name = "utf-8-sig" if name == "utf-8" else name
    for mark, marked in _MARKS:
        if start.startswith(mark) and not name.replace("_", "-").startswith(marked):
            problem = where.problem(
                f"encoding {declared!r} is declared, and the file begins with the mark of {_NAMES[marked]}",
                "it would be read as the wrong letters",
                "correct or leave out encoding for this source",
                row=1,
            )
            raise InputError(f"{where.file} cannot be read", [problem])
    return _checked(path, where, name, [f"encoding {declared}, as declared"])


def _checked(path: Path, where: Where, name: str, notes: list[str]) -> Encoding:
    """Return the encoding if every byte fits it, else say at which row the first does not."""
    if _decodes(path, name):
        return Encoding(name, notes)
    shown = name.removesuffix("-sig")
    problem = where.problem(
        f"bytes that are not {shown}",
        "letters would be lost",
        "correct encoding for this source, or save the file as UTF-8",
        row=_first_misfit(path, name),
    )
    raise InputError(f"{where.file} cannot be read", [problem])


def _first_misfit(path: Path, name: str) -> int:
    """Return the first line that does not decode; 0 for encodings whose line ends are not single bytes."""
    if name.startswith(("utf-16", "utf-32", "utf_16", "utf_32")):
        return 0
    for number, raw in enumerate(_raw_lines(path), start=1):
        try:
            raw.decode(name)
        except UnicodeError:
            return number
    return 0


def _decodes(path: Path, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    with path.open("rb") as handle:
        try:
            while chunk := handle.read(CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeError:
            return False
    return True


def _wide(path: Path) -> str:
    """Recognise UTF-16 without a mark: nearly every other byte is NUL."""
    with path.open("rb") as handle:
        start = handle.read(4096)
    even, odd = start[0::2], start[1::2]
    if len(odd) < 4:
        return ""
    if odd.count(0) > 0.6 * len(odd) and even.count(0) < 0.1 * len(even):
        return "utf-16-le"
    return "utf-16-be" if even.count(0) > 0.6 * len(even) and odd.count(0) < 0.1 * len(odd) else ""


def _by_line(path: Path, where: Where) -> Encoding:
    """Look at each line that is not ASCII: UTF-8, else Windows-1252."""
    utf8 = old = 0
    rows: list[int] = []
    doubtful: list[int] = []
    for number, raw in enumerate(_raw_lines(path), start=1):
        if raw.isascii():
            continue
        try:
            raw.decode("utf-8")
            utf8 += 1
        except UnicodeDecodeError:
            old += 1
            rows += [number] if len(rows) < EXAMPLES else []
            if _DOUBTFUL.search(raw.decode("cp1252", "replace")) and len(doubtful) < EXAMPLES:
                doubtful.append(number)
    if doubtful:
        raise _unsure(where, doubtful)
    if utf8:
        text = f"two encodings in one file: {utf8:,} lines in UTF-8 and {old:,} in Windows-1252 ({listed(rows, old)})"
        return Encoding("mixed", [text + "; each line was read in its own"])
    return Encoding("mixed", [f"encoding {_NAMES['cp1252']}: {old:,} lines with letters beyond ASCII, no UTF-8"])


def _raw_lines(path: Path) -> Iterator[bytes]:
    """Give the lines of a file as bytes; Latin-1 maps every byte to itself and back."""
    with path.open(encoding="latin-1", newline="") as handle:
        for line in handle:
            yield line.encode("latin-1")


def _unsure(where: Where, rows: list[int]) -> DecisionNeeded:
    problem = where.problem(
        "the letters beyond ASCII fit no encoding well: read as Windows-1252, signs stand inside words",
        "names such as Doña Ana would be damaged",
        "say which encoding the file is in",
        row=rows[0],
    )
    lines = """# in the [[sources]] table of this file, one of:
encoding = "cp850"      # older Windows and DOS programs
encoding = "mac_roman"  # older Macintosh programs
encoding = "cp1252"     # keep the signs as they are
"""
    return DecisionNeeded(f"the encoding of {where.file} is not known", [problem], lines)


def _ask_about_damage(path: Path, where: Where, name: str) -> None:
    """Ask when accented letters seem to have been encoded twice."""
    count, example = 0, ("", "")
    rows: list[int] = []
    if name not in ("utf-8", "utf-8-sig"):
        return
    with path.open("rb") as handle:
        if not any(_DAMAGE.search(chunk) for chunk in _overlapping(handle)):
            return
    for number, raw in enumerate(_raw_lines(path), start=1):
        found = _DAMAGE.search(raw)
        if found and repaired(found[0].decode("utf-8")) != found[0].decode("utf-8"):
            count += 1
            rows += [number] if len(rows) < EXAMPLES else []
            example = example if example[0] else (found[0].decode("utf-8"), repaired(found[0].decode("utf-8")))
    if count:
        problem = where.problem(
            f"{example[0]!r} stands where {example[1]!r} is probably meant, on {count:,} lines ({listed(rows, count)})",
            "the text was encoded twice; place names would not match",
            "say whether it is to be repaired",
            row=rows[0],
        )
        lines = f'# in the [[sources]] table of this file, one of:\nencoding = "{TWICE}"  # repair it\n'
        lines += 'encoding = "utf-8"         # it is right as it stands\n'
        raise DecisionNeeded(f"the text of {where.file} seems to be damaged", [problem], lines)


def _overlapping(handle: io.BufferedReader) -> Iterator[bytes]:
    tail = b""
    while chunk := handle.read(CHUNK):
        yield tail + chunk
        tail = chunk[-8:]


def repaired(text: str) -> str:
    """Undo UTF-8 that was read as Windows-1252 and encoded again; text that was not is returned as it is."""
    try:
        return b"".join(_byte(char) for char in text).decode("utf-8")
    except (UnicodeError, ValueError):
        return text


def _byte(char: str) -> bytes:
    """Return the Windows-1252 byte of a character; its five unused bytes stand for themselves."""
    return char.encode("latin-1") if char in "\x81\x8d\x8f\x90\x9d" else char.encode("cp1252")


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
            line = _DAMAGED.sub(lambda found: repaired(found[0]), line)
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
