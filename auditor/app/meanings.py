"""Plain words for what the configuration calls by short names."""

from __future__ import annotations

from typing import Final

COLUMNS: Final[dict[str, str]] = {
    "activation_date": "the day on which the programme began",
    "age": "the person's age",
    "agency": "the agency",
    "birth_country": "the country of birth",
    "booked": "whether it ended in jail",
    "charge": "the charge as written",
    "cited": "whether it ended in a citation",
    "citizenship": "the country of citizenship",
    "contraband": "whether a search found something",
    "conviction_date": "the day of conviction",
    "date": "the day of the event",
    "detainer": "whether a detainer was lodged",
    "disposition": "how the case ended",
    "disposition_date": "the day of the outcome",
    "event": "what happened (stop, arrest, booking ...)",
    "facility": "the jail",
    "group": "the ethnic or racial group",
    "group_source": "how the group is known",
    "jurisdiction": "the name of the place",
    "kind": "what the date of the programme means",
    "level": "the level (1, 2, 3 or none)",
    "level_basis": "whether levels count charges or convictions",
    "level_regime": "the rule by which levels go",
    "lift_reason": "why a detainer was lifted",
    "moe": "the margin of error (90 %)",
    "n": "the count",
    "offence": "the class of the offence",
    "officer": "the officer (read privately, printed nowhere)",
    "operation": "the name of an operation",
    "period": "the time that a row counts",
    "place": "where it happened",
    "program": "the programme",
    "release_date": "the day of release",
    "searched": "whether a search was made",
    "sex": "the person's sex",
    "state": "the state",
    "time": "the time of day",
    "transfer_date": "the day of transfer",
    "universe": "who is counted in a population",
}

QUESTIONS: Final[dict[str, str]] = {
    "event": "What happened to the person of each row?",
    "place": "Where did it happen, the same in every row?",
    "program": "Which programme began?",
    "universe": "Who is counted?",
}
"""What is asked where one answer holds for every row of a file."""

FORMATS: Final[tuple[tuple[str, str], ...]] = (
    ("records", "one event of one person (a stop, an arrest, a booking, a detainer)"),
    ("counts", "a number of events in a place and a time"),
    ("population", "a number of people who live somewhere"),
    ("activations", "the start of a programme in a place"),
    ("interoperability", "Secure Communities statistics of one jurisdiction"),
    ("places", "a place, with its name, state or agency"),
    ("operations", "a day of a declared operation"),
)

PROGRAMS: Final = ("secure-communities", "287g")


def column(name: str) -> str:
    """Return what a canonical column holds, in words."""
    return COLUMNS.get(name, name.replace("_", " "))
