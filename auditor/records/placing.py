"""Written places to identifiers: by decision, by code, or by an exact name; all else is a question.

A name that almost matches is shown with its candidates and never accepted: wrong counties look as alike as right
ones.
"""

from __future__ import annotations

import re
from dataclasses import replace

from auditor.domain.place import Place
from auditor.domain.place_codes import Reference, classify, repair_fips
from auditor.domain.places import gazetteer
from auditor.domain.vocabulary import EXCLUDE, NATION
from auditor.records import facility_placing
from auditor.records.agencies import in_county, note_agencies
from auditor.records.columns import key
from auditor.records.labels_once import ask_places_once
from auditor.records.place_questions import ENDED, STATEWIDE, Placed, answered, ask_places, label, note_places
from auditor.records.sheet import BLANKS, EXCLUDED, QUARANTINED, Row, Sheet, literal, quote
from auditor.records.words import is_total, normal

_COLUMNS = "place VARCHAR, name VARCHAR, state VARCHAR, id VARCHAR, within VARCHAR, total VARCHAR, aside VARCHAR"
_NATIONAL = frozenset(
    {"nationwide", "national", "nation", "national total", "us total", "total us", "u s total", "united states",
     "united states total", "total united states", "usa", "u s", "u s a", "whole country"}
)  # fmt: skip
_STATEWIDE = frozenset({"statewide", "state total", "state wide", "total state", "all counties", "county total"})
_EVERYWHERE = frozenset({"all jurisdictions", "all places", "all agencies", "total all jurisdictions"})
_COUNTY_WORDS = frozenset({"county", "counties", "cnty", "parish", "borough"})
_YEAR_BEHIND = re.compile(r" (?:for )?(?:fy ?)?(?:19|20)\d\d$")
_LOCAL_WORDS = frozenset({"precinct", "district", "beat", "zone", "sector", "city", "agency", "division", "ward"})


def map_places(sheet: Sheet) -> str:
    """Map the places of a sheet and return the name of the mapping table.

    Returns
    -------
    str
        Table keyed by the written place, name and state (each ``''`` when blank): id, within, total, aside.
    """
    rows: list[Row] = []
    seen: dict[tuple[str, str, str], tuple[int, int, Placed]] = {}
    for place, name, state, count, row, needed in _written(sheet):
        clean = (place.strip(BLANKS), name.strip(BLANKS), state.strip(BLANKS))
        before, first, placed = seen.get(clean) or (0, row, _place(sheet, *clean))
        if placed.problem and not needed:
            continue
        seen[clean] = (before + count, first, placed)
        aside = placed.aside or None
        rows.append((place, name, state, placed.id or None, placed.within or None, placed.total or None, aside))
        if placed.id and len(placed.id) > 5:
            sheet.names.setdefault(placed.id, _display(sheet, *clean[:2]))
    found = [(clean, *values) for clean, values in seen.items()]
    note_places(sheet, found)
    note_agencies(sheet, found)
    ask_places(sheet, found)
    ask_places_once(sheet, found)
    return sheet.mapping("place", _COLUMNS, rows)


def narrow(sheet: Sheet) -> str:
    """Return the name of the mapping table whose places are codes of few bytes."""
    return quote(f"map_{sheet.index}_place_narrow")


def keys(sheet: Sheet) -> tuple[str, str, str]:
    """Return the SQL of the written place, name and state, blank as ``''``."""
    texts = [f"coalesce({sheet.text(name)}, '')" for name in ("place", "jurisdiction", "state")]
    if sheet.spec.state:
        texts[2] = f"coalesce(nullif(trim({texts[2]}), ''), {literal(sheet.spec.state)})"
    return texts[0], texts[1], texts[2]


def _display(sheet: Sheet, place: str, name: str) -> str:
    """Return the name of a local place or agency: a bare number takes the column's header with it."""
    text = name or place.removeprefix("local:")
    header = sheet.columns.header("place")
    return f"{header} {text}" if text.isdigit() and not name and key(header) != "place" and header else text


def _written(sheet: Sheet) -> list[Row]:
    place, name, state = keys(sheet)
    needed = f"NOT ({sheet.spared})" if sheet.spared else "true"
    own = f"WHERE NOT ({facility_placing.here(sheet)})" if facility_placing.applies(sheet) else ""
    table, rows = sheet.alike(place, name, state, needed, own)
    return sheet.sql(
        f"SELECT {place}, {name}, {state}, {rows}, min(_row), bool_or({needed}) "  # noqa: S608
        f"FROM {table} r {own} GROUP BY 1, 2, 3 ORDER BY 5"
    )


def _place(sheet: Sheet, place: str, name: str, state: str) -> Placed:
    text = place or name
    decided = answered(sheet, label(place, name, state), text)
    if decided:
        return _decided(decided, text, "configuration")
    found = sheet.lookups.decided("place", label(place, name, state)) if text else None
    if found is not None:
        return _decided(found.chosen, text, "a decision")
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


def _decided(identifier: str, text: str, origin: str) -> Placed:
    if identifier == EXCLUDE:
        by = "the configuration" if origin == "configuration" else origin
        return Placed(aside=f"{EXCLUDED}place {text!r} left out by {by}")
    reference = classify(identifier)
    if reference.kind in ("county", "state", "nation", "agency", "local"):
        return Placed(reference.id, _within(reference), note=f"{text!r} placed as {reference.id} ({origin})")
    why = "the configuration's answer is no county or state code, ORI, local: name or US"
    return Placed(problem=f"places answers {identifier!r} for {text!r}", why=why)


