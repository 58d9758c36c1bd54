"""Names of findings, controls and contrasts: what is counted, of whom, and against what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from auditor.findings.finding import Finding
from auditor.findings.review import Control
from auditor.report import tongue
from auditor.report.key_words import (
    ADJUSTED,
    CHANGES,
    CLOCKS,
    DAYLIGHT,
    LICENCE,
    OFFICERS,
    OUTCOMES,
    REGIMES,
    SHARES,
    STRATA,
    THRESHOLDS,
    TIMES,
)
from auditor.report.labels import COMPARATORS, EVENTS, GROUPS, PROGRAMMES, event, group
from auditor.report.locale.finished import told
from auditor.report.words import called, phrase, word


def comparator(finding: Finding) -> str:
    """Return what a finding is held against: the comparator's own label, else what its contrast names."""
    if finding.comparator.label:
        return COMPARATORS.get(finding.comparator.label) or told(finding.comparator.label, tongue.current())
    known = [COMPARATORS[part] for part in finding.contrast.split("/")[1:] if part in COMPARATORS]
    return known[-1] if known else word("its comparison")


def finding_name(finding: Finding) -> str:
    """Return a short name of a finding: what is counted, and against what."""
    name = _name(finding)
    return name[:1].upper() + name[1:]


def _name(finding: Finding) -> str:
    """Return that name as a language puts it together: not each begins with the group, which is written large."""
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
        split = [called(part, REGIMES, GROUPS, STRATA, CLOCKS, TIMES) for part in parts[3:]]
        regime = f" ({', '.join(split)})" if split else ""
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


def contrast_name(contrast: str) -> str:
    """Return a contrast's key in words, where there is no finding to name it; empty for an empty key."""
    parts = contrast.split("/")
    if parts[-1] in CHANGES:
        return _change_name(parts)
    if parts[-1] == THRESHOLDS[1]:
        return _threshold_name(*parts[:2])
    if parts[-1] == "region" and len(parts) == 3:
        return ", ".join((group(parts[0]), OUTCOMES.get(parts[1], parts[1]), word("whole region")))
    return ", ".join(called(part, *_TABLES, default=part.replace("-", " ")) for part in parts if part)


_TABLES: Final = (ADJUSTED, REGIMES, DAYLIGHT, OFFICERS, TIMES, LICENCE, GROUPS, SHARES, EVENTS, COMPARATORS)
"""Where the parts of a contrast's key are looked up, one after the other."""
