"""Charges to offence classes, by distinct text: what the user decides, then the codes of a list, then the rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from auditor.records.charge_codes import class_of, is_code, lost_zeros
from auditor.records.charge_rules import UNKNOWN, Rule, rule_of, rules
from auditor.records.crosswalk import REST, Distinct, check_decisions, comparable, take
from auditor.records.private import is_person
from auditor.records.sheet import Row, Sheet, times
from auditor.records.words import is_missing

MOST = 1_000_000
"""A column of charges may hold this many different texts (with case numbers and speeds in them)."""

_COLUMNS = "raw VARCHAR, value VARCHAR, total BOOLEAN, aside VARCHAR, detainer BOOLEAN"
_SHOWN, _FEWEST = 15, 11


@dataclass
class _Tally:
    """Rows by how their charge was read, and the texts of those that have no class."""

    rows: Counter[str]
    open: dict[str, list[Distinct]]

    def add(self, how: str, item: Distinct) -> None:
        self.rows[how] += item[1]
        self.open.setdefault(how, []).append(item)


def tells_offence(sheet: Sheet) -> bool:
    """Tell whether the offence class of a sheet comes from its charges: it has no column of classes of its own."""
    return "offence" not in sheet.columns and "charge" in sheet.columns


def map_charges(sheet: Sheet) -> str:
    """Map the charges of a sheet to offence classes.

    Parameters
    ----------
    sheet : Sheet
        Its ledger takes the share of rows that are recognised, and what is not.

    Returns
    -------
    str
        Table of raw, value, total, aside (as :func:`auditor.records.crosswalk.map_codes`), and detainer: whether the
        line is a detainer of the immigration service, which is no charge. Made once; the rows may be folded after.
    """
    if "charge" in sheet.maps:
        return sheet.maps["charge"]
    values = sheet.distinct(sheet.text("charge"), "charge", most=MOST)
    own = dict(sheet.crosswalk.classes) if sheet.crosswalk else {}
    decided = own | {comparable(raw): value for raw, value in sheet.spec.values.get("offence", {}).items()}
    check_decisions(sheet, "offence", values)
    if _only_codes(sheet, values):
        sheet.note(
            "charge: written as codes, which are not read: 11 is fraud in one list and murder in another. Say whose "
            'they are with charge_codes = "nibrs", "ucr" or "ncic", or give their meaning in values.offence'
        )
        values = [item for item in values if comparable(item[0]) in decided or REST in decided]
    short = lost_zeros(sheet.spec.charge_codes, [text for text, _, _ in values])
    if short:
        sheet.note(_note_of(short))
    tally = _Tally(Counter(), {})
    rows = [row for item in values if (row := _read(sheet, item, decided, tally, short)) is not None]
    sheet.maps["charge"] = sheet.mapping("charge", _COLUMNS, rows)
    if sheet.crosswalk and sheet.crosswalk.note:
        sheet.note(sheet.crosswalk.note)
    _remark(sheet, tally)
    return sheet.maps["charge"]


def _only_codes(sheet: Sheet, values: Sequence[Distinct]) -> bool:
    bare = sum(count for text, count, _ in values if is_code(text))
    return not sheet.spec.charge_codes and 2 * bare > sum(count for _, count, _ in values)


def _note_of(short: dict[str, str]) -> str:
    """Word what becomes of codes of two digits among those of three."""
    if all(short.values()):
        pairs = ", ".join(f"{code} as {meant}" for code, meant in sorted(short.items()))
        return f"charge: codes of three digits that lost their zero: {pairs}"
    listed = ", ".join(sorted(short))
    return (
        f"charge: {listed} may be codes of two digits, or of three that lost their zero as others here did not: "
        "unknown; settle them with values.offence"
    )


def _read(sheet: Sheet, item: Distinct, decided: dict[str, str], tally: _Tally, short: dict[str, str]) -> Row | None:
    text = item[0]
    rule = rule_of(text)
    detainer = rule is rules()[0]
    if (own := decided.get(comparable(text))) and text != REST:
        tally.add("decided", item)
        return (*take(text, own, "offence"), detainer)
    if is_missing(text):
        return None
    code = short.get(text.strip(), text)
    found = class_of(sheet.spec.charge_codes, code) if sheet.spec.charge_codes else None
    offence = found or (rule.offence if rule else None)
    if offence is None and REST in decided:
        tally.add("decided", item)
        return (*take(text, decided[REST], "offence"), False)
    how = "not recognised" if offence is None else "ambiguous" if offence == UNKNOWN else "recognised"
    tally.add(how, item)
    return (text, offence or UNKNOWN, False, None, detainer)


def _remark(sheet: Sheet, tally: _Tally) -> None:
    total = sum(tally.rows.values())
    if not total:
        return
    said = {
        "recognised": "have an offence class by the rules for codes and words of charges",
        "decided": "have one by the configuration",
        "ambiguous": "may be of two classes and are unknown",
        "not recognised": "are not recognised and are unknown",
    }
    parts = [f"{_share(tally.rows[how], total)} {words}" for how, words in said.items() if tally.rows[how]]
    sheet.note(f"charge: of the rows with a charge, {', '.join(parts)}")
    doubtful = tally.open.get("ambiguous", [])
    if doubtful:
        sheet.note(f"charge: of two classes, settle them with values.offence: {_listed(sheet, doubtful, why=True)}")
    if tally.open.get("not recognised"):
        shown = _listed(sheet, tally.open["not recognised"])
        sheet.note(f"charge: not recognised, give them a class in values.offence: {shown}")


def _share(part: int, total: int) -> str:
    """Return a share in whole per cent; what is not all is never printed as such."""
    if part == total:
        return "all"
    percent = round(100 * part / total)
    return "fewer than 1 %" if percent == 0 else "more than 99 %" if percent == 100 else f"{percent} %"


def _listed(sheet: Sheet, items: Sequence[Distinct], *, why: bool = False) -> str:
    """Return texts as a note may show them: the rare ones of a file of persons may name one, and are only counted."""
    ordered = sorted(items, key=lambda item: (-item[1], item[0]))
    hidden = is_person(sheet)
    shown = [item for item in ordered if not hidden or item[1] >= _FEWEST][:_SHOWN]
    texts = [
        sheet.shown("charge", text) + ("" if hidden else f" in {times(count, 'row')}") + (_reason(text) if why else "")
        for text, count, _ in shown
    ]
    left = len(ordered) - len(shown)
    rare = f" (each in fewer than {_FEWEST} rows)" if hidden and all(n < _FEWEST for _, n, _ in ordered[-left:]) else ""
    more = f"{times(left, 'more text' if texts else 'text')}{rare}" if left else ""
    return ", ".join(texts) + (" and " if texts and more else "") + more


def _reason(text: str) -> str:
    rule: Rule | None = rule_of(text)
    return f" ({rule.why.removesuffix(': settle it with values.offence')})" if rule and rule.why else ""
