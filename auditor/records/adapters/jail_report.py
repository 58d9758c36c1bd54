"""Jail reports in blocks: a booking, its charges below it, and among them the detainer of the immigration service.

Such a report repeats a charge for each step of its disposition, and lists a detainer as if it were a charge. Facts of
the layout: the report of the sheriff of Travis County, Texas, on bookings with a detainer, as published by the Austin
American-Statesman.
"""

from __future__ import annotations

from auditor.records.adapter import Adapter
from auditor.records.adapters import records
from auditor.records.blocks import Block, Line, blocks, lines_of, names_of_charges, unblocked
from auditor.records.charge_rules import is_detainer
from auditor.records.columns import aliased, key
from auditor.records.raw import RawTable
from auditor.records.store import Store

_ID, _DAY = ("Booking No", "Booking Number", "Booking ID"), ("Booking Date", "Date Booked")
_LITERAL = ("Charge Literal", "Charge Description", "Charge Desc", "Offense", "Charge")
_TYPE, _ON = ("Disposition Type", "Disposition"), ("Disposition Date",)
_ENDED, _TAKEN = "Detainer Disposition", "Date Released To Ice"
_TO_ICE = frozenset({"releasedtoice", "transferredtoice", "releasetoice", "toice"})

_NAMES = {
    "date": _DAY,
    "group": ("Race",),
    "sex": ("Gender",),
    "birth_country": ("Place of Birth", "Birthplace", "Birth Place"),
    "charge": _LITERAL,
    "disposition": _TYPE,
    "disposition_date": _ON,
    "lift_reason": (_ENDED,),
    "transfer_date": (_TAKEN,),
}
# A sentence follows a conviction, a bond stands until there is one; other words say only where somebody went.
_DISPOSITIONS = {
    "sentence complete": "convicted",
    "manual labor credit release": "convicted",
    "received probation": "convicted",
    "continued on probation": "convicted",
    "bond-personal recognizance": "pending",
    "bond-100% cash": "pending",
    "bond-surety": "pending",
}


def reshape(raw: RawTable, store: Store) -> RawTable:
    """Turn the blocks of a report into rows, one for each booking and one for each line of a charge.

    Raises
    ------
    InputError
        When it has no blocks.
    """
    lines = lines_of(raw, store)
    below = names_of_charges(raw, lines)
    # A report that writes code and words of a charge calls the code Charge, and the words are what is read.
    if len([name for name in below.values() if name in _LITERAL]) > 1:
        below = {at: "Charge Code" if key(name) == "charge" else name for at, name in below.items()}
    found, alone = blocks(lines, raw.header_row, _at(raw.columns, _DAY))
    names = [*raw.columns, *below.values(), _ENDED, _TAKEN]
    rows = [row for block in found for row in _rows(block, below)]
    return unblocked(raw, names, rows, alone, store)


def _rows(block: Block, below: dict[int, str]) -> list[Line]:
    """Return the row of a booking without a charge, then one for each charge; what became of its detainer in each."""
    charges = [(row, [cells[at] for at in below]) for row, cells in block.charges]
    ended = _ended(list(below.values()), charges)
    row, booking = block.booking
    blank = [""] * len(below)
    return [(number, [*booking, *cells, *ended]) for number, cells in [(row, blank), *charges]]


def _ended(names: list[str], charges: list[Line]) -> list[str]:
    """Return how the detainer ended, and the day on which the immigration service took the person over."""
    literal, kind, day = (_first(names, given) for given in (_LITERAL, _TYPE, _ON))
    if literal is None or kind is None:
        return ["", ""]
    held = [cells for _, cells in charges if is_detainer(cells[literal])]
    taken = [cells for cells in held if key(cells[kind]) in _TO_ICE]
    last = (taken or held)[-1:]
    ended = last[0][kind] if last else ""
    return [ended, taken[-1][day] if taken and day is not None else ""]


def _first(names: list[str], given: tuple[str, ...]) -> int | None:
    """Return the place of the first of the given names, in their order."""
    return next((names.index(name) for name in given if name in names), None)


def _at(headers: tuple[str, ...], names: tuple[str, ...]) -> int:
    wanted = {key(name) for name in names}
    return next(at for at, header in enumerate(headers) if key(header) in wanted)


ADAPTER = Adapter(
    name="jail-report",
    base="records",
    columns=aliased(records.COLUMNS, _NAMES),
    required=(("place", "jurisdiction"), ("event",), ("date",)),
    recognise=lambda names: False,  # by its signatures
    load=records.load,
    by_name=True,
    signatures=tuple(frozenset({key(number), key(day)}) for number in _ID for day in _DAY),
    unlike=frozenset({"charge", "chargedescription", "chargeliteral", "chargecode", "offense", "offence"}),
    constants={"event": "booking"},
    values={"disposition": _DISPOSITIONS},
    reshape=reshape,
    fold="Booking No",
    remarks=(
        "jail report: a charge stands once for each step of its disposition, and counts once",
        "jail report: the levels of its charges (F, S, M, A, B, C, 1, 2, 3 ...) mix several systems and are not read; "
        "they are no levels of the immigration service",
        "jail report: a jail holds people for several agencies and counties; a booking is not an arrest by its county",
    ),
    sample=(
        "Booking No,Booking Name,Race,Sex,,Age,Booking Date,Place of Birth\n"
        "B1,REDACTED,WHITE,M,,29,2009-04-21,Texas\n"
        "Charge,Charge Literal,Level,Sentence,,Disposition Date,Disposition Type,\n"
        "2300,PUBLIC INTOXICATION,C,,,2009-04-22,SENTENCE COMPLETE,\n"
        "4200,ICE DETAINER,F,,,2009-04-24,RELEASED TO ICE,\n"
    ),
)
