"""From the words of a charge to an offence class, by ordered rules that are data: the first that fits decides.

The rules stand in ``data/offences/rules.csv``; where a charge may be either of two things they leave it ``unknown``,
and say why. A charge that no rule fits is not recognised, which is told apart from that.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache, lru_cache

from auditor import resources
from auditor.records.charge_text import plain

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes
    ----------
    offence : str
        The class that it gives.
    pattern : re.Pattern
        Searched for in the charge in plain words.
    example : str
        A charge that it is the first to fit.
    why : str
        The reason, where it is not plain; a class that is ``unknown`` always has one.
    """

    offence: str
    pattern: re.Pattern[str]
    example: str
    why: str


@cache
def rules() -> tuple[Rule, ...]:
    """Return the rules in their order."""
    with (resources.folder("data") / "offences" / "rules.csv").open(encoding="utf-8", newline="") as handle:
        return tuple(
            Rule(row["offence"], re.compile(row["pattern"]), row["example"], row["why"])
            for row in csv.DictReader(handle)
        )


def rule_of(text: str) -> Rule | None:
    """Return the first rule that fits a charge, or None when it is not recognised."""
    return _rule_of(plain(text))


@lru_cache(maxsize=1 << 16)
def _rule_of(words: str) -> Rule | None:
    return next((rule for rule in rules() if rule.pattern.search(words)), None)


def is_detainer(text: str) -> bool:
    """Tell whether a line among the charges is a hold or detainer of the immigration service, and so no charge."""
    return rule_of(text) is rules()[0]
