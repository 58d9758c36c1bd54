"""Records that bear a facility and no place: the county whose facility it is, or why they are nobody's.

Prisons, rooms of ICE and the Marshals are set aside here, before any county is counted or ranked. What is placed is
placed by a decision, by the county that the facility's name states, or by a table that the user handed in and that
something else confirms; all else is a question.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from auditor.domain.facilities import APART
from auditor.domain.place_codes import classify
from auditor.domain.place_names import split_state
from auditor.domain.places import gazetteer
from auditor.domain.vocabulary import EXCLUDE
from auditor.records.directory import facility_key
from auditor.records.facility_place import Facility, Settled
from auditor.records.place_questions import Placed, answered, ask_facilities
from auditor.records.sheet import BLANKS, EXCLUDED, QUARANTINED, SHOWN, Row, Sheet, literal, quote, times
from auditor.records.words import is_missing

_COLUMNS = "facility VARCHAR, title VARCHAR, city VARCHAR, state VARCHAR, id VARCHAR, within VARCHAR, aside VARCHAR"
_BY_CODE, _BY_TITLE, _BY_ITSELF = "its code in the facility table", "its name in the facility table", "its own name"
_BY_STATE = "its state alone, since no county is certain"
_REMARK = (
    "records placed by facility stand where the person was held, which need not be where, or by whom, the arrest was "
    "made; a jail may hold people for other counties"
)

Written = tuple[str, str, str, str]
"""Facility (code or name), its name beside a code, its city, and the state, as the file writes them."""
Found = list[tuple[Written, int, int, Placed]]


def applies(sheet: Sheet) -> bool:
    """Say whether rows of this sheet that have no place are looked up by their facility."""
    if sheet.adapter.kind != "records" or not {"facility", "facility_name"} & {*sheet.columns.positions}:
        return False
    if sheet.spec.facilities != "auto":
        return sheet.spec.facilities != "off"
    told = bool(sheet.lookups.directory(sheet.store).names) or sheet.lookups.decides("facility")
    return told or not ("state" in sheet.columns or sheet.spec.state)


def note_left(sheet: Sheet) -> None:
    """Say that rows without a place stay with their state although they bear a facility."""
    bears = sheet.adapter.kind == "records" and {"facility", "facility_name"} & {*sheet.columns.positions}
    if not bears or sheet.spec.facilities == "off":
        return
    if sheet.sql(f"SELECT 1 FROM {quote(sheet.raw.table)} r WHERE {here(sheet)} LIMIT 1"):  # noqa: S608
        sheet.note(
            "rows with a facility and no place are read as their state's, those of federal and state prisons among "
            'them; a source of format facilities, or facilities = "ask" in this one, places them in counties'
        )


def here(sheet: Sheet) -> str:
    """Return the SQL of whether a row has neither a place nor a jurisdiction of its own."""
    texts = (f"trim(coalesce({sheet.text(name)}, ''), {literal(BLANKS)})" for name in ("place", "jurisdiction"))
    return " AND ".join(f"{text} = ''" for text in texts)


def keys(sheet: Sheet) -> tuple[str, str, str, str]:
    """Return the SQL of the facility, its name beside a code, its city, and the state, blank as ``''``."""
    names = ("facility", "facility_name", "facility_city", "state")
    facility, title, city, state = (f"coalesce({sheet.text(name)}, '')" for name in names)
    if sheet.spec.state:
        state = f"coalesce(nullif(trim({state}), ''), {literal(sheet.spec.state)})"
    return facility, title, city, state


def map_facilities(sheet: Sheet) -> str:
    """Map the facilities of the rows without a place, and return the name of the mapping table.

    Returns
    -------
    str
        Table keyed by what :func:`keys` returns: id, within, aside.
    """
    listed = ", ".join(keys(sheet))
    rows = sheet.sql(
        f"SELECT {listed}, {sheet.rows}, min(_row) FROM {quote(sheet.raw.table)} r WHERE {here(sheet)} "  # noqa: S608
        "GROUP BY 1, 2, 3, 4 ORDER BY 6"
    )
    seen: dict[Written, tuple[int, int, Placed]] = {}
    mapped: list[Row] = []
    for facility, title, city, state, count, row in rows:
        clean = _clean(facility), _clean(title), _clean(city), _state(state)
        before, first, placed = seen.get(clean) or (0, row, _place(sheet, clean))
        seen[clean] = (before + count, first, placed)
        ends = (placed.id or None, placed.within or None, placed.aside or None)
        mapped.append((facility, title, city, state, *ends))
    found: Found = [(written, *values) for written, values in seen.items()]
    _note(sheet, found)
    ask_facilities(sheet, [((label(written), "", ""), *values) for written, values in seen.items()])
    return sheet.mapping("facility", _COLUMNS, mapped)


def _clean(text: str) -> str:
    text = " ".join(text.strip(BLANKS).split())
    return "" if is_missing(text) else text


def _state(text: str) -> str:
    """Return a state as written; ND is North Dakota, not a mark for what is missing."""
    stripped = text.strip(BLANKS)
    return stripped if gazetteer().state(stripped) is not None else _clean(text)


def label(written: Written) -> str:
    """Return the text by which decisions name a facility: its name (or code) and its state."""
    facility, title, _, state = written
    name = title or facility
    tail = split_state(name)[1]
    return f"{name}, {state}" if name and state and gazetteer().state(tail) is None else name


def _place(sheet: Sheet, written: Written) -> Placed:
    facility, title, _, state = written
    text = label(written)
    if not facility and not title:
        return Placed(aside=f"{QUARANTINED}neither a place nor a facility")
    if state and gazetteer().state(state) is None:
        return Placed(problem=f"state {state!r}", why="no state, district or territory is called that")
    decided = _decision(sheet, written)
    if decided is not None:
        return decided
    settled, rule = _look_up(sheet, written)
    if settled.kind in APART:
        return Placed(aside=f"{EXCLUDED}{APART[settled.kind]}", rule=settled.kind)
    if settled.place:
        how = f"{rule}: {settled.rule}" if rule != _BY_ITSELF else settled.rule
        return Placed(settled.place, settled.place[:2], note=settled.why, rule=how)
    within = gazetteer().state(state or split_state(title or facility)[1])
    if sheet.spec.facilities == "state" and within is not None:
        return Placed(within.id, within.id, rule=_BY_STATE)
    return Placed(problem=repr(text), why=settled.why, candidates=settled.candidates)


def _decision(sheet: Sheet, written: Written) -> Placed | None:
    texts = dict.fromkeys((label(written), written[1] or written[0], written[0]))
    chosen, origin = answered(sheet, *texts), "the configuration"
    if not chosen:
        found = next((d for text in texts if text and (d := sheet.lookups.decided("facility", text))), None)
        chosen, origin = (found.chosen, "a decision") if found is not None else ("", "")
    if not chosen:
        return None
    if chosen == EXCLUDE:
        return Placed(aside=f"{EXCLUDED}facility left out by {origin}", rule=EXCLUDE)
    if chosen in APART:
        return Placed(aside=f"{EXCLUDED}{APART[chosen]}", rule=chosen)
    reference = classify(chosen)
    if reference.kind in ("county", "state", "nation", "agency", "local"):
        within = reference.id[:2] if reference.kind in ("county", "state") else ""
        return Placed(reference.id, within, rule=origin)
    why = f"the configuration's answer is no county or state code, ORI, local: name, US, {EXCLUDE}, {', '.join(APART)}"
    return Placed(problem=f"places answers {chosen!r} for {label(written)!r}", why=why)


def _look_up(sheet: Sheet, written: Written) -> tuple[Settled, str]:
    """Return what the tables, or the facility's own name, say of it."""
    facility, title, city, state = written
    known = sheet.lookups.directory(sheet.store)
    bare, tail = split_state(title or facility)
    at_end, stated = gazetteer().state(tail), gazetteer().state(state)
    if at_end is not None and stated is not None and at_end is not stated:
        return Settled("", why=f"its name ends with {at_end.name}, the row says {stated.name}"), ""
    of = stated or at_end
    within = of.id if of is not None else ""
    name = bare if at_end is not None else (title or facility)
    for rows, rule in (
        (known.codes.get(facility.casefold(), []), _BY_CODE),
        (known.names.get((facility_key(name), within), []) if within else [], _BY_TITLE),
    ):
        if not rows:
            continue
        elsewhere = [row for row in rows if within and row.state and row.state != within]
        if elsewhere:
            other = gazetteer().place(elsewhere[0].state)
            return Settled("", why=f"the facility table has it in {other.name if other else '?'}, the row not"), rule
        settled = _agreeing([known.settle(row if row.city else replace(row, city=city)) for row in rows])
        if not settled.open or not title:
            return settled, rule
    own = known.settle(Facility(name, within, city))
    if own.open and own.kind == "" and not title and " " not in facility and not known.codes.get(facility.casefold()):
        own = replace(own, why="no facility table that was handed in holds this code, and it is no name that says more")
    return own, _BY_ITSELF


