"""Whether the parts of a workbook are well-formed XML: the fast reader passes over what it cannot make out.

A cell whose tag is damaged would be gone without a word. Nothing is built and no entity is expanded; a document type
ends the reading.
"""

from __future__ import annotations

import zipfile
from typing import NoReturn
from xml.parsers import expat

from auditor.errors import InputError
from auditor.records.grid import Where

_CHUNK = 1 << 20


class WellFormed:
    """Looks at one part, piece by piece.

    Parameters
    ----------
    part : str
        Its name in the archive.
    where : Where
        For messages.
    """

    def __init__(self, part: str, where: Where) -> None:
        self._part, self._where = part, where
        # With names split at their prefixes an unknown prefix, as a damaged one is, is an error.
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartDoctypeDeclHandler = self._doctype

    def feed(self, data: bytes, *, last: bool = False) -> None:
        """Look at a piece.

        Raises
        ------
        InputError
            When it is not well formed, or declares a document type.
        """
        try:
            self._parser.Parse(data, last)
        except (expat.ExpatError, ValueError) as error:  # ValueError: an encoding of several bytes
            self._refuse(str(error))

    def _doctype(self, *_: object) -> NoReturn:
        self._refuse("it declares a document type")

    def _refuse(self, reason: str) -> NoReturn:
        problem = self._where.problem(
            f"the part {self._part} is damaged: {reason}",
            "cells may be missing or wrong",
            "open it in a spreadsheet program, repair it and save it as XLSX, or export it as CSV",
        )
        raise InputError(f"{self._where.file} cannot be read", [problem])


def check_part(archive: zipfile.ZipFile, part: str, where: Where) -> None:
    """Look at a whole part of an archive.

    Raises
    ------
    InputError
        As :meth:`WellFormed.feed` does.
    """
    checked = WellFormed(part, where)
    with archive.open(part) as handle:
        while data := handle.read(_CHUNK):
            checked.feed(data)
    checked.feed(b"", last=True)
