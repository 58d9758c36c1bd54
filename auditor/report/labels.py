"""Short labels of pages and tables: verdicts, outcomes, families, groups. Sentences stand in the catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from auditor.domain.policy_dates import DATES, EARLIER
from auditor.findings.finding import Finding
from auditor.findings.review import Control
from auditor.report import tongue
from auditor.report.locale.finished import told
from auditor.report.words import MarkedWords, Words, phrase, word


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a verdict is shown.

    Attributes
    ----------
    key : str
        As in ``review.json``.
    english : str
        In words; ``no-disparity-detected`` never stands without "not a clearance".
    mark : str
        A glyph, so that colour is never alone.
    css : str
        Class of the colour and pattern.
    grade : str
        As in the table of grades.
    """

    key: str
    english: str
    mark: str
    css: str
    grade: str

    @property
    def label(self) -> str:
        """In words, in the language that is being written."""
        return word(self.english)


VERDICTS: Final = (
    Verdict("strong-signal", "Strong statistical signal", "◆", "v-strong", "4"),
    Verdict("notable-departure", "Notable departure", "▲", "v-notable", "3"),
    Verdict("pattern-worth-examining", "Pattern worth examining", "△", "v-pattern", "2"),
    Verdict("contradictory", "Contradictory", "✕", "v-contra", "X"),
    Verdict("inconclusive", "Inconclusive", "○", "v-inconclusive", "1b"),
    Verdict("no-disparity-detected", "No disparity detected (not a clearance)", "●", "v-null", "1"),
    Verdict("insufficient-data", "Insufficient data", "–", "v-insufficient", "0"),
)
"""In the order of a page; the order is not a ranking of places."""

BY_KEY: Final[Mapping[str, Verdict]] = {verdict.key: verdict for verdict in VERDICTS}
FLAGS: Final = frozenset(["strong-signal", "notable-departure", "pattern-worth-examining"])
CANNOT_TELL: Final = ("insufficient-data", "inconclusive", "contradictory")

FAMILIES: Final[Mapping[str, str]] = Words(
    {
        "exposure": "Exposure",
        "discretion": "Discretion",
        "match": "Match",
        "change": "Change",
        "outcome": "Outcome",
        "visibility": "Visibility",
        "recording": "Recording",
    }
)
FAMILY_ASKS: Final[Mapping[str, str]] = Words(
    {
        "exposure": "more than the population at risk predicts?",
        "discretion": "where an officer may choose?",
        "match": "more matches, and lesser cases?",
        "change": "changed when the programme came?",
        "outcome": "do arrests of the group succeed less often?",
        "visibility": "does it depend on being seen?",
        "recording": "is ethnicity recorded faithfully?",
    }
)

GROUPS: Final[Mapping[str, str]] = Words(
    {
        "hispanic": "Hispanic",
        "white": "White (non-Hispanic)",
        "black": "Black (non-Hispanic)",
        "asian": "Asian (non-Hispanic)",
        "native": "Native American (non-Hispanic)",
        "pacific": "Pacific Islander (non-Hispanic)",
        "multiple": "Two or more (non-Hispanic)",
        "other": "Other",
        "unknown": "Not recorded",
    }
)
DAYS: Final[Mapping[str, str]] = Words(
    {
        "weekend": "weekends",
        "weekday": "weekdays",
        "cold-half": "October to March",
        "warm-half": "April to September",
    }
)
"""What stands in place of groups in controls by day."""

PARTS: Final = (
    "Cover and status",
    "Summary",
    "Place profile",
    "Investigations and lawsuits",
    "Data received and their quality",
    "Benchmarks",
    "Where this place stands among all",
    "Focus on serious offences",
    "Minor traffic and licence offences",
    "Pretext indicators",
    "Ethnic-disparity tests",
    "Before and after the programme started",
    "Officers",
    "Detainer practice and delay of release",
    "Records that no statistic gives",
    "Synthesis",
    "What would change this verdict",
    "Ladder of remedies",
    "Standards map",
    "Agency response",
    "Methods appendix",
)
"""The twenty-one parts of a place's review, 0 to 20, in order."""

_MARKS: Final[Mapping[str, tuple[str, str]]] = {
    "higher": ("▲", "higher"),
    "lower": ("▼", "lower"),
    "compatible": ("●", "compatible"),
    "inconclusive": ("○", "unclear"),
    "uncalibrated": ("◌", "not calibrated"),
    "insufficient": ("✕", "too few"),
    "withheld": ("–", "withheld"),
    "suppressed": ("▒", "suppressed"),
    "beside": ("◇", "not screened"),
    "absent": ("·", "not run"),
}
OUTCOME_MARKS: Final[Mapping[str, tuple[str, str]]] = MarkedWords(_MARKS)
"""Mark and word of each cell of the evidence matrix."""


