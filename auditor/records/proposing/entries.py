"""The lines of a ``[[sources]]`` table for each canonical format: proposals, questions and offers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditor.domain.vocabulary import EVENTS
from auditor.records.baseline_checks import UNIVERSES
from auditor.records.proposing.line import Line, listed
from auditor.records.proposing.profile import Profile, is_identifier
from auditor.records.proposing.roles import Found, Roles, events_named


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


LINES = {"records": _records, "counts": _counts, "population": _population, "activations": _activations}
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
        how = f"candidates: {listed(candidates)}; or, where all rows are of one place, constants.place instead"
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
        asked = f"which column is {what}? candidates: {listed(found[name].candidates)}"
        yield Line("columns", name, "", (asked, *apart))
    elif required:
        yield Line("columns", name, "", (f"which column is {what}?",))


def _optional(found: Found, name: str, known: frozenset[str]) -> Iterator[Line]:
    """Offer a column that some signals use; with others that it may be."""
    headers = (*found.sure, *found.maybe)
    if name in known or not headers:
        return
    others = f"; or is it {listed(headers[1:])}?" if len(headers) > 1 else ""
    yield Line("columns", name, headers[0], (f"{_OPTIONAL.get(name, name)}{others}",), firm=False)


def _event(found: Roles, profiles: Sequence[Profile], known: frozenset[str]) -> Iterator[Line]:
    if "event" in known:
        return
    remarks = [f"what happened to the person of a row? one of {', '.join(EVENTS)}"]
    if spoken := events_named(profiles):
        remarks.append(f"its headers speak of: {', '.join(spoken)}")
    yield Line("constants", "event", "", tuple(remarks))
