"""What the parts of a contrast's key mean, in words: shares, times, clocks, strata, changes, daylight, officers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from auditor.domain.policy_dates import DATES, EARLIER
from auditor.report.words import Words

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
