"""What all pages of one review share, worked out once."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property
from typing import Any

from markupsafe import Markup

from auditor.findings.finding import Finding, Withheld
from auditor.findings.review import PlaceReview, Review
from auditor.report import editions, numbers
from auditor.report.cite import cited, quoted
from auditor.report.figures.funnel import GRID_PLACE, Drawing, Funnel, funnels
from auditor.report.locale.finished import told
from auditor.resources import folder


@cache
def held(name: str) -> Mapping[str, Any]:
    """Return a file of fixed facts that travels with the package (``standards``, ``quotations``)."""
    return tomllib.loads((folder("data") / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def quotation(part: int) -> tuple[str, str] | None:
    """Return the sentence that asked for a part of the review, verbatim, and its source; None where none is held."""
    file = held("quotations")
    for entry in file["quotations"]:
        if entry["part"] == part:
            return entry["text"], file["sources"][entry["source"]]
    return None


class Context:
    """A review with what its pages look up again and again.

    Parameters
    ----------
    review : Review
    language : str
        Language of the pages.
    """

    def __init__(self, review: Review, language: str = "en") -> None:
        self.review = review
        self.language = language
        self.cards = {str(card["name"]): (i, card) for i, card in enumerate(review.signals)}
        self.shared: dict[str, Any] = {}

    def path(self, page: str) -> str:
        """Return the path of a page in the language of this context."""
        return editions.path_in(page, self.language, editions.languages_of(self.review.audit))

    def once(self, name: str, build: Callable[[Context], Any]) -> Any:
        """Return what ``build`` gives for this review, built at the first call."""
        if name not in self.shared:
            self.shared[name] = build(self)
        return self.shared[name]

    @cached_property
    def funnels(self) -> tuple[Funnel, ...]:
        """The funnels of the review."""
        return funnels(self.review)

    @cached_property
    def drawings(self) -> tuple[Drawing, ...]:
        """The funnels as they are drawn on the pages of places."""
        return tuple(Drawing(funnel, GRID_PLACE) for funnel in self.funnels)

    def card(self, signal: str) -> Mapping[str, Any]:
        """Return the card of a signal; an empty one when the review does not carry it."""
        return self.cards[signal][1] if signal in self.cards else {}

    def title(self, signal: str) -> str:
        """Return the title of a signal, else its name."""
        title = str(self.card(signal).get("title") or "")
        return told(title, self.language) if title else signal

    def section(self, entry: Finding | Withheld) -> int:
        """Return the part in which a finding or a withheld test stands; 10 when nothing says so."""
        if isinstance(entry, Finding):
            return entry.section
        return int(self.card(entry.signal).get("section", 10))

    @cached_property
    def signals(self) -> tuple[str, ...]:
        """The signals of the review: those with a card in their order, then any others met."""
        met = {f.signal for place in self.review.places for f in place.findings}
        met |= {w.signal for place in self.review.places for w in place.withheld}
        return (*(name for name in self.cards if name in met), *sorted(met - set(self.cards)))

    @cached_property
    def regional(self) -> frozenset[int]:
        """The parts of which something was estimated for a whole region, beside the places themselves."""
        return frozenset(finding.section for region in self.review.regions for finding in region.findings)

    def listed(self, signal: str, name: str) -> list[Markup]:
        """Return the sentences of a card's list, each with its pointer."""
        if signal not in self.cards:
            return []
        number, card = self.cards[signal]

        def told_once(context: Context) -> list[Markup]:
            texts = enumerate(card.get(name, ()))
            return [quoted(text, f"/signals/{number}/{name}/{i}", context.language) for i, text in texts]

        return list(self.once(f"{signal}/{name}", told_once))

    def said(self, signal: str, name: str) -> Markup:
        """Return one text of a card with its pointer; nothing when it is empty."""
        if signal not in self.cards or not self.cards[signal][1].get(name):
            return Markup("")
        number, card = self.cards[signal]
        found: Markup = self.once(f"{signal}/{name}", lambda _: quoted(card[name], f"/signals/{number}/{name}"))
        return found


def words(value: Any, ref: str, language: str) -> Markup:
    """Return a text, a sentence, or a list of either, of the review, each with its pointer."""
    if value is None or value == "":
        return Markup("")
    if isinstance(value, Sequence) and not isinstance(value, str):
        return Markup(" ").join(words(entry, f"{ref}/{i}", language) for i, entry in enumerate(value))
    return quoted(value, ref, language)


def sentences_of(values: Sequence[Any], ref: str, language: str) -> list[Markup]:
    """Return the sentences of a list, each with its pointer."""
    return [quoted(value, f"{ref}/{i}", language) for i, value in enumerate(values)]


def span(period: Mapping[str, Any] | None, ref: str) -> Markup:
    """Return a period with its source."""
    if not period or "start" not in period or "end" not in period:
        return Markup("")
    text = f"{period['start']}/{period['end']}"
    return cited(text, f"{ref}/start {ref}/end", numbers.period(text), "period")


def state_of(place: PlaceReview) -> str:
    """Return the state to print behind a place's name; none behind a state's own."""
    return "" if len(place.place) == 2 and place.place.isdigit() else place.state


def place_title(place: PlaceReview) -> str:
    """Return a place's name with its state, and "SIMULATED" where it is."""
    name = ", ".join(part for part in (place.name, state_of(place)) if part)
    return f"{name} (SIMULATED)" if place.simulated else name
