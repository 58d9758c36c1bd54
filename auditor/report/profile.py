"""The profile of a place and the records supplied for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from markupsafe import Markup

from auditor.domain.vocabulary import EVENTS, GROUPS
from auditor.findings.review import PlaceReview
from auditor.report import labels, numbers
from auditor.report.cite import Num, cited, pointer, say
from auditor.report.context import Context, span
from auditor.report.figures.timeline import lettered

FIELDS = ("kind", "title", "status", "date", "outcome", "source", "text")


def supplied(place: PlaceReview, part: int) -> list[dict[str, str]]:
    """Return the records that were supplied for a part, verbatim."""
    found = []
    for section in place.sections:
        if section.get("number") == part:
            found += [_record(kind, record) for kind, record in _entries(section.get("records") or {})]
    return found


def _entries(records: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, str]]]:
    for kind, entries in sorted(records.items()):
        for entry in entries:
            yield kind, entry


def _record(kind: str, record: Mapping[str, str]) -> dict[str, str]:
    values = {name: str(record.get(name) or "") for name in FIELDS}
    return {**values, "kind": kind, "date": _day(values["date"])}


def _day(text: str) -> str:
    try:
        return numbers.date(text)
    except ValueError:
        return text


def profile_view(context: Context, place: PlaceReview) -> dict[str, Any]:
    """Return the profile: agencies, programmes, population, what is on file, how many peers; whatever is there."""
    profile: Mapping[str, Any] = place.profile or {}
    return {
        "agencies": [str(agency) for agency in profile.get("agencies") or ()],
        "programmes": [
            {**_programme(i, entry), "letter": letter if entry.get("date") else ""}
            for i, (letter, entry) in enumerate(lettered(profile.get("activations") or ()))
        ],
        "population": list(_population(profile)),
        "windows": [
            {"event": labels.event(event), "period": span(window, f"profile/windows/{pointer(event)}")}
            for event, window in sorted((profile.get("windows") or {}).items(), key=_event_order)
        ],
        "peers": _peers(profile.get("peers")),
        "agreements": supplied(place, 2),
    }


def _event_order(entry: tuple[str, Any]) -> tuple[int, str]:
    """Sort events as they befall a person: the order in a file must not change a page."""
    return (EVENTS.index(entry[0]) if entry[0] in EVENTS else len(EVENTS), entry[0])


def _group_order(entry: tuple[str, Any]) -> tuple[int, str]:
    return (GROUPS.index(entry[0]) if entry[0] in GROUPS else len(GROUPS), entry[0])


def _programme(index: int, entry: Mapping[str, Any]) -> dict[str, Any]:
    day = entry.get("date")
    shown = Markup("not stated") if not day else _cited_day(str(day), f"profile/activations/{index}/date")
    names = {name: str(entry.get(name) or "") for name in ("program", "kind", "agency")}
    programme = labels.PROGRAMMES.get(names["program"], names["program"])
    return {**names, "program": programme, "kind": labels.STEPS.get(names["kind"], names["kind"]), "date": shown}


def _cited_day(day: str, ref: str) -> Markup:
    return cited(day, ref, numbers.date(day))


def _population(profile: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    baselines = profile.get("baselines") or {}
    for universe, groups in sorted((profile.get("population") or {}).items()):
        for group, n in sorted(groups.items(), key=_group_order):
            ref = f"profile/population/{pointer(universe)}/{pointer(group)}"
            yield {
                "universe": labels.COMPARATORS.get(universe, universe),
                "group": labels.group(group) or "All",
                "n": cited(n, ref, numbers.count(n)),
                "source": str(baselines.get(universe) or ""),
            }


def _peers(count: Any) -> Markup:
    if not isinstance(count, int) or count < 1:
        return say("page.part.2.peers-none")
    return say("page.part.2.peers", n=Num(count, "profile/peers"))
