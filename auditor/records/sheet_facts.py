"""What the fast workbook reader does not tell, looked up in the XLSX parts themselves.

Formulas that were never computed, spreadsheet errors, hidden rows and columns, active filters, and the year from
which the workbook counts its days. The parts are scanned as bytes: no XML entity is ever expanded, and a part with a
document type is refused, as is one that is not well formed.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.sax.saxutils import unescape

from auditor.errors import InputError, Problem
from auditor.records.grid import EXAMPLES, Where
from auditor.records.well_formed import WellFormed, check_part

_CHUNK = 1 << 22
_LONGEST_ROW = 1 << 25
_PROLOG = 1 << 20
_CELL = re.compile(rb"<(?:\w+:)?c(?=[ >])")
_CELL_END = re.compile(rb"</(?:\w+:)?c>")
_REFERENCE = re.compile(rb'\br="([A-Z]+[0-9]+)"')
_TYPE = re.compile(rb'\bt="(\w+)"')
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]*)</(?:\w+:)?v>")
_FORMULA = re.compile(rb"<(?:\w+:)?f\b")
_HIDDEN_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*\bhidden="(?:1|true)"')
_HIDDEN_COLUMN = re.compile(rb'<(?:\w+:)?col\b[^>]*\bhidden="(?:1|true)"[^>]*>')
_SPAN = re.compile(rb'\b(min|max)="([0-9]+)"')
_SHEET = re.compile(r"<(?:\w+:)?sheet\b([^>]*)>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\b([^>]*)>")
_ATTRIBUTE = re.compile(r'([\w:]+)\s*=\s*"([^"]*)"')


@dataclass(slots=True)
class Facts:
    """What one sheet holds beside its values.

    Attributes
    ----------
    uncomputed : list of str
        Cells (``D7``) with a formula and no value.
    untyped : int
        Cells with a text and no type, which would be read as blank.
    errors : list of str
        Cells with a spreadsheet error, such as ``D7 #REF!``.
    hidden_rows, hidden_columns : int
        How many.
    filtered : bool
        Whether a filter is set.
    epoch : int
        1900 or 1904.
    """

    uncomputed: list[str] = field(default_factory=list)
    untyped: int = 0
    errors: list[str] = field(default_factory=list)
    hidden_rows: int = 0
    hidden_columns: int = 0
    filtered: bool = False
    epoch: int = 1900

    def problems(self, where: Where) -> list[Problem]:
        """Return what makes the sheet unusable."""
        return [*self._untyped(where), *self._uncomputed(where)]

    def _untyped(self, where: Where) -> list[Problem]:
        if not self.untyped:
            return []
        return [
            where.problem(
                f"{self.untyped:,} cells hold a text without its type",
                "the file is damaged, or was not written by a spreadsheet program, and they would read as blank",
                "open it in a spreadsheet program, look at what is missing, and save it as XLSX or CSV",
            )
        ]

    def _uncomputed(self, where: Where) -> list[Problem]:
        if not self.uncomputed:
            return []
        first = self.uncomputed[0]
        return [
            where.problem(
                f"{len(self.uncomputed):,} cells hold a formula without its value{_first(self.uncomputed)}",
                "the numbers were never computed and would read as missing",
                "open the workbook in Excel or LibreOffice and save it",
                row=int("".join(char for char in first if char.isdigit()) or 0),
                column="".join(char for char in first if char.isalpha()),
            )
        ]

    def notes(self) -> list[str]:
        """Return what a reader of the report should know."""
        found = []
        if self.errors:
            found.append(
                f"{len(self.errors):,} cells with spreadsheet errors set aside as missing{_first(self.errors)}"
            )
        if self.hidden_rows or self.hidden_columns:
            found.append(f"{self.hidden_rows:,} hidden rows and {self.hidden_columns:,} hidden columns; they were read")
        if self.filtered:
            found.append("a filter is set; the rows that it hides were read")
        if self.epoch == 1904:
            found.append("the workbook counts its days from 1904")
        return found


def _first(spots: list[str]) -> str:
    """Name the first few cells, where they are known."""
    more = f" and {len(spots) - EXAMPLES:,} more" if len(spots) > EXAMPLES else ""
    return f" ({', '.join(spots[:EXAMPLES])}{more})" if spots[0] else ""


def xlsx_facts(archive: zipfile.ZipFile, where: Where) -> dict[str, Facts]:
    """Look up the facts of each sheet of an XLSX.

    Raises
    ------
    InputError
        When a part declares a document type, or is not well formed.
    """
    names = set(archive.namelist())
    for part in names & {"xl/workbook.xml", "xl/sharedStrings.xml"}:
        check_part(archive, part, where)
    book = _text(archive, "xl/workbook.xml", where)
    epoch = 1904 if re.search(r'\bdate1904="(?:1|true)"', book) else 1900
    found = {}
    for sheet, part in _parts(archive, book, where).items():
        if part in names:
            found[sheet] = _scan(archive, part, where)
            found[sheet].epoch = epoch
    return found


def _text(archive: zipfile.ZipFile, part: str, where: Where) -> str:
    data = archive.read(part)
    _refuse_doctype(data, part, where)
    return data.decode("utf-8", "replace")


def refuse_doctypes(archive: zipfile.ZipFile, where: Where) -> None:
    """Refuse a workbook of which any XML part declares a document type: it stands before everything else in it.

    Raises
    ------
    InputError
        With the name of the part.
    """
    for info in archive.infolist():
        if info.filename.lower().endswith((".xml", ".rels", ".vml")):
            with archive.open(info) as part:
                _refuse_doctype(part.read(_PROLOG), info.filename, where)


def _refuse_doctype(data: bytes, part: str, where: Where) -> None:
    # Without NULs, so that UTF-16 hides nothing.
    plain = data.replace(b"\0", b"") if b"\0" in data else data
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
        problem = where.problem(
            f"the part {part} declares a document type",
            "no spreadsheet program writes one; it is how such files attack their readers",
            "save the table as CSV from a program that you trust",
        )
        raise InputError(f"{where.file} cannot be read", [problem])


def _parts(archive: zipfile.ZipFile, book: str, where: Where) -> dict[str, str]:
    """Return the part of the archive that holds each sheet."""
    if "xl/_rels/workbook.xml.rels" not in archive.namelist():
        return {}
    relations = {}
    for found in _RELATION.finditer(_text(archive, "xl/_rels/workbook.xml.rels", where)):
        given = dict(_ATTRIBUTE.findall(found[1]))
        target = given.get("Target", "")
        relations[given.get("Id", "")] = target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target)
    parts = {}
    for found in _SHEET.finditer(book):
        given = dict(_ATTRIBUTE.findall(found[1]))
        key = next((value for name, value in given.items() if name.endswith(":id") or name == "id"), "")
        name = unescape(given.get("name", ""), {"&quot;": '"', "&apos;": "'"})
        parts[name] = posixpath.normpath(relations.get(key, ""))
    return parts


def _scan(archive: zipfile.ZipFile, part: str, where: Where) -> Facts:
    facts, checked = Facts(), WellFormed(part, where)
    for piece in _pieces(archive, part):
        _refuse_doctype(piece, part, where)
        checked.feed(piece)
        if b"hidden=" in piece:
            _scan_hidden(piece, facts)
        facts.filtered = facts.filtered or b"<autoFilter" in piece
        if b't="e"' in piece or ((b"<f" in piece or b":f" in piece) and _FORMULA.search(piece)):
            _scan_cells(piece, facts)
    checked.feed(b"", last=True)
    return facts


def _scan_hidden(piece: bytes, facts: Facts) -> None:
    facts.hidden_rows += len(_HIDDEN_ROW.findall(piece))
    for found in _HIDDEN_COLUMN.findall(piece):
        span = {key: int(value) for key, value in _SPAN.findall(found)}
        facts.hidden_columns += span.get(b"max", 1) - span.get(b"min", 1) + 1


def _pieces(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """Give a part in pieces that end with a row, so that no cell is cut in two."""
    rest = b""
    with archive.open(part) as handle:
        while chunk := handle.read(_CHUNK):
            rest += chunk
            end = rest.rfind(b"row>") + 4
            if end > 3 or len(rest) > _LONGEST_ROW:
                end = end if end > 3 else len(rest)
                yield rest[:end]
                rest = rest[end:]
    yield rest


def _scan_cells(piece: bytes, facts: Facts) -> None:
    for text in _CELL.split(piece)[1:]:
        attributes, _, rest = text.partition(b">")
        inner = b"" if attributes.endswith(b"/") else _CELL_END.split(rest, maxsplit=1)[0]
        kind = _TYPE.search(attributes)
        value = _VALUE.search(inner)
        spot = _REFERENCE.search(attributes)
        if spot is None:
            continue
        if kind and kind[1] == b"e":
            facts.errors.append(f"{spot[1].decode()} {(value[1] if value else b'').decode('ascii', 'replace')}")
        elif _FORMULA.search(inner) and not (value and value[1].strip()) and not (kind and kind[1] == b"str"):
            facts.uncomputed.append(spot[1].decode())
