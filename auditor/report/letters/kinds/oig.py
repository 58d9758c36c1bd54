"""The request for an audit: criteria, condition, cause, effect, steps and populations, ranking with its doubt."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.report import effects, labels, names
from auditor.report.context import span
from auditor.report.letters.asks import reply, requests
from auditor.report.letters.chosen import MOST, raised, tested
from auditor.report.letters.draft import Draft, name
from auditor.report.letters.facts import alternatives, incidents, record, statistic, warning
from auditor.report.letters.frame import contact, law, protection, who
from auditor.report.letters.model import Block, Held, Items, Paragraph, Part, Run, Runs, Table
from auditor.report.letters.numbers_table import observed_of
from auditor.report.letters.runs import runs_of
from auditor.report.place import rank_of

STEPS = ("population", "trace", "minor", "recompute", "supervision", "complaints", "publish")


def parts(draft: Draft) -> tuple[Part, ...]:
    """Return the parts of the letter."""
    chosen = raised(draft.place)[:MOST] if draft.flagged else []
    asked = "oig" if draft.flagged else "oig-records"
    return (
        Part("ask", (), (*warning(draft), Paragraph(draft.say(f"ask.{asked}", place=draft.title)))),
        who(draft),
        criteria(draft),
        record(draft),
        *((incidents(draft),) if draft.details.incidents else ()),
        statistic(draft, "head.condition"),
        cause(draft, chosen),
        effect(draft, chosen),
        steps(draft),
        ranking(draft),
        law(draft),
        requests(draft),
        reply(draft),
        protection(draft),
        contact(draft),
    )


def criteria(draft: Draft) -> Part:
    """Return what ought to be: the two-stage review that the department announced, in its own words."""
    quotation = draft.say("criteria.quotation")
    own = "".join(run.text for run in quotation)
    blocks: tuple[Block, ...] = (
        Paragraph(draft.say("criteria")),
        Held((own,), draft.say("criteria.source")),
        Paragraph(draft.say("criteria.since", day=draft.checked)),
    )
    return Part("criteria", draft.say("head.criteria"), blocks)


def cause(draft: Draft, chosen: Sequence[int]) -> Part:
    """Return that the cause is not known, and the readings that the audit would have to tell apart."""
    found = alternatives(draft, chosen)
    blocks: tuple[Block, ...] = (Paragraph(draft.say("cause")),)
    return Part("cause", draft.say("head.cause"), (*blocks, Items(found)) if found else blocks)


def effect(draft: Draft, chosen: Sequence[int]) -> Part:
    """Return the size of the difference in persons per 1,000, as far as it is stated."""
    told = [runs for j in chosen if (runs := _effect(draft, j))]
    lead = Paragraph(draft.say("effect" if told else "effect.none"))
    return Part("effect", draft.say("head.effect"), (lead, Items(tuple(told))) if told else (lead,))


def _effect(draft: Draft, position: int) -> Runs:
    finding = draft.finding(position)
    absolute = runs_of(effects.absolute(finding.absolute), draft.pointer(position))
    if not absolute or finding.suppressed:
        return ()
    what = name(names.finding_name(finding))
    return draft.say("effect.of", what=what, mark=draft.note(position), value=absolute)


def steps(draft: Draft) -> Part:
    """Return the steps of the audit, and the populations that they draw on."""
    blocks: list[Block] = [Items(tuple(draft.say(f"step.{step}") for step in STEPS), ordered=True)]
    rows = _populations(draft)
    if rows:
        header = tuple(draft.say(f"population.{key}") for key in ("event", "period", "n"))
        blocks.append(Table(draft.say("population.caption"), header, rows))
    return Part("steps", draft.say("head.steps"), tuple(blocks))


def _populations(draft: Draft) -> tuple[tuple[Runs, ...], ...]:
    """Return the events of the tested findings, each once, with its period and how many were counted."""
    rows: dict[str, tuple[Runs, ...]] = {}
    for j in tested(draft.place):
        finding, at = draft.finding(j), draft.pointer(j)
        if finding.event in rows or finding.suppressed:
            continue
        counted = observed_of(draft, finding, at)
        rows[finding.event] = (name(labels.event(finding.event)), runs_of(span(finding.period, "period"), at), counted)
    return tuple(rows.values())


def ranking(draft: Draft) -> Part:
    """Return where the place may stand among those that could be compared, as an interval."""
    rank = runs_of(rank_of(draft.place), draft.at)
    shown = rank or draft.page("part.6.rank-none")
    return Part("ranking", draft.say("head.ranking"), (Paragraph((*shown, Run(" "), *draft.say("ranking"))),))
