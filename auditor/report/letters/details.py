"""What only the sender knows: the tables of ``letter.toml``.

Everything in them is printed verbatim, attributed to the sender, and exempt from the rules on wording, which speak of
what this program writes.
"""

from __future__ import annotations

import datetime
import unicodedata
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

LONGEST = 20_000
"""Characters of one text: an account of some ten pages."""
_ALLOWED = "\n\t"


def _text(value: str) -> str:
    """Refuse what no reader would see, or could not be written in every format."""
    for character in value:
        if character not in _ALLOWED and unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs", "Cn"):
            code = f"U+{ord(character):04X}"
            raise PydanticCustomError(
                "unseen",
                "{found}",
                {
                    "found": f"a text holds the unseen character {code}",
                    "why": "it could turn or hide words, and not every format can carry it",
                    "remedy": "type the text again without it",
                    "at": "[]",
                },
            )
    return value.strip()


def _line(value: str) -> str:
    """Refuse a text of several lines where one is printed."""
    if "\n" in value:
        raise PydanticCustomError(
            "several_lines",
            "{found}",
            {
                "found": "a text of several lines",
                "why": "it stands on one line of the letter",
                "remedy": "write it on one line, or use a list where one is taken",
                "at": "[]",
            },
        )
    return _text(value)


Text = Annotated[str, Field(min_length=1, max_length=LONGEST), AfterValidator(_text)]
Line = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_line)]


class Table(BaseModel):
    """A table: frozen, and closed to unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Sender(Table):
    """``[sender]``: the letterhead, and who you are in your own words."""

    organisation: Line | None = None
    address: tuple[Line, ...] = ()
    about: Text | None = None


class Person(Table):
    """Somebody who signs, or to whom it goes."""

    name: Line | None = None
    title: Line | None = None
    organisation: Line | None = None
    address: tuple[Line, ...] = ()


class Contact(Table):
    """``[contact]``: whom to ask."""

    name: Line | None = None
    email: Line | None = None
    phone: Line | None = None


class Complainant(Table):
    """``[complainant]``: on whose behalf, and by which consent."""

    name: Line | None = None
    anonymous: bool = False
    consent: Line | None = None
    statement: Text | None = None


class Incident(Table):
    """``[[incidents]]``: an account, its source and the consent to print it."""

    text: Text
    source: Line
    date: datetime.date | Line | None = None
    place: Line | None = None
    consent: Line | None = None


class Funding(Table):
    """``[funding]``: the recipient of federal money, and the money (title-vi)."""

    recipient: Line | None = None
    programme: Line | None = None
    amount: Line | None = None
    ground: Line | None = None
    source: Line | None = None


FACTORS = ("background", "sequence", "departures", "statements")
"""Kinds of evidence of intent that records give, and no statistic does."""


class Evidence(Table):
    """``[[evidence]]``: what records hold on one kind of evidence of intent (title-vi)."""

    factor: Literal["background", "sequence", "departures", "statements"]
    text: Text
    source: Line
    date: datetime.date | Line | None = None


class Request(Table):
    """``[[requests]]``: one of the letter's own requests by its name, or one in your words; and its date."""

    ask: Line | None = None
    text: Text | None = None
    by: datetime.date | None = None


class Details(Table):
    """The whole file."""

    date: datetime.date | None = None
    reply_by: datetime.date | None = None
    sent: Line | None = None
    law: Line | None = None
    agencies: tuple[Line, ...] = ()
    costs: Text | None = None
    records_log: Line | None = None
    enclosures: tuple[Line, ...] = ()
    sender: Sender = Sender()
    signers: tuple[Person, ...] = ()
    recipient: Person = Person()
    copies: tuple[Person, ...] = ()
    contact: Contact = Contact()
    complainant: Complainant = Complainant()
    incidents: tuple[Incident, ...] = ()
    funding: Funding = Funding()
    evidence: tuple[Evidence, ...] = ()
    requests: tuple[Request, ...] = ()