def _agreeing(found: list[Settled]) -> Settled:
    """Return what several rows of one code or name say, if they say the same."""
    if len({(settled.kind, settled.place) for settled in found}) == 1:
        return found[0]
    options = {place.id: place for settled in found for place in settled.candidates}
    for settled in found:
        place = gazetteer().place(settled.place)
        if place is not None:
            options[place.id] = place
    return Settled("", why="several rows of the facility table say different things of it",
                   candidates=tuple(options.values()))  # fmt: skip


def _note(sheet: Sheet, found: Found) -> None:
    """Say by which rule the facilities were placed or set aside, in facilities, never in people."""
    rules: dict[str, set[str]] = defaultdict(set)
    apart: dict[str, dict[str, None]] = defaultdict(dict)
    for written, _, _, placed in found:
        if placed.id:
            rules[placed.rule].add(label(written))
        elif placed.rule in (*APART, EXCLUDE):
            apart[placed.rule][label(written)] = None
    if rules:
        by = "; ".join(f"{len(names):,} by {rule}" for rule, names in sorted(rules.items()))
        places = len({placed.id for *_, placed in found if placed.id})
        sheet.note(f"facilities placed in {times(places, 'place')}, none by likeness: {by}")
        sheet.note(_REMARK)
    for kind, names in sorted(apart.items()):
        more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
        what = APART.get(kind, "decided")
        sheet.note(f"set aside as {what}: {'; '.join(list(names)[:SHOWN])}{more}")
    remarks = [f"{label(written)}: {placed.note}" for written, _, _, placed in found if placed.note]
    if remarks:
        more = f"; and {len(remarks) - SHOWN:,} more" if len(remarks) > SHOWN else ""
        sheet.note(f"remarks on facilities: {'; '.join(remarks[:SHOWN])}{more}")
