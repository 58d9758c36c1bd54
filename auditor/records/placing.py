"""Written places to identifiers: by decision, by code, or by an exact name; all else is a question.

A name that almost matches is shown with its candidates and never accepted: wrong counties look as alike as right
ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from auditor.domain.place import Place
from auditor.domain.place_codes import Reference, classify, repair_fips
from auditor.domain.places import gazetteer
from auditor.domain.vocabulary import NATION
from auditor.records.columns import key
from auditor.records.crosswalk import EXCLUDE
from auditor.records.sheet import BLANKS, EXCLUDED, QUARANTINED, SHOWN, Row, Sheet, literal, times
from auditor.records.words import is_total, normal

_COLUMNS = "place VARCHAR, name VARCHAR, state VARCHAR, id VARCHAR, within VARCHAR, total VARCHAR, aside VARCHAR"
_NATIONAL = frozenset(
    {"nationwide", "national", "nation", "national total", "us total", "total us", "u s total", "united states",
     "united states total", "total united states", "usa", "u s", "u s a", "whole country"}
)  # fmt: skip
_STATEWIDE = frozenset({"statewide", "state total", "state wide", "total state", "all counties", "county total"})
_EVERYWHERE = frozenset({"all jurisdictions", "all places", "all agencies", "total all jurisdictions"})
_ENDED = " has ended "
_LOCAL_WORDS = frozenset({"precinct", "district", "beat", "zone", "sector", "city", "agency", "division", "ward"})


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
        The code that a number would be with its zeros back.
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


def map_places(sheet: Sheet) -> str:
    """Map the places of a sheet and return the name of the mapping table.

    Returns
    -------
    str
        Table keyed by the written place, name and state (each ``''`` when blank): id, within, total, aside.
    """
    rows: list[Row] = []
    seen: dict[tuple[str, str, str], tuple[int, int, Placed]] = {}
    for place, name, state, count, row in _written(sheet):
        clean = (place.strip(BLANKS), name.strip(BLANKS), state.strip(BLANKS))
        before, first, placed = seen.get(clean) or (0, row, _place(sheet, *clean))
        seen[clean] = (before + count, first, placed)
        aside = placed.aside or None
        rows.append((place, name, state, placed.id or None, placed.within or None, placed.total or None, aside))
        if placed.id and len(placed.id) > 5:
            sheet.names.setdefault(placed.id, _display(sheet, *clean[:2]))
    found = [(clean, *values) for clean, values in seen.items()]
    _notes(sheet, found)
    _questions(sheet, found)
    return sheet.mapping("place", _COLUMNS, rows)


def keys(sheet: Sheet) -> tuple[str, str, str]:
    """Return the SQL of the written place, name and state, blank as ``''``."""
    texts = [f"coalesce({sheet.text(name)}, '')" for name in ("place", "jurisdiction", "state")]
    if "state" not in sheet.columns:
        texts[2] = literal(sheet.spec.state)
    return texts[0], texts[1], texts[2]


def _display(sheet: Sheet, place: str, name: str) -> str:
    """Return the name of a local place or agency: a bare number takes the column's header with it."""
    text = name or place.removeprefix("local:")
    header = sheet.columns.header("place")
    return f"{header} {text}" if text.isdigit() and not name and key(header) != "place" and header else text


def _written(sheet: Sheet) -> list[Row]:
    place, name, state = keys(sheet)
    return sheet.sql(
        f"SELECT {place}, {name}, {state}, count(*), min(_row) FROM {sheet.raw.table} r "  # noqa: S608
        "GROUP BY 1, 2, 3 ORDER BY 5"
    )


def label(place: str, name: str, state: str) -> str:
    """Return the text by which the configuration's ``places`` names a written place."""
    text = place or name
    return f"{text}, {state}" if state and text and not _has_state(text) else text or state


def _has_state(text: str) -> bool:
    tail = text.rpartition(",")[2].strip()
    return "," in text and gazetteer().state(tail) is not None


