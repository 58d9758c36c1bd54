"""The form of a letter: its fields, and from what was given to the tables of ``letter.toml``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from auditor.app.letter_requests import ROOM, choices, name_of, wrong
from auditor.report.letters.details import FACTORS

KINDS: Final = (
    ("county-board", "To the county board or council: what the review shows and what the board can ask for"),
    ("agency-notice", "Notice to the agency before publication, with a day for its answer"),
    ("records-request", "Request for the records that the review lacks"),
    ("crcl", "Complaint to Civil Rights and Civil Liberties, Department of Homeland Security"),
    ("title-vi", "Complaint under Title VI (only about a place that the review flags)"),
    ("oig", "Letter to the Inspector General"),
)
FORMATS: Final = (
    ("docx", "Word document (.docx)"),
    ("html", "Web page (.html), to read or print"),
    ("pdf", "PDF, printed by the browser on this computer"),
    ("md", "Plain text (Markdown)"),
)
INCIDENTS, SIGNERS, EVIDENCE, COPIES = 3, 2, 2, 2
"""How many of each the form has room for."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field.

    Attributes
    ----------
    name : str
        Where it belongs in the details: ``sender.organisation``, ``incidents.0.text``.
    label : str
    kind : {"line", "text", "lines", "date", "yes", "factor", "ask"}
    help : str
    """

    name: str
    label: str
    kind: str = "line"
    help: str = ""


def sections() -> Iterator[tuple[str, str, tuple[Field, ...]]]:
    """Yield the parts of the form: heading, what it is for, fields."""
    yield (
        "You",
        "Your letterhead, and who signs.",
        (
            Field("sender.organisation", "Organisation"),
            Field("sender.address", "Address", "lines", "One line each."),
            Field("sender.about", "Who you are, in your own words", "text"),
            *(
                field
                for i in range(SIGNERS)
                for field in (
                    Field(f"signers.{i}.name", f"Signer {i + 1}: name"),
                    Field(f"signers.{i}.title", f"Signer {i + 1}: title"),
                )
            ),
            Field("contact.name", "Contact: name"),
            Field("contact.email", "Contact: email"),
            Field("contact.phone", "Contact: telephone"),
        ),
    )
    yield (
        "Recipient and dates",
        "",
        (
            Field("recipient.name", "Recipient: name"),
            Field("recipient.title", "Recipient: title"),
            Field("recipient.organisation", "Recipient: office or agency"),
            Field("recipient.address", "Recipient: address", "lines", "One line each."),
            Field("date", "Date of the letter", "date"),
            Field("reply_by", "Answer asked for by", "date"),
            Field("sent", "How it is sent", help="Such as: by certified mail."),
            Field("enclosures", "Enclosures", "lines", "One line each."),
            Field(
                "records_log", "Your requests for records so far", help="Such as: 12 requests, 3 answered; enclosed."
            ),
            *(Field(f"copies.{i}.name", f"Copy {i + 1}: to whom") for i in range(COPIES)),
        ),
    )
    yield (
        "What the letter asks for",
        "Leave all of this empty, and the letter asks for all that its verdict bears. Else it asks for what is chosen "
        "or written here, in this order, and for nothing more.",
        tuple(field for i in range(ROOM) for field in _request(i)),
    )
    yield (
        "Incidents",
        "Accounts of what happened, printed in your words. Print none without consent.",
        tuple(field for i in range(INCIDENTS) for field in _incident(i)),
    )
    yield (
        "Complainant",
        "For complaints: on whose behalf, and by which consent.",
        (
            Field("complainant.anonymous", "The complainant stays anonymous", "yes"),
            Field("complainant.name", "Complainant: name"),
            Field("complainant.consent", "Complainant: consent", help="How and when it was given."),
            Field("complainant.statement", "Complainant: statement", "text"),
        ),
    )
    yield (
        "For a complaint under Title VI",
        "Who receives federal money, and what the records hold.",
        (
            Field("funding.recipient", "Recipient of federal money"),
            Field("funding.programme", "Programme"),
            Field("funding.amount", "Amount"),
            Field("funding.ground", "Protected ground", help="And on what it rests."),
            Field("funding.source", "Source"),
            *(field for i in range(EVIDENCE) for field in _evidence(i)),
        ),
    )
    yield (
        "For a request for records",
        "",
        (
            Field("law", "Law under which you ask", help="Such as: Texas Public Information Act, chapter 552."),
            Field("agencies", "Agencies that hold the records", "lines", "One line each."),
            Field("costs", "Fees: what you ask", "text"),
        ),
    )


def _request(i: int) -> tuple[Field, ...]:
    n = i + 1
    return (
        Field(f"requests.{i}.ask", f"Request {n}: one of the letter's own", "ask"),
        Field(f"requests.{i}.text", f"Request {n}: or one in your words", "text"),
        Field(f"requests.{i}.by", f"Request {n}: by which day", "date"),
    )


def _incident(i: int) -> tuple[Field, ...]:
    n = i + 1
    return (
        Field(f"incidents.{i}.text", f"Incident {n}: what happened", "text"),
        Field(f"incidents.{i}.source", f"Incident {n}: source"),
        Field(f"incidents.{i}.date", f"Incident {n}: day, as known"),
        Field(f"incidents.{i}.place", f"Incident {n}: place"),
        Field(f"incidents.{i}.consent", f"Incident {n}: consent"),
    )


def _evidence(i: int) -> tuple[Field, ...]:
    n = i + 1
    return (
        Field(f"evidence.{i}.factor", f"Evidence {n}: of which kind", "factor"),
        Field(f"evidence.{i}.text", f"Evidence {n}: what the records hold", "text"),
        Field(f"evidence.{i}.date", f"Evidence {n}: day, as known"),
        Field(f"evidence.{i}.source", f"Evidence {n}: source"),
    )


CHOICES: Final = (("", "None"), *((factor, factor) for factor in FACTORS))
ASKS: Final = choices(dict(KINDS))
"""Requests to choose from, by kind of letter."""


def details_of(given: Mapping[str, str]) -> tuple[dict[str, Any], dict[tuple[str | int, ...], str]]:
    """Return the details, and which field each of their settings came from.

    Parameters
    ----------
    given : mapping
        By name of the field; blank fields say nothing.
    """
    details: dict[str, Any] = {}
    origin: dict[tuple[str | int, ...], str] = {}
    for field in (field for _, _, fields in sections() for field in fields):
        value = given.get(field.name, "").replace("\r\n", "\n").strip()
        if value:
            path = _put(details, field, _value(field, value))
            for length in range(1, len(path) + 1):
                origin.setdefault(path[:length], field.name)
    return details, origin


def _value(field: Field, value: str) -> Any:
    if field.kind == "yes":
        return True
    if field.kind == "ask":
        return name_of(value)
    return [line.strip() for line in value.split("\n") if line.strip()] if field.kind == "lines" else value


def _put(details: dict[str, Any], field: Field, value: Any) -> tuple[str | int, ...]:
    """Put a value in its place; blank entries of a list before it leave no gap. Return where it is."""
    parts = field.name.split(".")
    if len(parts) == 3:
        entries = details.setdefault(parts[0], {})
        entries.setdefault(parts[1], {})[parts[2]] = value
        return parts[0], [*entries].index(parts[1]), parts[2]
    if len(parts) == 2:
        details.setdefault(parts[0], {})[parts[1]] = value
    else:
        details[parts[0]] = value
    return tuple(parts)


_WHOLE: Final = {"incidents": ("text", "source"), "evidence": ("factor", "text", "source")}
"""What an entry of a list needs to be printed at all."""


def lacking(given: Mapping[str, str]) -> dict[str, str]:
    """Return what is missing or cannot be, by field: an account without its source, a request of another letter."""
    found = wrong(given)
    for field in (field for _, _, fields in sections() for field in fields):
        part, _, own = field.name.rpartition(".")
        needed = _WHOLE.get(part.partition(".")[0], ())
        begun = any(value and name.startswith(f"{part}.") for name, value in given.items())
        if own in needed and begun and not given.get(field.name):
            found[field.name] = f"{field.label}: needed, or leave all of this entry empty."
    return found
