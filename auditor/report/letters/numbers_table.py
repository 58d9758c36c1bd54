"""Findings as a table: what was counted, against what, the effect with its interval, and the correction."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from auditor.findings.finding import Finding
from auditor.report import doubts, effects, labels, names, numbers
from auditor.report.cite import Num, cited, quoted, say
from auditor.report.context import span
from auditor.report.finding_view import against_of
from auditor.report.letters.draft import Draft, bold, name
from auditor.report.letters.model import Bar, Note, Picture, Run, Runs, Table
from auditor.report.letters.quotes import definitions
from auditor.report.letters.runs import joined, lines, runs_of
from auditor.report.words import word


def findings_table(draft: Draft, positions: Sequence[int]) -> Table:
    """Return findings as a table, each with the mark of its note."""
    header = tuple(draft.say(f"table.{key}") for key in ("counted", "observed", "against", "effect", "correction"))
    return Table(draft.say("table.caption"), header, tuple(_row(draft, j) for j in positions))


def _row(draft: Draft, position: int) -> tuple[Runs, ...]:
    finding, at = draft.finding(position), draft.pointer(position)
    what = joined([bold(name(names.finding_name(finding))), draft.note(position)], "")
    counted = lines([what, runs_of(span(finding.period, "period"), at)])
    if finding.suppressed:
        hidden = runs_of(say("page.p.suppressed"))
        return counted, hidden, name(names.comparator(finding)), hidden, _word(finding)
    draft.shown.add(position)
    observed = observed_of(draft, finding, at)
    return counted, observed, _against(draft, finding, at), _effect(draft, finding, at), _correction(finding, at)


def _rates(finding: Finding) -> bool:
    """Say whether the rates of two groups are compared, so that k of n is no share to hold against the comparison."""
    return finding.family == "exposure" and finding.group is not None and finding.reference is not None


def observed_of(draft: Draft, finding: Finding, at: str) -> Runs:
    """Return the counts of a finding; of two groups without a share that nothing here is held against."""
    if not _rates(finding) or finding.k is None or not finding.n:
        return runs_of(effects.observed(finding) or say("page.observed.none"), at)
    k, n = Num(finding.k, f"{at}/k"), Num(finding.n, f"{at}/n")
    return draft.say("observed.rates", k=k, group=labels.group(finding.group), n=n)


def _against(draft: Draft, finding: Finding, at: str) -> Runs:
    if _rates(finding):
        value = runs_of(effects.comparator_value(finding.comparator), at)
        told = draft.say("against.rates", group=labels.group(finding.reference), value=value) if value else ()
        return joined([told, name(names.comparator(finding))], "; ")
    return runs_of(against_of(finding), at)


def _effect(draft: Draft, finding: Finding, at: str) -> Runs:
    value = effects.value(finding.estimate, "estimate", finding.n)
    if not value:
        return runs_of(say("page.interval.none"))
    level = cited(finding.estimate.level, "estimate/level", numbers.percent(finding.estimate.level, decimals=0))
    scale = "times" if effects.is_ratio(finding) else "plain"
    words: dict[str, str | Runs] = {"value": runs_of(value, at)}
    limits = runs_of(effects.interval(finding.estimate, "estimate", finding.n), at)
    if any(run.kind == "number" for run in limits):
        own = draft.say(f"effect.{scale}", level=runs_of(level, at), limits=limits, **words)
    else:
        own = draft.say(f"effect.{scale}-open", **words)
    peers = runs_of(effects.calibrated_interval(finding), at)
    among = draft.say("effect.peers", limits=peers, scale=effects.peer_scale(finding)) if peers else ()
    absolute = runs_of(effects.absolute(finding.absolute), at)
    return lines([own, among, draft.say("effect.absolute", value=absolute) if absolute else ()])


def _correction(finding: Finding, at: str) -> Runs:
    if finding.q_value is None:
        return _word(finding)
    shown = runs_of(cited(finding.q_value, "q_value", numbers.p(finding.q_value)), at)
    tests: Runs = ()
    if finding.tests_in_family is not None:
        tests = runs_of(cited(finding.tests_in_family, "tests_in_family", numbers.count(finding.tests_in_family)), at)
    equals = "q = " if numbers.p(finding.q_value)[0].isdigit() else "q "
    said = (Run(equals), *shown, *((Run(f" {word('over')} "), *tests, Run(f" {word('tests')}")) if tests else ()))
    return lines([said, _word(finding)])


def _word(finding: Finding) -> Runs:
    return (Run(labels.OUTCOME_MARKS[effects.cell(finding)][1]),)


def note_of(draft: Draft, position: int, number: int) -> Note:
    """Return the note on a finding: where it stands, and what the letter does not say of it already."""
    finding, at = draft.finding(position), draft.pointer(position)
    section = runs_of(cited(finding.section, "section", str(finding.section)), at)
    where = draft.say("note.where", id=finding.id, part=section)
    told = [where, _sentence(draft, position)]
    if draft.kind == "county-board":  # one page: what is counted, and no more
        return Note(number, finding.id, joined([*told, *list(definitions(draft, [position]))[:1]]))
    return Note(number, finding.id, joined([*told, _why(draft, finding, at), *_bears(draft, finding, at)]))


def _sentence(draft: Draft, position: int) -> Runs:
    """Return the finding's sentence, unless its numbers stand in a table or picture of the letter."""
    finding = draft.finding(position)
    if position in draft.shown or not finding.sentence:
        return ()
    return runs_of(quoted(finding.sentence, "sentence", draft.language), draft.pointer(position))