def _stateless(state: str) -> Placed:
    """A row with nothing but a state is that state's own figure (or a subtotal, which arithmetic will tell)."""
    if not state:
        return Placed(total="blank")
    found = gazetteer().state(state)
    if found is None:
        return Placed(total="blank")
    return Placed(found.id, found.id, note=f"a row of {found.name}{STATEWIDE}")


def _total(text: str, state: str) -> str:
    if text.isdecimal():
        return ""
    plain = _YEAR_BEHIND.sub("", normal(text))
    inside = gazetteer().state(state) if state else None
    if text != NATION and plain in _NATIONAL:
        return "nation"
    if is_total(plain) or is_total(text) or plain in _EVERYWHERE or plain in _STATEWIDE:
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
    if reference.kind == "agency" and sheet.spec.agencies == "county":
        return in_county(sheet, reference.id)
    number = reference.text.removesuffix(".0").isdigit()
    if reference.kind == "state" and number and "county" in _header_words(sheet) and gazetteer().state(name) is None:
        return _county_number(sheet, reference, state)
    within = _within(reference)
    stated = gazetteer().state(state) if state else None
    if reference.kind == "state" and not number and (county := _namesake(sheet, reference, stated, name)):
        return county
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
    local = _LOCAL_WORDS & _header_words(sheet)
    if reference.kind == "state" and local and reference.text.isdigit():
        why = f"column {sheet.columns.header('place')!r} sounds local, yet this is the code of a state"
        return Placed(problem=repr(reference.text), why=why, damaged="local")
    return Placed(reference.id, within, note=reference.note or _ended(reference.id))


def _namesake(sheet: Sheet, reference: Reference, stated: Place | None, name: str) -> Placed | None:
    """Read a name that states and counties share: Washington in Oregon, New York in New York, Texas without a state.

    Returns
    -------
    Placed or None
        The county where another state is given; a question where county and state are both possible; None when no
        county can be meant.
    """
    if stated is None:
        of_counties = not _COUNTY_WORDS.isdisjoint(_header_words(sheet, "jurisdiction" if name else "place"))
        return _named(reference.text, "") if of_counties and len(reference.text) > 2 else None
    match = gazetteer().resolve(reference.text, stated.id)
    if match.status != "matched" or match.place is None or len(gazetteer().counties(stated.id)) == 1:
        return None  # the District of Columbia and Guam are one place by two codes
    if stated.id != reference.id:
        return Placed(match.place.id, match.place.parent, note=match.note)
    why = f"{reference.text!r} in {stated.name} may be {match.place} or the whole state ({stated.id})"
    return Placed(problem=repr(reference.text), why=f"{why}: say which", candidates=(match.place, stated))


def _county_number(sheet: Sheet, reference: Reference, state: str) -> Placed:
    """Read a code of two digits in a column of counties: the number of a county within its state, never a state."""
    found = gazetteer().state(state) if state else None
    digits = reference.text.removesuffix(".0")
    code = f"{found.id}{digits.zfill(3)}" if found is not None and digits.isdigit() else ""
    if code and gazetteer().place(code) is not None:
        return Placed(code, code[:2], note=f"numbers of counties within {found.name if found else state} completed")
    why = f"column {sheet.columns.header('place')!r} is of counties, and this is the number of one within some state"
    return Placed(problem=repr(reference.text), why=why)


def _header_words(sheet: Sheet, column: str = "place") -> set[str]:
    return set(normal(sheet.columns.header(column)).split())


def _ended(code: str) -> str:
    after = gazetteer().successors(code) if len(code) == 5 else ()
    if not after:
        return ""
    now = ", ".join(str(gazetteer().place(new)) for new in after)
    return f"{gazetteer().place(code)}{ENDED}and is kept as it is; now {now}"


def _damaged(sheet: Sheet, reference: Reference, name: str, state: str) -> Placed:
    # 48453.0 holds all five digits: what a spreadsheet added is taken off, and nothing needs to be restored.
    whole = bool(re.fullmatch(r"\d{5}\.0+", reference.text))
    code, note = repair_fips(reference.text, allowed=whole or sheet.spec.repair_fips, state=state)
    trial, _ = repair_fips(reference.text, allowed=True, state=state)
    if len(trial or "") == 2 and "county" in _header_words(sheet):
        return _county_number(sheet, reference, state)
    if code and whole:
        return _coded(sheet, replace(classify(code), note=f"{reference.text!r} read as {code}"), name, state)
    if code:
        return Placed(code, code[:2], note=note, damaged=code)
    if not trial and name and not state:
        note = f"{note}; its name is {name!r}"
    return Placed(problem=repr(reference.text), why=note, damaged=trial or "local")


def _named(text: str, state: str) -> Placed:
    match = gazetteer().resolve(text, state)
    if match.status == "matched" and match.place is not None:
        return Placed(match.place.id, match.place.parent, note=match.note)
    candidates = match.candidates or gazetteer().suggest(text, state)
    return Placed(problem=repr(text if not state else f"{text}, {state}"), why=match.note, candidates=candidates)
