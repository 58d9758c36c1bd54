"""The complaint under Title VI to an agency that gives money: intent, with statistics as circumstantial evidence.

Effects alone are never pleaded: the rules on them were removed (90 Fed. Reg. 57141, effective 10 December 2025).
"""

from __future__ import annotations

from collections.abc import Sequence

from auditor.report import doubts
from auditor.report.controls_view import controls_view
from auditor.report.letters.asks import reply, requests
from auditor.report.letters.chosen import MOST, raised
from auditor.report.letters.details import FACTORS
from auditor.report.letters.draft import Draft
from auditor.report.letters.facts import account, incidents, record, statistic, warning
from auditor.report.letters.frame import contact, law, protection, who
from auditor.report.letters.kinds.crcl import readings
from auditor.report.letters.model import Block, Items, Paragraph, Part, Runs, Table
from auditor.report.letters.runs import joined, lines, runs_of


def parts(draft: Draft) -> tuple[Part, ...]:
    """Return the parts of the letter; it is only written about a place that is flagged."""
    chosen = raised(draft.place)[:MOST]
    recipient = draft.own(draft.details.funding.recipient, "funded")
    return (
        Part("ask", (), (*warning(draft), Paragraph(draft.say("ask.title-vi", place=draft.title, funded=recipient)))),
        who(draft),
        money(draft),
        record(draft),
        incidents(draft),
        statistic(draft),
        comparators(draft, chosen),
        intent(draft, chosen),
        tried(draft, chosen),
        *readings(draft, chosen),
        law(draft),
        requests(draft),
        reply(draft),
        protection(draft),
        contact(draft),
    )


def money(draft: Draft) -> Part:
    """Return the recipient, the federal money and the protected ground."""
    given = draft.details.funding
    told = (
        draft.say("funding.recipient", value=draft.own(given.recipient, "funded")),
        draft.say("funding.programme", value=draft.own(given.programme, "funding-programme")),
        draft.say("funding.amount", value=draft.own(given.amount, "funding-amount")),
        draft.say("funding.source", value=draft.own(given.source, "funding-source")),
        draft.say("funding.ground", value=draft.own(given.ground, "ground")),
    )
    return Part("money", draft.say("head.money"), (Items(told),))


def comparators(draft: Draft, chosen: Sequence[int]) -> Part:
    """Return what each figure is held against, and why."""
    told = tuple(_comparator(draft, j) for j in chosen)
    lead = Paragraph(draft.say("comparators"))
    return Part("comparators", draft.say("head.comparators"), (lead, Items(told)) if told else (lead,))


def _comparator(draft: Draft, position: int) -> Runs:
    finding = draft.finding(position)
    why = draft.quote(finding.comparator.why, f"findings/{position}/comparator/why")
    what = draft.say("comparator", finding=draft.note(position), why=why)
    source = finding.comparator.source
    if not source:
        return what
    return joined([what, draft.say("comparator.source", source=draft.quote(source, _source(position)))])


def _source(position: int) -> str:
    return f"findings/{position}/comparator/source"


def intent(draft: Draft, chosen: Sequence[int]) -> Part:
    """Return the five kinds of evidence of intent: the first from the review, the others from records."""
    rows = [(draft.say("intent.impact"), _impact(draft, chosen))]
    rows += [(draft.say(f"intent.{factor}"), _factor(draft, factor, chosen)) for factor in FACTORS]
    header = (draft.say("intent.kind"), draft.say("intent.held"))
    blocks: list[Block] = [Paragraph(draft.say("intent.lead")), Table(draft.say("intent.caption"), header, tuple(rows))]
    blocks += [account(draft, entry) for entry in draft.details.evidence]
    blocks.append(Paragraph(draft.say("intent.circumstantial")))
    return Part("intent", draft.say("head.intent"), tuple(blocks))


def _impact(draft: Draft, chosen: Sequence[int]) -> Runs:
    marks = joined([draft.note(j) for j in chosen], ", ")
    return draft.say("intent.impact-held", notes=marks) if marks else draft.say("intent.impact-verdict")


def _factor(draft: Draft, factor: str, chosen: Sequence[int]) -> Runs:
    own = [entry for entry in draft.details.evidence if entry.factor == factor]
    data = [j for j in chosen if factor == "sequence" and draft.finding(j).family == "change"]
    told = [draft.say("intent.below")] if own else [draft.blank(f"intent-{factor}")]
    if data:
        told.append(draft.say("intent.sequence-data", notes=joined([draft.note(j) for j in data], ", ")))
    return lines(told)


def tried(draft: Draft, chosen: Sequence[int]) -> Part:
    """Return the alternatives that were tested, finding by finding: specifications, time, groups, controls."""
    rows = tuple(_tried(draft, j) for j in chosen if not draft.finding(j).suppressed)
    blocks: list[Block] = [Paragraph(draft.say("tried"))]
    if rows:
        header = tuple(draft.say(f"tried.{key}") for key in ("finding", "specifications", "time", "groups"))
        blocks.append(Table(draft.say("tried.caption"), header, rows))
    blocks += _controls(draft)
    return Part("tried", draft.say("head.tried"), tuple(blocks))


def _tried(draft: Draft, position: int) -> tuple[Runs, ...]:
    finding, at = draft.finding(position), draft.pointer(position)
    groups = runs_of(doubts.groups(finding), at) or draft.say("tried.none")
    other, time = runs_of(doubts.specifications(finding), at), runs_of(doubts.blocks(finding), at)
    return draft.say("tried.of", id=finding.id, mark=draft.note(position)), other, time, groups


def _controls(draft: Draft) -> list[Block]:
    """Return what became of the place's negative controls."""
    rows = controls_view(draft.context, draft.place, draft.at)
    if not rows:
        return [Paragraph(draft.page("part.20.controls-none"))]
    return [Paragraph(draft.say("tried.controls"))]
