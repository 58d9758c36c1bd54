"""Dates on which the rules for detainers changed, and the regimes between them.

A regime is a time under one set of rules on whom ICE lodges a detainer; shares are never taken across regimes. The
other dates lie within regimes and divide them for the questions that name them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final


@dataclass(frozen=True, slots=True)
class PolicyDate:
    """One dated rule.

    Attributes
    ----------
    name : str
        Of the time that begins on this day: with lower-case letters, digits and hyphens.
    start : datetime.date
    opens_regime : bool
        Whether a regime begins, or the day lies within one.
    source : str
        Where the rule stands.
    """

    name: str
    start: date
    opens_regime: bool
    source: str


DATES: Final = (
    PolicyDate(
        "discretion-2011",
        date(2011, 6, 17),
        opens_regime=True,
        source="ICE, Exercising Prosecutorial Discretion (Policy No. 10075.1), 17 June 2011",
    ),
    PolicyDate(
        "minor-traffic-2012",
        date(2012, 4, 27),
        opens_regime=False,
        source="ICE, Response to the Task Force on Secure Communities Findings and Recommendations, 27 April 2012",
    ),
    PolicyDate(
        "detainers-2012",
        date(2012, 12, 21),
        opens_regime=True,
        source="ICE, Civil Immigration Enforcement: Guidance on the Use of Detainers in the Federal, State, Local, and "
        "Tribal Criminal Justice Systems, 21 December 2012",
    ),
    PolicyDate(
        "priorities-2014",
        date(2014, 11, 20),
        opens_regime=False,
        source="Department of Homeland Security, Secure Communities, memorandum of 20 November 2014",
    ),
    PolicyDate(
        "pep-2015",
        date(2015, 7, 2),
        opens_regime=True,
        source="ICE, Priority Enforcement Program, in operation from 2 July 2015 (forms I-247D, I-247N and I-247X)",
    ),
    PolicyDate(
        "interior-2017",
        date(2017, 2, 20),
        opens_regime=True,
        source="Department of Homeland Security, Enforcement of the Immigration Laws to Serve the National Interest, "
        "20 February 2017, implementing Executive Order 13768; form I-247A alone from 2 April 2017",
    ),
    PolicyDate(
        "priorities-2021",
        date(2021, 1, 20),
        opens_regime=True,
        source="Executive Order 13993 and the Department of Homeland Security's memorandum of the same day, "
        "20 January 2021",
    ),
    PolicyDate(
        "interior-2025",
        date(2025, 1, 20),
        opens_regime=True,
        source="Executive Order 14159, 90 Fed. Reg. 8443, 20 January 2025",
    ),
)
"""In the order of time."""

EARLIER: Final = "before-2011"
"""The time before the first of the dates."""

PERIODS: Final = (EARLIER, *(entry.name for entry in DATES))
"""Names of all times between two dates."""

REGIMES: Final = (EARLIER, *(entry.name for entry in DATES if entry.opens_regime))


def regime_of(period: str) -> str:
    """Return the regime in which a time between two dates lies; empty for the empty text.

    Raises
    ------
    ValueError
        When it is none of :data:`PERIODS`.
    """
    if not period:
        return ""
    return REGIMES[sum(entry.opens_regime for entry in DATES[: _position(period)])]


def span_of(name: str) -> tuple[date, date]:
    """Return the first and last day of the time between two dates; far away where it has no end.

    Raises
    ------
    ValueError
        When it is none of :data:`PERIODS`.
    """
    position = _position(name)
    starts = [date.min, *(entry.start for entry in DATES), date.max]
    return starts[position], starts[position + 1] - timedelta(days=1)


def _position(name: str) -> int:
    if name not in PERIODS:
        raise ValueError(f"{name!r} is none of {', '.join(PERIODS)}")
    return PERIODS.index(name)
