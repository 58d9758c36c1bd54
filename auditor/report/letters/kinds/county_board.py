"""The letter to a county's board or sheriff: one finding, one picture, and choices in their power; one page."""

from __future__ import annotations

from auditor.report.letters.asks import requests
from auditor.report.letters.chosen import raised
from auditor.report.letters.draft import Draft
from auditor.report.letters.facts import alarm, caps, ceiling, examined, reasons, verdict, warning
from auditor.report.letters.frame import contact, facts, protection, who
from auditor.report.letters.model import Block, Held, Paragraph, Part
from auditor.report.letters.numbers_table import findings_table, picture
from auditor.report.letters.runs import joined


def parts(draft: Draft) -> tuple[Part, ...]:
    """Return the parts of the letter: a finding only where the place is flagged, else what was examined."""
    asked = "county-board" if draft.flagged else "county-board-records"
    return (
        Part("ask", (), (*warning(draft), Paragraph(draft.say(f"ask.{asked}", place=draft.title)))),
        who(draft),
        finding(draft) if draft.flagged else looked_at(draft),
        requests(draft),
        costs(draft),
        replicate(draft),
        protection(draft),
        contact(draft),
    )


def finding(draft: Draft) -> Part:
    """Return one finding with one picture, and what it does not show."""
    first = next(iter(raised(draft.place)), None)
    told = [*(Paragraph(runs) for runs in reasons(draft)), alarm(draft)]
    if first is None:
        return Part("statistic", draft.say("head.finding"), (*told, *_limits(draft)))
    drawn = picture(draft, first)
    shown: Block = drawn if drawn is not None else findings_table(draft, [first])
    return Part("statistic", draft.say("head.finding"), (*told, shown, *_limits(draft)))


def _limits(draft: Draft) -> tuple[Block, ...]:
    highest = ceiling(draft)
    bounds = (highest,) if highest else caps(draft)
    return (Paragraph(joined([draft.strong("limits"), draft.page("not-proof"), *bounds])),)


def looked_at(draft: Draft) -> Part:
    """Return what was examined, where nothing is flagged."""
    blocks = (*verdict(draft), Paragraph(examined(draft)), *_limits(draft))
    return Part("statistic", draft.say("head.examined"), blocks)


def costs(draft: Draft) -> Part:
    """Return costs and liability: the facts of law, and what the sender says of costs, verbatim."""
    own = draft.details.costs
    frame = Paragraph(joined([draft.say("costs"), *facts(draft), draft.say("law.as-of", day=draft.checked)]))
    blocks: tuple[Block, ...] = (frame,)
    if own:
        blocks = (*blocks, Held((own,), draft.say("costs.by")))
    return Part("law", draft.say("head.costs"), blocks)


def replicate(draft: Draft) -> Part:
    """Return the offer to replicate, and the right of reply."""
    return Part("deadline", (), (Paragraph(joined([draft.say("replicate"), draft.say("right-of-reply")])),))
