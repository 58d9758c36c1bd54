"""The notice to the agency before anything is published: findings, the data behind them, how to check, a date."""

from __future__ import annotations

from auditor.report.letters.asks import reply, requests
from auditor.report.letters.chosen import tested
from auditor.report.letters.draft import Draft, name
from auditor.report.letters.facts import examined, held_back, limits, verdict, warning
from auditor.report.letters.frame import contact, law, protection, who
from auditor.report.letters.model import Block, Items, Paragraph, Part, Run, Runs, Table
from auditor.report.letters.numbers_table import findings_table
from auditor.report.letters.quotes import definitions, distinct
from auditor.report.letters.runs import lines, runs_of
from auditor.report.sources_view import sources_view

CHECKS = ("hashes", "verify", "counts", "rows", "again")
MOST_SOURCES = 40


def parts(draft: Draft) -> tuple[Part, ...]:
    """Return the parts of the letter: everything that was tested, whichever way it fell out."""
    return (
        Part("ask", (), (*warning(draft), Paragraph(draft.say("ask.agency-notice", place=draft.title)))),
        who(draft),
        findings(draft),
        not_tested(draft),
        behind(draft),
        check(draft),
        law(draft),
        requests(draft),
        reply(draft),
        Part("right-of-reply", (), (Paragraph(draft.say("right-of-reply")),)),
        protection(draft),
        contact(draft),
    )


def findings(draft: Draft) -> Part:
    """Return the verdict and every tested comparison, those that found nothing among them."""
    every = tested(draft.place)
    blocks = verdict(draft)
    if every:
        blocks += [Paragraph(draft.say("definitions")), Items(distinct(definitions(draft, every)))]
        blocks.append(findings_table(draft, every))
    return Part("statistic", draft.say("head.findings"), (*blocks, *limits(draft, every)))


def not_tested(draft: Draft) -> Part:
    """Return which tests were withheld, and why."""
    found = held_back(draft)
    blocks: tuple[Block, ...] = (Paragraph(examined(draft)),)
    return Part("withheld", draft.say("head.withheld"), (*blocks, Items(found)) if found else blocks)


def behind(draft: Draft) -> Part:
    """Return the files behind the findings: rows read, used and left out, and their hashes."""
    sources = draft.context.once("sources_view", sources_view)
    chosen = [source for source in sources if source["simulated"] == draft.place.simulated]
    header = tuple(draft.say(f"source.{key}") for key in ("file", "rows", "hash"))
    rows = tuple(_source(draft, source) for source in chosen[:MOST_SOURCES])
    table = Table(draft.say("source.caption"), header, rows)
    return Part("data", draft.say("head.behind"), (Paragraph(draft.say("source")), table))


def _source(draft: Draft, source: dict[str, object]) -> tuple[Runs, ...]:
    read, used, excluded = (runs_of(source[key]) for key in ("read", "used", "excluded"))  # type: ignore[arg-type]
    what = lines([name(str(source["path"])), name(str(source["sheet"])), name(str(source["citation"]))])
    return what, draft.say("source.counts", read=read, used=used, out=excluded), (Run(str(source["sha256"]), "code"),)


def check(draft: Draft) -> Part:
    """Return how to check the findings."""
    steps = tuple(draft.say(f"check.{step}") for step in CHECKS)
    return Part("check", draft.say("head.check"), (Items(steps, ordered=True), Paragraph(_hashes(draft))))


def _hashes(draft: Draft) -> Runs:
    protocol = draft.review.audit.get("protocol") or {}
    config = str(draft.review.audit.get("config_sha256") or "–")
    return draft.say(
        "check.protocol",
        protocol=(Run(str(protocol.get("sha256") or "–"), "code"),),
        config=(Run(config, "code"),),
    )
