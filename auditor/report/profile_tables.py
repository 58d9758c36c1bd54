"""The profiles of places as CSV: programme starts, population, and which months the records speak of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from auditor.findings.review import PlaceReview, Review
from auditor.report.csv_text import csv_text


def programmes_csv(review: Review) -> str:
    """Return one row for each programme start of each place."""
    names = ("program", "kind", "date", "agency")
    rows = (
        (place.place, place.name, *(entry.get(name) for name in names))
        for place in review.places
        for entry in _profile(place).get("activations") or ()
    )
    return csv_text(("place", "name", *names), rows)


def population_csv(review: Review) -> str:
    """Return one row for each universe and group of each place, as far as its size may be printed."""
    rows = (
        (place.place, place.name, universe, group, n, (_profile(place).get("baselines") or {}).get(universe))
        for place in review.places
        for universe, groups in sorted((_profile(place).get("population") or {}).items())
        for group, n in sorted(groups.items())
    )
    return csv_text(("place", "name", "universe", "group", "n", "source"), rows)


def records_csv(review: Review) -> str:
    """Return, for each place and event, the first and last day on file and every stretch of months that is told.

    ``told`` is ``"window"`` (days), ``"months"`` (each month by itself) or ``"totals"`` (sums over several months).
    """
    rows = ((place.place, place.name, *row) for place in review.places for row in _stretches(place))
    return csv_text(("place", "name", "event", "told", "first", "last"), rows)


def _stretches(place: PlaceReview) -> Iterator[tuple[Any, ...]]:
    profile = _profile(place)
    windows, calendar = profile.get("windows") or {}, profile.get("calendar") or {}
    for event in sorted({*windows, *calendar}):
        if event in windows:
            yield event, "window", windows[event]["start"], windows[event]["end"]
        for told in ("months", "totals"):
            for first, last in calendar.get(event, {}).get(told) or ():
                yield event, told, first, last


def _profile(place: PlaceReview) -> Mapping[str, Any]:
    return place.profile or {}
