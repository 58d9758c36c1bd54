"""The number columns of a sheet: what is no count is refused, what has two meanings asked, every rule noted."""

from __future__ import annotations

import re
from decimal import Decimal

from auditor.errors import Problem
from auditor.records.amounts import SEPARATORS, Amount, read_amount, style_of
from auditor.records.private import ABOVE, BELOW, listed
from auditor.records.sheet import QUARANTINED, Row, Sheet, quote, times
from auditor.records.words import is_missing

PLAIN = r"\d{1,9}"
"""Numbers that DuckDB reads by itself; every other spelling is looked at once."""

_MOSTLY = 0.5
"""A column of which more than this share cannot be read is the wrong column, not a damaged one."""

_IN_UNITS = re.compile(
    r"\bin (thousands|millions|000s?)\b|\((x ?)?'?(thousands?|millions?|(1,?)?000'?s?)\)", re.IGNORECASE
)
_UNIT = re.compile(r"\b(thousands?|millions?|000s?|per (1|cent|capita)|percent|percentage|rates?)\b", re.IGNORECASE)
Distinct = tuple[str, int, int]


def map_numbers(sheet: Sheet, name: str, whole: bool) -> str:
    """Read the numbers of a column that are not plain digits, and return the name of the mapping table.

    Parameters
    ----------
    sheet : Sheet
        Problems go to its docket, rules that were used to its ledger.
    name : str
        Canonical column.
    whole : bool
        True for counts, False for baselines, which may be estimates with decimals.

    Returns
    -------
    str
        Table of raw, n, low, high, state, aside.
    """
    text = sheet.text(name)
    plain = f"regexp_full_match({text}, '{PLAIN}')"
    # NULLs come out false of the test, so that odd texts only are read one by one.
    odd = sheet.distinct(f"CASE WHEN {plain} THEN NULL ELSE {text} END", name)
    zeros = bool(
        sheet.sql(
            f"SELECT 1 FROM {quote(sheet.raw.table)} r WHERE regexp_full_match({text}, '0+') LIMIT 1"  # noqa: S608
        )
    )
    decided = {k.strip(): v for k, v in sheet.spec.values.get(name, {}).items()}
    style = style_of((t for t, _, _ in odd), _declared(sheet), zeros=zeros)
    read = [(item, read_amount(decided.get(item[0]) or item[0], style)) for item in odd]
    read = [(i, Amount("missing") if decided.get(i[0]) == "missing" else amount) for i, amount in read]
    _judge(sheet, name, read, whole, zeros)
    rows = [_number_row(name, item[0], amount, whole) for item, amount in read]
    return sheet.mapping(
        f"n_{name}",
        f"raw VARCHAR, n {'BIGINT' if whole else 'DOUBLE'}, low BIGINT, high BIGINT, state VARCHAR, aside VARCHAR",
        rows,
    )


def _declared(sheet: Sheet) -> str:
    """Return the declared separator of thousands; one that nobody writes is a configuration error."""
    declared = sheet.spec.thousands
    if not declared or declared in SEPARATORS:
        return declared
    problem = Problem(
        f"thousands = {declared!r}",
        "it would not part anything",
        f"say one of {', '.join(map(repr, SEPARATORS))}, or leave it out",
        file=sheet.raw.file,
    )
    if problem not in sheet.docket.config:
        sheet.docket.config.append(problem)
    return ""


def _number_row(name: str, text: str, amount: Amount, whole: bool) -> Row:
    aside = f"{QUARANTINED}{name} {amount.reason}" if amount.state == "bad" else None
    state = "missing" if amount.state == "dash" else amount.state
    n: int | float | None = None
    if amount.n is not None and (amount.state == "number" or not whole):
        n = int(amount.n) if whole else float(amount.n)
        state = "number"
    return (text, n, amount.low, amount.high, state, aside)


def _judge(sheet: Sheet, name: str, read: list[tuple[Distinct, Amount]], whole: bool, zeros: bool) -> None:
    """Refuse what is no count, ask what has two meanings, and note what was read with a rule."""
    by_state: dict[str, list[Distinct]] = {}
    for item, amount in read:
        by_state.setdefault(amount.state, []).append(item)
    wrong = by_state.get("percent", []) + (by_state.get("fraction", []) if whole else [])
    if wrong:
        sheet.refuse(
            f"{sheet.listed(name, wrong)}",
            "counts are whole numbers: shares, rates, averages and weights cannot be tested as counts",
            f"name the column of counts with columns.{name}, or correct these cells",
            column=name,
            row=wrong[0][2],
        )
    _refuse_units(sheet, name, by_state.get("bad", []))
    _refuse_titled_units(sheet, name)
    _ask_unclear(sheet, name, by_state.get("unclear", []))
    _ask_dash(sheet, name, by_state.get("dash", []), zeros)
    _mostly_bad(sheet, name, by_state.get("bad", []))
    _note_numbers(sheet, name, read, by_state)


