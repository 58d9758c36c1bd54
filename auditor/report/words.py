"""Labels in the language that is being written; in the source they stand in English, which is also their key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.report import tongue
from auditor.report.locale.catalogue import translated

CONTEXT = "label"


def word(english: str) -> str:
    """Return a label in the language that is being written.

    Raises
    ------
    auditor.report.locale.catalogue.MissingTranslation
        When it has no translation.
    """
    language = tongue.current()
    return english if language == tongue.ENGLISH or not english else translated(language, CONTEXT, english)


def phrase(english: str, **parts: str) -> str:
    """Return a label with parts: ``phrase("{what}, against {comparator}", what=..., comparator=...)``.

    The parts are in the language that is being written already; which comes first is the translation's choice.
    """
    return word(english).format(**parts)


def called(key: str, *tables: Mapping[str, str], default: str | None = None) -> str:
    """Return what the first table that holds a key calls it; else the default, or the key itself."""
    found = next((table[key] for table in tables if key in table), default)
    return key if found is None else found


class Words(Mapping[str, str]):
    """Labels by key, each in the language that is being written when it is asked for.

    Parameters
    ----------
    english : mapping
        In English; kept under this name.
    """

    def __init__(self, english: Mapping[str, str]) -> None:
        self.english = dict(english)

    def __getitem__(self, key: str) -> str:
        return word(self.english[key])

    def __contains__(self, key: object) -> bool:
        return key in self.english

    def __iter__(self) -> Iterator[str]:
        return iter(self.english)

    def __len__(self) -> int:
        return len(self.english)


class MarkedWords(Mapping[str, tuple[str, str]]):
    """The same for labels that have a mark: ``("▲", "higher")``."""

    def __init__(self, english: Mapping[str, tuple[str, str]]) -> None:
        self.english = dict(english)

    def __getitem__(self, key: str) -> tuple[str, str]:
        mark, english = self.english[key]
        return mark, word(english)

    def __iter__(self) -> Iterator[str]:
        return iter(self.english)

    def __len__(self) -> int:
        return len(self.english)