def _place(sheet: Sheet, place: str, name: str, state: str) -> Placed:
    decided = sheet.spec.places.get(label(place, name, state)) or sheet.spec.places.get(place or name)
    if decided:
        return _decided(decided, place or name)
    text = place or name
    state = _whole_state(sheet, state, place)
    if state and gazetteer().state(state) is None and (total := _total(state, "")):
        return Placed(total=total)
    if state and gazetteer().state(state) is None and not sheet.spec.place_prefix:
        return Placed(problem=f"state {state!r}", why="no state, district or territory is called that")
    if not text:
        return _stateless(state)
    if total := _total(text, state):
        return Placed(total=total)
    if sheet.spec.place_prefix and text != NATION:
        return _prefixed(sheet, text)
    return _by_code(sheet, classify(text), place, name, state)


def _whole_state(sheet: Sheet, state: str, place: str) -> str:
    """Give a state number of one digit its zero back where the place code confirms it, or the file's rule says so."""
    padded = f"0{state}"
    if len(state) == 1 and state.isdigit() and (sheet.spec.repair_fips or re.fullmatch(rf"{padded}\d{{3}}", place)):
        return padded
    return state


def _decided(identifier: str, text: str) -> Placed:
    if identifier == EXCLUDE:
        return Placed(aside=f"{EXCLUDED}place {text!r} left out by the configuration")
    reference = classify(identifier)
    if reference.kind in ("county", "state", "nation", "agency", "local"):
        return Placed(reference.id, _within(reference), note=f"{text!r} placed as {reference.id} (configuration)")
    why = "the configuration's answer is no county or state code, ORI, local: name or US"
    return Placed(problem=f"places answers {identifier!r} for {text!r}", why=why)


def _stateless(state: str) -> Placed:
    """A row with nothing but a state is that state's own figure (or a subtotal, which arithmetic will tell)."""
    if not state:
        return Placed(total="blank")
    found = gazetteer().state(state)
    if found is None:
        return Placed(total="blank")
    return Placed(found.id, found.id, note=f"a row of {found.name} without a jurisdiction is read as the state")


def _total(text: str, state: str) -> str:
    plain = normal(text)
    inside = gazetteer().state(state) if state else None
    if text != NATION and plain in _NATIONAL:
        return "nation"
    if is_total(text) or plain in _EVERYWHERE or plain in _STATEWIDE:
        return inside.id if inside else "all"
    bare = re.sub(r"^(total|all) | (total|subtotal|statewide|all counties)$", "", plain)
    of = gazetteer().state(bare) if bare != plain else None
    return of.id if of else ""


def _prefixed(sheet: Sheet, text: str) -> Placed:
    prefix = sheet.spec.place_prefix
    return Placed(text if text.startswith(prefix) else f"{prefix}{text}")


def _within(reference: Reference) -> str:
    return reference.id[:2] if reference.kind in ("county", "state") else ""


def _by_code(sheet: Sheet, reference: Reference, place: str, name: str, state: str) -> Placed:
    if reference.kind in ("county", "state", "nation", "agency", "local"):
        return _coded(sheet, reference, name, state)
    if reference.kind == "damaged":
        return _damaged(sheet, reference, name, state)
    if reference.kind == "unknown-code":
        return Placed(problem=repr(reference.text), why=reference.note)
    if reference.kind == "blank":
        return Placed(aside=f"{QUARANTINED}place is blank")
    return _named(place or name, state)


def _coded(sheet: Sheet, reference: Reference, name: str, state: str) -> Placed:
    within = _within(reference)
    stated = gazetteer().state(state) if state else None
    if within and stated is not None and stated.id != within:
        named = gazetteer().place(within)
        why = f"code {reference.id} lies in {named.name if named else within}, the row says {stated.name}"
        return Placed(problem=repr(reference.text), why=why)
    if name and reference.kind == "county":
        other = gazetteer().resolve(name, within).place
        if other is not None and other.id not in (reference.id, *gazetteer().successors(reference.id)):
            mine = gazetteer().place(reference.id)
            same = reference.id in gazetteer().successors(other.id)
            if not same:
                return Placed(problem=f"{reference.text!r} with the name {name!r}", why=f"the code is {mine}",
                              candidates=(other,))  # fmt: skip
    local = _LOCAL_WORDS & set(normal(sheet.columns.header("place")).split())
    if reference.kind == "state" and local and reference.text.isdigit():
        why = f"column {sheet.columns.header('place')!r} sounds local, yet this is the code of a state"
        return Placed(problem=repr(reference.text), why=why, damaged="local")
    return Placed(reference.id, within, note=reference.note or _ended(reference.id))