def _refuse_units(sheet: Sheet, name: str, bad: list[Distinct]) -> None:
    """Refuse a column in which some cell says that the others are thousands, or rates."""
    units = [item for item in bad if _UNIT.search(item[0])]
    if units:
        sheet.refuse(
            sheet.listed(name, units),
            "a cell that names a unit says that the numbers beside it are not people, one by one",
            "write the counts themselves, and take the cell out",
            column=name,
            row=units[0][2],
        )


def _refuse_titled_units(sheet: Sheet, name: str) -> None:
    """Refuse a column whose header, or a line above it, says that its numbers are thousands."""
    header = sheet.columns.header(name)
    lines = [note for note in sheet.raw.ledger.notes if ABOVE in note or BELOW in note]
    said = next((text for text in (header, *lines) if _IN_UNITS.search(text)), "")
    if said:
        where = f"the header {header!r}" if said == header else "a line above or below the table"
        sheet.refuse(
            f"{where} says that the numbers are not people, one by one",
            "they would be counted a thousand times too low",
            "write the counts themselves, and take the unit out; or take it out where it speaks of something else",
            column=name,
        )


def _ask_unclear(sheet: Sheet, name: str, unclear: list[Distinct]) -> None:
    if unclear:
        sheet.ask(
            f"{sheet.listed(name, unclear)}",
            "the stop may part thousands or decimals, and nothing else in the column tells which",
            'say thousands = "." if it parts thousands; if it parts decimals, these are no counts',
            column=name,
            row=unclear[0][2],
            line='thousands = "."',
        )


def _ask_dash(sheet: Sheet, name: str, dashes: list[Distinct], zeros: bool) -> None:
    if not dashes:
        return
    if zeros:
        sheet.ask(
            f"{sheet.listed(name, dashes)}, beside printed zeros",
            "a dash may mean zero, not reported or suppressed; a missing number is never read as zero",
            f'say what it means: values.{name} = {{ "-" = "0" }}, "missing", or an interval such as "1-10"',
            column=name,
            row=dashes[0][2],
        )
        sheet.docket.answers(sheet.at, sheet.spec).values.setdefault(name, {}).update({t: "" for t, _, _ in dashes})
        return
    rows = sum(count for _, count, _ in dashes)
    sheet.note(
        f"{name}: a dash in {times(rows, 'row')} read as not reported, since the column prints no zero "
        f'(values.{name} = {{ "-" = "0" }} says otherwise)'
    )


def _mostly_bad(sheet: Sheet, name: str, bad: list[Distinct]) -> None:
    rows = sum(count for _, count, _ in bad)
    filled = sheet.sql(
        f"SELECT count(*) FILTER (trim({sheet.text(name)}) <> '') FROM {quote(sheet.raw.table)} r"  # noqa: S608
    )[0][0]
    if bad and rows > _MOSTLY * filled and rows > 1:
        sheet.refuse(
            f"{rows:,} of {filled:,} cells are no usable number: {sheet.listed(name, bad)}",
            "this is not a column of counts",
            f"name the right column with columns.{name}",
            column=name,
            row=bad[0][2],
        )
    elif bad:
        sheet.note(f"{name}: rows quarantined with {listed(sheet, name, bad, numbers=True)}")


def _note_numbers(
    sheet: Sheet, name: str, read: list[tuple[Distinct, Amount]], by_state: dict[str, list[Distinct]]
) -> None:
    hidden = [(item, amount) for item, amount in read if amount.state == "suppressed"]
    if hidden:
        marks = ", ".join(
            f"{item[0]!r} ({times(item[1], 'row')}: {amount.low} to {amount.high})" for item, amount in hidden[:10]
        )
        assumed = "; a mark without a number is read by the rule of its column" * any(
            amount.reason.startswith("mark") for _, amount in hidden
        )
        sheet.note(f"{name}: {_share(sheet, name, hidden)} kept as intervals, never as zero: {marks}{assumed}")
    lost = [item for item in by_state.get("missing", []) if is_missing(item[0]) or item[0] == "."]
    if lost:
        sheet.note(f"{name}: read as not reported: {listed(sheet, name, lost)}")
    for item, amount in read:
        if amount.state == "number" and amount.n is not None and not _is_plain(item[0], amount.n):
            sheet.note(f"numbers written like {_shape(item[0])} read as whole numbers")


def _share(sheet: Sheet, name: str, hidden: list[tuple[Distinct, Amount]]) -> str:
    filled = sheet.sql(
        f"SELECT count(*) FILTER (trim({sheet.text(name)}) <> '') FROM {quote(sheet.raw.table)} r"  # noqa: S608
    )[0][0]
    rows = sum(item[1] for item, _ in hidden)
    return f"suppressed cells ({rows:,} of {filled:,}, {rows / filled:.0%})"


def _shape(text: str) -> str:
    """Return the shape of a written number, digits as 9: one note for each shape, not for each number."""
    return repr(re.sub(r"9{1,3}(?=\D|$)", "999", re.sub(r"\d", "9", text)) if len(text) < 12 else "9,999,999")


def _is_plain(text: str, n: Decimal) -> bool:
    return text.strip() == str(int(n))
