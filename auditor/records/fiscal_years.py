"""Years of a column whose header says that they are fiscal ones, and nothing says when these begin."""

from __future__ import annotations

import re
from collections.abc import Mapping

from auditor.records.columns import key
from auditor.records.dates import read_period
from auditor.records.sheet import Sheet, times

Distinct = tuple[str, int, int]
_YEAR = re.compile(r"(19|20)\d\d")


def headed_fiscal(sheet: Sheet) -> bool:
    """Tell whether the header of the period column says that its years are fiscal ones."""
    return key(sheet.columns.header("period")) in ("fiscalyear", "fy")


def decided_periods(sheet: Sheet, column: str) -> dict[str, str]:
    """Return what the configuration says that texts of a period column stand for; answers left empty are none."""
    return {text: meaning for text, meaning in sheet.spec.values.get(column, {}).items() if meaning}


def note_decided(sheet: Sheet, column: str, decided: Mapping[str, str]) -> None:
    """Note which texts of a column were read as the configuration says."""
    if decided:
        told = ", ".join(f"{sheet.shown(column, text)} as {meaning}" for text, meaning in list(decided.items())[:4])
        sheet.note(f"{column}: {times(len(decided), 'text')} read as values.{column} says, e.g. {told}")


def ask_fiscal_years(sheet: Sheet, column: str, values: Mapping[str, Distinct]) -> bool:
    """Ask when fiscal years begin that are bare numbers, and return whether they may be read as federal ones.

    Those of a national programme are the federal government's, from October on; FY2011 is one by its form. A state's
    or a county's begins in July as a rule, and in October or January in others.
    """
    if sheet.adapter.national:
        return True
    decided = decided_periods(sheet, column)
    unread = [text for text, meaning in decided.items() if text in values and read_period(meaning) is None]
    bare = [item for text, item in values.items() if _YEAR.fullmatch(text.strip()) and text not in decided]
    wanted = [*bare, *(values[text] for text in unread)]
    if not wanted:
        return False
    first = bare[0][0].strip() if bare else "2011"
    year = int(first)
    sheet.ask(
        f"fiscal years {sheet.listed(column, wanted[:6])}",
        f"the federal fiscal year {year} began in October {year - 1}, that of most states and counties in July, of "
        "some in January: a table that mixes them compares different months",
        f'say what each stands for in values.{column}: "FY{year}" for the federal one, "{year - 1}-07-01/{year}-06-30" '
        "for one that begins in July",
        column=column,
        row=wanted[0][2],
        comment=f'values.{column}: "FY{year}" (federal, from October), "{year - 1}-07-01/{year}-06-30", "{year}" ...',
    )
    answers = sheet.docket.answers(sheet.at, sheet.spec).values.setdefault(column, {})
    answers.update({item[0]: "" for item in wanted if item[0] not in answers})
    return False
