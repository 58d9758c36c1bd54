"""Codes of charges to offence classes: NIBRS, the older summary codes of the FBI, and the NCIC's.

A code is looked up only where the source says whose it is (``charge_codes``): 2300 is larceny in the NCIC's list and
public intoxication in one county's own, 11 is fraud in one list and murder in another.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from functools import cache

from auditor import resources

_WIDTH = {"nibrs": 3, "ucr": 2, "ncic": 4}
_TEXAS = re.compile(r"(\d{4})\d{4}[A-Z]?")
_SHORT = {code[1:]: code for code in ("011", "012", *(f"0{n}0" for n in range(2, 10)))}
"""The arrest files' codes of three digits that a spreadsheet makes two, without their zero."""
_WORD = re.compile(r"[^\W\d_]{2}")


@cache
def codes() -> dict[tuple[str, str], str]:
    """Return the offence class of each code, by list and code; ``09*`` stands for the others of a category."""
    with (resources.folder("data") / "offences" / "codes.csv").open(encoding="utf-8", newline="") as handle:
        return {(row["system"], row["code"]): row["offence"] for row in csv.DictReader(handle)}


def class_of(system: str, text: str) -> str | None:
    """Return the offence class of a code.

    Parameters
    ----------
    system : {"nibrs", "ucr", "ncic"}
        Whose list it is of. Codes of eight digits, as Texas makes them, begin with the NCIC's four.
    text : str
        The code; zeros lost at its beginning are put back.

    Returns
    -------
    str or None
        None when the list has no such code.
    """
    code = re.sub(r"[\s.\-]", "", text).upper()
    if not code:
        return None
    if system == "ncic":
        code = code.zfill(8) if code.isdigit() and len(code) == 7 else code
        found = _TEXAS.fullmatch(code)
        code = found[1] if found else code
    width = _WIDTH[system] + (system == "ucr" and code[-1:].isalpha())
    code = code.zfill(width)
    category = f"{code[:2]}*" if len(code) == width else ""
    return codes().get((system, code)) or codes().get((system, category))


def lost_zeros(system: str, texts: Iterable[str]) -> dict[str, str]:
    """Tell which codes of two digits are those of three digits without their zero.

    The FBI's two lists are told apart by their width: 20 is offences against the family, 020 rape. Among codes of three
    digits a two-digit one has lost its zero, unless some of its like can be of no list but the other.

    Parameters
    ----------
    system : {"nibrs", "ucr", "ncic"}
        Whose list it is of.
    texts : iterable of str
        The codes of one column.

    Returns
    -------
    dict of str to str
        From the code as written to the one that is meant; to an empty text where others of the column kept their zeros,
        so that the code may be of either list. Empty where none has lost its zero.
    """
    numbers = {text.strip() for text in texts if text.strip().isdecimal()}
    three, fewer = {code for code in numbers if len(code) == 3}, {code for code in numbers if len(code) < 3}
    if system != "ucr" or not three or not fewer <= _SHORT.keys():
        return {}
    kept = any(code.startswith("0") for code in three)
    return {code: "" if kept else _SHORT[code] for code in fewer}


def is_code(text: str) -> bool:
    """Tell whether a text is a bare code: it has no two letters side by side."""
    return not _WORD.search(text)
