"""What a code may mean, for the reader who must say: never taken by the program.

Letters clash between agencies, so each is listed with where it means what. The readings were met in the published
data of the agencies named (New York's stop-and-frisk database, the Los Angeles Police Department's descent codes,
Bloomington's, Dallas's and Chicago's open data, Texas jail rosters) and in the code lists of the FBI's NCIC.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from auditor.records.words import VOCABULARIES, normal

_GROUP_CODES: dict[str, tuple[str, ...]] = {
    "a": ("asian in most agencies",),
    "b": ("black in most agencies",),
    "c": ("Chinese (asian) in Los Angeles", "Caucasian (white) in some"),
    "f": ("Filipino (asian) in Los Angeles",),
    "h": ("hispanic in most agencies", "Hawaiian (pacific) in one: Bloomington, Indiana"),
    "i": ("American Indian (native) in most agencies", "Asian Indian (asian) in some"),
    "j": ("Japanese (asian) in Los Angeles",),
    "k": ("Korean (asian) in Los Angeles", "other things elsewhere"),
    "l": ("White Hispanic (hispanic) in Dallas and Bloomington", "Laotian (asian) in Los Angeles"),
    "m": ("no common meaning: multiple, Mexican and Middle Eastern all occur",),
    "n": ("not Hispanic, in a column of ethnicity (which tells no race)", "native in some", "Asian Indian in some"),
    "o": ("other in most agencies",),
    "p": ("Black Hispanic (hispanic) in New York's stop-and-frisk data", "Pacific Islander (pacific) in Los Angeles"),
    "q": ("White Hispanic (hispanic) in New York's stop-and-frisk data",),
    "s": ("Samoan (pacific) in Los Angeles",),
    "u": ("unknown in most agencies", "Hawaiian (pacific) in Los Angeles"),
    "v": ("Vietnamese (asian) in Los Angeles",),
    "w": ("white in most agencies", "in Texas jails Hispanic people too: then it tells no ethnic group"),
    "x": ("unknown in most agencies",),
    "z": ("other in New York's stop-and-frisk data", "Asian Indian (asian) in Los Angeles"),
    "wwh": ("White Hispanic (hispanic) in Chicago",),
    "wbh": ("Black Hispanic (hispanic) in Chicago",),
}
_NUMBER = ("numbers mean different things in every agency: look into its code list",)


_CLOSE = 0.88
"""A slip of the pen is closer than this; "released to pay" is not "released to ICE"."""


def candidates(column: str, text: str) -> tuple[str, ...]:
    """Return what a written value may mean, in words; empty where nothing is known.

    Parameters
    ----------
    column : str
        Canonical column.
    text : str
        As the file writes it.
    """
    plain = normal(text)
    if column == "group":
        if plain in _GROUP_CODES:
            return _GROUP_CODES[plain]
        if plain.isdigit():
            return _NUMBER
    vocabulary = VOCABULARIES.get(column)
    if vocabulary is None or len(plain) < 4:
        return ()
    if column == "group" and len(named := _named(plain)) > 1:
        return (f"names {' and '.join(named)} in one: choose the one that your other files use for them",)
    words = [word for word in vocabulary.words if not {"nh", "non", "not"} & set(word.split())]
    close = difflib.get_close_matches(plain, words, n=1, cutoff=_CLOSE)
    return (f"looks like {vocabulary.words[close[0]]} ({close[0]!r})",) if close else ()


def _named(plain: str) -> tuple[str, ...]:
    """Return the groups of which a text holds a word of its own."""
    marks = {"white": "white", "black": "black", "asian": "asian", "pacific": "pacific", "hispanic": "hispanic",
             "latino": "hispanic", "indian": "native", "native": "native"}  # fmt: skip
    return tuple(dict.fromkeys(marks[word] for word in plain.split() if word in marks))


def never_hispanic(values: Sequence[str]) -> bool:
    """Tell whether a column's codes have a usual word for White and none that could be Hispanic."""
    plain = {normal(value) for value in values}
    hispanic = {"h", "l", "p", "q", "wwh", "wbh"} | {
        w for w, v in VOCABULARIES["group"].words.items() if v == "hispanic"
    }
    return bool(plain & {"w", "white"}) and not plain & hispanic