def group(name: str | None) -> str:
    """Return how a group is written; an unknown name as it stands."""
    return {**GROUPS, **DAYS}.get(name or "", name or "")


def both(group: str, reference: str) -> str:
    """Name two groups that are compared."""
    return phrase("{group} and {reference}", group=group, reference=reference)


def verdict(key: str) -> Verdict:
    """Return how a verdict is shown.

    Raises
    ------
    KeyError
        When the verdict is none of the seven.
    """
    return BY_KEY[key]


EVENTS: Final = Words(
    {
        "stop": "stops",
        "citation": "citations",
        "arrest": "arrests",
        "booking": "bookings",
        "submission": "submissions",
        "match": "matches",
        "detainer": "detainers",
        "custody": "bookings into ICE custody",
        "removal": "removals",
    }
)
PROGRAMMES: Final[Mapping[str, str]] = Words(
    {
        "secure-communities": "Secure Communities",
        "287g": "287(g)",
        "cap": "Criminal Alien Program",
        "pep": "Priority Enforcement Program",
    }
)
SHARES: Final[Mapping[str, str]] = Words(
    {
        "low": "Level 3 and non-criminal",
        "none": "Non-criminal",
        "level-1": "Level 1",
        "level-2": "Level 2",
        "level-3": "Level 3",
        "level-1-of-2": "Level 1 among Levels 1 and 2",
        "minor": "Traffic and licence offences",
        "traffic": "Traffic offences",
        "licence": "Driving without a licence",
        "held-longer": "Held beyond the hours of a hold",
        "leaving": "Pace of leaving custody",
        "hours-held": "Mean hours held",
        "lodged": "With a detainer",
        "minor-before-conviction": "Lodged before a conviction, minor traffic cases,",
        "before-conviction": "Lodged before a conviction",
        "before-conviction-serious": "Lodged before a conviction, serious offences,",
        "form-i247": "Form I-247",
        "form-i247d": "Form I-247D (detention)",
        "form-i247n": "Form I-247N (notice)",
        "form-i247x": "Form I-247X (transfer)",
        "form-i247a": "Form I-247A",
        "form-i247g": "Form I-247G (notice)",
        "ended-custody": "Followed by ICE detention",
        "ended-lifted": "Lifted by ICE",
        "ended-declined": "Declined by the agency",
        "ended-error": "Lifted for a citizen or a person not deportable",
        "ended-case-closed": "“Case Closed”",
        "ended-otherwise": "Ended otherwise",
        "no-detainer": "No detainer",
        "no-detainer-all": "No detainer",
        "no-detainer-low": "No detainer, Level 3 and non-criminal,",
        "no-detainer-level-1": "No detainer, Level 1,",
        "no-detainer-level-2": "No detainer, Level 2,",
        "no-detainer-level-3": "No detainer, Level 3,",
        "no-detainer-none": "No detainer, non-criminal,",
        "lifted": "Lifted by ICE",
        "lifted-low": "Lifted by ICE, Level 3 and non-criminal,",
        "lifted-level-1": "Lifted by ICE, Level 1,",
        "lifted-level-2": "Lifted by ICE, Level 2,",
        "lifted-level-3": "Lifted by ICE, Level 3,",
        "lifted-none": "Lifted by ICE, non-criminal,",
        "homicide-sexual-assault": "Homicide and sexual assault among serious offences",
        "robbery-aggravated-assault": "Robbery and aggravated assault among serious offences",
        "burglary-arson": "Burglary and arson among serious offences",
        "under-count": "Not recorded as Hispanic",
        "else-recorded": "Recorded as of the reference group, of people with names of the group,",
        "recording-agencies": "Not recorded as Hispanic, by agencies that stand out,",
        "recording-officers": "Not recorded as Hispanic, by officers who stand out,",
        "recording-mandate": "Recorded as Hispanic since a law required it",
        "gaps-share": "No ethnic group",
        "gaps-time": "No ethnic group in later months",
        "gaps-searched": "No ethnic group after a search",
        "gaps-contraband": "No ethnic group after a search that found something",
        "gaps-cited": "No ethnic group with a citation",
        "gaps-booked": "No ethnic group with a booking",
        "gaps-detainer": "No ethnic group with a detainer",
        "gaps-not-convicted": "No ethnic group without a charge or conviction",
        "gaps-range": "What gaps leave open",
        "marks-silence": "Silent months at the end",
        "marks-on-the-hour": "Times on the hour",
        "marks-five-minutes": "Times on five minutes",
        "marks-midnight": "Times at midnight",
        "marks-digits": "Uneven last digits of minutes",
        "marks-close": "Records too close in time",
        "marks-identical": "Identical rows",
    }
)


def _day(day: date) -> str:
    return f"{day.day} {day.strftime('%B %Y')}"


