from __future__ import annotations

import datetime
from typing import Any

import pytest

from auditor.findings.review import Review
from auditor.report.letters.build import build
from auditor.report.letters.details import Details
from auditor.report.letters.model import KINDS, Letter

TOLD = "He was stopped for a broken taillight and, he says, profiled by people he calls racist."
FULL: dict[str, Any] = {
    "date": datetime.date(2012, 9, 1),
    "reply_by": datetime.date(2012, 11, 1),
    "sent": "certified mail",
    "law": "Example Public Records Act, section 3",
    "agencies": ("Example Sheriff (ORI TX0000000)",),
    "costs": "Jail days cost 90 dollars each, by the county's budget.",
    "records_log": "12 requests, 3 answered; enclosed",
    "enclosures": ("F. Declarations",),
    "sender": {"organisation": "Example Legal Aid", "address": ("1 Example Street",), "about": "We give legal aid."},
    "signers": ({"name": "A. Lawyer", "title": "Staff attorney"},),
    "recipient": {"name": "The Director", "organisation": "The Office", "address": ("2 Example Street",)},
    "copies": ({"name": "The Committee"},),
    "contact": {"name": "A. Lawyer", "email": "a@example.org", "phone": "555-0100"},
    "complainant": {"name": "B. Example", "consent": "written, 3 May 2012", "statement": "I ask for this."},
    "incidents": (
        {"text": TOLD, "source": "declaration", "date": datetime.date(2011, 5, 3), "consent": "written, 3 May 2012"},
    ),
    "funding": {
        "recipient": "Example Sheriff",
        "programme": "A grant",
        "amount": "1 million dollars, 2011",
        "ground": "national origin; accounts 1 to 3",
        "source": "usaspending export",
    },
    "evidence": tuple(
        {"factor": factor, "text": f"What the records hold on {factor}.", "source": "minutes"}
        for factor in ("background", "sequence", "departures", "statements")
    ),
}


@pytest.fixture(scope="session")
def full() -> Details:
    """Details with nothing left blank."""
    return Details(**FULL)


@pytest.fixture(scope="session")
def told() -> str:
    """What an incident says, in words that no rule of ours would let pass."""
    return TOLD


@pytest.fixture(scope="session")
def letters(review: Review, full: Details) -> dict[tuple[str, str], Letter]:
    """Every letter that may be written about the places of the fixture, by place and kind."""
    made = {}
    for place in review.places:
        for kind in KINDS:
            if kind == "title-vi" and place.verdict not in (
                "pattern-worth-examining",
                "notable-departure",
                "strong-signal",
            ):
                continue
            made[place.place, kind] = build(review, place.place, kind, full)
    return made
