"""One plain paragraph for each signal, and what would change the verdict."""

from __future__ import annotations

from auditor.audit.verdict import FLAG, GRADES
from auditor.audit.wording import text
from auditor.findings.alarm import alarm_positions
from auditor.findings.review import PlaceReview, Review


def explain(review: Review, place: str) -> str:
    """Return what a review says of one place, in words.

    Parameters
    ----------
    review : Review
    place : str
        Its identifier.

    Returns
    -------
    str
        Paragraphs; only sentences that the review holds.

    Raises
    ------
    UsageError
        When the review holds no such place.
    """
    entry = review.place(place)
    titles = {str(card["name"]): str(card["title"]) for card in review.signals}
    head = f"{entry.name}{', ' + entry.state if entry.state else ''} ({entry.place}): {_verdict(entry)}"
    if entry.simulated:
        head = f"SIMULATED. {head}"
    parts = [head, " ".join(reason.text["en"] for reason in entry.verdict_reasons)]
    if GRADES[entry.verdict] >= GRADES[FLAG]:
        parts.append(_measured(review, entry))
    for name in dict.fromkeys([f.signal for f in entry.findings] + [w.signal for w in entry.withheld]):
        parts.append(f"{titles.get(name, name)}. {_signal(entry, name)}")
    parts.append(_change(entry))
    return "\n\n".join(part for part in parts if part)


def _measured(review: Review, entry: PlaceReview) -> str:
    """Return what was measured of the protocol's false alarms: it stands beside every flag."""
    measured = review.calibration.get("measured") or {"sentences": ()}
    told = alarm_positions(measured, entry.findings)
    return " ".join(measured["sentences"][i]["text"]["en"] for i in told)


def _verdict(entry: PlaceReview) -> str:
    return text(f"verdict-name.{entry.verdict}")


def _signal(entry: PlaceReview, name: str) -> str:
    tested = [f for f in entry.findings if f.signal == name and f.tested]
    sentences: dict[str, None] = {}
    for finding in tested or [f for f in entry.findings if f.signal == name]:
        for sentence in (*finding.definitions, finding.sentence, *finding.caveats):
            if sentence is not None:
                sentences[sentence.text["en"]] = None
    for withheld in entry.withheld:
        if withheld.signal == name:
            sentences[f"Withheld: {withheld.reason}. Needs: {withheld.needs.rstrip('.')}."] = None
    return " ".join(sentences)


def _change(entry: PlaceReview) -> str:
    caps = " ".join(cap.text["en"] for cap in entry.caps)
    highest = text(f"verdict-name.{entry.ceiling['verdict']}")
    raised = f"What would change it: {entry.ceiling['would_raise']}."
    reach = f'The highest verdict that these data can reach is "{highest}", because {entry.ceiling["why"]}.'
    return f"{caps} {reach} {raised}".strip()
