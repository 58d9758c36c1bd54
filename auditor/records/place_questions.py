"""What became of each written place, and the questions that are left about some."""

from __future__ import annotations

import re
from dataclasses import dataclass

from auditor.domain.facilities import APART
from auditor.domain.place import Place
from auditor.domain.places import gazetteer
from auditor.domain.vocabulary import EXCLUDE
from auditor.records.decisions import Kind
from auditor.records.sheet import SHOWN, Sheet, times

ENDED = " has ended "
LONGEST_ANSWER = 300
"""Longest text that is proposed as a key of ``places``."""
STATEWIDE = " without a jurisdiction is read as the state"
_FEW = 3


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of one written place.

    Attributes
    ----------
    id : str
        Canonical identifier; empty when there is none (a total, a row set aside, an open question).
    within : str
        Two-digit code of its state, where known.
    total : str
        ``nation``, ``all``, ``blank`` or a two-digit state code when the row may sum others; else empty.
    aside, note : str
        Why the row is set aside; what the reader should know.
    problem, why : str
        What is asked when only a person can tell.
    candidates : tuple of Place
        To be shown with the question.
    damaged : str
        The code that a number is with its zeros back (when ``id`` is set), or would be.
    rule : str
        By what a facility or agency was placed or set aside, for the summary in the ledger.
    """

    id: str = ""
    within: str = ""
    total: str = ""
    aside: str = ""
    note: str = ""
    problem: str = ""
    why: str = ""
    candidates: tuple[Place, ...] = ()
    damaged: str = ""
    rule: str = ""


Found = list[tuple[tuple[str, str, str], int, int, Placed]]
"""Written place, name and state; rows; first row; what became of it."""


def label(place: str, name: str, state: str) -> str:
    """Return the text by which the configuration's ``places`` names a written place."""
    text = place or name
    return f"{text}, {state}" if state and text and not _has_state(text) else text or state


def _has_state(text: str) -> bool:
    tail = text.rpartition(",")[2].strip()
    return "," in text and gazetteer().state(tail) is not None


def answered(sheet: Sheet, *texts: str) -> str:
    """Return what the source's own ``places`` says of a written text, by the first of its forms; empty for nothing."""
    sheet.answered.update(texts)
    return next((chosen for text in texts if (chosen := sheet.spec.places.get(text, ""))), "")


def note_idle_answers(sheet: Sheet) -> None:
    """Note the answers of the source's ``places`` that nothing asks for any more."""
    idle = [text for text in sheet.spec.places if text not in sheet.answered]
    if idle:
        more = f" and {len(idle) - SHOWN:,} more" if len(idle) > SHOWN else ""
        sheet.note(f"places names texts that this file does not hold: {', '.join(map(repr, idle[:SHOWN]))}{more}")


def note_places(sheet: Sheet, found: Found) -> None:
    """Note what was decided, repaired or has ended, in few words where there are many."""
    notes = _states_note(_ended_note([placed.note for _, _, _, placed in found if placed.note]))
    repaired = [placed.note for _, _, _, placed in found if placed.id and placed.damaged]
    if len(repaired) > 3:
        sheet.note(f"{len(repaired):,} place codes got their leading zeros back, each to the one code it can be")
        notes = [note for note in notes if note not in set(repaired)]
    for note in notes[: 2 * SHOWN]:
        sheet.note(note)
    if len(notes) > 2 * SHOWN:
        sheet.note(f"{len(notes) - 2 * SHOWN:,} more remarks of this kind on places")


def _states_note(notes: list[str]) -> list[str]:
    states = list(dict.fromkeys(note for note in notes if note.endswith(STATEWIDE)))
    if len(states) <= _FEW:
        return notes
    names = ", ".join(note.removeprefix("a row of ").removesuffix(STATEWIDE) for note in states)
    some = f"rows of {len(states)} states without a jurisdiction are read as the state: {names}"
    return [some, *(note for note in notes if not note.endswith(STATEWIDE))]


def _ended_note(notes: list[str]) -> list[str]:
    ended = [note for note in notes if ENDED in note]
    if len(ended) < 4:
        return notes
    names = ", ".join(note.partition(ENDED)[0] for note in ended[:SHOWN])
    some = f"{len(ended):,} place codes that have ended since are kept as they are: {names}"
    return [some, *(note for note in notes if ENDED not in note)]


