"""The facts of a letter: the record, the incidents, then the statistics with what they do not show."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from auditor.report import effects, labels, names, numbers
from auditor.report.cite import Num
from auditor.report.letters.chosen import MOST, raised, tested, withheld
from auditor.report.letters.details import Evidence, Incident
from auditor.report.letters.draft import Draft, name, own_words
from auditor.report.letters.model import Block, Held, Items, Paragraph, Part, Runs
from auditor.report.letters.numbers_table import findings_table
from auditor.report.letters.quotes import caveats, definitions, distinct
from auditor.report.letters.runs import joined, runs_of
from auditor.report.measured_view import alarm_of
from auditor.report.profile import supplied

RECORDS = (2, 3, 14, 19)
"""Parts of the review that hold records which no statistic gives; the last is the agency's own answer."""


def record(draft: Draft) -> Part:
    """Return the records that were supplied to the review, verbatim."""
    found = [entry for part in RECORDS for entry in supplied(draft.place, part)]
    blocks: list[Block] = [_record(draft, entry) for entry in found]
    if draft.place.response and not supplied(draft.place, 19):
        blocks.append(Held(paragraphs(draft.place.response), draft.say("record.response")))
    return Part("record", draft.say("head.record"), tuple(blocks) or (Paragraph(draft.say("record.none")),))


def _record(draft: Draft, entry: dict[str, str]) -> Held:
    head = " · ".join(entry[key] for key in ("title", "date", "status", "outcome") if entry[key])
    lines = tuple(text for text in (head, entry["text"]) if text)
    source = own_words(entry["source"])
    return Held(lines, draft.say("record.by", source=source) if source else draft.say("record.by-none"))


def incidents(draft: Draft) -> Part:
    """Return the incidents as the sender tells them, each with its source and consent."""
    given = draft.details.incidents
    blocks: list[Block] = [_incident(draft, entry) for entry in given]
    return Part("incident", draft.say("head.incident"), tuple(blocks) or (Paragraph(draft.say("incident.none")),))


def _incident(draft: Draft, entry: Incident) -> Held:
    head = " · ".join(part for part in (shown_day(entry.date), entry.place or "") if part)
    consent = own_words(entry.consent) if entry.consent else draft.blank("consent")
    by = draft.say("incident.by", source=own_words(entry.source), consent=consent)
    return Held(tuple(part for part in (head, *paragraphs(entry.text)) if part), by)


def account(draft: Draft, entry: Evidence) -> Held:
    """Return what the sender holds on a kind of evidence."""
    head = shown_day(entry.date)
    by = draft.say("evidence.by", source=own_words(entry.source))
    return Held(tuple(part for part in (head, *paragraphs(entry.text)) if part), by)


def shown_day(value: datetime.date | str | None) -> str:
    """Return a day in words; what is no day as it was typed."""
    return numbers.date(value) if isinstance(value, datetime.date) else value or ""


def paragraphs(text: str) -> tuple[str, ...]:
    """Return the lines of a text that say something."""
    return tuple(line.strip() for line in text.split("\n") if line.strip())


def verdict(draft: Draft) -> list[Block]:
    """Return the verdict with the sentences that gave it, and what was measured of such flags."""
    label = labels.verdict(draft.place.verdict).label
    blocks: list[Block] = [Paragraph(draft.say("verdict", place=draft.title, label=label, as_of=draft.as_of))]
    blocks += [Paragraph(runs) for runs in reasons(draft)]
    blocks.append(alarm(draft) if draft.flagged else Paragraph(draft.page("not-clearance")))
    return blocks


def alarm(draft: Draft) -> Paragraph:
    """Return what was measured of the protocol's false alarms: it stands beside every flag."""
    told = [runs_of(text) for text in alarm_of(draft.context, draft.place.findings)]
    return Paragraph(joined(told) if told else draft.say("alarm.none"), "small")


def reasons(draft: Draft) -> list[Runs]:
    """Return the sentences that gave the verdict, without those on what a higher one would need."""
    found = enumerate(draft.place.verdict_reasons)
    return [draft.quote(s, f"verdict_reasons/{i}") for i, s in found if not s.id.startswith("raise.")]


