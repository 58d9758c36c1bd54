"""Matches of all people, and of aliens alone: the ones hold the others, whichever column or file they stand in."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.domain.vocabulary import EXCLUDE
from auditor.records.sheet import Sheet
from auditor.records.words import VOCABULARIES, normal

Distinct = tuple[str, int, int]
_WHY = "matches of aliens are a part of all matches, and adding them would count people twice"
_FIGURE = "matches"


def ask_within(sheet: Sheet, values: Sequence[Distinct]) -> None:
    """Ask where matches of both kinds stand in one column of events; keep their words for :func:`ask_between`.

    Parameters
    ----------
    sheet : Sheet
    values : sequence of (str, int, int)
        Values of its column of events that nobody decided on: text, rows, first row.
    """
    found = [item for item in values if VOCABULARIES["event"].lookup(item[0]) == "match"]
    sheet.match_words = tuple(text for text, _, _ in found)
    alien = [item for item in found if _of_aliens(item[0])]
    if not alien or len(alien) == len(found):
        return
    sheet.ask(
        f"matches of two kinds: {sheet.listed('event', found)}",
        _WHY,
        f'say which is to be used with values.event: "match" for the one, "{EXCLUDE}" for the other',
        column="event",
        row=alien[0][2],
    )
    sheet.docket.answers(sheet.at, sheet.spec).values.setdefault("event", {}).update({t: "" for t, _, _ in found})


def ask_between(sheets: Sequence[Sheet]) -> None:
    """Ask where one file writes matches and another matches of aliens, and nobody said that they are the same."""
    said = [(sheet, word) for sheet in sheets if not sheet.open for word in _words(sheet)]
    alien = [item for item in said if _of_aliens(item[1])]
    every = [item for item in said if not _of_aliens(item[1])]
    if not alien or not every:
        return
    other, theirs = alien[0]
    for sheet, word in every:
        answers = sheet.docket.answers(sheet.at, sheet.spec)
        column = _FIGURE if word not in sheet.match_words else "event"
        if column == "event":
            answers.values.setdefault("event", {})[word] = ""
            remedy = f'values.event: "match" if it counts what the other file counts, else "{EXCLUDE}"'
        else:
            answers.columns[_FIGURE] = ""
            remedy = f"columns.{_FIGURE}: the header again if it counts what the other file counts, else another column"
        sheet.ask(f"{word!r} here, {theirs!r} in {other.raw.file}: matches of two kinds", _WHY, remedy, column=column)


def _words(sheet: Sheet) -> tuple[str, ...]:
    """Return how a sheet writes matches: the values of its events, or the header of its figures."""
    decided = {_FIGURE} & {*sheet.spec.columns}
    header = "" if decided else sheet.columns.header(_FIGURE)
    return (*sheet.match_words, *([header] if header else []))


def _of_aliens(text: str) -> bool:
    return "alien" in normal(text).split()
