"""The request for records, written from what was withheld and missing: fields, periods, agencies, formats."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auditor.findings.finding import Withheld
from auditor.report import numbers
from auditor.report.cite import Num, cited
from auditor.report.letters.asks import reply, requests
from auditor.report.letters.chosen import withheld
from auditor.report.letters.draft import Draft, name, own_words
from auditor.report.letters.facts import held_back, warning
from auditor.report.letters.fields import CHANGES, DATASETS, FIELDS
from auditor.report.letters.frame import contact, law, protection, who
from auditor.report.letters.model import Block, Items, Paragraph, Part, Runs, Table
from auditor.report.letters.runs import joined, runs_of
from auditor.report.profile import supplied
from auditor.report.rules import moved

Tests = list[tuple[int, Withheld]]

BEFORE, AFTER = -24, 12
"""Months before the first start of a programme, and after the last, that a test of change needs."""
FACTS = ("missing_group", "unknown_level", "suppressed", "missing_months")
RECORDS = (
    ("complaints", "complaints"),
    ("training", "training"),
    ("supervision", "oversight"),
    ("community_choice", "choice"),
)


def parts(draft: Draft) -> tuple[Part, ...]:
    """Return the parts of the letter."""
    sections = {name: int(card.get("section", 10)) for name, (_, card) in draft.context.cards.items()}
    open_tests = withheld(draft.place, sections)
    ask = draft.say(
        "ask.records-request", place=draft.title, law=draft.own(draft.details.law, "law"), as_of=draft.as_of
    )
    return (
        Part("ask", (), (*warning(draft), Paragraph(ask))),
        who(draft),
        agencies(draft),
        periods(draft, open_tests),
        fields(draft, open_tests),
        *gaps(draft),
        other_records(draft),
        formats(draft),
        reasons(draft),
        law(draft),
        requests(draft),
        reply(draft),
        protection(draft),
        contact(draft),
    )


def agencies(draft: Draft) -> Part:
    """Return whose records are asked for: the agencies on file, those of the details, or a blank."""
    on_file = [name(str(agency)) for agency in (draft.place.profile or {}).get("agencies") or ()]
    found = [*on_file, *(own_words(agency) for agency in draft.details.agencies)] or [draft.blank("agencies")]
    return Part("agencies", draft.say("head.agencies"), (Paragraph(draft.say("agencies")), Items(tuple(found))))


def periods(draft: Draft, open_tests: Tests) -> Part:
    """Return the months asked for: those that the review covers, and more where a start must lie inside."""
    told = [draft.say("period.whole", period=_window(draft))]
    if any(entry.signal in CHANGES for _, entry in open_tests):
        told.append(draft.say("period.change", period=_around(draft)))
    return Part("periods", draft.say("head.periods"), (Items((*told, draft.say("period.months"))),))


def _window(draft: Draft) -> Runs:
    """Return the first and last day of what the sources hold of the place."""
    windows: Mapping[str, Any] = (draft.place.profile or {}).get("windows") or {}
    if not windows:
        return draft.blank("period")
    first = min(windows, key=lambda event: (windows[event]["start"], event))
    last = max(windows, key=lambda event: (windows[event]["end"], event))
    text = f"{windows[first]['start']}/{windows[last]['end']}"
    refs = f"profile/windows/{first}/start profile/windows/{last}/end"
    return runs_of(cited(text, refs, numbers.period(text), "period"), draft.at)


def _around(draft: Draft) -> Runs:
    """Return the months around the programme's dates on file."""
    entries = (draft.place.profile or {}).get("activations") or ()
    dated = [(str(entry["date"]), i) for i, entry in enumerate(entries) if entry.get("date")]
    if not dated:
        return draft.blank("period-change")
    ends = [(min(dated), BEFORE), (max(dated), AFTER)]
    return joined([_moved(draft, position, day, by) for (day, position), by in ends], " – ")


def _moved(draft: Draft, position: int, day: str, by: int) -> Runs:
    value = moved([day, str(by)])
    refs = f"{draft.at}/profile/activations/{position}/date ={by}"
    return runs_of(cited(value, refs, numbers.date(value), "moved"))