TIMES: Final[Mapping[str, str]] = Words(
    {
        EARLIER: f"before {_day(DATES[0].start)}",
        **{entry.name: f"from {_day(entry.start)}" for entry in DATES},
        **{entry.start.isoformat(): f"before and from {_day(entry.start)}" for entry in DATES},
        "over-time": "first years against last",
    }
)
"""What the last part of a key says of the time."""
CLOCKS: Final[Mapping[str, str]] = Words(
    {
        "regulation": "weekends and holidays not counted",
        "plain": "every hour counted",
        "regulation-overall": "weekends and holidays not counted, all jails together",
        "plain-overall": "every hour counted, all jails together",
    }
)
"""By which clock hours were counted."""
STRATA: Final[Mapping[str, str]] = Words(
    {
        "level": "within levels",
        "offence": "within classes of offence",
        "overall": "all taken together",
    }
)
"""Within what cases were compared."""
LICENCE: Final[Mapping[str, str]] = Words(
    {
        "without-licence": "licence offences left out",
        "with-licence": "licence offences included",
    }
)
CHANGES: Final[Mapping[str, str]] = Words(
    {
        "classes": "by offence class",
        "series": "monthly series",
        "slope": "yearly change since",
        "contrast": "synthetic control, discretionary over serious",
        "ratio": "synthetic control, all offences",
    }
)
"""What the last part of the key of a change says."""
THRESHOLDS: Final = ("threshold", "thresholds")
"""Last part of the key of a search threshold, and of two of them compared."""
DAYLIGHT: Final[Mapping[str, str]] = Words(
    {
        "dusk": "by daylight against after dark, at the same time by the clock",
        "clock-change": "by daylight against after dark, around a change of the clock",
        "placebo-day": "with dusk moved an hour forward",
        "placebo-night": "with dusk moved an hour back",
    }
)
"""What the last part of a key says of light and dark."""
OUTCOMES: Final[Mapping[str, str]] = Words(
    {
        "discretion": "discretionary over serious offences",
        "ratio": "all offences",
    }
)
"""What is followed where a change is one number for a region."""
REGIMES: Final[Mapping[str, str]] = Words(
    {
        "offence-type": "levels by type of offence",
        "conviction-based": "levels by conviction",
        "conviction": "by conviction",
        "charge": "by charge",
    }
)
"""By which rules, and by what, levels were assigned."""
ADJUSTED: Final[Mapping[str, str]] = Words({"adjusted for place": "adjusted for place"})
"""What the last part of a key says of one number for a region."""
OFFICERS: Final[Mapping[str, str]] = Words(
    {
        "standing-out": "officers who stand out among their colleagues",
        "spread": "how far officers differ",
    }
)
"""What the last part of the key says of a finding that counts officers."""
COMPARATORS: Final[Mapping[str, str]] = Words(
    {
        "serious": "serious offences in the same place",
        "nation": "the rest of the nation",
        "state": "the rest of the state",
        "peers": "its peers",
        "residents": "residents",
        "adults": "adult residents",
        "noncitizens": "noncitizens",
        "foreign-born": "foreign-born residents",
        "drivers": "drivers",
        **EVENTS.english,
    }
)


def event(name: str) -> str:
    """Return an event in the plural."""
    return EVENTS.get(name, name)


def comparator(finding: Finding) -> str:
    """Return what a finding is held against: the comparator's own label, else what its contrast names."""
    if finding.comparator.label:
        return COMPARATORS.get(finding.comparator.label) or told(finding.comparator.label, tongue.current())
    known = [COMPARATORS[part] for part in finding.contrast.split("/")[1:] if part in COMPARATORS]
    return known[-1] if known else word("its comparison")


def finding_name(finding: Finding) -> str:
    """Return a short name of a finding: what is counted, and against what."""
    parts = finding.contrast.split("/")
    if is_contrast(finding):
        return _class_name(finding.group, finding.event, parts[-1])
    if finding.family == "change" and parts[-1] in CHANGES:
        return _change_name(parts)
    if counts_officers(finding):
        who, counted = group(finding.group), event(finding.event)
        return phrase("{who} {counted}: {what}", who=who, counted=counted, what=OFFICERS[parts[-1]])
    if parts[-1] in THRESHOLDS:
        return _threshold_name(finding.group, finding.reference)
    if parts[-1] in DAYLIGHT:
        return _daylight_name(finding.group, finding.event, parts[-1])
    what = next((SHARES[part] for part in parts if part in SHARES), "")
    counted = EVENTS.get(finding.event, finding.event)
    if what and parts[-1] in TIMES and len(parts) == 3:
        return phrase("{what} among {counted}, {when}", what=_joined(what), counted=counted, when=TIMES[parts[-1]])
    if what:
        names = {**TIMES, **CLOCKS, **STRATA, **GROUPS, **REGIMES}
        regime = f" ({', '.join(names.get(part, part) for part in parts[3:])})" if len(parts) > 3 else ""
        within = {"what": _joined(what), "counted": f"{counted}{regime}"}
        return phrase("{what} among {counted}, against {comparator}", **within, comparator=comparator(finding))
    if not finding.comparator.label and parts[-1] not in COMPARATORS:
        return phrase(
            "{who} {counted}", who=group(finding.group), counted=f"{counted}, {contrast_name(parts[-1])}"
        ).strip()
    if finding.group:
        who = _of(group(finding.group), counted)
        return phrase("{what}, against {comparator}", what=who, comparator=comparator(finding))
    what = f"{counted[:1].upper()}{counted[1:]}"
    return phrase("{what}, against {comparator}", what=what, comparator=comparator(finding))


