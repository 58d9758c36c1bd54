"""One line of a drafted configuration: a setting, a question, or an offer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

QUESTION = "QUESTION: "


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of a ``[[sources]]`` table.

    Attributes
    ----------
    table : str
        ``columns``, ``constants``, ``values.<column>``, ``places``; empty for a key of the table itself.
    name : str
        The key.
    value : str
        As it stands in the file; empty for an open question.
    remarks : tuple of str
        Why it is proposed, or what is asked and which answers there are. They never quote a personal value.
    firm : bool
        False for a line that the reader may take up, and that changes nothing until then.
    """

    table: str
    name: str
    value: str
    remarks: tuple[str, ...] = ()
    firm: bool = True

    @property
    def open(self) -> bool:
        """Whether it is a setting that a person must answer."""
        return self.firm and not self.value

    @property
    def asks(self) -> bool:
        """Whether it is a question in any form."""
        return self.open or any(text.startswith(QUESTION) for text in self.remarks)


def listed(headers: Sequence[str], most: int = 8) -> str:
    """Return some headers, quoted."""
    more = f" and {len(headers) - most} more" if len(headers) > most else ""
    return ", ".join(map(repr, headers[:most])) + more