def caps(draft: Draft) -> tuple[Runs, ...]:
    """Return every sentence that limits the verdict."""
    return tuple(draft.quote(sentence, f"caps/{i}") for i, sentence in enumerate(draft.place.caps))


def examined(draft: Draft) -> Runs:
    """Return how many tests were made, and how many were withheld."""
    made = Num(len(tested(draft.place)), f"{draft.at}/findings", "tested")
    held_back = Num(len(draft.place.withheld), f"{draft.at}/withheld", "length")
    places = Num(len(draft.review.places), "/places", "length")
    return draft.say("examined", made=made, withheld=held_back, places=places)


def statistic(draft: Draft, heading: str = "head.statistic") -> Part:
    """Return the statistics: for a flagged place the tests that lie above, for any other what was examined."""
    chosen = raised(draft.place)[:MOST] if draft.flagged else []
    blocks = verdict(draft)
    if chosen:
        blocks.append(Paragraph(draft.say("definitions")))
        blocks.append(Items(distinct(definitions(draft, chosen))))
        blocks.append(findings_table(draft, chosen))
    blocks.append(Paragraph(examined(draft)))
    return Part("statistic", draft.say(heading), (*blocks, *limits(draft, chosen)))


def limits(draft: Draft, chosen: Sequence[int]) -> tuple[Block, ...]:
    """Return what the numbers do not show: caps, caveats, other explanations."""
    meaning = (draft.page("q.meaning"),) if chosen else ()
    null = any(effects.cell(draft.finding(j)) in ("compatible", "lower") for j in chosen)
    clears = (draft.page("not-clearance"),) if null and draft.flagged else ()
    told = (draft.page("not-proof"), *meaning, *clears, *caps(draft), *distinct(caveats(draft, chosen)))
    return Paragraph(draft.strong("limits")), Items(told), *_published(draft, chosen)


def _published(draft: Draft, chosen: Sequence[int]) -> tuple[Block, ...]:
    """Return where published figures come from: small counts are printed with their citation only."""
    found = [s for s in draft.review.sources if s.get("published") and s.get("citation")]
    cited = dict.fromkeys(str(s["citation"]) for s in found if bool(s.get("simulated")) == draft.place.simulated)
    if not chosen or not cited:
        return ()
    return (Paragraph(draft.say("published", sources=name("; ".join(cited))), "small"),)


def ceiling(draft: Draft) -> Runs:
    """Return the highest verdict that the records allow and why, in a sentence; nothing where the review has none."""
    held = draft.place.ceiling or {}
    if not held.get("verdict") or not held.get("why"):
        return ()
    label = labels.verdict(str(held["verdict"])).label
    return draft.say("ceiling", label=label, why=draft.quote(held["why"], "ceiling/why"))


def alternatives(draft: Draft, chosen: Sequence[int]) -> tuple[Runs, ...]:
    """Return the other readings of the finding that stands first, and where those of the others are."""
    signals = list(dict.fromkeys(draft.finding(j).signal for j in chosen))
    told = [runs_of(text) for signal in signals[:1] for text in draft.context.listed(signal, "misleads")]
    return (*told, draft.say("readings.others")) if len(signals) > 1 else tuple(told)


def held_back(draft: Draft) -> tuple[Runs, ...]:
    """Return the withheld tests by name, each with the reason for which it was withheld."""
    sections = {name: int(card.get("section", 10)) for name, (_, card) in draft.context.cards.items()}
    return tuple(_held_back(draft, j) for j, _ in withheld(draft.place, sections))


def _held_back(draft: Draft, position: int) -> Runs:
    entry = draft.place.withheld[position]
    what = f"{draft.context.title(entry.signal)}{_contrast(entry.contrast)}"
    key = "sentence" if entry.sentence is not None else "reason"
    why = draft.quote(entry.sentence or entry.reason, f"withheld/{position}/{key}")
    return draft.say("withheld", test=name(what), why=why)


def _contrast(key: str) -> str:
    shown = names.contrast_name(key)
    return f" ({shown})" if shown else ""


def warning(draft: Draft) -> tuple[Block, ...]:
    """Return the warning of a letter about a place that does not exist."""
    return (Paragraph(draft.say("simulated"), "warning"),) if draft.place.simulated else ()
