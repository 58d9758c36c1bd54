"""What a letter asks for, and by when: requests of a closed list, each allowed from a tier of evidence on.

The tiers are those of the ladder of remedies (part 17 of the review). Whoever wants to ask for more says so in words
of their own, which are set apart as theirs.
"""

from __future__ import annotations

import datetime
from typing import Final

from auditor.errors import DecisionNeeded, Problem, UsageError, unknown_name
from auditor.report import labels, numbers
from auditor.report.letters.details import Request
from auditor.report.letters.draft import Draft, own_words
from auditor.report.letters.model import Items, Paragraph, Part, Run, Runs
from auditor.report.letters.runs import joined

CRCL_DAYS: Final = 60
"""Days after the letter by which a report back is asked for, where the sender names no date."""

REQUESTS: Final[dict[str, tuple[tuple[str, int], ...]]] = {
    "crcl": (
        ("look-into-incidents", 0),
        ("open-investigation", 2),
        ("in-depth-review", 3),
        ("work-out", 0),
        ("publish", 0),
        ("training", 2),
        ("suspend-minor-traffic", 3),
        ("report-back", 0),
    ),
    "title-vi": (
        ("open-inquiry", 2),
        ("obtain-data", 2),
        ("test-again", 2),
        ("training", 2),
        ("corrective-plan", 3),
        ("report-back", 2),
    ),
    "county-board": (
        ("agenda", 0),
        ("agency-account", 0),
        ("quarterly-report", 0),
        ("data-ordinance", 0),
        ("complaint-line", 0),
        ("cite-and-release", 2),
        ("limit-agreement", 3),
    ),
    "oig": (("audit", 2), ("audit-records", 0), ("publish-method", 0), ("track", 0), ("report-back", 0)),
    "records-request": (("produce", 0), ("code-book", 0), ("exports", 0), ("segregate", 0), ("written-reasons", 0)),
    "agency-notice": (("check", 0), ("correct", 0), ("context", 0), ("records", 0), ("account", 0)),
}
"""By kind: the name of each request, and the least grade at which it may be made."""


def requests(draft: Draft) -> Part:
    """Return the requests: those chosen in the details, else all that the evidence bears; and by when.

    Raises
    ------
    UsageError
        When a request that the details name is not of this kind of letter.
    DecisionNeeded
        When it goes further than the evidence of this place.
    """
    chosen = draft.details.requests
    found = [_chosen(draft, entry) for entry in chosen] if chosen else [_dated(draft, ask) for ask in _standing(draft)]
    lead = Paragraph(draft.say(f"requests.{draft.kind}", day=deadline(draft)))
    return Part("requests", draft.say("head.requests"), (lead, Items(tuple(found), ordered=True)))


def _standing(draft: Draft) -> list[str]:
    return [ask for ask, least in REQUESTS[draft.kind] if draft.grade >= least and _fits(draft, ask)]


def _fits(draft: Draft, ask: str) -> bool:
    return ask != "look-into-incidents" or bool(draft.details.incidents)


def _dated(draft: Draft, ask: str, by: Runs = ()) -> Runs:
    return joined([draft.say(f"request.{draft.kind}.{ask}"), _by(draft, by)])


def _by(draft: Draft, day: Runs) -> Runs:
    return draft.say("request.by", day=day) if day else ()


def _chosen(draft: Draft, entry: Request) -> Runs:
    by: Runs = (Run(numbers.date(entry.by), "name"),) if entry.by else ()
    if entry.ask is None:
        own = draft.say("request.own", text=own_words(entry.text or ""))
        return joined([own, _by(draft, by)])
    least = dict(REQUESTS[draft.kind])
    if entry.ask not in least:
        raise UsageError(unknown_name(f"request of a {draft.kind} letter", entry.ask, list(least)))
    if draft.grade < least[entry.ask]:
        raise _too_far(draft, entry.ask)
    return _dated(draft, entry.ask, by)


def _too_far(draft: Draft, ask: str) -> DecisionNeeded:
    label = labels.verdict(draft.place.verdict).label
    found = f"the request {ask!r} for a place whose verdict is “{label}”"
    why = "the ladder of remedies (part 17 of the review) has it on a higher tier of evidence"
    remedy = "leave it out, or ask for it in words of your own, which are set apart as yours"
    return DecisionNeeded("this letter would ask for more than the evidence bears", [Problem(found, why, remedy)])


def deadline(draft: Draft) -> Runs:
    """Return the day by which an answer is asked for, or a blank."""
    details = draft.details
    if details.reply_by is None and details.date is not None and draft.kind == "crcl":
        return draft.day(details.date + datetime.timedelta(days=CRCL_DAYS), "reply-by")
    return draft.day(details.reply_by, "reply-by")


def reply(draft: Draft) -> Part:
    """Return the date of the answer that is asked for."""
    return Part("deadline", (), (Paragraph(draft.say(f"deadline.{draft.kind}", day=deadline(draft))),))