def _ended(code: str) -> str:
    after = gazetteer().successors(code) if len(code) == 5 else ()
    if not after:
        return ""
    now = ", ".join(str(gazetteer().place(new)) for new in after)
    return f"{gazetteer().place(code)}{_ENDED}and is kept as it is; now {now}"


def _damaged(sheet: Sheet, reference: Reference, name: str, state: str) -> Placed:
    code, note = repair_fips(reference.text, allowed=sheet.spec.repair_fips, state=state)
    if code:
        return Placed(code, code[:2], note=note)
    trial, _ = repair_fips(reference.text, allowed=True, state=state)
    if not trial and name and not state:
        note = f"{note}; its name is {name!r}"
    return Placed(problem=repr(reference.text), why=note, damaged=trial or "local")


def _named(text: str, state: str) -> Placed:
    match = gazetteer().resolve(text, state)
    if match.status == "matched" and match.place is not None:
        return Placed(match.place.id, match.place.parent, note=match.note)
    candidates = match.candidates or gazetteer().suggest(text, state)
    return Placed(problem=repr(text if not state else f"{text}, {state}"), why=match.note, candidates=candidates)


_Found = list[tuple[tuple[str, str, str], int, int, Placed]]


def _notes(sheet: Sheet, found: _Found) -> None:
    notes = _ended_note([placed.note for _, _, _, placed in found if placed.note])
    repaired = [note for note in notes if note.endswith("leading zeros restored")]
    if len(repaired) > 3:
        sheet.note(f"{len(repaired):,} place codes got their leading zeros back, each to the one code it can be")
        notes = [note for note in notes if note not in set(repaired)]
    for note in notes[: 2 * SHOWN]:
        sheet.note(note)
    if len(notes) > 2 * SHOWN:
        sheet.note(f"{len(notes) - 2 * SHOWN:,} more remarks of this kind on places")


def _ended_note(notes: list[str]) -> list[str]:
    ended = [note for note in notes if _ENDED in note]
    if len(ended) < 4:
        return notes
    names = ", ".join(note.partition(_ENDED)[0] for note in ended[:SHOWN])
    some = f"{len(ended):,} place codes that have ended since are kept as they are: {names}"
    return [some, *(note for note in notes if _ENDED not in note)]


def _questions(sheet: Sheet, found: _Found) -> None:
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
        remedy = f"say where it is in places (a code, local:<id>, or \"{EXCLUDE}\")"
        often = f" in {times(count, 'row')}" if count > 1 else ""
        tail = f"; candidates, none of them accepted: {options}" if options else ""
        sheet.ask(f"unmatched place {placed.problem}{often}", placed.why + tail, remedy,
                  column="place" if place else "jurisdiction", row=row)  # fmt: skip
    if len(asked) > SHOWN:
        sheet.ask(f"{len(asked) - SHOWN:,} more unmatched places", "they are listed below", "complete the lines")
    _propose(sheet, asked)


def _propose(sheet: Sheet, asked: _Found) -> None:
    answers = sheet.docket.answers(sheet.at, sheet.spec)
    for (place, name, state), _, _, placed in asked:
        text = label(place, name, state)
        answers.places[text] = placed.candidates[0].id if placed.candidates else ""
        if placed.candidates:
            options = ", ".join(str(candidate) for candidate in placed.candidates)
            answers.comments.append(f"{text!r}: {options} (proposals, not matches: check each)")


def _ask_repair(sheet: Sheet, damaged: _Found) -> None:
    some = ", ".join(f"{item[3].problem} (would be {item[3].damaged})" for item in damaged[:SHOWN])
    sheet.ask(
        f"{times(len(damaged), 'place code')} without leading zeros: {some}",
        "a spreadsheet dropped the zeros, or they are codes of another kind",
        "say repair_fips = true if they are FIPS codes (each can be only one place), or place_prefix = \"local:\"",
        column="place",
        row=damaged[0][2],
        line="repair_fips = true",
    )


def _ask_local(sheet: Sheet, local: _Found) -> None:
    some = ", ".join(item[3].problem for item in local[:SHOWN])
    sheet.ask(
        f"{times(len(local), 'place')} with no FIPS code, ORI or name: {some}",
        "numbers of precincts, districts or ranks would be mistaken for counties and states",
        "if they are the file's own numbering say place_prefix = \"local:\"",
        column="place",
        row=local[0][2],
        line='place_prefix = "local:"',
    )
