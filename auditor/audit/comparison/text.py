"""A comparison in words, for a terminal of 80 columns."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from auditor.audit.wording import say, text
from auditor.report import numbers

WIDTH = 80


def to_text(data: Mapping[str, Any]) -> str:
    """Return a comparison (the schema ``compare``) in words."""
    return "\n".join(_lines(data)) + "\n"


def _lines(data: Mapping[str, Any]) -> Iterator[str]:
    reviews, places = data["reviews"], data["places"]
    values = {"reviews": len(reviews), "first": reviews[0]["as_of"], "last": reviews[-1]["as_of"]}
    yield from _wrap(say("compare.head", values).text["en"])
    for review in reviews:
        yield from _wrap(_english(review["sentence"]), 2)
    yield from _block("The looks", data["looks"]["sentences"])
    yield from _block("Mind", data["notes"])
    warnings = [warning for place in places for warning in place["warnings"]]
    yield from _block("Before you publish more than one of these reviews", warnings)
    yield from ("", "Places")
    yield from _summary(places)
    for place in places:
        if _worth_saying(place):
            yield ""
            yield from _place(place, reviews)


def _block(title: str, sentences: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if sentences:
        yield from ("", title)
        for sentence in sentences:
            yield from _wrap(_english(sentence), 2)


def _summary(places: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield how many places changed in which way."""
    changes = Counter(place["change"] for place in places)
    words = {
        "same": "with the same verdict as before",
        "raised": "with a higher verdict",
        "lowered": "with a lower verdict",
        "came": "only in the newest review",
        "went": "not in the newest review",
        "not-compared": "not compared",
    }
    for change, word in words.items():
        if changes[change]:
            yield f"  {changes[change]:,} {word}"
    flags = Counter(place["flag"] for place in places)
    standing = sum(place["stands"] for place in places)
    yield f"  flags: {flags['gained']:,} gained, {flags['kept']:,} kept, {flags['lost']:,} lost"
    yield f"  flags that stand with every look counted: {standing:,}"


def _worth_saying(place: Mapping[str, Any]) -> bool:
    return place["change"] != "same" or any(place["flagged"])


def _place(place: Mapping[str, Any], reviews: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    state = f", {place['state']}" if place["state"] else ""
    mark = f", {text('compare.simulated')}" if place["simulated"] else ""
    yield from _wrap(f"{place['name']}{state} ({place['place']}){mark}")
    for verdict, review in zip(place["verdicts"], reviews, strict=True):
        word = "not in this review" if verdict is None else text(f"verdict-name.{verdict}")
        yield from _wrap(f"{numbers.date(review['as_of'])}: {word}", 2)
    for sentence in place["sentences"]:
        yield from _wrap(_english(sentence), 2)
    for finding in place["findings"]:
        if finding["tested"]:
            yield from _finding(finding, reviews)


def _finding(finding: Mapping[str, Any], reviews: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield from _wrap(f"{finding['signal']} ({finding['contrast']})", 2)
    for entry, review in zip(finding["looks"], reviews, strict=True):
        if entry is not None:
            yield from _wrap(_numbers(entry, review), 4)
    for sentence in (*finding["reasons"], *finding["sentences"]):
        yield from _wrap(_english(sentence), 4)


def _numbers(entry: Mapping[str, Any], review: Mapping[str, Any]) -> str:
    period = entry["period"]
    span = numbers.period(period) if period.get("start") and period.get("end") else numbers.date(review["as_of"])
    if entry["suppressed"]:
        return f"{span}: numbers suppressed; outcome {entry['outcome']}"
    if not entry["shown"]:
        return f"{span}: numbers in the review of {numbers.date(review['as_of'])}; outcome {entry['outcome']}"
    parts = []
    if entry["k"] is not None and entry["n"] is not None:
        parts.append(f"{numbers.count(entry['k'])} of {numbers.count(entry['n'])}")
    estimate = entry["estimate"]
    if estimate["value"] is not None:
        limits = numbers.limits(estimate["low"], estimate["high"], numbers.plain_ratio)
        parts.append(f"{estimate['scale']} {numbers.plain_ratio(estimate['value'])} ({limits})")
    if entry["calibrated_p"] is not None:
        parts.append(f"calibrated p {numbers.p(entry['calibrated_p'])}")
    return f"{span}: {'; '.join([*parts, 'outcome ' + entry['outcome']])}"


def _english(sentence: Mapping[str, Any]) -> str:
    return str(sentence["text"]["en"])


def _wrap(line: str, indent: int = 0) -> list[str]:
    """Break a line at blanks; a word longer than the line is left whole rather than cut."""
    first, rest = " " * indent, " " * (indent + 2)
    return textwrap.wrap(
        line, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
