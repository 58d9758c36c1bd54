"""Codes of places: what a text in a ``place`` column is, and codes that lost a zero on the way.

Files keep few distinct places, so callers pass unique values and map the answers back to their rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from auditor.domain.places import Gazetteer, gazetteer
from auditor.domain.vocabulary import NATION

Kind = Literal["nation", "state", "county", "agency", "local", "name", "damaged", "unknown-code", "blank"]

_NATION_TEXTS = frozenset({"US", "USA", "U.S.", "U.S.A.", "UNITED STATES"})
_GEO_ID = re.compile(r"(?:0500000|0400000|0100000)US(\d{5}|\d{2})?")
_ORI = re.compile(r"[A-Z]{2}(?=[A-Z0-9]*\d)[A-Z0-9]{5,7}")
_NUMBER = re.compile(r"(\d+)(?:\.0*)?")
# FBI codes write Nebraska NB and Guam GM; US is a federal agency.
_ORI_STATES = {"NB": "31", "GM": "66", "US": ""}


@dataclass(frozen=True, slots=True)
class Reference:
    """What a text in a ``place`` column is.

    Attributes
    ----------
    kind : str
        ``county``, ``state``, ``nation``, ``agency`` (an ORI), ``local`` or ``name`` (to be resolved with its
        state); ``damaged`` (a number that may be a code without its zero, see :func:`repair_fips`),
        ``unknown-code`` (well formed, never issued) or ``blank``.
    id : str
        Canonical id of a county, state, nation, agency or local place; else empty.
    text : str
        As written, without surrounding blanks.
    note : str
        What to tell the user, if anything.
    """

    kind: Kind
    id: str
    text: str
    note: str = ""


def classify(place_text: str, places: Gazetteer | None = None) -> Reference:
    """Say what a text in a ``place`` column is, changing nothing silently.

    Parameters
    ----------
    place_text : str
        A five-digit county code, a two-digit, postal or full state name, an ORI (two letters and 5 to 7
        letters or digits, one digit at least), ``local:<id>``, ``US``, a Census GEO_ID, or a name. A county
        called ``NA``, ``None``, ``Null`` or ``TRUE`` is a name like any other.
    places : Gazetteer, optional
        Another gazetteer than the package's own.

    Returns
    -------
    Reference
    """
    known = places or gazetteer()
    # Spreadsheets keep the zeros of '01001 by the apostrophe, and some programs write it out.
    text = re.sub(r"^['’](?=\d)", "", place_text.strip())
    if not text:
        return Reference("blank", "", "")
    if text.startswith("local:"):
        return _local(text)
    upper = text.upper()
    geo_id = _GEO_ID.fullmatch(upper)
    if upper in _NATION_TEXTS or (geo_id and not geo_id[1]):
        return Reference("nation", NATION, text)
    if geo_id or _NUMBER.fullmatch(text):
        return _code(geo_id[1] if geo_id else text, text, known)
    state = known.state(text)
    if state is not None:
        return Reference("state", state.id, text)
    if _ORI.fullmatch(upper) and agency_state(upper, known) is not None:
        return Reference("agency", upper, text)
    return Reference("name", "", text)


def _local(text: str) -> Reference:
    name = text.removeprefix("local:").strip()
    if not name:
        return Reference("unknown-code", "", text, "a local place needs an id after 'local:'")
    return Reference("local", f"local:{name}", text)


def _code(code: str, text: str, known: Gazetteer) -> Reference:
    if not code.isascii() or not code.isdigit() or len(code) not in (2, 5):
        return Reference("damaged", "", text, "neither a five-digit county code nor a two-digit state code")
    place = known.place(code)
    if place is not None:
        return Reference("county" if len(code) == 5 else "state", code, text)
    if code == "00000":
        return Reference("nation", NATION, text, "code 00000 is the national total")
    state = known.place(code[:2]) if len(code) == 5 else None
    if state is not None and code.endswith("000"):
        return Reference("state", state.id, text, f"county part 000 is the total of {state.name}")
    where = f"; {state.name} has no such county" if state else "; no state has this number"
    return Reference("unknown-code", "", text, f"{code} was never a county or state code{where}")


def agency_state(ori: str, places: Gazetteer | None = None) -> str | None:
    """Return the two-digit state code that an ORI begins with.

    Returns
    -------
    str or None
        Empty for a federal agency (``US...``); None when the letters are no state's, so that it is no ORI.
    """
    letters = ori[:2].upper()
    if letters in _ORI_STATES:
        return _ORI_STATES[letters]
    state = (places or gazetteer()).state(letters) if letters.isalpha() else None
    return state.id if state else None


def repair_fips(
    text: str, *, allowed: bool, state: str = "", places: Gazetteer | None = None
) -> tuple[str | None, str]:
    """Restore a code that a spreadsheet turned into a number: 1001, 1001.0, or 201 within Texas.

    Parameters
    ----------
    text : str
        As found.
    allowed : bool
        Whether the file's rule allows the repair. When it does not, nothing is repaired, and the note says
        what the code would have been.
    state : str
        Two-digit code, postal code or name of the state, where the file gives county parts without it.
    places : Gazetteer, optional
        Another gazetteer than the package's own.

    Returns
    -------
    code : str or None
        The repaired code, only if exactly one existing code can have been meant and ``allowed``.
    note : str
        What was done, or why nothing was; never empty.
    """
    known = places or gazetteer()
    number = _NUMBER.fullmatch(text.strip())
    if not number or not number[1].isascii():
        return None, f"{text!r} is not a number: nothing to repair"
    options = [code for code in _padded(number[1], state, known) if known.place(code) is not None]
    if not options:
        return None, f"{text!r} is no code, with or without its leading zeros"
    if len(options) > 1:
        return None, f"{text!r} may be " + " or ".join(str(known.place(code)) for code in options)
    code = options[0]
    if code == text.strip():
        return code, f"{code} is whole"
    if not allowed:
        return None, f"{text!r} looks like {known.place(code)} turned into a number; left as it is"
    return code, f"{text!r} read as {known.place(code)}: code restored from a number"


def _padded(digits: str, state: str, known: Gazetteer) -> list[str]:
    """Return the codes that a number can have been: a county of the state given, a county, or a state."""
    bare = digits.lstrip("0")
    if state:
        within = known.state(state)
        options = [within.id + bare.zfill(3)] if within and bare and len(bare) <= 3 else []
        whole = digits.zfill(5)
        return [*options, whole] if within and len(bare) > 3 and whole.startswith(within.id) else options
    if len(bare) in (4, 5):
        return [bare.zfill(5)]
    return [bare.zfill(2)] if len(bare) in (1, 2) else []
