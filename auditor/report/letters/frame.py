"""The frame of every letter: letterhead, recipient, who we are, law, protection, contact, signers, enclosures."""

from __future__ import annotations

import datetime
import re

from auditor.report import numbers, tongue
from auditor.report.letters.details import Person
from auditor.report.letters.draft import Draft, own_words
from auditor.report.letters.facts import paragraphs
from auditor.report.letters.model import Block, Held, Items, Paragraph, Part, Run, Runs


def copy_notice(draft: Draft) -> tuple[Part, ...]:
    """Return what a letter in another language says first: that it is a reading copy; nothing in English."""
    if draft.language == tongue.ENGLISH:
        return ()
    return (Part("copy", (), (Paragraph(draft.say("copy.notice")),)),)


def letterhead(draft: Draft) -> tuple[Runs, ...]:
    """Return the sender's name and address, a line each."""
    sender = draft.details.sender
    return draft.own(sender.organisation, "organisation"), *(own_words(line) for line in sender.address)


def date(draft: Draft) -> Runs:
    """Return the letter's date: the sender's, else that of the review; the clock is never read."""
    given: datetime.date | None = draft.details.date
    return draft.as_of if given is None else (Run(numbers.date(given), "name"),)


def recipient(draft: Draft) -> tuple[Runs, ...]:
    """Return to whom it goes, a line each; an office that the kind of letter is written for is named."""
    given = draft.details.recipient
    known = ("crcl", "oig")
    office = draft.say(f"office.{draft.kind}") if draft.kind in known and not given.organisation else ()
    lines = [
        own_words(given.name or ""),
        own_words(given.title or ""),
        office or draft.own(given.organisation, f"office-{draft.kind}"),
        *(own_words(line) for line in given.address),
    ]
    return tuple(line for line in lines if line) + (() if given.address else (draft.blank("address"),))


def copies(draft: Draft) -> tuple[Runs, ...]:
    """Return to whom copies go; more than one office, since offices and their state change."""
    given = draft.details.copies
    if given:
        return tuple(_person(person) for person in given)
    if draft.kind == "crcl":
        return draft.say("office.oig"), draft.blank("committees")
    return (draft.blank("copies"),) if draft.kind in ("title-vi", "oig") else ()


def _person(person: Person) -> Runs:
    parts = (person.name, person.title, person.organisation, *person.address)
    return own_words(", ".join(part for part in parts if part))


def who(draft: Draft) -> Part:
    """Return who writes, in the sender's words, and on whose behalf."""
    about = draft.details.sender.about
    organisation = draft.own(draft.details.sender.organisation, "organisation")
    blocks: list[Block] = []
    if about:
        blocks.append(Held(paragraphs(about), draft.say("who.by", organisation=organisation)))
    else:
        blocks.append(Paragraph(draft.blank("about")))
    if draft.kind in ("crcl", "title-vi"):
        blocks += _complainant(draft)
    return Part("who", draft.say("head.who"), tuple(blocks))


def _complainant(draft: Draft) -> list[Block]:
    given = draft.details.complainant
    name = draft.say("complainant.anonymous") if given.anonymous else draft.own(given.name, "complainant")
    consent = draft.own(given.consent, "consent")
    blocks: list[Block] = [Paragraph(draft.say("complainant", name=name, consent=consent))]
    if given.statement:
        blocks.append(Held(paragraphs(given.statement), draft.say("complainant.by")))
    return blocks


LAW = {
    "crcl": ("crcl", "crcl-state", "heartland", "12601", "whren", "title-vi"),
    "title-vi": ("title-vi", "intent", "whren", "vasquez-perdomo", "12601", "castaneda", "hazelwood"),
    "county-board": ("12601",),
    "oig": ("two-stages", "heartland", "12601", "title-vi"),
    "records-request": ("records",),
    "agency-notice": ("none",),
}
"""Facts of law and office by kind of letter, in order."""


