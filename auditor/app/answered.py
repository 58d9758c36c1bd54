"""From a form that was sent to answers: only what changed, each checked as far as that can be done here."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from starlette.datastructures import FormData

from auditor.app.asking import NO_COLUMN
from auditor.app.control import Control, Path
from auditor.app.forms import text, texts

LONGEST: Final = 300
OTHER: Final = "-other"
"""Ending of the name of the text beside a choice."""
Answers = list[tuple[Path, Any]]


def answers_of(controls: Iterable[Control], form: FormData) -> tuple[Answers, dict[str, str], dict[str, Any]]:
    """Return the answers, what is wrong with which control, and what was given for each.

    A control that the form does not hold is left as it is: it was asked after the page was drawn.
    """
    answers: Answers = []
    errors: dict[str, str] = {}
    given: dict[str, Any] = {}
    for control in controls:
        if f"{control.id}-there" not in form:
            continue
        value = given[control.id] = _given(control, form)
        try:
            changed, chosen = _answer(control, value)
        except ValueError as error:
            errors[control.id] = str(error)
            continue
        if changed:
            answers.append((control.path, chosen))
    return answers, errors, given


def _given(control: Control, form: FormData) -> Any:
    if control.kind == "checks":
        return texts(form, control.id)
    other = text(form, control.id + OTHER) if control.kind == "place" else ""
    return other or text(form, control.id)


def _answer(control: Control, value: Any) -> tuple[bool, Any]:
    """Return whether a setting changes, and to what; None takes it out.

    Raises
    ------
    ValueError
        When the answer is none that can be given.
    """
    if control.kind == "offer":
        if bool(value) == bool(control.value):
            return False, None
        return True, tomllib.loads(f"value = {control.choices[0][0]}")["value"] if value else None
    if control.kind == "checks":
        known = [choice for choice, _ in control.choices]
        if not value or set(value) - set(known):
            raise ValueError("Choose at least one of the list.")
        return value != control.value, value
    if value == control.value:
        return False, None
    if not value and control.path[0] == "audit" and not control.may_lack:
        raise ValueError("This cannot be left empty.")
    if not value:
        return (True, None) if control.may_lack else (bool(control.value), "")
    return True, _checked(control, value)


def _checked(control: Control, value: str) -> Any:
    known = dict(control.choices)
    if value == NO_COLUMN and NO_COLUMN in known:
        return None
    if control.kind == "flag" and value in known:
        return value == "true"
    if control.kind == "select" and value not in known:
        raise ValueError("Choose one of the list.")
    if control.kind == "date":
        return _day(value)
    if len(value) > LONGEST:
        raise ValueError(f"At most {LONGEST} characters.")
    if any(unicodedata.category(char) in ("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp") for char in value):
        raise ValueError("There is a character in it that nobody sees: type it again.")
    return value


def _day(value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise ValueError("Write a day as 2012-06-30.") from None
