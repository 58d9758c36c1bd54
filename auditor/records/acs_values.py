"""Values of the American Community Survey as they are printed: margins with their sign, notes in place of numbers."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.records.raw import RawTable
from auditor.records.sheet import times
from auditor.records.store import Store, literal, quote

ANNOTATIONS = {
    "-222222222": "no margin could be computed, and the estimate is left out",
    "-333333333": "no margin: the median lies in an open interval",
    "-555555555": "the estimate is controlled and has no margin",
    "-666666666": "no estimate: too few sample cases",
    "-888888888": "not applicable",
    "-999999999": "too few sample cases to be shown",
    "**": "no margin could be computed, and the estimate is left out",
    "***": "no margin: the median lies in an open interval",
    "*****": "the estimate is controlled and has no margin",
    "-": "no estimate: too few sample cases",
    "(X)": "not applicable",
    "N": "too few sample cases to be shown",
}
"""Codes and marks that stand where a number would; none of them is ever a value."""


def cleaned(expression: str) -> str:
    """Return the SQL of a printed value without the sign of a margin; blank where a note stands in its place."""
    bare = f"trim({expression}, ' \u00a0')"
    marks = ", ".join(literal(mark) for mark in ANNOTATIONS)
    return (
        f"CASE WHEN regexp_replace({bare}, '\\.0+$', '') IN ({marks}) THEN '' "
        f"ELSE regexp_replace({bare}, '^(±|\\+/-)\\s*', '') END"
    )


def estimate(number: str, margin: str) -> str:
    """Return the SQL of an estimate; blank also where its margin could not be computed: nobody knows how far it is off.

    An estimate without a margin, or one that is controlled, has no error of sampling. That is not so here.
    """
    unknown = "regexp_replace(trim(" + margin + ", ' \u00a0'), '\\.0+$', '') IN ('**', '-222222222')"
    return f"CASE WHEN {unknown} THEN '' ELSE {cleaned(number)} END"


def annotated(raw: RawTable, store: Store, positions: Sequence[int]) -> list[str]:
    """Return a note for each annotation met in some columns, with what it means."""
    marks = ", ".join(literal(mark) for mark in ANNOTATIONS)
    columns = ", ".join(f"c{position}" for position in positions)
    rows = store.connection.execute(
        f"SELECT v, count(*) FROM (SELECT regexp_replace(trim(unnest([{columns}]), ' \u00a0'), '\\.0+$', '') AS v "  # noqa: S608
        f"FROM {quote(raw.table)}) WHERE v IN ({marks}) GROUP BY v ORDER BY v"
    ).fetchall()
    return [f"{mark!r} in {times(count, 'cell')} is a note, not a number: {ANNOTATIONS[mark]}" for mark, count in rows]
