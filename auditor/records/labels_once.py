"""Labels that stand once for the rows below them, as merged cells and pivot tables leave them: asked about.

Read as they are, the rows below would be the whole state's, or of no group: figures as good as any, of somebody else.
"""

from __future__ import annotations

from auditor.records.docket import toml_text
from auditor.records.place_questions import STATEWIDE, Found
from auditor.records.sheet import Sheet, quote, times

_TYPED_BY_HAND = frozenset({"counts", "records", "population", "interoperability"})
"""Layouts that people make; systems write every label out."""

_OFTEN, _FEWEST = 2, 2
"""How often a label may stand (pages repeat it), and the fewest blank cells that are asked about."""


def ask_places_once(sheet: Sheet, found: Found) -> None:
    """Ask whether rows of a state without a place belong to the place above, where each place is named just once.

    Parameters
    ----------
    sheet : Sheet
    found : list of tuple
        The written places, as for :func:`auditor.records.place_questions.note_places`.
    """
    if sheet.adapter.name not in _TYPED_BY_HAND or "fill_down" in sheet.spec.model_fields_set:
        return
    bare = [(rows, first) for _, rows, first, placed in found if placed.note.endswith(STATEWIDE)]
    named = [(rows, first) for (place, name, _), rows, first, placed in found if (place or name) and not placed.total]
    if not bare or not named or max(rows for rows, _ in named) > _OFTEN:
        return
    blank, labels = sum(rows for rows, _ in bare), sum(rows for rows, _ in named)
    if blank < max(labels, _FEWEST) or min(first for _, first in bare) < min(first for _, first in named):
        return
    column = "place" if "place" in sheet.columns.positions else "jurisdiction"
    _ask(sheet, column, blank, min(first for _, first in bare), "they would be read as the whole state's")


def ask_labels_once(sheet: Sheet, name: str) -> None:
    """Ask whether rows without a label in a coded column belong to the one above, which each place has just once."""
    if sheet.adapter.name not in _TYPED_BY_HAND or "fill_down" in sheet.spec.model_fields_set:
        return
    bare = f"{quote(name)} IS NULL AND NOT {quote(name + '_total')}"
    blank, labels, different, first, begins = sheet.sql(
        f"SELECT count(*) FILTER ({bare}), count({quote(name)}), "  # noqa: S608
        f"count(DISTINCT (place, {quote(name)})) FILTER ({quote(name)} IS NOT NULL), min(_row) FILTER ({bare}), "
        f"min(_row) FILTER ({quote(name)} IS NOT NULL) FROM {sheet.typed} WHERE aside IS NULL"
    )[0]
    if labels and blank >= max(labels, _FEWEST) and labels == different and begins < first:
        _ask(sheet, name, blank, first, f"they would be read as of no {name} that is known")


def _ask(sheet: Sheet, column: str, blank: int, row: int, otherwise: str) -> None:
    header = sheet.columns.header(column)
    line = f"fill_down = [{toml_text(header)}]"
    sheet.ask(
        f"{times(blank, 'row')} with a blank {header}, below rows that name theirs once",
        f"merged cells and pivot tables write a label once for the rows below it; {otherwise}",
        f"say {line} if the label holds for the rows below it, fill_down = [] if they have none",
        column=column,
        row=row,
        line=f"{line}  # or []",
    )
