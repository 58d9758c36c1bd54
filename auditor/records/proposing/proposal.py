"""From the columns of a table that no format recognises to lines of a ``[[sources]]`` table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from auditor.domain.vocabulary import EVENTS
from auditor.records.adapter import named
from auditor.records.columns import find_columns
from auditor.records.proposing.profile import Profile, is_identifier
from auditor.records.proposing.roles import Found, Roles, events_named, population_words, roles

CANONICAL = ("records", "counts", "population", "activations", "interoperability", "places", "operations")
QUESTION = "QUESTION: "
UNIVERSES = ("residents", "adults", "drivers", "noncitizens", "foreign-born")


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of a ``[[sources]]`` table.

    Attributes
    ----------
    table : str
        ``columns``, ``constants``, ``values.<column>``, ``places``; empty for a key of the table itself.
    name : str
        The key.
    value : str
        As it stands in the file; empty for an open question.
    remarks : tuple of str
        Why it is proposed, or what is asked and which answers there are. They never quote a personal value.
    firm : bool
        False for a line that the reader may take up, and that changes nothing until then.
    """

    table: str
    name: str
    value: str
    remarks: tuple[str, ...] = ()
    firm: bool = True

    @property
    def open(self) -> bool:
        """Whether it is a setting that a person must answer."""
        return self.firm and not self.value

    @property
    def asks(self) -> bool:
        """Whether it is a question in any form."""
        return self.open or any(text.startswith(QUESTION) for text in self.remarks)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a file seems to be.

    Attributes
    ----------
    format : str
        A canonical format; empty where nothing tells.
    why : str
        What the format was told by, or why it could not be told.
    lines : tuple of Line
    remarks : tuple of str
        What else a reader should know of the file.
    """

    format: str
    why: str
    lines: tuple[Line, ...] = ()
    remarks: tuple[str, ...] = ()


def propose(profiles: Sequence[Profile], format: str = "") -> Proposal:
    """Propose how to read a table whose columns were looked at.

    Parameters
    ----------
    profiles : sequence of Profile
    format : str
        The format that a person decided on; empty to look for it.
    """
    found = roles(profiles)
    format_, why = (format, "") if format else _format(found, profiles)
    if format_ not in _LINES:
        return Proposal(format_, why, remarks=_remarks(profiles, format_))
    known = set(find_columns([profile.header for profile in profiles], named(format_).columns))
    return Proposal(
        format_, why, tuple(_LINES[format_](found, profiles, frozenset(known))), _remarks(profiles, format_)
    )


def set_aside(profiles: Sequence[Profile]) -> tuple[str, ...]:
    """Return the headers of the columns that may point to a person: names, birth dates, identifiers."""
    return tuple(profile.header for profile in profiles if profile.personal or (is_identifier(profile)))


def _format(found: Roles, profiles: Sequence[Profile]) -> tuple[str, str]:
    counted, dated, period = found["n"], found["date"], found["period"]
    header = counted.one or (counted.maybe[0] if len(counted.maybe) == 1 and not counted.sure else "")
    if header and any(population_words(profile) for profile in profiles if profile.header == header):
        return "population", f"{header} counts people who live somewhere"
    when = period.sure or period.maybe or dated.sure
    if counted.one and when:
        return "counts", f"{counted.one} is a number, and {when[0]} says of which time"
    if counted.sure:
        return "", "it has numbers, but nothing says whether they count events or people who live there, or when"
    if dated.sure or dated.maybe:
        return _dated(found, profiles)
    return "", "it has neither dates to the day nor one column of counts"


def _dated(found: Roles, profiles: Sequence[Profile]) -> tuple[str, str]:
    about = ("group", "sex", "age", "charge", "citizenship")
    people = any(found[name].sure or found[name].maybe for name in about)
    where = next((profile for profile in profiles if profile.header == found["place"].one), None)
    if where is not None and not where.repeats and not people:
        return "activations", "each place stands in one row, with dates and nothing about people"
    if any(profile.words & _AGREED for profile in profiles) and not people:
        return "activations", "its headers speak of a programme that was signed or begun"
    days = (found["date"].sure or found["date"].maybe)[0]
    return "records", f"{days} holds dates to the day and no column counts: a row looks like one event of one person"


_AGREED = frozenset({"signed", "activated", "activation", "agreement", "moa"})


def _records(found: Roles, profiles: Sequence[Profile], known: frozenset[str]) -> Iterator[Line]:
    yield from _where(found, known)
    yield from _column(found, "date", known, "the day of the event", required=True)
    yield from _event(found, profiles, known)
    fold = fold_line(profiles)
    if fold is not None:
        yield fold
        yield from _column(found, "charge", known, "the charge", required=False)
    yield from _column(found, "group", known, "the ethnic group", required=False)
    yield from _column(found, "agency", known, "the arresting agency", required=False)
    for name in _OPTIONAL:
        if name != "charge" or fold is None:
            yield from _optional(found[name], name, known)


def _counts(found: Roles, profiles: Sequence[Profile], known: frozenset[str]) -> Iterator[Line]:
    yield from _where(found, known)
    if not known & {"period", "period_end", "month"}:
        period = found["period"] if found["period"].sure or found["period"].maybe else found["date"]
        yield from _column(Roles({"period": period}), "period", known, "the time that a row counts", required=True)
    yield from _event(found, profiles, known)
    yield from _column(found, "n", known, "the count", required=True)
    yield from _column(found, "group", known, "the ethnic group", required=False)
    for name in ("searched", "contraband", "agency"):
        yield from _optional(found[name], name, known)


def _population(found: Roles, profiles: Sequence[Profile], known: frozenset[str]) -> Iterator[Line]:
    yield from _where(found, known)
    yield from _column(found, "period", known, "the year of the count", required=False)
    if found["n"].sure or len(found["n"].maybe) != 1:
        yield from _column(found, "n", known, "the number of people", required=True)
    elif "n" not in known:
        yield Line("columns", "n", found["n"].maybe[0], (f"{found['n'].maybe[0]} looks like the number of people",))
    if not (found["group"].sure or found["group"].maybe or "group" in known):
        about = "nothing says of which group: a baseline is by group, or of people among whom no group is told"
        yield Line("columns", "group", "", (about,))
    else:
        yield from _column(found, "group", known, "the ethnic group", required=True)
    if "universe" not in known:
        yield Line("constants", "universe", "", (f"who is counted: {', '.join(UNIVERSES)}, or a word of your own",))
    yield from _optional(found["moe"], "moe", known)


def _activations(found: Roles, profiles: Sequence[Profile], known: frozenset[str]) -> Iterator[Line]:
    yield from _where(found, known)
    yield from _column(found, "date", known, "the day on which it began", required=True)
    if "program" not in known and not found["program"].one:
        yield Line("constants", "program", "", ('which programme began: such as "secure-communities" or "287g"',))
    yield from _column(found, "program", known, "the programme", required=False)
    if "kind" not in known:
        kinds = ("what the date is: signed, activated or ended; without a word it counts as activated, unverified",)
        yield Line("constants", "kind", "activated", kinds, firm=False)


_LINES = {"records": _records, "counts": _counts, "population": _population, "activations": _activations}
_OPTIONAL = {
    "time": "the time of day",
    "age": "the age",
    "sex": "the sex",
    "charge": "the charge as written",
    "searched": "whether a search was made",
    "contraband": "whether it found something",
    "cited": "whether it ended in a citation",
    "booked": "whether it ended in jail",
    "disposition": "how the case ended",
    "detainer": "whether a detainer was lodged",
    "lift_reason": "why a detainer was lifted",
    "release_date": "the day of release",
    "transfer_date": "the day of transfer",
    "disposition_date": "the day of the outcome",
    "conviction_date": "the day of conviction",
    "facility": "the jail",
    "citizenship": "the country of citizenship (never an ethnic group)",
    "birth_country": "the country of birth (never an ethnic group)",
    "officer": "an identifier of the officer (read privately, printed nowhere)",
    "agency": "the arresting agency",
    "moe": "the margin of error (90 %)",
}


def fold_line(profiles: Sequence[Profile]) -> Line | None:
    """Return the question what one row is, where a number of an event (a booking, an arrest) stands in several."""
    repeated = [p.header for p in profiles if is_identifier(p) and p.repeats and p.distinct > 1 and events_named([p])]
    if not repeated:
        return None
    name = repeated[0]
    return Line(
        "",
        "fold",
        "",
        (
            f"{name} stands in more than one row: is a row a charge, or an event? fold = {name!r} makes one event of "
            'the rows with the same one (its offence is that of the most serious charge); "none" says that each row '
            "is an event of its own",
        ),
    )


def lacking(names: Sequence[str]) -> Line:
    """Return the question for a column that every row must have, where a known layout lacks it."""
    if "place" in names:
        return _PLACELESS
    if "event" in names:
        return Line("constants", "event", "", (f"what happened to the person of a row? one of {', '.join(EVENTS)}",))
    return Line("columns", names[0], "", (f"which column is {' or '.join(names)}?",))


def _where(found: Roles, known: frozenset[str]) -> Iterator[Line]:
    """Propose or ask where the events happened."""
    if known & {"place", "jurisdiction"}:
        return
    for name in ("place", "jurisdiction"):
        if found[name].one:
            yield Line("columns", name, found[name].one, (f"{found[name].one} holds {_PLACES[name]}",))
            if found["state"].one and "state" not in known and name == "jurisdiction":
                yield Line("columns", "state", found["state"].one, (f"{found['state'].one} names states",))
            return
    candidates = (*found["place"].candidates, *found["jurisdiction"].candidates)
    if candidates:
        how = f"candidates: {_listed(candidates)}; or, where all rows are of one place, constants.place instead"
        yield Line("columns", "place", "", ("which column says where it happened?", how))
        return
    yield _PLACELESS


_PLACELESS = Line(
    "constants",
    "place",
    "",
    (
        "no column says where: of which place are these rows?",
        'answer with a county ("48453"), an agency\'s ORI, a state ("48"), or "local:<id>" for a city or a precinct',
    ),
)
_PLACES = {"place": "codes of places", "jurisdiction": "names of jurisdictions"}


def _column(found: Roles, name: str, known: frozenset[str], what: str, *, required: bool) -> Iterator[Line]:
    if name in known:
        return
    if found[name].one:
        yield Line("columns", name, found[name].one, (f"{found[name].one} looks like {what}",))
    elif found[name].candidates:
        apart = ("recorded apart they say different things, and only one is read",) if name == "group" else ()
        asked = f"which column is {what}? candidates: {_listed(found[name].candidates)}"
        yield Line("columns", name, "", (asked, *apart))
    elif required:
        yield Line("columns", name, "", (f"which column is {what}?",))


def _optional(found: Found, name: str, known: frozenset[str]) -> Iterator[Line]:
    """Offer a column that some signals use; with others that it may be."""
    headers = (*found.sure, *found.maybe)
    if name in known or not headers:
        return
    others = f"; or is it {_listed(headers[1:])}?" if len(headers) > 1 else ""
    yield Line("columns", name, headers[0], (f"{_OPTIONAL.get(name, name)}{others}",), firm=False)


def _event(found: Roles, profiles: Sequence[Profile], known: frozenset[str]) -> Iterator[Line]:
    if "event" in known:
        return
    remarks = [f"what happened to the person of a row? one of {', '.join(EVENTS)}"]
    if spoken := events_named(profiles):
        remarks.append(f"its headers speak of: {', '.join(spoken)}")
    yield Line("constants", "event", "", tuple(remarks))


_GROUP_WORDS = frozenset({"hispanic", "latino", "white", "black", "asian", "aian", "api", "nhpi", "native"})


def _listed(headers: Sequence[str], most: int = 8) -> str:
    more = f" and {len(headers) - most} more" if len(headers) > most else ""
    return ", ".join(map(repr, headers[:most])) + more


def _remarks(profiles: Sequence[Profile], format_: str) -> tuple[str, ...]:
    remarks: list[str] = []
    side_by_side = [profile.header for profile in profiles if profile.kind == "whole" and _GROUP_WORDS & profile.words]
    if not format_ and len(side_by_side) > 2:
        remarks.append(
            f"its groups stand side by side in columns ({_listed(side_by_side)}); the program reads one row for each "
            "place and group: bring it into that shape (`auditor init --template population`, or counts)"
        )
    aside = set_aside(profiles)
    if aside:
        remarks.append(f"not used, since they may point to a person: {_listed(aside, 20)}")
    return tuple(remarks)
