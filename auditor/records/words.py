"""Words that the closed vocabularies go by, each matched whole and exactly, never by a part of it.

"Non-Hispanic" holds the word "Hispanic" and is its opposite; "H" is Hispanic in most agencies and Hawaiian in
some. So a label counts only when all of it is known, and codes of one letter are never in these lists.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from auditor.domain import vocabulary as v

_ALONE: dict[str, tuple[str, ...]] = {
    "white": ("white", "caucasian"),
    "asian": ("asian", "asian american"),
    "other": ("other", "other race"),
    "black": (
        "black",
        "african american",
        "black or african american",
        "black african american",
        "black and african american",
    ),
    "native": (
        "american indian",
        "native american",
        "alaska native",
        "american indian or alaska native",
        "american indian and alaska native",
        "american indian alaska native",
        "american indian or alaskan native",
        "american indian alaskan native",
        "aian",
    ),
    "pacific": (
        "pacific islander",
        "native hawaiian",
        "native hawaiian or other pacific islander",
        "native hawaiian and other pacific islander",
        "native hawaiian or pacific islander",
        "native hawaiian pacific islander",
        "native hawaiian other pacific islander",
        "nhpi",
    ),
    "multiple": ("multiple", "multiracial", "multi racial", "two or more races", "two or more", "more than one race"),
}
NOT_HISPANIC = ("non hispanic", "nonhispanic", "not hispanic", "not hispanic or latino", "non latino", "nh")
_HISPANIC = (
    "hispanic",
    "latino",
    "latina",
    "latinx",
    "latine",
    "hispanic or latino",
    "hispanic latino",
    "hispanic and latino",
    "hispanic or latinx",
    "hispanic latinx",
    "hispanic or latina",
    "hispanic latina",
    "hispanic latine",
    "latino hispanic",
    "hispanic or latino of any race",
    "hispanic of any race",
    "hispanic any race",
    "any race hispanic",
)
HISPANIC_WITH_RACE = frozenset(
    {"white hispanic", "black hispanic", "hispanic white", "hispanic black", "white latino", "black latino"}
)
"""Folded into ``hispanic`` (any race), which the ledger says."""

_UNKNOWN = ("unknown", "not reported", "not recorded", "not stated", "unspecified", "undetermined", "refused")


_COMMAND = re.compile(r"\\(?:cr|newline|linebreak|hline|textbf|textit)\b|\\{2,}")


@lru_cache(maxsize=1 << 14)
def normal(text: str) -> str:
    r"""Return a label in comparable form: no case, no accents, signs as blanks, blanks single.

    A command of a typesetting program (``Asian/ \cr Pacific Islander``) is no word of the label.
    """
    text = _COMMAND.sub(" ", text)
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).casefold()
    return " ".join(re.findall(r"[^\W_]+", plain))


def _groups() -> dict[str, str]:
    table = dict.fromkeys((*_HISPANIC, *HISPANIC_WITH_RACE), "hispanic")
    for group, labels in _ALONE.items():
        for label in labels:
            table[label] = group
            forms = [f"{label} {no}" for no in NOT_HISPANIC] + [f"{no} {label}" for no in NOT_HISPANIC]
            forms += [f"{label} alone {no}" for no in NOT_HISPANIC] + [f"{no} {label} alone" for no in NOT_HISPANIC]
            table |= dict.fromkeys(forms, group)
    return table | dict.fromkeys(_UNKNOWN, "unknown")


_EVENTS = {
    "stop": ("stops", "traffic stop", "traffic stops", "pedestrian stop", "pedestrian stops"),
    "citation": ("citations", "citation issued", "citations issued"),
    "arrest": ("arrests",),
    "booking": ("bookings", "jail booking", "jail bookings"),
    "submission": ("submissions", "fingerprint submission", "fingerprint submissions", "total submissions"),
    "match": ("matches", "ident match", "ident matches", "alien ident match", "alien ident matches"),
    "detainer": ("detainers", "ice detainer", "ice detainers", "immigration detainer", "immigration detainers"),
    "custody": ("booked into ice custody", "ice custody", "administratively arrested"),
    "removal": ("removals", "removed", "removals and returns", "removal and return"),
}
_LEVELS = {
    "1": ("level 1", "l1", "lvl 1", "level one"),
    "2": ("level 2", "l2", "lvl 2", "level two"),
    "3": ("level 3", "l3", "lvl 3", "level three"),
    "none": ("non criminal", "noncriminal", "no conviction", "no criminal conviction"),
    "unknown": ("level unknown", *_UNKNOWN),
}
_OFFENCES = {
    "homicide": ("murder", "murder and nonnegligent manslaughter"),
    "sexual-assault": ("rape", "sexual assault", "forcible rape"),
    "vehicle-theft": ("motor vehicle theft", "auto theft"),
    "theft": ("larceny", "larceny theft"),
    "licence": ("license", "driving without a license", "driving without a licence", "no drivers license"),
    "dui": ("driving under the influence",),
    "public-intoxication": ("drunkenness", "public drunkenness"),
    "weapons": ("weapon", "weapons offense", "weapons offence"),
    "unknown": _UNKNOWN,
}
_REGIMES = {"offence-type": ("offense type",)}
_BASES = {"charge": ("charged", "charges"), "conviction": ("convicted", "convictions"), "unknown": _UNKNOWN}
_SOURCES = {"recorded": ("record",), "perceived": ("perception", "officer perception")}
_FLAGS = {"yes": ("y", "true", "t", "1"), "no": ("n", "false", "f", "0")}
_YES_OR_NO = ("searched", "contraband", "cited", "booked", "detainer", "prior_conviction", "repeat")
_SEXES = {"male": ("m", "man"), "female": ("f", "woman"), "unknown": _UNKNOWN}
# Words that mean the same everywhere; "closed", "adjudicated" or "disposed" do not say how, and stay questions.
_DISPOSITIONS = {
    "convicted": ("conviction", "guilty", "found guilty", "pled guilty", "pleaded guilty", "guilty plea"),
    "dismissed": ("dismissal", "case dismissed", "charges dismissed", "charge dismissed"),
    "no-charge": (
        "no charges filed", "no charge filed", "no charges", "not charged", "charges not filed", "declined",
        "declined to prosecute", "prosecution declined",
    ),
    "acquitted": ("acquittal", "not guilty", "found not guilty"),
    "pending": ("open", "case pending", "awaiting trial"),
    "transferred-to-ice": ("transferred to ice", "released to ice", "transfer to ice", "turned over to ice"),
    "unknown": _UNKNOWN,
}  # fmt: skip
_TRUTH = {"true": ("yes", "y", "t", "1", "cumulative"), "false": ("no", "n", "f", "0", "monthly")}

TOTALS = frozenset(
    """total|totals|grand total|subtotal|sub total|overall|all|all groups|all races|all races and ethnicities|
    all ages|both sexes|all levels|all offenses|all offences|all agencies|total all races|total population""".replace(
        "\n    ", ""
    ).split("|")
)
"""Labels of a row that sums the others."""

MISSING = frozenset(
    """na|n a|null|nan|none|nil|missing|blank|iids etl null|not applicable|not available|nr|nd|b 6 b 7 c|
    b 6 b 7 c d|b 6|b 7 c|redacted""".replace("\n    ", "").split("|")
)
"""Marks that stand for a value that is not there (not a zero); never applied to names of places."""

_EXEMPTION = r"\(?[bB]\)? ?\([1-9]\)(?: ?\(?[a-fA-F]\)?)*"
REDACTED = rf"\s*\[?{_EXEMPTION}(?:[ ,;/&]*{_EXEMPTION})*\]?\s*"
"""The exemptions of the Freedom of Information Act (5 U.S.C. 552(b)) in place of a value: ``b(6), b(7)c``,
``(b)(6), (b)(7)(C), (b)(7)(E)``. Never without brackets: ``B-2`` is a visa. Read alike by ``re`` and by RE2.
"""
_WITHHELD = re.compile(REDACTED)
_LONGEST_MARK = 80


@dataclass(frozen=True)
class Vocabulary:
    """One closed vocabulary: its values, other words for them, and whether a total can stand beside them."""

    values: tuple[str, ...]
    words: Mapping[str, str]
    totals: bool = False

    def lookup(self, text: str) -> str | None:
        """Return the value that a label means exactly, or None."""
        return self.words.get(normal(text))


def _vocabulary(
    values: Iterable[str], words: Mapping[str, Iterable[str]] | None = None, *, totals: bool = False
) -> Vocabulary:
    own = tuple(values)
    table = {normal(value): value for value in own}
    for value, labels in (words or {}).items():
        table |= {normal(label): value for label in labels}
    return Vocabulary(own, table, totals)


VOCABULARIES: dict[str, Vocabulary] = {
    "group": Vocabulary(v.GROUPS, {**{group: group for group in v.GROUPS}, **_groups()}, totals=True),
    "group_source": _vocabulary(v.GROUP_SOURCES, _SOURCES),
    "event": _vocabulary(v.EVENTS, _EVENTS),
    "offence": _vocabulary(v.OFFENCES, _OFFENCES, totals=True),
    "level": _vocabulary(v.LEVELS, _LEVELS, totals=True),
    "level_basis": _vocabulary(v.LEVEL_BASES, _BASES),
    "level_regime": _vocabulary(v.LEVEL_REGIMES, _REGIMES),
    **{name: _vocabulary(("yes", "no"), _FLAGS) for name in _YES_OR_NO},
    "sex": _vocabulary(v.SEXES, _SEXES),
    "disposition": _vocabulary(v.DISPOSITIONS, _DISPOSITIONS),
    "cumulative": _vocabulary(("true", "false"), _TRUTH),
    "kind": _vocabulary(("signed", "activated", "ended"), {"activated": ("active", "activation")}),
}
"""The vocabulary of each coded column, by canonical name."""


def is_total(text: str) -> bool:
    """Tell whether a label is that of a row which sums the others."""
    return normal(text) in TOTALS


def is_redacted(text: str) -> bool:
    """Tell whether a text is nothing but a mark of redaction."""
    return "(" in text and len(text) <= _LONGEST_MARK and _WITHHELD.fullmatch(text) is not None


NORTH_DAKOTA = "nd"
"""A mark for "no data", and a postal code: which of the two, the role of its column says."""


def is_missing(text: str, name: str = "") -> bool:
    """Tell whether a text is one of the marks for "not there".

    Parameters
    ----------
    text : str
    name : str
        The column: in that of the ``state``, ND is North Dakota.
    """
    plain = normal(text)
    if name == "state" and plain == NORTH_DAKOTA:
        return False
    return plain in MISSING or is_redacted(text) or (plain == "" and text not in ("-", "–", "—", "−"))
