"""What the columns of agency tables of arrests say: offence, and which group of which of the two marginals.

``murder_tot_white`` and ``murder_total_white`` are arrests of White people for murder; ``murder_adult_white`` and
``murder_juvenile_white`` are its two parts; ``total_white`` is the same where the offence stands in a column of its
own. Race and ethnicity are two countings of the same arrests, never crossed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

RACES = {
    "white": "white (Hispanic or not)",
    "black": "black (Hispanic or not)",
    "asian": "asian (Hispanic or not)",
    "amer_ind": "native (Hispanic or not)",
    "american_indian": "native (Hispanic or not)",
    "indian": "native (Hispanic or not)",
}
"""None of them is a canonical group, which is of people who are not Hispanic: what they stand for is asked."""

ETHNICITIES = {"hispanic": "hispanic", "non_hispanic": "not hispanic", "nonhispanic": "not hispanic"}
_WHOLE, _ADULT, _YOUNG = ("tot", "total"), ("adult",), ("juv", "juvenile")
_LABELS = (*RACES, *ETHNICITIES, "arrests", "adult", "juv", "juvenile")
# The longest label first: "non_hispanic" ends in "hispanic".
_NAME = re.compile(
    rf"(?:(?P<offence>.+)_)?(?P<part>{'|'.join((*_WHOLE, *_ADULT, *_YOUNG))})_"
    rf"(?P<label>{'|'.join(sorted(_LABELS, key=len, reverse=True))})"
)

# Totals of drug and gambling offences beside their parts: an arrest must not be counted under both.
_PARTS = {
    "total_drug": ("poss_drug_total", "sale_drug_total"),
    "drug_total_drug": ("drug_possess_drug_total", "drug_sale_drug_total"),
}
_WITHIN = (
    (re.compile(r"poss_(?!drug_total$).+"), "poss_drug_total"),
    (re.compile(r"sale_(?!drug_total$).+"), "sale_drug_total"),
    (re.compile(r"drug_possess_(?!drug_total$).+"), "drug_possess_drug_total"),
    (re.compile(r"drug_sale_(?!drug_total$).+"), "drug_sale_drug_total"),
    (re.compile(r"gamble_(?!total$).+"), "gamble_total"),
    (re.compile(r"gambling_(?!total$).+"), "gambling_total"),
)
_DRUGS = {"total_drug": ("poss_", "sale_"), "drug_total_drug": ("drug_possess_", "drug_sale_")}
_EVERYTHING = {"", "all_arrests"}

OFFENCES = {
    "murder": "homicide",
    "murder_and_nonnegligent_manslaughter": "homicide",
    "manslaught_neg": "homicide",
    "manslaughter_by_negligence": "homicide",
    "rape": "sexual-assault",
    "robbery": "robbery",
    "agg_assault": "aggravated-assault",
    "aggravated_assault": "aggravated-assault",
    "burglary": "burglary",
    "theft": "theft",
    "larceny": "theft",
    "mtr_veh_theft": "vehicle-theft",
    "motor_vehicle_theft": "vehicle-theft",
    "arson": "arson",
    "oth_assault": "simple-assault",
    "other_assault": "simple-assault",
    "other_assaults": "simple-assault",
    "simple_assault": "simple-assault",
    "forgery": "fraud",
    "forgery_and_counterfeiting": "fraud",
    "fraud": "fraud",
    "embezzlement": "fraud",
    "weapons": "weapons",
    "poss_drug_total": "drug-possession",
    "drug_possess_drug_total": "drug-possession",
    "sale_drug_total": "drug-sale",
    "drug_sale_drug_total": "drug-sale",
    "dui": "dui",
    "drunkenness": "public-intoxication",
    "disorder_cond": "public-order",
    "disorderly_conduct": "public-order",
    "vagrancy": "public-order",
    "curfew_loiter": "public-order",
    **dict.fromkeys(
        (
            "all_other", "all_other_offenses", "stolen_prop", "stolen_property", "vandalism", "prostitution",
            "oth_sex_off", "other_sex_offenses", "gamble_total", "gambling_total", "family_off",
            "family_offenses", "liquor", "liquor_laws", "suspicion", "runaways",
        ),
        "other",
    ),
}  # fmt: skip
"""Offences of the Uniform Crime Reports by their names in such columns; what fits no class alone is asked about."""


@dataclass
class Measure:
    """The columns of one offence.

    Attributes
    ----------
    offence : str
        As the headers name it; empty where it stands in a column.
    cells : dict
        Positions by label and part: ``cells["white"]["adult"]``; the label ``arrests`` is everybody.
    """

    offence: str
    cells: dict[str, dict[str, int]] = field(default_factory=dict)

    def has(self, labels: Iterable[str]) -> bool:
        """Tell whether any of some labels is counted."""
        return any(label in self.cells for label in labels)

    def number(self, label: str) -> str:
        """Return the SQL of a label's arrests: its total, else adults and juveniles together; NULL when not known."""
        parts = self.cells.get(label, {})
        if "whole" in parts:
            return _number(parts["whole"])
        both = [_number(parts[name]) for name in ("adult", "young") if name in parts]
        return f"({' + '.join(both)})" if len(both) == 2 else "NULL::DOUBLE"


def _number(position: int) -> str:
    return f"TRY_CAST(c{position} AS DOUBLE)"


def measures(headers: Sequence[str]) -> list[Measure]:
    """Return the offences that a header counts, each arrest under one of them only."""
    found: dict[str, Measure] = {}
    for position, header in enumerate(headers):
        name = _NAME.fullmatch(re.sub(r"[^a-z0-9]+", "_", header.strip().casefold()).strip("_"))
        if name is None:
            continue
        measure = found.setdefault(name["offence"] or "", Measure(name["offence"] or ""))
        part, label = name["part"], name["label"]
        if label in ("adult", "juv", "juvenile"):
            if part not in _WHOLE:
                continue
            part, label = label, "arrests"
        kind = "whole" if part in _WHOLE else "adult" if part in _ADULT else "young"
        measure.cells.setdefault(_label(label), {})[kind] = position
    return [measure for name, measure in found.items() if not _counted_elsewhere(name, set(found))]


def _label(label: str) -> str:
    return RACES.get(label) or ETHNICITIES.get(label) or label


def _counted_elsewhere(name: str, names: set[str]) -> bool:
    """Tell whether the arrests of an offence stand under others too: a total beside parts, a part beside its total."""
    if name in _EVERYTHING:
        return len(names - _EVERYTHING) > 0
    if name in _PARTS:
        return set(_PARTS[name]) <= names
    if any(pattern.fullmatch(name) and whole in names for pattern, whole in _WITHIN):
        return True
    drugs = next((total for total, start in _DRUGS.items() if total in names and name.startswith(start)), "")
    return bool(drugs) and not set(_PARTS[drugs]) <= names
