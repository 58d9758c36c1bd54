"""From what a trial reading left open to lines of the configuration: a question each, and never an answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from auditor.errors import Problem
from auditor.records.crosswalk import EXCLUDE, MISSING
from auditor.records.docket import Docket
from auditor.records.private import masked
from auditor.records.proposing.candidates import candidates, never_hispanic
from auditor.records.proposing.line import QUESTION, Line
from auditor.records.spec import SourceSpec
from auditor.records.words import VOCABULARIES

MOST_LINES = 200
"""A column with more values to settle is the wrong one, or wants ``"*"`` for the rest."""


def questions(docket: Docket, spec: SourceSpec) -> tuple[Line, ...]:
    """Return the lines that a trial reading of one source asks for.

    Parameters
    ----------
    docket : Docket
        After a trial of this source alone.
    spec : SourceSpec
        As it was tried.
    """
    answers = docket.answers(0, spec)
    lines: list[Line] = []
    for name in answers.columns:
        lines.append(Line("columns", name, "", _about(docket.questions, f"columns.{name}")))
    for name, offered in answers.constants.items():
        about = _about(docket.questions, f"constants.{name}", name)
        lines.append(Line("constants", name, "", (*about, f"for instance {offered!r}")))
    for column, entries in answers.values.items():
        lines += _values(column, entries)
    lines += _places(docket, answers.places, answers.comments)
    return (*lines, *_settings(docket, answers.lines, answers.places))


def _about(problems: Iterable[Problem], *named: str) -> tuple[str, ...]:
    """Return the words of the question that speaks of a setting, without the numbers in them."""
    fits = [(p.remedy.find(name), p) for p in problems for name in named if name in p.remedy]
    if not fits:
        return (f"what is {named[-1]}?",)
    return (_worded(min(fits, key=lambda fit: fit[0])[1]),)


def _worded(problem: Problem) -> str:
    """Word a question for the file: no numbers, and no list of what is nothing but numbers."""
    where = f"column {problem.column}: " if problem.column else ""
    found = masked(problem.found)
    if found.count("…") > _MASKED:
        found = found.partition(": ")[0]
    return where + " — ".join(part for part in (found, problem.why, problem.remedy) if part)


_MASKED = 3


def _values(column: str, entries: Mapping[str, str]) -> Iterator[Line]:
    unknown = [text for text, value in entries.items() if not value]
    vocabulary = VOCABULARIES.get(column)
    words = ", ".join(vocabulary.values) if vocabulary else "a number"
    why = f'what does each word of {column} mean? one of {words}; or "{MISSING}", "{EXCLUDE}". The most frequent first:'
    note = (_NEVER,) if column == "group" and never_hispanic(unknown) else ()
    for number, text in enumerate(unknown[:MOST_LINES]):
        head = (QUESTION + why, *note) if number == 0 else ()
        yield Line(f"values.{column}", text, "", (*head, *(f"{text!r}: {known}" for known in candidates(column, text))))
    if len(unknown) > MOST_LINES:
        rest = f'there are {len(unknown) - MOST_LINES:,} more: is this the column of {column}? "*" settles the rest'
        yield Line(f"values.{column}", "*", "", (rest,))


_NEVER = (
    "none of these codes is one that agencies use for Hispanic people: is ethnicity recorded at all here, or in "
    "another column? Where W takes in Hispanic people, nothing can be said of groups"
)


def _places(docket: Docket, places: Mapping[str, str], comments: Iterable[str]) -> Iterator[Line]:
    """Ask where each place (or whose each facility) is, with what is known of it."""
    told = {text: problem for text in places for problem in docket.questions if repr(text) in problem.found}
    shown, ways = list(comments), set[str]()
    for text in list(places)[:MOST_LINES]:
        problem = told.get(text)
        remedy = problem.remedy if problem else f'say where each is (a code, local:<id>, or "{EXCLUDE}")'
        head = () if remedy in ways else (f"{QUESTION}{remedy}:",)
        ways.add(remedy)
        about = (f"{text!r}: {problem.why}",) if problem else tuple(c for c in shown if c.startswith(f"{text!r}: "))
        yield Line("places", text, "", (*head, *about))
    if len(places) > MOST_LINES:
        rest = f"{len(places) - MOST_LINES:,} more places match none: look at the column of places first"
        yield Line("", "", "places = {}", (rest,), firm=False)


def _settings(docket: Docket, lines: Iterable[str], places: Iterable[str]) -> Iterator[Line]:
    """Settings that are no texts (``day_first = true``) are offered, each with the question that it answers."""
    for text in dict.fromkeys(
        line for block in lines for line in block.split("\n") if line and not line.startswith("#")
    ):
        name = text.partition("=")[0].strip()
        yield Line("", "", text, tuple(QUESTION + part for part in _about(docket.questions, name)), firm=False)
        if name == "place_prefix":
            within = "or, if they are the numbers of counties within one state, say which state:"
            yield Line("", "", 'state = ""', (within,), firm=False)
    settled = {line.partition("=")[0].strip() for line in lines}
    for problem in docket.questions:
        if not _covered(problem, settled) and not any(repr(text) in problem.found for text in places):
            yield Line("", "", "", (QUESTION + _worded(problem),), firm=False)


def _covered(problem: Problem, settled: Iterable[str]) -> bool:
    """Tell whether a question has its line already."""
    named = ("values.", "columns.", "constants.", "places", "they are listed", "complete the lines", "name the format")
    return any(name in problem.remedy for name in (*named, *settled)) or problem.found.endswith('= ""')
