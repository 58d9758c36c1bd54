"""What the fast workbook reader does not tell of an ODS: errors, formulas without values, hidden rows and columns."""

from __future__ import annotations

import re
import zipfile
from xml.sax.saxutils import unescape

from auditor.records.sheet_facts import Facts

_TABLE = re.compile(rb'<table:table(?= )[^>]*\btable:name="([^"]*)"')
_CELL = re.compile(rb"<table:table-cell\b([^>]*)>")
_UNTYPED = re.compile(rb"<table:table-cell\b(?![^>]*\soffice:value-type=)[^>]*(?<!/)>(?=\s*<text:p\b[^>]*>\s*[^<\s])")
_HIDDEN_ROW = re.compile(rb'<table:table-row\b[^>]*\btable:visibility="(collapse|filter)"[^>]*>')
_HIDDEN_COLUMN = re.compile(rb'<table:table-column\b[^>]*\btable:visibility="(?:collapse|filter)"[^>]*>')
_ROWS = re.compile(rb'\btable:number-rows-repeated="(\d+)"')
_COLUMNS = re.compile(rb'\btable:number-columns-repeated="(\d+)"')


def ods_facts(archive: zipfile.ZipFile) -> dict[str, Facts]:
    """Return the facts of each sheet. Cells are counted, not named: an ODS does not say where each of them is."""
    found = {}
    parts = _TABLE.split(archive.read("content.xml"))
    for given, text in zip(parts[1::2], parts[2::2], strict=True):
        name = unescape(given.decode("utf-8"), {"&quot;": '"', "&apos;": "'"})
        facts = found[name] = Facts()
        for cell in _CELL.finditer(text):
            _look(cell[1], facts)
        facts.untyped = len(_UNTYPED.findall(text))
        for row in _HIDDEN_ROW.finditer(text):
            facts.hidden_rows += _times(_ROWS, row[0])
            facts.filtered = facts.filtered or row[1] == b"filter"
        facts.hidden_columns = sum(_times(_COLUMNS, column) for column in _HIDDEN_COLUMN.findall(text))
    return found


def _look(attributes: bytes, facts: Facts) -> None:
    if b'calcext:value-type="error"' in attributes:
        facts.errors.append("#error")
    elif b"table:formula=" in attributes and b"office:value-type=" not in attributes:
        facts.uncomputed.append("")


def _times(pattern: re.Pattern[bytes], tag: bytes) -> int:
    given = pattern.search(tag)
    return int(given[1]) if given else 1