def ask_places(sheet: Sheet, found: Found) -> None:
    """Ask about the places that only a person can tell, with the lines of TOML to complete."""
    asked = [item for item in found if item[3].problem]
    short = [item for item in asked if re.fullmatch(r"\d{1,3}(\.0*)?", item[0][0])]
    # One short number that is no code says that the others, which happen to be codes, are none either.
    local = short if any(not item[3].damaged.isdigit() for item in short) else []
    damaged = [item for item in asked if item[3].damaged.isdigit() and item not in local]
    if damaged and not sheet.spec.repair_fips:
        _ask_repair(sheet, damaged)
        asked = [item for item in asked if item not in damaged]
    if len(local) > 1:
        _ask_local(sheet, local)
        asked = [item for item in asked if item not in local]
    for (place, _, _), count, row, placed in asked[:SHOWN]:
        options = ", ".join(str(candidate) for candidate in placed.candidates)
        remedy = f'say where it is in places (a code, local:<id>, or "{EXCLUDE}")'
        often = f" in {times(count, 'row')}" if count > 1 else ""
        tail = f"; candidates, none of them accepted: {options}" if options else ""
        sheet.ask(f"unmatched place {placed.problem}{often}", placed.why + tail, remedy,
                  column="place" if place else "jurisdiction", row=row)  # fmt: skip
    if len(asked) > SHOWN:
        sheet.ask(f"{len(asked) - SHOWN:,} more unmatched places", "they are listed below", "complete the lines")
    _propose(sheet, asked, "place")


def ask_facilities(sheet: Sheet, found: Found) -> None:
    """Ask about the facilities of which only a person can tell whose they are."""
    asked = [item for item in found if item[3].problem]
    for _, count, row, placed in asked[:SHOWN]:
        options = ", ".join(str(candidate) for candidate in placed.candidates)
        remedy = f'say whose it is (a code, local:<id>, {", ".join(APART)} or "{EXCLUDE}")'
        often = f" in {times(count, 'row')}" if count > 1 else ""
        tail = f"; candidates, none of them accepted: {options}" if options else ""
        sheet.ask(f"facility without a place {placed.problem}{often}", placed.why + tail, remedy,
                  column="facility", row=row)  # fmt: skip
    if len(asked) > SHOWN:
        sheet.ask(f"{len(asked) - SHOWN:,} more facilities", "they are listed below", "complete the lines")
    _propose(sheet, asked, "facility")


def _propose(sheet: Sheet, asked: Found, kind: Kind) -> None:
    answers = sheet.docket.answers(sheet.at, sheet.spec)
    file = sheet.lookups.decisions.file
    for (place, name, state), _, _, placed in asked:
        text = label(place, name, state)
        if len(text) > LONGEST_ANSWER:
            continue  # no name of a place, and nobody writes it into a configuration
        # In the file of decisions a choice counts only with a reason beside it. In the configuration it would be taken
        # unread, and likeness is no reason: 'LA County' is most like Lake County.
        first = placed.candidates[0].id if len(placed.candidates) == 1 else ""
        options = ", ".join(str(candidate) for candidate in placed.candidates)
        if file:
            sheet.docket.decide(kind, text, first, placed.why, options)
            continue
        answers.places[text] = ""
        if options:
            answers.comments.append(f"{text!r}: {options} (proposals, not matches: check each)")


def _ask_repair(sheet: Sheet, damaged: Found) -> None:
    some = ", ".join(f"{item[3].problem} (would be {item[3].damaged})" for item in damaged[:SHOWN])
    sheet.ask(
        f"{times(len(damaged), 'place code')} without leading zeros: {some}",
        "a spreadsheet dropped the zeros, or they are codes of another kind",
        'say repair_fips = true if they are FIPS codes (each can be only one place), or place_prefix = "local:"',
        column="place",
        row=damaged[0][2],
        line="repair_fips = true",
    )


def _ask_local(sheet: Sheet, local: Found) -> None:
    some = ", ".join(item[3].problem for item in local[:SHOWN])
    sheet.ask(
        f"{times(len(local), 'place')} with no FIPS code, ORI or name: {some}",
        "numbers of precincts, districts or ranks would be mistaken for counties and states",
        'if they are the file\'s own numbering say place_prefix = "local:"',
        column="place",
        row=local[0][2],
        line='place_prefix = "local:"',
    )
