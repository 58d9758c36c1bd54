"""Surnames as files spell them, brought to the spelling of the Census tables: capitals A to Z, nothing between them.

The rules, in order:

1. What follows a comma is a first name or a suffix and goes. Accents go; ligatures and letters such as o-slash are
   spelt out; apostrophes and full stops vanish (O'Brien: OBRIEN); every hyphen, slash or space parts two words.
2. Suffixes at the end go (Jr, Sr, II to IV, 2nd, Esq ...), as do single letters at either end, as long as a word stays.
3. A text that holds digits or letters beyond A to Z is unreadable; words that stand for "no name" are blank.
4. The whole, written together, is looked up first (DELACRUZ, MCDONALD, GARCIALOPEZ). Only where the table lacks it is
   it taken apart: particles (de la, van, Mc, San ...) belong to the word after them, joining words (y, e, and) go.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SUFFIXES: Final = _words("JR JNR JUNIOR SR SNR II III IV VI VII 2ND 3RD 4TH ESQ MD PHD DDS")
"""Words that are no part of a surname when they stand at its end. (V and I fall under single letters; "Senior" is a
surname in its own right and stays.)"""

PARTICLES: Final = _words(
    "DE LA LAS LOS DEL DELA DELAS DELOS DA DAS DI DO DOS DU LE LO VAN VON DER DEN VANDE VANDER VANDEN TEN TER ZU ZUM "
    "MC MAC FITZ SAN SANTA SANTO ST SAINT STE EL AL ABU ABD ABDUL BEN BIN IBN O D"
)
"""Words that belong to the word that follows."""

JOINING: Final = frozenset({"Y", "E", "I", "AND", "AKA"})
"""Words that stand between two surnames."""

PLACEHOLDERS: Final = _words(
    "UNKNOWN UNK UNKN LNU NLN NONAME NOTGIVEN NOTAVAILABLE NOTKNOWN NOTRECORDED NOTPROVIDED NONE NULL NAN NIL BLANK "
    "MISSING REDACTED WITHHELD REFUSED SEALED CONFIDENTIAL ANONYMOUS XX XXX XXXX XXXXX UNIDENTIFIED"
)
"""Texts that say that there is no name. NULL and NAN stand in the Census table too, as rare surnames; in a file they
are gaps far more often, and their bearers are left without an estimate rather than every gap given one."""

_SPELT: Final = str.maketrans(
    {"ß": "SS", "æ": "AE", "Æ": "AE", "œ": "OE", "Œ": "OE", "ø": "O", "Ø": "O", "ł": "L", "Ł": "L", "đ": "D", "Đ": "D"}
    | {"ð": "D", "Ð": "D", "þ": "TH", "Þ": "TH", "ı": "I", "ħ": "H", "Ħ": "H"}
)
_DROPPED: Final = str.maketrans("", "", "'’‘ʼʻ`´ˈ′.\u00ad\u200b\u200c\u200d\ufeff")
_PARTED: Final = re.compile(r"[\s\-‐‑‒–—―−_/\\+&;:]+")
_BRACKETS: Final = re.compile(r"[(\[{\"“”*?!#<>}\])]+")


@dataclass(frozen=True, slots=True)
class Spelling:
    """One surname in words.

    Attributes
    ----------
    words : tuple of str
        Words in capitals A to Z; empty where the name is blank or unreadable.
    readable : bool
        False where the text holds digits or letters that no rule spells out; True for a blank one.
    """

    words: tuple[str, ...]
    readable: bool = True

    @property
    def whole(self) -> str:
        """All words written together."""
        return "".join(self.words)

    @property
    def parts(self) -> tuple[tuple[str, str], ...]:
        """Each surname of a double name, with its particles and without: ``(("DELACRUZ", "CRUZ"), ("VEGA", "VEGA"))``.

        Particles that no word follows are a part of their own.
        """
        found, before = [], ""
        for place, word in enumerate(self.words):
            if word in JOINING and 0 < place < len(self.words) - 1 and not before:
                continue
            if word in PARTICLES:
                before += word
                continue
            found.append((before + word, word))
            before = ""
        if before:
            found.append((before, before))
        return tuple(found)


def spell(text: str | None) -> Spelling:
    """Bring a surname to the spelling of the Census tables.

    Parameters
    ----------
    text : str or None
        A surname, or "Surname, First name"; None where there is none.

    Returns
    -------
    Spelling
        Without words where the name is blank, a placeholder or unreadable.
    """
    if text is None:
        return Spelling(())
    plain = unicodedata.normalize("NFKD", text.split(",", 1)[0].translate(_DROPPED).translate(_SPELT))
    plain = "".join(c for c in plain if not unicodedata.combining(c)).upper()
    words = [word for word in _PARTED.split(_BRACKETS.sub(" ", plain)) if word]
    words = _stripped(words)
    if not words or "".join(words) in PLACEHOLDERS or words == ["N", "A"]:
        return Spelling(())
    if not all(word.isascii() and word.isalpha() for word in words):
        return Spelling((), readable=False)
    return Spelling(tuple(words))


def _stripped(words: list[str]) -> list[str]:
    """Without suffixes and single letters at the ends, as long as a word stays; N/A is left for its own rule."""
    if words == ["N", "A"]:
        return words
    while len(words) > 1 and (words[-1] in SUFFIXES or len(words[-1]) == 1):
        words = words[:-1]
    # O and D open a name (O Brien, D Angelo); other single letters are initials.
    while len(words) > 1 and len(words[0]) == 1 and words[0] not in PARTICLES:
        words = words[1:]
    return words
