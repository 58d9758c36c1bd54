"""What every row of a format must have, where a file lacks it: refused, or asked where a known layout leaves it out."""

from __future__ import annotations

from auditor.records.sheet import Sheet

_OF_PLACES = frozenset({"", "places", "facilities"})
"""Bases whose lack of a place is refused: canonical formats, and lists of places themselves."""

_WHICH = "a county's FIPS code, an agency's ORI, or local:<name>"


def check_required(sheet: Sheet) -> bool:
    """Put on the docket what every row must have and the file lacks.

    Returns
    -------
    bool
        Whether the place must be asked: a foreign layout that leaves it out is no mistake of the user's.
    """
    placeless = False
    for names in sheet.adapter.required:
        if any(name in sheet.columns for name in names):
            continue
        if set(names) & set(sheet.spec.columns):
            continue  # named in the configuration, and its absence already reported
        if set(names) & sheet.docket.unanswered.get(sheet.at, frozenset()):
            continue  # asked for already
        sheet.docket.lacking.append(names)
        if "place" in names and sheet.adapter.base not in _OF_PLACES:
            placeless = True
            continue
        sheet.refuse(
            f"no column for {' or '.join(names)}; the file has {', '.join(sheet.raw.columns)}",
            f"every row of {sheet.adapter.name} needs it",
            f"name it with columns.{names[0]}, or constants.{names[0]} if it is the same in every row",
        )
    return placeless


def ask_place(sheet: Sheet) -> None:
    """Ask of which place the rows of a foreign layout are, as no column says it.

    The sheet is not held up by the question: what else must be asked about it is asked in the same go. Nothing of it
    is used before the answer, since an open question ends every run.
    """
    sheet.docket.questions.append(
        sheet.problem(
            f"no column says where: of which place are the rows of this file ({sheet.adapter.name})?",
            "the layout does not name it, and every count belongs to a place",
            f"say it with constants.place: {_WHICH} for a city or a precinct; `auditor init` drafts the configuration "
            "to answer in",
        )
    )
    answers = sheet.docket.answers(sheet.at, sheet.spec)
    answers.constants["place"] = ""
    answers.comments.append(f"constants.place: {_WHICH}, for all rows of the file")
