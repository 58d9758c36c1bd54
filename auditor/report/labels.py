"""Short labels of pages and tables: verdicts, outcomes, families, groups, events.

Sentences stand in the catalogue, the words of contrasts' keys in :mod:`auditor.report.key_words`, names of findings in
:mod:`auditor.report.names`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from auditor.report.words import MarkedWords, Words, called, phrase, word


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a verdict is shown.

    Attributes
    ----------
    key : str
        As in ``review.json``.
    english : str
        In words; ``no-disparity-detected`` never stands without "not a clearance".
    mark : str
        A glyph, so that colour is never alone.
    css : str
        Class of the colour and pattern.
    grade : str
        As in the table of grades.
    """

    key: str
    english: str
    mark: str
    css: str
    grade: str

    @property
    def label(self) -> str:
        """In words, in the language that is being written."""
        return word(self.english)


VERDICTS: Final = (
    Verdict("strong-signal", "Strong statistical signal", "◆", "v-strong", "4"),
    Verdict("notable-departure", "Notable departure", "▲", "v-notable", "3"),
    Verdict("pattern-worth-examining", "Pattern worth examining", "△", "v-pattern", "2"),
    Verdict("contradictory", "Contradictory", "✕", "v-contra", "X"),
    Verdict("inconclusive", "Inconclusive", "○", "v-inconclusive", "1b"),
    Verdict("no-disparity-detected", "No disparity detected (not a clearance)", "●", "v-null", "1"),
    Verdict("insufficient-data", "Insufficient data", "–", "v-insufficient", "0"),
)
"""In the order of a page; the order is not a ranking of places."""

BY_KEY: Final[Mapping[str, Verdict]] = {verdict.key: verdict for verdict in VERDICTS}
FLAGS: Final = frozenset(["strong-signal", "notable-departure", "pattern-worth-examining"])
CANNOT_TELL: Final = ("insufficient-data", "inconclusive", "contradictory")

FAMILIES: Final[Mapping[str, str]] = Words(
    {
        "exposure": "Exposure",
        "discretion": "Discretion",
        "match": "Match",
        "change": "Change",
        "outcome": "Outcome",
        "visibility": "Visibility",
        "recording": "Recording",
    }
)
FAMILY_ASKS: Final[Mapping[str, str]] = Words(
    {
        "exposure": "more than the population at risk predicts?",
        "discretion": "where an officer may choose?",
        "match": "more matches, and lesser cases?",
        "change": "changed when the programme came?",
        "outcome": "do arrests of the group succeed less often?",
        "visibility": "does it depend on being seen?",
        "recording": "is ethnicity recorded faithfully?",
    }
)

GROUPS: Final[Mapping[str, str]] = Words(
    {
        "hispanic": "Hispanic",
        "white": "White (non-Hispanic)",
        "black": "Black (non-Hispanic)",
        "asian": "Asian (non-Hispanic)",
        "native": "Native American (non-Hispanic)",
        "pacific": "Pacific Islander (non-Hispanic)",
        "multiple": "Two or more (non-Hispanic)",
        "other": "Other",
        "unknown": "Not recorded",
    }
)
DAYS: Final[Mapping[str, str]] = Words(
    {
        "weekend": "weekends",
        "weekday": "weekdays",
        "cold-half": "October to March",
        "warm-half": "April to September",
    }
)
"""What stands in place of groups in controls by day."""

PARTS: Final = (
    "Cover and status",
    "Summary",
    "Place profile",
    "Investigations and lawsuits",
    "Data received and their quality",
    "Benchmarks",
    "Where this place stands among all",
    "Focus on serious offences",
    "Minor traffic and licence offences",
    "Pretext indicators",
    "Ethnic-disparity tests",
    "Before and after the programme started",
    "Officers",
    "Detainer practice and delay of release",
    "Records that no statistic gives",
    "Synthesis",
    "What would change this verdict",
    "Ladder of remedies",
    "Standards map",
    "Agency response",
    "Methods appendix",
)
"""The twenty-one parts of a place's review, 0 to 20, in order."""

_MARKS: Final[Mapping[str, tuple[str, str]]] = {
    "higher": ("▲", "higher"),
    "lower": ("▼", "lower"),
    "compatible": ("●", "compatible"),
    "inconclusive": ("○", "unclear"),
    "uncalibrated": ("◌", "not calibrated"),
    "insufficient": ("✕", "too few"),
    "withheld": ("–", "withheld"),
    "suppressed": ("▒", "suppressed"),
    "beside": ("◇", "not screened"),
    "absent": ("·", "not run"),
}
OUTCOME_MARKS: Final[Mapping[str, tuple[str, str]]] = MarkedWords(_MARKS)
"""Mark and word of each cell of the evidence matrix."""


def group(name: str | None) -> str:
    """Return how a group is written; an unknown name as it stands."""
    return called(name or "", DAYS, GROUPS)


def both(group: str, reference: str) -> str:
    """Name two groups that are compared."""
    return phrase("{group} and {reference}", group=group, reference=reference)


def verdict(key: str) -> Verdict:
    """Return how a verdict is shown.

    Raises
    ------
    KeyError
        When the verdict is none of the seven.
    """
    return BY_KEY[key]


EVENTS: Final = Words(
    {
        "stop": "stops",
        "citation": "citations",
        "arrest": "arrests",
        "booking": "bookings",
        "submission": "submissions",
        "match": "matches",
        "detainer": "detainers",
        "custody": "bookings into ICE custody",
        "removal": "removals",
    }
)
STEPS: Final[Mapping[str, str]] = Words({"signed": "signed", "activated": "activated", "ended": "ended"})
"""What may happen to a programme on a day."""
PROGRAMMES: Final[Mapping[str, str]] = Words(
    {
        "secure-communities": "Secure Communities",
        "287g": "287(g)",
        "cap": "Criminal Alien Program",
        "pep": "Priority Enforcement Program",
    }
)
COMPARATORS: Final[Mapping[str, str]] = Words(
    {
        "serious": "serious offences in the same place",
        "nation": "the rest of the nation",
        "state": "the rest of the state",
        "peers": "its peers",
        "residents": "residents",
        "adults": "adult residents",
        "noncitizens": "noncitizens",
        "foreign-born": "foreign-born residents",
        "drivers": "drivers",
        **EVENTS.english,
    }
)


CONTROL_FAILS: Final = 0.05
"""Corrected p-value at which a negative control has failed, as the rules of the verdict have it."""


def event(name: str) -> str:
    """Return an event in the plural."""
    return EVENTS.get(name, name)
