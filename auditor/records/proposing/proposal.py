"""From the columns of a table that no format recognises to lines of a ``[[sources]]`` table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from auditor.records import wide_counts
from auditor.records.adapter import named
from auditor.records.columns import find_columns
from auditor.records.proposing.entries import LINES
from auditor.records.proposing.line import Line, listed
from auditor.records.proposing.profile import Profile, is_identifier
from auditor.records.proposing.roles import Roles, population_words, roles

CANONICAL = ("records", "counts", "population", "activations", "interoperability", "places", "operations")


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
    if format_ not in LINES:
        return Proposal(format_, why, remarks=_remarks(profiles, format_))
    headers = [profile.header for profile in profiles]
    known = set(find_columns(headers, named(format_).columns))
    if format_ == "counts" and (apart := wide_counts.figures(headers)):
        # Such columns are read as they stand: what each holds says its header.
        known |= {"n", *(name for name in ("group", "period") if any(getattr(item, name) for item in apart))}
    return Proposal(format_, why, tuple(LINES[format_](found, profiles, frozenset(known))), _remarks(profiles, format_))


def set_aside(profiles: Sequence[Profile]) -> tuple[str, ...]:
    """Return the headers of the columns that may point to a person: names, birth dates, identifiers."""
    return tuple(profile.header for profile in profiles if profile.personal or (is_identifier(profile)))


def _format(found: Roles, profiles: Sequence[Profile]) -> tuple[str, str]:
    counted, dated, period = found["n"], found["date"], found["period"]
    header = counted.one or (counted.maybe[0] if len(counted.maybe) == 1 and not counted.sure else "")
    if header and any(population_words(profile) for profile in profiles if profile.header == header):
        return "population", f"{header} counts people who live somewhere"
    when = period.sure or period.maybe or dated.sure
    months = wide_counts.months([profile.header for profile in profiles])
    if months:
        return "counts", f"{listed(months, 3)} are months, with a number each: residents are not counted so often"
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


_GROUP_WORDS = frozenset({"hispanic", "latino", "white", "black", "asian", "aian", "api", "nhpi", "native"})


def _remarks(profiles: Sequence[Profile], format_: str) -> tuple[str, ...]:
    remarks: list[str] = []
    side_by_side = [profile.header for profile in profiles if profile.kind == "whole" and _GROUP_WORDS & profile.words]
    if not format_ and len(side_by_side) > 2:
        remarks.append(
            f'its groups stand side by side in columns ({listed(side_by_side)}): with format = "counts" or '
            '"population" each of them is read as the figures of its group'
        )
    aside = set_aside(profiles)
    if aside:
        remarks.append(f"not used, since they may point to a person: {listed(aside, 20)}")
    return tuple(remarks)