def _why(draft: Draft, finding: Finding, at: str) -> Runs:
    """Return why it is held against that, unless a part of the letter says so of each finding."""
    if draft.kind == "title-vi" or not finding.comparator.why:
        return ()
    why = runs_of(quoted(finding.comparator.why, "comparator/why"), at)
    return draft.say("note.why", label=names.comparator(finding), why=why)


def _bears(draft: Draft, finding: Finding, at: str) -> tuple[Runs, ...]:
    """Return what the number bears: the benchmark's error that would undo it, other specifications, wrong groups."""
    if finding.suppressed or not finding.tested:
        return ()
    tipping = finding.tipping_point
    point = say("page.tipping.text", r=Num(tipping, "tipping_point")) if tipping is not None else Markup("")
    if draft.kind == "title-vi":  # its part on the alternatives that were tested says the rest
        return (runs_of(point, at),)
    return tuple(runs_of(text, at) for text in (point, doubts.groups(finding), _specifications(finding)))


def _specifications(finding: Finding) -> Markup:
    return doubts.specifications(finding) if (finding.robustness or {}).get("of") else Markup("")


def notes(draft: Draft) -> tuple[Note, ...]:
    """Return every note that was marked in the letter, in the order of their numbers."""
    position = {finding.id: j for j, finding in enumerate(draft.place.findings)}
    return tuple(note_of(draft, position[identifier], number) for identifier, number in draft.noted.items())


def picture(draft: Draft, position: int) -> Picture | None:
    """Return a finding as two bars: shares where it compares shares, else the two rates; None where none is printed."""
    finding, at = draft.finding(position), draft.pointer(position)
    if finding.suppressed:
        return None
    share, base = effects.share(finding), finding.comparator.value
    when = runs_of(span(finding.period, "period"), at)
    words: dict[str, str | Runs] = {"what": names.finding_name(finding), "mark": draft.note(position), "when": when}
    if share is not None and base is not None and (effects.of_shares(finding) or names.is_contrast(finding)):
        header = _headed(draft, "share", groups=names.is_contrast(finding))
        here = Bar(_who(draft, finding), runs_of(effects.observed(finding), at), share)
        draft.shown.add(position)
        there = Bar(_whom(finding), runs_of(effects.comparator_value(finding.comparator), at), base)
        return Picture(draft.say("picture.caption", **words), header, (here, there))
    if not effects.is_ratio(finding) or not finding.estimate.value:
        return None
    header = _headed(draft, "rate", groups=bool(labels.group(finding.group)))
    return Picture(draft.say("picture.ratio", **words), header, _rates_drawn(draft, finding, at))


def _headed(draft: Draft, drawn: str, *, groups: bool) -> tuple[Runs, Runs, Runs]:
    """Return the names of a picture's columns: who, the bar, what was counted."""
    who, bar = draft.say("picture.group" if groups else "picture.who"), draft.say(f"picture.bar-{drawn}")
    return who, bar, draft.say("picture.share" if drawn == "share" else "picture.times-head")


def _who(draft: Draft, finding: Finding) -> Runs:
    return name(labels.group(finding.group) if names.is_contrast(finding) else draft.title)


def _whom(finding: Finding) -> Runs:
    return name(labels.group(finding.reference) if names.is_contrast(finding) else names.comparator(finding))


def _rates_drawn(draft: Draft, finding: Finding, at: str) -> tuple[Bar, Bar]:
    ratio = finding.estimate.value or 0.0
    longest = max(ratio, 1.0)
    value = runs_of(effects.value(finding.estimate, "estimate", finding.n), at)
    limits = runs_of(effects.interval(finding.estimate, "estimate", finding.n), at)
    who = name(labels.group(finding.group) or draft.title)
    other = name(labels.group(finding.reference) or names.comparator(finding))
    shown = draft.say("picture.times", value=value, limits=limits)
    return Bar(who, shown, ratio / longest), Bar(other, draft.say("picture.once"), 1.0 / longest)
