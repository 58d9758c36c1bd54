"""Which encoding a text file is in, told from all of its bytes; unclear cases become questions, never guesses."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from pathlib import Path

from auditor.errors import ConfigError, DecisionNeeded, InputError
from auditor.records.damage import DAMAGED_BYTES, TWICE, damage_question, repaired
from auditor.records.grid import EXAMPLES, Where, listed
from auditor.records.lines import CHUNK, Encoding, raw_lines

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NAMES = {"utf-8": "UTF-8", "utf-16": "UTF-16", "utf-32": "UTF-32", "cp1252": "Windows-1252 (Latin-1)"}
# Letters that other encodings place where Windows-1252 has a sign: between two letters the sign is not believable.
_DOUBTFUL = re.compile(r"[A-Za-z][¤¢£¡‡‚‰][A-Za-z]|[a-z][–—][a-z]")


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
        return Encoding("utf-8")
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
    for number, raw in enumerate(raw_lines(path), start=1):
        try:
            raw.decode(name)
        except UnicodeError:
            return number
    return 0


def _decodes(path: Path, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    ascii_alike = name in ("utf-8", "utf-8-sig")
    with path.open("rb") as handle:
        try:
            while chunk := handle.read(CHUNK):
                # Most files are plain, and to see that takes a tenth of the time of decoding.
                if not (ascii_alike and chunk.isascii() and not decoder.getstate()[0]):
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
    for number, raw in enumerate(raw_lines(path), start=1):
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
    count, example = 0, ""
    rows: list[int] = []
    if name not in ("utf-8", "utf-8-sig"):
        return
    with path.open("rb") as handle:
        if not any(not chunk.isascii() and DAMAGED_BYTES.search(chunk) for chunk in _overlapping(handle)):
            return
    for number, raw in enumerate(raw_lines(path), start=1):
        found = DAMAGED_BYTES.search(raw)
        if found and repaired(found[0].decode("utf-8")) != found[0].decode("utf-8"):
            count += 1
            rows += [number] if len(rows) < EXAMPLES else []
            example = example or found[0].decode("utf-8")
    if count:
        raise damage_question(where, example, rows, count)


def _overlapping(handle: io.BufferedReader) -> Iterator[bytes]:
    tail = b""
    while chunk := handle.read(CHUNK):
        yield tail + chunk
        tail = chunk[-8:]
