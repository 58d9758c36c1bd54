"""Build a letter: a pure function of the review and of what the sender adds."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from auditor.errors import UsageError, unknown_name
from auditor.findings.review import Review
from auditor.report import tongue
from auditor.report.context import Context
from auditor.report.letters import frame
from auditor.report.letters.chosen import refuse
from auditor.report.letters.details import Details
from auditor.report.letters.draft import Draft
from auditor.report.letters.kinds import agency_notice, county_board, crcl, oig, records_request, title_vi
from auditor.report.letters.model import KINDS, Held, Letter, Part, Runs, plain
from auditor.report.letters.numbers_table import notes

PARTS: Final[Mapping[str, Callable[[Draft], tuple[Part, ...]]]] = {
    "crcl": crcl.parts,
    "title-vi": title_vi.parts,
    "county-board": county_board.parts,
    "oig": oig.parts,
    "records-request": records_request.parts,
    "agency-notice": agency_notice.parts,
}
WORDS: Final = ("notes", "enclosures", "copies", "before", "before-lead", "sent", "note", "subject")


def build(
    review: Review, place: str, kind: str, details: Details | None = None, language: str = "en", sha256: str = ""
) -> Letter:
    """Build a letter.

    Parameters
    ----------
    review : Review
    place : str
        The place's identifier.
    kind : str
        One of :data:`auditor.report.letters.model.KINDS`.
    details : Details, optional
        What only the sender knows; whatever is not in it is marked as a blank.
    language : str
        A letter in another language than English is a reading copy, and says so.
    sha256 : str
        Of the file that the review was read from; of its text as this version writes it when left out.

    Returns
    -------
    Letter

    Raises
    ------
    UsageError
        For an unknown place, kind or request.
    CatalogueError
        For a language whose catalogue has a gap.
    DecisionNeeded
        When the evidence does not bear this kind of letter, or a request in it.
    """
    if kind not in PARTS:
        raise UsageError(unknown_name("kind of letter", kind, KINDS))
    wanted = review.place(place)
    given = details or Details()
    refuse(wanted, kind, given)
    index = next(i for i, entry in enumerate(review.places) if entry is wanted)
    with tongue.speaking(language):
        return _written(Draft(Context(review, language), index, given, kind), sha256 or digest(review))


def digest(review: Review) -> str:
    """Return the hash of a review's text as this version writes it."""
    return hashlib.sha256(review.to_bytes()).hexdigest()


def _written(draft: Draft, sha256: str) -> Letter:
    # In the order of the letter, so that blanks are listed as they are met.
    letterhead, date = frame.letterhead(draft), frame.date(draft)
    sent = draft.own(draft.details.sent, "sent")
    to = frame.recipient(draft)
    subject = _subject(draft)
    parts = PARTS[draft.kind](draft)
    signers = frame.signers(draft)
    enclosures, copies = frame.enclosures(draft, sha256), frame.copies(draft)
    return Letter(
        kind=draft.kind,
        language=draft.language,
        title=plain(draft.say(f"title.{draft.kind}", place=draft.title)),
        place=draft.place.place,
        simulated=draft.place.simulated,
        letterhead=letterhead,
        date=date,
        sent=sent,
        recipient=to,
        subject=subject,
        salutation=draft.say("salutation"),
        parts=(*frame.copy_notice(draft), *parts),
        closing=draft.say("closing"),
        signers=signers,
        notes=notes(draft),
        enclosures=enclosures,
        copies=copies,
        words=tuple((word, draft.say(f"word.{word}")) for word in WORDS),
        before=frame.before(draft, tuple(_held(parts)), sha256),
        blanks=draft.blanks,
        review_sha256=sha256,
    )


def _subject(draft: Draft) -> Runs:
    values: dict[str, str | Runs] = {"place": draft.title, "programme": draft.programmes}
    if draft.kind == "records-request":
        values["law"] = draft.own(draft.details.law, "law")
    return draft.say(f"re.{draft.kind}", **values)


def _held(parts: tuple[Part, ...]) -> Iterator[str]:
    """Yield what others wrote."""
    for part in parts:
        for block in part.blocks:
            if isinstance(block, Held):
                yield from block.lines