def law(draft: Draft) -> Part:
    """Return the legal frame: facts with the date to which they were checked."""
    told = facts(draft)
    closing = () if draft.kind == "agency-notice" else (Paragraph(draft.say("law.as-of", day=draft.checked), "small"),)
    if len(told) == 1:
        return Part("law", draft.say("head.law"), (Paragraph(told[0]), *closing))
    return Part("law", draft.say("head.law"), (Items(told), *closing))


def facts(draft: Draft) -> tuple[Runs, ...]:
    """Return the facts of law and office of this kind of letter."""
    return tuple(_law(draft, fact) for fact in LAW[draft.kind])


def _law(draft: Draft, fact: str) -> Runs:
    if fact == "records":
        return draft.say("law.records", law=draft.own(draft.details.law, "law"))
    return draft.say(f"law.{fact}")


def protection(draft: Draft) -> Part:
    """Return non-retaliation, confidentiality and preservation."""
    if draft.kind == "county-board":
        return Part("protection", (), (Paragraph(draft.say("protection.board")),))
    told = tuple(draft.say(f"protection.{name}") for name in ("retaliation", "confidential", "preserve"))
    return Part("protection", draft.say("head.protection"), (Items(told),))


def contact(draft: Draft) -> Part:
    """Return whom to ask."""
    given = draft.details.contact
    found = ", ".join(part for part in (given.name, given.email, given.phone) if part)
    return Part("contact", (), (Paragraph(draft.say("contact", who=draft.own(found, "contact"))),))


def signers(draft: Draft) -> tuple[Runs, ...]:
    """Return who signs, a line each."""
    given = draft.details.signers
    return tuple(_person(person) for person in given) if given else (draft.blank("signers"),)


def enclosures(draft: Draft, digest: str) -> tuple[Runs, ...]:
    """Return what goes with the letter: report, dictionary, methods, hashes, log of records requests, and the rest."""
    page = (Run(draft.place.page, "code"),)
    config = str(draft.review.audit.get("config_sha256") or "")
    hashes = draft.say("enclosure.hashes", review=(Run(digest, "code"),), config=(Run(config or "–", "code"),))
    log = draft.own(draft.details.records_log, "records-log")
    return (
        draft.say("enclosure.report", page=page, as_of=draft.as_of),
        draft.say("enclosure.dictionary"),
        draft.say("enclosure.methods"),
        hashes,
        draft.say("enclosure.log", log=log),
        *(own_words(entry) for entry in draft.details.enclosures),
    )


NAMED = re.compile(
    r"\b(?:Officer|Deputy|Sgt|Sergeant|Lt|Lieutenant|Cpl|Corporal|Trooper|Detective|Agent|Constable|Patrolman)\.?\s+"
    r"(?:[A-Z]\.\s*)?[A-Z][\w'’-]+|\b[Bb]adge\s*(?:[Nn]o\.?|[Nn]umber|#)?\s*\d+"
)
"""A rank before a name, or a badge number: in what the sender wrote, where no rule of ours can take it out."""


def before(draft: Draft, texts: tuple[str, ...], sha: str) -> tuple[Runs, ...]:
    """Return what to settle before the letter is sent: not one of these stands in the letter itself."""
    blanks = tuple(draft.say("before.blank", what=(Run(blank, "blank"),)) for blank in draft.blanks)
    checks = ["simulated"] if draft.place.simulated else []
    checks += ["date"] if draft.details.date is None else []
    checks += ["law", "names", *(["officer"] if any(NAMED.search(text) for text in texts) else [])]
    checks += ["consent"] if draft.kind in ("crcl", "title-vi") else []
    checks += [] if draft.kind in ("agency-notice", "records-request") else ["agency-first"]
    told = tuple(draft.say(f"before.{check}", **({"day": draft.checked} if check == "law" else {})) for check in checks)
    return (*blanks, *told, draft.say("before.verify", sha=(Run(sha, "code"),)))