def fields(draft: Draft, open_tests: Tests) -> Part:
    """Return the fields, file by file, and which withheld test each would make possible."""
    wanted = list(dict.fromkeys(entry.signal for _, entry in open_tests))
    blocks: list[Block] = [Paragraph(draft.say("fields" if wanted else "fields.none"))]
    blocks += [table for dataset in DATASETS if (table := _dataset(draft, dataset, wanted)) is not None]
    unknown = tuple(_needs(draft, j, entry) for j, entry in open_tests if entry.signal not in FIELDS)
    if unknown:
        blocks.append(Items(unknown))
    return Part("fields", draft.say("head.fields"), tuple(blocks))


def _needs(draft: Draft, position: int, entry: Withheld) -> Runs:
    """Return what a test needs in the words of the review: one that this version has no list of fields for."""
    needs = draft.quote(entry.needs, f"withheld/{position}/needs")
    return draft.say("fields.own", test=draft.context.title(entry.signal), needs=needs)


def _dataset(draft: Draft, dataset: str, wanted: list[str]) -> Table | None:
    """Return the table of one file; None where no withheld test needs it."""
    uses: dict[str, list[str]] = {}
    for signal in wanted:
        for field in FIELDS.get(signal, {}).get(dataset, ()):
            uses.setdefault(field, []).append(draft.context.title(signal))
    if not uses:
        return None
    header = tuple(draft.say(f"fields.{key}") for key in ("field", "meaning", "test"))
    rows = tuple(
        (draft.say(f"field.{field}.name"), draft.say(f"field.{field}"), name("; ".join(titles)))
        for field, titles in uses.items()
    )
    return Table(draft.say(f"dataset.{dataset}"), header, rows)


def gaps(draft: Draft) -> tuple[Part, ...]:
    """Return what is missing inside the files that were read, with its share; nothing where no gap was measured."""
    told = [_gap(draft, i, fact, share) for i, fact, share in _measured(draft)]
    if not told:
        return ()
    return (Part("gaps", draft.say("head.gaps"), (Paragraph(draft.say("gaps")), Items(tuple(told)))),)


def _measured(draft: Draft) -> list[tuple[int, str, float]]:
    found = []
    for i, source in enumerate(draft.review.sources):
        quality = source.get("quality") or {}
        if bool(source.get("simulated")) == draft.place.simulated:
            found += [(i, fact, quality[fact]) for fact in FACTS if quality.get(fact)]
    return found


def _gap(draft: Draft, source: int, fact: str, share: float) -> Runs:
    file = str(draft.review.sources[source]["path"])
    key = fact.replace("_", "-")
    return draft.say(f"gap.{key}", file=file, share=Num(share, f"/sources/{source}/quality/{fact}"))


def other_records(draft: Draft) -> Part:
    """Return the records that no statistic gives, as far as none was supplied."""
    held = {entry["kind"] for entry in supplied(draft.place, 14)}
    asked = [draft.page(f"records.14.{ask}") for kind, ask in RECORDS if kind not in held]
    if not supplied(draft.place, 3):
        asked.insert(0, draft.page("part.3.ask"))
    asked += [draft.page("records.14.instructions"), draft.page("part.4.ask")]
    blocks = (Paragraph(draft.say("other-records")), Items(tuple(asked)))
    return Part("records", draft.say("head.other-records"), blocks)


def formats(draft: Draft) -> Part:
    """Return in which form the records are asked for."""
    told = tuple(draft.say(f"format.{key}") for key in ("file", "rows", "codes", "names", "blank"))
    return Part("formats", draft.say("head.formats"), (Items(told),))


def reasons(draft: Draft) -> Part:
    """Return why each is asked for: the withheld tests, each with the review's reason."""
    found = held_back(draft)
    if not found:
        return Part("withheld", draft.say("head.why"), (Paragraph(draft.page("part.16.nothing")),))
    return Part("withheld", draft.say("head.why"), (Paragraph(draft.say("why")), Items(found)))
