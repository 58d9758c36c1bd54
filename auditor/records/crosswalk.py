"""Written values to the closed vocabularies, by distinct value: a decision, an exact word, or a question."""

from __future__ import annotations

from collections.abc import Mapping

from auditor.domain.vocabulary import EXCLUDE, parse_level
from auditor.errors import Problem, unknown_name
from auditor.records.birthplaces import country_of
from auditor.records.match_kinds import ask_within
from auditor.records.personal import is_personal
from auditor.records.private import is_person, listed
from auditor.records.sheet import EXCLUDED, Row, Sheet, times
from auditor.records.words import HISPANIC_WITH_RACE, VOCABULARIES, is_missing, is_total, normal

MISSING, TOTAL, REST = "missing", "total", "*"
"""What ``values.<column>`` may say besides a word of the vocabulary; ``"*"`` as a key means every other value."""

Distinct = tuple[str, int, int]
_MANY = 1_000
LONGEST_ANSWER = 300
"""Longest text that is proposed as a key of ``values``."""
_COLUMNS = "raw VARCHAR, value VARCHAR, total BOOLEAN, aside VARCHAR"


def map_codes(sheet: Sheet, name: str) -> str:
    """Map one coded column and return the name of the mapping table.

    Parameters
    ----------
    sheet : Sheet
        The sheet; unknown values become one question on its docket, with the values and their counts.
    name : str
        Canonical column, one of :data:`auditor.records.words.VOCABULARIES`.

    Returns
    -------
    str
        Table of raw, value, total (the row sums others), aside (left out by decision).
    """
    if name in sheet.maps:
        return sheet.maps[name]
    values = sheet.distinct(sheet.text(name), name)
    decided = {comparable(raw): value for raw, value in sheet.spec.values.get(name, {}).items()}
    own = {comparable(raw): value for raw, value in sheet.adapter.values.get(name, {}).items()}
    rows: list[Row] = []
    unknown: list[Distinct] = []
    missing: list[Distinct] = []
    for item in values:
        row = _decision(sheet, name, item[0], decided) or _layout(name, item[0], own) or _known(name, item[0])
        if row is not None:
            rows.append(row)
        elif is_missing(item[0]):
            missing.append(item)
        elif REST in decided:
            rows.append(take(item[0], decided[REST], name))
        else:
            unknown.append(item)
    check_decisions(sheet, name, values)
    _remark(sheet, name, values, missing, decided)
    _question(sheet, name, unknown, len(values))
    if name == "event":
        ask_within(sheet, [item for item in values if comparable(item[0]) not in decided])
    sheet.maps[name] = sheet.mapping(name, _COLUMNS, rows)
    return sheet.maps[name]


def map_texts(sheet: Sheet, name: str) -> str:
    """Map a column without a vocabulary: as written, without the marks for missing, totals recognised."""
    decided = {comparable(raw): value for raw, value in sheet.spec.values.get(name, {}).items()}
    rows: list[Row] = []
    for text, _, _ in sheet.distinct(sheet.text(name), name):
        if comparable(text) in decided:
            rows.append(take(text, decided[comparable(text)], name))
        elif name == "name" or not is_missing(text, name):  # a place may be called None
            rows.append((text, None if is_total(text) else _written(name, text), is_total(text), None))
    return sheet.mapping(name, _COLUMNS, rows)


def _written(name: str, text: str) -> str:
    """Return a text as it stands; a place of birth as its country, where that is certain."""
    return (country_of(text) if name == "birth_country" else None) or " ".join(text.split())


def comparable(text: str) -> str:
    """Return a written value as decisions are compared with it: without case, blanks single."""
    return " ".join(text.split()).casefold()


def _decision(sheet: Sheet, name: str, text: str, decided: dict[str, str]) -> Row | None:
    value = decided.get(comparable(text))
    return take(text, value, name) if value and (text != REST) else None


def _layout(name: str, text: str, own: Mapping[str, str]) -> Row | None:
    """Return what the word means in this layout; what the layout leaves out is told apart from what a user does."""
    value = own.get(comparable(text))
    if value == EXCLUDE:
        return (text, None, False, f"{EXCLUDED}{name} {text!r} is left out in this format")
    return take(text, value, name) if value else None


