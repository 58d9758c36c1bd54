"""The private file that says which officer has which pseudonym: written only when the user asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from auditor.audit.private_file import write_private
from auditor.domain.pseudonyms import key_table


def write_officer_key(file: Path, identifiers: Sequence[str], pseudonyms: Sequence[str]) -> None:
    """Write identifiers beside pseudonyms, readable by the file's owner only and never inside an output folder.

    Raises
    ------
    UsageError
        When the file would lie inside an output folder or cannot be written.
    ValueError
        When an identifier or a pseudonym occurs twice, or their numbers differ.
    """
    write_private(file, key_table(identifiers, pseudonyms))
