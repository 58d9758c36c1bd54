"""The complaint to the Office for Civil Rights and Civil Liberties (6 U.S.C. 345)."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.report.letters.asks import reply, requests
from auditor.report.letters.chosen import MOST, raised
from auditor.report.letters.draft import Draft
from auditor.report.letters.facts import alternatives, incidents, record, statistic, warning
from auditor.report.letters.frame import contact, law, protection, who
from auditor.report.letters.model import Block, Items, Paragraph, Part

HELD_BY_DHS = ("unit", "counts", "charges", "detainers", "complaints")
WORK_OUT = ("levels", "minor", "correct", "series", "publish")


def parts(draft: Draft) -> tuple[Part, ...]:
    """Return the parts of the letter.

    For a place that is not flagged it rests on the incidents, and reports of the statistics what was examined.
    """
    asked = "crcl" if draft.flagged else "crcl-incidents"
    return (
        Part("ask", (), (*warning(draft), Paragraph(draft.say(f"ask.{asked}", place=draft.title)))),
        who(draft),
        record(draft),
        incidents(draft),
        statistic(draft, "head.statistic" if draft.flagged else "head.examined"),
        *readings(draft, raised(draft.place)[:MOST] if draft.flagged else ()),
        only_dhs(draft),
        law(draft),
        requests(draft),
        reply(draft),
        protection(draft),
        contact(draft),
    )


def readings(draft: Draft, chosen: Sequence[int]) -> tuple[Part, ...]:
    """Return the other readings that the records do not rule out; nothing where no finding is quoted."""
    found = alternatives(draft, chosen)
    if not found:
        return ()
    return (Part("readings", draft.say("head.readings"), (Paragraph(draft.say("readings")), Items(found))),)


def only_dhs(draft: Draft) -> Part:
    """Return the data that only the department holds, and what to work out from them."""
    blocks: tuple[Block, ...] = (
        Paragraph(draft.say("dhs.lead")),
        Items(tuple(draft.say(f"dhs.{name}") for name in HELD_BY_DHS)),
        Paragraph(draft.say("dhs.work-out")),
        Items(tuple(draft.say(f"dhs.work.{name}") for name in WORK_OUT), ordered=True),
    )
    return Part("data", draft.say("head.dhs"), blocks)
