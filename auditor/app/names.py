"""Names of files that a browser sends: nothing of them but a plain, harmless base name is ever used."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from auditor.report.slug import RESERVED

LONGEST: Final = 120
CONFIG: Final = "audit.toml"
TOML: Final = ".toml"
_AWKWARD: Final = re.compile(r'[\x00-\x1f\x7f<>:"|?*\[\]{}]')
_UNSEEN: Final = ("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp")


def safe_name(sent: str) -> str:
    """Return the base name under which a file is kept.

    Parameters
    ----------
    sent : str
        As the browser sent it; may hold folders of any system, and anything else.

    Raises
    ------
    ValueError
        When nothing is left of it, or it is a name that means something else to this program or to a system.
    """
    base = _plain(sent)
    if base.lower().endswith(TOML):
        raise ValueError(f"{base} is no data: a configuration and a review file have places of their own below")
    return base


def records_name(sent: str) -> str:
    """Return the base name under which the review file is kept: that of the browser, as the configuration names it.

    Raises
    ------
    ValueError
        As :func:`safe_name`; and when it does not end as such a file does, or has the name of the configuration.
    """
    base = _plain(sent)
    if not base.lower().endswith(TOML):
        raise ValueError(f"{base} is no review file: choose a text file that ends in {TOML}")
    if base.casefold() == CONFIG.casefold():
        raise ValueError(f"{CONFIG} is the name of the configuration: rename the review file")
    return base


def _plain(sent: str) -> str:
    base = re.split(r"[/\\]", unicodedata.normalize("NFC", sent))[-1]
    base = "".join(char for char in base if unicodedata.category(char) not in _UNSEEN)
    base = _AWKWARD.sub("_", base).strip(" .")
    stem, dot, ending = base.rpartition(".")
    if not base or not (stem if dot else base).strip("_ "):
        raise ValueError("a file without a name cannot be taken")
    if (stem if dot else base).split(".")[0].lower() in RESERVED:
        raise ValueError(f"{base} is a name that some systems keep for themselves: rename the file")
    if len(base) > LONGEST:
        keep = LONGEST - len(ending) - 1
        base = f"{stem[:keep]}.{ending}" if dot and keep > 0 else base[:LONGEST]
    return base


def taken(name: str, others: Iterable[str]) -> bool:
    """Tell whether a name is among others on a system that does not tell capitals from small letters."""
    return name.casefold() in {other.casefold() for other in others}