def take(text: str, value: str, name: str) -> Row:
    """Return the row of a mapping (raw, value, total, aside) for a text whose meaning is decided."""
    if value == EXCLUDE:
        return (text, None, False, f"{EXCLUDED}{name} {text!r} left out by the configuration")
    if value in (MISSING, TOTAL):
        return (text, None, value == TOTAL, None)
    if name == "level":
        levels = parse_level(value)
        return (text, "/".join(levels) if levels else None, False, None)
    # Another word than those of the vocabulary is on the docket already, and reaches no table.
    known = name not in VOCABULARIES or value in VOCABULARIES[name].values
    return (text, value if known else None, False, None)


def _known(name: str, text: str) -> Row | None:
    vocabulary = VOCABULARIES[name]
    if name == "level" and (levels := parse_level(text.removesuffix(".0"))):
        return (text, "/".join(levels), False, None)
    if vocabulary.totals and is_total(text):
        return (text, None, True, None)
    # A code of one letter is never guessed for groups; the lists hold none, but T, F, Y and N serve yes and no.
    value = vocabulary.lookup(text)
    return None if value is None else (text, value, False, None)


def check_decisions(sheet: Sheet, name: str, values: list[Distinct]) -> None:
    """Every decision must name a word of the vocabulary; an unfinished one ("") stays a question."""
    allowed = (*VOCABULARIES[name].values, EXCLUDE, MISSING, TOTAL)
    for raw, value in sheet.spec.values.get(name, {}).items():
        fine = value in allowed or (name == "level" and parse_level(value) is not None)
        if value and not fine:
            sheet.docket.config.append(
                Problem(
                    unknown_name(f"value in values.{name}.{raw!r}", value, allowed),
                    "only these words reach the tests",
                    "correct it",
                    file=sheet.raw.file,
                )
            )
            sheet.open = True
    unused = [raw for raw in sheet.spec.values.get(name, {}) if raw != REST]
    present = {comparable(text) for text, _, _ in values}
    gone = [raw for raw in unused if comparable(raw) not in present]
    # A file of charges serves many sources, of which none holds all of it.
    if gone and values and not sheet.spec.crosswalk:
        sheet.note(f"values.{name} names values that this file does not hold: {', '.join(map(repr, gone[:10]))}")


def _remark(sheet: Sheet, name: str, values: list[Distinct], missing: list[Distinct], decided: dict[str, str]) -> None:
    if missing:
        sheet.note(f"{name}: read as missing: {listed(sheet, name, missing)}")
    folded = [item for item in values if normal(item[0]) in HISPANIC_WITH_RACE and comparable(item[0]) not in decided]
    if name == "group" and folded:
        sheet.note(f"group: counted as hispanic, of whatever race: {listed(sheet, name, folded)}")
    if REST in decided:
        open_ = [item for item in values if comparable(item[0]) not in decided and not is_missing(item[0])]
        rest = [item for item in open_ if _known(name, item[0]) is None]
        rows = "" if is_person(sheet) else f"{times(sum(count for _, count, _ in rest), 'row')} with "
        sheet.note(f"{name}: {rows}{times(len(rest), 'other value')} read as {decided[REST]!r} (configuration)")


def _question(sheet: Sheet, name: str, unknown: list[Distinct], distinct: int) -> None:
    if not unknown:
        return
    words = ", ".join(VOCABULARIES[name].values)
    if distinct > _MANY and name not in sheet.spec.values:
        sheet.refuse(
            f"{distinct:,} different values",
            f"that is no column of {name}: its words are {words}",
            f'name the right column with columns.{name}, or settle what is left with values.{name} ("*" = the rest)',
            column=name,
        )
        return
    ordered = sorted(unknown, key=lambda item: (-item[1], item[0]))
    hidden = is_personal(name, sheet.columns.header(name))
    look = " (hidden, since this column may point to people: look them up in the file)" if hidden else ""
    sheet.ask(
        f"unknown {name} code: {sheet.listed(name, ordered)}",
        "agencies use the same code for different things, so none is guessed"
        if name == "group"
        else f"it is no word for {name} that is known exactly, so none is guessed",
        f'give each its meaning in values.{name}{look}: {words}, or "{MISSING}", "{EXCLUDE}"',
        column=name,
        row=ordered[0][2],
        comment=f"values.{name}: one of {words}, {MISSING}, {EXCLUDE}",
    )
    answers = sheet.docket.answers(sheet.at, sheet.spec).values.setdefault(name, {})
    if not hidden:
        answers.update({text: "" for text, _, _ in ordered if text not in answers and len(text) <= LONGEST_ANSWER})
