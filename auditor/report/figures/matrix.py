"""The evidence matrix as a figure: places by signals, a mark and a word in every cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from auditor.report import labels
from auditor.report.figures.axis import coordinate
from auditor.report.figures.glyphs import mark

NAME, COLUMN, ROW, TOP = 300.0, 150.0, 30.0, 74.0
LONGEST = 36


def matrix(rows: Sequence[tuple[str, str, Sequence[str]]], columns: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Work out an evidence matrix.

    Parameters
    ----------
    rows : sequence of (name, verdict key, states)
        One for each place; a state is a key of ``labels.OUTCOME_MARKS``, one for each column.
    columns : sequence of (title, subtitle)
        The signals.

    Returns
    -------
    dict
        For ``figures/matrix.svg.j2``.
    """
    width = NAME + COLUMN * len(columns)
    return {
        "width": coordinate(width),
        "height": coordinate(TOP + ROW * len(rows) + 6),
        "top": coordinate(TOP),
        "columns": [
            {"x": coordinate(NAME + COLUMN * i + 6), "title": _lines(title), "note": shortened(note, 22)}
            for i, (title, note) in enumerate(columns)
        ],
        "text_y": coordinate(ROW / 2 + 5),
        "row_height": coordinate(ROW),
        "glyphs": [{"state": state, "mark": mark(state, 0, ROW / 2, 7)} for state in _met(rows)],
        "rows": [_row(row, TOP + ROW * i) for i, row in enumerate(rows)],
    }


def _met(rows: Sequence[tuple[str, str, Sequence[str]]]) -> list[str]:
    """Return the states that stand in any cell: each mark is drawn once and used where it is needed."""
    met = {state for _, _, states in rows for state in states}
    return [state for state in labels.OUTCOME_MARKS if state in met]


def shortened(text: str, longest: int) -> str:
    """Return a text cut to so many characters, with an ellipsis where something was cut."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _lines(text: str, longest: int = 20) -> list[str]:
    """Break a heading into two lines at a space."""
    if len(text) <= longest:
        return ["", text]
    cut = text.rfind(" ", 0, longest + 1)
    cut = cut if cut > 0 else longest
    return [text[:cut], shortened(text[cut:].strip(), longest)]


def _row(row: tuple[str, str, Sequence[str]], y: float) -> dict[str, Any]:
    name, verdict, states = row
    return {
        "name": shortened(name, LONGEST),
        "verdict": labels.verdict(verdict),
        "y": coordinate(y),
        "cells": [_cell(state, NAME + COLUMN * i + 6) for i, state in enumerate(states)],
    }


def _cell(state: str, x: float) -> dict[str, Any]:
    return {
        "state": state,
        "word": labels.OUTCOME_MARKS[state][1],
        "x": coordinate(x + 8),
        "text_x": coordinate(x + 24),
    }
