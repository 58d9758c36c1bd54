"""How a number of a page may be worked out from numbers of the review.

Each rule takes the operands that ``data-ref`` names, as they stand in ``review.json``; an operand that starts with
``=`` is a literal. The pages use these functions to make the numbers, and ``auditor verify`` to check them.
"""

from __future__ import annotations

import calendar
import datetime
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

OFFICERS: Final = 12
"""Part of the review on officers, of which no letter speaks."""


def share(operands: Sequence[Any]) -> float:
    """Return k/n."""
    return float(operands[0]) / float(operands[1])


def thousand(operands: Sequence[Any]) -> float:
    """Return a difference of shares in persons per 1,000."""
    return 1000 * float(operands[0])


def exp(operands: Sequence[Any]) -> float:
    """Return the ratio of a difference on the log scale."""
    return math.exp(float(operands[0]))


def length(operands: Sequence[Any]) -> int:
    """Return how many entries a list has."""
    return len(operands[0])


def excluded(operands: Sequence[Any]) -> int:
    """Return the rows left out by rule: the sum over the steps of a source."""
    return sum(int(step["n"]) for step in operands[0])


def verdicts(operands: Sequence[Any]) -> int:
    """Return how many places bear one of the verdicts (separated by commas)."""
    places, wanted = operands
    return sum(1 for place in places if place["verdict"] in wanted.split(","))


def simulated(operands: Sequence[Any]) -> int:
    """Return how many places are simulated."""
    return sum(1 for place in operands[0] if place["simulated"])


def findings(operands: Sequence[Any]) -> int:
    """Return how many findings all places have."""
    return sum(len(place["findings"]) for place in operands[0])


def tests(operands: Sequence[Any]) -> int:
    """Return how many findings of a signal and contrast have an outcome (or ``all``)."""
    places, signal, contrast, outcome = operands
    found = (f for place in places for f in place["findings"] if f["signal"] == signal)
    return sum(1 for f in found if f["contrast"] == contrast and outcome in ("all", f["outcome"]))


def withheld(operands: Sequence[Any]) -> int:
    """Return in how many places a signal was withheld for a reason."""
    places, signal, reason = operands
    return sum(1 for place in places if any(w["signal"] == signal and w["reason"] == reason for w in place["withheld"]))


def covered(operands: Sequence[Any]) -> int:
    """Return in how many places a signal was tested, only described, or only withheld."""
    places, signal, how = operands
    return sum(1 for place in places if _how(place, signal) == how)


def _how(place: Mapping[str, Any], signal: str) -> str:
    own = [f["tested"] for f in place["findings"] if f["signal"] == signal]
    if own:
        return "tested" if any(own) else "described"
    return "withheld" if any(w["signal"] == signal for w in place["withheld"]) else ""


def tested(operands: Sequence[Any]) -> int:
    """Return how many of a place's findings entered the screen, those on officers left out."""
    return sum(1 for f in operands[0] if f["tested"] and f["section"] != OFFICERS)


def moved(operands: Sequence[Any]) -> str:
    """Return a day moved by whole months; a day that the month does not have becomes its last one."""
    day, months = datetime.date.fromisoformat(operands[0]), int(operands[1])
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return datetime.date(year, month + 1, min(day.day, last)).isoformat()


def period(operands: Sequence[Any]) -> str:
    """Return a period as "first day/last day"."""
    return f"{operands[0]}/{operands[1]}"


def over(operands: Sequence[Any]) -> float:
    """Return a ratio over the factor by which its comparison may be wrong."""
    return float(operands[0]) / float(operands[1])


def month(text: str) -> int:
    """Return a month (``YYYY-MM``) as a number."""
    return int(text[:4]) * 12 + int(text[5:7]) - 1


def _months(runs: Sequence[Sequence[str]]) -> set[int]:
    return {at for first, last in runs for at in range(month(first), month(last) + 1)}


def months_told(operands: Sequence[Any]) -> int:
    """Return how many months the records tell one by one, of the stretches told so and those told in totals."""
    return len(_months(operands[0]))


def months_in_totals(operands: Sequence[Any]) -> int:
    """Return how many months they tell only in a sum over several."""
    return len(_months(operands[1]) - _months(operands[0]))


def months_without(operands: Sequence[Any]) -> int:
    """Return of how many months between the first and the last no row speaks."""
    told = _months(operands[0]) | _months(operands[1])
    return max(told) - min(told) + 1 - len(told) if told else 0


_COUNTED: Final = (
    length,
    excluded,
    verdicts,
    simulated,
    findings,
    tests,
    withheld,
    covered,
    tested,
    months_told,
    months_in_totals,
    months_without,
)
RULES: Final[Mapping[str, Callable[[Sequence[Any]], Any]]] = {
    rule.__name__: rule for rule in (share, thousand, exp, over, *_COUNTED, moved, period)
}