def counts_officers(finding: Finding) -> bool:
    """Say whether k and n of a finding are officers, not people whom they met."""
    return finding.contrast.rpartition("/")[2] in OFFICERS


def is_contrast(finding: Finding) -> bool:
    """Say whether a finding contrasts discretionary with serious offences, so that its ratio is a ratio of ratios."""
    return finding.contrast.rpartition("/")[2] in LICENCE


def _class_name(name: str | None, counted: str, key: str) -> str:
    values = {"who": group(name), "counted": event(counted), "licence": LICENCE[key]}
    return phrase("{who}: discretionary over serious {counted}, {licence}", **values)


def _of(who: str, counted: str) -> str:
    """Name events of a group; of nobody in particular where there is none."""
    return phrase("{who} {counted}", who=who, counted=counted) if who and counted else who or counted


def _daylight_name(name: str | None, counted: str, key: str) -> str:
    what = _of(group(name), event(counted))
    return f"{what} {DAYLIGHT[key]}"


def _joined(what: str) -> str:
    """Return a name of a share as it stands before "among"."""
    return what if tongue.current() == tongue.ENGLISH else what.rstrip(",")


def _threshold_name(name: str | None, reference: str | None) -> str:
    """Name a search threshold, or the reference's over another; days stand in place of groups in a control."""
    if reference is None:
        return phrase("{who}: search threshold", who=group(name))
    return phrase("Search threshold: {reference} over {who}", reference=group(reference), who=group(name))


def _change_name(parts: Sequence[str]) -> str:
    """Name a change by its key: whose events, what changed, and at the start of what."""
    who = next((GROUPS[part] for part in parts if part in GROUPS), "")
    counted = next((EVENTS[part] for part in parts if part in EVENTS), "")
    known = (*GROUPS, *EVENTS, "none", "programme", "activated")
    names = {**PROGRAMMES, "placebo": word("false date"), "latest": word("latest date")}
    start = ", ".join(names.get(part, part) for part in parts[:-1] if part not in known)
    what = _of(who, counted)
    if not start:
        return phrase("{what}: change at the start, {how}", what=what, how=CHANGES[parts[-1]])
    return phrase("{what}: change at the start of {start}, {how}", what=what, start=start, how=CHANGES[parts[-1]])


def control_name(control: Control) -> str:
    """Return a short name of a negative control: what is counted, and of whom."""
    key = control.contrast.rpartition("/")[2]
    if key in LICENCE:
        return _class_name(control.group, control.event, key)
    if key in CHANGES:
        return _change_name(control.contrast.split("/"))
    if key in THRESHOLDS:
        return _threshold_name(control.group, control.reference)
    if key in DAYLIGHT:
        return _daylight_name(control.group, control.event, key)
    what = _of(group(control.group), event(control.event))
    return f"{what}, {SHARES.get(control.label) or told(control.label, tongue.current())}".strip()


CONTROL_FAILS: Final = 0.05
"""Corrected p-value at which a negative control has failed, as the rules of the verdict have it."""


def contrast_name(contrast: str) -> str:
    """Return a contrast's key in words, where there is no finding to name it; empty for an empty key."""
    parts = contrast.split("/")
    if parts[-1] in CHANGES:
        return _change_name(parts)
    if parts[-1] == THRESHOLDS[1]:
        return _threshold_name(*parts[:2])
    if parts[-1] == "region" and len(parts) == 3:
        return ", ".join((group(parts[0]), OUTCOMES.get(parts[1], parts[1]), word("whole region")))
    known = {
        **COMPARATORS,
        **EVENTS,
        **SHARES,
        **GROUPS,
        **LICENCE,
        **TIMES,
        **OFFICERS,
        **DAYLIGHT,
        **REGIMES,
        **ADJUSTED,
    }
    return ", ".join(known.get(part, part.replace("-", " ")) for part in contrast.split("/") if part)
