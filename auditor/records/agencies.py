"""Agencies rolled up to their counties, where the configuration says so: by the user's own table of agencies."""

from __future__ import annotations

from collections import Counter

from auditor.domain.place_classes import APART
from auditor.records.place_questions import Found, Placed
from auditor.records.sheet import EXCLUDED, Sheet

_COUNTY = "county"


def in_county(sheet: Sheet, ori: str) -> Placed:
    """Return the county of an agency; those of a class apart are set aside, and no county is guessed."""
    agency = sheet.lookups.directory(sheet.store).agencies.get(ori)
    if agency is None:
        why = "no table of agencies that was handed in holds it, so its county is not known"
        return Placed(problem=f"agency {ori}", why=why)
    if agency.klass in APART:
        return Placed(aside=f"{EXCLUDED}{APART[agency.klass]}, of no county", rule=agency.klass)
    if not agency.county:
        why = "it lies in several counties, or its table names none that there is"
        return Placed(problem=f"agency {ori} ({agency.name})", why=why)
    return Placed(agency.county, agency.county[:2], rule=_COUNTY)


def note_agencies(sheet: Sheet, found: Found) -> None:
    """Say how many agencies were placed in counties and how many set aside."""
    if sheet.spec.agencies != _COUNTY:
        return
    rules = Counter(placed.rule for _, _, _, placed in found if placed.rule)
    placed, apart = rules.pop(_COUNTY, 0), ", ".join(f"{count:,} {rule}" for rule, count in sorted(rules.items()))
    sheet.note(f"agencies placed in the county that their table gives: {placed:,}; set aside: {apart or 'none'}")
