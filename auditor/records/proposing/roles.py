"""Which columns of an unknown layout may be which canonical one: by the words of the header and the kind of values.

A column is *sure* where its header can hardly mean anything else and its values are of the right kind; else it is a
*candidate*, and a person must say. One sure column is proposed with its reason, two are a question.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from auditor.domain.place_codes import classify
from auditor.domain.places import gazetteer
from auditor.records.proposing.profile import Profile, is_identifier

_DAYS = frozenset({"day", "moment"})
_DATE_WORDS = frozenset({"date", "dt", "datetime", "day", "dttm", "time", "of", "the", "on", "dates", "timestamp"})
EVENT_WORDS = {
    "stop": "stop", "stopped": "stop", "stops": "stop", "citation": "citation", "cited": "citation",
    "ticket": "citation", "arrest": "arrest", "arrested": "arrest", "arrests": "arrest", "booking": "booking",
    "booked": "booking", "book": "booking", "intake": "booking", "detainer": "detainer", "removal": "removal",
    "removed": "removal",
}  # fmt: skip
"""Words of a header that tell what happened on its date."""

_NEUTRAL_DATE = frozenset({"event", "incident", "occurred", "occurrence", "offense", "offence", "contact", "in"})
_LATER_DATE = {
    "release": "release_date",
    "released": "release_date",
    "transfer": "transfer_date",
    "disposition": "disposition_date",
    "conviction": "conviction_date",
}
_COUNT_WORDS = frozenset(
    {"n", "count", "counts", "number", "freq", "frequency", "total", "stops", "arrests", "bookings", "citations",
     "detainers", "removals", "cases", "persons", "people", "population", "pop"}
)  # fmt: skip
_POPULATION_WORDS = frozenset({"population", "pop", "residents", "adults", "noncit", "noncitizens", "estimate"})
_PLACE_WORDS = frozenset({"fips", "geoid", "county", "jurisdiction", "parish", "ori"})


@dataclass(frozen=True)
class Found:
    """Which columns may be one canonical column.

    Attributes
    ----------
    sure, maybe : tuple of str
        Headers, in order of the file.
    """

    sure: tuple[str, ...] = ()
    maybe: tuple[str, ...] = ()

    @property
    def one(self) -> str:
        """The only sure column; empty where there is none, or more than one."""
        return self.sure[0] if len(self.sure) == 1 else ""

    @property
    def candidates(self) -> tuple[str, ...]:
        """The columns that a person must choose among; the sure ones where there are several."""
        return self.sure if len(self.sure) > 1 else () if self.sure else self.maybe


Rule = Callable[[Profile], str]


def _mark(sure: bool, maybe: bool = False) -> str:
    return "sure" if sure else "maybe" if maybe else ""


def _date(profile: Profile) -> str:
    if profile.kind not in _DAYS or profile.personal:
        return ""
    rest = profile.words - _DATE_WORDS
    if rest & set(_LATER_DATE) or rest & {"birth", "dob", "born", "order", "departed", "entry", "filed", "created"}:
        return ""
    return _mark(rest <= {*EVENT_WORDS, *_NEUTRAL_DATE}, maybe=True)


def _later(name: str) -> Rule:
    words = {word for word, column in _LATER_DATE.items() if column == name}
    return lambda profile: _mark(profile.kind in _DAYS and bool(words & profile.words) and len(profile.words) <= 2)


def _group(profile: Profile) -> str:
    named = profile.words & {"race", "ethnicity", "ethnic", "eth", "raceethnicity", "ethnicgroup", "hispanic"}
    fits = profile.kind in ("code", "whole", "flag") and profile.distinct <= 60
    return _mark(bool(named - {"hispanic"}) and fits, bool(named) and fits)


def _worded(*words: str, kinds: Iterable[str], maybe: Iterable[str] = ()) -> Rule:
    allowed, wanted, also = frozenset(kinds), frozenset(words), frozenset(maybe)

    def rule(profile: Profile) -> str:
        if profile.kind not in allowed:
            return ""
        return _mark(bool(wanted & profile.words), bool(also & profile.words))

    return rule


def _place(profile: Profile) -> str:
    if profile.kind in ("flag", "day", "moment", "clock"):
        return ""
    codes = [classify(value).kind in ("county", "agency", "local") for value in profile.values[:50]]
    return _mark(bool(codes) and all(codes) and bool(profile.words & _PLACE_WORDS), _mostly(codes))


def _mostly(marks: Sequence[bool]) -> bool:
    return bool(marks) and sum(marks) > 0.9 * len(marks)


def _jurisdiction(profile: Profile) -> str:
    if profile.kind not in ("code", "text") or not profile.words & (_PLACE_WORDS - {"fips", "geoid", "ori"}):
        return ""
    return _mark(len(profile.words - {"name", "of", "the"}) == 1, maybe=True)


def _state(profile: Profile) -> str:
    known = [gazetteer().state(value) is not None for value in profile.values[:60]]
    return _mark(_mostly(known) and "state" in profile.words and len(profile.words - {"name", "code"}) == 1,
                 _mostly(known) and bool(profile.words & {"state", "statefips"}))  # fmt: skip


def _period(profile: Profile) -> str:
    if profile.kind in ("year", "month"):
        return _mark(bool(profile.words & {"year", "month", "quarter", "period", "fy", "yr"}), maybe=True)
    return ""


def _count(profile: Profile) -> str:
    if profile.kind != "whole" or is_identifier(profile):
        return ""
    words = profile.words & _COUNT_WORDS
    return _mark(bool(words) and len(profile.words) == 1, bool(words))


def _flag(*words: str) -> Rule:
    wanted = frozenset(words)
    return lambda profile: _mark(profile.kind == "flag" and bool(wanted & profile.words))


def _birth_country(profile: Profile) -> str:
    return _mark({"country", "birth"} <= profile.words, {"place", "birth"} <= profile.words)


_RULES: dict[str, Rule] = {
    "place": _place,
    "jurisdiction": _jurisdiction,
    "state": _state,
    "date": _date,
    "period": _period,
    "n": _count,
    "group": _group,
    "time": _worded("time", kinds=("clock",)),
    "age": _worded("age", kinds=("whole",)),
    "sex": _worded("sex", "gender", kinds=("code",)),
    "charge": _worded("charge", "offense", "offence", "violation", "statute", "crime", kinds=("code", "text")),
    "agency": _worded("agency", "department", "dept", kinds=("code", "text")),
    "disposition": _worded("disposition", "outcome", kinds=("code",)),
    "searched": _flag("search", "searched"),
    "contraband": _flag("contraband"),
    "cited": _flag("cited", "citation"),
    "booked": _flag("booked", "arrested", "arrest"),
    "detainer": _flag("detainer", "hold"),
    "detainer_type": _worded("detainer", kinds=("code",)),
    "lift_reason": lambda profile: _mark({"lift", "reason"} <= profile.words),
    "release_date": _later("release_date"),
    "transfer_date": _later("transfer_date"),
    "disposition_date": _later("disposition_date"),
    "conviction_date": _later("conviction_date"),
    "facility": _worded("facility", "jail", kinds=("code", "text")),
    "citizenship": _worded("citizenship", kinds=("code", "text")),
    "birth_country": _birth_country,
    "program": _worded("program", "programme", kinds=("code", "text")),
    "officer": _worded("officer", "badge", kinds=("code", "text", "whole")),
    "moe": _worded("moe", kinds=("whole", "number")),
}


@dataclass(frozen=True)
class Roles:
    """Every canonical column with the columns that it may be.

    Attributes
    ----------
    found : mapping of str to Found
    """

    found: dict[str, Found] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Found:
        return self.found.get(name, Found())


def roles(profiles: Sequence[Profile]) -> Roles:
    """Return what each column of a file may be; a header that an adapter knows by name is not asked about here."""
    found = {}
    for name, rule in _RULES.items():
        marks = {profile.header: rule(profile) for profile in profiles}
        by = {mark: tuple(header for header, given in marks.items() if given == mark) for mark in ("sure", "maybe")}
        if any(by.values()):
            found[name] = Found(by["sure"], by["maybe"])
    return Roles(found)


def population_words(profile: Profile) -> bool:
    """Tell whether a header speaks of people who live somewhere, not of events."""
    return bool(profile.words & _POPULATION_WORDS)


def events_named(headers: Iterable[Profile]) -> tuple[str, ...]:
    """Return the kinds of event that headers speak of, in the order of the file."""
    words = (word for profile in headers for word in sorted(profile.words & set(EVENT_WORDS)))
    return tuple(dict.fromkeys(EVENT_WORDS[word] for word in words))
